/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ComfyUI stores the graph that it ran, under "prompt": nodes by number, whose
 * inputs are values or links [NUMBER, OUTPUT]:
 *
 *   {"3": {"class_type": "KSampler", "inputs": {"seed": 7, "model": ["4", 0],
 *          "positive": ["6", 0], ...}}, ...}
 *
 * What a recipe says is found by going from the sampler along its links. */
#define G_LOG_DOMAIN "pentimento"

#include <string.h>

#include "pent-foreign-fields.h"
#include "pent-foreign.h"

#define MAX_HOPS 32

static JsonObject *
get_inputs (JsonObject *graph, const char *id)
{
  return pent_foreign_get_object (pent_foreign_get_object (graph, id), "inputs");
}

/* Where the input leads; NULL if it is no link. */
static JsonObject *
follow (JsonObject *graph, JsonObject *inputs, const char *name)
{
  JsonNode *node = inputs != NULL ? json_object_get_member (inputs, name) : NULL;
  JsonArray *link = node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
  JsonNode *id = link != NULL && json_array_get_length (link) == 2 ? json_array_get_element (link, 0) : NULL;
  if (id == NULL || !JSON_NODE_HOLDS_VALUE (id))
    return NULL;
  if (json_node_get_value_type (id) == G_TYPE_STRING)
    return get_inputs (graph, json_node_get_string (id));
  g_autofree char *number = g_strdup_printf ("%" G_GINT64_FORMAT, json_node_get_int (id));
  return get_inputs (graph, number);
}

/* From node to node through the first of the named inputs that is a link,
 * until one has @wanted. */
static JsonObject *
search (JsonObject *graph, JsonObject *inputs, const char *const *ways, const char *wanted)
{
  for (int hops = 0; inputs != NULL && hops < MAX_HOPS; hops++)
    {
      if (json_object_has_member (inputs, wanted))
        return inputs;
      JsonObject *next = NULL;
      for (int i = 0; ways[i] != NULL && next == NULL; i++)
        next = follow (graph, inputs, ways[i]);
      inputs = next;
    }
  return NULL;
}

/* A text, which may come from a node that only holds it. */
static char *
find_text (JsonObject *graph, JsonObject *sampler, const char *input)
{
  static const char *const ways[] = { "conditioning", "conditioning_1", "positive", NULL };
  static const char *const names[] = { "text", "string", "value", "text_g", NULL };
  JsonObject *node = search (graph, follow (graph, sampler, input), ways, "text");
  for (int hops = 0; node != NULL && hops < MAX_HOPS; hops++)
    {
      JsonObject *next = NULL;
      for (int i = 0; names[i] != NULL; i++)
        {
          const char *text = pent_foreign_get_text (node, names[i]);
          if (text != NULL)
            return g_strdup (text);
          if (next == NULL)
            next = follow (graph, node, names[i]);
        }
      node = next;
    }
  return NULL;
}

static JsonObject *
find_sampler (JsonObject *graph)
{
  g_autoptr (GList) names = json_object_get_members (graph);
  for (GList *name = names; name != NULL; name = name->next)
    {
      JsonObject *inputs = get_inputs (graph, name->data);
      if (inputs != NULL && json_object_has_member (inputs, "sampler_name") &&
          json_object_has_member (inputs, "positive"))
        return inputs;
    }
  return NULL;
}

static void
take_seed (PentRecipe *recipe, JsonObject *graph, JsonObject *sampler, const char *name)
{
  JsonObject *node = follow (graph, sampler, name);
  pent_foreign_take_seed (sampler, name, &recipe->seed);
  pent_foreign_take_seed (node, "seed", &recipe->seed);
  pent_foreign_take_seed (node, "value", &recipe->seed);
}

static void
take_model (PentRecipe *recipe, JsonObject *graph, JsonObject *sampler)
{
  static const char *const to_model[] = { "model", NULL };
  static const char *const to_clip[] = { "conditioning", "clip", NULL };
  JsonObject *checkpoint = search (graph, sampler, to_model, "ckpt_name");
  JsonObject *unet = search (graph, sampler, to_model, "unet_name");
  JsonObject *clip = search (graph, follow (graph, sampler, "positive"), to_clip, "stop_at_clip_layer");
  JsonNode *layer = clip != NULL ? json_object_get_member (clip, "stop_at_clip_layer") : NULL;

  pent_foreign_set_model (recipe, pent_foreign_get_text (unet, "unet_name"));
  pent_foreign_set_model (recipe, pent_foreign_get_text (checkpoint, "ckpt_name"));
  /* It counts from the end, as Python does. */
  recipe->clip_skip = 1;
  if (layer != NULL && JSON_NODE_HOLDS_VALUE (layer) && json_node_get_int (layer) < 0 && json_node_get_int (layer) > -100)
    recipe->clip_skip = -json_node_get_int (layer);
}

PentRecipe *
pent_foreign_read_comfyui (const PentTextFields *texts)
{
  static const char *const to_size[] = { "latent_image", "samples", "pixels", NULL };
  g_autoptr (JsonObject) graph = pent_foreign_parse (pent_text_fields_get (texts, "prompt"));
  JsonObject *sampler = graph != NULL ? find_sampler (graph) : NULL;
  if (sampler == NULL)
    return NULL;

  PentRecipe *recipe = pent_recipe_new ();
  JsonObject *size = search (graph, sampler, to_size, "width");
  double denoise = 1;
  recipe->program = g_strdup ("ComfyUI");
  recipe->prompt = find_text (graph, sampler, "positive");
  recipe->negative = find_text (graph, sampler, "negative");
  take_seed (recipe, graph, sampler, "seed");
  take_seed (recipe, graph, sampler, "noise_seed");
  take_model (recipe, graph, sampler);
  pent_foreign_take_int (sampler, "steps", &recipe->steps);
  pent_foreign_take_real (sampler, "cfg", &recipe->cfg);
  pent_foreign_set_sampler (recipe, pent_foreign_get_text (sampler, "sampler_name"),
                            pent_foreign_get_text (sampler, "scheduler"));
  pent_foreign_take_int (size, "width", &recipe->width);
  pent_foreign_take_int (size, "height", &recipe->height);
  pent_foreign_take_real (sampler, "denoise", &denoise);
  if (denoise < 1)
    recipe->strength = denoise;
  /* It draws on the processor, whatever device it computes on. */
  recipe->rng = g_strdup ("torch");
  return recipe;
}
