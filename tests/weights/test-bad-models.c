/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

/* Sound files that are no model of ours, and folders with something wrong in
 * them: each is refused with its own sentence before anything is computed. */

#include "model-fixture.h"
#include "pent-checkpoint.h"
#include "pent-error.h"
#include "pent-inspect.h"

#include <glib/gstdio.h>
#include <string.h>

typedef struct
{
  char      *folder;
  GPtrArray *names;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  self->folder = fixture_make_folder ();
  self->names = fixture_read_names ("small");
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  g_ptr_array_unref (self->names);
  fixture_remove_folder (self->folder);
}

static void
assert_refused (const char *path, const char *vae, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PentCheckpoint) model = pent_checkpoint_open_with_vae (path, vae, &error);

  if (model != NULL)
    {
      g_test_fail_printf ("%s was opened, and not refused with '%s'", path, expected);
      return;
    }
  g_assert_error (error, PENT_ERROR, PENT_ERROR_FILE);
  if (strstr (error->message, expected) == NULL)
    g_test_fail_printf ("'%s' does not say '%s'", error->message, expected);
  g_assert_null (strchr (error->message, '\n'));
  g_test_message ("%s", error->message);
}

/* What cannot be used can be described, with the same words. */
static void
assert_inspected (const char *path, PentFamily family, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PentInspection) inspection = pent_inspect (path, &error);

  g_assert_no_error (error);
  g_assert_cmpint (inspection->family.family, ==, family);
  g_assert_false (inspection->usable);
  g_assert_cmpuint (inspection->problems->len, >, 0);
  if (strstr (inspection->problems->pdata[0], expected) == NULL)
    g_test_fail_printf ("'%s' does not say '%s'", (char *) inspection->problems->pdata[0], expected);
}

/* --- families --- */

typedef struct
{
  const char *name;
  const char *tensors[4];
  gint64      dim[2]; /* of each */
  PentFamily  family;
  const char *variant;
} FamilyCase;

