/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-request.h"

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
  self->cfg = 7;
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
  self->device = g_strdup ("auto");
  return self;
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
  g_clear_pointer (&self->init, pent_image_unref);
  g_clear_pointer (&self->mask, pent_image_unref);
  g_free (self);
}
