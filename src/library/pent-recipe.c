/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-recipe.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "pent-error.h"
#include "pent-infotext.h"
#include "pent-json.h"

typedef enum
{
  STRING,
  INT,
  INT64,
  DOUBLE,
} Kind;

typedef struct
{
  const char *name;
  Kind        kind;
  gsize       offset;
} Field;

#define FIELD(name, kind) { #name, kind, offsetof (PentRecipe, name) }
#define FIELD_OF(name, member, kind) { name, kind, offsetof (PentRecipe, member) }

/* Version 1 of the schema, in the order of writing. */
static const Field fields[] = {
  FIELD (program, STRING),
  FIELD (prompt, STRING),
  FIELD_OF ("template", template_name, STRING),
  FIELD (negative, STRING),
  FIELD (seed, INT64),
  FIELD (steps, INT),
  FIELD (stop_after, INT),
  FIELD (sampler, STRING),
  FIELD (schedule, STRING),
  FIELD (spacing, STRING),
  FIELD (rng, STRING),
  FIELD (cfg, DOUBLE),
  FIELD (cfg_from, DOUBLE),
  FIELD (cfg_to, DOUBLE),
  FIELD (step_cache, INT),
  FIELD (width, INT),
  FIELD (height, INT),
  FIELD (clip_skip, INT),
  FIELD (prediction, STRING),
  FIELD (model, STRING),
  FIELD (model_hash, STRING),
  FIELD (family, STRING),
  FIELD (vae, STRING),
  FIELD (vae_hash, STRING),
  FIELD (strength, DOUBLE),
  FIELD (source_hash, STRING),
  FIELD (parent_hash, STRING),
  FIELD (mask_hash, STRING),
  FIELD (fill, STRING),
  FIELD (region, STRING),
  FIELD (grow, INT),
  FIELD (feather, INT),
  FIELD (blend, INT),
  FIELD (match, DOUBLE),
  FIELD (composite, STRING),
  FIELD (outpaint, STRING),
  FIELD (fit, STRING),
  FIELD (hires, DOUBLE),
  FIELD (hires_strength, DOUBLE),
  FIELD (tile, INT),
  FIELD (computed, STRING),
  FIELD (computed_size, STRING),
  FIELD (joined, STRING),
  FIELD (notes, STRING),
  FIELD (device, STRING),
  FIELD (device_name, STRING),
  FIELD (precision, STRING),
  FIELD (memory_limit, INT64),
};

/**
 * pent_recipe_new:
 *
 * Returns: (transfer full): a recipe that knows nothing yet
 */
PentRecipe *
pent_recipe_new (void)
{
  PentRecipe *self = g_new0 (PentRecipe, 1);
  for (gsize i = 0; i < G_N_ELEMENTS (fields); i++)
    switch (fields[i].kind)
      {
      case INT:
        G_STRUCT_MEMBER (int, self, fields[i].offset) = PENT_UNSET;
        break;
      case INT64:
        G_STRUCT_MEMBER (gint64, self, fields[i].offset) = PENT_UNSET;
        break;
      case DOUBLE:
        G_STRUCT_MEMBER (double, self, fields[i].offset) = PENT_UNSET;
        break;
      case STRING:
      default:
        break;
      }
  return self;
}

void
pent_recipe_free (PentRecipe *self)
{
  for (gsize i = 0; i < G_N_ELEMENTS (fields); i++)
    if (fields[i].kind == STRING)
      g_free (G_STRUCT_MEMBER (char *, self, fields[i].offset));
  g_free (self);
}

static void
write_field (JsonObject *object, const Field *field, const PentRecipe *self)
{
  const char *text = field->kind == STRING ? G_STRUCT_MEMBER (char *, self, field->offset) : NULL;
  gint64 number = PENT_UNSET;
  double real = field->kind == DOUBLE ? G_STRUCT_MEMBER (double, self, field->offset) : PENT_UNSET;

  if (field->kind == INT)
    number = G_STRUCT_MEMBER (int, self, field->offset);
  else if (field->kind == INT64)
    number = G_STRUCT_MEMBER (gint64, self, field->offset);

  if (text != NULL)
    json_object_set_string_member (object, field->name, text);
  else if (number != PENT_UNSET)
    json_object_set_int_member (object, field->name, number);
  else if (real != PENT_UNSET)
    json_object_set_double_member (object, field->name, real);
}

/**
 * pent_recipe_to_json:
 *
 * Returns: (transfer full): an object with "pentimento", the schema's version,
 *   and a member for each thing that is known, named as in #PentRecipe
 */
