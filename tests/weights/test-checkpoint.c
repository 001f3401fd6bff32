/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

/* One model in both layouts gives the same tensors and the same sizes. */

#include "model-fixture.h"
#include "pent-checkpoint.h"
#include "pent-error.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

typedef struct
{
  char      *folder;
  GPtrArray *names;
} Fixture;

static void
set_up (Fixture *self, gconstpointer title)
{
  self->folder = fixture_make_folder ();
  self->names = fixture_read_names (title);
}

static void
tear_down (Fixture *self, gconstpointer title)
{
  g_ptr_array_unref (self->names);
  fixture_remove_folder (self->folder);
}

static PentComponent
component_of (const FixtureName *name)
{
  if (g_str_equal (name->component, "text_encoder"))
    return PENT_COMPONENT_TEXT_ENCODER;
  return g_str_equal (name->component, "unet") ? PENT_COMPONENT_UNET : PENT_COMPONENT_VAE;
}

static char *
write_single (Fixture *self, const char *dtype)
{
  g_autoptr (FixtureFile) file = fixture_single_file (self->names, dtype, FIXTURE_MARKED);
  char *path = fixture_path (self->folder, "single.safetensors");

  fixture_file_write (file, path);
  return path;
}

static char *
write_folder (Fixture *self, const char *title, const char *dtype)
{
  char *path = fixture_path (self->folder, "model");

  fixture_write_folder (path, title, self->names, dtype, FIXTURE_MARKED);
  return path;
}

static PentCheckpoint *
open_model (const char *path)
{
  g_autoptr (GError) error = NULL;
  PentCheckpoint *model = pent_checkpoint_open (path, &error);

  g_assert_no_error (error);
  return model;
}

static void
get_weight (PentCheckpoint *model, const FixtureName *name, PentWeight *weight)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (pent_checkpoint_has_weight (model, component_of (name), name->diffusers));
  pent_checkpoint_get_weight (model, component_of (name), name->diffusers, weight, &error);
  g_assert_no_error (error);
}

static void
assert_dims (const PentWeight *weight, const gint64 *dim, int n)
{
  g_assert_cmpint (weight->n_dims, ==, n);
  for (int i = 0; i < n; i++)
    g_assert_cmpint (weight->dim[i], ==, dim[i]);
}

static void
assert_mark (const PentWeight *weight, const FixtureName *name)
{
  g_autofree char *text = g_strconcat (name->component, "/", name->diffusers, NULL);
  guint mark = g_str_hash (text) | 1, found;

  memcpy (&found, weight->data, sizeof found);
  g_assert_cmphex (found, ==, mark);
}

static void
test_same_tensors (Fixture *self, gconstpointer title)
{
  g_autofree char *single_path = write_single (self, "F16");
  g_autofree char *folder_path = write_folder (self, title, "F16");
  g_autoptr (PentCheckpoint) single = open_model (single_path);
  g_autoptr (PentCheckpoint) folder = open_model (folder_path);

  for (guint i = 0; i < self->names->len; i++)
    {
      const FixtureName *name = self->names->pdata[i];
      PentWeight a, b;

      get_weight (single, name, &a);
      get_weight (folder, name, &b);
      g_assert_cmpstr (a.name, ==, name->ldm);
      g_assert_cmpstr (b.name, ==, name->diffusers);
      g_assert_cmpint (a.dtype, ==, PENT_F16);
      assert_dims (&a, name->ldm_dim, name->n_ldm);
      assert_dims (&b, name->diffusers_dim, name->n_diffusers);
      assert_mark (&a, name);
      g_assert_cmpmem (a.data, 2 * pent_weight_n_elements (&a), b.data, 2 * pent_weight_n_elements (&b));
    }
}

