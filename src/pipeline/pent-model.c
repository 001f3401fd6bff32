/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-model.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "pent-clip.h"
#include "pent-data-dir.h"
#include "pent-error.h"
#include "pent-preview-decoder.h"
#include "pent-vae.h"

#define CLIP_TABLE "clip/merges.txt"

typedef enum
{
  PART_TEXT_ENCODER,
  PART_UNET,
  PART_VAE_ENCODER,
  PART_VAE_DECODER,
  PART_PREVIEW_DECODER,
  N_PARTS,
} Part;

/* What a program was compiled for; unused fields are 0. */
typedef struct
{
  int          n, height, width, tokens, clip_skip;
  PentUnetForm form;
} Shape;

typedef struct
{
  Part         part;
  Shape        shape;
  gsize        weights;   /* bytes, shared with other programs of the part */
  guint        round;     /* what is wanted at once has one number */
  PentProgram *program;
} Compiled;

/* What is kept of each part, more only where it is wanted at once. */
static const guint kept_programs[N_PARTS] = { 1, 2, 1, 1, 1 };

struct _PentModel
{
  PentCheckpoint *checkpoint;
  PentBackend    *backend;
  PentTokenizer  *tokenizer;
  PentDtype       operand;
  gsize           memory_limit;   /* bytes; 0: what the device has free */
  GArray         *programs;       /* of Compiled, the one used last at the end */
  guint           round;
};

static void
clear_compiled (gpointer data)
{
  g_clear_object (&((Compiled *) data)->program);
}

static PentTokenizer *
load_tokenizer (PentCheckpoint *checkpoint, GError **error)
{
  const char *dir = pent_checkpoint_get_tokenizer_dir (checkpoint);

  if (dir != NULL)
    return pent_tokenizer_new_from_dir (dir, error);

  g_autofree char *table = pent_data_path (CLIP_TABLE, error);
  return table != NULL ? pent_tokenizer_new_clip (table, error) : NULL;
}

/**
 * pent_model_new:
 * @checkpoint: an opened checkpoint; referenced
 * @backend: where its parts will run; referenced
 * @operand: element type of what is multiplied, one the backend supports
 *
 * Returns: (transfer full): the model, nothing compiled yet; %NULL with
 *   %PENT_ERROR_FILE where its tokenizer cannot be read
 */
PentModel *
pent_model_new (PentCheckpoint *checkpoint, PentBackend *backend, PentDtype operand, GError **error)
{
  g_autoptr (PentTokenizer) tokenizer = load_tokenizer (checkpoint, error);
  if (tokenizer == NULL)
    return NULL;

  PentModel *self = g_new0 (PentModel, 1);
  self->checkpoint = pent_checkpoint_ref (checkpoint);
  self->backend = g_object_ref (backend);
  self->tokenizer = g_steal_pointer (&tokenizer);
  self->operand = operand;
  self->programs = g_array_new (FALSE, FALSE, sizeof (Compiled));
  g_array_set_clear_func (self->programs, clear_compiled);
  return self;
}

void
pent_model_free (PentModel *self)
{
  g_array_unref (self->programs);
  pent_tokenizer_unref (self->tokenizer);
  g_object_unref (self->backend);
  pent_checkpoint_unref (self->checkpoint);
  g_free (self);
}

PentCheckpoint *
pent_model_get_checkpoint (PentModel *self)
{
  return self->checkpoint;
}

PentBackend *
pent_model_get_backend (PentModel *self)
{
  return self->backend;
}

PentTokenizer *
pent_model_get_tokenizer (PentModel *self)
{
  return self->tokenizer;
}

PentDtype
pent_model_get_operand (PentModel *self)
{
  return self->operand;
}

/* Bytes of all programs, and by part whether there is one. */
static gsize
count_held (PentModel *self, gboolean has[N_PARTS])
{
  gsize held = 0;

  memset (has, 0, N_PARTS * sizeof *has);
  for (guint i = 0; i < self->programs->len; i++)
    {
      const Compiled *compiled = &g_array_index (self->programs, Compiled, i);
      gsize size = pent_program_get_memory (compiled->program);
      held += has[compiled->part] ? size - MIN (compiled->weights, size) : size;
      has[compiled->part] = TRUE;
    }
  return held;
}

