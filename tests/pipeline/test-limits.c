/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where a run ends with a sentence instead of a picture, and tiles where memory
 * is short. */
#define G_LOG_DOMAIN "pentimento"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "pent-error.h"
#include "pent-model.h"
#include "pent-source.h"
#include "pipeline-runner.h"

#define MIB (1024 * 1024)

static void
assert_works (PentPipeline *pipeline, PentRequest *request)
{
  g_autoptr (Outcome) outcome = runner_run (pipeline, request, NULL);

  g_assert_no_error (outcome->error);
  g_assert_cmpuint (outcome->images->len, ==, request->count);
}

static void
test_memory_limit (void)
{
  g_autoptr (PentPipeline) pipeline = pent_pipeline_new ();
  g_autoptr (PentRequest) request = runner_request ("tiny");

  request->memory_limit = MIB / 4;
  assert_fails (pipeline, request, PENT_ERROR_MEMORY, "--memory-limit");
  request->memory_limit = 0;
  assert_works (pipeline, request);
}

/* Sizes that no memory holds, and some that do not even fit into the numbers
 * that count them. */
static void
test_huge (void)
{
  static const int sizes[][2] = {
    { 1000000, 1000000 }, { 2147483640, 2147483640 }, { 2147483640, 8 }, { 8, 2147483640 }, { 100000, 100000 },
  };
  g_autoptr (PentPipeline) pipeline = pent_pipeline_new ();
  g_autoptr (PentRequest) request = runner_request ("tiny");

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      request->width = sizes[i][0];
      request->height = sizes[i][1];
      assert_fails (pipeline, request, PENT_ERROR_MEMORY, "smaller size");
    }
  request->init = golden_picture (64, 64);
  assert_fails (pipeline, request, PENT_ERROR_MEMORY, "smaller size");
  g_clear_pointer (&request->init, pent_image_unref);
  request->width = request->height = 64;
  assert_works (pipeline, request);
}

static void
test_usage (void)
{
  g_autoptr (PentPipeline) pipeline = pent_pipeline_new ();
  const struct
  {
    const char *member, *value, *part;
    int         number;
  } cases[] = {
    { "sampler", "eulr", "eulr", 0 },         { "schedule", "karas", "karas", 0 },
    { "spacing", "tight", "tight", 0 },       { "rng", "dice", "dice", 0 },
    { "prediction", "x0", "x0", 0 },          { "steps", NULL, "--steps", 0 },
    { "steps", NULL, "--steps", 10001 },      { "count", NULL, "--count", 0 },
    { "cfg", NULL, "--cfg", -1 },             { "seed", NULL, "--seed", -1 },
    { "clip-skip", NULL, "--clip-skip", 0 },  { "clip-skip", NULL, "--clip-skip", 4 },
    { "strength", NULL, "--strength", 2 },    { "both", NULL, "karras", 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (PentRequest) request = runner_request ("tiny");
      const char *member = cases[i].member;

      if (g_str_equal (member, "sampler"))
        runner_set (&request->sampler, cases[i].value);
      else if (g_str_equal (member, "schedule"))
        runner_set (&request->schedule, cases[i].value);
      else if (g_str_equal (member, "spacing"))
        runner_set (&request->spacing, cases[i].value);
      else if (g_str_equal (member, "rng"))
        runner_set (&request->rng, cases[i].value);
      else if (g_str_equal (member, "prediction"))
        runner_set (&request->prediction, cases[i].value);
      else if (g_str_equal (member, "steps"))
        request->steps = cases[i].number;
      else if (g_str_equal (member, "count"))
        request->count = cases[i].number;
      else if (g_str_equal (member, "cfg"))
        request->cfg = cases[i].number;
      else if (g_str_equal (member, "seed"))
        request->seed = cases[i].number;
      else if (g_str_equal (member, "clip-skip"))
        request->clip_skip = cases[i].number;
      else if (g_str_equal (member, "strength"))
        request->strength = cases[i].number;
      else
        {
          runner_set (&request->schedule, "karras");
          runner_set (&request->spacing, "leading");
        }
      assert_fails (pipeline, request, PENT_ERROR_USAGE, cases[i].part);
    }

  g_autoptr (PentRequest) request = runner_request ("tiny");
  request->seed = G_MAXINT64;
  assert_works (pipeline, request);
  request->count = 2;
  assert_fails (pipeline, request, PENT_ERROR_USAGE, "--seed");
}

static void
test_missing_model (void)
{
  g_autoptr (PentPipeline) pipeline = pent_pipeline_new ();
  g_autoptr (PentRequest) request = runner_request ("tiny"), missing = runner_request ("not-there");

  assert_works (pipeline, request);
  assert_fails (pipeline, missing, PENT_ERROR_FILE, "not-there");
  assert_works (pipeline, request);
}

/* Where the data of a tensor begins in a safetensors file: after eight bytes of
 * length and as many of JSON. */
static gsize
find_tensor (const char *file, const char *name)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GError) error = NULL;
  guint64 length;

  memcpy (&length, file, 8);
  length = GUINT64_FROM_LE (length);
  json_parser_load_from_data (parser, file + 8, length, &error);
  g_assert_no_error (error);
  JsonObject *tensor = json_object_get_object_member (json_node_get_object (json_parser_get_root (parser)), name);
  return 8 + length + json_array_get_int_element (json_object_get_array_member (tensor, "data_offsets"), 0);
}