static void
test_same_configs (Fixture *self, gconstpointer title)
{
  g_autofree char *single_path = write_single (self, "BF16");
  g_autofree char *folder_path = write_folder (self, title, "F32");
  g_autoptr (PentCheckpoint) single = open_model (single_path);
  g_autoptr (PentCheckpoint) folder = open_model (folder_path);
  const PentUnetConfig *a = pent_checkpoint_get_unet (single), *b = pent_checkpoint_get_unet (folder);
  gboolean small = g_str_equal (title, "small");

  g_assert_cmpint (a->in_channels, ==, small ? 9 : 4);
  g_assert_cmpint (a->n_levels, ==, small ? 3 : 4);
  g_assert_cmpint (a->layers_per_block, ==, small ? 1 : 2);
  g_assert_cmpint (a->channels[2], ==, 128);
  g_assert_cmpint (a->down_attention[0], ==, !small);
  g_assert_cmpint (a->context_width, ==, 64);
  for (int i = 0; i < a->n_levels; i++)
    {
      g_assert_cmpint (a->channels[i], ==, b->channels[i]);
      g_assert_cmpint (a->heads[i], ==, b->heads[i]);
      g_assert_cmpint (a->transformer_depth[i], ==, b->transformer_depth[i]);
      g_assert_cmpint (a->down_attention[i], ==, b->down_attention[i]);
      g_assert_cmpint (a->up_attention[i], ==, b->up_attention[i]);
      g_assert_cmpint (a->heads[i], ==, 8);
    }
  g_assert_cmpint (a->in_channels, ==, b->in_channels);
  g_assert_cmpint (a->out_channels, ==, b->out_channels);
  g_assert_cmpint (a->layers_per_block, ==, b->layers_per_block);
  g_assert_cmpint (a->context_width, ==, b->context_width);
  g_assert_cmpint (a->norm_groups, ==, b->norm_groups);
  g_assert_cmpint (a->sample_size, ==, b->sample_size);
  g_assert_cmpfloat (a->norm_eps, ==, b->norm_eps);
  g_assert_cmpint (a->linear_projection, ==, b->linear_projection);
  g_assert_cmpint (a->flip_sin_to_cos, ==, b->flip_sin_to_cos);
  g_assert_cmpmem (pent_checkpoint_get_vae (single), sizeof (PentVaeConfig),
                   pent_checkpoint_get_vae (folder), sizeof (PentVaeConfig));
  g_assert_cmpmem (pent_checkpoint_get_clip (single), sizeof (PentClipConfig),
                   pent_checkpoint_get_clip (folder), sizeof (PentClipConfig));
  g_assert_cmpint (pent_checkpoint_get_clip (single)->eos_token, ==, 499);
  g_assert_cmpint (pent_checkpoint_get_noise (single)->prediction, ==, PENT_PREDICTION_EPSILON);
  g_assert_cmpfloat (pent_checkpoint_get_noise (folder)->beta_end, ==, 0.012);
  g_assert_true (pent_checkpoint_get_noise (folder)->scaled_linear);
}

