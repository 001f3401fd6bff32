/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-cli-order.h"

#include <string.h>
#include <sys/random.h>

#include "pent-cli-device.h"
#include "pent-cli-message.h"
#include "pent-cli-template.h"
#include "pent-edit-file.h"
#include "pent-error.h"
#include "pent-picture.h"

/* Seeds are drawn from the range that other programs use, so that one can be
 * typed into them. */
#define DRAWN_SEED_BITS 32

static gboolean
fail_usage (GError **error, const char *sentence)
{
  g_set_error_literal (error, PENT_ERROR, PENT_ERROR_USAGE, sentence);
  return FALSE;
}

/* LEFT,TOP,RIGHT,BOTTOM: four whole numbers, not all of them 0. */
static gboolean
parse_margins (const char *value, int margins[4])
{
  g_auto (GStrv) parts = g_strsplit (value, ",", -1);
  guint64 side, sum = 0;

  if (g_strv_length (parts) != 4)
    return FALSE;
  for (int i = 0; i < 4; i++)
    {
      if (!g_ascii_string_to_unsigned (parts[i], 10, 0, PENT_PICTURE_MAX_SIDE, &side, NULL))
        return FALSE;
      margins[i] = side;
      sum += side;
    }
  return sum > 0;
}

static gboolean
check_margins (PentCliArguments *arguments, GError **error)
{
  const char *value = pent_cli_arguments_get_text (arguments, "outpaint", NULL);
  int margins[4];

  if (value == NULL)
    return TRUE;
  if (!pent_cli_arguments_has (arguments, "init"))
    return fail_usage (error, "--outpaint needs a picture to widen: give it with --init.");
  if (parse_margins (value, margins))
    return TRUE;
  g_set_error (error, PENT_ERROR, PENT_ERROR_USAGE,
               "--outpaint cannot be \"%s\": it is LEFT,TOP,RIGHT,BOTTOM, four whole numbers from 0 to %d that are not "
               "all 0, such as 64,0,64,0.", value, PENT_PICTURE_MAX_SIDE);
  return FALSE;
}

static gboolean
check_side (PentCliArguments *arguments, const char *name, GError **error)
{
  gint64 pixels = pent_cli_arguments_get_whole (arguments, name, 8);
  gint64 below = pixels / 8 * 8;
  if (below == pixels)
    return TRUE;
  if (below == 0)
    g_set_error (error, PENT_ERROR, PENT_ERROR_USAGE,
                 "--%s cannot be %" G_GINT64_FORMAT ": it is a multiple of 8, and the nearest are 8 and 16.", name, pixels);
  else
    g_set_error (error, PENT_ERROR, PENT_ERROR_USAGE,
                 "--%s cannot be %" G_GINT64_FORMAT ": it is a multiple of 8, and the nearest are %" G_GINT64_FORMAT
                 " and %" G_GINT64_FORMAT ".", name, pixels, below, below + 8);
  return FALSE;
}

static gboolean
check_spacing (PentCliArguments *arguments, GError **error)
{
  const char *spacing = pent_cli_arguments_get_text (arguments, "spacing", "linspace");
  const char *schedule = pent_cli_arguments_get_text (arguments, "schedule", "automatic");
  if (g_str_equal (spacing, "linspace"))
    return TRUE;
  if (!g_str_equal (schedule, "normal") && !g_str_equal (schedule, "automatic"))
    {
      g_set_error (error, PENT_ERROR, PENT_ERROR_USAGE,
                   "--spacing %s goes with --schedule normal or automatic, not %s: change one of them.", spacing, schedule);
      return FALSE;
    }
  if (pent_cli_arguments_get_whole (arguments, "steps", 20) > 999)
    {
      g_set_error (error, PENT_ERROR, PENT_ERROR_USAGE,
                   "--steps can be at most 999 with --spacing %s: lower it, or use --spacing linspace.", spacing);
      return FALSE;
    }
  return TRUE;
}

