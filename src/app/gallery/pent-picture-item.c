/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-picture-item.h"

#include <glib/gi18n.h>

/**
 * PentPictureItem:
 *
 * A picture of the library as the gallery shows it. It begins as a number; what
 * the library knows and what it looks like come later. "changed" tells of each.
 */
struct _PentPictureItem
{
  GObject parent_instance;

  gint64              id;
  PentLibraryPicture *picture;     /* NULL: not known yet, or no longer there */
  GdkTexture         *thumbnail;
  char               *problem;     /* why it cannot be shown */
};

enum
{
  CHANGED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (PentPictureItem, pent_picture_item, G_TYPE_OBJECT)

static void
pent_picture_item_finalize (GObject *object)
{
  PentPictureItem *self = PENT_PICTURE_ITEM (object);

  g_clear_pointer (&self->picture, pent_library_picture_free);
  g_clear_object (&self->thumbnail);
  g_free (self->problem);
  G_OBJECT_CLASS (pent_picture_item_parent_class)->finalize (object);
}

static void
pent_picture_item_class_init (PentPictureItemClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = pent_picture_item_finalize;
  signals[CHANGED] = g_signal_new ("changed", PENT_TYPE_PICTURE_ITEM, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 0);
}

static void
pent_picture_item_init (PentPictureItem *self)
{
}

/**
 * pent_picture_item_new:
 * @id: its number in the library
 *
 * Returns: (transfer full): an item of which nothing else is known
 */
PentPictureItem *
pent_picture_item_new (gint64 id)
{
  PentPictureItem *self = g_object_new (PENT_TYPE_PICTURE_ITEM, NULL);

  self->id = id;
  return self;
}

gint64
pent_picture_item_get_id (PentPictureItem *self)
{
  return self->id;
}

/**
 * pent_picture_item_get_picture:
 *
 * Returns: (transfer none) (nullable): what the library knows of it; %NULL
 *   while that is not read
 */
const PentLibraryPicture *
pent_picture_item_get_picture (PentPictureItem *self)
{
  return self->picture;
}

GdkTexture *
pent_picture_item_get_thumbnail (PentPictureItem *self)
{
  return self->thumbnail;
}

/**
 * pent_picture_item_get_problem:
 *
 * Returns: (nullable): why the picture cannot be shown, in a sentence: its file
 *   was moved, say
 */
const char *
pent_picture_item_get_problem (PentPictureItem *self)
{
  return self->problem;
}

/**
 * pent_picture_item_take_picture:
 * @picture: (transfer full) (nullable): what the library knows now
 */
void
pent_picture_item_take_picture (PentPictureItem *self, PentLibraryPicture *picture)
{
  g_clear_pointer (&self->picture, pent_library_picture_free);
  self->picture = picture;
  g_signal_emit (self, signals[CHANGED], 0);
}

void
pent_picture_item_set_thumbnail (PentPictureItem *self, GdkTexture *thumbnail)
{
  if (g_set_object (&self->thumbnail, thumbnail))
    g_signal_emit (self, signals[CHANGED], 0);
}

void
pent_picture_item_set_problem (PentPictureItem *self, const char *problem)
{
  if (g_strcmp0 (self->problem, problem) == 0)
    return;
  g_free (self->problem);
  self->problem = g_strdup (problem);
  g_signal_emit (self, signals[CHANGED], 0);
}

/**
 * pent_picture_item_describe:
 *
 * Returns: (transfer full): the picture in a line, for those who hear it
 */
char *
pent_picture_item_describe (PentPictureItem *self)
{
  const PentLibraryPicture *picture = self->picture;
  const char *prompt = picture != NULL && picture->recipe != NULL ? picture->recipe->prompt : NULL;

  if (picture == NULL)
    return g_strdup (_("A picture that is still being read"));
  g_autoptr (GDateTime) created = g_date_time_new_from_unix_local (picture->created / 1000);
  g_autofree char *when = g_date_time_format (created, "%x");
  return prompt != NULL && *prompt != '\0' ? g_strdup_printf ("%s, %s", prompt, when)
                                           /* Translators: a date. */
                                           : g_strdup_printf (_("A picture without a prompt, %s"), when);
}
