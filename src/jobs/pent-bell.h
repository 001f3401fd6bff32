/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * PentBell:
 *
 * Calls a function in a main context, once however often it was rung. Ringing
 * is for any thread; the rest for the thread that iterates the context.
 */
typedef struct _PentBell PentBell;

typedef void (*PentBellFunc) (gpointer data);

PentBell *pent_bell_new  (GMainContext *context, PentBellFunc func, gpointer data);
void      pent_bell_ring (PentBell *self, gint64 when);
void      pent_bell_free (PentBell *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PentBell, pent_bell_free)

G_END_DECLS