/**
 * pent_model_get_memory:
 *
 * Returns: bytes of all programs that are held, weights that they share counted
 *   once
 */
gsize
pent_model_get_memory (PentModel *self)
{
  gboolean has[N_PARTS];

  return count_held (self, has);
}

/**
 * pent_model_set_memory_limit:
 * @limit: bytes that programs may hold together, or 0 for what is free
 *
 * To be called between requests: programs may be dropped.
 */
void
pent_model_set_memory_limit (PentModel *self, gsize limit)
{
  gboolean has[N_PARTS];

  if (limit != 0 && count_held (self, has) > limit)
    g_array_set_size (self->programs, 0);
  self->memory_limit = limit;
}

/* Prompts decide everything that follows and cost little, so they are encoded
 * in f32 whatever the rest is computed in. Whole numbers are for the UNet: the
 * VAE is nearly all convolutions, and its errors are seen as they are. */
static PentDtype
part_operand (PentModel *self, Part part)
{
  if (part == PART_TEXT_ENCODER || (part != PART_UNET && self->operand == PENT_INT8))
    return PENT_F32;
  return self->operand;
}

static PentComponent
part_component (Part part)
{
  switch (part)
    {
    case PART_TEXT_ENCODER:
      return PENT_COMPONENT_TEXT_ENCODER;
    case PART_UNET:
      return PENT_COMPONENT_UNET;
    case PART_PREVIEW_DECODER:
      return PENT_COMPONENT_PREVIEW_DECODER;
    default:
      return PENT_COMPONENT_VAE;
    }
}

static PentPlan *
plan_part (PentModel *self, Part part, const Shape *s, GError **error)
{
  PentGraph *graph;

  switch (part)
    {
    case PART_TEXT_ENCODER:
      graph = pent_clip_build (self->checkpoint, s->clip_skip, error);
      break;
    case PART_UNET:
      graph = pent_unet_build (self->checkpoint, s->form, s->n, s->height, s->width, s->tokens, error);
      break;
    case PART_VAE_ENCODER:
      graph = pent_vae_build_encoder (self->checkpoint, s->height, s->width, error);
      break;
    case PART_PREVIEW_DECODER:
      graph = pent_preview_decoder_build (self->checkpoint, s->height, s->width, error);
      break;
    case PART_VAE_DECODER:
    default:
      graph = pent_vae_build_decoder (self->checkpoint, s->height, s->width, error);
      break;
    }
  if (graph == NULL)
    return NULL;
  return pent_plan_new (graph, part_operand (self, part), pent_backend_get_alignment (self->backend), error);
}

/* What programs may take together. Those that are held give way to what is
 * wanted, so that it does not depend on what was run before. */
static gsize
count_budget (PentModel *self)
{
  gboolean has[N_PARTS];
  gsize budget = pent_backend_get_free_memory (self->backend) + count_held (self, has);

  return self->memory_limit != 0 ? MIN (budget, self->memory_limit) : budget;
}

static gboolean
plan_fits (PentModel *self, PentPlan *plan, GError **error)
{
  gsize needed = pent_plan_get_arena_size (plan) + pent_backend_count_streamed (self->backend, plan);
  gsize budget = count_budget (self);
  const char *name = pent_graph_get_name (pent_plan_get_graph (plan));

  if (needed > budget)
    {
      g_autofree char *need = g_format_size_full (needed, G_FORMAT_SIZE_IEC_UNITS);
      g_autofree char *have = g_format_size_full (budget, G_FORMAT_SIZE_IEC_UNITS);
      g_set_error (error, PENT_ERROR, PENT_ERROR_MEMORY,
                   _("The %s needs %s of memory for a picture of this size and %s may be used: choose a smaller size%s"),
                   name, need, have, self->memory_limit != 0 ? " or a larger --memory-limit" : "");
      return FALSE;
    }
  if (pent_plan_get_largest (plan) > pent_backend_get_max_tensor (self->backend))
    {
      g_set_error (error, PENT_ERROR, PENT_ERROR_MEMORY,
                   _("The %s has a tensor larger than %s can address for a picture of this size: choose a smaller size"),
                   name, pent_backend_get_name (self->backend));
      return FALSE;
    }
  return TRUE;
}

