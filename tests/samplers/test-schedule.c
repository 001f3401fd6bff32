/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "golden-file.h"

#include "pent-error.h"
#include "pent-schedule.h"

#include <math.h>

static PentDiffusion *
stable_diffusion (void)
{
  g_autoptr (GError) error = NULL;
  PentDiffusion *diffusion = pent_diffusion_new (0.00085, 0.012, TRUE, 1000, &error);
  g_assert_no_error (error);
  return diffusion;
}

/* Largest relative difference; absolute below 1. */
static double
difference (const float *a, const float *b, gsize n)
{
  double worst = 0;
  for (gsize i = 0; i < n; i++)
    {
      double d = fabs ((double) a[i] - b[i]) / MAX (1.0, fabs (b[i]));
      worst = MAX (worst, isnan (d) ? INFINITY : d);
    }
  return worst;
}

typedef struct
{
  PentSampler sampler;
  PentScheduleType type;
  PentSpacing spacing;
  int steps;
} Case;

static Case
parse_case (GStrv word)
{
  Case c;
  g_assert_true (pent_sampler_from_name (word[0], &c.sampler));
  g_assert_true (pent_schedule_type_from_name (word[1], &c.type));
  g_assert_true (pent_spacing_from_name (word[2], &c.spacing));
  c.steps = atoi (word[3]);
  return c;
}

static void
test_goldens (void)
{
  g_autoptr (PentDiffusion) diffusion = stable_diffusion ();
  g_auto (GStrv) lines = golden_lines ("samplers", "schedules.txt");
  g_autoptr (GBytes) bytes = golden_floats ("samplers", "schedules.f32");
  gsize offset = 0, n_exact = 0, n_all = 0;

  for (int i = 0; lines[i] != NULL; i++)
    {
      g_auto (GStrv) word = g_strsplit (lines[i], " ", -1);
      g_autoptr (GError) error = NULL;
      Case c = parse_case (word);
      g_autoptr (PentSchedule) schedule =
          pent_schedule_new (diffusion, c.sampler, c.type, c.spacing, c.steps, &error);
      g_assert_no_error (error);
      g_test_message ("%s", lines[i]);

      const float *sigmas = golden_take (bytes, &offset, c.steps + 1);
      const float *timesteps = golden_take (bytes, &offset, c.steps);
      const float *targets = golden_take (bytes, &offset, c.steps);
      g_assert_cmpint (schedule->n_steps, ==, c.steps);
      g_assert_cmpfloat (difference (schedule->sigmas, sigmas, c.steps + 1), <, 5e-7);
      g_assert_cmpfloat (difference (schedule->targets, targets, c.steps), <, 5e-7);
      /* A timestep is where a logarithm falls in the table: to 1e-3 of a
       * timestep in float32, whole ones exactly. */
      g_assert_cmpfloat (difference (schedule->timesteps, timesteps, c.steps), <,
                         c.spacing == PENT_SPACING_LINSPACE ? 1e-5 : 1e-9);
      g_assert_cmpfloat_with_epsilon (schedule->initial_scale, g_ascii_strtod (word[4], NULL), 2e-6);
      g_assert_cmpstr (pent_schedule_type_name (schedule->type), ==, word[5]);
      for (int k = 0; k < c.steps; k++)
        n_exact += schedule->sigmas[k] == sigmas[k];
      n_all += c.steps;
    }
  g_assert_cmpuint (offset, ==, g_bytes_get_size (bytes));
  g_test_message ("%" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT " sigmas equal to the last bit", n_exact, n_all);
  /* Brownian noise hangs on the last bit. */
  g_assert_cmpuint (n_exact * 100, >, n_all * 98);
}

static void
test_table (void)
{
  g_autoptr (PentDiffusion) diffusion = stable_diffusion ();
  const float *sigmas = pent_diffusion_get_sigmas (diffusion);

  g_assert_cmpint (pent_diffusion_get_n_timesteps (diffusion), ==, 1000);
  g_assert_cmpfloat (sigmas[0], ==, 0.029167532920837402f);
  g_assert_cmpfloat (sigmas[999], ==, 14.614646911621094f);
  for (int t = 0; t < 1000; t++)
    {
      g_assert_cmpfloat_with_epsilon (pent_diffusion_sigma_to_t (diffusion, sigmas[t]), t, 2e-3);
      g_assert_cmpfloat_with_epsilon (pent_diffusion_t_to_sigma (diffusion, t), sigmas[t], 2e-6);
      g_assert_cmpfloat (pent_diffusion_t_to_sigma_linear (diffusion, t), ==, sigmas[t]);
    }
  g_assert_cmpfloat (pent_diffusion_sigma_to_t (diffusion, 1e-3f), ==, 0);
  g_assert_cmpfloat (pent_diffusion_sigma_to_t (diffusion, 100.0f), ==, 999);
  /* Halfway the two interpolations are the two means. */
  g_assert_cmpfloat_with_epsilon (pent_diffusion_t_to_sigma (diffusion, 500.5f),
                                  sqrt ((double) sigmas[500] * sigmas[501]), 1e-6);
  g_assert_cmpfloat_with_epsilon (pent_diffusion_t_to_sigma_linear (diffusion, 500.5),
                                  0.5 * ((double) sigmas[500] + sigmas[501]), 1e-6);
}

