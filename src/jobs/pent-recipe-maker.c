/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-recipe-maker.h"

#include "pent-hash-cache.h"
#include "pent-hash.h"

void
pent_hashes_clear (PentHashes *self)
{
  g_clear_pointer (&self->model, g_free);
  g_clear_pointer (&self->vae, g_free);
  g_clear_pointer (&self->source, g_free);
  g_clear_pointer (&self->mask, g_free);
}

static void
hash_pictures (PentHashes *self, const PentRequest *request)
{
  if (request->init != NULL)
    self->source = pent_image_hash (request->init);
  if (request->mask != NULL)
    self->mask = pent_image_hash (request->mask);
}

/**
 * pent_hashes_compute:
 * @self: empty
 * @model_path: the model that was loaded
 *
 * Takes seconds for a large model that was not hashed before.
 *
 * Returns: %FALSE with %PENT_ERROR_FILE or %G_IO_ERROR_CANCELLED
 */
gboolean
pent_hashes_compute (PentHashes *self, const PentRequest *request, const char *model_path,
                         GCancellable *cancellable, GError **error)
{
  g_autoptr (PentHashCache) cache = pent_hash_cache_new ();
  hash_pictures (self, request);
  self->model = pent_hash_cache_hash_model (cache, model_path, cancellable, error);
  if (self->model == NULL)
    return FALSE;
  if (request->vae != NULL)
    {
      self->vae = pent_hash_cache_hash_model (cache, request->vae, cancellable, error);
      if (self->vae == NULL)
        return FALSE;
    }
  return TRUE;
}

/**
 * pent_hashes_recall:
 *
 * As pent_hashes_compute(), but without reading a model.
 */
void
pent_hashes_recall (PentHashes *self, const PentRequest *request, const char *model_path)
{
  g_autoptr (PentHashCache) cache = pent_hash_cache_new ();
  self->model = pent_hash_cache_find_model (cache, model_path);
  if (request->vae != NULL)
    self->vae = pent_hash_cache_find_model (cache, request->vae);
  hash_pictures (self, request);
}

/* What was said when the pictures were read, and when they were looked at. */
static char *
collect_notes (const PentRequest *request, const PentRunInfo *info)
{
  GString *notes = g_string_new (request->notes);

  for (guint i = 0; i < info->warnings->len; i++)
    g_string_append_printf (notes, "%s%s", notes->len > 0 ? " " : "", (char *) g_ptr_array_index (info->warnings, i));
  return g_string_free (notes, notes->len == 0);
}

static void
describe_source (PentRecipe *recipe, const PentRequest *request, const PentRunInfo *info, const PentHashes *hashes)
{
  const int *o = request->outpaint;
  gboolean extended = o[0] > 0 || o[1] > 0 || o[2] > 0 || o[3] > 0;

  if (request->hires != PENT_UNSET)
    {
      recipe->hires = request->hires;
      recipe->hires_strength = info->hires_strength;
      recipe->computed_size = g_strdup_printf ("%dx%d", info->run_width, info->run_height);
    }
  recipe->tile = info->tile;
  recipe->parent_hash = g_strdup (request->parent_hash);
  if (request->init == NULL)
    return;
  if (info->fitted)
    recipe->fit = g_strdup (pent_fit_name (request->fit));
  recipe->strength = info->strength;
  recipe->source_hash = g_strdup (hashes->source);
  recipe->notes = collect_notes (request, info);
  if (request->mask == NULL && !extended)
    return;
  recipe->mask_hash = g_strdup (hashes->mask);
  recipe->fill = g_strdup (pent_fill_name (request->fill));
  recipe->region = g_strdup (pent_region_name (request->region));
  /* Several passes have widths of their own, which follow from the same request. */
  recipe->grow = extended ? request->grow : info->grow;
  recipe->feather = extended ? request->feather : info->feather;
  recipe->blend = extended ? request->blend : info->blend;
  if (request->composite == PENT_COMPOSITE_EXACT)
    recipe->match = info->match;
  recipe->composite = g_strdup (pent_composite_name (request->composite));
  if (extended)
    recipe->outpaint = g_strdup_printf ("%d,%d,%d,%d", o[0], o[1], o[2], o[3]);
  recipe->computed = g_strdup_printf ("%d,%d,%d,%d", info->region.x, info->region.y, info->region.width,
                                      info->region.height);
  recipe->computed_size = g_strdup_printf ("%dx%d", info->run_width, info->run_height);
}

/**
 * pent_make_recipe:
 * @info: what the pipeline resolved
 * @seed: of this picture
 *
 * Returns: (transfer full): how the picture was made
 */
PentRecipe *
pent_make_recipe (const PentRequest *request, const PentRunInfo *info, const PentHashes *hashes, gint64 seed)
{
  PentRecipe *recipe = pent_recipe_new ();
  recipe->program = g_strdup ("Pentimento " PENT_VERSION);
  recipe->prompt = g_strdup (request->prompt);
  recipe->template_name = g_strdup (request->template_name);
  recipe->negative = g_strdup (request->negative);
  recipe->seed = seed;
  recipe->steps = request->steps;
  recipe->stop_after = info->stopped_after;
  recipe->sampler = g_strdup (info->sampler);
  recipe->schedule = g_strdup (info->schedule);
  recipe->spacing = g_strdup (info->spacing);
  recipe->rng = g_strdup (info->rng);
  recipe->cfg = request->cfg;
  recipe->cfg_from = request->cfg_from > 0 ? request->cfg_from : PENT_UNSET;
  recipe->cfg_to = request->cfg_to < 1 ? request->cfg_to : PENT_UNSET;
  recipe->step_cache = request->step_cache > 1 ? request->step_cache : PENT_UNSET;
  recipe->width = info->width;
  recipe->height = info->height;
  recipe->clip_skip = request->clip_skip;
  recipe->prediction = g_strdup (info->prediction);
  recipe->model = g_strdup (info->model_name);
  recipe->model_hash = g_strdup (hashes->model);
  recipe->family = g_strdup (info->family);
  recipe->vae = g_strdup (info->vae_name);
  recipe->vae_hash = g_strdup (hashes->vae);
  describe_source (recipe, request, info, hashes);
  recipe->device = g_strdup (info->device);
  recipe->device_name = g_strdup (info->device_description);
  recipe->precision = g_strdup (info->precision);
  if (request->memory_limit > 0)
    recipe->memory_limit = request->memory_limit;
  return recipe;
}
