/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-draft-keeper.h"

#include <gio/gio.h>

#include "pent-errand.h"

/* From a change to the writing of it; both together stay under two seconds. */
#define DELAY_MS 700

/* Until a writing that failed is tried again. */
#define RETRY_MS 5000

/**
 * PentDraftKeeper:
 *
 * Writes down what is on a document soon after it changes, in another thread,
 * one writing at a time.
 */
struct _PentDraftKeeper
{
  GObject parent_instance;

  PentDocument *document;
  PentDraft    *draft;      /* the writing task's, while there is one */
  guint         timeout;    /* until the next writing; 0: nothing is to be written */
  gboolean      writing;
  gboolean      changed;    /* since the writing began */
  char         *failure;    /* of the last writing, which was told of; NULL: none */
};

enum
{
  FAILED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (PentDraftKeeper, pent_draft_keeper, G_TYPE_OBJECT)

static void schedule (PentDraftKeeper *self, guint delay);

static void
write_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  PentDraftKeeper *self = source;
  GError *error = NULL;

  if (pent_draft_save (self->draft, data, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/* A full disk is told of once, and has room again some time. */
static void
written_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  PentDraftKeeper *self = PENT_DRAFT_KEEPER (object);
  g_autoptr (GError) error = NULL;
  gboolean written = g_task_propagate_boolean (G_TASK (result), &error);
  gboolean is_new = error != NULL && g_strcmp0 (self->failure, error->message) != 0;

  self->writing = FALSE;
  g_free (self->failure);
  self->failure = error != NULL ? g_strdup (error->message) : NULL;
  if (!written || self->changed)
    schedule (self, written ? DELAY_MS : RETRY_MS);
  if (is_new)
    g_signal_emit (self, signals[FAILED], 0, error->message);
}

static gboolean
timeout_cb (gpointer data)
{
  PentDraftKeeper *self = data;
  g_autoptr (GTask) task = g_task_new (self, NULL, written_cb, NULL);

  self->timeout = 0;
  self->writing = TRUE;
  self->changed = FALSE;
  g_task_set_task_data (task, pent_document_snapshot (self->document), (GDestroyNotify) pent_canvas_state_unref);
  pent_errand_run (task, write_in_thread);
  return G_SOURCE_REMOVE;
}

static void
schedule (PentDraftKeeper *self, guint delay)
{
  if (self->timeout == 0 && !self->writing && self->document != NULL)
    self->timeout = g_timeout_add (delay, timeout_cb, self);
}

static void
changed_cb (PentDraftKeeper *self)
{
  self->changed = TRUE;
  schedule (self, DELAY_MS);
}

static void
pent_draft_keeper_dispose (GObject *object)
{
  PentDraftKeeper *self = PENT_DRAFT_KEEPER (object);

  g_clear_handle_id (&self->timeout, g_source_remove);
  if (self->document != NULL)
    g_signal_handlers_disconnect_by_data (self->document, self);
  g_clear_object (&self->document);

  G_OBJECT_CLASS (pent_draft_keeper_parent_class)->dispose (object);
}

/* No task is left: each keeps the keeper. */
static void
pent_draft_keeper_finalize (GObject *object)
{
  PentDraftKeeper *self = PENT_DRAFT_KEEPER (object);

  pent_draft_free (self->draft);
  g_free (self->failure);
  G_OBJECT_CLASS (pent_draft_keeper_parent_class)->finalize (object);
}

static void
pent_draft_keeper_class_init (PentDraftKeeperClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = pent_draft_keeper_dispose;
  G_OBJECT_CLASS (klass)->finalize = pent_draft_keeper_finalize;

  /* Why the draft could not be written, one sentence. */
  signals[FAILED] = g_signal_new ("failed", PENT_TYPE_DRAFT_KEEPER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
pent_draft_keeper_init (PentDraftKeeper *self)
{
}

/**
 * pent_draft_keeper_new:
 * @folder: where the draft lies
 */
PentDraftKeeper *
pent_draft_keeper_new (PentDocument *document, const char *folder)
{
  PentDraftKeeper *self = g_object_new (PENT_TYPE_DRAFT_KEEPER, NULL);

  self->document = g_object_ref (document);
  self->draft = pent_draft_new (folder);
  g_signal_connect_swapped (document, "changed", G_CALLBACK (changed_cb), self);
  return self;
}

/**
 * pent_draft_keeper_restore:
 *
 * Brings back what was on the document last, if there is a draft. To be called
 * before anything changes.
 *
 * Returns: %FALSE with an error where there is one that cannot be read
 */
gboolean
pent_draft_keeper_restore (PentDraftKeeper *self, GError **error)
{
  g_autoptr (PentCanvasState) state = NULL;

  g_return_val_if_fail (PENT_IS_DRAFT_KEEPER (self), FALSE);
  if (!pent_draft_load (self->draft, &state, error))
    return FALSE;
  if (state != NULL)
    pent_document_restore (self->document, state);
  g_clear_handle_id (&self->timeout, g_source_remove);
  return TRUE;
}

/**
 * pent_draft_keeper_flush:
 *
 * Writes what is not yet written, at once: for when the program ends.
 */
gboolean
pent_draft_keeper_flush (PentDraftKeeper *self, GError **error)
{
  g_return_val_if_fail (PENT_IS_DRAFT_KEEPER (self), FALSE);
  while (self->writing)
    g_main_context_iteration (NULL, TRUE);
  if (self->timeout == 0)
    return TRUE;
  g_clear_handle_id (&self->timeout, g_source_remove);
  g_autoptr (PentCanvasState) state = pent_document_snapshot (self->document);
  return pent_draft_save (self->draft, state, error);
}
