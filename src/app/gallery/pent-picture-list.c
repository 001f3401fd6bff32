/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-picture-list.h"

#include <string.h>

#include "pent-search-words.h"

/* Pictures read at once: about a screenful. */
#define PAGE 64

/* How many may wait to be read; those that have been scrolled past are asked
 * for again when they come back. */
#define MAX_WAITING 512

/* How many items are kept: more than a grid has on and about the screen. */
#define MAX_ITEMS 1024

/**
 * PentPictureList:
 *
 * The library's pictures, newest first, as a list for widgets. It holds the
 * pictures' numbers, eight bytes each; an item is made when it is asked for, and
 * what the library knows of it is read in the desk's thread, the items that were
 * asked for last before others. The list follows the library, whoever changes
 * it.
 */
struct _PentPictureList
{
  GObject parent_instance;

  PentLibraryDesk *desk;
  char            *search;
  gboolean         favourites;
  gboolean         loading;
  char            *error;
  GCancellable    *listing;    /* of the numbers; NULL: none is under way */
  GArray          *ids;        /* of gint64 */
  GQueue           recent;     /* of items, held; the one to be forgotten next at the head */
  GHashTable      *links;      /* of a number to its item's link in recent */
  GQueue           waiting;    /* of items, held; the next at the head */
  gboolean         reading;
  guint            idle;       /* reads when all that is wanted in this turn is known */
};

enum
{
  PROP_LOADING = 1,
  PROP_ERROR,
  N_PROPS,
};

static GParamSpec *properties[N_PROPS];

static void pent_picture_list_init_model (GListModelInterface *interface);
static void read_next (PentPictureList *self);

G_DEFINE_FINAL_TYPE_WITH_CODE (PentPictureList, pent_picture_list, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, pent_picture_list_init_model))

/* --- pictures --- */

/* What is read at once, and what comes of it, in the same order. */
typedef struct
{
  GPtrArray *items;      /* the main thread's */
  GArray    *ids;
  GPtrArray *pictures;   /* of PentLibraryPicture *, or NULL */
} Page;

static void
page_free (gpointer data)
{
  Page *page = data;

  g_ptr_array_unref (page->items);
  g_array_unref (page->ids);
  g_ptr_array_unref (page->pictures);
  g_free (page);
}

static void
free_picture (gpointer picture)
{
  if (picture != NULL)
    pent_library_picture_free (picture);
}

/* A picture that is gone by now is shown as not known until the list follows. */
static gpointer
read_page (PentLibrary *library, gpointer data, GCancellable *cancellable, GError **error)
{
  Page *page = data;

  for (guint i = 0; i < page->ids->len; i++)
    g_ptr_array_add (page->pictures, pent_library_get (library, g_array_index (page->ids, gint64, i), NULL));
  return page;
}

static void
page_read_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  PentPictureList *self = PENT_PICTURE_LIST (source);
  Page *page = pent_library_desk_finish (result, NULL);

  self->reading = FALSE;
  for (guint i = 0; page != NULL && i < page->items->len; i++)
    if (g_ptr_array_index (page->pictures, i) != NULL)
      pent_picture_item_take_picture (g_ptr_array_index (page->items, i),
                                      g_steal_pointer (&g_ptr_array_index (page->pictures, i)));
  if (self->desk != NULL)
    read_next (self);
}

static void
read_next (PentPictureList *self)
{
  if (self->reading || g_queue_is_empty (&self->waiting))
    return;

  Page *page = g_new (Page, 1);
  page->items = g_ptr_array_new_with_free_func (g_object_unref);
  page->ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  page->pictures = g_ptr_array_new_with_free_func (free_picture);
  while (page->items->len < PAGE && !g_queue_is_empty (&self->waiting))
    {
      PentPictureItem *item = g_queue_pop_head (&self->waiting);
      gint64 id = pent_picture_item_get_id (item);
      g_array_append_val (page->ids, id);
      g_ptr_array_add (page->items, item);
    }
  const PentDeskOrder order = { .work = read_page, .data = page, .free_data = page_free };
  self->reading = TRUE;
  pent_library_desk_ask (self->desk, &order, G_OBJECT (self), NULL, page_read_cb, NULL);
}

static gboolean
read_idle_cb (gpointer data)
{
  PentPictureList *self = data;

  self->idle = 0;
  read_next (self);
  return G_SOURCE_REMOVE;
}

