/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the prompt pane takes over from elsewhere: recipes and templates, each
 * as one edit that can be undone. */
#define G_LOG_DOMAIN "pentimento"

#include "pent-prompt-pane-private.h"

#include <string.h>

#include "pent-prompt-slots.h"
#include "pent-sampler-info.h"
#include "pent-shipped-model.h"

static void
insert_edit (GVariantDict *dict, const PentRequest *request)
{
  g_variant_dict_insert (dict, "from_picture", "b", request->init != NULL);
  if (request->init == NULL)
    return;
  if (request->strength != PENT_UNSET)
    g_variant_dict_insert (dict, "strength", "d", request->strength);
  g_variant_dict_insert (dict, "fill", "u", (guint) request->fill);
  g_variant_dict_insert (dict, "region", "u", (guint) request->region);
  if (request->grow != PENT_UNSET)
    g_variant_dict_insert (dict, "grow", "d", (double) request->grow);
  if (request->feather != PENT_UNSET)
    g_variant_dict_insert (dict, "feather", "d", (double) request->feather);
}

/* Settings of a draft with what @use takes over from @request. */
static GVariant *
merge_settings (PentPromptPane *self, const PentRequest *request, PentUse use)
{
  g_autoptr (GVariant) now = g_variant_ref_sink (pent_prompt_pane_read_settings (self));
  g_autofree char *seed = g_strdup_printf ("%" G_GINT64_FORMAT, request->seed);
  PentSampler sampler = 0;
  PentScheduleType schedule = 0;
  GVariantDict dict;

  g_variant_dict_init (&dict, now);
  if (use & PENT_USE_PROMPT)
    {
      g_variant_dict_insert (&dict, "prompt", "s", request->prompt);
      g_variant_dict_insert (&dict, "negative", "s", request->negative);
    }
  if (use & PENT_USE_SEED)
    {
      g_variant_dict_insert (&dict, "seed", "s", seed);
      g_variant_dict_insert (&dict, "seed_locked", "b", TRUE);
    }
  if (use & PENT_USE_SETTINGS)
    {
      g_variant_dict_insert (&dict, "model", "s", pent_shipped_model_is (request->model) ? "" : request->model);
      g_variant_dict_insert (&dict, "steps", "d", (double) request->steps);
      g_variant_dict_insert (&dict, "cfg", "d", request->cfg);
      if (request->width != PENT_UNSET)
        g_variant_dict_insert (&dict, "width", "d", (double) request->width);
      if (request->height != PENT_UNSET)
        g_variant_dict_insert (&dict, "height", "d", (double) request->height);
      if (pent_sampler_from_name (request->sampler, &sampler))
        g_variant_dict_insert (&dict, "sampler", "u", (guint) sampler);
      if (pent_schedule_type_from_name (request->schedule, &schedule))
        g_variant_dict_insert (&dict, "schedule", "u", (guint) schedule);
    }
  if (use & PENT_USE_CANVAS)
    insert_edit (&dict, request);
  return g_variant_dict_end (&dict);
}

/* An empty page has the size that will be painted. */
static void
set_page (PentCanvasState *state, int width, int height)
{
  pent_tile_mask_free (state->mask);
  state->width = width;
  state->height = height;
  state->mask = pent_tile_mask_new (width, height);
}

/* The canvas that @request was painted on, if it was. */
static void
take_canvas (PentCanvasState *state, const PentRequest *request)
{
  if (request->init == NULL)
    return;
  g_clear_pointer (&state->picture, pent_image_unref);
  state->picture = pent_image_ref (request->init);
  state->width = request->init->width;
  state->height = request->init->height;
  memcpy (state->margins, request->outpaint, sizeof state->margins);
  pent_tile_mask_free (state->mask);
  state->mask = request->mask != NULL
                  ? pent_tile_mask_from_image (request->mask, state->width, state->height, NULL) : NULL;
  if (state->mask == NULL)
    state->mask = pent_tile_mask_new (state->width, state->height);
}

/**
 * pent_prompt_pane_use_request:
 * @request: how a picture was painted
 * @use: what of it is taken over
 *
 * Shows it, and what it was painted on, as one edit that can be undone.
 */
void
pent_prompt_pane_use_request (PentPromptPane *self, const PentRequest *request, PentUse use)
{
  g_return_if_fail (PENT_IS_PROMPT_PANE (self));
  g_return_if_fail (self->document != NULL);

  g_autoptr (PentCanvasState) state = pent_document_snapshot (self->document);
  g_clear_pointer (&state->settings, g_variant_unref);
  state->settings = g_variant_ref_sink (merge_settings (self, request, use));
  if (use & PENT_USE_CANVAS)
    take_canvas (state, request);
  if ((use & PENT_USE_SETTINGS) && state->picture == NULL && request->width != PENT_UNSET)
    set_page (state, request->width, request->height);
  pent_document_replace (self->document, state, PENT_EDIT_SETTINGS, 0);
}

/**
 * pent_prompt_pane_use_template:
 * @template: takes the place of the prompt, with its first slot selected
 */
void
pent_prompt_pane_use_template (PentPromptPane *self, const PentTemplate *template)
{
  g_return_if_fail (PENT_IS_PROMPT_PANE (self));
  g_return_if_fail (self->document != NULL);

  g_autoptr (PentCanvasState) state = pent_document_snapshot (self->document);
  g_autoptr (GVariant) now = g_variant_ref_sink (pent_prompt_pane_read_settings (self));
  g_autofree char *name = g_strdup_printf ("%s@%" G_GINT64_FORMAT, template->name, template->version);
  GtkTextView *view = GTK_TEXT_VIEW (self->prompt);
  GtkTextIter begin;
  GVariantDict dict;

  g_variant_dict_init (&dict, now);
  g_variant_dict_insert (&dict, "prompt", "s", template->text);
  g_variant_dict_insert (&dict, "template_name", "s", name);
  g_variant_dict_insert (&dict, "template_text", "s", template->text);
  g_clear_pointer (&state->settings, g_variant_unref);
  state->settings = g_variant_ref_sink (g_variant_dict_end (&dict));
  pent_document_replace (self->document, state, PENT_EDIT_SETTINGS, 0);
  pent_prompt_pane_focus_prompt (self);
  gtk_text_buffer_get_start_iter (gtk_text_view_get_buffer (view), &begin);
  gtk_text_buffer_place_cursor (gtk_text_view_get_buffer (view), &begin);
  pent_prompt_slots_select (view, TRUE);
}
