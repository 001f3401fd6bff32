/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-recipe-words.h"

#include <glib/gi18n.h>
#include <math.h>

static void
add (GString *words, const char *separator, char *sentence)
{
  if (sentence == NULL)
    return;
  g_string_append_printf (words, "%s%s", words->len > 0 ? separator : "", sentence);
  g_free (sentence);
}

static char *
say_model (const PentRecipe *recipe)
{
  if (recipe->model == NULL)
    return NULL;
  /* Translators: a model's name, and the name of a VAE. */
  return recipe->vae != NULL ? g_strdup_printf (_("Painted by %s with the VAE %s."), recipe->model, recipe->vae)
                             : g_strdup_printf (_("Painted by %s."), recipe->model);
}

static char *
say_steps (const PentRecipe *recipe)
{
  if (recipe->steps == PENT_UNSET || recipe->sampler == NULL)
    return NULL;
  /* Translators: number of steps, names of a sampler and of a schedule. */
  return g_strdup_printf (ngettext ("%d step of %s, %s.", "%d steps of %s, %s.", recipe->steps), recipe->steps,
                          recipe->sampler, recipe->schedule != NULL ? recipe->schedule : _("its own schedule"));
}

static char *
say_numbers (const PentRecipe *recipe)
{
  if (recipe->seed == PENT_UNSET || recipe->cfg == PENT_UNSET)
    return NULL;
  g_autofree char *seed = g_strdup_printf ("%" G_GINT64_FORMAT, recipe->seed);
  return g_strdup_printf (_("Guidance %g, seed %s."), recipe->cfg, seed);
}

static char *
say_edit (const PentRecipe *recipe)
{
  if (recipe->outpaint != NULL)
    return g_strdup (_("Painted on beyond the edges of another picture."));
  if (recipe->mask_hash != NULL)
    return recipe->strength != PENT_UNSET ? g_strdup_printf (_("Part of another picture, painted anew with strength %g."),
                                                             recipe->strength)
                                          : g_strdup (_("Part of another picture, painted anew."));
  if (recipe->source_hash != NULL && recipe->strength != PENT_UNSET)
    return g_strdup_printf (_("Painted over another picture with strength %g."), recipe->strength);
  return NULL;
}

static char *
say_device (const PentLibraryPicture *picture)
{
  const PentRecipe *recipe = picture->recipe;
  const char *device = recipe->device_name != NULL ? recipe->device_name : recipe->device;

  if (device == NULL || picture->timings.total == PENT_UNSET)
    return NULL;
  /* Translators: seconds, and what computed. */
  return g_strdup_printf (_("It took %.1f seconds on %s."), picture->timings.total, device);
}

static char *
say_time (const PentLibraryPicture *picture)
{
  g_autoptr (GDateTime) created = g_date_time_new_from_unix_local (picture->created / 1000);
  g_autofree char *when = created != NULL ? g_date_time_format (created, "%x, %H:%M") : NULL;

  return when != NULL ? g_strdup_printf (_("%d × %d pixels, %s."), picture->width, picture->height, when)
                      : g_strdup_printf (_("%d × %d pixels."), picture->width, picture->height);
}

static char *
say_origin (const PentLibraryPicture *picture)
{
  if (picture->recipe == NULL)
    return g_strdup (_("There is no recipe in this picture."));
  if (picture->origin == NULL || g_str_equal (picture->origin, "pentimento"))
    return NULL;
  /* Translators: another program's name. */
  return g_strdup_printf (_("The recipe was written by %s."), picture->origin);
}

/**
 * pent_recipe_words:
 *
 * Returns: (transfer full): how the picture was made, in sentences, without its
 *   prompts
 */
char *
pent_recipe_words (const PentLibraryPicture *picture)
{
  GString *words = g_string_new (NULL);
  const PentRecipe *recipe = picture->recipe;

  if (recipe != NULL)
    {
      add (words, " ", say_edit (recipe));
      add (words, " ", say_model (recipe));
      add (words, " ", say_steps (recipe));
      add (words, " ", say_numbers (recipe));
      add (words, " ", say_device (picture));
    }
  add (words, " ", say_origin (picture));
  add (words, "\n", say_time (picture));
  return g_string_free (words, FALSE);
}

/**
 * pent_comparison_words:
 * @reason: (nullable): why they are likely to differ
 *
 * Returns: (transfer full): how far two pictures are apart, in a sentence or two
 */
char *
pent_comparison_words (const PentComparison *comparison, const char *reason)
{
  GString *words = g_string_new (NULL);

  if (!comparison->same_size)
    add (words, " ", g_strdup (_("The pictures have other sizes.")));
  else if (comparison->n_different == 0)
    return g_string_free (g_string_append (words, _("Identical: no pixel differs.")), FALSE);
  else
    {
      g_autofree char *different = g_strdup_printf ("%'" G_GINT64_FORMAT, comparison->n_different);
      g_autofree char *all = g_strdup_printf ("%'" G_GINT64_FORMAT, comparison->n_pixels);
      /* Translators: two numbers of pixels, the largest difference of a value, and a number of dB. */
      add (words, " ", g_strdup_printf (_("%s of %s pixels differ, by %d of 255 at most (%.1f dB)."), different, all,
                                        comparison->largest, comparison->psnr));
    }
  if (reason != NULL)
    /* Translators: why two pictures differ. */
    add (words, " ", g_strdup_printf (_("The likely reason: %s."), reason));
  return g_string_free (words, FALSE);
}