static void
want (PentPictureList *self, PentPictureItem *item)
{
  GList *link = g_queue_find (&self->waiting, item);

  if (link != NULL)
    {
      g_queue_unlink (&self->waiting, link);
      g_queue_push_head_link (&self->waiting, link);
      return;
    }
  g_queue_push_head (&self->waiting, g_object_ref (item));
  if (g_queue_get_length (&self->waiting) > MAX_WAITING)
    g_object_unref (g_queue_pop_tail (&self->waiting));
  if (self->idle == 0)
    self->idle = g_idle_add_full (G_PRIORITY_DEFAULT, read_idle_cb, self, NULL);
}

/* --- items --- */

static GType
get_item_type (GListModel *model)
{
  return PENT_TYPE_PICTURE_ITEM;
}

static guint
get_n_items (GListModel *model)
{
  return PENT_PICTURE_LIST (model)->ids->len;
}

static PentPictureItem *
add_item (PentPictureList *self, gint64 id)
{
  PentPictureItem *item = pent_picture_item_new (id);

  g_queue_push_tail (&self->recent, item);
  g_hash_table_insert (self->links, g_memdup2 (&id, sizeof id), self->recent.tail);
  if (g_queue_get_length (&self->recent) > MAX_ITEMS)
    {
      g_autoptr (PentPictureItem) oldest = g_queue_pop_head (&self->recent);
      gint64 oldest_id = pent_picture_item_get_id (oldest);
      g_hash_table_remove (self->links, &oldest_id);
    }
  return item;
}

static gpointer
get_item (GListModel *model, guint position)
{
  PentPictureList *self = PENT_PICTURE_LIST (model);

  if (position >= self->ids->len)
    return NULL;
  gint64 id = g_array_index (self->ids, gint64, position);
  GList *link = g_hash_table_lookup (self->links, &id);
  if (link != NULL)
    {
      g_queue_unlink (&self->recent, link);
      g_queue_push_tail_link (&self->recent, link);
    }
  PentPictureItem *item = link != NULL ? link->data : add_item (self, id);
  if (pent_picture_item_get_picture (item) == NULL)
    want (self, item);
  return g_object_ref (item);
}

static void
pent_picture_list_init_model (GListModelInterface *interface)
{
  interface->get_item_type = get_item_type;
  interface->get_n_items = get_n_items;
  interface->get_item = get_item;
}

/* --- the list --- */

typedef struct
{
  PentSearchWords words;
  gboolean        favourites;
} Query;

static void
query_free (gpointer data)
{
  Query *query = data;

  pent_search_words_clear (&query->words);
  g_free (query);
}

static gpointer
list_ids (PentLibrary *library, gpointer data, GCancellable *cancellable, GError **error)
{
  const Query *query = data;
  const PentLibraryQuery asked = {
    .search = query->words.words, .since = query->words.since, .until = query->words.until,
    .favourites = query->favourites, .limit = -1,
  };

  return pent_library_list_ids (library, &asked, error);
}

/* What both begin and end with stays, so that a new picture moves nothing. */
static void
take_ids (PentPictureList *self, GArray *ids)
{
  g_autoptr (GArray) old = self->ids;
  guint first = 0, last = 0, least = MIN (old->len, ids->len);

  while (first < least && g_array_index (old, gint64, first) == g_array_index (ids, gint64, first))
    first++;
  while (last < least - first &&
         g_array_index (old, gint64, old->len - 1 - last) == g_array_index (ids, gint64, ids->len - 1 - last))
    last++;
  self->ids = ids;
  if (first + last < MAX (old->len, ids->len))
    g_list_model_items_changed (G_LIST_MODEL (self), first, old->len - first - last, ids->len - first - last);
}

static void
set_error (PentPictureList *self, const char *error)
{
  if (g_strcmp0 (self->error, error) == 0)
    return;
  g_free (self->error);
  self->error = g_strdup (error);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ERROR]);
}

static void
set_loading (PentPictureList *self, gboolean loading)
{
  if (self->loading == loading)
    return;
  self->loading = loading;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LOADING]);
}

static void
listed_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  PentPictureList *self = PENT_PICTURE_LIST (source);
  g_autoptr (GError) error = NULL;
  GArray *ids = pent_library_desk_finish (result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_clear_pointer (&ids, g_array_unref);
      return;
    }
  g_clear_object (&self->listing);
  set_error (self, error != NULL ? error->message : NULL);
  if (ids != NULL)
    take_ids (self, ids);
  set_loading (self, FALSE);
}

static void
reload (PentPictureList *self)
{
  Query *query = g_new0 (Query, 1);
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  const PentDeskOrder order = {
    .work = list_ids, .data = query, .free_data = query_free, .free_result = (GDestroyNotify) g_array_unref,
  };

  pent_search_words_parse (&query->words, self->search, now);
  query->favourites = self->favourites;
  g_cancellable_cancel (self->listing);
  g_clear_object (&self->listing);
  self->listing = g_cancellable_new ();
  set_loading (self, TRUE);
  pent_library_desk_ask (self->desk, &order, G_OBJECT (self), self->listing, listed_cb, NULL);
}

