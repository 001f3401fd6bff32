/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-foreign-fields.h"

#include <math.h>
#include <string.h>

#include "pent-json.h"

/* Python writes NaN, which is no JSON: here it becomes null, outside strings. */
static char *
without_nan (const char *text)
{
  char *copy = g_strdup (text);
  gboolean in_string = FALSE;
  GString *out = g_string_sized_new (strlen (text));
  for (const char *at = copy; *at != '\0'; at++)
    {
      if (in_string && *at == '\\' && at[1] != '\0')
        g_string_append_c (out, *at++);
      else if (*at == '"')
        in_string = !in_string;
      else if (!in_string && strncmp (at, "NaN", 3) == 0)
        {
          g_string_append (out, "null");
          at += 2;
          continue;
        }
      g_string_append_c (out, *at);
    }
  g_free (copy);
  return g_string_free (out, FALSE);
}

/**
 * pent_foreign_parse:
 * @text: (nullable): from a picture
 *
 * Returns: (transfer full) (nullable): the object that it holds
 */
JsonObject *
pent_foreign_parse (const char *text)
{
  if (text == NULL)
    return NULL;
  g_autofree char *clean = without_nan (text);
  g_autoptr (JsonNode) node = pent_json_parse (clean, strlen (clean), NULL);
  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_dup_object (node) : NULL;
}

static JsonNode *
get_value (JsonObject *object, const char *name)
{
  JsonNode *node = object != NULL ? json_object_get_member (object, name) : NULL;
  return node != NULL && JSON_NODE_HOLDS_VALUE (node) ? node : NULL;
}

