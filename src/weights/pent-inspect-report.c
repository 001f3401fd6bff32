/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-inspect.h"

#include <json-glib/json-glib.h>

static const char *
prediction_name (PentPrediction prediction)
{
  return prediction == PENT_PREDICTION_V ? "v" : "epsilon";
}

static void
add_int (JsonBuilder *json, const char *key, gint64 value)
{
  json_builder_set_member_name (json, key);
  json_builder_add_int_value (json, value);
}

static void
add_double (JsonBuilder *json, const char *key, double value)
{
  json_builder_set_member_name (json, key);
  json_builder_add_double_value (json, value);
}

static void
add_boolean (JsonBuilder *json, const char *key, gboolean value)
{
  json_builder_set_member_name (json, key);
  json_builder_add_boolean_value (json, value);
}

static void
add_text (JsonBuilder *json, const char *key, const char *value)
{
  json_builder_set_member_name (json, key);
  if (value != NULL)
    json_builder_add_string_value (json, value);
  else
    json_builder_add_null_value (json);
}

static void
add_texts (JsonBuilder *json, const char *key, const GPtrArray *texts)
{
  json_builder_set_member_name (json, key);
  json_builder_begin_array (json);
  for (guint i = 0; i < texts->len; i++)
    json_builder_add_string_value (json, texts->pdata[i]);
  json_builder_end_array (json);
}

static void
add_ints (JsonBuilder *json, const char *key, const int *values, int n)
{
  json_builder_set_member_name (json, key);
  json_builder_begin_array (json);
  for (int i = 0; i < n; i++)
    json_builder_add_int_value (json, values[i]);
  json_builder_end_array (json);
}

static void
begin_object (JsonBuilder *json, const char *key)
{
  json_builder_set_member_name (json, key);
  json_builder_begin_object (json);
}

static void
add_counts (JsonBuilder *json, const PentInspectedPart *part)
{
  add_int (json, "tensors", part->n_tensors);
  add_int (json, "parameters", part->parameters);
  add_int (json, "bytes", part->bytes);
  add_text (json, "precision", part->precision);
}

static void
add_parts (JsonBuilder *json, const PentInspection *self)
{
  static const char *const names[] = { "text_encoder", "unet", "vae", "preview_decoder" };

  begin_object (json, "components");
  for (int i = 0; i < PENT_N_COMPONENTS; i++)
    {
      if (!self->parts[i].present)
        {
          add_text (json, names[i], NULL);
          continue;
        }
      begin_object (json, names[i]);
      add_counts (json, &self->parts[i]);
      add_text (json, "source", self->parts[i].source);
      json_builder_end_object (json);
    }
  json_builder_end_object (json);
}

static void
add_clip (JsonBuilder *json, const PentClipConfig *clip)
{
  begin_object (json, "text_encoder");
  add_int (json, "vocabulary", clip->vocabulary);
  add_int (json, "width", clip->width);
  add_int (json, "layers", clip->layers);
  add_int (json, "heads", clip->heads);
  json_builder_end_object (json);
}

static void
add_unet (JsonBuilder *json, const PentUnetConfig *unet)
{
  begin_object (json, "unet");
  add_int (json, "in_channels", unet->in_channels);
  add_int (json, "out_channels", unet->out_channels);
  add_ints (json, "channels", unet->channels, unet->n_levels);
  add_ints (json, "heads", unet->heads, unet->n_levels);
  add_ints (json, "transformer_depth", unet->transformer_depth, unet->n_levels);
  add_int (json, "layers_per_block", unet->layers_per_block);
  add_int (json, "context_width", unet->context_width);
  add_int (json, "norm_groups", unet->norm_groups);
  json_builder_end_object (json);
}

static void
add_vae (JsonBuilder *json, const PentVaeConfig *vae)
{
  begin_object (json, "vae");
  add_int (json, "latent_channels", vae->latent_channels);
  add_ints (json, "channels", vae->channels, vae->n_levels);
  add_int (json, "layers_per_block", vae->layers_per_block);
  add_int (json, "norm_groups", vae->norm_groups);
  add_double (json, "scaling_factor", vae->scaling_factor);
  add_double (json, "shift_factor", vae->shift_factor);
  json_builder_end_object (json);
}

static void
add_noise (JsonBuilder *json, const PentNoiseConfig *noise)
{
  begin_object (json, "noise");
  add_text (json, "prediction", prediction_name (noise->prediction));
  add_int (json, "train_timesteps", noise->train_timesteps);
  add_double (json, "beta_start", noise->beta_start);
  add_double (json, "beta_end", noise->beta_end);
  add_text (json, "beta_schedule", noise->scaled_linear ? "scaled_linear" : "linear");
  json_builder_end_object (json);
}

static void
add_configs (JsonBuilder *json, const PentInspection *self)
{
  if (!self->has_configs)
    {
      add_text (json, "config", NULL);
      return;
    }
  begin_object (json, "config");
  add_clip (json, &self->clip);
  add_unet (json, &self->unet);
  add_vae (json, &self->vae);
  add_noise (json, &self->noise);
  json_builder_end_object (json);
}