typedef struct
{
  const char *part;
  const char *file;
  const char *tensor;
  guint16     value;   /* f16 */
} Damage;

/* The small model in @folder, linked but for one file with one other number. */
static void
make_damaged (const char *folder, const Damage *damage)
{
  static const char *const parts[] = { "model_index.json", "scheduler", "tokenizer", "text_encoder", "unet", "vae" };
  g_autofree char *model = golden_model_path ("tiny");
  g_autofree char *part = g_build_filename (folder, damage->part, NULL);
  g_autofree char *from = g_build_filename (model, damage->part, damage->file, NULL);
  g_autofree char *to = g_build_filename (part, damage->file, NULL);
  g_autofree char *config_from = g_build_filename (model, damage->part, "config.json", NULL);
  g_autofree char *config_to = g_build_filename (part, "config.json", NULL);
  g_autofree char *content = NULL;
  gsize size;

  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      g_autofree char *target = g_build_filename (model, parts[i], NULL);
      g_autofree char *link = g_build_filename (folder, parts[i], NULL);
      if (!g_str_equal (parts[i], damage->part))
        {
          g_autofree char *absolute = g_canonicalize_filename (target, NULL);
          g_assert_no_errno (symlink (absolute, link));
        }
    }
  g_assert_no_errno (g_mkdir (part, 0755));
  g_autofree char *absolute = g_canonicalize_filename (config_from, NULL);
  g_assert_no_errno (symlink (absolute, config_to));

  g_assert_true (g_file_get_contents (from, &content, &size, NULL));
  guint16 value = GUINT16_TO_LE (damage->value);
  memcpy (content + find_tensor (content, damage->tensor), &value, sizeof value);
  g_assert_true (g_file_set_contents (to, content, size, NULL));
}

static void
remove_damaged (const char *folder, const Damage *damage)
{
  g_autofree char *file = g_build_filename (folder, damage->part, damage->file, NULL);
  g_autofree char *config = g_build_filename (folder, damage->part, "config.json", NULL);
  g_autofree char *part = g_build_filename (folder, damage->part, NULL);
  g_autoptr (GDir) dir = NULL;

  g_unlink (file);
  g_unlink (config);
  g_rmdir (part);
  dir = g_dir_open (folder, 0, NULL);
  for (const char *name; (name = g_dir_read_name (dir)) != NULL;)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      g_unlink (path);
    }
  g_assert_no_errno (g_rmdir (folder));
}

#define NAN_F16 0x7e00
#define INFINITE_F16 0x7c00

