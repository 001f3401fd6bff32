/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-thumbnailer.h"

#include <glib/gi18n.h>

#include "pent-image-scale.h"
#include "pent-thumbnail.h"

#define N_THREADS 2

/* Pictures that nobody looks at any more keep their thumbnails for a while:
 * 50 MB at most, with the largest. */
#define MAX_IDLE 192
#define MAX_SIDE 256

/* A thumbnail to be loaded. */
typedef struct
{
  PentThumbnailer *self;
  PentPictureItem *item;     /* the main thread's alone */
  char            *file;
  int              side;
  GList           *link;     /* among those that wait, with their lock; NULL: a thread has it */
  int              dropped;  /* atomic: nobody waits for it any more */
  GdkTexture      *texture;
  char            *problem;
} Load;

/**
 * PentThumbnailer:
 *
 * Gives items their thumbnails, in threads of its own: squares of the very size
 * at which they are shown, since scaling them whenever they are drawn costs
 * more than anything else about a grid. What is wanted last is loaded first,
 * since that is what is on the screen; what is no longer wanted is not loaded at
 * all.
 */
struct _PentThumbnailer
{
  GObject parent_instance;

  GMainContext *context;
  GThreadPool  *pool;     /* is told as often as something was to be loaded */
  GMutex        lock;     /* guards what follows */
  GQueue        waiting;  /* of Load *, the newest at the head */

  int           side;     /* of thumbnails, pixels of the device */
  GHashTable   *loads;    /* of PentPictureItem * to Load *: on their way */
  GHashTable   *wanted;   /* of PentPictureItem * to how often */
  GQueue        idle;     /* of PentPictureItem *, held; the one to go first at the head */
};

G_DEFINE_FINAL_TYPE (PentThumbnailer, pent_thumbnailer, G_TYPE_OBJECT)

/**
 * pent_texture_from_image:
 *
 * Returns: (transfer full) (nullable): a texture in the layout that Cairo draws
 *   without converting it; %NULL where there is no memory
 */
GdkTexture *
pent_texture_from_image (PentImage *image)
{
  g_autoptr (PentImage) rgb = pent_image_over_white (image, NULL);
  gsize size = (gsize) image->width * image->height * 4;
  guint32 *pixels = rgb != NULL ? g_try_malloc (size) : NULL;

  if (pixels == NULL)
    return NULL;
  for (int y = 0; y < rgb->height; y++)
    {
      const guint8 *from = rgb->pixels + y * rgb->stride;
      guint32 *to = pixels + (gsize) y * rgb->width;
      for (int x = 0; x < rgb->width; x++, from += 3)
        to[x] = 0xff000000u | (guint32) from[0] << 16 | (guint32) from[1] << 8 | from[2];
    }
  g_autoptr (GBytes) bytes = g_bytes_new_take (pixels, size);
  return gdk_memory_texture_new (rgb->width, rgb->height, GDK_MEMORY_DEFAULT, bytes, (gsize) rgb->width * 4);
}

static void
load_free (Load *load)
{
  g_object_unref (load->item);
  g_clear_object (&load->texture);
  g_object_unref (load->self);
  g_free (load->file);
  g_free (load->problem);
  g_free (load);
}

static gboolean
loaded_cb (gpointer data)
{
  Load *load = data;

  if (!load->dropped)
    {
      g_hash_table_remove (load->self->loads, load->item);
      if (load->texture != NULL)
        pent_picture_item_set_thumbnail (load->item, load->texture);
      pent_picture_item_set_problem (load->item, load->problem);
    }
  load_free (load);
  return G_SOURCE_REMOVE;
}

static char *
describe_problem (const char *file, const GError *error)
{
  g_autofree char *name = g_filename_display_name (file);

  return g_file_test (file, G_FILE_TEST_EXISTS)
    ? g_strdup (error->message)
    /* Translators: a file's name. */
    : g_strdup_printf (_("%s is missing: it was moved or removed by another program."), name);
}

