/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What holds between runs: batches, previews, cancellation, models that take
 * turns in one pipeline. */
#define G_LOG_DOMAIN "pentimento"

#include <math.h>

#include "pent-error.h"
#include "pent-image-scale.h"
#include "pipeline-runner.h"

static const struct
{
  const char *sampler;
  const char *rng;
} batches[] = {
  { "euler", "philox" }, { "euler-a", "philox" }, { "euler-a", "torch" }, { "dpmpp-sde", "philox" },
  { "dpmpp-2m-sde", "torch" }, { "unipc", "philox" },
};

/* Picture i of a batch is the very picture that seed + i gives alone. */
static void
test_batch (gconstpointer data)
{
  int i = GPOINTER_TO_INT (data);
  g_autoptr (PentPipeline) pipeline = pent_pipeline_new ();
  g_autoptr (PentRequest) request = runner_request ("tiny");

  runner_set (&request->sampler, batches[i].sampler);
  runner_set (&request->rng, batches[i].rng);
  request->count = 3;
  g_autoptr (Outcome) batch = runner_run (pipeline, request, NULL);
  g_assert_cmpfloat (batch->fraction, ==, 1);
  g_assert_cmpuint (batch->images->len, ==, 3);

  request->count = 1;
  for (int k = 2; k >= 0; k--)
    {
      request->seed = 7 + k;
      g_autoptr (Outcome) single = runner_run (pipeline, request, NULL);
      assert_same_image (outcome_image (batch, k), outcome_image (single, 0));
      g_assert_true (g_bytes_equal (g_ptr_array_index (batch->latents, k), g_ptr_array_index (single->latents, 0)));
    }
  g_assert_cmpfloat (image_psnr (outcome_image (batch, 0), outcome_image (batch, 1)), <, 40);
}

typedef struct
{
  const char *model;
  int         cell;    /* pixels of a preview along the side of a latent's cell */
} PreviewCase;

/* The colours of one model's latents are known, another's are fitted, and one
 * brings its own decoder. */
static void
test_previews (gconstpointer data)
{
  const PreviewCase *c = data;
  g_autoptr (PentPipeline) pipeline = pent_pipeline_new ();
  g_autoptr (PentRequest) request = runner_request (c->model);
  const RunOptions options = { .previews = TRUE };

  request->width = 128;
  request->height = 96;
  request->count = 2;
  runner_set (&request->sampler, "heun");
  g_autoptr (Outcome) without = runner_run_once (request);
  g_autoptr (Outcome) with = runner_run (pipeline, request, &options);

  assert_same_pictures (without, with);
  g_assert_cmpuint (without->n_steps, ==, 8);
  g_assert_cmpuint (with->n_steps, ==, 8);
  g_assert_cmpuint (with->previews->len, ==, 8);
  for (guint i = 0; i < 8; i++)
    {
      PentImage *preview = g_ptr_array_index (with->previews, i);
      g_assert_cmpint (preview->width, ==, 16 * c->cell);
      g_assert_cmpint (preview->height, ==, 12 * c->cell);
      g_assert_cmpint (preview->channels, ==, 3);
    }
}

/* What the run shows after its last step is a small version of the picture:
 * tested where the colours are fitted to the model's own VAE. */
static void
test_preview_colours (void)
{
  g_autoptr (PentPipeline) pipeline = pent_pipeline_new ();
  g_autoptr (PentRequest) request = runner_request ("tiny");
  const RunOptions options = { .previews = TRUE };

  /* Of the starter model: a VAE that was never trained has no colours. */
  g_clear_pointer (&request->model, g_free);
  request->width = request->height = 128;
  request->steps = 12;
  g_autoptr (Outcome) outcome = runner_run (pipeline, request, &options);
  PentImage *picture = outcome_image (outcome, 0), *preview = g_ptr_array_index (outcome->previews, 11);

  g_autoptr (PentImage) small = pent_image_scale (picture, preview->width, preview->height, NULL);
  double psnr = image_psnr (small, preview);
  g_test_message ("preview against picture: %.1f dB", psnr);
  g_assert_cmpfloat (psnr, >, 15);
}