static const char *
known_variant (const PentInspection *self)
{
  const char *variant = self->family.variant;

  return variant != NULL && !g_str_equal (variant, "unknown") ? variant : NULL;
}

static void
add_facts (JsonBuilder *json, const PentInspection *self)
{
  add_text (json, "name", self->name);
  add_text (json, "path", self->path);
  add_text (json, "layout", self->is_folder ? "folder" : "file");
  add_text (json, "family", pent_family_id (self->family.family));
  add_text (json, "family_name", pent_family_name (self->family.family));
  add_text (json, "variant", known_variant (self));
  add_boolean (json, "usable", self->usable);
  add_text (json, "reason", self->problems->len > 0 ? self->problems->pdata[0] : NULL);
  add_text (json, "prediction", self->has_configs ? prediction_name (self->noise.prediction) : NULL);
  if (self->has_configs)
    add_int (json, "native_size", self->native_size);
  else
    add_text (json, "native_size", NULL);
  add_text (json, "tokenizer",
            self->has_configs ? (self->tokenizer_dir ? self->tokenizer_dir : "clip") : NULL);
}

/**
 * pent_inspection_to_json:
 *
 * Returns: (transfer full): one JSON object, without a newline at its end;
 *   what is not known is null
 */
char *
pent_inspection_to_json (const PentInspection *self)
{
  g_autoptr (JsonBuilder) json = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;

  json_builder_begin_object (json);
  add_facts (json, self);
  add_counts (json, &self->whole);
  add_parts (json, self);
  add_configs (json, self);
  add_texts (json, "missing", self->missing);
  add_texts (json, "problems", self->problems);
  add_texts (json, "notes", self->notes);
  add_int (json, "extra_tensors", self->n_extra);
  json_builder_end_object (json);
  root = json_builder_get_root (json);
  return json_to_string (root, TRUE);
}

static void
print_part (GString *text, const char *title, const PentInspectedPart *part)
{
  if (!part->present)
    {
      g_string_append_printf (text, "%-14sabsent\n", title);
      return;
    }
  g_string_append_printf (text, "%-14s%.1f million parameters in %u tensors, %s, %.1f MiB\n", title,
                          part->parameters / 1e6, part->n_tensors, part->precision,
                          part->bytes / 1048576.0);
}

static void
print_sizes (GString *text, const PentInspection *self)
{
  g_string_append_printf (text, "%-14s%s\n", "Prediction", prediction_name (self->noise.prediction));
  g_string_append_printf (text, "%-14s%dx%d\n", "Native size", self->native_size, self->native_size);
  g_string_append_printf (text, "%-14s", "UNet channels");
  for (int i = 0; i < self->unet.n_levels; i++)
    g_string_append_printf (text, "%s%d", i > 0 ? ", " : "", self->unet.channels[i]);
  g_string_append_printf (text, "\n%-14s%s\n", "Tokenizer",
                          self->tokenizer_dir != NULL ? self->tokenizer_dir : "CLIP's own");
}

static void
print_lines (GString *text, const char *title, const GPtrArray *lines)
{
  for (guint i = 0; i < lines->len; i++)
    g_string_append_printf (text, "%-14s%s\n", i == 0 ? title : "", (const char *) lines->pdata[i]);
}

/**
 * pent_inspection_to_text:
 *
 * Returns: (transfer full): lines for a terminal, each ended by a newline
 */
char *
pent_inspection_to_text (const PentInspection *self)
{
  GString *text = g_string_new (NULL);
  const char *variant = known_variant (self);

  g_string_append_printf (text, "%-14s%s\n", "Model", self->name);
  g_string_append_printf (text, "%-14s%s", "Kind", pent_family_name (self->family.family));
  if (variant != NULL)
    g_string_append_printf (text, " (%s)", variant);
  g_string_append_printf (text, ", %s\n", self->is_folder ? "in a folder" : "in a single file");
  g_string_append_printf (text, "%-14s%s\n", "Usable", self->usable ? "yes" : "no");
  if (self->has_configs)
    print_sizes (text, self);
  if (self->parts[PENT_COMPONENT_TEXT_ENCODER].present || self->parts[PENT_COMPONENT_UNET].present
      || self->parts[PENT_COMPONENT_VAE].present)
    {
      print_part (text, "Text encoder", &self->parts[PENT_COMPONENT_TEXT_ENCODER]);
      print_part (text, "UNet", &self->parts[PENT_COMPONENT_UNET]);
      print_part (text, "VAE", &self->parts[PENT_COMPONENT_VAE]);
      if (self->parts[PENT_COMPONENT_PREVIEW_DECODER].present)
        print_part (text, "Previews", &self->parts[PENT_COMPONENT_PREVIEW_DECODER]);
    }
  print_part (text, "Whole", &self->whole);
  print_lines (text, "Missing", self->missing);
  print_lines (text, "Wrong", self->problems);
  print_lines (text, "Note", self->notes);
  return g_string_free (text, FALSE);
}