static gboolean
shape_equal (const Shape *a, const Shape *b)
{
  return a->n == b->n && a->height == b->height && a->width == b->width && a->tokens == b->tokens
         && a->clip_skip == b->clip_skip && a->form == b->form;
}

/* What is found becomes the one used last, so that the next program of its
 * part does not push it out while it is still wanted. */
static PentProgram *
find_program (PentModel *self, Part part, const Shape *shape)
{
  for (guint i = 0; i < self->programs->len; i++)
    {
      Compiled compiled = g_array_index (self->programs, Compiled, i);
      if (compiled.part != part || !shape_equal (&compiled.shape, shape))
        continue;
      g_object_ref (compiled.program);
      g_array_remove_index (self->programs, i);
      compiled.round = self->round;
      g_array_append_val (self->programs, compiled);
      return compiled.program;
    }
  return NULL;
}

static gboolean
is_wanted_beside (PentModel *self, const Compiled *compiled, Part part)
{
  return compiled->part == part && part == PART_UNET && compiled->round == self->round;
}

/* Makes room for one more program of @part. The new one is compiled first, so
 * that it finds the weights of the old one still on the device. */
static void
drop_oldest (PentModel *self, Part part)
{
  guint n = 0;

  for (guint i = self->programs->len; i-- > 0;)
    {
      const Compiled *compiled = &g_array_index (self->programs, Compiled, i);
      if (compiled->part == part && ++n >= kept_programs[part] && !is_wanted_beside (self, compiled, part))
        g_array_remove_index (self->programs, i);
    }
}

static gboolean
has_room (PentModel *self, Part part, PentPlan *plan, gsize budget)
{
  gboolean has[N_PARTS];
  gsize held = count_held (self, has);

  gsize weights = has[part] ? 0 : pent_backend_count_weights (self->backend, plan);

  return held + pent_plan_get_arena_size (plan) + weights <= budget;
}

/* Drops programs until a plan fits beside the rest: first those of other parts,
 * then those of the same, whose weights it would have shared. */
static void
make_room (PentModel *self, Part part, PentPlan *plan)
{
  gsize budget = count_budget (self);

  for (int same = 0; same <= 1; same++)
    for (guint i = 0; i < self->programs->len && !has_room (self, part, plan, budget);)
      {
        const Compiled *compiled = &g_array_index (self->programs, Compiled, i);
        if ((compiled->part == part) == same && !is_wanted_beside (self, compiled, part))
          g_array_remove_index (self->programs, i);
        else
          i++;
      }
}

/* What others hold is not there for it. */
static void
limit_plan (PentModel *self, PentPlan *plan)
{
  gboolean has[N_PARTS];
  gsize held = count_held (self, has);

  if (self->memory_limit != 0)
    pent_plan_set_limit (plan, MAX (self->memory_limit - MIN (held, self->memory_limit), 1));
}

static PentProgram *
get_program (PentModel *self, Part part, Shape shape, GCancellable *cancellable, GError **error)
{
  PentProgram *program = find_program (self, part, &shape);
  if (program != NULL)
    return program;

  g_autoptr (PentPlan) plan = plan_part (self, part, &shape, error);
  if (plan == NULL || !plan_fits (self, plan, error))
    return NULL;
  make_room (self, part, plan);
  limit_plan (self, plan);
  gsize weights = pent_backend_count_weights (self->backend, plan);
  program = pent_backend_compile (self->backend, g_steal_pointer (&plan), cancellable, error);
  if (program == NULL)
    return NULL;

  Compiled compiled = { part, shape, weights, self->round, program };
  drop_oldest (self, part);
  g_array_append_val (self->programs, compiled);
  if (!pent_checkpoint_check (self->checkpoint, error))
    {
      g_array_remove_index (self->programs, self->programs->len - 1);
      return NULL;
    }
  pent_checkpoint_release_pages (self->checkpoint, part_component (part));
  return program;
}