/* Marks may have changed, and files may have moved. */
static void
changed_cb (PentPictureList *self)
{
  reload (self);
  for (GList *link = self->recent.head; link != NULL; link = link->next)
    if (pent_picture_item_get_picture (link->data) != NULL)
      want (self, link->data);
}

static void
pent_picture_list_get_property (GObject *object, guint property, GValue *value, GParamSpec *pspec)
{
  PentPictureList *self = PENT_PICTURE_LIST (object);

  if (property == PROP_LOADING)
    g_value_set_boolean (value, self->loading);
  else if (property == PROP_ERROR)
    g_value_set_string (value, self->error);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property, pspec);
}

static void
pent_picture_list_dispose (GObject *object)
{
  PentPictureList *self = PENT_PICTURE_LIST (object);

  g_cancellable_cancel (self->listing);
  g_clear_object (&self->listing);
  g_clear_handle_id (&self->idle, g_source_remove);
  g_clear_object (&self->desk);
  g_queue_clear_full (&self->waiting, g_object_unref);
  G_OBJECT_CLASS (pent_picture_list_parent_class)->dispose (object);
}

static void
pent_picture_list_finalize (GObject *object)
{
  PentPictureList *self = PENT_PICTURE_LIST (object);

  g_hash_table_unref (self->links);
  g_queue_clear_full (&self->recent, g_object_unref);
  g_array_unref (self->ids);
  g_free (self->search);
  g_free (self->error);
  G_OBJECT_CLASS (pent_picture_list_parent_class)->finalize (object);
}

static void
pent_picture_list_class_init (PentPictureListClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = pent_picture_list_get_property;
  object_class->dispose = pent_picture_list_dispose;
  object_class->finalize = pent_picture_list_finalize;

  properties[PROP_LOADING] = g_param_spec_boolean ("loading", NULL, NULL, FALSE,
                                                   G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  properties[PROP_ERROR] = g_param_spec_string ("error", NULL, NULL, NULL,
                                                G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
pent_picture_list_init (PentPictureList *self)
{
  self->ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  self->links = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  self->search = g_strdup ("");
  g_queue_init (&self->recent);
  g_queue_init (&self->waiting);
}

/**
 * pent_picture_list_new:
 * @desk: of the library
 *
 * Returns: (transfer full): a list that is empty until the library has answered
 */
PentPictureList *
pent_picture_list_new (PentLibraryDesk *desk)
{
  PentPictureList *self = g_object_new (PENT_TYPE_PICTURE_LIST, NULL);

  self->desk = g_object_ref (desk);
  g_signal_connect_object (desk, "changed", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  reload (self);
  return self;
}

/**
 * pent_picture_list_set_search:
 * @search: see pent_search_words_parse(); empty lists everything
 */
void
pent_picture_list_set_search (PentPictureList *self, const char *search)
{
  if (strcmp (self->search, search) == 0)
    return;
  g_free (self->search);
  self->search = g_strdup (search);
  reload (self);
}

void
pent_picture_list_set_favourites (PentPictureList *self, gboolean favourites)
{
  if (self->favourites == favourites)
    return;
  self->favourites = favourites;
  reload (self);
}

/**
 * pent_picture_list_get_loading:
 *
 * Returns: whether the list is about to follow the library or the search
 */
gboolean
pent_picture_list_get_loading (PentPictureList *self)
{
  return self->loading;
}

/**
 * pent_picture_list_get_error:
 *
 * Returns: (nullable): why the library cannot be listed, in a sentence
 */
const char *
pent_picture_list_get_error (PentPictureList *self)
{
  return self->error;
}

/**
 * pent_picture_list_find:
 * @position: (out): where the picture of that number is
 *
 * Returns: %FALSE where the list does not show it
 */
gboolean
pent_picture_list_find (PentPictureList *self, gint64 id, guint *position)
{
  for (guint i = 0; i < self->ids->len; i++)
    if (g_array_index (self->ids, gint64, i) == id)
      {
        *position = i;
        return TRUE;
      }
  return FALSE;
}

/**
 * pent_picture_list_get_id:
 * @position: below the number of items
 *
 * Returns: the number of the picture there, without asking for the picture
 */
gint64
pent_picture_list_get_id (PentPictureList *self, guint position)
{
  g_return_val_if_fail (position < self->ids->len, 0);
  return g_array_index (self->ids, gint64, position);
}
