/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-layers.h"

/**
 * pent_layers_init:
 * @name: what is built, for messages: "UNet"
 */
void
pent_layers_init (PentLayers *self, const char *name, PentCheckpoint *checkpoint, PentComponent component)
{
  self->graph = pent_graph_new (name);
  self->checkpoint = checkpoint;
  self->component = component;
  self->error = NULL;
}

/**
 * pent_layers_finish:
 *
 * Returns: (transfer full): the graph, or %NULL with %PENT_ERROR_FILE where a
 *   tensor is missing or does not fit
 */
PentGraph *
pent_layers_finish (PentLayers *self, GError **error)
{
  if (self->error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&self->error));
      g_clear_pointer (&self->graph, pent_graph_free);
      return NULL;
    }
  if (!pent_graph_check (self->graph, error))
    {
      g_clear_pointer (&self->graph, pent_graph_free);
      return NULL;
    }
  return g_steal_pointer (&self->graph);
}

typedef struct
{
  PentWeight weight;
  PentWeight bias;
  gboolean   has_bias;
} Layer;

static gboolean G_GNUC_PRINTF (4, 0)
find_layer (PentLayers *self, PentTensor *x, Layer *layer, const char *format, va_list args)
{
  if (x == NULL || self->error != NULL)
    return FALSE;

  g_autofree char *name = g_strdup_vprintf (format, args);
  g_autofree char *weight_name = g_strconcat (name, ".weight", NULL);
  g_autofree char *bias_name = g_strconcat (name, ".bias", NULL);
  if (!pent_checkpoint_get_weight (self->checkpoint, self->component, weight_name, &layer->weight, &self->error))
    return FALSE;

  layer->has_bias = pent_checkpoint_has_weight (self->checkpoint, self->component, bias_name);
  return !layer->has_bias
         || pent_checkpoint_get_weight (self->checkpoint, self->component, bias_name, &layer->bias, &self->error);
}


PentTensor *
pent_layers_conv (PentLayers *self, PentTensor *x, const PentConvOptions *options, const char *format, ...)
{
  Layer layer = { 0 };
  va_list args;

  va_start (args, format);
  gboolean found = find_layer (self, x, &layer, format, args);
  va_end (args);
  if (!found)
    return NULL;
  return pent_graph_conv2d (self->graph, x, &layer.weight, layer.has_bias ? &layer.bias : NULL, options);
}

PentTensor *
pent_layers_linear (PentLayers *self, PentTensor *x, PentActivation activation, PentTensor *residual,
                    const char *format, ...)
{
  Layer layer = { 0 };
  va_list args;

  va_start (args, format);
  gboolean found = find_layer (self, x, &layer, format, args);
  va_end (args);
  if (!found)
    return NULL;
  return pent_graph_linear (self->graph, x, &layer.weight, layer.has_bias ? &layer.bias : NULL, activation, residual);
}

PentTensor *
pent_layers_geglu (PentLayers *self, PentTensor *x, const char *format, ...)
{
  Layer layer = { 0 };
  va_list args;

  va_start (args, format);
  gboolean found = find_layer (self, x, &layer, format, args);
  va_end (args);
  if (!found)
    return NULL;
  return pent_graph_geglu (self->graph, x, &layer.weight, layer.has_bias ? &layer.bias : NULL);
}

PentTensor *
pent_layers_group_norm (PentLayers *self, PentTensor *x, int groups, double eps, PentActivation activation,
                        const char *format, ...)
{
  Layer layer = { 0 };
  va_list args;

  va_start (args, format);
  gboolean found = find_layer (self, x, &layer, format, args);
  va_end (args);
  if (!found)
    return NULL;
  return pent_graph_group_norm (self->graph, x, &layer.weight, layer.has_bias ? &layer.bias : NULL, groups, eps,
                                activation);
}

PentTensor *
pent_layers_layer_norm (PentLayers *self, PentTensor *x, double eps, const char *format, ...)
{
  Layer layer = { 0 };
  va_list args;

  va_start (args, format);
  gboolean found = find_layer (self, x, &layer, format, args);
  va_end (args);
  if (!found)
    return NULL;
  return pent_graph_layer_norm (self->graph, x, &layer.weight, layer.has_bias ? &layer.bias : NULL, eps);
}

/**
 * pent_layers_has:
 *
 * Returns: whether the checkpoint has a weight for the layer of that name
 */
gboolean
pent_layers_has (PentLayers *self, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  g_autofree char *name = g_strdup_vprintf (format, args);
  va_end (args);
  g_autofree char *weight_name = g_strconcat (name, ".weight", NULL);
  return pent_checkpoint_has_weight (self->checkpoint, self->component, weight_name);
}