static void
test_bad_models (void)
{
  const struct
  {
    double start, end;
    int n;
  } bad[] = {
    { 0.00085, 0.012, 1 },  { 0.00085, 0.012, 0 },  { 0.00085, 0.012, -5 },      { 0.00085, 0.012, G_MAXINT },
    { 0, 0.012, 1000 },     { -1, 0.012, 1000 },    { 0.012, 0.00085, 1000 },    { 0.00085, 1, 1000 },
    { NAN, 0.012, 1000 },   { 0.00085, NAN, 1000 }, { 0.00085, INFINITY, 1000 }, { 0.5, 0.99, 1000 },
    { 1e-12, 1e-12, 1000 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;
      g_assert_null (pent_diffusion_new (bad[i].start, bad[i].end, i % 2, bad[i].n, &error));
      g_assert_error (error, PENT_ERROR, PENT_ERROR_FILE);
    }
}

static void
assert_refused (PentSampler sampler, PentScheduleType type, PentSpacing spacing, int steps)
{
  g_autoptr (PentDiffusion) diffusion = stable_diffusion ();
  g_autoptr (GError) error = NULL;

  g_assert_null (pent_schedule_new (diffusion, sampler, type, spacing, steps, &error));
  g_assert_error (error, PENT_ERROR, PENT_ERROR_USAGE);
}

static void
test_refusals (void)
{
  assert_refused (PENT_SAMPLER_EULER, PENT_SCHEDULE_NORMAL, PENT_SPACING_LINSPACE, 0);
  assert_refused (PENT_SAMPLER_EULER, PENT_SCHEDULE_NORMAL, PENT_SPACING_LINSPACE, -1);
  assert_refused (PENT_SAMPLER_EULER, PENT_SCHEDULE_NORMAL, PENT_SPACING_LINSPACE, G_MAXINT);
  for (int type = PENT_SCHEDULE_KARRAS; type < PENT_N_SCHEDULES; type++)
    {
      assert_refused (PENT_SAMPLER_EULER, type, PENT_SPACING_LEADING, 20);
      assert_refused (PENT_SAMPLER_DDIM, type, PENT_SPACING_TRAILING, 20);
    }
  assert_refused (PENT_SAMPLER_EULER, PENT_SCHEDULE_NORMAL, PENT_SPACING_LEADING, 1000);
  assert_refused (PENT_SAMPLER_EULER, PENT_SCHEDULE_NORMAL, PENT_SPACING_LEADING, 1001);
  assert_refused (PENT_SAMPLER_UNIPC, PENT_SCHEDULE_NORMAL, PENT_SPACING_LEADING, 999);
  assert_refused (PENT_SAMPLER_EULER, PENT_SCHEDULE_NORMAL, PENT_SPACING_TRAILING, 1001);
  assert_refused (PENT_SAMPLER_LCM, PENT_SCHEDULE_NORMAL, PENT_SPACING_LEADING, 51);
  assert_refused (PENT_SAMPLER_EULER, PENT_SCHEDULE_SIMPLE, PENT_SPACING_LINSPACE, 1001);
}

/* Every list that is given falls strictly to 0 and has the asked length. */
static void
test_lists_fall (void)
{
  g_autoptr (PentDiffusion) diffusion = stable_diffusion ();

  for (int sampler = 0; sampler < PENT_N_SAMPLERS; sampler++)
    for (int spacing = 0; spacing < PENT_N_SPACINGS; spacing++)
      for (int steps = 1; steps <= 1000; steps += 1 + steps / 3)
        {
          g_autoptr (PentSchedule) schedule =
              pent_schedule_new (diffusion, sampler, PENT_SCHEDULE_AUTOMATIC, spacing, steps, NULL);
          if (schedule == NULL)
            {
              g_assert_cmpint (spacing, !=, PENT_SPACING_LINSPACE);
              continue;
            }
          g_assert_cmpint (schedule->n_steps, ==, steps);
          g_assert_cmpfloat (schedule->sigmas[steps], ==, 0);
          for (int i = 0; i < steps; i++)
            {
              g_assert_cmpfloat (schedule->sigmas[i], >, schedule->sigmas[i + 1]);
              g_assert_cmpfloat (schedule->timesteps[i], >=, 0);
              g_assert_cmpfloat (schedule->timesteps[i], <=, 999);
            }
        }
}

static void
test_strength (void)
{
  g_autoptr (PentDiffusion) diffusion = stable_diffusion ();
  g_autoptr (PentSchedule) twenty =
      pent_schedule_new (diffusion, PENT_SAMPLER_HEUN, PENT_SCHEDULE_NORMAL, PENT_SPACING_LINSPACE, 20, NULL);
  g_autoptr (PentSchedule) seven =
      pent_schedule_new (diffusion, PENT_SAMPLER_EULER, PENT_SCHEDULE_NORMAL, PENT_SPACING_LINSPACE, 7, NULL);

  g_assert_cmpint (pent_schedule_start_for_strength (twenty, 0.75), ==, 5);
  g_assert_cmpint (pent_schedule_start_for_strength (twenty, 0.5), ==, 10);
  g_assert_cmpint (pent_schedule_start_for_strength (twenty, 1.0), ==, 0);
  g_assert_cmpint (pent_schedule_start_for_strength (twenty, 0.0), ==, 20);
  g_assert_cmpint (pent_schedule_start_for_strength (twenty, 0.04), ==, 20);
  g_assert_cmpint (pent_schedule_start_for_strength (seven, 0.5), ==, 4);
  g_assert_cmpint (pent_schedule_count_calls (twenty, 0), ==, 39);
  g_assert_cmpint (pent_schedule_count_calls (twenty, 19), ==, 1);
  g_assert_cmpint (pent_schedule_count_calls (twenty, 20), ==, 0);
  g_assert_cmpint (pent_schedule_count_calls (seven, 4), ==, 3);
}

static void
test_names (void)
{
  PentSampler sampler;
  PentScheduleType type = PENT_SCHEDULE_SIMPLE;

  for (int i = 0; i < PENT_N_SAMPLERS; i++)
    {
      g_assert_true (pent_sampler_from_name (pent_sampler_get_info (i)->name, &sampler));
      g_assert_cmpint (sampler, ==, i);
      g_assert_true (
          pent_sampler_from_display_name (pent_sampler_get_info (i)->display_name, &sampler, &type));
      g_assert_cmpint (sampler, ==, i);
      g_assert_cmpint (type, ==, PENT_SCHEDULE_SIMPLE);
    }
  for (int i = 0; i < PENT_N_SCHEDULES; i++)
    {
      g_assert_true (pent_schedule_type_from_name (pent_schedule_type_name (i), &type));
      g_assert_cmpint (type, ==, i);
      g_assert_true (pent_schedule_type_from_display_name (pent_schedule_type_display_name (i), &type));
      g_assert_cmpint (type, ==, i);
    }
  g_assert_true (pent_sampler_from_display_name ("DPM++ 2M SDE Karras", &sampler, &type));
  g_assert_cmpint (sampler, ==, PENT_SAMPLER_DPMPP_2M_SDE);
  g_assert_cmpint (type, ==, PENT_SCHEDULE_KARRAS);
  g_assert_true (pent_sampler_from_display_name ("DPM++ 2M exponential", &sampler, &type));
  g_assert_cmpint (sampler, ==, PENT_SAMPLER_DPMPP_2M);
  g_assert_cmpint (type, ==, PENT_SCHEDULE_EXPONENTIAL);
  g_assert_true (pent_schedule_type_from_display_name ("Uniform", &type));
  g_assert_cmpint (type, ==, PENT_SCHEDULE_NORMAL);
  g_assert_false (pent_sampler_from_display_name ("DPM++ 2M SDE Heun", &sampler, &type));
  g_assert_false (pent_sampler_from_display_name ("", &sampler, &type));
  g_assert_false (pent_sampler_from_name ("Euler", &sampler));
  g_assert_false (pent_schedule_type_from_name ("", &type));
}

static void
test_predictions (void)
{
  const float x[3] = { 1.5f, -2.0f, 0.25f };
  const float output[3] = { 0.5f, 1.0f, -3.0f };
  float denoised[3], same[3] = { 0.5f, 1.0f, -3.0f };

  g_assert_cmpfloat_with_epsilon (pent_model_input_scale (2.0), 1.0 / sqrt (5.0), 1e-15);
  pent_denoised_from_epsilon (2.0, 3, x, output, denoised);
  g_assert_cmpfloat (denoised[0], ==, 0.5f);
  g_assert_cmpfloat (denoised[2], ==, 6.25f);
  pent_denoised_from_v (2.0, 3, x, output, denoised);
  for (int i = 0; i < 3; i++)
    g_assert_cmpfloat_with_epsilon (denoised[i], x[i] / 5.0 - output[i] * 2.0 / sqrt (5.0), 1e-6);
  pent_denoised_from_v (2.0, 3, x, same, same);
  g_assert_cmpmem (same, sizeof same, denoised, sizeof denoised);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/samplers/schedule/goldens", test_goldens);
  g_test_add_func ("/samplers/schedule/refusals", test_refusals);
  g_test_add_func ("/samplers/schedule/lists-fall", test_lists_fall);
  g_test_add_func ("/samplers/schedule/strength", test_strength);
  g_test_add_func ("/samplers/diffusion/table", test_table);
  g_test_add_func ("/samplers/diffusion/bad-models", test_bad_models);
  g_test_add_func ("/samplers/diffusion/predictions", test_predictions);
  g_test_add_func ("/samplers/names", test_names);
  return g_test_run ();
}