static const struct
{
  const char *name;
  RunOptions  options;
  guint       n_finished;
} cancellations[] = {
  { "load", { .cancels = TRUE, .cancel_stage = PENT_STAGE_LOAD }, 0 },
  { "text", { .cancels = TRUE, .cancel_stage = PENT_STAGE_TEXT }, 0 },
  { "encode", { .cancels = TRUE, .cancel_stage = PENT_STAGE_ENCODE }, 0 },
  { "first-step", { .cancels = TRUE, .cancel_stage = PENT_STAGE_STEP, .cancel_step = 1 }, 0 },
  { "second-picture", { .cancels = TRUE, .cancel_stage = PENT_STAGE_STEP, .cancel_step = 2, .cancel_picture = 1 }, 1 },
  { "decode", { .cancels = TRUE, .cancel_stage = PENT_STAGE_DECODE, .cancel_step = 3 }, 0 },
};

/* A cancelled run says so, keeps what was finished, and leaves the pipeline as
 * good as new. */
static void
test_cancel (gconstpointer data)
{
  int i = GPOINTER_TO_INT (data);
  g_autoptr (PentPipeline) pipeline = pent_pipeline_new ();
  g_autoptr (PentRequest) request = runner_request ("tiny");

  request->init = golden_picture (64, 64);
  request->count = 2;
  g_autoptr (Outcome) expected = runner_run_once (request);
  g_autoptr (Outcome) cancelled = runner_run (pipeline, request, &cancellations[i].options);
  g_assert_error (cancelled->error, PENT_ERROR, PENT_ERROR_CANCELLED);
  g_assert_cmpuint (cancelled->images->len, ==, cancellations[i].n_finished);
  if (cancellations[i].n_finished > 0)
    assert_same_image (g_ptr_array_index (cancelled->images, 0), outcome_image (expected, 0));

  g_autoptr (Outcome) again = runner_run (pipeline, request, NULL);
  assert_same_pictures (expected, again);
}

static void
test_cancelled_before (void)
{
  g_autoptr (PentPipeline) pipeline = pent_pipeline_new ();
  g_autoptr (PentRequest) request = runner_request ("tiny");
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  g_cancellable_cancel (cancellable);
  g_assert_false (pent_pipeline_run (pipeline, request, NULL, cancellable, &error));
  g_assert_error (error, PENT_ERROR, PENT_ERROR_CANCELLED);
}

static void
test_without_listener (void)
{
  g_autoptr (PentPipeline) pipeline = pent_pipeline_new ();
  g_autoptr (PentRequest) request = runner_request ("tiny");
  g_autoptr (GError) error = NULL;

  pent_pipeline_run (pipeline, request, NULL, NULL, &error);
  g_assert_no_error (error);
}

/* A picture that cannot be kept ends the run with the listener's own error. */
static void
test_refused (void)
{
  g_autoptr (PentPipeline) pipeline = pent_pipeline_new ();
  g_autoptr (PentRequest) request = runner_request ("tiny");
  const RunOptions options = { .refuse = TRUE };

  request->count = 3;
  g_autoptr (Outcome) outcome = runner_run (pipeline, request, &options);
  g_assert_error (outcome->error, PENT_ERROR, PENT_ERROR_FILE);
  g_assert_cmpstr (outcome->error->message, ==, "No room on the disk");
  g_assert_cmpuint (outcome->n_steps, ==, 4);
}

