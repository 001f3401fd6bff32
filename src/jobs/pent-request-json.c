/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A request as JSON, for the queue on the disk: what its maker asked for, while
 * a recipe is what became of it. It never leaves the machine, so it may hold
 * paths; those may be any bytes, and are escaped as in a URI. */
#define G_LOG_DOMAIN "pentimento"

#include "pent-request-json.h"

#include <glib/gi18n-lib.h>
#include <stddef.h>
#include <string.h>

#include "pent-error.h"
#include "pent-json.h"

#define VERSION 1

typedef enum
{
  TEXT,
  PATH,
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

#define FIELD(name, kind) { #name, kind, offsetof (PentRequest, name) }
#define ITEM(name, member, index, kind, type) { name, kind, offsetof (PentRequest, member) + (index) * sizeof (type) }

static const Field fields[] = {
  FIELD (prompt, TEXT),
  FIELD (negative, TEXT),
  FIELD (template_name, TEXT),
  FIELD (model, PATH),
  FIELD (vae, PATH),
  FIELD (seed, INT64),
  FIELD (count, INT),
  FIELD (steps, INT),
  FIELD (stop_after, INT),
  FIELD (cfg, DOUBLE),
  FIELD (cfg_from, DOUBLE),
  FIELD (cfg_to, DOUBLE),
  FIELD (step_cache, INT),
  FIELD (width, INT),
  FIELD (height, INT),
  FIELD (clip_skip, INT),
  FIELD (prediction, TEXT),
  FIELD (sampler, TEXT),
  FIELD (schedule, TEXT),
  FIELD (spacing, TEXT),
  FIELD (rng, TEXT),
  FIELD (parent_hash, TEXT),
  FIELD (notes, TEXT),
  FIELD (strength, DOUBLE),
  FIELD (grow, INT),
  FIELD (feather, INT),
  FIELD (blend, INT),
  FIELD (match, DOUBLE),
  ITEM ("left", outpaint, 0, INT, int),
  ITEM ("top", outpaint, 1, INT, int),
  ITEM ("right", outpaint, 2, INT, int),
  ITEM ("bottom", outpaint, 3, INT, int),
  FIELD (hires, DOUBLE),
  FIELD (hires_strength, DOUBLE),
  FIELD (tile, INT),
  FIELD (device, TEXT),
  FIELD (memory_limit, INT64),
};

static void
write_field (JsonObject *object, const Field *field, const PentRequest *self)
{
  const char *text;

  switch (field->kind)
    {
    case TEXT:
      text = G_STRUCT_MEMBER (char *, self, field->offset);
      if (text != NULL)
        json_object_set_string_member (object, field->name, text);
      break;
    case PATH:
      text = G_STRUCT_MEMBER (char *, self, field->offset);
      if (text != NULL)
        {
          g_autofree char *escaped = g_uri_escape_string (text, "/ ", FALSE);
          json_object_set_string_member (object, field->name, escaped);
        }
      break;
    case INT:
      json_object_set_int_member (object, field->name, G_STRUCT_MEMBER (int, self, field->offset));
      break;
    case INT64:
      json_object_set_int_member (object, field->name, G_STRUCT_MEMBER (gint64, self, field->offset));
      break;
    case DOUBLE:
      json_object_set_double_member (object, field->name, G_STRUCT_MEMBER (double, self, field->offset));
      break;
    default:
      g_assert_not_reached ();
    }
}

/**
 * pent_request_to_text:
 *
 * Returns: (transfer full): everything but the pictures, as JSON in one line
 */
char *
pent_request_to_text (const PentRequest *self)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();

  json_object_set_int_member (object, "version", VERSION);
  for (gsize i = 0; i < G_N_ELEMENTS (fields); i++)
    write_field (object, &fields[i], self);
  json_object_set_string_member (object, "fit", pent_fit_name (self->fit));
  json_object_set_string_member (object, "fill", pent_fill_name (self->fill));
  json_object_set_string_member (object, "region", pent_region_name (self->region));
  json_object_set_string_member (object, "composite", pent_composite_name (self->composite));
  json_object_set_string_member (object, "precision", pent_precision_name (self->precision));
  json_node_take_object (node, object);
  return pent_json_print (node, FALSE);
}

static void
take_text (char **target, char *value)
{
  g_free (*target);
  *target = value;
}

static gboolean
read_field (JsonObject *object, const Field *field, PentRequest *self)
{
  JsonNode *node = json_object_get_member (object, field->name);

  if (node == NULL)
    return TRUE;
  if (!JSON_NODE_HOLDS_VALUE (node))
    return FALSE;
  GType type = json_node_get_value_type (node);
  if (field->kind == TEXT || field->kind == PATH)
    {
      const char *text = type == G_TYPE_STRING ? json_node_get_string (node) : NULL;
      char *value = text == NULL || field->kind == TEXT ? g_strdup (text) : g_uri_unescape_string (text, NULL);
      if (value != NULL)
        take_text (&G_STRUCT_MEMBER (char *, self, field->offset), value);
      return value != NULL;
    }
  if (type != G_TYPE_INT64 && (field->kind != DOUBLE || type != G_TYPE_DOUBLE))
    return FALSE;
  gint64 whole = json_node_get_int (node);
  if (field->kind == DOUBLE)
    G_STRUCT_MEMBER (double, self, field->offset) = json_node_get_double (node);
  else if (field->kind == INT64)
    G_STRUCT_MEMBER (gint64, self, field->offset) = whole;
  else
    G_STRUCT_MEMBER (int, self, field->offset) = CLAMP (whole, G_MININT, G_MAXINT);
  return TRUE;
}

static gboolean
read_names (JsonObject *object, PentRequest *self)
{
  return pent_fit_from_name (json_object_get_string_member_with_default (object, "fit", ""), &self->fit) &&
         pent_fill_from_name (json_object_get_string_member_with_default (object, "fill", ""), &self->fill) &&
         pent_region_from_name (json_object_get_string_member_with_default (object, "region", ""), &self->region) &&
         pent_composite_from_name (json_object_get_string_member_with_default (object, "composite", ""),
                                   &self->composite) &&
         pent_precision_from_name (json_object_get_string_member_with_default (object, "precision", ""),
                                   &self->precision);
}

/**
 * pent_request_from_text:
 * @text: of pent_request_to_text()
 * @init: (nullable): the picture it had
 * @mask: (nullable): likewise
 *
 * Returns: (transfer full): the request; %NULL with %PENT_ERROR_FILE where the
 *   text is not one of this program's
 */
PentRequest *
pent_request_from_text (const char *text, PentImage *init, PentImage *mask, GError **error)
{
  g_autoptr (JsonNode) node = pent_json_parse (text, strlen (text), error);
  g_autoptr (PentRequest) self = pent_request_new ();

  if (node == NULL)
    return NULL;
  JsonObject *object = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  gboolean ok = object != NULL && json_object_get_int_member_with_default (object, "version", 0) == VERSION;
  for (gsize i = 0; ok && i < G_N_ELEMENTS (fields); i++)
    ok = read_field (object, &fields[i], self);
  if (!ok || !read_names (object, self) || self->count < 1 || self->seed < 0)
    {
      g_set_error (error, PENT_ERROR, PENT_ERROR_FILE,
                   _("A waiting request was written by another version of Pentimento: use that one to run it."));
      return NULL;
    }
  self->init = init != NULL ? pent_image_ref (init) : NULL;
  self->mask = mask != NULL ? pent_image_ref (mask) : NULL;
  return g_steal_pointer (&self);
}