static void
test_dtypes (Fixture *self, gconstpointer title)
{
  static const struct { const char *name; PentDtype dtype; } dtypes[] = {
    { "F32", PENT_F32 }, { "F16", PENT_F16 }, { "BF16", PENT_BF16 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (dtypes); i++)
    {
      g_autofree char *path = write_single (self, dtypes[i].name);
      g_autoptr (PentCheckpoint) model = open_model (path);
      PentWeight weight;

      get_weight (model, self->names->pdata[0], &weight);
      g_assert_cmpint (weight.dtype, ==, dtypes[i].dtype);
    }
}

/* The text encoder's names with and without their prefix, in the file and in
 * the question. */
static void
test_text_prefix (Fixture *self, gconstpointer title)
{
  g_autoptr (FixtureFile) file = fixture_single_file (self->names, "F16", FIXTURE_MARKED);
  g_autofree char *path = fixture_path (self->folder, "a.safetensors");
  g_autofree char *folder_path = write_folder (self, title, "F16");
  g_autofree char *text_path = fixture_path (folder_path, "text_encoder/model.safetensors");
  g_autoptr (FixtureFile) text = fixture_component (self->names, "text_encoder", "F16", FIXTURE_MARKED);
  g_autoptr (PentCheckpoint) single = NULL;
  g_autoptr (PentCheckpoint) folder = NULL;

  fixture_file_rename (file, "transformer.text_model.", "transformer.");
  fixture_file_write (file, path);
  single = open_model (path);
  fixture_file_rename (text, "final_layer_norm", "text_model.final_layer_norm");
  fixture_file_rename (text, "encoder.", "text_model.encoder.");
  fixture_file_rename (text, "embeddings.", "text_model.embeddings.");
  fixture_file_write (text, text_path);
  folder = open_model (folder_path);
  for (int i = 0; i < 2; i++)
    {
      PentCheckpoint *model = i == 0 ? single : folder;
      g_assert_true (
          pent_checkpoint_has_weight (model, PENT_COMPONENT_TEXT_ENCODER, "final_layer_norm.bias"));
      g_assert_true (pent_checkpoint_has_weight (model, PENT_COMPONENT_TEXT_ENCODER,
                                                 "text_model.final_layer_norm.bias"));
      g_assert_false (pent_checkpoint_has_weight (model, PENT_COMPONENT_TEXT_ENCODER, "final_layer_norm.x"));
    }
}

static void
test_old_vae_names (Fixture *self, gconstpointer title)
{
  g_autofree char *folder_path = write_folder (self, title, "F16");
  g_autofree char *vae_path = fixture_path (folder_path, "vae/diffusion_pytorch_model.safetensors");
  g_autoptr (FixtureFile) vae = fixture_component (self->names, "vae", "F16", FIXTURE_MARKED);
  g_autoptr (PentCheckpoint) model = NULL;

  fixture_file_rename (vae, ".to_q.", ".query.");
  fixture_file_rename (vae, ".to_k.", ".key.");
  fixture_file_rename (vae, ".to_v.", ".value.");
  fixture_file_rename (vae, ".to_out.0.", ".proj_attn.");
  fixture_file_write (vae, vae_path);
  model = open_model (folder_path);
  for (guint i = 0; i < self->names->len; i++)
    {
      PentWeight weight;
      get_weight (model, self->names->pdata[i], &weight);
      assert_mark (&weight, self->names->pdata[i]);
    }
}

static void
test_extra_tensors (Fixture *self, gconstpointer title)
{
  g_autoptr (FixtureFile) file = fixture_single_file (self->names, "F16", FIXTURE_MARKED);
  g_autofree char *path = fixture_path (self->folder, "a.safetensors");
  gint64 dim[] = { 1, 77 }, none[] = { 0 };
  g_autoptr (PentCheckpoint) model = NULL;
  g_autoptr (GError) error = NULL;
  PentWeight weight;

  fixture_file_add (file, "cond_stage_model.transformer.text_model.embeddings.position_ids", "I64", 2, dim);
  fixture_file_add (file, "model_ema.diffusion_modelinput_blocks00weight", "F8_E4M3", 2, dim);
  fixture_file_add (file, "alphas_cumprod", "F64", 1, dim + 1);
  fixture_file_add (file, "global_step", "I32", 0, NULL);
  fixture_file_add (file, "v_pred", "BOOL", 1, none);
  fixture_file_write (file, path);
  model = open_model (path);
  g_assert_cmpint (pent_checkpoint_get_noise (model)->prediction, ==, PENT_PREDICTION_V);
  g_assert_false (pent_checkpoint_get_weight (model, PENT_COMPONENT_TEXT_ENCODER, "embeddings.position_ids",
                                              &weight, &error));
  g_assert_error (error, PENT_ERROR, PENT_ERROR_FILE);
  g_assert_nonnull (strstr (error->message, "I64"));
}

static void
test_missing_weight (Fixture *self, gconstpointer title)
{
  g_autofree char *path = write_single (self, "F16");
  g_autoptr (PentCheckpoint) model = open_model (path);
  g_autoptr (GError) error = NULL;
  PentWeight weight;

  g_assert_false (pent_checkpoint_get_weight (model, PENT_COMPONENT_UNET, "no.such", &weight, &error));
  g_assert_error (error, PENT_ERROR, PENT_ERROR_FILE);
  g_assert_nonnull (strstr (error->message, "no.such"));
  g_assert_nonnull (strstr (error->message, "single.safetensors"));
  g_assert_cmpstr (pent_checkpoint_get_name (model), ==, "single");
  g_assert_null (pent_checkpoint_get_tokenizer_dir (model));
}

static void
test_fp16_variant (Fixture *self, gconstpointer title)
{
  g_autofree char *folder_path = write_folder (self, title, "F32");
  g_autofree char *plain = fixture_path (folder_path, "unet/diffusion_pytorch_model.safetensors");
  g_autofree char *variant = fixture_path (folder_path, "unet/diffusion_pytorch_model.fp16.safetensors");
  g_autoptr (FixtureFile) half = fixture_component (self->names, "unet", "F16", FIXTURE_MARKED);
  PentWeight weight;

  fixture_file_write (half, variant);
  {
    g_autoptr (PentCheckpoint) model = open_model (folder_path);
    pent_checkpoint_get_weight (model, PENT_COMPONENT_UNET, "conv_in.weight", &weight, NULL);
    g_assert_cmpint (weight.dtype, ==, PENT_F32);
  }
  g_assert_cmpint (g_unlink (plain), ==, 0);
  {
    g_autoptr (PentCheckpoint) model = open_model (folder_path);
    pent_checkpoint_get_weight (model, PENT_COMPONENT_UNET, "conv_in.weight", &weight, NULL);
    g_assert_cmpint (weight.dtype, ==, PENT_F16);
  }
}

/* Every other tensor in the second of two files. */
static void
write_shards (Fixture *self, const char *folder_path)
{
  g_autoptr (FixtureFile) all = fixture_component (self->names, "unet", "F16", FIXTURE_MARKED);
  FixtureFile *shards[2] = { fixture_file_new (), fixture_file_new () };
  GString *json = g_string_new ("{\"metadata\":{\"total_size\":1},\"weight_map\":{");
  guint n = 0;

  for (guint i = 0; i < self->names->len; i++)
    {
      const FixtureName *name = self->names->pdata[i];
      FixtureTensor *added;

      if (!g_str_equal (name->component, "unet"))
        continue;
      added =
          fixture_file_add (shards[n % 2], name->diffusers, "F16", name->n_diffusers, name->diffusers_dim);
      added->mark = g_strdup (fixture_file_find (all, name->diffusers)->mark);
      g_string_append_printf (json, "%s\"%s\":\"part-%u.safetensors\"", n > 0 ? "," : "", name->diffusers,
                              n % 2);
      n++;
    }
  g_string_append (json, "}}");
  fixture_write_text (folder_path, "unet/diffusion_pytorch_model.safetensors.index.json", json->str);
  g_string_free (json, TRUE);
  for (int i = 0; i < 2; i++)
    {
      g_autofree char *base = g_strdup_printf ("unet/part-%d.safetensors", i);
      g_autofree char *path = fixture_path (folder_path, base);
      fixture_file_write (shards[i], path);
      fixture_file_free (shards[i]);
    }
}

static void
test_shards (Fixture *self, gconstpointer title)
{
  g_autofree char *folder_path = write_folder (self, title, "F16");
  g_autofree char *plain = fixture_path (folder_path, "unet/diffusion_pytorch_model.safetensors");
  g_autoptr (PentCheckpoint) model = NULL;

  g_assert_cmpint (g_unlink (plain), ==, 0);
  write_shards (self, folder_path);
  model = open_model (folder_path);
  for (guint i = 0; i < self->names->len; i++)
    {
      PentWeight weight;
      get_weight (model, self->names->pdata[i], &weight);
      assert_mark (&weight, self->names->pdata[i]);
    }
}

/* A model that holds only its UNet and takes the rest from the one beside. */
static void
test_sibling (Fixture *self, gconstpointer title)
{
  g_autofree char *base = write_folder (self, title, "F16");
  g_autofree char *sibling = fixture_path (self->folder, "sibling");
  g_autofree char *weights = fixture_path (sibling, "unet/diffusion_pytorch_model.safetensors");
  g_autofree char *config = fixture_config (title, "unet");
  g_autofree char *tokenizer = fixture_path (self->folder, "model/tokenizer");
  g_autoptr (FixtureFile) unet = fixture_component (self->names, "unet", "F32", FIXTURE_MARKED);
  g_autoptr (PentCheckpoint) model = NULL;
  PentWeight weight;

  fixture_write_text (base, "tokenizer/tokenizer.json", "{}");
  fixture_write_text (sibling, "unet/config.json", config);
  fixture_write_text (sibling, "model_index.json",
                      "{\"_class_name\":\"StableDiffusionInpaintPipeline\","
                      "\"unet\":[\"diffusers\",\"UNet2DConditionModel\"],"
                      "\"text_encoder\":\"../model/text_encoder\",\"vae\":\"../model/vae\","
                      "\"tokenizer\":\"../model/tokenizer\",\"scheduler\":\"../model/scheduler\"}");
  fixture_file_write (unet, weights);
  model = open_model (sibling);
  g_assert_cmpstr (pent_checkpoint_get_tokenizer_dir (model), ==, tokenizer);
  g_assert_cmpfloat (pent_checkpoint_get_noise (model)->beta_start, ==, 0.00085);
  pent_checkpoint_get_weight (model, PENT_COMPONENT_UNET, "conv_in.weight", &weight, NULL);
  g_assert_cmpint (weight.dtype, ==, PENT_F32);
  pent_checkpoint_get_weight (model, PENT_COMPONENT_VAE, "quant_conv.weight", &weight, NULL);
  g_assert_cmpint (weight.dtype, ==, PENT_F16);
}

/* A model without its VAE, and all the places another may come from. */
static void
test_given_vae (Fixture *self, gconstpointer title)
{
  static const char *const kinds[] = {
    "ldm", "ldm-bare", "diffusers", "vae-folder", "model-folder", "whole"
  };
  g_autofree char *folder_path = write_folder (self, title, "F32");
  g_autofree char *whole_path = write_single (self, "F32");
  g_autoptr (FixtureFile) lacking = fixture_single_file (self->names, "F16", FIXTURE_MARKED);
  g_autofree char *lacking_path = fixture_path (self->folder, "lacking.safetensors");

  fixture_file_remove (lacking, "first_stage_model.");
  fixture_file_write (lacking, lacking_path);
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autoptr (FixtureFile) vae = i == 2 ? fixture_component (self->names, "vae", "F32", FIXTURE_MARKED)
                                           : fixture_single_file (self->names, "F32", FIXTURE_MARKED);
      g_autofree char *vae_path = i == 3 ? fixture_path (folder_path, "vae")
                                  : i == 4 ? g_strdup (folder_path)
                                  : i == 5 ? g_strdup (whole_path)
                                           : fixture_path (self->folder, "vae.safetensors");
      g_autoptr (PentCheckpoint) model = NULL;
      g_autoptr (GError) error = NULL;
      PentWeight weight;

      if (i < 2)
        {
          fixture_file_remove (vae, "model.");
          fixture_file_remove (vae, "cond_stage_model.");
        }
      if (i == 1)
        fixture_file_rename (vae, "first_stage_model.", "");
      if (i < 3)
        fixture_file_write (vae, vae_path);
      g_test_message ("%s", kinds[i]);
      model = pent_checkpoint_open_with_vae (lacking_path, vae_path, &error);
      g_assert_no_error (error);
      g_assert_true (pent_checkpoint_get_weight (
          model, PENT_COMPONENT_VAE, "decoder.mid_block.attentions.0.to_q.weight", &weight, NULL));
      g_assert_cmpint (weight.dtype, ==, PENT_F32);
      g_assert_cmpint (pent_checkpoint_get_vae (model)->n_levels, ==, 4);
    }
}

