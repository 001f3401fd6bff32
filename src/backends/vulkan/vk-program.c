/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "vk-program.h"

#include "vk-ops.h"

#include "pent-error.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* One input or output: where it passes through, and where it is in the end */
typedef struct
{
  PentVkSpan outside;
  PentVkSpan inside;
  gsize      n;
  gboolean   is_static;
} Port;

/* The operators from @first to @end, recorded */
typedef struct
{
  guint        first, end;
  PentVkTape  *tape;
  PentVkClock *clock;   /* or NULL where nobody asks how long they take */
} Recording;

struct _PentVkProgram
{
  PentProgram parent_instance;

  PentVkContext *context;
  PentPlan      *plan;
  PentVkBuffer   arena;
  PentVkBuffer   scratch;
  PentVkBuffer   ports;      /* inputs and outputs, where the processor reaches them */
  GPtrArray     *taken;      /* of PentVkWeight */
  Recording      prelude;
  Recording      body;
  Recording      timed_prelude;   /* the same with a clock, when first profiled */
  Recording      timed_body;
  GArray        *inputs;     /* of Port */
  GArray        *outputs;
  gsize          weight_size;
  gboolean       is_stale;   /* a static input was set since the prelude ran */
};

G_DEFINE_FINAL_TYPE (PentVkProgram, pent_vk_program, PENT_TYPE_PROGRAM)

/**
 * pent_vk_context_new:
 * @index: in the order in which Vulkan lists the devices
 *
 * Returns: (transfer full): the device, opened; %NULL with %PENT_ERROR_DEVICE
 */
PentVkContext *
pent_vk_context_new (int index, PentVulkanGuise guise, GError **error)
{
  PentVkContext *self = g_new0 (PentVkContext, 1);

  g_atomic_ref_count_init (&self->refs);
  self->device = pent_vk_device_new (index, guise, error);
  if (self->device != NULL)
    self->pipelines = pent_vk_pipelines_new (self->device, error);
  if (self->pipelines == NULL)
    {
      pent_vk_context_unref (self);
      return NULL;
    }
  self->weights = pent_vk_weights_new (self->device);
  self->tuner = pent_vk_tuner_new (self->device, self->pipelines);
  return self;
}

