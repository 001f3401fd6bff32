/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The text that A1111 (stable-diffusion-webui 1.10) stores under "parameters":
 *
 *   prompt, any number of lines
 *   Negative prompt: negative, any number of lines; left out when empty
 *   Steps: 20, Sampler: DPM++ 2M, Schedule type: Karras, CFG scale: 7, ...
 */
#define G_LOG_DOMAIN "pentimento"

#include "pent-infotext.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "pent-infotext-pairs.h"
#include "pent-json.h"
#include "pent-sampler-info.h"

#define NEGATIVE  "Negative prompt:"
#define MIN_PAIRS 3   /* fewer, and the last line is part of the prompt */
#define SHORT_HASH 10

static void
append_real (GString *line, const char *key, double value)
{
  g_autofree char *text = pent_json_format_real (value);
  pent_infotext_append_pair (line, key, text);
}

static void
append_number (GString *line, const char *key, gint64 value)
{
  g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT, value);
  pent_infotext_append_pair (line, key, text);
}

static void
append_text (GString *line, const char *key, const char *value)
{
  if (value != NULL && *value != '\0')
    pent_infotext_append_pair (line, key, value);
}

static void
append_hash (GString *line, const char *key, const char *hash)
{
  g_autofree char *head = hash != NULL ? g_strndup (hash, SHORT_HASH) : NULL;
  append_text (line, key, head);
}

static void
append_sampling (GString *line, const PentRecipe *recipe)
{
  PentSampler sampler;
  PentScheduleType schedule;

  if (recipe->steps != PENT_UNSET)
    append_number (line, "Steps", recipe->steps);
  if (recipe->sampler != NULL && pent_sampler_from_name (recipe->sampler, &sampler))
    append_text (line, "Sampler", pent_sampler_get_info (sampler)->display_name);
  if (recipe->schedule != NULL && pent_schedule_type_from_name (recipe->schedule, &schedule))
    append_text (line, "Schedule type", pent_schedule_type_display_name (schedule));
  if (recipe->cfg != PENT_UNSET)
    append_real (line, "CFG scale", recipe->cfg);
  if (recipe->seed != PENT_UNSET)
    append_number (line, "Seed", recipe->seed);
  if (recipe->width != PENT_UNSET && recipe->height != PENT_UNSET)
    {
      g_autofree char *size = g_strdup_printf ("%dx%d", recipe->width, recipe->height);
      append_text (line, "Size", size);
    }
}

static const char *
masked_content (const char *fill)
{
  static const char *const names[][2] = {
    { "blur", "fill" }, { "noise", "latent noise" }, { "neutral", "latent nothing" },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_strcmp0 (fill, names[i][0]) == 0)
      return names[i][1];
  return NULL;
}

static void
append_mask (GString *line, const PentRecipe *recipe)
{
  if (recipe->mask_hash == NULL)
    return;
  if (recipe->feather != PENT_UNSET)
    append_number (line, "Mask blur", recipe->feather);
  if (g_strcmp0 (recipe->region, "masked") == 0)
    append_text (line, "Inpaint area", "Only masked");
  append_text (line, "Masked content", masked_content (recipe->fill));
}

/**
 * pent_infotext_print:
 * @recipe: a recipe of ours
 *
 * Keys stand in A1111's order. Schedules are named as resolved; RNG is "NV" or
 * "CPU", A1111's names of the two generators; a spacing of diffusers, for
 * which A1111 has no word, goes under a key of ours.
 *
 * Returns: (transfer full): the text
 */