/* Whatever ran before in a pipeline, a request gives its own picture. */
static void
test_turns (void)
{
  static const char *const models[] = { "tiny", "tiny-ldm.safetensors", "tiny-inpaint", "tiny-v" };
  g_autoptr (PentPipeline) pipeline = pent_pipeline_new ();
  Outcome *expected[G_N_ELEMENTS (models)];

  for (guint turn = 0; turn < 2; turn++)
    for (guint i = 0; i < G_N_ELEMENTS (models); i++)
      {
        g_autoptr (PentRequest) request = runner_request (models[i]);
        request->width = i % 2 == 0 ? 64 : 128;
        request->height = 96;
        request->clip_skip = 1 + turn;
        g_autoptr (Outcome) other = runner_run (pipeline, request, NULL);
        request->clip_skip = 1;
        Outcome *outcome = runner_run (pipeline, request, NULL);

        g_assert_no_error (other->error);
        g_assert_no_error (outcome->error);
        if (turn == 0)
          {
            expected[i] = outcome;
            continue;
          }
        assert_same_pictures (outcome, expected[i]);
        g_assert_false (g_bytes_equal (g_ptr_array_index (outcome->latents, 0), g_ptr_array_index (other->latents, 0)));
        outcome_free (outcome);
        outcome_free (expected[i]);
      }
}

/* Without guidance the negative prompt is not read. */
static void
test_no_guidance (void)
{
  g_autoptr (PentPipeline) pipeline = pent_pipeline_new ();
  g_autoptr (PentRequest) request = runner_request ("tiny");

  request->cfg = 1;
  g_autoptr (Outcome) plain = runner_run (pipeline, request, NULL);
  runner_set (&request->negative, "fog");
  g_autoptr (Outcome) negative = runner_run (pipeline, request, NULL);
  assert_same_pictures (plain, negative);
  request->cfg = 1.001;
  g_autoptr (Outcome) guided = runner_run (pipeline, request, NULL);
  g_assert_false (g_bytes_equal (g_ptr_array_index (guided->latents, 0), g_ptr_array_index (plain->latents, 0)));
}

/* A cache of one step is none; a longer one changes the picture a little, the
 * same way alone and in a batch, with guidance and without. */
static void
test_step_cache (gconstpointer data)
{
  g_autoptr (PentPipeline) pipeline = pent_pipeline_new ();
  g_autoptr (PentRequest) request = runner_request ("tiny");

  request->cfg = GPOINTER_TO_INT (data);
  request->steps = 6;
  g_autoptr (Outcome) whole = runner_run (pipeline, request, NULL);
  g_assert_no_error (whole->error);
  request->step_cache = 2;
  request->count = 2;
  g_autoptr (Outcome) cached = runner_run (pipeline, request, NULL);
  g_assert_no_error (cached->error);
  g_assert_false (g_bytes_equal (g_ptr_array_index (cached->latents, 0), g_ptr_array_index (whole->latents, 0)));
  g_assert_cmpfloat (image_psnr (outcome_image (cached, 0), outcome_image (whole, 0)), >, 15);

  request->count = 1;
  request->seed += 1;
  g_autoptr (Outcome) second = runner_run (pipeline, request, NULL);
  g_assert_true (g_bytes_equal (g_ptr_array_index (cached->latents, 1), g_ptr_array_index (second->latents, 0)));
  request->seed -= 1;
  request->step_cache = 1;
  g_autoptr (Outcome) again = runner_run (pipeline, request, NULL);
  assert_same_pictures (whole, again);
}

/* An interval of everything is none, one of nothing is no guidance, and what
 * lies between is neither; as much for prompts of unequal length. */
static void
test_guidance_interval (gconstpointer words)
{
  g_autoptr (GString) negative = g_string_new (NULL);
  static const struct { double from, to; int step_cache, like; } runs[] = {
    { 0, 1, 1, 0 },    { 0, 0, 1, 1 },   { 1, 1, 1, 1 }, { 0.2, 0.7, 1, -1 },
    { 0, 0.5, 1, -1 }, { 0.5, 1, 2, -1 }, { 0, 1, 1, 0 },
  };
  g_autoptr (PentPipeline) pipeline = pent_pipeline_new ();
  g_autoptr (PentRequest) request = runner_request ("tiny");
  Outcome *limits[2];

  for (int i = 0; i < GPOINTER_TO_INT (words); i++)
    g_string_append (negative, "fog ");
  runner_set (&request->negative, negative->str);
  request->steps = 6;
  for (int i = 0; i < 2; i++)
    {
      request->cfg = i == 0 ? 5 : 1;
      limits[i] = runner_run (pipeline, request, NULL);
      g_assert_no_error (limits[i]->error);
    }
  request->cfg = 5;
  for (gsize i = 0; i < G_N_ELEMENTS (runs); i++)
    {
      request->cfg_from = runs[i].from;
      request->cfg_to = runs[i].to;
      request->step_cache = runs[i].step_cache;
      g_autoptr (Outcome) outcome = runner_run (pipeline, request, NULL);
      g_assert_no_error (outcome->error);
      if (runs[i].like >= 0)
        assert_same_pictures (outcome, limits[runs[i].like]);
      for (int k = 0; k < 2 && runs[i].like < 0; k++)
        g_assert_false (g_bytes_equal (g_ptr_array_index (outcome->latents, 0), g_ptr_array_index (limits[k]->latents, 0)));
    }
  outcome_free (limits[0]);
  outcome_free (limits[1]);
}