static gboolean
check_names (PentCliArguments *arguments, GError **error)
{
  PentPictureFormat format;
  const char *output = pent_cli_arguments_get_text (arguments, "output", NULL);
  const char *latents = pent_cli_arguments_get_text (arguments, "latents", NULL);
  if (output != NULL && !pent_picture_format_from_name (output, &format))
    {
      g_set_error (error, PENT_ERROR, PENT_ERROR_USAGE,
                   "--output cannot be \"%s\": it must end in .png, .jpg, .jpeg or .webp.", output);
      return FALSE;
    }
  if (latents != NULL && !g_str_has_suffix (latents, ".safetensors"))
    {
      g_set_error (error, PENT_ERROR, PENT_ERROR_USAGE,
                   "--latents cannot be \"%s\": it must end in .safetensors.", latents);
      return FALSE;
    }
  return TRUE;
}

static gboolean
check_seed (PentCliArguments *arguments, GError **error)
{
  gint64 count = pent_cli_arguments_get_whole (arguments, "count", 1);
  gint64 seed = pent_cli_arguments_get_whole (arguments, "seed", 0);
  if (seed <= G_MAXINT64 - (count - 1))
    return TRUE;
  g_set_error (error, PENT_ERROR, PENT_ERROR_USAGE,
               "--seed can be at most %" G_GINT64_FORMAT " with --count %" G_GINT64_FORMAT ": lower one of them.",
               G_MAXINT64 - (count - 1), count);
  return FALSE;
}

/* No machine holds it, and the arithmetic behind need not wonder. */
static gboolean
check_memory (PentCliArguments *arguments, GError **error)
{
  gint64 width = pent_cli_arguments_get_whole (arguments, "width", 8);
  gint64 height = pent_cli_arguments_get_whole (arguments, "height", 8);
  if (width <= PENT_PICTURE_MAX_SIDE && height <= PENT_PICTURE_MAX_SIDE)
    return TRUE;
  g_set_error (error, PENT_ERROR, PENT_ERROR_MEMORY,
               "A picture with a side of %" G_GINT64_FORMAT " pixels does not fit in memory: %d is the most.",
               MAX (width, height), PENT_PICTURE_MAX_SIDE);
  return FALSE;
}

static gboolean
check_hires (PentCliArguments *arguments, GError **error)
{
  if (pent_cli_arguments_has (arguments, "hires")
      && (pent_cli_arguments_has (arguments, "mask") || pent_cli_arguments_has (arguments, "outpaint")))
    return fail_usage (error, "--hires enlarges a whole picture: leave it out with --mask and --outpaint.");
  return TRUE;
}

static gboolean
check_keep_edit (PentCliArguments *arguments, GError **error)
{
  const char *file = pent_cli_arguments_get_text (arguments, "keep-edit", NULL);
  if (file == NULL)
    return TRUE;
  if (!pent_cli_arguments_has (arguments, "mask") && !pent_cli_arguments_has (arguments, "outpaint"))
    return fail_usage (error, "--keep-edit has nothing to keep: it goes with --mask or --outpaint.");
  if (g_str_equal (pent_cli_arguments_get_text (arguments, "composite", "exact"), "none"))
    return fail_usage (error, "--keep-edit keeps how new and old are joined, and --composite none joins nothing: leave "
                       "one of them out.");
  if (g_str_has_suffix (file, PENT_EDIT_SUFFIX))
    return TRUE;
  g_set_error (error, PENT_ERROR, PENT_ERROR_USAGE, "--keep-edit cannot be \"%s\": it must end in " PENT_EDIT_SUFFIX ".",
               file);
  return FALSE;
}

/* Everything that needs no file and no model. */
static gboolean
check_usage (PentCliArguments *arguments, GError **error)
{
  gboolean has_template = pent_cli_arguments_has (arguments, "template");
  if (!has_template && !pent_cli_arguments_no_operands (arguments, error))
    return FALSE;
  if (has_template && pent_cli_arguments_has (arguments, "prompt"))
    return fail_usage (error, "--template and --prompt both say what to paint: leave out one of them.");
  if (!has_template && !pent_cli_arguments_has (arguments, "prompt"))
    return fail_usage (error, "--prompt is missing: --prompt \"a lighthouse by the sea, sunset\" says what to paint.");
  if (pent_cli_arguments_has (arguments, "mask") && !pent_cli_arguments_has (arguments, "init"))
    return fail_usage (error, "--mask needs a picture to repaint: give it with --init.");
  return check_hires (arguments, error) && check_margins (arguments, error) &&
         check_side (arguments, "width", error) && check_side (arguments, "height", error) &&
         pent_cli_check_device (pent_cli_arguments_get_text (arguments, "device", "auto"), error) &&
         check_spacing (arguments, error) && check_names (arguments, error) && check_keep_edit (arguments, error) &&
         check_seed (arguments, error) && check_memory (arguments, error);
}