char *
pent_infotext_print (const PentRecipe *recipe)
{
  g_autoptr (GString) line = g_string_new (NULL);

  append_sampling (line, recipe);
  append_hash (line, "Model hash", recipe->model_hash);
  append_text (line, "Model", recipe->model);
  append_hash (line, "VAE hash", recipe->vae_hash);
  append_text (line, "VAE", recipe->vae);
  if (recipe->strength != PENT_UNSET || recipe->hires_strength != PENT_UNSET)
    append_real (line, "Denoising strength", recipe->strength != PENT_UNSET ? recipe->strength : recipe->hires_strength);
  if (recipe->clip_skip > 1)
    append_number (line, "Clip skip", recipe->clip_skip);
  if (recipe->rng != NULL)
    append_text (line, "RNG", g_str_equal (recipe->rng, "torch") ? "CPU" : "NV");
  append_mask (line, recipe);
  if (recipe->hires != PENT_UNSET)
    {
      append_real (line, "Hires upscale", recipe->hires);
      append_text (line, "Hires upscaler", "Lanczos");
    }
  if (recipe->spacing != NULL && !g_str_equal (recipe->spacing, "linspace"))
    append_text (line, "Timestep spacing", recipe->spacing);
  append_text (line, "Version", recipe->program);

  const char *negative = recipe->negative != NULL ? recipe->negative : "";
  char *text = g_strconcat (recipe->prompt != NULL ? recipe->prompt : "", *negative != '\0' ? "\n" NEGATIVE " " : "",
                            negative, "\n", line->str, NULL);
  return g_strstrip (text);
}

/* A whole number from 0 to @max and nothing else; PENT_UNSET otherwise. */
static gint64
parse_whole (const char *text, gint64 max)
{
  guint64 value;
  return g_ascii_string_to_unsigned (text, 10, 0, max, &value, NULL) ? (gint64) value : PENT_UNSET;
}

static double
parse_real (const char *text)
{
  char *end;
  double value = g_ascii_strtod (text, &end);
  return end != text && *end == '\0' && isfinite (value) && value >= 0 ? value : PENT_UNSET;
}

static gboolean
take_size (PentRecipe *recipe, const char *value)
{
  g_auto (GStrv) sides = g_strsplit (value, "x", 3);
  if (g_strv_length (sides) != 2)
    return FALSE;
  recipe->width = parse_whole (sides[0], G_MAXINT);
  recipe->height = parse_whole (sides[1], G_MAXINT);
  return recipe->width > 0 && recipe->height > 0;
}

static gboolean
take_text (char **target, const char *value)
{
  g_free (*target);
  *target = g_strdup (value);
  return TRUE;
}

static gboolean
take_sampler (PentRecipe *recipe, const char *value)
{
  PentSampler sampler;
  PentScheduleType schedule = PENT_SCHEDULE_AUTOMATIC;
  if (!pent_sampler_from_display_name (value, &sampler, &schedule))
    return FALSE;
  if (schedule != PENT_SCHEDULE_AUTOMATIC)
    take_text (&recipe->schedule, pent_schedule_type_name (schedule));
  return take_text (&recipe->sampler, pent_sampler_get_info (sampler)->name);
}

static gboolean
take_schedule (PentRecipe *recipe, const char *value)
{
  PentScheduleType schedule;
  return pent_schedule_type_from_display_name (value, &schedule) &&
         take_text (&recipe->schedule, pent_schedule_type_name (schedule));
}

static gboolean
take_rng (PentRecipe *recipe, const char *value)
{
  if (g_str_equal (value, "CPU"))
    return take_text (&recipe->rng, "torch");
  return (g_str_equal (value, "NV") || g_str_equal (value, "GPU")) && take_text (&recipe->rng, "philox");
}