/* A model that has a VAE takes another all the same. */
static void
test_other_vae (Fixture *self, gconstpointer title)
{
  g_autofree char *path = write_single (self, "F16");
  g_autofree char *folder_path = write_folder (self, title, "F32");
  g_autofree char *unet_path = fixture_path (folder_path, "unet/diffusion_pytorch_model.safetensors");
  g_autoptr (PentCheckpoint) model = NULL;
  g_autoptr (GError) error = NULL;
  PentWeight weight;

  g_assert_null (pent_checkpoint_open_with_vae (path, unet_path, &error));
  g_assert_error (error, PENT_ERROR, PENT_ERROR_FILE);
  g_assert_nonnull (strstr (error->message, "no VAE"));
  g_clear_error (&error);

  model = pent_checkpoint_open_with_vae (path, folder_path, &error);
  g_assert_no_error (error);
  pent_checkpoint_get_weight (model, PENT_COMPONENT_VAE, "decoder.conv_in.weight", &weight, &error);
  g_assert_no_error (error);
  g_assert_cmpint (weight.dtype, ==, PENT_F32);
}

/* Pages let go of come back with what they held. */
static void
test_release_pages (Fixture *self, gconstpointer title)
{
  g_autofree char *path = write_single (self, "F16");
  g_autoptr (PentCheckpoint) model = open_model (path);
  g_autoptr (GError) error = NULL;
  PentWeight weight;

  get_weight (model, self->names->pdata[0], &weight);
  assert_mark (&weight, self->names->pdata[0]);
  pent_weight_release (&weight);
  assert_mark (&weight, self->names->pdata[0]);
  for (int i = 0; i < PENT_N_COMPONENTS; i++)
    pent_checkpoint_release_pages (model, i);
  assert_mark (&weight, self->names->pdata[0]);
  g_assert_true (pent_checkpoint_check (model, &error));
  g_assert_no_error (error);
}

