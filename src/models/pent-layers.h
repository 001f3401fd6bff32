/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-checkpoint.h"
#include "pent-graph.h"

G_BEGIN_DECLS

/**
 * PentLayers:
 *
 * What model builders share: layers named as in the checkpoint, appended to a
 * graph. The first tensor that is missing ends the building: every later call
 * returns %NULL, and pent_layers_finish() reports it.
 */
typedef struct
{
  PentGraph      *graph;
  PentCheckpoint *checkpoint;
  PentComponent   component;
  GError         *error;
} PentLayers;

void       pent_layers_init   (PentLayers *self, const char *name, PentCheckpoint *checkpoint, PentComponent component);
PentGraph *pent_layers_finish (PentLayers *self, GError **error);

/* Names are printf formats; "%s.weight" and, where there is one, "%s.bias" are
 * looked up. */
PentTensor *pent_layers_conv       (PentLayers *self, PentTensor *x, const PentConvOptions *options,
                                    const char *format, ...) G_GNUC_PRINTF (4, 5);
PentTensor *pent_layers_linear     (PentLayers *self, PentTensor *x, PentActivation activation, PentTensor *residual,
                                    const char *format, ...) G_GNUC_PRINTF (5, 6);
PentTensor *pent_layers_geglu      (PentLayers *self, PentTensor *x, const char *format, ...) G_GNUC_PRINTF (3, 4);
PentTensor *pent_layers_group_norm (PentLayers *self, PentTensor *x, int groups, double eps, PentActivation activation,
                                    const char *format, ...) G_GNUC_PRINTF (6, 7);
PentTensor *pent_layers_layer_norm (PentLayers *self, PentTensor *x, double eps,
                                    const char *format, ...) G_GNUC_PRINTF (4, 5);
gboolean    pent_layers_has        (PentLayers *self, const char *format, ...) G_GNUC_PRINTF (2, 3);

G_END_DECLS