PentVkContext *
pent_vk_context_ref (PentVkContext *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
pent_vk_context_unref (PentVkContext *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  g_clear_pointer (&self->tuner, pent_vk_tuner_free);
  g_clear_pointer (&self->weights, pent_vk_weights_free);
  g_clear_pointer (&self->pipelines, pent_vk_pipelines_free);
  g_clear_pointer (&self->device, pent_vk_device_unref);
  g_free (self);
}

static void
add_port (PentVkProgram *self, GArray *ports, const PentTensor *tensor, gsize *size)
{
  const PentPlacement *place = pent_plan_get_placement (self->plan, tensor);
  gsize alignment = self->context->device->facts.alignment;
  Port port = {
    .outside = { VK_NULL_HANDLE, *size, place->size, place->dtype },
    .inside = { self->arena.handle, place->offset, place->size, place->dtype },
    .n = pent_shape_n_elements (tensor->shape),
    .is_static = tensor->is_static,
  };

  *size += (place->size + alignment - 1) & ~(alignment - 1);
  g_array_append_val (ports, port);
}

static gboolean
create_ports (PentVkProgram *self, GError **error)
{
  PentGraph *graph = pent_plan_get_graph (self->plan);
  gsize size = 0;

  for (guint i = 0; i < pent_graph_get_n_inputs (graph); i++)
    add_port (self, self->inputs, pent_graph_get_input (graph, i), &size);
  for (guint i = 0; i < pent_graph_get_n_outputs (graph); i++)
    add_port (self, self->outputs, pent_graph_get_output (graph, i), &size);
  if (!pent_vk_buffer_init (&self->ports, self->context->device, MAX (size, 64), PENT_VK_ON_HOST,
                            "what goes in and out", error))
    return FALSE;
  memset (self->ports.map, 0, self->ports.size);
  for (guint i = 0; i < self->inputs->len; i++)
    g_array_index (self->inputs, Port, i).outside.buffer = self->ports.handle;
  for (guint i = 0; i < self->outputs->len; i++)
    g_array_index (self->outputs, Port, i).outside.buffer = self->ports.handle;
  return TRUE;
}

static gboolean
check_size (PentVkProgram *self, GError **error)
{
  const PentVkFacts *facts = &self->context->device->facts;

  if (pent_plan_get_largest (self->plan) <= facts->max_tensor)
    return TRUE;
  g_autofree char *amount = g_format_size_full (pent_plan_get_largest (self->plan), G_FORMAT_SIZE_IEC_UNITS);
  g_autofree char *limit = g_format_size_full (facts->max_tensor, G_FORMAT_SIZE_IEC_UNITS);
  g_set_error (error, PENT_ERROR, PENT_ERROR_MEMORY,
               _("The %s needs a tensor of %s, and the device %s takes no more than %s: choose a smaller picture"),
               pent_graph_get_name (pent_plan_get_graph (self->plan)), amount, facts->name, limit);
  return FALSE;
}

static gboolean
create_buffers (PentVkProgram *self, GError **error)
{
  PentVkDevice *device = self->context->device;
  gsize arena = MAX (pent_plan_get_arena_size (self->plan), 64);
  gsize scratch = MAX (pent_vk_scratch_size (device, self->plan), 64);

  return pent_vk_buffer_init (&self->arena, device, arena, PENT_VK_ON_DEVICE, "a picture of this size", error)
         && pent_vk_buffer_init (&self->scratch, device, scratch, PENT_VK_ON_DEVICE, "a picture of this size", error)
         && create_ports (self, error);
}

static gboolean
copy_inputs (PentVkProgram *self, PentVkTape *tape, gboolean is_static, GError **error)
{
  for (guint i = 0; i < self->inputs->len; i++)
    {
      const Port *port = &g_array_index (self->inputs, Port, i);
      if (port->is_static == is_static && !pent_vk_tape_copy (tape, &port->outside, &port->inside, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
compile_ops (PentVkProgram *self, Recording *recording, GCancellable *cancellable, GError **error)
{
  PentVkCompiler compiler = {
    .device = self->context->device,
    .weights = self->context->weights,
    .tuner = self->context->tuner,
    .plan = self->plan,
    .tape = recording->tape,
    .taken = self->taken,
    .arena = &self->arena,
    .scratch = &self->scratch,
  };

  for (guint i = recording->first; i < recording->end; i++)
    {
      if (recording->clock != NULL && !pent_vk_tape_mark (recording->tape, recording->clock, error))
        return FALSE;
      if (!pent_error_check_cancelled (cancellable, error)
          || !pent_vk_compile_op (&compiler, pent_plan_get_op (self->plan, i), error))
        return FALSE;
    }
  return recording->clock == NULL || pent_vk_tape_mark (recording->tape, recording->clock, error);
}

static gboolean
copy_outputs (PentVkProgram *self, PentVkTape *tape, GError **error)
{
  for (guint i = 0; i < self->outputs->len; i++)
    {
      const Port *port = &g_array_index (self->outputs, Port, i);
      if (!pent_vk_tape_copy (tape, &port->inside, &port->outside, error))
        return FALSE;
    }
  return TRUE;
}

static void
recording_clear (Recording *self)
{
  g_clear_pointer (&self->tape, pent_vk_tape_free);
  g_clear_pointer (&self->clock, pent_vk_clock_free);
}

static gboolean
record (PentVkProgram *self, Recording *recording, gboolean is_prelude, gboolean is_timed, GCancellable *cancellable,
        GError **error)
{
  PentVkContext *context = self->context;
  guint n_prelude = pent_plan_get_n_prelude (self->plan);

  recording_clear (recording);
  recording->first = is_prelude ? 0 : n_prelude;
  recording->end = is_prelude ? n_prelude : pent_plan_get_n_ops (self->plan);
  recording->tape = pent_vk_tape_new (context->device, context->pipelines);
  if (is_timed)
    {
      recording->clock = pent_vk_clock_new (context->device, recording->end - recording->first + 1, error);
      if (recording->clock == NULL)
        return FALSE;
    }
  return copy_inputs (self, recording->tape, is_prelude, error)
         && compile_ops (self, recording, cancellable, error)
         && (is_prelude || copy_outputs (self, recording->tape, error))
         && pent_vk_tape_finish (recording->tape, error);
}

/**
 * pent_vk_program_new:
 * @plan: (transfer full):
 *
 * Returns: (transfer full): the program; see pent_backend_compile()
 */
PentProgram *
pent_vk_program_new (PentVkContext *context, PentPlan *plan, GCancellable *cancellable, GError **error)
{
  g_autoptr (PentVkProgram) self = g_object_new (PENT_VK_TYPE_PROGRAM, NULL);

  self->context = pent_vk_context_ref (context);
  self->plan = plan;
  if (!pent_vk_device_check_alive (context->device, error) || !pent_error_check_cancelled (cancellable, error)
      || !check_size (self, error) || !create_buffers (self, error)
      || !record (self, &self->prelude, TRUE, FALSE, cancellable, error)
      || !record (self, &self->body, FALSE, FALSE, cancellable, error))
    return NULL;

  for (guint i = 0; i < self->taken->len; i++)
    self->weight_size += ((const PentVkWeight *) g_ptr_array_index (self->taken, i))->size;
  pent_vk_pipelines_save (context->pipelines);
  pent_vk_tuner_save (context->tuner);
  return PENT_PROGRAM (g_steal_pointer (&self));
}

/**
 * pent_vk_program_get_n_parts:
 *
 * Returns: submissions that a run is made of
 */
guint
pent_vk_program_get_n_parts (PentVkProgram *self)
{
  return pent_vk_tape_get_n (self->body.tape);
}

static gboolean
pent_vk_program_set_input (PentProgram *program, guint index, const float *values, GError **error)
{
  PentVkProgram *self = PENT_VK_PROGRAM (program);
  g_return_val_if_fail (index < self->inputs->len, FALSE);
  const Port *port = &g_array_index (self->inputs, Port, index);

  pent_convert (port->outside.dtype, self->ports.map + port->outside.offset, PENT_F32, values, port->n);
  self->is_stale = self->is_stale || port->is_static;
  return TRUE;
}

static gboolean
play (PentVkProgram *self, const Recording *prelude, const Recording *body, GCancellable *cancellable, GError **error)
{
  if (self->is_stale)
    {
      if (!pent_vk_tape_play (prelude->tape, cancellable, error))
        return FALSE;
      self->is_stale = FALSE;
    }
  return pent_vk_tape_play (body->tape, cancellable, error);
}

static gboolean
pent_vk_program_run (PentProgram *program, GCancellable *cancellable, GError **error)
{
  PentVkProgram *self = PENT_VK_PROGRAM (program);

  return play (self, &self->prelude, &self->body, cancellable, error);
}

static gboolean
record_timed (PentVkProgram *self, GCancellable *cancellable, GError **error)
{
  if (self->timed_body.tape != NULL)
    return TRUE;
  if (record (self, &self->timed_prelude, TRUE, TRUE, cancellable, error)
      && record (self, &self->timed_body, FALSE, TRUE, cancellable, error))
    return TRUE;
  recording_clear (&self->timed_body);
  return FALSE;
}

static gboolean
pent_vk_program_profile (PentProgram *program, double *seconds, GCancellable *cancellable, GError **error)
{
  PentVkProgram *self = PENT_VK_PROGRAM (program);
  gboolean with_prelude = self->is_stale;

  if (!record_timed (self, cancellable, error)
      || !play (self, &self->timed_prelude, &self->timed_body, cancellable, error))
    return FALSE;
  memset (seconds, 0, pent_plan_get_n_ops (self->plan) * sizeof *seconds);
  return (!with_prelude || pent_vk_clock_read (self->timed_prelude.clock, seconds, error))
         && pent_vk_clock_read (self->timed_body.clock, seconds + self->timed_body.first, error);
}

static PentPlan *
pent_vk_program_get_plan (PentProgram *program)
{
  return PENT_VK_PROGRAM (program)->plan;
}

static gboolean
pent_vk_program_get_output (PentProgram *program, guint index, float *values, GError **error)
{
  PentVkProgram *self = PENT_VK_PROGRAM (program);
  g_return_val_if_fail (index < self->outputs->len, FALSE);
  const Port *port = &g_array_index (self->outputs, Port, index);

  pent_convert (PENT_F32, values, port->outside.dtype, self->ports.map + port->outside.offset, port->n);
  return TRUE;
}

static gsize
pent_vk_program_get_memory (PentProgram *program)
{
  PentVkProgram *self = PENT_VK_PROGRAM (program);

  return self->arena.size + self->scratch.size + self->ports.size + self->weight_size;
}

static void
pent_vk_program_finalize (GObject *object)
{
  PentVkProgram *self = PENT_VK_PROGRAM (object);

  recording_clear (&self->prelude);
  recording_clear (&self->body);
  recording_clear (&self->timed_prelude);
  recording_clear (&self->timed_body);
  if (self->context != NULL)
    {
      for (guint i = 0; i < self->taken->len; i++)
        pent_vk_weights_release (self->context->weights, g_ptr_array_index (self->taken, i));
      pent_vk_buffer_clear (&self->arena, self->context->device);
      pent_vk_buffer_clear (&self->scratch, self->context->device);
      pent_vk_buffer_clear (&self->ports, self->context->device);
    }
  g_ptr_array_unref (self->taken);
  g_array_unref (self->inputs);
  g_array_unref (self->outputs);
  g_clear_pointer (&self->plan, pent_plan_free);
  g_clear_pointer (&self->context, pent_vk_context_unref);

  G_OBJECT_CLASS (pent_vk_program_parent_class)->finalize (object);
}

static void
pent_vk_program_class_init (PentVkProgramClass *klass)
{
  PentProgramClass *program_class = PENT_PROGRAM_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = pent_vk_program_finalize;
  program_class->set_input = pent_vk_program_set_input;
  program_class->run = pent_vk_program_run;
  program_class->get_output = pent_vk_program_get_output;
  program_class->get_memory = pent_vk_program_get_memory;
  program_class->get_plan = pent_vk_program_get_plan;
  program_class->profile = pent_vk_program_profile;
}

static void
pent_vk_program_init (PentVkProgram *self)
{
  self->taken = g_ptr_array_new ();
  self->inputs = g_array_new (FALSE, FALSE, sizeof (Port));
  self->outputs = g_array_new (FALSE, FALSE, sizeof (Port));
  self->is_stale = TRUE;
}