static const Damage damages[] = {
  { "unet", "diffusion_pytorch_model.safetensors", "conv_out.bias", NAN_F16 },
  { "unet", "diffusion_pytorch_model.safetensors", "mid_block.resnets.0.conv1.weight", NAN_F16 },
  { "unet", "diffusion_pytorch_model.safetensors", "conv_in.weight", INFINITE_F16 },
  { "text_encoder", "model.safetensors", "text_model.final_layer_norm.bias", NAN_F16 },
  { "text_encoder", "model.safetensors", "text_model.encoder.layers.1.mlp.fc1.weight", NAN_F16 },
  { "vae", "diffusion_pytorch_model.safetensors", "decoder.conv_in.bias", NAN_F16 },
  { "vae", "diffusion_pytorch_model.safetensors", "decoder.conv_norm_out.weight", INFINITE_F16 },
  { "vae", "diffusion_pytorch_model.safetensors", "encoder.conv_in.bias", NAN_F16 },
};

/* Whatever part is damaged, there is an error and no picture, and the next
 * model works. */
static void
test_not_a_number (gconstpointer data)
{
  const Damage *damage = data;
  g_autofree char *folder = g_dir_make_tmp ("pentimento-test-XXXXXX", NULL);
  g_autoptr (PentPipeline) pipeline = pent_pipeline_new ();
  g_autoptr (PentRequest) request = runner_request ("tiny"), damaged = runner_request ("tiny");
  const RunOptions options = { .previews = TRUE };

  make_damaged (folder, damage);
  runner_set (&damaged->model, folder);
  damaged->init = golden_picture (64, 64);
  g_autoptr (Outcome) outcome = runner_run (pipeline, damaged, &options);
  g_assert_nonnull (outcome->error);
  g_test_message ("%s", outcome->error->message);
  g_assert_true (g_error_matches (outcome->error, PENT_ERROR, PENT_ERROR_FILE)
                 || g_error_matches (outcome->error, PENT_ERROR, PENT_ERROR_DEVICE));
  g_assert_nonnull (strstr (outcome->error->message, "not numbers"));
  gboolean in_decoder = g_str_has_prefix (damage->tensor, "decoder.");
  g_assert_nonnull (strstr (outcome->error->message, in_decoder ? "The VAE" : folder));
  g_assert_cmpuint (outcome->images->len, ==, 0);

  assert_works (pipeline, request);
  remove_damaged (folder, damage);
}

/* However much memory there is: either a run is refused before its first step,
 * or it comes to its end. And what it gives depends on the limit at most, not
 * on what the pipeline did before. */
static void
test_any_limit (gconstpointer data)
{
  gboolean from_picture = GPOINTER_TO_INT (data);
  g_autoptr (PentPipeline) pipeline = pent_pipeline_new ();
  g_autoptr (PentRequest) request = runner_request ("tiny");
  g_autoptr (Outcome) last = NULL;
  gint64 last_limit = 0;
  guint n_refused = 0, n_done = 0;

  request->width = 192;
  request->height = 128;
  request->steps = 1;
  request->count = 2;
  request->init = from_picture ? golden_picture (192, 128) : NULL;
  request->strength = 1;
  request->tile = from_picture ? 256 : PENT_UNSET;   /* whole: smaller tiles would always fit */
  for (double limit = 32 * MIB; limit > MIB; limit /= 1.5)
    {
      request->memory_limit = limit;
      g_autoptr (Outcome) outcome = runner_run (pipeline, request, NULL);

      if (outcome->error == NULL)
        {
          g_clear_pointer (&last, outcome_free);
          last = g_steal_pointer (&outcome);
          last_limit = limit;
          n_done++;
          continue;
        }
      g_assert_error (outcome->error, PENT_ERROR, PENT_ERROR_MEMORY);
      g_assert_cmpuint (outcome->n_steps, ==, 0);
      n_refused++;
    }
  g_assert_cmpuint (n_refused, >, 1);
  g_assert_cmpuint (n_done, >, 2);
  request->memory_limit = last_limit;
  g_autoptr (Outcome) fresh = runner_run_once (request);
  assert_same_pictures (last, fresh);
}