/* Whether the pair said something that a recipe has a place for. */
static gboolean
take_pair (PentRecipe *recipe, const char *key, const char *value)
{
  if (g_str_equal (key, "Steps"))
    return (recipe->steps = parse_whole (value, G_MAXINT)) != PENT_UNSET;
  if (g_str_equal (key, "Sampler"))
    return take_sampler (recipe, value);
  if (g_str_equal (key, "Schedule type"))
    return take_schedule (recipe, value);
  if (g_str_equal (key, "CFG scale"))
    return (recipe->cfg = parse_real (value)) != PENT_UNSET;
  if (g_str_equal (key, "Seed"))
    return (recipe->seed = parse_whole (value, G_MAXINT64)) != PENT_UNSET;
  if (g_str_equal (key, "Size"))
    return take_size (recipe, value);
  if (g_str_equal (key, "Model hash"))
    return take_text (&recipe->model_hash, value);
  if (g_str_equal (key, "Model"))
    return take_text (&recipe->model, value);
  if (g_str_equal (key, "VAE hash"))
    return take_text (&recipe->vae_hash, value);
  if (g_str_equal (key, "VAE"))
    return take_text (&recipe->vae, value);
  if (g_str_equal (key, "Denoising strength"))
    return (recipe->strength = parse_real (value)) != PENT_UNSET;
  if (g_str_equal (key, "Clip skip"))
    return (recipe->clip_skip = parse_whole (value, G_MAXINT)) != PENT_UNSET;
  if (g_str_equal (key, "RNG"))
    return take_rng (recipe, value);
  if (g_str_equal (key, "Timestep spacing"))
    return take_text (&recipe->spacing, value);
  if (g_str_equal (key, "Version"))
    return take_text (&recipe->program, value);
  return FALSE;
}

/* What A1111 means where its text says nothing. Its own default generator,
 * "GPU", is the philox one as long as the picture is small. */
static void
take_defaults (PentRecipe *recipe)
{
  if (recipe->schedule == NULL)
    recipe->schedule = g_strdup ("automatic");
  if (recipe->rng == NULL)
    recipe->rng = g_strdup ("philox");
  if (recipe->clip_skip == PENT_UNSET)
    recipe->clip_skip = 1;
}

static void
take_prompts (PentRecipe *recipe, const char *text, gsize size)
{
  g_autofree char *prompts = g_strndup (text, size);
  g_auto (GStrv) lines = g_strsplit (prompts, "\n", -1);
  g_autoptr (GString) prompt = g_string_new (NULL);
  g_autoptr (GString) negative = g_string_new (NULL);
  GString *part = prompt;

  for (int i = 0; lines[i] != NULL; i++)
    {
      const char *line = g_strstrip (lines[i]);
      if (g_str_has_prefix (line, NEGATIVE))
        {
          part = negative;
          line += strlen (NEGATIVE);
          while (g_ascii_isspace (*line))
            line++;
        }
      g_string_append_printf (part, "%s%s", part->len > 0 ? "\n" : "", line);
    }
  recipe->prompt = g_strdup (prompt->str);
  recipe->negative = g_strdup (negative->str);
}

/**
 * pent_infotext_parse:
 * @text: any text
 * @others: (out) (transfer full): the pairs that a recipe has no place for
 *
 * Reads A1111's text as A1111 does, and never fails: what is not understood is
 * in @others or, for want of three pairs in the last line, in the prompt.
 *
 * Returns: (transfer full): the recipe
 */
PentRecipe *
pent_infotext_parse (const char *text, PentTextFields **others)
{
  PentRecipe *recipe = pent_recipe_new ();
  g_autofree char *valid = g_strstrip (g_utf8_make_valid (text, -1));
  const char *newline = strrchr (valid, '\n');
  const char *last = newline != NULL ? newline + 1 : valid;
  g_autoptr (PentTextFields) pairs = pent_infotext_read_pairs (last);
  gsize prompt_size = newline != NULL ? newline - valid : 0;

  *others = pent_text_fields_new ();
  if (pairs->fields->len < MIN_PAIRS)
    prompt_size = strlen (valid);
  for (guint i = 0; pairs->fields->len >= MIN_PAIRS && i < pairs->fields->len; i++)
    {
      const PentTextField *pair = g_ptr_array_index (pairs->fields, i);
      if (!take_pair (recipe, pair->keyword, pair->text))
        pent_text_fields_add (*others, pair->keyword, pair->text);
    }
  if (pairs->fields->len >= MIN_PAIRS)
    take_defaults (recipe);
  take_prompts (recipe, valid, prompt_size);
  return recipe;
}
