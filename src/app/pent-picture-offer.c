/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-picture-offer.h"

#include <glib/gi18n.h>
#include <string.h>

#include "pent-errand.h"
#include "pent-error.h"
#include "pent-picture.h"

#define PNG      "image/png"
#define URI_LIST "text/uri-list"

/**
 * PentPictureOffer:
 *
 * A picture for other programs, copied or dragged: its pixels, a PNG file's
 * bytes with its recipe, and a file. What nobody asks for is not made.
 */
struct _PentPictureOffer
{
  GdkContentProvider parent_instance;

  PentImage *image;
  char      *origin;   /* the file it came from, or NULL */
  char      *folder;   /* where a file may be written; NULL: no file is offered */
};

G_DEFINE_FINAL_TYPE (PentPictureOffer, pent_picture_offer, GDK_TYPE_CONTENT_PROVIDER)

/* What @mime_type is made from, in another thread. */
typedef struct
{
  PentImage     *image;
  char          *origin;
  char          *folder;
  char          *mime_type;
  GOutputStream *stream;
  int            priority;
} Order;

static void
order_free (gpointer data)
{
  Order *order = data;

  pent_image_unref (order->image);
  g_free (order->origin);
  g_free (order->folder);
  g_free (order->mime_type);
  g_object_unref (order->stream);
  g_free (order);
}

static GBytes *
encode (const Order *order, GError **error)
{
  g_autoptr (PentPictureFile) file = order->origin != NULL ? pent_picture_file_read_texts (order->origin, NULL) : NULL;
  g_autoptr (PentTextFields) none = pent_text_fields_new ();

  return pent_picture_encode (order->image, PENT_PICTURE_PNG, file != NULL ? file->texts : none, error);
}

/* The name of a file with the picture: that it came from, else one that is
 * written now and by the next drag again. */
static char *
get_file (const Order *order, GError **error)
{
  g_autoptr (PentTextFields) none = pent_text_fields_new ();

  if (order->origin != NULL && g_file_test (order->origin, G_FILE_TEST_IS_REGULAR))
    return g_strdup (order->origin);
  g_autofree char *path = g_build_filename (order->folder, _("Picture.png"), NULL);
  if (g_mkdir_with_parents (order->folder, 0700) != 0)
    {
      g_set_error (error, PENT_ERROR, PENT_ERROR_FILE, "%s cannot be made: save the picture instead.", order->folder);
      return NULL;
    }
  return pent_picture_write (path, order->image, none, FALSE, error) ? g_steal_pointer (&path) : NULL;
}

static GBytes *
name_file (const Order *order, GError **error)
{
  g_autofree char *path = get_file (order, error);
  g_autofree char *uri = path != NULL ? g_filename_to_uri (path, NULL, error) : NULL;
  char *line = uri != NULL ? g_strconcat (uri, "\r\n", NULL) : NULL;

  return line != NULL ? g_bytes_new_take (line, strlen (line)) : NULL;
}

static void
make_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Order *order = data;
  GError *error = NULL;
  GBytes *bytes = g_str_equal (order->mime_type, PNG) ? encode (order, &error) : name_file (order, &error);

  if (bytes != NULL)
    g_task_return_pointer (task, bytes, (GDestroyNotify) g_bytes_unref);
  else
    g_task_return_error (task, error);
}

static void
written_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  GError *error = NULL;

  if (g_output_stream_write_all_finish (G_OUTPUT_STREAM (object), result, NULL, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/* @data: the task of who asked; the bytes live as long as it. */
static void
made_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  const Order *order = g_task_get_task_data (G_TASK (result));
  GError *error = NULL;
  GBytes *bytes = g_task_propagate_pointer (G_TASK (result), &error);

  if (bytes == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  GCancellable *cancellable = g_task_get_cancellable (task);
  g_task_set_task_data (task, bytes, (GDestroyNotify) g_bytes_unref);
  g_output_stream_write_all_async (order->stream, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes),
                                   order->priority, cancellable, written_cb, g_steal_pointer (&task));
}

static void
pent_picture_offer_write_mime_type_async (GdkContentProvider *provider, const char *mime_type, GOutputStream *stream,
                                          int priority, GCancellable *cancellable, GAsyncReadyCallback callback,
                                          gpointer data)
{
  PentPictureOffer *self = PENT_PICTURE_OFFER (provider);
  GTask *task = g_task_new (self, cancellable, callback, data);
  g_autoptr (GTask) making = g_task_new (NULL, NULL, made_cb, task);
  Order *order = g_new (Order, 1);

  *order = (Order) {
    .image = pent_image_ref (self->image), .origin = g_strdup (self->origin), .folder = g_strdup (self->folder),
    .mime_type = g_strdup (mime_type), .stream = g_object_ref (stream), .priority = priority,
  };
  g_task_set_task_data (making, order, order_free);
  pent_errand_run (making, make_in_thread);
}

static gboolean
pent_picture_offer_write_mime_type_finish (GdkContentProvider *provider, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static GdkContentFormats *
pent_picture_offer_ref_formats (GdkContentProvider *provider)
{
  GdkContentFormatsBuilder *builder = gdk_content_formats_builder_new ();

  if (PENT_PICTURE_OFFER (provider)->folder != NULL)
    gdk_content_formats_builder_add_mime_type (builder, URI_LIST);
  gdk_content_formats_builder_add_mime_type (builder, PNG);
  return gdk_content_formats_builder_free_to_formats (builder);
}

static void
pent_picture_offer_finalize (GObject *object)
{
  PentPictureOffer *self = PENT_PICTURE_OFFER (object);

  g_clear_pointer (&self->image, pent_image_unref);
  g_free (self->origin);
  g_free (self->folder);
  G_OBJECT_CLASS (pent_picture_offer_parent_class)->finalize (object);
}

static void
pent_picture_offer_class_init (PentPictureOfferClass *klass)
{
  GdkContentProviderClass *provider_class = GDK_CONTENT_PROVIDER_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = pent_picture_offer_finalize;
  provider_class->ref_formats = pent_picture_offer_ref_formats;
  provider_class->write_mime_type_async = pent_picture_offer_write_mime_type_async;
  provider_class->write_mime_type_finish = pent_picture_offer_write_mime_type_finish;
}

static void
pent_picture_offer_init (PentPictureOffer *self)
{
}

/**
 * pent_picture_offer_new:
 * @image: is not changed any more
 * @origin: (nullable): the file it came from, whose recipe is its own
 * @folder: (nullable): where a file may be written for those who want one;
 *   %NULL offers none
 */
GdkContentProvider *
pent_picture_offer_new (PentImage *image, const char *origin, const char *folder)
{
  PentPictureOffer *self = g_object_new (PENT_TYPE_PICTURE_OFFER, NULL);

  self->image = pent_image_ref (image);
  self->origin = g_strdup (origin);
  self->folder = g_strdup (folder);
  return GDK_CONTENT_PROVIDER (self);
}
