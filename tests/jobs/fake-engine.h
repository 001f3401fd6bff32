/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-engine.h"

G_BEGIN_DECLS

/**
 * FakeEngine:
 *
 * Paints nothing, but does what a pipeline does: tells of steps, asks whether
 * to keep, stores pictures. It stands at a gate before each step. A request
 * whose prompt begins with "fail" ends with an error after its first step,
 * "once" only the first time; "memory" does so while another model is loaded;
 * "lost" paints a picture that cannot be stored.
 */
typedef struct
{
  GMutex     lock;
  GCond      changed;
  guint      n_allowed;   /* steps that may pass the gate */
  guint      n_passed;
  gboolean   is_short;
  gboolean   has_failed;
  int        n_unloaded;
  int        n_freed;
  char      *model;       /* that is loaded */
  GPtrArray *log;         /* of "PROMPT:PICTURE", as they were stored */
} FakeEngine;

void       fake_engine_init  (FakeEngine *self);
void       fake_engine_clear (FakeEngine *self);
PentEngine fake_engine_get   (FakeEngine *self);

void     fake_engine_allow    (FakeEngine *self, guint n_more);
void     fake_engine_open     (FakeEngine *self);
guint    fake_engine_n_passed (FakeEngine *self);
gboolean fake_engine_ran      (FakeEngine *self, const char *log);

G_END_DECLS
