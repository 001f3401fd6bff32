/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-library-desk.h"

/**
 * PentLibraryDesk:
 *
 * The library, for a main thread that must not wait: work on it is done one
 * piece after the other in a thread of the desk's own, which has a connection
 * of its own. Signal "changed": the library is another one than before, by
 * whatever program; it is told in the thread that made the desk.
 */
struct _PentLibraryDesk
{
  GObject parent_instance;

  GThreadPool *pool;       /* of one thread */
  PentFolders *folders;
  PentLibrary *library;    /* the thread's alone; NULL: not opened yet */
  gint64       state;      /* what the library was like when it was last looked at */
  gboolean     looking;
  gboolean     look_again; /* was asked to look while it did */
  guint        timer;      /* 0: none */
};

enum
{
  CHANGED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (PentLibraryDesk, pent_library_desk, G_TYPE_OBJECT)

/* A piece of work on its way. It holds the desk, and its task holds the source:
 * both must be let go in the thread that asked, so the task is let go there. */
typedef struct
{
  PentLibraryDesk    *desk;
  PentDeskOrder       order;
  GAsyncReadyCallback callback;
  gpointer            user_data;
} Piece;

static void
piece_free (gpointer data)
{
  Piece *piece = data;

  if (piece->order.free_data != NULL)
    piece->order.free_data (piece->order.data);
  g_object_unref (piece->desk);
  g_free (piece);
}

static void
deliver_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = G_TASK (result);
  Piece *piece = g_task_get_task_data (task);

  piece->callback (source, result, piece->user_data);
}

/* In the thread. A library that could not be opened is tried again with the
 * next piece. */
static void
work_cb (gpointer data, gpointer desk)
{
  GTask *task = data;
  Piece *piece = g_task_get_task_data (task);
  PentLibraryDesk *self = PENT_LIBRARY_DESK (piece->desk);
  GError *error = NULL;

  if (g_task_return_error_if_cancelled (task))
    return;
  if (self->library == NULL)
    self->library = pent_library_open (self->folders, PENT_LIBRARY_READ, &error);
  gpointer result = self->library == NULL
    ? NULL : piece->order.work (self->library, piece->order.data, g_task_get_cancellable (task), &error);
  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, result, piece->order.free_result);
}

static gpointer
look (PentLibrary *library, gpointer data, GCancellable *cancellable, GError **error)
{
  gint64 *state = g_new (gint64, 1);

  if (pent_library_get_state (library, state, error))
    return state;
  g_free (state);
  return NULL;
}

static void
looked_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  PentLibraryDesk *self = PENT_LIBRARY_DESK (source);
  g_autofree gint64 *state = pent_library_desk_finish (result, NULL);

  self->looking = FALSE;
  if (self->look_again)
    {
      self->look_again = FALSE;
      pent_library_desk_look (self);
    }
  if (state == NULL || *state == self->state)
    return;
  gboolean is_first = self->state < 0;
  self->state = *state;
  if (!is_first)
    g_signal_emit (self, signals[CHANGED], 0);
}

static gboolean
timer_cb (gpointer data)
{
  pent_library_desk_look (data);
  return G_SOURCE_CONTINUE;
}

static void
pent_library_desk_dispose (GObject *object)
{
  PentLibraryDesk *self = PENT_LIBRARY_DESK (object);

  g_clear_handle_id (&self->timer, g_source_remove);
  G_OBJECT_CLASS (pent_library_desk_parent_class)->dispose (object);
}

/* Every piece holds the desk, so none is left. */
static void
pent_library_desk_finalize (GObject *object)
{
  PentLibraryDesk *self = PENT_LIBRARY_DESK (object);

  g_thread_pool_free (self->pool, FALSE, TRUE);
  g_clear_pointer (&self->library, pent_library_close);
  pent_folders_free (self->folders);
  G_OBJECT_CLASS (pent_library_desk_parent_class)->finalize (object);
}

static void
pent_library_desk_class_init (PentLibraryDeskClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = pent_library_desk_dispose;
  object_class->finalize = pent_library_desk_finalize;

  signals[CHANGED] = g_signal_new ("changed", PENT_TYPE_LIBRARY_DESK, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 0);
}

static void
pent_library_desk_init (PentLibraryDesk *self)
{
  self->pool = g_thread_pool_new (work_cb, NULL, 1, FALSE, NULL);
  self->state = -1;
}

/**
 * pent_library_desk_new:
 * @folders: where the library lies
 *
 * Returns: (transfer full): a desk over it, which opens it with the first piece
 *   of work
 */
PentLibraryDesk *
pent_library_desk_new (const PentFolders *folders)
{
  PentLibraryDesk *self = g_object_new (PENT_TYPE_LIBRARY_DESK, NULL);

  self->folders = g_new0 (PentFolders, 1);
  self->folders->pictures = g_strdup (folders->pictures);
  self->folders->library = g_strdup (folders->library);
  self->folders->state = g_strdup (folders->state);
  return self;
}

/**
 * pent_library_desk_ask:
 * @order: what is to be done; its data are taken over
 * @source: (nullable): the source object of @callback
 * @callback: fetches the result with pent_library_desk_finish(), in the thread
 *   that asked
 */
void
pent_library_desk_ask (PentLibraryDesk     *self,
                       const PentDeskOrder *order,
                       GObject             *source,
                       GCancellable        *cancellable,
                       GAsyncReadyCallback  callback,
                       gpointer             user_data)
{
  Piece *piece = g_new (Piece, 1);

  g_return_if_fail (PENT_IS_LIBRARY_DESK (self));
  *piece = (Piece) { .desk = g_object_ref (self), .order = *order, .callback = callback, .user_data = user_data };
  GTask *task = g_task_new (source, cancellable, deliver_cb, NULL);
  g_task_set_task_data (task, piece, piece_free);
  g_thread_pool_push (self->pool, task, NULL);
}

/**
 * pent_library_desk_finish:
 *
 * Returns: (transfer full): what the work returned; %NULL with its error, or
 *   that of opening the library
 */
gpointer
pent_library_desk_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (G_IS_TASK (result), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * pent_library_desk_look:
 *
 * Looks whether the library has changed since the last look, and tells by
 * "changed".
 */
void
pent_library_desk_look (PentLibraryDesk *self)
{
  const PentDeskOrder order = { .work = look, .free_result = g_free };

  g_return_if_fail (PENT_IS_LIBRARY_DESK (self));
  if (self->looking)
    {
      self->look_again = TRUE;
      return;
    }
  self->looking = TRUE;
  pent_library_desk_ask (self, &order, G_OBJECT (self), NULL, looked_cb, NULL);
}

/**
 * pent_library_desk_watch:
 * @milliseconds: between two looks
 *
 * Looks now and from time to time, so that what another program does to the
 * library is seen.
 */
void
pent_library_desk_watch (PentLibraryDesk *self, guint milliseconds)
{
  g_return_if_fail (PENT_IS_LIBRARY_DESK (self));
  g_clear_handle_id (&self->timer, g_source_remove);
  self->timer = g_timeout_add (milliseconds, timer_cb, self);
  pent_library_desk_look (self);
}