/* The file is cut while the model is in use: reading on gives zeros, and the
 * check tells. */
static void
test_truncated_under_map (Fixture *self, gconstpointer title)
{
  g_autofree char *path = write_single (self, "F32");
  g_autoptr (PentCheckpoint) model = open_model (path);
  g_autoptr (GError) error = NULL;
  gsize nonzero = 0, read = 0;

  g_assert_cmpint (truncate (path, 100000), ==, 0);
  for (guint i = 0; i < self->names->len; i++)
    {
      PentWeight weight;
      get_weight (model, self->names->pdata[i], &weight);
      for (gsize j = 0; j < 4 * pent_weight_n_elements (&weight); j++, read++)
        nonzero += ((const volatile guint8 *) weight.data)[j] != 0;
    }
  g_assert_cmpuint (read, >, 1000000);
  g_assert_cmpuint (nonzero, <, 1000);
  g_assert_false (pent_checkpoint_check (model, &error));
  g_assert_error (error, PENT_ERROR, PENT_ERROR_FILE);
  g_assert_nonnull (strstr (error->message, "cut short"));
}

static void
test_starter (void)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "..", "data", "starter", NULL);
  g_autoptr (PentCheckpoint) model = open_model (path);
  const PentUnetConfig *unet = pent_checkpoint_get_unet (model);
  const PentVaeConfig *vae = pent_checkpoint_get_vae (model);
  const PentClipConfig *clip = pent_checkpoint_get_clip (model);

  g_assert_cmpint (unet->out_channels, ==, vae->latent_channels);
  g_assert_cmpint (unet->context_width, ==, clip->width);
  g_assert_cmpint (unet->norm_groups, ==, 16);
  g_assert_cmpint (vae->norm_groups, ==, 2);
  g_assert_cmpint (unet->heads[0], ==, 4);
  g_assert_cmpint (clip->eos_token, ==, clip->vocabulary - 1);
  g_assert_cmpstr (pent_checkpoint_get_name (model), ==, "starter");
  g_assert_nonnull (pent_checkpoint_get_tokenizer_dir (model));
}

