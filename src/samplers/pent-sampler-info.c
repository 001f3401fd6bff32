/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-sampler-info.h"

#include "pent-sampler-row.h"

#include <string.h>

#define ROW(name, display, automatic, stochastic, brownian, calls, family, discards, n_buffers, rule)        \
  {                                                                                                          \
    { name, display, PENT_SCHEDULE_##automatic, stochastic, brownian, calls }, PENT_FAMILY_##family,         \
        discards, n_buffers, pent_rule_##rule                                                                \
  }

/* Columns: names; automatic schedule; stochastic; Brownian; model calls a
 * step; whose leading and trailing; drops a sigma; working arrays; rule. */
static const PentSamplerRow rows[PENT_N_SAMPLERS] = {
  [PENT_SAMPLER_EULER] = ROW ("euler", "Euler", NORMAL, FALSE, FALSE, 1, EULER, FALSE, 1, euler),
  [PENT_SAMPLER_EULER_A] = ROW ("euler-a", "Euler a", NORMAL, TRUE, FALSE, 1, EULER, FALSE, 2, euler_a),
  [PENT_SAMPLER_HEUN] = ROW ("heun", "Heun", NORMAL, FALSE, FALSE, 2, EULER, FALSE, 3, heun),
  [PENT_SAMPLER_DPM2] = ROW ("dpm2", "DPM2", KARRAS, FALSE, FALSE, 2, EULER, TRUE, 3, dpm2),
  [PENT_SAMPLER_DPM2_A] = ROW ("dpm2-a", "DPM2 a", KARRAS, TRUE, FALSE, 2, EULER, TRUE, 3, dpm2_a),
  [PENT_SAMPLER_LMS] = ROW ("lms", "LMS", NORMAL, FALSE, FALSE, 1, EULER, FALSE, 5, lms),
  [PENT_SAMPLER_DPMPP_2M] = ROW ("dpmpp-2m", "DPM++ 2M", KARRAS, FALSE, FALSE, 1, SOLVER, FALSE, 2, dpmpp_2m),
  [PENT_SAMPLER_DPMPP_2S_A] =
      ROW ("dpmpp-2s-a", "DPM++ 2S a", KARRAS, TRUE, FALSE, 2, EULER, FALSE, 3, dpmpp_2s_a),
  [PENT_SAMPLER_DPMPP_SDE] =
      ROW ("dpmpp-sde", "DPM++ SDE", KARRAS, TRUE, TRUE, 2, EULER, FALSE, 3, dpmpp_sde),
  [PENT_SAMPLER_DPMPP_2M_SDE] =
      ROW ("dpmpp-2m-sde", "DPM++ 2M SDE", EXPONENTIAL, TRUE, TRUE, 1, SOLVER, FALSE, 3, dpmpp_2m_sde),
  [PENT_SAMPLER_DPMPP_3M_SDE] =
      ROW ("dpmpp-3m-sde", "DPM++ 3M SDE", EXPONENTIAL, TRUE, TRUE, 1, SOLVER, TRUE, 4, dpmpp_3m_sde),
  [PENT_SAMPLER_DDIM] = ROW ("ddim", "DDIM", NORMAL, FALSE, FALSE, 1, DDIM, FALSE, 1, ddim),
  [PENT_SAMPLER_UNIPC] = ROW ("unipc", "UniPC", NORMAL, FALSE, FALSE, 1, SOLVER, FALSE, 4, unipc),
  [PENT_SAMPLER_LCM] = ROW ("lcm", "LCM", NORMAL, TRUE, FALSE, 1, LCM, FALSE, 2, lcm),
};

static const char *const schedule_names[PENT_N_SCHEDULES] = {
  "automatic", "normal", "karras", "exponential", "sgm-uniform", "simple",
};

static const char *const schedule_display_names[PENT_N_SCHEDULES] = {
  "Automatic", "Normal", "Karras", "Exponential", "SGM Uniform", "Simple",
};

static const char *const spacing_names[PENT_N_SPACINGS] = { "linspace", "leading", "trailing" };

static int
find_name (const char *const *names, int n, const char *name)
{
  for (int i = 0; i < n; i++)
    if (g_str_equal (names[i], name))
      return i;
  return -1;
}

const PentSamplerRow *
pent_sampler_get_row (PentSampler sampler)
{
  g_assert (sampler < PENT_N_SAMPLERS);
  return &rows[sampler];
}

const PentSamplerInfo *
pent_sampler_get_info (PentSampler sampler)
{
  return &pent_sampler_get_row (sampler)->info;
}

gboolean
pent_sampler_from_name (const char *name, PentSampler *sampler)
{
  for (int i = 0; i < PENT_N_SAMPLERS; i++)
    if (g_str_equal (rows[i].info.name, name))
      {
        *sampler = i;
        return TRUE;
      }
  return FALSE;
}

const char *
pent_schedule_type_name (PentScheduleType type)
{
  return schedule_names[type];
}

gboolean
pent_schedule_type_from_name (const char *name, PentScheduleType *type)
{
  int found = find_name (schedule_names, PENT_N_SCHEDULES, name);
  if (found >= 0)
    *type = found;
  return found >= 0;
}

const char *
pent_spacing_name (PentSpacing spacing)
{
  return spacing_names[spacing];
}

gboolean
pent_spacing_from_name (const char *name, PentSpacing *spacing)
{
  int found = find_name (spacing_names, PENT_N_SPACINGS, name);
  if (found >= 0)
    *spacing = found;
  return found >= 0;
}

const char *
pent_schedule_type_display_name (PentScheduleType type)
{
  return schedule_display_names[type];
}

/* A1111 calls k-diffusion's own schedule Uniform, and Normal the same one
 * computed anew. */
gboolean
pent_schedule_type_from_display_name (const char *name, PentScheduleType *type)
{
  if (g_ascii_strcasecmp (name, "Uniform") == 0)
    {
      *type = PENT_SCHEDULE_NORMAL;
      return TRUE;
    }
  for (int i = 0; i < PENT_N_SCHEDULES; i++)
    if (g_ascii_strcasecmp (schedule_display_names[i], name) == 0)
      {
        *type = i;
        return TRUE;
      }
  return FALSE;
}

gboolean
pent_sampler_from_display_name (const char *name, PentSampler *sampler, PentScheduleType *type)
{
  for (int i = 0; i < PENT_N_SAMPLERS; i++)
    {
      const char *display = rows[i].info.display_name;
      gsize length = strlen (display);

      if (g_ascii_strncasecmp (display, name, length) != 0)
        continue;
      if (name[length] == '\0'
          || (name[length] == ' ' && pent_schedule_type_from_display_name (name + length + 1, type)))
        {
          *sampler = i;
          return TRUE;
        }
    }
  return FALSE;
}
