/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

/* A model's own decoder for previews: found in its folder, held against its
 * config and against the model. */

#include "model-fixture.h"
#include "pent-checkpoint.h"
#include "pent-error.h"

#include <string.h>

#define SIZES "\"decoder_block_out_channels\":[6,6,6,6],\"num_decoder_blocks\":[1,2,1,1]"

typedef struct
{
  char      *folder;
  char      *model;
  GPtrArray *names;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  self->folder = fixture_make_folder ();
  self->model = fixture_path (self->folder, "model");
  self->names = fixture_read_names ("small");
  fixture_write_folder (self->model, "small", self->names, "F16", FIXTURE_MARKED);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  g_ptr_array_unref (self->names);
  fixture_remove_folder (self->folder);
  g_free (self->model);
}

static void
add_layer (FixtureFile *file, const char *name, gint64 out, gint64 in, gboolean bias)
{
  g_autofree char *weight = g_strdup_printf ("decoder.layers.%s.weight", name);
  g_autofree char *addend = g_strdup_printf ("decoder.layers.%s.bias", name);

  fixture_file_add (file, weight, "F16", 4, (gint64[]){ out, in, 3, 3 });
  if (bias)
    fixture_file_add (file, addend, "F16", 1, &out);
}

/* Of four levels with 1, 2, 1 and 1 blocks. */
static FixtureFile *
make_weights (void)
{
  static const int blocks[] = { 2, 5, 6, 9, 12 };
  FixtureFile *file = fixture_file_new ();

  add_layer (file, "0", 6, 4, TRUE);
  for (guint i = 0; i < G_N_ELEMENTS (blocks); i++)
    for (int j = 0; j <= 4; j += 2)
      {
        g_autofree char *name = g_strdup_printf ("%d.conv.%d", blocks[i], j);
        add_layer (file, name, 6, 6, TRUE);
      }
  add_layer (file, "4", 6, 6, FALSE);
  add_layer (file, "8", 6, 6, FALSE);
  add_layer (file, "11", 6, 6, FALSE);
  add_layer (file, "13", 3, 6, TRUE);
  return file;
}

static void
write_decoder (Fixture *self, const char *config, FixtureFile *weights)
{
  g_autofree char *path = fixture_path (self->model, "preview_decoder/diffusion_pytorch_model.safetensors");

  fixture_write_text (self->model, "preview_decoder/config.json", config);
  fixture_file_write (weights, path);
}

static void
assert_refused (Fixture *self, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PentCheckpoint) model = pent_checkpoint_open (self->model, &error);

  g_assert_null (model);
  g_assert_error (error, PENT_ERROR, PENT_ERROR_FILE);
  if (strstr (error->message, expected) == NULL)
    g_error ("'%s' is not in: %s", expected, error->message);
}

static void
test_none (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PentCheckpoint) model = pent_checkpoint_open (self->model, &error);

  g_assert_no_error (error);
  g_assert_null (pent_checkpoint_get_preview_decoder (model));
}

static void
test_found (Fixture *self, gconstpointer data)
{
  g_autoptr (FixtureFile) weights = make_weights ();
  g_autoptr (GError) error = NULL;

  write_decoder (self, "{\"_class_name\":\"AutoencoderTiny\"," SIZES ",\"scaling_factor\":0.5}", weights);
  g_autoptr (PentCheckpoint) model = pent_checkpoint_open (self->model, &error);
  g_assert_no_error (error);
  const PentPreviewDecoderConfig *config = pent_checkpoint_get_preview_decoder (model);
  g_assert_nonnull (config);
  g_assert_cmpint (config->n_levels, ==, 4);
  g_assert_cmpint (config->blocks[1], ==, 2);
  g_assert_cmpint (config->channels, ==, 6);
  g_assert_cmpint (config->latent_channels, ==, 4);
  g_assert_cmpfloat (config->scaling_factor, ==, 0.5);
  g_assert_true (pent_checkpoint_has_weight (model, PENT_COMPONENT_PREVIEW_DECODER, "decoder.layers.13.bias"));
}

static void
test_bad_configs (Fixture *self, gconstpointer data)
{
  static const char *const bad[][2] = {
    { "{", "config.json" },
    { "{\"_class_name\":\"AutoencoderKL\"," SIZES "}", "only AutoencoderTiny is supported" },
    { "{\"act_fn\":\"silu\"," SIZES "}", "only relu is supported" },
    { "{\"upsample_fn\":\"bilinear\"," SIZES "}", "only nearest is supported" },
    { "{\"upsampling_scaling_factor\":4," SIZES "}", "upsampling_scaling_factor" },
    { "{\"out_channels\":4," SIZES "}", "out_channels" },
    { "{\"scaling_factor\":0," SIZES "}", "scaling_factor" },
    { "{\"num_decoder_blocks\":[1,1,1]}", "different numbers of levels" },
    { "{\"num_decoder_blocks\":[1,1,1,1000]}", "num_decoder_blocks" },
    { "{\"decoder_block_out_channels\":[6,6,6,8]}", "different numbers" },
    { "{\"decoder_block_out_channels\":[-6,-6,-6,-6]}", "decoder_block_out_channels" },
    { "{}", "tensors are missing" },
    { "{\"num_decoder_blocks\":[1,2,2],\"decoder_block_out_channels\":[6,6,6]}", "tensors are missing" },
  };
  g_autoptr (FixtureFile) weights = make_weights ();

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      write_decoder (self, bad[i][0], weights);
      assert_refused (self, bad[i][1]);
    }
}

static void
test_bad_tensors (Fixture *self, gconstpointer data)
{
  static const char *const needed[] = { "decoder.layers.0.bias", "decoder.layers.6.conv.4.weight",
                                        "decoder.layers.8.weight", "decoder.layers.13.weight" };

  for (guint i = 0; i < G_N_ELEMENTS (needed); i++)
    {
      g_autoptr (FixtureFile) weights = make_weights ();
      fixture_file_remove (weights, needed[i]);
      write_decoder (self, "{" SIZES "}", weights);
      assert_refused (self, needed[i]);
    }

  g_autoptr (FixtureFile) weights = make_weights ();
  fixture_file_remove (weights, "decoder.layers.8.");
  add_layer (weights, "8", 6, 5, FALSE);
  write_decoder (self, "{" SIZES "}", weights);
  assert_refused (self, "decoder.layers.8.weight");
}

/* A decoder that is whole, and of another model. */
static void
test_other_model (Fixture *self, gconstpointer data)
{
  g_autoptr (FixtureFile) weights = fixture_file_new ();

  add_layer (weights, "0", 6, 4, TRUE);
  for (int block = 2; block <= 8; block += 3)
    for (int j = 0; j <= 4; j += 2)
      {
        g_autofree char *name = g_strdup_printf ("%d.conv.%d", block, j);
        add_layer (weights, name, 6, 6, TRUE);
      }
  add_layer (weights, "4", 6, 6, FALSE);
  add_layer (weights, "7", 6, 6, FALSE);
  add_layer (weights, "9", 3, 6, TRUE);
  write_decoder (self, "{\"num_decoder_blocks\":[1,1,1],\"decoder_block_out_channels\":[6,6,6]}", weights);
  assert_refused (self, "at 1/4 of the size");
}

#define ADD(path, function) g_test_add (path, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("/preview-decoder/none", test_none);
  ADD ("/preview-decoder/found", test_found);
  ADD ("/preview-decoder/bad-configs", test_bad_configs);
  ADD ("/preview-decoder/bad-tensors", test_bad_tensors);
  ADD ("/preview-decoder/other-model", test_other_model);
  return g_test_run ();
}