static const FamilyCase family_cases[] = {
  { "flux-dev", { "model.diffusion_model.double_blocks.0.img_attn.norm.key_norm.scale", "model.diffusion_model.guidance_in.in_layer.weight", "model.diffusion_model.img_in.weight" }, { 8, 64 }, PENT_FAMILY_FLUX, "dev" },
  { "flux-schnell", { "double_blocks.0.img_attn.norm.key_norm.scale", "img_in.weight" }, { 8, 64 }, PENT_FAMILY_FLUX, "schnell" },
  { "flux-fill", { "double_blocks.0.img_attn.norm.key_norm.scale", "img_in.weight", "guidance_in.in_layer.weight" }, { 8, 384 }, PENT_FAMILY_FLUX, "fill" },
  { "flux-control", { "double_blocks.0.img_attn.norm.key_norm.scale", "img_in.weight" }, { 8, 128 }, PENT_FAMILY_FLUX, "control" },
  { "flux-diffusers", { "transformer_blocks.0.attn.to_q.weight", "single_transformer_blocks.0.attn.to_q.weight" }, { 8, 8 }, PENT_FAMILY_FLUX, "schnell" },
  { "chroma", { "double_blocks.0.img_attn.norm.key_norm.scale", "distilled_guidance_layer.in_proj.weight" }, { 8, 64 }, PENT_FAMILY_CHROMA, "plain" },
  { "sd3", { "model.diffusion_model.joint_blocks.0.x_block.attn.qkv.weight", "model.diffusion_model.pos_embed" }, { 1, 36864 }, PENT_FAMILY_SD3, "medium" },
  { "sd3.5-medium", { "model.diffusion_model.joint_blocks.0.x_block.attn.qkv.weight", "model.diffusion_model.pos_embed" }, { 1, 147456 }, PENT_FAMILY_SD3, "3.5 medium" },
  { "sd3.5-large", { "joint_blocks.37.x_block.attn.qkv.weight", "pos_embed" }, { 1, 36864 }, PENT_FAMILY_SD3, "3.5 large" },
  { "sdxl", { "conditioner.embedders.1.model.ln_final.weight", "conditioner.embedders.0.transformer.text_model.final_layer_norm.weight", "model.diffusion_model.input_blocks.0.0.weight" }, { 4, 4 }, PENT_FAMILY_SDXL, NULL },
  { "sdxl-refiner", { "conditioner.embedders.0.model.ln_final.weight", "model.diffusion_model.input_blocks.0.0.weight" }, { 4, 4 }, PENT_FAMILY_SDXL_REFINER, NULL },
  { "sd2", { "cond_stage_model.model.ln_final.weight", "model.diffusion_model.input_blocks.0.0.weight", "model.diffusion_model.out.2.weight" }, { 4, 4 }, PENT_FAMILY_SD2, "plain" },
  { "sd2-without-text", { "first_stage_model.decoder.conv_in.weight", "model.diffusion_model.input_blocks.0.0.weight", "model.diffusion_model.middle_block.1.transformer_blocks.0.attn2.to_k.weight" }, { 4, 1024 }, PENT_FAMILY_SD2, NULL },
  { "controlnet-ldm", { "control_model.input_blocks.0.0.weight", "control_model.input_hint_block.0.weight" }, { 4, 4 }, PENT_FAMILY_CONTROLNET, NULL },
  { "controlnet-diffusers", { "controlnet_cond_embedding.conv_in.weight", "down_blocks.0.resnets.0.conv1.weight", "time_embedding.linear_1.weight" }, { 4, 4 }, PENT_FAMILY_CONTROLNET, NULL },
  { "lora-kohya", { "lora_unet_down_blocks_0_attentions_0_proj_in.lora_down.weight", "lora_unet_down_blocks_0_attentions_0_proj_in.alpha" }, { 4, 4 }, PENT_FAMILY_LORA, NULL },
  { "lora-peft", { "unet.down_blocks.0.attentions.0.proj_in.lora_A.weight", "unet.down_blocks.0.attentions.0.proj_in.lora_B.weight" }, { 4, 4 }, PENT_FAMILY_LORA, NULL },
  { "lora-flux", { "transformer.single_transformer_blocks.0.attn.to_q.lora_A.weight" }, { 4, 4 }, PENT_FAMILY_LORA, NULL },
  { "loha", { "lycoris_input_blocks_1_0.hada_w1_a" }, { 4, 4 }, PENT_FAMILY_LORA, NULL },
  { "textual-inversion", { "emb_params" }, { 2, 768 }, PENT_FAMILY_TEXTUAL_INVERSION, NULL },
  { "textual-inversion-diffusers", { "<cat-toy>" }, { 1, 768 }, PENT_FAMILY_TEXTUAL_INVERSION, NULL },
  { "textual-inversion-sdxl", { "clip_g", "clip_l" }, { 1, 768 }, PENT_FAMILY_TEXTUAL_INVERSION, NULL },
  { "vae-ldm", { "decoder.up.0.block.0.conv1.weight", "encoder.down.0.block.0.conv1.weight" }, { 4, 4 }, PENT_FAMILY_VAE, NULL },
  { "vae-diffusers", { "decoder.up_blocks.0.resnets.0.conv1.weight", "encoder.conv_in.weight" }, { 4, 4 }, PENT_FAMILY_VAE, NULL },
  { "vae-prefixed", { "first_stage_model.decoder.conv_in.weight" }, { 4, 4 }, PENT_FAMILY_VAE, NULL },
  { "text-encoder", { "text_model.encoder.layers.0.layer_norm1.weight" }, { 4, 4 }, PENT_FAMILY_TEXT_ENCODER, NULL },
  { "text-encoder-t5", { "encoder.block.0.layer.0.SelfAttention.q.weight" }, { 4, 4 }, PENT_FAMILY_TEXT_ENCODER, NULL },
  { "unet-ldm", { "model.diffusion_model.input_blocks.0.0.weight", "model.diffusion_model.middle_block.1.transformer_blocks.0.attn2.to_k.weight" }, { 4, 768 }, PENT_FAMILY_UNET, "Stable Diffusion 1" },
  { "unet-diffusers", { "down_blocks.0.resnets.0.conv1.weight", "time_embedding.linear_1.weight", "mid_block.attentions.0.transformer_blocks.0.attn2.to_k.weight" }, { 4, 2048 }, PENT_FAMILY_UNET, "Stable Diffusion XL" },
  { "esrgan", { "model.0.weight", "model.1.sub.0.RDB1.conv1.0.weight" }, { 4, 4 }, PENT_FAMILY_UPSCALER, NULL },
  { "real-esrgan", { "conv_first.weight", "body.0.rdb1.conv1.weight" }, { 4, 4 }, PENT_FAMILY_UPSCALER, NULL },
  { "something", { "weight" }, { 4, 4 }, PENT_FAMILY_UNKNOWN, NULL },
};

