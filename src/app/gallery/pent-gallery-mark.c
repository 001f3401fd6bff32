/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-gallery-private.h"

/* Marks that the library keeps with a picture: that it is a favourite, that it
 * is deleted. */

typedef struct
{
  GArray        *ids;
  PentMarkSetter set;
  gboolean       mark;
} Marks;

static void
marks_free (gpointer data)
{
  Marks *marks = data;

  g_array_unref (marks->ids);
  g_free (marks);
}

static gpointer
set_marks (PentLibrary *library, gpointer data, GCancellable *cancellable, GError **error)
{
  const Marks *marks = data;

  for (guint i = 0; i < marks->ids->len; i++)
    if (!marks->set (library, g_array_index (marks->ids, gint64, i), marks->mark, error))
      return NULL;
  return NULL;
}

/**
 * pent_gallery_mark:
 * @ids: of gint64: pictures
 * @set: the library's function
 * @mark: set, or taken away
 * @callback: called when it is done, with @data: pent_gallery_marked_cb() where
 *   nothing follows
 */
void
pent_gallery_mark (PentGallery *self, GArray *ids, PentMarkSetter set, gboolean mark, GAsyncReadyCallback callback,
                   gpointer data)
{
  Marks *marks = g_new (Marks, 1);
  const PentDeskOrder order = { .work = set_marks, .data = marks, .free_data = marks_free };

  *marks = (Marks) { .ids = g_array_ref (ids), .set = set, .mark = mark };
  pent_library_desk_ask (self->desk, &order, G_OBJECT (self), NULL, callback, data);
}

/* Shows what is marked now, and why something is not. */
void
pent_gallery_marked_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  PentGallery *self = PENT_GALLERY (source);
  g_autoptr (GError) error = NULL;

  pent_library_desk_finish (result, &error);
  if (self->desk == NULL)
    return;
  if (error != NULL)
    pent_gallery_fail (self, error->message);
  pent_library_desk_look (self->desk);
}
