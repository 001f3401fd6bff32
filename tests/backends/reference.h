/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-graph.h"

G_BEGIN_DECLS

gboolean pent_reference_run         (PentGraph *graph, const float *const *inputs, float **outputs);
gboolean pent_reference_run_rounded (PentGraph *graph, PentDtype operand, const float *const *inputs,
                                     float **outputs);

G_END_DECLS