JsonObject *
pent_foreign_get_object (JsonObject *object, const char *name)
{
  JsonNode *node = object != NULL ? json_object_get_member (object, name) : NULL;
  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

const char *
pent_foreign_get_text (JsonObject *object, const char *name)
{
  JsonNode *node = get_value (object, name);
  return node != NULL && json_node_get_value_type (node) == G_TYPE_STRING ? json_node_get_string (node) : NULL;
}

void
pent_foreign_take_text (JsonObject *object, const char *name, char **field)
{
  const char *text = pent_foreign_get_text (object, name);
  if (text == NULL)
    return;
  g_free (*field);
  *field = g_strdup (text);
}

static gboolean
get_real (JsonObject *object, const char *name, double *value)
{
  JsonNode *node = get_value (object, name);
  const char *text = pent_foreign_get_text (object, name);
  GType type = node != NULL ? json_node_get_value_type (node) : G_TYPE_INVALID;
  char *end;
  if (text != NULL)
    {
      *value = g_ascii_strtod (text, &end);
      return end != text && *end == '\0' && isfinite (*value);
    }
  if (type != G_TYPE_INT64 && type != G_TYPE_DOUBLE)
    return FALSE;
  *value = json_node_get_double (node);
  return isfinite (*value);
}

void
pent_foreign_take_int (JsonObject *object, const char *name, int *field)
{
  double value;
  if (get_real (object, name, &value) && value >= 0 && value <= G_MAXINT && value == floor (value))
    *field = value;
}

/* Seeds have more digits than a double. */
void
pent_foreign_take_seed (JsonObject *object, const char *name, gint64 *field)
{
  JsonNode *node = get_value (object, name);
  const char *text = pent_foreign_get_text (object, name);
  gint64 value = PENT_UNSET;
  if (text != NULL && !g_ascii_string_to_signed (text, 10, 0, G_MAXINT64, &value, NULL))
    return;
  if (text == NULL && node != NULL && json_node_get_value_type (node) == G_TYPE_INT64)
    value = json_node_get_int (node);
  if (value >= 0)
    *field = value;
}

void
pent_foreign_take_real (JsonObject *object, const char *name, double *field)
{
  double value;
  if (get_real (object, name, &value) && value >= 0)
    *field = value;
}

/**
 * pent_foreign_set_model:
 * @file_name: (nullable): "folder/model.safetensors"; folder and suffix go
 */
void
pent_foreign_set_model (PentRecipe *recipe, const char *file_name)
{
  static const char *const suffixes[] = { ".safetensors", ".ckpt", ".sft", ".gguf" };
  if (file_name == NULL)
    return;
  const char *slash = strrchr (file_name, '/'), *back = strrchr (file_name, '\\');
  const char *base = MAX (slash, back) != NULL ? MAX (slash, back) + 1 : file_name;
  g_free (recipe->model);
  recipe->model = g_strdup (base);
  for (gsize i = 0; i < G_N_ELEMENTS (suffixes); i++)
    if (g_str_has_suffix (recipe->model, suffixes[i]))
      recipe->model[strlen (recipe->model) - strlen (suffixes[i])] = '\0';
}

/* What other programs call the samplers; k-diffusion's own names and those of
 * diffusers' wrappers. Matched as a whole, after "k_" in front and "_gpu" at the
 * end have gone. */
static const struct { const char *theirs; const char *ours; } samplers[] = {
  { "euler", "euler" },
  { "euler_ancestral", "euler-a" }, { "euler_a", "euler-a" },
  { "heun", "heun" },
  { "dpm_2", "dpm2" }, { "kdpm_2", "dpm2" }, { "dpm2", "dpm2" },
  { "dpm_2_ancestral", "dpm2-a" }, { "dpm_2_a", "dpm2-a" }, { "kdpm_2_a", "dpm2-a" },
  { "lms", "lms" },
  { "dpmpp_2s_ancestral", "dpmpp-2s-a" }, { "dpmpp_2s", "dpmpp-2s-a" },
  { "dpmpp_sde", "dpmpp-sde" },
  { "dpmpp_2m", "dpmpp-2m" }, { "dpmpp_2", "dpmpp-2m" },
  { "dpmpp_2m_sde", "dpmpp-2m-sde" },
  { "dpmpp_3m_sde", "dpmpp-3m-sde" },
  { "ddim", "ddim" },
  { "uni_pc", "unipc" }, { "unipc", "unipc" },
  { "lcm", "lcm" },
};

static const struct { const char *theirs; const char *ours; } schedules[] = {
  { "normal", "normal" }, { "native", "normal" }, { "karras", "karras" }, { "exponential", "exponential" },
  { "sgm_uniform", "sgm-uniform" }, { "simple", "simple" },
};

/**
 * pent_foreign_set_sampler:
 * @sampler: (nullable): "dpmpp_2m_sde_gpu", "k_euler_ancestral", "dpmpp_2m_k"
 * @schedule: (nullable): "karras"; a sampler that ends in "_k" has it in itself
 *
 * Sets what is known, and leaves the rest.
 */
void
pent_foreign_set_sampler (PentRecipe *recipe, const char *sampler, const char *schedule)
{
  g_autofree char *name = g_strdup (sampler != NULL ? sampler : "");
  if (g_str_has_suffix (name, "_gpu"))
    name[strlen (name) - 4] = '\0';
  if (g_str_has_suffix (name, "_k"))
    {
      name[strlen (name) - 2] = '\0';
      schedule = "karras";
    }
  const char *bare = g_str_has_prefix (name, "k_") ? name + 2 : name;
  for (gsize i = 0; i < G_N_ELEMENTS (samplers); i++)
    if (g_ascii_strcasecmp (bare, samplers[i].theirs) == 0)
      {
        g_free (recipe->sampler);
        recipe->sampler = g_strdup (samplers[i].ours);
      }
  for (gsize i = 0; schedule != NULL && i < G_N_ELEMENTS (schedules); i++)
    if (g_ascii_strcasecmp (schedule, schedules[i].theirs) == 0)
      {
        g_free (recipe->schedule);
        recipe->schedule = g_strdup (schedules[i].ours);
      }
}