/* The middle of it, @side by @side. */
static PentImage *
make_square (PentImage *image, int side, GError **error)
{
  int shorter = MIN (image->width, image->height);
  g_autoptr (PentImage) middle = pent_image_crop (image, (image->width - shorter) / 2, (image->height - shorter) / 2,
                                                  shorter, shorter, error);

  return middle != NULL ? pent_image_scale (middle, side, side, error) : NULL;
}

/* What is no longer waited for when it is its turn has gone from the queue: it
 * costs nothing to pass by a hundred thousand pictures. */
static Load *
take_load (PentThumbnailer *self)
{
  g_mutex_lock (&self->lock);
  Load *load = g_queue_pop_head (&self->waiting);
  if (load != NULL)
    load->link = NULL;
  g_mutex_unlock (&self->lock);
  return load;
}

/* In a thread. */
static void
load_cb (gpointer data, gpointer unused)
{
  Load *load = take_load (data);
  g_autoptr (GError) error = NULL;

  if (load == NULL)
    return;
  if (!g_atomic_int_get (&load->dropped))
    {
      PentThumbnailSize size = load->side <= PENT_THUMBNAIL_NORMAL ? PENT_THUMBNAIL_NORMAL : PENT_THUMBNAIL_LARGE;
      g_autoptr (PentImage) image = pent_thumbnail_load (load->file, size, &error);
      g_autoptr (PentImage) square = image != NULL ? make_square (image, load->side, &error) : NULL;
      if (square != NULL)
        load->texture = pent_texture_from_image (square);
      else
        load->problem = describe_problem (load->file, error);
    }
  g_autoptr (GSource) source = g_idle_source_new ();
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, loaded_cb, load, NULL);
  g_source_attach (source, load->self->context);
}

static void
start_load (PentThumbnailer *self, PentPictureItem *item, const char *file)
{
  Load *load = g_new0 (Load, 1);

  load->self = g_object_ref (self);
  load->item = g_object_ref (item);
  load->file = g_strdup (file);
  load->side = self->side;
  g_hash_table_insert (self->loads, item, load);
  g_mutex_lock (&self->lock);
  g_queue_push_head (&self->waiting, load);
  load->link = self->waiting.head;
  g_mutex_unlock (&self->lock);
  g_thread_pool_push (self->pool, self, NULL);
}

static gboolean
fits (PentThumbnailer *self, PentPictureItem *item)
{
  GdkTexture *thumbnail = pent_picture_item_get_thumbnail (item);

  return thumbnail != NULL && gdk_texture_get_width (thumbnail) == self->side;
}

static void
item_changed_cb (PentPictureItem *item, PentThumbnailer *self)
{
  const PentLibraryPicture *picture = pent_picture_item_get_picture (item);

  if (picture != NULL && !fits (self, item) && pent_picture_item_get_problem (item) == NULL &&
      !g_hash_table_contains (self->loads, item))
    start_load (self, item, picture->file);
}

static void
drop_load (PentThumbnailer *self, PentPictureItem *item)
{
  Load *load = g_hash_table_lookup (self->loads, item);

  if (load == NULL)
    return;
  g_hash_table_remove (self->loads, item);
  g_mutex_lock (&self->lock);
  gboolean waits = load->link != NULL;
  if (waits)
    g_queue_delete_link (&self->waiting, load->link);
  g_mutex_unlock (&self->lock);
  if (waits)
    load_free (load);
  else
    g_atomic_int_set (&load->dropped, TRUE);
}

static void
drop_idle (PentThumbnailer *self)
{
  g_autoptr (PentPictureItem) item = g_queue_pop_head (&self->idle);

  pent_picture_item_set_thumbnail (item, NULL);
}

static void
pent_thumbnailer_dispose (GObject *object)
{
  PentThumbnailer *self = PENT_THUMBNAILER (object);

  while (!g_queue_is_empty (&self->idle))
    drop_idle (self);
  G_OBJECT_CLASS (pent_thumbnailer_parent_class)->dispose (object);
}