#define ADD(path, title, function) g_test_add (path, Fixture, title, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("/checkpoint/same-tensors/sd1", "sd1", test_same_tensors);
  ADD ("/checkpoint/same-tensors/small", "small", test_same_tensors);
  ADD ("/checkpoint/same-configs/sd1", "sd1", test_same_configs);
  ADD ("/checkpoint/same-configs/small", "small", test_same_configs);
  ADD ("/checkpoint/dtypes", "small", test_dtypes);
  ADD ("/checkpoint/text-prefix", "small", test_text_prefix);
  ADD ("/checkpoint/old-vae-names", "small", test_old_vae_names);
  ADD ("/checkpoint/extra-tensors", "small", test_extra_tensors);
  ADD ("/checkpoint/missing-weight", "small", test_missing_weight);
  ADD ("/checkpoint/fp16-variant", "small", test_fp16_variant);
  ADD ("/checkpoint/shards", "small", test_shards);
  ADD ("/checkpoint/sibling", "small", test_sibling);
  ADD ("/checkpoint/given-vae", "small", test_given_vae);
  ADD ("/checkpoint/other-vae", "small", test_other_vae);
  ADD ("/checkpoint/release-pages", "small", test_release_pages);
  ADD ("/checkpoint/truncated-under-map", "small", test_truncated_under_map);
  g_test_add_func ("/checkpoint/starter", test_starter);
  return g_test_run ();
}