/* Options that say nothing by themselves are most likely a slip. */
static void
warn_about_lonely_options (PentCliArguments *arguments)
{
  static const struct { const char *option; const char *needs; const char *or_else; } pairs[] = {
    { "strength", "init", NULL }, { "fit", "init", NULL }, { "hires-strength", "hires", NULL },
    { "tile", "init", "hires" }, { "fill", "mask", "outpaint" }, { "region", "mask", "outpaint" },
    { "grow", "mask", "outpaint" }, { "feather", "mask", "outpaint" }, { "blend", "mask", "outpaint" },
    { "match", "mask", "outpaint" }, { "composite", "mask", "outpaint" },
    { "preview-every", "preview-dir", NULL },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (pairs); i++)
    {
      const char *needs = pairs[i].needs, *or_else = pairs[i].or_else;
      if (!pent_cli_arguments_has (arguments, pairs[i].option) || pent_cli_arguments_has (arguments, needs)
          || (or_else != NULL && pent_cli_arguments_has (arguments, or_else)))
        continue;
      g_autofree char *sentence = g_strdup_printf ("--%s has no effect without --%s%s%s.", pairs[i].option, needs,
                                                   or_else != NULL ? " or --" : "", or_else != NULL ? or_else : "");
      pent_cli_warn (sentence);
    }
}

static gint64
draw_seed (void)
{
  guint64 seed = 0;
  if (getrandom (&seed, DRAWN_SEED_BITS / 8, 0) != DRAWN_SEED_BITS / 8)
    seed = g_random_int ();
  return GUINT64_FROM_LE (seed);
}

static void
set_text (char **target, PentCliArguments *arguments, const char *name)
{
  if (!pent_cli_arguments_has (arguments, name))
    return;
  g_free (*target);
  *target = g_strdup (pent_cli_arguments_get_text (arguments, name, NULL));
}

static void
fill_request (PentRequest *request, PentCliArguments *arguments)
{
  set_text (&request->prompt, arguments, "prompt");
  set_text (&request->negative, arguments, "negative");
  set_text (&request->model, arguments, "model");
  set_text (&request->vae, arguments, "vae");
  set_text (&request->prediction, arguments, "prediction");
  set_text (&request->sampler, arguments, "sampler");
  set_text (&request->schedule, arguments, "schedule");
  set_text (&request->spacing, arguments, "spacing");
  set_text (&request->rng, arguments, "rng");
  set_text (&request->device, arguments, "device");
  request->count = pent_cli_arguments_get_whole (arguments, "count", request->count);
  request->steps = pent_cli_arguments_get_whole (arguments, "steps", request->steps);
  request->stop_after = pent_cli_arguments_get_whole (arguments, "stop-after", PENT_UNSET);
  request->cfg = pent_cli_arguments_get_real (arguments, "cfg", request->cfg);
  request->cfg_from = pent_cli_arguments_get_real (arguments, "cfg-from", request->cfg_from);
  request->cfg_to = pent_cli_arguments_get_real (arguments, "cfg-to", request->cfg_to);
  request->width = pent_cli_arguments_get_whole (arguments, "width", request->width);
  request->height = pent_cli_arguments_get_whole (arguments, "height", request->height);
  request->step_cache = pent_cli_arguments_get_whole (arguments, "step-cache", request->step_cache);
  request->clip_skip = pent_cli_arguments_get_whole (arguments, "clip-skip", request->clip_skip);
  request->strength = pent_cli_arguments_get_real (arguments, "strength", request->strength);
  request->grow = pent_cli_arguments_get_whole (arguments, "grow", request->grow);
  request->feather = pent_cli_arguments_get_whole (arguments, "feather", request->feather);
  request->match = pent_cli_arguments_get_real (arguments, "match", request->match);
  request->blend = pent_cli_arguments_get_whole (arguments, "blend", request->blend);
  request->memory_limit = pent_cli_arguments_get_whole (arguments, "memory-limit", 0) << 20;
  if (pent_cli_arguments_has (arguments, "outpaint"))
    parse_margins (pent_cli_arguments_get_text (arguments, "outpaint", NULL), request->outpaint);
  request->hires = pent_cli_arguments_get_real (arguments, "hires", request->hires);
  request->tile = pent_cli_arguments_get_whole (arguments, "tile", request->tile);
  request->hires_strength = pent_cli_arguments_get_real (arguments, "hires-strength", request->hires_strength);
  pent_fit_from_name (pent_cli_arguments_get_text (arguments, "fit", "crop"), &request->fit);
  pent_fill_from_name (pent_cli_arguments_get_text (arguments, "fill", "original"), &request->fill);
  pent_region_from_name (pent_cli_arguments_get_text (arguments, "region", "auto"), &request->region);
  pent_composite_from_name (pent_cli_arguments_get_text (arguments, "composite", "exact"), &request->composite);
  pent_precision_from_name (pent_cli_arguments_get_text (arguments, "precision", "auto"), &request->precision);
}