static void
test_family (gconstpointer data)
{
  const FamilyCase *test = data;
  char *folder = fixture_make_folder ();
  g_autofree char *path = fixture_path (folder, "other.safetensors");
  g_autoptr (FixtureFile) file = fixture_file_new ();
  g_autoptr (PentInspection) inspection = NULL;
  g_autofree char *json = NULL;

  for (int i = 0; i < 4 && test->tensors[i] != NULL; i++)
    fixture_file_add (file, test->tensors[i], "F16", 2, test->dim);
  fixture_file_write (file, path);
  assert_refused (path, NULL, pent_family_name (test->family));
  assert_inspected (path, test->family, pent_family_name (test->family));
  inspection = pent_inspect (path, NULL);
  if (test->variant != NULL)
    g_assert_cmpstr (inspection->family.variant, ==, test->variant);
  json = pent_inspection_to_json (inspection);
  g_assert_nonnull (strstr (json, pent_family_id (test->family)));
  fixture_remove_folder (folder);
}

/* --- single files with something wrong --- */

static void
test_missing_parts (Fixture *self, gconstpointer data)
{
  static const struct { const char *prefix, *expected; } cases[] = {
    { "first_stage_model.", "the VAE is missing: give one with --vae FILE" },
    { "cond_stage_model.", "the text encoder is missing" },
    { "model.diffusion_model.", "the UNet is missing" },
    { "model.diffusion_model.output_blocks.3.0.in_layers.2.bias", "1 of the UNet's 326 tensors are missing, the first of them 'up_blocks.1.resnets.1.conv1.bias'" },
    { "model.diffusion_model.out", "first or last convolution" },
    { "model.diffusion_model.output_blocks.", "tensors are missing" },
    { "model.diffusion_model.middle_block.", "middle block" },
    { "model.diffusion_model.input_blocks.2.", "of the UNet's" },
    { "first_stage_model.decoder.", "the VAE lacks" },
    { "first_stage_model.encoder.", "the VAE lacks" },
    { "first_stage_model.encoder.down.2.", "the VAE lacks level 2" },
    { "first_stage_model.decoder.mid.attn_1.q.", "of the VAE's 248 tensors are missing" },
    { "cond_stage_model.transformer.text_model.embeddings.", "embeddings" },
    { "cond_stage_model.transformer.text_model.encoder.layers.1.mlp.fc2.", "of the text encoder's" },
    { "cond_stage_model.transformer.text_model.final_layer_norm.", "of the text encoder's 36 tensors are missing" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = fixture_path (self->folder, "lacking.safetensors");
      g_autoptr (FixtureFile) file = fixture_single_file (self->names, "F16", FIXTURE_BARE);

      fixture_file_remove (file, cases[i].prefix);
      fixture_file_write (file, path);
      g_test_message ("without %s", cases[i].prefix);
      assert_refused (path, NULL, cases[i].expected);
      assert_inspected (path, PENT_FAMILY_SD1, cases[i].expected);
    }
}

static void
set_shape (FixtureFile *file, const char *name, int n_dims, const gint64 *dim)
{
  FixtureTensor *tensor = fixture_file_find (file, name);

  tensor->n_dims = n_dims;
  for (int i = 0; i < n_dims; i++)
    tensor->dim[i] = dim[i];
}

static void
test_wrong_shapes (Fixture *self, gconstpointer data)
{
#define UNET "model.diffusion_model."
#define TEXT "cond_stage_model.transformer.text_model."
#define VAE  "first_stage_model."
  static const struct { const char *tensor; int n; gint64 dim[6]; const char *expected; } cases[] = {
    { UNET "time_embed.0.weight", 2, { 128, 33 }, "has the shape (128, 33) where the rest of the model calls for (128, 32)" },
    { UNET "time_embed.0.bias", 2, { 128, 1 }, "has the shape (128, 1)" },
    { UNET "input_blocks.0.0.weight", 4, { 48, 9, 3, 3 }, "has the shape" },
    { UNET "input_blocks.0.0.weight", 4, { 32, 8, 3, 3 }, "pix2pix, 8 input channels" },
    { UNET "input_blocks.0.0.weight", 4, { 32, 5, 3, 3 }, "depth, 5 input channels" },
    { UNET "input_blocks.0.0.weight", 4, { 32, 0, 3, 3 }, "first or last convolution" },
    { UNET "input_blocks.0.0.weight", 4, { 32, 70, 3, 3 }, "first or last convolution" },
    { UNET "input_blocks.1.0.in_layers.2.weight", 4, { 0, 32, 3, 3 }, "lacks level 0" },
    { UNET "input_blocks.1.0.in_layers.2.weight", 4, { 33, 32, 3, 3 }, "have to be even" },
    { UNET "input_blocks.1.0.in_layers.2.weight", 4, { 44, 32, 3, 3 }, "cannot be split into 32 norm groups" },
    { UNET "input_blocks.1.0.in_layers.2.weight", 4, { 1 << 20, 1, 1, 1 }, "lacks level 0" },
    { UNET "input_blocks.3.0.in_layers.2.weight", 6, { 64, 32, 3, 3, 1, 1 }, "has the shape (64, 32, 3, 3, 1, 1)" },
    { UNET "middle_block.1.transformer_blocks.0.attn2.to_k.weight", 2, { 128, 0 }, "middle block" },
    { UNET "middle_block.1.transformer_blocks.0.attn2.to_k.weight", 2, { 128, 9000 }, "middle block" },
    { UNET "middle_block.1.transformer_blocks.0.attn2.to_k.weight", 2, { 128, 65 }, "has the shape" },
    { UNET "out.2.weight", 4, { 0, 32, 3, 3 }, "first or last convolution" },
    { TEXT "embeddings.token_embedding.weight", 2, { 0, 64 }, "embeddings" },
    { TEXT "embeddings.token_embedding.weight", 2, { 2000000, 1 }, "embeddings" },
    { TEXT "embeddings.token_embedding.weight", 1, { 64 }, "embeddings" },
    { TEXT "embeddings.position_embedding.weight", 2, { 78, 64 }, "77 positions" },
    { TEXT "encoder.layers.0.mlp.fc1.weight", 2, { 0, 64 }, "first layer" },
    { TEXT "encoder.layers.1.mlp.fc1.weight", 2, { 255, 64 }, "has the shape (255, 64)" },
    { VAE "decoder.conv_in.weight", 4, { 128, 0, 3, 3 }, "the VAE lacks" },
    { VAE "decoder.conv_out.weight", 4, { 4, 32, 3, 3 }, "the VAE lacks" },
    { VAE "encoder.down.0.block.0.conv1.weight", 4, { 40, 32, 3, 3 }, "cannot be split into 32 norm groups" },
    { VAE "quant_conv.weight", 4, { 8, 8, 3, 3 }, "has the shape (8, 8, 3, 3)" },
    { VAE "quant_conv.bias", 0, { 0 }, "has the shape ()" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = fixture_path (self->folder, "wrong.safetensors");
      g_autoptr (FixtureFile) file = fixture_single_file (self->names, "F16", FIXTURE_BARE);

      set_shape (file, cases[i].tensor, cases[i].n, cases[i].dim);
      fixture_file_write (file, path);
      g_test_message ("%s", cases[i].tensor);
      assert_refused (path, NULL, cases[i].expected);
    }
}

static void
test_wrong_types (Fixture *self, gconstpointer data)
{
  static const char *const types[] = { "F8_E4M3", "F64", "I64", "U8" };

  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    {
      g_autofree char *path = fixture_path (self->folder, "wrong.safetensors");
      g_autoptr (FixtureFile) file = fixture_single_file (self->names, "F16", FIXTURE_BARE);
      FixtureTensor *tensor = fixture_file_find (file, UNET "out.0.weight");

      g_free (tensor->dtype);
      tensor->dtype = g_strdup (types[i]);
      fixture_file_write (file, path);
      assert_refused (path, NULL, "tensor '" UNET "out.0.weight' is stored as");
    }
}

/* A VAE for other latents, and parts of two models. */
static void
test_parts_that_do_not_fit (Fixture *self, gconstpointer data)
{
  g_autofree char *path = fixture_path (self->folder, "model.safetensors");
  g_autofree char *folder_path = fixture_path (self->folder, "folder");
  g_autofree char *config_path = fixture_path (self->folder, "folder/unet/config.json");
  g_autoptr (FixtureFile) file = fixture_single_file (self->names, "F16", FIXTURE_BARE);
  g_autofree char *missing = fixture_path (self->folder, "none.safetensors");
  const gint64 latents[] = { 128, 16, 3, 3 };

  fixture_file_write (file, path);
  assert_refused (path, missing, "does not exist");
  fixture_write_folder (folder_path, "small", self->names, "F16", FIXTURE_BARE);
  assert_refused (path, config_path, "is a JSON text");
  fixture_write_text (folder_path, "vae/config.json", "{\"_class_name\":\"AutoencoderTiny\"}");
  assert_refused (path, folder_path, "only AutoencoderKL");
  set_shape (file, VAE "decoder.conv_in.weight", 4, latents);
  fixture_file_write (file, path);
  assert_refused (path, NULL, "has the shape");
}

/* --- folders --- */

typedef struct
{
  const char *name;
  const char *file;     /* what is replaced, from the model's folder */
  const char *text;     /* with what; NULL: removed */
  const char *expected;
} FolderCase;

#define INDEX "model_index.json"
#define UC    "unet/config.json"
#define VC    "vae/config.json"
#define TC    "text_encoder/config.json"
#define SC    "scheduler/scheduler_config.json"
#define WEIGHTS "unet/diffusion_pytorch_model.safetensors"
/* The good config, with one more field after its last */
#define PLUS(field) "+" field

static const FolderCase folder_cases[] = {
  { "no-index", INDEX, NULL, "no model_index.json" },
  { "index-empty", INDEX, "", "is empty" },
  { "index-list", INDEX, "[]", "holds no JSON object" },
  { "index-text", INDEX, "x", "not valid JSON" },
  { "index-html", INDEX, "<html>", "is a web page" },
  { "index-class-sdxl", INDEX, "{\"_class_name\":\"StableDiffusionXLPipeline\"}", "a Stable Diffusion XL model" },
  { "index-class-sd3", INDEX, "{\"_class_name\":\"StableDiffusion3Pipeline\"}", "a Stable Diffusion 3 model" },
  { "index-class-flux", INDEX, "{\"_class_name\":\"FluxFillPipeline\"}", "a FLUX model" },
  { "index-class-chroma", INDEX, "{\"_class_name\":\"ChromaPipeline\"}", "a Chroma model" },
  { "index-class-upscaler", INDEX, "{\"_class_name\":\"StableDiffusionUpscalePipeline\"}", "an upscaler" },
  { "index-class-other", INDEX, "{\"_class_name\":\"Kandinsky\\nPipeline\"}", "of the kind 'Kandinsky\\nPipeline'" },
  { "index-escape-parent", INDEX, "{\"vae\":\"../../etc/vae\"}", "only a folder beside" },
  { "index-escape-absolute", INDEX, "{\"vae\":\"/etc/vae\"}", "only a folder beside" },
  { "index-escape-inner", INDEX, "{\"vae\":\"../model/../../etc\"}", "only a folder beside" },
  { "index-escape-dots", INDEX, "{\"vae\":\"../../vae\"}", "only a folder beside" },
  { "index-escape-hidden", INDEX, "{\"vae\":\"../.ssh/vae\"}", "only a folder beside" },
  { "index-reference-absent", INDEX, "{\"vae\":\"../other/vae\"}", "put the other model beside" },
  { "index-reference-short", INDEX, "{\"vae\":\"../vae\"}", "only a folder beside" },
  { "sd2", TC, PLUS ("\"hidden_act\":\"gelu\""), "a Stable Diffusion 2 model" },
  { "no-config", UC, NULL, "does not exist" },
  { "config-empty", UC, "", "is empty" },
  { "config-defaults", UC, "{}", "of the UNet's 686 tensors are missing" },
  { "levels-none", UC, PLUS ("\"block_out_channels\":[]"), "'block_out_channels' has 0 entries" },
  { "levels-seven", UC, PLUS ("\"block_out_channels\":[32,32,32,32,32,32,32]"), "'block_out_channels' has 7 entries" },
  { "levels-other", UC, PLUS ("\"block_out_channels\":[32,64]"), "different numbers of levels" },
  { "channels-zero", UC, PLUS ("\"block_out_channels\":[0,64,128]"), "whole numbers from 1 to 8192" },
  { "channels-huge", UC, PLUS ("\"block_out_channels\":[32,64,2147483648]"), "whole numbers from 1 to 8192" },
  { "channels-negative", UC, PLUS ("\"block_out_channels\":[32,64,-128]"), "whole numbers from 1 to 8192" },
  { "channels-fraction", UC, PLUS ("\"block_out_channels\":[32,64,128.5]"), "whole numbers from 1 to 8192" },
  { "channels-text", UC, PLUS ("\"block_out_channels\":\"32\""), "'block_out_channels' is not a whole number" },
  { "channels-wrong", UC, PLUS ("\"block_out_channels\":[32,64,160]"), "has the shape" },
  { "groups-zero", UC, PLUS ("\"norm_num_groups\":0"), "'norm_num_groups' is not a whole number" },
  { "groups-odd", UC, PLUS ("\"norm_num_groups\":5"), "cannot be split into 5 norm groups" },
  { "heads-zero", UC, PLUS ("\"attention_head_dim\":0"), "'attention_head_dim' is not a whole number" },
  { "heads-odd", UC, PLUS ("\"attention_head_dim\":7"), "cannot be split into 7 attention heads" },
  { "heads-list-short", UC, PLUS ("\"attention_head_dim\":[8,8]"), "different numbers of levels" },
  { "heads-list-deep", UC, PLUS ("\"attention_head_dim\":[[8],8,8]"), "something other than whole numbers" },
  { "layers-zero", UC, PLUS ("\"layers_per_block\":0"), "'layers_per_block' is not a whole number from 1 to 8" },
  { "layers-many", UC, PLUS ("\"layers_per_block\":1000000000"), "'layers_per_block' is not a whole number from 1 to 8" },
  { "layers-wrong", UC, PLUS ("\"layers_per_block\":2"), "tensors are missing" },
  { "layers-differ", UC, PLUS ("\"layers_per_block\":[1,2,1]"), "differs between levels" },
  { "depth-huge", UC, PLUS ("\"transformer_layers_per_block\":99999"), "'transformer_layers_per_block' is not" },
  { "eps-zero", UC, PLUS ("\"norm_eps\":0"), "'norm_eps' is not a number" },
  { "eps-infinite", UC, PLUS ("\"norm_eps\":1e999"), "'norm_eps' is not a number" },
  { "sample-size-huge", UC, PLUS ("\"sample_size\":100000"), "'sample_size' is not" },
  { "block-type", UC, PLUS ("\"down_block_types\":[\"DownBlock2D\",\"AttnDownBlock2D\",\"DownBlock2D\"]"), "names 'AttnDownBlock2D'" },
  { "block-type-number", UC, PLUS ("\"down_block_types\":[1,2,3]"), "something other than texts" },
  { "mid-block-type", UC, PLUS ("\"mid_block_type\":\"UNetMidBlock2D\""), "'mid_block_type' is 'UNetMidBlock2D'" },
  { "class-embedding", UC, PLUS ("\"class_embed_type\":\"projection\""), "'class_embed_type' is set" },
  { "guidance-embedding", UC, PLUS ("\"time_cond_proj_dim\":256"), "'time_cond_proj_dim' is set" },
  { "activation", UC, PLUS ("\"act_fn\":\"gelu\""), "'act_fn' is 'gelu'" },
  { "kernel", UC, PLUS ("\"conv_in_kernel\":5"), "'conv_in_kernel' is not 3" },
  { "context-wrong", UC, PLUS ("\"cross_attention_dim\":65"), "has the shape" },
  { "vae-scale-zero", VC, PLUS ("\"scaling_factor\":0"), "'scaling_factor' is not a number" },
  { "vae-scale-text", VC, PLUS ("\"scaling_factor\":\"x\""), "'scaling_factor' is not a number" },
  { "vae-groups", VC, PLUS ("\"norm_num_groups\":64"), "cannot be split into 64 norm groups" },
  { "vae-channels", VC, PLUS ("\"in_channels\":4"), "'in_channels' is not a whole number from 3 to 3" },
  { "vae-no-attention", VC, PLUS ("\"use_quant_conv\":\"no\""), "neither true nor false" },
  { "vae-latents", VC, PLUS ("\"latent_channels\":8"), "has the shape" },
  { "vae-mean", VC, PLUS ("\"latents_mean\":[0,0,0,0]"), "not supported" },
  { "text-heads", TC, PLUS ("\"num_attention_heads\":5"), "cannot be divided" },
  { "text-layers", TC, PLUS ("\"num_hidden_layers\":1000"), "'num_hidden_layers' is not" },
  { "text-layers-wrong", TC, PLUS ("\"num_hidden_layers\":3"), "tensors are missing" },
  { "text-activation", TC, PLUS ("\"hidden_act\":\"relu\""), "'hidden_act' is 'relu'" },
  { "text-positions", TC, PLUS ("\"max_position_embeddings\":512"), "Stable Diffusion has 77" },
  { "text-vocabulary", TC, PLUS ("\"vocab_size\":2000000000"), "'vocab_size' is not" },
  { "text-width", TC, PLUS ("\"hidden_size\":63"), "has the shape" },
  { "scheduler-prediction", SC, "{\"prediction_type\":\"sample\"}", "'prediction_type' is 'sample'" },
  { "scheduler-schedule", SC, "{\"beta_schedule\":\"squaredcos_cap_v2\"}", "'beta_schedule' is" },
  { "scheduler-steps", SC, "{\"num_train_timesteps\":1000000000}", "'num_train_timesteps' is not" },
  { "scheduler-betas", SC, "{\"beta_start\":0.5,\"beta_end\":0.1}", "smaller than 'beta_start'" },
  { "scheduler-beta-one", SC, "{\"beta_end\":1.5}", "'beta_end' is not a number" },
  { "scheduler-trained", SC, "{\"trained_betas\":[0.1]}", "'trained_betas' is set" },
  { "weights-none", WEIGHTS, NULL, "holds no safetensors file" },
  { "weights-text", WEIGHTS, "{\"a\":1}", "is a JSON text" },
};

/* @text with the field after "+" put at its end, where it counts. */
static char *
replace_field (const char *file, const char *text)
{
  g_auto (GStrv) pieces = NULL;
  g_autofree char *config = NULL;
  g_autofree char *key = NULL;
  char *found;

  if (*text != '+')
    return g_strdup (text);
  pieces = g_strsplit (file, "/", 2);
  config = fixture_config ("small", pieces[0]);
  key = g_strndup (text + 1, strchr (text + 2, '"') - text);
  found = strstr (config, key);
  if (found != NULL)
    found[1] = '~';
  config[strlen (config) - 1] = '\0';
  return g_strconcat (config, ",", text + 1, "}", NULL);
}

static void
test_folder (Fixture *self, gconstpointer data)
{
  const FolderCase *test = data;
  g_autofree char *path = fixture_path (self->folder, "model");
  g_autofree char *file = fixture_path (path, test->file);

  fixture_write_folder (path, "small", self->names, "F16", FIXTURE_BARE);
  if (test->text == NULL)
    g_assert_cmpint (g_unlink (file), ==, 0);
  else
    {
      g_autofree char *text = replace_field (test->file, test->text);
      fixture_write_text (path, test->file, text);
    }
  assert_refused (path, NULL, test->expected);
}

/* --- indices of shards --- */

static const struct { const char *name, *text, *expected; } shard_cases[] = {
  { "parent", "{\"weight_map\":{\"a\":\"../x.safetensors\"}}", "in the same folder" },
  { "absolute", "{\"weight_map\":{\"a\":\"/etc/passwd.safetensors\"}}", "in the same folder" },
  { "inner", "{\"weight_map\":{\"a\":\"a/b.safetensors\"}}", "in the same folder" },
  { "backslash", "{\"weight_map\":{\"a\":\"..\\\\b.safetensors\"}}", "in the same folder" },
  { "pickle", "{\"weight_map\":{\"a\":\"pytorch_model.bin\"}}", "in the same folder" },
  { "absent", "{\"weight_map\":{\"a\":\"x.safetensors\"}}", "does not exist" },
  { "no-map", "{\"metadata\":{}}", "names no files" },
  { "map-empty", "{\"weight_map\":{}}", "names no files" },
  { "map-list", "{\"weight_map\":[]}", "not valid JSON" },
  { "map-numbers", "{\"weight_map\":{\"a\":1}}", "not valid JSON" },
  { "deep", "{\"metadata\":[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]}", "nested too deeply" },
  { "unclosed", "{\"weight_map\":{\"a\":\"x.safetensors\"", "ends in the middle" },
};

static void
test_shard_index (Fixture *self, gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  g_autofree char *path = fixture_path (self->folder, "model");
  g_autofree char *weights = fixture_path (path, WEIGHTS);

  fixture_write_folder (path, "small", self->names, "F16", FIXTURE_BARE);
  g_assert_cmpint (g_unlink (weights), ==, 0);
  fixture_write_text (path, WEIGHTS ".index.json", shard_cases[i].text);
  assert_refused (path, NULL, shard_cases[i].expected);
}

/* Texts made to hurt json-glib: depth, and names without end. */
static void
test_hostile_config (Fixture *self, gconstpointer data)
{
  g_autofree char *path = fixture_path (self->folder, "model");
  GString *text = g_string_new ("{\"a\":");

  fixture_write_folder (path, "small", self->names, "F16", FIXTURE_BARE);
  for (int i = 0; i < 400000; i++)
    g_string_append_c (text, '[');
  fixture_write_text (path, UC, text->str);
  assert_refused (path, NULL, "nested too deeply");

  g_string_assign (text, "{");
  for (int i = 0; i < 100000; i++)
    g_string_append_printf (text, "%s\"%d\":0", i > 0 ? "," : "", i);
  g_string_append_c (text, '}');
  fixture_write_text (path, UC, text->str);
  assert_refused (path, NULL, text->len > 1024 * 1024 ? "larger than any such file" : "more values");

  g_string_assign (text, "{\"weight_map\":{");
  for (int i = 0; i < 70000; i++)
    g_string_append_printf (text, "%s\"%d\":\"x.safetensors\"", i > 0 ? "," : "", i);
  g_string_append (text, "}}");
  fixture_write_text (path, "vae/model.safetensors.index.json", text->str);
  {
    g_autofree char *config = fixture_config ("small", "unet");
    g_autofree char *weights = fixture_path (path, "vae/diffusion_pytorch_model.safetensors");
    fixture_write_text (path, UC, config);
    g_assert_cmpint (g_unlink (weights), ==, 0);
  }
  assert_refused (path, NULL, "more than 65,536 tensors");
  g_string_free (text, TRUE);
}

static void
test_pickles_only (Fixture *self, gconstpointer data)
{
  g_autofree char *path = fixture_path (self->folder, "model");
  g_autofree char *weights = fixture_path (path, WEIGHTS);

  fixture_write_folder (path, "small", self->names, "F16", FIXTURE_BARE);
  g_assert_cmpint (g_unlink (weights), ==, 0);
  fixture_write_text (path, "unet/diffusion_pytorch_model.bin", "x");
  assert_refused (path, NULL, "as a pickle only");
}

static void
test_component_folders (Fixture *self, gconstpointer data)
{
  static const struct { const char *folder; PentFamily family; const char *expected; } cases[] = {
    { "unet", PENT_FAMILY_UNET, "a UNet alone" },
    { "vae", PENT_FAMILY_VAE, "with --vae" },
    { "text_encoder", PENT_FAMILY_TEXT_ENCODER, "a text encoder alone" },
  };
  g_autofree char *path = fixture_path (self->folder, "model");

  fixture_write_folder (path, "small", self->names, "F16", FIXTURE_BARE);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *inner = fixture_path (path, cases[i].folder);
      assert_refused (inner, NULL, cases[i].expected);
      assert_inspected (inner, cases[i].family, cases[i].expected);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (family_cases); i++)
    {
      g_autofree char *name = g_strconcat ("/bad-models/family/", family_cases[i].name, NULL);
      g_test_add_data_func (name, &family_cases[i], test_family);
    }
  for (guint i = 0; i < G_N_ELEMENTS (folder_cases); i++)
    {
      g_autofree char *name = g_strconcat ("/bad-models/folder/", folder_cases[i].name, NULL);
      g_test_add (name, Fixture, &folder_cases[i], set_up, test_folder, tear_down);
    }
  for (guint i = 0; i < G_N_ELEMENTS (shard_cases); i++)
    {
      g_autofree char *name = g_strconcat ("/bad-models/shards/", shard_cases[i].name, NULL);
      g_test_add (name, Fixture, GUINT_TO_POINTER (i), set_up, test_shard_index, tear_down);
    }
#define ADD(path, function) g_test_add (path, Fixture, NULL, set_up, function, tear_down)
  ADD ("/bad-models/missing-parts", test_missing_parts);
  ADD ("/bad-models/wrong-shapes", test_wrong_shapes);
  ADD ("/bad-models/wrong-types", test_wrong_types);
  ADD ("/bad-models/parts-that-do-not-fit", test_parts_that_do_not_fit);
  ADD ("/bad-models/hostile-config", test_hostile_config);
  ADD ("/bad-models/pickles-only", test_pickles_only);
  ADD ("/bad-models/component-folders", test_component_folders);
  return g_test_run ();
}