/**
 * pent_model_get_text_encoder:
 *
 * See pent_clip_build().
 */
PentProgram *
pent_model_get_text_encoder (PentModel *self, int clip_skip, GCancellable *cancellable, GError **error)
{
  return get_program (self, PART_TEXT_ENCODER, (Shape){ .clip_skip = clip_skip }, cancellable, error);
}

/**
 * pent_model_begin_round:
 *
 * The UNets asked for from here to the next round are wanted at once: prompts of
 * different lengths are run apart, and a run may switch between forms. None of
 * them is dropped for another.
 */
void
pent_model_begin_round (PentModel *self)
{
  self->round++;
}

/**
 * pent_model_get_unet:
 *
 * See pent_unet_build().
 */
PentProgram *
pent_model_get_unet (PentModel *self, PentUnetForm form, int n, int height, int width, int tokens,
                     GCancellable *cancellable, GError **error)
{
  return get_program (self, PART_UNET, (Shape){ n, height, width, tokens, 0, form }, cancellable, error);
}

/**
 * pent_model_get_vae:
 * @encoder: the encoder, sized in pixels; else the decoder, sized in cells
 *
 * See pent_vae_build_encoder() and pent_vae_build_decoder().
 */
PentProgram *
pent_model_get_vae (PentModel *self, gboolean encoder, int height, int width, GCancellable *cancellable,
                    GError **error)
{
  return get_program (self, encoder ? PART_VAE_ENCODER : PART_VAE_DECODER,
                      (Shape){ .n = 1, .height = height, .width = width }, cancellable, error);
}

/**
 * pent_model_get_preview_decoder:
 * @height: of the latent, in cells
 * @width: of the latent, in cells
 *
 * See pent_preview_decoder_build(). Previews are not worth another program:
 * none is dropped for this one.
 *
 * Returns: (transfer none) (nullable): %NULL without an error where the model
 *   has no such decoder or there is no room for it beside what is held
 */
PentProgram *
pent_model_get_preview_decoder (PentModel *self, int height, int width, GCancellable *cancellable, GError **error)
{
  const Shape shape = { .n = 1, .height = height, .width = width };

  if (pent_checkpoint_get_preview_decoder (self->checkpoint) == NULL)
    return NULL;
  if (find_program (self, PART_PREVIEW_DECODER, &shape) == NULL)
    {
      g_autoptr (PentPlan) plan = plan_part (self, PART_PREVIEW_DECODER, &shape, error);
      if (plan == NULL || !plan_fits (self, plan, NULL) || !has_room (self, PART_PREVIEW_DECODER, plan, count_budget (self)))
        return NULL;
    }
  return get_program (self, PART_PREVIEW_DECODER, shape, cancellable, error);
}

static gboolean
part_fits (PentModel *self, Part part, Shape shape, GError **error)
{
  if (self->memory_limit == 0 && find_program (self, part, &shape) != NULL)
    return TRUE;

  g_autoptr (PentPlan) plan = plan_part (self, part, &shape, error);
  return plan != NULL && plan_fits (self, plan, error);
}

/**
 * pent_model_unet_fits:
 *
 * Returns: %FALSE with %PENT_ERROR_MEMORY where the UNet's plan exceeds the
 *   memory limit or what the device can address
 */
gboolean
pent_model_unet_fits (PentModel *self, int n, int height, int width, int tokens, GError **error)
{
  return part_fits (self, PART_UNET, (Shape){ n, height, width, tokens, 0, PENT_UNET_WHOLE }, error);
}

/**
 * pent_model_vae_fits:
 *
 * Returns: likewise for a tile of the VAE of that size; what other parts hold
 *   does not matter, for it gives way
 */
gboolean
pent_model_vae_fits (PentModel *self, gboolean encoder, int height, int width, GError **error)
{
  return part_fits (self, encoder ? PART_VAE_ENCODER : PART_VAE_DECODER,
                    (Shape){ .n = 1, .height = height, .width = width }, error);
}
