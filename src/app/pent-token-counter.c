/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-token-counter.h"

#include "pent-checkpoint.h"
#include "pent-data-dir.h"
#include "pent-errand.h"
#include "pent-shipped-model.h"
#include "pent-token-chunks.h"

/* CLIP's, as all models so far read. */
#define POSITIONS 77

/**
 * PentTokenCounter:
 *
 * Tells how much of a model's chunks a prompt takes. The tokenizer is read in
 * another thread; "changed" says that it is there.
 */
struct _PentTokenCounter
{
  GObject parent_instance;

  char          *model;       /* path; "": the starter model; NULL: none yet */
  GCancellable  *reading;     /* the tokenizer, or NULL */
  PentTokenizer *tokenizer;   /* NULL until it is there, and where it cannot be read */
};

enum
{
  CHANGED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (PentTokenCounter, pent_token_counter, G_TYPE_OBJECT)

static PentTokenizer *
open_tokenizer (const char *model)
{
  g_autofree char *path = pent_shipped_model_find (*model != '\0' ? model : NULL, NULL);
  g_autoptr (PentCheckpoint) checkpoint = path != NULL ? pent_checkpoint_open (path, NULL) : NULL;
  const char *folder = checkpoint != NULL ? pent_checkpoint_get_tokenizer_dir (checkpoint) : NULL;

  if (folder != NULL)
    return pent_tokenizer_new_from_dir (folder, NULL);
  g_autofree char *table = pent_data_path ("clip/merges.txt", NULL);
  return table != NULL ? pent_tokenizer_new_clip (table, NULL) : NULL;
}

static void
read_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  g_task_return_pointer (task, open_tokenizer (data), (GDestroyNotify) pent_tokenizer_unref);
}

static void
read_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  PentTokenCounter *self = PENT_TOKEN_COUNTER (object);
  g_autoptr (GError) error = NULL;
  PentTokenizer *tokenizer = g_task_propagate_pointer (G_TASK (result), &error);

  if (error != NULL)
    return;
  g_clear_pointer (&self->tokenizer, pent_tokenizer_unref);
  self->tokenizer = tokenizer;
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
pent_token_counter_dispose (GObject *object)
{
  PentTokenCounter *self = PENT_TOKEN_COUNTER (object);

  g_cancellable_cancel (self->reading);
  g_clear_object (&self->reading);
  g_clear_pointer (&self->tokenizer, pent_tokenizer_unref);
  g_clear_pointer (&self->model, g_free);

  G_OBJECT_CLASS (pent_token_counter_parent_class)->dispose (object);
}

static void
pent_token_counter_class_init (PentTokenCounterClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = pent_token_counter_dispose;

  signals[CHANGED] = g_signal_new ("changed", PENT_TYPE_TOKEN_COUNTER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 0);
}

static void
pent_token_counter_init (PentTokenCounter *self)
{
}

PentTokenCounter *
pent_token_counter_new (void)
{
  return g_object_new (PENT_TYPE_TOKEN_COUNTER, NULL);
}

/**
 * pent_token_counter_set_model:
 * @path: whose tokenizer counts; "": the starter model's
 */
void
pent_token_counter_set_model (PentTokenCounter *self, const char *path)
{
  g_return_if_fail (PENT_IS_TOKEN_COUNTER (self));
  if (g_strcmp0 (self->model, path) == 0)
    return;
  g_free (self->model);
  self->model = g_strdup (path);
  g_cancellable_cancel (self->reading);
  g_clear_object (&self->reading);
  self->reading = g_cancellable_new ();
  g_autoptr (GTask) task = g_task_new (self, self->reading, read_cb, NULL);
  g_task_set_task_data (task, g_strdup (path), g_free);
  pent_errand_run (task, read_in_thread);
}

/* Tokens of a chunk between the first and the first of the end. */
static int
count_used (const gint32 *ids, int positions, int eos)
{
  int n = 1;

  while (n < positions && ids[n] != eos)
    n++;
  return n - 1;
}

/**
 * pent_token_counter_count:
 * @prompt: with its emphasis
 * @n_tokens: (out): that it takes
 * @n_places: (out): for tokens in the chunks that it is read in
 *
 * Returns: %FALSE while nobody knows
 */
gboolean
pent_token_counter_count (PentTokenCounter *self, const char *prompt, int *n_tokens, int *n_places)
{
  g_return_val_if_fail (PENT_IS_TOKEN_COUNTER (self), FALSE);
  if (self->tokenizer == NULL)
    return FALSE;

  g_autoptr (PentTokenChunks) chunks = pent_tokenize_prompt (self->tokenizer, prompt, POSITIONS);
  int eos = pent_tokenizer_get_eos (self->tokenizer);
  *n_tokens = 0;
  for (int i = 0; i < chunks->n_chunks; i++)
    *n_tokens += count_used (chunks->ids + (gsize) i * chunks->positions, chunks->positions, eos);
  *n_places = chunks->n_chunks * (chunks->positions - 2);
  return TRUE;
}