JsonNode *
pent_recipe_to_json (const PentRecipe *self)
{
  JsonObject *object = json_object_new ();
  json_object_set_int_member (object, "pentimento", PENT_RECIPE_VERSION);
  for (gsize i = 0; i < G_N_ELEMENTS (fields); i++)
    write_field (object, &fields[i], self);

  JsonNode *node = json_node_new (JSON_NODE_OBJECT);
  json_node_take_object (node, object);
  return node;
}

static gboolean
read_number (JsonNode *node, const Field *field, PentRecipe *self)
{
  GType type = json_node_get_value_type (node);
  if (field->kind == DOUBLE)
    {
      double value = json_node_get_double (node);
      G_STRUCT_MEMBER (double, self, field->offset) = value;
      return (type == G_TYPE_DOUBLE || type == G_TYPE_INT64) && isfinite (value);
    }

  gint64 value = json_node_get_int (node);
  if (type != G_TYPE_INT64 || value < 0 || (field->kind == INT && value > G_MAXINT))
    return FALSE;
  if (field->kind == INT)
    G_STRUCT_MEMBER (int, self, field->offset) = value;
  else
    G_STRUCT_MEMBER (gint64, self, field->offset) = value;
  return TRUE;
}

static gboolean
read_field (JsonObject *object, const Field *field, PentRecipe *self, GError **error)
{
  JsonNode *node = json_object_get_member (object, field->name);
  if (node == NULL || JSON_NODE_HOLDS_NULL (node))
    return TRUE;

  gboolean ok = JSON_NODE_HOLDS_VALUE (node);
  if (ok && field->kind == STRING)
    {
      ok = json_node_get_value_type (node) == G_TYPE_STRING;
      G_STRUCT_MEMBER (char *, self, field->offset) = json_node_dup_string (node);
    }
  else if (ok)
    ok = read_number (node, field, self);
  if (!ok)
    g_set_error (error, PENT_ERROR, PENT_ERROR_FILE, "the recipe's \"%s\" is not %s.", field->name,
                 field->kind == STRING ? "text" : "a number in its range");
  return ok;
}

/**
 * pent_recipe_from_json:
 * @node: as pent_recipe_to_json() makes it; unknown members are passed over
 *
 * Values are checked for their type, not for their meaning.
 *
 * Returns: (transfer full): the recipe; %NULL with %PENT_ERROR_FILE
 */
PentRecipe *
pent_recipe_from_json (JsonNode *node, GError **error)
{
  JsonObject *object = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  JsonNode *version = object != NULL ? json_object_get_member (object, "pentimento") : NULL;
  if (version == NULL || !JSON_NODE_HOLDS_VALUE (version) || json_node_get_value_type (version) != G_TYPE_INT64)
    {
      g_set_error (error, PENT_ERROR, PENT_ERROR_FILE, "the text is not a recipe of Pentimento.");
      return NULL;
    }
  if (json_node_get_int (version) < 1 || json_node_get_int (version) > PENT_RECIPE_VERSION)
    {
      g_set_error (error, PENT_ERROR, PENT_ERROR_FILE,
                   "the recipe has version %" G_GINT64_FORMAT ", and this program reads 1 to %d: use a newer Pentimento.",
                   json_node_get_int (version), PENT_RECIPE_VERSION);
      return NULL;
    }

  g_autoptr (PentRecipe) self = pent_recipe_new ();
  for (gsize i = 0; i < G_N_ELEMENTS (fields); i++)
    if (!read_field (object, &fields[i], self, error))
      return NULL;
  return g_steal_pointer (&self);
}

/**
 * pent_recipe_from_text:
 * @json: the text of a picture's field %PENT_FIELD_RECIPE
 *
 * Returns: (transfer full): the recipe; %NULL with %PENT_ERROR_FILE
 */
PentRecipe *
pent_recipe_from_text (const char *json, GError **error)
{
  g_autoptr (JsonNode) node = pent_json_parse (json, strlen (json), error);
  return node != NULL ? pent_recipe_from_json (node, error) : NULL;
}

/**
 * pent_recipe_to_fields:
 *
 * Returns: (transfer full): the fields that every picture carries: A1111's
 *   text and our JSON
 */
PentTextFields *
pent_recipe_to_fields (const PentRecipe *self)
{
  PentTextFields *texts = pent_text_fields_new ();
  g_autoptr (JsonNode) node = pent_recipe_to_json (self);
  pent_text_fields_add_take (texts, g_strdup (PENT_FIELD_PARAMETERS), pent_infotext_print (self));
  pent_text_fields_add_take (texts, g_strdup (PENT_FIELD_RECIPE), pent_json_print (node, FALSE));
  return texts;
}
