/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-rerun.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <stdio.h>

#include "pent-error.h"

static void
set_text (char **target, const char *value)
{
  if (value == NULL)
    return;
  g_free (*target);
  *target = g_strdup (value);
}

static gboolean
read_margins (const PentRecipe *recipe, int margins[4])
{
  char rest;
  return recipe->outpaint == NULL ||
         sscanf (recipe->outpaint, "%d,%d,%d,%d%c", &margins[0], &margins[1], &margins[2], &margins[3], &rest) == 4;
}

/* The size that was asked for: before a second pass enlarged it, and without
 * margins. Where none was asked for, the source's own stays unset: only so may
 * it be any number. */
static gboolean
set_size (PentRequest *request, const PentRecipe *recipe)
{
  const int *margins = request->outpaint;
  int width = recipe->width, height = recipe->height;
  char rest;
  if (width == PENT_UNSET || height == PENT_UNSET || (request->init != NULL && recipe->fit == NULL))
    return TRUE;
  if (recipe->hires != PENT_UNSET &&
      (recipe->computed_size == NULL || sscanf (recipe->computed_size, "%dx%d%c", &width, &height, &rest) != 2))
    return FALSE;
  request->width = width - margins[0] - margins[2];
  request->height = height - margins[1] - margins[3];
  return TRUE;
}

static gboolean
set_edit (PentRequest *request, const PentRecipe *recipe)
{
  request->strength = recipe->strength;
  request->grow = recipe->grow;
  request->feather = recipe->feather;
  request->blend = recipe->blend;
  request->match = recipe->match;
  return (recipe->fit == NULL || pent_fit_from_name (recipe->fit, &request->fit)) && read_margins (recipe, request->outpaint) &&
         (recipe->fill == NULL || pent_fill_from_name (recipe->fill, &request->fill)) &&
         (recipe->region == NULL || pent_region_from_name (recipe->region, &request->region)) &&
         (recipe->composite == NULL || pent_composite_from_name (recipe->composite, &request->composite));
}

/**
 * pent_request_from_recipe:
 * @recipe: ours; one of another program lacks things, for which defaults stand
 * @source: (nullable): the picture with its source_hash
 * @mask: (nullable): the picture with its mask_hash
 *
 * The request that makes the recipe's picture again. The model is left to the
 * caller, who finds it.
 *
 * Returns: (transfer full): the request; %NULL with %PENT_ERROR_FILE where the
 *   recipe says what this program does not know
 */
PentRequest *
pent_request_from_recipe (const PentRecipe *recipe, PentImage *source, PentImage *mask, GError **error)
{
  g_autoptr (PentRequest) request = pent_request_new ();
  set_text (&request->prompt, recipe->prompt);
  set_text (&request->negative, recipe->negative);
  set_text (&request->prediction, recipe->prediction);
  set_text (&request->sampler, recipe->sampler);
  set_text (&request->schedule, recipe->schedule);
  set_text (&request->spacing, recipe->spacing);
  set_text (&request->rng, recipe->rng);
  set_text (&request->device, recipe->device);
  set_text (&request->parent_hash, recipe->parent_hash);
  request->seed = recipe->seed != PENT_UNSET ? recipe->seed : 0;
  request->steps = recipe->steps != PENT_UNSET ? recipe->steps : request->steps;
  request->stop_after = recipe->stop_after;
  request->cfg = recipe->cfg != PENT_UNSET ? recipe->cfg : request->cfg;
  request->cfg_from = recipe->cfg_from != PENT_UNSET ? recipe->cfg_from : 0;
  request->cfg_to = recipe->cfg_to != PENT_UNSET ? recipe->cfg_to : 1;
  request->step_cache = recipe->step_cache != PENT_UNSET ? recipe->step_cache : 1;
  request->clip_skip = recipe->clip_skip != PENT_UNSET ? recipe->clip_skip : request->clip_skip;
  request->memory_limit = recipe->memory_limit != PENT_UNSET ? recipe->memory_limit : 0;
  request->hires = recipe->hires;
  request->hires_strength = recipe->hires_strength;
  request->tile = recipe->tile;
  request->init = source != NULL ? pent_image_ref (source) : NULL;
  request->mask = mask != NULL ? pent_image_ref (mask) : NULL;
  if ((source == NULL || set_edit (request, recipe)) &&
      (recipe->precision == NULL || pent_precision_from_name (recipe->precision, &request->precision)) &&
      set_size (request, recipe))
    return g_steal_pointer (&request);
  g_set_error (error, PENT_ERROR, PENT_ERROR_FILE,
               _("The recipe holds words that this program does not know: use the one that wrote it, %s."),
               recipe->program != NULL ? recipe->program : "whichever that is");
  return NULL;
}