/* An edit is computed at the model's size, but joined at its own. */
static void
test_large_region (void)
{
  g_autoptr (PentPipeline) pipeline = pent_pipeline_new ();
  g_autoptr (PentRequest) request = runner_request ("tiny");
  const int corners[4] = { 0, 0, 1200, 1000 };

  request->width = request->height = PENT_UNSET;
  request->init = golden_picture (1200, 1000);
  request->mask = golden_mask (1200, 1000, corners, FALSE);
  request->memory_limit = 100 * MIB;
  assert_fails (pipeline, request, PENT_ERROR_MEMORY, "1200 x 1000");
  request->memory_limit = 200 * MIB;
  assert_works (pipeline, request);
}

/* With less memory than the VAE wants in one piece it is run in tiles; the
 * latent is the same, and the picture nearly: what tiles do not see of each
 * other are means over the whole picture. The starter model, for what these
 * means do is learned. */
static void
test_tiles (void)
{
  g_autoptr (PentPipeline) pipeline = pent_pipeline_new ();
  g_autoptr (PentRequest) request = runner_request ("tiny");

  g_clear_pointer (&request->model, g_free);
  request->width = 512;
  request->height = 384;
  request->steps = 2;
  g_autoptr (Outcome) whole = runner_run (pipeline, request, NULL), tiled = NULL;
  g_assert_no_error (whole->error);
  for (request->memory_limit = MIB; tiled == NULL; request->memory_limit += MIB)
    {
      tiled = runner_run (pipeline, request, NULL);
      if (g_error_matches (tiled->error, PENT_ERROR, PENT_ERROR_MEMORY))
        g_clear_pointer (&tiled, outcome_free);
    }

  g_assert_no_error (tiled->error);
  g_assert_true (g_bytes_equal (g_ptr_array_index (whole->latents, 0), g_ptr_array_index (tiled->latents, 0)));
  double psnr = image_psnr (outcome_image (whole, 0), outcome_image (tiled, 0));
  g_test_message ("tiles against the whole: %.1f dB", psnr);
  g_assert_cmpfloat (psnr, >, 30);
  g_assert_cmpfloat (psnr, <, 100);
}

/* A picture that does not fit whole is repainted in tiles, as it is where they
 * are asked for; none of it is left out, and nothing shows at their edges that
 * was not there: where a step changes nothing, the tiles give the picture, with
 * the starter model, whose VAE has learned to. */
static void
test_tiled_picture (void)
{
  g_autoptr (PentPipeline) pipeline = pent_pipeline_new ();
  g_autoptr (PentRequest) request = runner_request ("tiny");

  request->init = golden_picture (320, 232);
  request->width = 320;
  request->height = 232;
  request->steps = 4;
  request->strength = 0.5;
  const PentRunInfo *info = NULL;
  while (info == NULL)
    {
      request->memory_limit += MIB / 8;
      pent_pipeline_check (pipeline, request, &info, NULL);
    }
  g_assert_cmpint (info->n_passes, >, 4);
  g_autoptr (Outcome) forced = runner_run (pipeline, request, NULL);
  g_assert_no_error (forced->error);
  g_assert_cmpuint (info->warnings->len, >, 0);

  request->memory_limit = 0;
  request->tile = info->tile;
  g_autoptr (Outcome) asked = runner_run (pipeline, request, NULL);
  g_assert_no_error (asked->error);
  assert_same_image (outcome_image (forced, 0), outcome_image (asked, 0));

  g_clear_pointer (&request->model, g_free);
  request->tile = 128;
  request->strength = 0;
  g_autoptr (Outcome) tiled = runner_run (pipeline, request, NULL);
  g_assert_no_error (tiled->error);
  request->tile = PENT_UNSET;
  g_autoptr (Outcome) whole = runner_run (pipeline, request, NULL);
  g_assert_no_error (whole->error);
  double psnr = image_psnr (outcome_image (tiled, 0), outcome_image (whole, 0));
  g_test_message ("nothing changed in tiles against the whole: %.1f dB", psnr);
  g_assert_cmpfloat (psnr, >, 25);
  request->mask = golden_picture (320, 232);
  request->tile = 64;
  assert_fails (pipeline, request, PENT_ERROR_USAGE, "--tile");
}

/* A tile that others follow ends before its edge, so that they do not begin
 * with an edge in their picture; all tiles together leave nothing out. */