/* Adds to @notes what there is to say of the file, without its name. */
static PentImage *
open_picture (const char *path, const char *what, GString *notes, GError **error)
{
  g_autoptr (PentPictureFile) file = pent_picture_file_read (path, error);
  if (file == NULL)
    return NULL;
  for (guint i = 0; i < file->warnings->len; i++)
    {
      g_autofree char *sentence = g_strconcat (path, ": ", g_ptr_array_index (file->warnings, i), NULL);
      pent_cli_warn (sentence);
      g_string_append_printf (notes, "%s%s: %s", notes->len > 0 ? " " : "", what,
                              (char *) g_ptr_array_index (file->warnings, i));
    }
  return g_steal_pointer (&file->image);
}

/* What the file's format cannot hold of an edited picture. */
static void
note_format (PentRequest *request, const char *output, GString *notes)
{
  PentPictureFormat format = PENT_PICTURE_PNG;
  const char *said = NULL;

  if (output != NULL)
    pent_picture_format_from_name (output, &format);
  if (format == PENT_PICTURE_JPEG && request->init->channels % 2 == 0)
    said = "a JPEG picture holds no transparency and changes every pixel a little: .png keeps them.";
  else if (format == PENT_PICTURE_JPEG)
    said = "a JPEG picture changes every pixel a little: .png and .webp keep them byte for byte.";
  else if (format == PENT_PICTURE_WEBP && request->init->bits == 16)
    said = "a WebP picture holds 8 bits of the source's 16: .png keeps them.";
  if (said == NULL)
    return;
  g_autofree char *sentence = g_strconcat (output, ": ", said, NULL);
  pent_cli_warn (sentence);
  g_string_append_printf (notes, "%sResult: %s", notes->len > 0 ? " " : "", said);
}

static gboolean
open_pictures (PentRequest *request, PentCliArguments *arguments, GError **error)
{
  gboolean edits = pent_cli_arguments_has (arguments, "mask") || pent_cli_arguments_has (arguments, "outpaint");
  const char *init = pent_cli_arguments_get_text (arguments, "init", NULL);
  const char *mask = pent_cli_arguments_get_text (arguments, "mask", NULL);
  g_autoptr (GString) notes = g_string_new (NULL);

  if (init != NULL && (request->init = open_picture (init, "Source", notes, error)) == NULL)
    return FALSE;
  if (mask != NULL && (request->mask = open_picture (mask, "Mask", notes, error)) == NULL)
    return FALSE;
  if (edits && request->composite == PENT_COMPOSITE_EXACT)
    note_format (request, pent_cli_arguments_get_text (arguments, "output", NULL), notes);
  if (notes->len > 0)
    request->notes = g_strdup (notes->str);
  if (mask == NULL || (request->mask->width == request->init->width && request->mask->height == request->init->height))
    return TRUE;
  g_set_error (error, PENT_ERROR, PENT_ERROR_FILE,
               "%s has %d x %d pixels and %s has %d x %d: make the mask the size of the picture.",
               mask, request->mask->width, request->mask->height, init, request->init->width, request->init->height);
  return FALSE;
}

