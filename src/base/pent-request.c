/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-request.h"

static const char *const fill_names[] = { "original", "blur", "noise", "neutral" };
static const char *const region_names[] = { "auto", "whole", "masked" };
static const char *const composite_names[] = { "exact", "none" };
static const char *const fit_names[] = { "crop", "scale", "pad" };
static const char *const precision_names[] = { "auto", "f32", "bf16", "f16", "int8" };

static gboolean
find_name (const char *const *names, int n, const char *name, int *index)
{
  for (int i = 0; i < n; i++)
    if (g_str_equal (names[i], name))
      {
        *index = i;
        return TRUE;
      }
  return FALSE;
}

const char *
pent_fill_name (PentFill fill)
{
  return fill_names[fill];
}

gboolean
pent_fill_from_name (const char *name, PentFill *fill)
{
  int index = 0;
  gboolean found = find_name (fill_names, G_N_ELEMENTS (fill_names), name, &index);
  *fill = index;
  return found;
}

const char *
pent_region_name (PentRegion region)
{
  return region_names[region];
}

gboolean
pent_region_from_name (const char *name, PentRegion *region)
{
  int index = 0;
  gboolean found = find_name (region_names, G_N_ELEMENTS (region_names), name, &index);
  *region = index;
  return found;
}

const char *
pent_composite_name (PentComposite composite)
{
  return composite_names[composite];
}

gboolean
pent_composite_from_name (const char *name, PentComposite *composite)
{
  int index = 0;
  gboolean found = find_name (composite_names, G_N_ELEMENTS (composite_names), name, &index);
  *composite = index;
  return found;
}

const char *
pent_fit_name (PentFit fit)
{
  return fit_names[fit];
}

gboolean
pent_fit_from_name (const char *name, PentFit *fit)
{
  int index = 0;
  gboolean found = find_name (fit_names, G_N_ELEMENTS (fit_names), name, &index);
  *fit = index;
  return found;
}

const char *
pent_precision_name (PentPrecision precision)
{
  return precision_names[precision];
}

gboolean
pent_precision_from_name (const char *name, PentPrecision *precision)
{
  int index = 0;
  gboolean found = find_name (precision_names, G_N_ELEMENTS (precision_names), name, &index);
  *precision = index;
  return found;
}

/**
 * pent_request_new:
 *
 * Returns: (transfer full): a request with every default of the command line
 *   and seed 0
 */
PentRequest *
pent_request_new (void)
{
  PentRequest *self = g_new0 (PentRequest, 1);

  g_atomic_ref_count_init (&self->refs);
  self->prompt = g_strdup ("");
  self->negative = g_strdup ("");
  self->count = 1;
  self->steps = 20;
  self->stop_after = PENT_UNSET;
  self->cfg = 7;
  self->cfg_to = 1;
  self->step_cache = 1;
  self->width = PENT_UNSET;
  self->height = PENT_UNSET;
  self->clip_skip = 1;
  self->prediction = g_strdup ("auto");
  self->sampler = g_strdup ("dpmpp-2m");
  self->schedule = g_strdup ("automatic");
  self->spacing = g_strdup ("linspace");
  self->rng = g_strdup ("philox");
  self->strength = PENT_UNSET;
  self->grow = PENT_UNSET;
  self->feather = PENT_UNSET;
  self->blend = PENT_UNSET;
  self->match = PENT_UNSET;
  self->hires = PENT_UNSET;
  self->hires_strength = PENT_UNSET;
  self->tile = PENT_UNSET;
  self->device = g_strdup ("auto");
  return self;
}

/**
 * pent_request_copy:
 *
 * Returns: (transfer full): a request of its own, which its maker may still
 *   change
 */
PentRequest *
pent_request_copy (const PentRequest *self)
{
  PentRequest *copy = g_memdup2 (self, sizeof *self);

  g_atomic_ref_count_init (&copy->refs);
  copy->prompt = g_strdup (self->prompt);
  copy->negative = g_strdup (self->negative);
  copy->template_name = g_strdup (self->template_name);
  copy->model = g_strdup (self->model);
  copy->vae = g_strdup (self->vae);
  copy->prediction = g_strdup (self->prediction);
  copy->sampler = g_strdup (self->sampler);
  copy->schedule = g_strdup (self->schedule);
  copy->spacing = g_strdup (self->spacing);
  copy->rng = g_strdup (self->rng);
  copy->device = g_strdup (self->device);
  copy->parent_hash = g_strdup (self->parent_hash);
  copy->notes = g_strdup (self->notes);
  copy->init = self->init != NULL ? pent_image_ref (self->init) : NULL;
  copy->mask = self->mask != NULL ? pent_image_ref (self->mask) : NULL;
  return copy;
}

PentRequest *
pent_request_ref (PentRequest *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
pent_request_unref (PentRequest *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  g_free (self->prompt);
  g_free (self->negative);
  g_free (self->model);
  g_free (self->vae);
  g_free (self->prediction);
  g_free (self->sampler);
  g_free (self->schedule);
  g_free (self->spacing);
  g_free (self->rng);
  g_free (self->device);
  g_free (self->parent_hash);
  g_free (self->notes);
  g_free (self->template_name);
  g_clear_pointer (&self->init, pent_image_unref);
  g_clear_pointer (&self->mask, pent_image_unref);
  g_free (self);
}
