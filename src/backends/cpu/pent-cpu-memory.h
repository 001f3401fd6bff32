/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What oneDNN and the vector loads like best: a cache line. */
#define PENT_CPU_ALIGNMENT 64

gpointer pent_cpu_memory_new      (gsize size, const char *purpose, GError **error);
void     pent_cpu_memory_free     (gpointer memory, gsize size);
gsize    pent_cpu_memory_get_free (void);

G_END_DECLS