static void
test_check (void)
{
  g_autoptr (PentPipeline) pipeline = pent_pipeline_new ();
  g_autoptr (PentRequest) request = runner_request ("tiny");
  g_autoptr (GError) error = NULL;
  const PentRunInfo *info = NULL;

  runner_set (&request->sampler, "dpmpp-2m");
  request->width = request->height = PENT_UNSET;
  request->steps = 12;
  request->init = golden_picture (50, 34);
  pent_pipeline_check (pipeline, request, &info, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (info->schedule, ==, "karras");
  g_assert_cmpstr (info->prediction, ==, "epsilon");
  g_assert_cmpstr (info->model_name, ==, "tiny");
  g_assert_cmpint (info->width, ==, 50);
  g_assert_cmpint (info->height, ==, 34);
  g_assert_cmpfloat (info->strength, ==, 0.75);
  g_assert_cmpint (info->steps_run, ==, 9);

  g_clear_pointer (&request->init, pent_image_unref);
  pent_pipeline_check (pipeline, request, &info, &error);
  g_assert_no_error (error);
  g_assert_cmpint (info->width, ==, 64);
  g_assert_cmpint (info->steps_run, ==, 12);
}

static void
add_tests (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (batches); i++)
    {
      g_autofree char *name = g_strdup_printf ("/runs/batch/%s-%s", batches[i].sampler, batches[i].rng);
      g_test_add_data_func (name, GINT_TO_POINTER (i), test_batch);
    }
  static const PreviewCase fitted = { "tiny", 1 }, known = { "tiny-ldm.safetensors", 1 }, decoded = { "tiny-v", 8 };
  g_test_add_data_func ("/runs/previews/fitted", &fitted, test_previews);
  g_test_add_data_func ("/runs/previews/known", &known, test_previews);
  g_test_add_data_func ("/runs/previews/decoded", &decoded, test_previews);
  g_test_add_func ("/runs/preview-colours", test_preview_colours);
  for (guint i = 0; i < G_N_ELEMENTS (cancellations); i++)
    {
      g_autofree char *name = g_strconcat ("/runs/cancel/", cancellations[i].name, NULL);
      g_test_add_data_func (name, GINT_TO_POINTER (i), test_cancel);
    }
  g_test_add_func ("/runs/cancel/before", test_cancelled_before);
  g_test_add_func ("/runs/without-listener", test_without_listener);
  g_test_add_func ("/runs/refused", test_refused);
  g_test_add_func ("/runs/turns", test_turns);
  g_test_add_func ("/runs/no-guidance", test_no_guidance);
  g_test_add_data_func ("/runs/step-cache/guided", GINT_TO_POINTER (5), test_step_cache);
  g_test_add_data_func ("/runs/step-cache/not-guided", GINT_TO_POINTER (1), test_step_cache);
  g_test_add_data_func ("/runs/guidance-interval/one-length", GINT_TO_POINTER (1), test_guidance_interval);
  g_test_add_data_func ("/runs/guidance-interval/two-lengths", GINT_TO_POINTER (100), test_guidance_interval);
  g_test_add_func ("/runs/check", test_check);
}

int
main (int argc, char **argv)
{
  return runner_main (argc, argv, add_tests);
}