static int
sample_at (const PentImage *image, gsize index)
{
  return image->bits == 8 ? image->pixels[index] : ((const guint16 *) (gconstpointer) image->pixels)[index];
}

/**
 * pent_images_compare:
 *
 * Returns: how far @b is from @a
 */
PentComparison
pent_images_compare (const PentImage *a, const PentImage *b)
{
  PentComparison result = {
    .same_size = a->width == b->width && a->height == b->height && a->channels == b->channels && a->bits == b->bits,
    .n_pixels = (gint64) a->width * a->height, .psnr = INFINITY,
  };
  double squares = 0;
  for (gint64 i = 0; result.same_size && i < result.n_pixels; i++)
    {
      gboolean differs = FALSE;
      for (int k = 0; k < a->channels; k++)
        {
          gsize index = (gsize) i * a->channels + k;
          int difference = abs (sample_at (a, index) - sample_at (b, index));
          differs |= difference != 0;
          result.largest = MAX (result.largest, difference);
          squares += (double) difference * difference;
        }
      result.n_different += differs;
    }
  double peak = a->bits == 8 ? 255 : 65535;
  if (squares > 0)
    result.psnr = 10 * log10 (peak * peak * result.n_pixels * a->channels / squares);
  return result;
}

static void
add_reason (GString *reasons, const char *what, const char *before, const char *now)
{
  if (before != NULL && now != NULL && !g_str_equal (before, now))
    g_string_append_printf (reasons, "%sanother %s (%s, then %s)", reasons->len > 0 ? ", " : "", what, now, before);
}

/**
 * pent_recipes_differ:
 * @before: the picture's
 * @now: of what was made again
 *
 * Returns: (transfer full): the likely reason why the pictures differ, in a few
 *   words
 */
char *
pent_recipes_differ (const PentRecipe *before, const PentRecipe *now)
{
  GString *reasons = g_string_new (NULL);
  if (before->model_hash != NULL && now->model_hash != NULL && !g_str_has_prefix (now->model_hash, before->model_hash))
    g_string_append_printf (reasons, "another model (%s, then %s)", now->model, before->model);
  if (before->joined != NULL)
    g_string_append_printf (reasons, "%sthe picture was joined anew after it was painted", reasons->len > 0 ? ", " : "");
  add_reason (reasons, "VAE", before->vae_hash, now->vae_hash);
  add_reason (reasons, "device", before->device, now->device);
  if (g_strcmp0 (before->device, now->device) == 0)
    add_reason (reasons, "device", before->device_name, now->device_name);
  add_reason (reasons, "precision", before->precision, now->precision);
  add_reason (reasons, "version", before->program, now->program);
  add_reason (reasons, "source", before->source_hash, now->source_hash);
  add_reason (reasons, "mask", before->mask_hash, now->mask_hash);
  if (reasons->len == 0)
    g_string_append (reasons, before->model_hash == NULL ? "the recipe does not say by which model"
                                                         : "the picture was changed after it was made, or the recipe is not complete");
  return g_string_free (reasons, FALSE);
}