/* Every load holds the thumbnailer, so none is left. */
static void
pent_thumbnailer_finalize (GObject *object)
{
  PentThumbnailer *self = PENT_THUMBNAILER (object);

  g_thread_pool_free (self->pool, FALSE, TRUE);
  g_mutex_clear (&self->lock);
  g_hash_table_unref (self->loads);
  g_hash_table_unref (self->wanted);
  g_main_context_unref (self->context);
  G_OBJECT_CLASS (pent_thumbnailer_parent_class)->finalize (object);
}

static void
pent_thumbnailer_class_init (PentThumbnailerClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = pent_thumbnailer_dispose;
  G_OBJECT_CLASS (klass)->finalize = pent_thumbnailer_finalize;
}

static void
pent_thumbnailer_init (PentThumbnailer *self)
{
  self->context = g_main_context_ref_thread_default ();
  self->pool = g_thread_pool_new (load_cb, NULL, N_THREADS, FALSE, NULL);
  g_mutex_init (&self->lock);
  g_queue_init (&self->waiting);
  self->loads = g_hash_table_new (NULL, NULL);
  self->wanted = g_hash_table_new (NULL, NULL);
  g_queue_init (&self->idle);
}

/**
 * pent_thumbnailer_new:
 * @side: of the thumbnails, pixels of the device
 */
PentThumbnailer *
pent_thumbnailer_new (int side)
{
  PentThumbnailer *self = g_object_new (PENT_TYPE_THUMBNAILER, NULL);

  self->side = CLAMP (side, 1, MAX_SIDE);
  return self;
}

/**
 * pent_thumbnailer_set_side:
 * @side: of the thumbnails from now on, pixels of the device
 *
 * Those that are wanted are made anew, and shown as they are until then.
 */
void
pent_thumbnailer_set_side (PentThumbnailer *self, int side)
{
  GHashTableIter iter;
  gpointer item;

  g_return_if_fail (PENT_IS_THUMBNAILER (self));
  side = CLAMP (side, 1, MAX_SIDE);
  if (self->side == side)
    return;
  self->side = side;
  g_hash_table_iter_init (&iter, self->wanted);
  while (g_hash_table_iter_next (&iter, &item, NULL))
    {
      drop_load (self, item);
      item_changed_cb (item, self);
    }
}

/**
 * pent_thumbnailer_want:
 * @item: is on the screen
 *
 * Sees to it that @item has a thumbnail, as soon as its file is known, until
 * pent_thumbnailer_unwant() was called as often.
 */
void
pent_thumbnailer_want (PentThumbnailer *self, PentPictureItem *item)
{
  int count = GPOINTER_TO_INT (g_hash_table_lookup (self->wanted, item));
  GList *link = g_queue_find (&self->idle, item);

  g_hash_table_insert (self->wanted, item, GINT_TO_POINTER (count + 1));
  if (count > 0)
    return;
  /* A file that was missing may be back. */
  pent_picture_item_set_problem (item, NULL);
  g_signal_connect_object (item, "changed", G_CALLBACK (item_changed_cb), self, 0);
  item_changed_cb (item, self);
  if (link != NULL)
    {
      g_queue_delete_link (&self->idle, link);
      g_object_unref (item);
    }
}

void
pent_thumbnailer_unwant (PentThumbnailer *self, PentPictureItem *item)
{
  int count = GPOINTER_TO_INT (g_hash_table_lookup (self->wanted, item));

  g_return_if_fail (count > 0);
  if (count > 1)
    {
      g_hash_table_insert (self->wanted, item, GINT_TO_POINTER (count - 1));
      return;
    }
  g_hash_table_remove (self->wanted, item);
  g_signal_handlers_disconnect_by_func (item, item_changed_cb, self);
  drop_load (self, item);
  g_queue_push_tail (&self->idle, g_object_ref (item));
  if (g_queue_get_length (&self->idle) > MAX_IDLE)
    drop_idle (self);
}
