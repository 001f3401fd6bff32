/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "pent-plan.h"

G_BEGIN_DECLS

/**
 * PentBackend:
 *
 * A device that runs graphs. Compiling reads and reorders the weights once;
 * programs that use the same weights (by address and layout) share what was
 * made of them for as long as one of them lives. A checkpoint must outlive the
 * programs: where memory is short weights are read when they are needed. Used from one thread at a time.
 */
#define PENT_TYPE_BACKEND (pent_backend_get_type ())
G_DECLARE_DERIVABLE_TYPE (PentBackend, pent_backend, PENT, BACKEND, GObject)

/**
 * PentProgram:
 *
 * A compiled graph. Set the inputs, run, read the outputs; as often as wanted.
 * Inputs keep their values between runs only if they are static.
 */
#define PENT_TYPE_PROGRAM (pent_program_get_type ())
G_DECLARE_DERIVABLE_TYPE (PentProgram, pent_program, PENT, PROGRAM, GObject)

struct _PentBackendClass
{
  GObjectClass parent_class;

  const char  *(*get_name)        (PentBackend *self);
  const char  *(*get_description) (PentBackend *self);
  gboolean     (*supports)        (PentBackend *self, PentDtype operand);
  PentDtype    (*get_best)        (PentBackend *self);
  gsize        (*get_alignment)   (PentBackend *self);
  gsize        (*get_max_tensor)  (PentBackend *self);
  gsize        (*get_free_memory) (PentBackend *self);
  gsize        (*count_weights)   (PentBackend *self, PentPlan *plan);
  gsize        (*count_streamed)  (PentBackend *self, PentPlan *plan);
  PentProgram *(*compile)         (PentBackend *self, PentPlan *plan, GCancellable *cancellable, GError **error);
};

struct _PentProgramClass
{
  GObjectClass parent_class;

  gboolean (*set_input)   (PentProgram *self, guint index, const float *values, GError **error);
  gboolean (*run)         (PentProgram *self, GCancellable *cancellable, GError **error);
  gboolean (*get_output)  (PentProgram *self, guint index, float *values, GError **error);
  gsize    (*get_memory)  (PentProgram *self);
  PentPlan *(*get_plan)   (PentProgram *self);
  gboolean (*profile)     (PentProgram *self, double *seconds, GCancellable *cancellable, GError **error);
};

const char  *pent_backend_get_name        (PentBackend *self);
const char  *pent_backend_get_description (PentBackend *self);
gboolean     pent_backend_supports        (PentBackend *self, PentDtype operand);
PentDtype    pent_backend_get_best        (PentBackend *self);
gsize        pent_backend_get_alignment   (PentBackend *self);
gsize        pent_backend_get_max_tensor  (PentBackend *self);
gsize        pent_backend_get_free_memory (PentBackend *self);
gsize        pent_backend_count_weights   (PentBackend *self, PentPlan *plan);
gsize        pent_backend_count_streamed  (PentBackend *self, PentPlan *plan);
PentProgram *pent_backend_compile         (PentBackend *self, PentPlan *plan, GCancellable *cancellable, GError **error);

gboolean     pent_program_set_input  (PentProgram *self, guint index, const float *values, GError **error);
gboolean     pent_program_run        (PentProgram *self, GCancellable *cancellable, GError **error);
gboolean     pent_program_get_output (PentProgram *self, guint index, float *values, GError **error);
gsize        pent_program_get_memory (PentProgram *self);
PentPlan    *pent_program_get_plan   (PentProgram *self);
gboolean     pent_program_profile    (PentProgram *self, double *seconds, GCancellable *cancellable, GError **error);

G_END_DECLS