/**
 * pent_cli_progress_mode:
 *
 * Returns: the mode that the word of --progress names
 */
PentCliProgressMode
pent_cli_progress_mode (const char *word)
{
  if (g_str_equal (word, "bar"))
    return PENT_CLI_PROGRESS_BAR;
  if (g_str_equal (word, "plain"))
    return PENT_CLI_PROGRESS_PLAIN;
  if (g_str_equal (word, "json"))
    return PENT_CLI_PROGRESS_JSON;
  return g_str_equal (word, "none") ? PENT_CLI_PROGRESS_NONE : PENT_CLI_PROGRESS_AUTO;
}

/**
 * pent_cli_order_new:
 * @arguments: of "generate"
 *
 * Checks how options go together before any file is opened, then opens the
 * pictures.
 *
 * Returns: (transfer full): the order; %NULL with %PENT_ERROR_USAGE,
 *   %PENT_ERROR_FILE or %PENT_ERROR_MEMORY
 */
PentCliOrder *
pent_cli_order_new (PentCliArguments *arguments, GError **error)
{
  if (!check_usage (arguments, error))
    return NULL;
  warn_about_lonely_options (arguments);

  g_autoptr (PentCliOrder) self = g_new0 (PentCliOrder, 1);
  self->request = pent_request_new ();
  fill_request (self->request, arguments);
  self->seed_given = pent_cli_arguments_has (arguments, "seed");
  self->request->seed = self->seed_given ? pent_cli_arguments_get_whole (arguments, "seed", 0) : draw_seed ();
  self->output = g_strdup (pent_cli_arguments_get_text (arguments, "output", NULL));
  self->preview_dir = g_strdup (pent_cli_arguments_get_text (arguments, "preview-dir", NULL));
  self->preview_every = pent_cli_arguments_get_whole (arguments, "preview-every", 1);
  self->latents = g_strdup (pent_cli_arguments_get_text (arguments, "latents", NULL));
  self->keep_edit = g_strdup (pent_cli_arguments_get_text (arguments, "keep-edit", NULL));
  self->json = pent_cli_arguments_has (arguments, "json");
  self->library = pent_cli_arguments_has (arguments, "library");
  self->dry_run = pent_cli_arguments_has (arguments, "dry-run");
  self->progress = pent_cli_progress_mode (pent_cli_arguments_get_text (arguments, "progress", "auto"));
  if (pent_cli_arguments_has (arguments, "template") && !pent_cli_template_apply (self->request, arguments, error))
    return NULL;
  return open_pictures (self->request, arguments, error) ? g_steal_pointer (&self) : NULL;
}

/**
 * pent_cli_order_is_plain:
 *
 * Returns: %FALSE with %PENT_ERROR_USAGE where the order asks for what only a
 *   run of its own can give
 */
gboolean
pent_cli_order_is_plain (const PentCliOrder *self, GError **error)
{
  const char *option = self->preview_dir != NULL ? "preview-dir" : self->latents != NULL ? "latents"
                       : self->keep_edit != NULL ? "keep-edit" : self->dry_run ? "dry-run" : NULL;
  if (option == NULL)
    return TRUE;
  g_set_error (error, PENT_ERROR, PENT_ERROR_USAGE, "--%s goes with one request, not with --requests or --grid: leave it out.",
               option);
  return FALSE;
}

void
pent_cli_order_free (PentCliOrder *self)
{
  g_clear_pointer (&self->request, pent_request_unref);
  g_free (self->output);
  g_free (self->preview_dir);
  g_free (self->latents);
  g_free (self->keep_edit);
  g_free (self);
}
