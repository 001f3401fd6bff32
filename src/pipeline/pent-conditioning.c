/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-conditioning.h"

#include <glib/gi18n-lib.h>

#include "pent-clip.h"
#include "pent-emphasis.h"
#include "pent-error.h"
#include "pent-token-chunks.h"

/* Chunks of 75 tokens: far beyond any prompt a person writes, and little enough
 * that a file pasted by mistake is refused at once. */
#define MAX_CHUNKS 64

static gboolean
encode_chunk (PentModel *model, PentProgram *encoder, const PentTokenChunks *chunks, int chunk, float *hidden,
              GCancellable *cancellable, GError **error)
{
  PentCheckpoint *checkpoint = pent_model_get_checkpoint (model);
  int width = pent_checkpoint_get_clip (checkpoint)->width;
  gsize first = (gsize) chunk * chunks->positions;

  if (!pent_clip_embed (checkpoint, chunks->ids + first, hidden, error)
      || !pent_program_set_input (encoder, 0, hidden, error)
      || !pent_program_run (encoder, cancellable, error)
      || !pent_program_get_output (encoder, 0, hidden, error))
    return FALSE;
  pent_emphasis_apply (hidden, chunks->weights + first, chunks->positions, width);
  return TRUE;
}

/**
 * pent_conditioning_new:
 * @prompt: with emphasis, BREAK and any length, see pent_tokenize_prompt()
 * @clip_skip: 1 is the last layer
 *
 * Each chunk is encoded by itself, weighted, and joined along the tokens, as
 * A1111 does it.
 *
 * Returns: (transfer full): the encoded prompt; %NULL with %PENT_ERROR_USAGE for
 *   one that is too long, or the errors of compiling and running the encoder
 */
PentConditioning *
pent_conditioning_new (PentModel *model, const char *prompt, int clip_skip, GCancellable *cancellable, GError **error)
{
  const PentClipConfig *config = pent_checkpoint_get_clip (pent_model_get_checkpoint (model));
  g_autoptr (PentTokenChunks) chunks = pent_tokenize_prompt (pent_model_get_tokenizer (model), prompt,
                                                             config->positions);
  if (chunks->n_chunks > MAX_CHUNKS)
    {
      g_set_error (error, PENT_ERROR, PENT_ERROR_USAGE,
                   _("The prompt fills %d chunks of %d tokens and the most is %d: shorten it"), chunks->n_chunks,
                   config->positions - 2, MAX_CHUNKS);
      return NULL;
    }

  PentProgram *encoder = pent_model_get_text_encoder (model, clip_skip, cancellable, error);
  if (encoder == NULL)
    return NULL;

  g_autoptr (PentConditioning) self = g_new0 (PentConditioning, 1);
  g_atomic_ref_count_init (&self->refs);
  self->tokens = chunks->n_chunks * chunks->positions;
  self->width = config->width;
  self->values = g_new (float, (gsize) self->tokens * self->width);
  self->warnings = g_ptr_array_ref (chunks->warnings);
  for (int i = 0; i < chunks->n_chunks; i++)
    if (!encode_chunk (model, encoder, chunks, i, self->values + (gsize) i * chunks->positions * self->width,
                       cancellable, error))
      return NULL;
  return g_steal_pointer (&self);
}

PentConditioning *
pent_conditioning_ref (PentConditioning *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
pent_conditioning_unref (PentConditioning *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  g_ptr_array_unref (self->warnings);
  g_free (self->values);
  g_free (self);
}