static void
test_tiles_end_softly (void)
{
  g_autoptr (PentRequest) request = runner_request ("tiny");
  g_autoptr (GError) error = NULL;
  const int width = 320, height = 232, side = 128;

  request->init = golden_picture (width, height);
  request->width = width;
  request->height = height;
  g_autoptr (PentCheckpoint) checkpoint = pent_checkpoint_open (request->model, &error);
  g_assert_no_error (error);
  g_autoptr (PentSource) source = pent_source_new (checkpoint, request, &error);
  g_assert_no_error (error);
  g_assert_true (pent_source_tile (source, checkpoint, side));
  g_assert_true (pent_source_fit (source, checkpoint, request, &error));
  g_autofree gboolean *is_painted = g_new0 (gboolean, width * height);

  g_assert_cmpuint (source->passes->len, >, 4);
  for (guint i = 0; i < source->passes->len; i++)
    {
      const PentPass *pass = pent_source_get_pass (source, i);
      g_autoptr (PentMask) mask = pent_source_make_mask (source, i);
      gboolean is_last = pass->region.x + pass->region.width >= width;
      for (int y = 0; y < MIN (mask->height, height - pass->region.y); y++)
        for (int x = 0; x < MIN (mask->width, width - pass->region.x); x++)
          {
            if (x == pass->region.width - 1 && !is_last)
              g_assert_cmpfloat (mask->values[y * mask->width + x], ==, 0);
            if (mask->values[y * mask->width + x] == 1)
              is_painted[(pass->region.y + y) * width + pass->region.x + x] = TRUE;
          }
    }
  for (int i = 0; i < width * height; i++)
    g_assert_true (is_painted[i]);
}

/* Where a limit leaves no room for the weights they are read at every step, and
 * the picture is the same. */
static void
test_streamed (void)
{
  g_autoptr (PentPipeline) pipeline = pent_pipeline_new ();
  g_autoptr (PentRequest) request = runner_request ("tiny");

  if (!g_str_equal (request->device, "cpu"))
    {
      g_test_skip ("only the processor reads weights as they are needed");
      return;
    }
  g_clear_pointer (&request->model, g_free);
  request->width = request->height = 64;
  request->steps = 2;
  g_autoptr (Outcome) whole = runner_run (pipeline, request, NULL);
  g_assert_no_error (whole->error);
  gsize held = pent_model_get_memory (pent_pipeline_get_model (pipeline));

  request->memory_limit = 8 * MIB;
  g_autoptr (Outcome) streamed = runner_run (pipeline, request, NULL);
  g_assert_no_error (streamed->error);
  g_assert_cmpuint (pent_model_get_memory (pent_pipeline_get_model (pipeline)), <, held / 2);
  assert_same_pictures (whole, streamed);
}

static void
add_tests (void)
{
  g_test_add_func ("/limits/memory-limit", test_memory_limit);
  g_test_add_func ("/limits/huge", test_huge);
  g_test_add_func ("/limits/usage", test_usage);
  g_test_add_func ("/limits/missing-model", test_missing_model);
  for (guint i = 0; i < G_N_ELEMENTS (damages); i++)
    {
      g_autofree char *name = g_strdup_printf ("/limits/not-a-number/%s/%s", damages[i].part, damages[i].tensor);
      g_test_add_data_func (name, &damages[i], test_not_a_number);
    }
  g_test_add_data_func ("/limits/any-limit/text", GINT_TO_POINTER (FALSE), test_any_limit);
  g_test_add_data_func ("/limits/any-limit/picture", GINT_TO_POINTER (TRUE), test_any_limit);
  g_test_add_func ("/limits/large-region", test_large_region);
  g_test_add_func ("/limits/tiles", test_tiles);
  g_test_add_func ("/limits/tiled-picture", test_tiled_picture);
  g_test_add_func ("/limits/tiles-end-softly", test_tiles_end_softly);
  g_test_add_func ("/limits/streamed", test_streamed);
}

int
main (int argc, char **argv)
{
  return runner_main (argc, argv, add_tests);
}
