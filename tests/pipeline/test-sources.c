/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What holds for runs that start from a picture: sizes, masks, what is kept. */
#define G_LOG_DOMAIN "pentimento"

#include <string.h>

#include "pent-error.h"
#include "pipeline-runner.h"

/* Any picture comes back in its own size, down to a single pixel. */
static void
test_odd_sizes (void)
{
  static const int sizes[][2] = { { 37, 53 }, { 101, 67 }, { 64, 9 }, { 7, 64 }, { 65, 63 }, { 8, 8 }, { 5, 3 }, { 1, 1 } };
  g_autoptr (PentPipeline) pipeline = pent_pipeline_new ();

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr (PentRequest) request = runner_request ("tiny");
      request->width = request->height = PENT_UNSET;
      request->init = golden_picture (sizes[i][0], sizes[i][1]);
      g_autoptr (Outcome) outcome = runner_run (pipeline, request, NULL);
      PentImage *image = outcome_image (outcome, 0);

      g_assert_cmpint (image->width, ==, sizes[i][0]);
      g_assert_cmpint (image->height, ==, sizes[i][1]);
      g_assert_cmpint (outcome->latent_width, ==, (sizes[i][0] + 7) / 8);
      g_assert_cmpint (outcome->latent_height, ==, (sizes[i][1] + 7) / 8);
    }
}

/* A picture that is padded to whole cells starts from the same latent as one
 * that is so large by itself, its border repeated. */
static void
test_padding (void)
{
  g_autoptr (PentPipeline) pipeline = pent_pipeline_new ();
  g_autoptr (PentRequest) request = runner_request ("tiny");
  g_autoptr (PentImage) small = golden_picture (61, 43), large = pent_image_new (64, 48, 3, 8, NULL);

  for (int y = 0; y < 48; y++)
    for (int x = 0; x < 64; x++)
      memcpy (large->pixels + y * large->stride + 3 * x,
              small->pixels + MIN (y, 42) * small->stride + 3 * MIN (x, 60), 3);
  request->width = request->height = PENT_UNSET;
  request->init = pent_image_ref (small);
  g_autoptr (Outcome) padded = runner_run (pipeline, request, NULL);
  pent_image_unref (request->init);
  request->init = pent_image_ref (large);
  g_autoptr (Outcome) whole = runner_run (pipeline, request, NULL);

  g_assert_no_error (padded->error);
  g_assert_no_error (whole->error);
  g_assert_true (g_bytes_equal (g_ptr_array_index (padded->latents, 0), g_ptr_array_index (whole->latents, 0)));
  for (int y = 0; y < 43; y++)
    g_assert_cmpmem (outcome_image (padded, 0)->pixels + y * small->stride, 61 * 3,
                     outcome_image (whole, 0)->pixels + y * large->stride, 61 * 3);
}

/* Typed sizes scale the picture; one side alone keeps its proportions. */
static void
test_typed_sizes (void)
{
  static const int sizes[][4] = {
    /* typed, expected, of a picture of 100 x 50 */
    { 64, PENT_UNSET, 64, 32 }, { PENT_UNSET, 64, 128, 64 }, { 40, 72, 40, 72 }, { PENT_UNSET, PENT_UNSET, 100, 50 },
  };
  g_autoptr (PentPipeline) pipeline = pent_pipeline_new ();

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr (PentRequest) request = runner_request ("tiny");
      request->width = sizes[i][0];
      request->height = sizes[i][1];
      request->init = golden_picture (100, 50);
      g_autoptr (Outcome) outcome = runner_run (pipeline, request, NULL);
      g_assert_cmpint (outcome_image (outcome, 0)->width, ==, sizes[i][2]);
      g_assert_cmpint (outcome_image (outcome, 0)->height, ==, sizes[i][3]);
    }
}

/* Three ways to another size are three pictures, and one where the proportions
 * are the same. */
static void
test_fits (void)
{
  g_autoptr (PentPipeline) pipeline = pent_pipeline_new ();
  const int heights[] = { 64, 32 };

  for (guint i = 0; i < G_N_ELEMENTS (heights); i++)
    {
      Outcome *outcomes[3];
      for (PentFit fit = PENT_FIT_CROP; fit <= PENT_FIT_PAD; fit++)
        {
          g_autoptr (PentRequest) request = runner_request ("tiny");
          request->width = 64;
          request->height = heights[i];
          request->init = golden_picture (100, 50);
          request->fit = fit;
          outcomes[fit] = runner_run (pipeline, request, NULL);
          g_assert_cmpint (outcome_image (outcomes[fit], 0)->width, ==, 64);
          g_assert_cmpint (outcome_image (outcomes[fit], 0)->height, ==, heights[i]);
        }
      for (int j = 0; j < 3; j++)
        {
          gboolean same = g_bytes_equal (g_ptr_array_index (outcomes[j]->latents, 0),
                                         g_ptr_array_index (outcomes[(j + 1) % 3]->latents, 0));
          g_assert_cmpint (same, ==, i == 1);
        }
      for (int j = 0; j < 3; j++)
        outcome_free (outcomes[j]);
    }
}

/* Small, then large: the second pass runs its share of the steps at the full
 * size, and strength 0 leaves nothing but the enlargement. */
static void
test_hires (void)
{
  g_autoptr (PentPipeline) pipeline = pent_pipeline_new ();

  for (int from_picture = 0; from_picture < 2; from_picture++)
    {
      g_autoptr (PentRequest) request = runner_request ("tiny");
      const RunOptions options = { .previews = TRUE };
      request->width = 64;
      request->height = 48;
      request->hires = 1.5;
      request->init = from_picture ? golden_picture (100, 50) : NULL;
      request->strength = 0.75;
      g_autoptr (Outcome) outcome = runner_run (pipeline, request, &options);
      g_assert_cmpint (outcome_image (outcome, 0)->width, ==, 96);
      g_assert_cmpint (outcome_image (outcome, 0)->height, ==, 72);
      g_assert_cmpint (outcome->latent_width, ==, 12);
      g_assert_cmpint (outcome->n_steps, ==, (from_picture ? 3 : 4) + 2);
      g_assert_cmpfloat (outcome->fraction, ==, 1);

      request->hires_strength = 1;
      g_autoptr (Outcome) all = runner_run (pipeline, request, NULL);
      g_assert_cmpint (all->n_steps, ==, (from_picture ? 3 : 4) + 4);
    }

  g_autoptr (PentRequest) request = runner_request ("tiny");
  const int box[4] = { 1, 1, 5, 5 };
  request->hires = 0.5;
  assert_fails (pipeline, request, PENT_ERROR_USAGE, "--hires");
  request->hires = 2;
  request->init = golden_picture (64, 64);
  request->mask = golden_mask (64, 64, box, FALSE);
  assert_fails (pipeline, request, PENT_ERROR_USAGE, "--hires");
}

/* One pixel, and a mask that keeps nothing. */
static void
test_smallest (void)
{
  g_autoptr (PentPipeline) pipeline = pent_pipeline_new ();
  g_autoptr (PentRequest) request = runner_request ("tiny");
  const int box[4] = { 0, 0, 1, 1 };
  const PentRunInfo *info;
  g_autoptr (GError) error = NULL;

  request->width = request->height = PENT_UNSET;
  request->init = golden_picture (1, 1);
  request->mask = golden_mask (1, 1, box, FALSE);
  for (PentRegion region = PENT_REGION_AUTO; region <= PENT_REGION_MASKED; region++)
    {
      request->region = region;
      g_autoptr (Outcome) outcome = runner_run (pipeline, request, NULL);
      g_assert_cmpint (outcome_image (outcome, 0)->width, ==, 1);
    }
  pent_pipeline_check (pipeline, request, &info, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (info->warnings->len, ==, 1);
  g_assert_nonnull (strstr (g_ptr_array_index (info->warnings, 0), "white"));
}

/* Nothing is run: the picture goes through the VAE and back. Hardly more than
 * nothing is no more. */
static void
test_strength_0 (void)
{
  g_autoptr (PentPipeline) pipeline = pent_pipeline_new ();
  g_autoptr (PentRequest) request = runner_request ("tiny");

  request->init = golden_picture (64, 64);
  request->strength = 0;
  g_autoptr (Outcome) zero = runner_run (pipeline, request, NULL);
  g_assert_no_error (zero->error);
  g_assert_cmpuint (zero->n_steps, ==, 0);
  g_assert_cmpint (zero->steps_run, ==, 0);
  g_assert_cmpfloat (zero->fraction, ==, 1);

  request->strength = 0.2;
  request->seed = 99;
  g_autoptr (Outcome) little = runner_run (pipeline, request, NULL);
  assert_same_pictures (zero, little);
  request->strength = 0.25;
  g_autoptr (Outcome) step = runner_run (pipeline, request, NULL);
  g_assert_cmpuint (step->n_steps, ==, 1);
  g_assert_false (g_bytes_equal (g_ptr_array_index (step->latents, 0), g_ptr_array_index (zero->latents, 0)));
}

typedef struct
{
  const char *name;
  const char *model;
  int         channels, bits;
  PentFill    fill;
  int         grow, feather;
  gboolean    soft;
} MaskCase;

static const MaskCase mask_cases[] = {
  { "plain", "tiny", 3, 8, PENT_FILL_ORIGINAL, PENT_UNSET, PENT_UNSET, FALSE },
  { "soft", "tiny", 3, 8, PENT_FILL_ORIGINAL, PENT_UNSET, PENT_UNSET, TRUE },
  { "no-grow", "tiny", 3, 8, PENT_FILL_ORIGINAL, 0, 0, FALSE },
  { "wide", "tiny", 3, 8, PENT_FILL_BLUR, 40, 60, FALSE },
  { "blur", "tiny", 3, 8, PENT_FILL_BLUR, PENT_UNSET, PENT_UNSET, TRUE },
  { "noise", "tiny", 3, 8, PENT_FILL_NOISE, PENT_UNSET, 3, FALSE },
  { "neutral", "tiny", 3, 8, PENT_FILL_NEUTRAL, 3, PENT_UNSET, FALSE },
  { "alpha", "tiny", 4, 8, PENT_FILL_ORIGINAL, PENT_UNSET, PENT_UNSET, FALSE },
  { "grey", "tiny", 1, 8, PENT_FILL_ORIGINAL, PENT_UNSET, PENT_UNSET, TRUE },
  { "grey-alpha", "tiny", 2, 8, PENT_FILL_ORIGINAL, PENT_UNSET, PENT_UNSET, FALSE },
  { "deep", "tiny", 3, 16, PENT_FILL_BLUR, PENT_UNSET, PENT_UNSET, FALSE },
  { "deep-alpha", "tiny", 4, 16, PENT_FILL_ORIGINAL, 0, 0, TRUE },
  { "inpainting", "tiny-inpaint", 3, 8, PENT_FILL_ORIGINAL, PENT_UNSET, PENT_UNSET, FALSE },
  { "inpainting-soft", "tiny-inpaint", 4, 8, PENT_FILL_BLUR, PENT_UNSET, PENT_UNSET, TRUE },
};

static PentImage *
random_image (GRand *random, int width, int height, int channels, int bits)
{
  PentImage *image = pent_image_new (width, height, channels, bits, NULL);

  for (gsize i = 0; i < image->stride * height; i++)
    image->pixels[i] = g_rand_int_range (random, 0, 256);
  return image;
}

/* A few boxes, hard or of any grey. */
static PentImage *
random_mask (GRand *random, int width, int height, gboolean soft)
{
  PentImage *mask = pent_image_new (width, height, 1, 8, NULL);

  for (int i = g_rand_int_range (random, 1, 4); i > 0; i--)
    {
      int left = g_rand_int_range (random, 0, width), top = g_rand_int_range (random, 0, height);
      int right = g_rand_int_range (random, left, width), bottom = g_rand_int_range (random, top, height);
      for (int y = top; y <= bottom; y++)
        for (int x = left; x <= right; x++)
          mask->pixels[y * mask->stride + x] = soft ? g_rand_int_range (random, 0, 256) : 255;
    }
  mask->pixels[height / 2 * mask->stride + width / 2] = 255;
  return mask;
}

/* Where the mask is 0 every byte is the source's, and elsewhere there is
 * something new. */
static void
assert_kept (const PentImage *source, const PentImage *mask, const PentImage *result)
{
  gsize size = source->channels * source->bits / 8;
  gboolean changed = FALSE;

  g_assert_cmpint (result->channels, ==, source->channels);
  g_assert_cmpint (result->bits, ==, source->bits);
  for (int y = 0; y < source->height; y++)
    for (int x = 0; x < source->width; x++)
      {
        const guint8 *before = source->pixels + y * source->stride + x * size;
        const guint8 *after = result->pixels + y * result->stride + x * size;
        if (mask->pixels[y * mask->stride + x] == 0)
          g_assert_cmpmem (before, size, after, size);
        else
          changed = changed || memcmp (before, after, size) != 0;
      }
  g_assert_true (changed);
}

static void
test_mask (gconstpointer data)
{
  const MaskCase *c = data;
  g_autoptr (PentPipeline) pipeline = pent_pipeline_new ();

  for (int seed = 0; seed < 3; seed++)
    {
      g_autoptr (GRand) random = g_rand_new_with_seed (seed);
      g_autoptr (PentRequest) request = runner_request (c->model);
      int width = g_rand_int_range (random, 20, 90), height = g_rand_int_range (random, 20, 90);

      request->width = request->height = PENT_UNSET;
      request->steps = 3;
      request->init = random_image (random, width, height, c->channels, c->bits);
      request->mask = random_mask (random, width, height, c->soft);
      request->fill = c->fill;
      request->grow = c->grow;
      request->feather = c->feather;
      request->seed = seed;
      g_autoptr (Outcome) outcome = runner_run (pipeline, request, NULL);
      assert_kept (request->init, request->mask, outcome_image (outcome, 0));
    }
}

/* The picture of composite none is the decoder's everywhere. */
static void
test_composite_none (void)
{
  g_autoptr (PentPipeline) pipeline = pent_pipeline_new ();
  g_autoptr (PentRequest) request = runner_request ("tiny");
  const int box[4] = { 16, 16, 40, 40 };

  request->init = golden_picture (64, 64);
  request->mask = golden_mask (64, 64, box, FALSE);
  g_autoptr (Outcome) exact = runner_run (pipeline, request, NULL);
  request->composite = PENT_COMPOSITE_NONE;
  g_autoptr (Outcome) none = runner_run (pipeline, request, NULL);

  g_assert_true (g_bytes_equal (g_ptr_array_index (exact->latents, 0), g_ptr_array_index (none->latents, 0)));
  g_assert_cmpmem (outcome_image (exact, 0)->pixels, 64 * 3, request->init->pixels, 64 * 3);
  g_assert_true (memcmp (outcome_image (none, 0)->pixels, request->init->pixels, 64 * 3) != 0);
}

/* Cells that the mask leaves alone end as the picture's own latent, free of
 * noise: what strength 0 gives. The others do not. */
static void
test_clean_cells (gconstpointer sampler)
{
  g_autoptr (PentPipeline) pipeline = pent_pipeline_new ();
  g_autoptr (PentRequest) request = runner_request ("tiny");
  const int box[4] = { 16, 8, 40, 64 };

  runner_set (&request->sampler, sampler);
  request->init = golden_picture (64, 64);
  request->strength = 0;
  g_autoptr (Outcome) encoded = runner_run (pipeline, request, NULL);
  g_assert_no_error (encoded->error);

  request->mask = golden_mask (64, 64, box, FALSE);
  request->strength = 0.75;
  request->grow = request->feather = 0;
  g_autoptr (Outcome) outcome = runner_run (pipeline, request, NULL);
  g_assert_no_error (outcome->error);
  const float *before = g_bytes_get_data (g_ptr_array_index (encoded->latents, 0), NULL);
  const float *after = g_bytes_get_data (g_ptr_array_index (outcome->latents, 0), NULL);
  for (int i = 0; i < 4 * 8 * 8; i++)
    {
      int x = i % 8, y = i / 8 % 8;
      if (x >= 2 && x < 5 && y >= 1)
        g_assert_cmpfloat (after[i], !=, before[i]);
      else
        g_assert_cmpfloat (after[i], ==, before[i]);
    }
}

/* What stood under the mask is not to be seen where it was filled: the result
 * is the same whatever it was. Where the original is kept, it is not. */
static void
test_fills (void)
{
  g_autoptr (PentPipeline) pipeline = pent_pipeline_new ();
  const int box[4] = { 16, 16, 48, 48 };

  for (PentFill fill = PENT_FILL_ORIGINAL; fill <= PENT_FILL_NEUTRAL; fill++)
    {
      Outcome *outcomes[2];
      for (int i = 0; i < 2; i++)
        {
          g_autoptr (PentRequest) request = runner_request ("tiny");
          request->init = golden_picture (64, 64);
          request->mask = golden_mask (64, 64, box, FALSE);
          request->fill = fill;
          request->strength = 0.5;
          request->grow = request->feather = 0;
          for (int y = 20; y < 44; y++)
            memset (request->init->pixels + y * request->init->stride + 20 * 3, 200 * i, 24 * 3);
          outcomes[i] = runner_run (pipeline, request, NULL);
          g_assert_no_error (outcomes[i]->error);
        }
      gboolean same = g_bytes_equal (g_ptr_array_index (outcomes[0]->latents, 0),
                                     g_ptr_array_index (outcomes[1]->latents, 0));
      g_assert_true (same == (fill != PENT_FILL_ORIGINAL));
      outcome_free (outcomes[0]);
      outcome_free (outcomes[1]);
    }
}

static void
test_defaults (void)
{
  static const struct
  {
    const char *model;
    gboolean    mask;
    PentFill    fill;
    double      strength;
  } cases[] = {
    { "tiny", FALSE, PENT_FILL_ORIGINAL, 0.75 },         { "tiny", TRUE, PENT_FILL_ORIGINAL, 0.75 },
    { "tiny", TRUE, PENT_FILL_BLUR, 1 },                 { "tiny-inpaint", TRUE, PENT_FILL_ORIGINAL, 1 },
    { "tiny-inpaint", FALSE, PENT_FILL_ORIGINAL, 0.75 },
  };
  g_autoptr (PentPipeline) pipeline = pent_pipeline_new ();
  const int box[4] = { 16, 16, 48, 48 };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (PentRequest) request = runner_request (cases[i].model);
      g_autoptr (GError) error = NULL;
      const PentRunInfo *info = NULL;

      request->init = golden_picture (64, 64);
      request->mask = cases[i].mask ? golden_mask (64, 64, box, FALSE) : NULL;
      request->fill = cases[i].fill;
      pent_pipeline_check (pipeline, request, &info, &error);
      g_assert_no_error (error);
      g_assert_cmpfloat (info->strength, ==, cases[i].strength);
      g_assert_true ((info->grow > 0 && info->feather > 0) == cases[i].mask);
    }
}

static void
test_bad_masks (void)
{
  g_autoptr (PentPipeline) pipeline = pent_pipeline_new ();
  g_autoptr (PentRequest) request = runner_request ("tiny");
  const int nothing[4] = { 0, 0, 0, 0 }, box[4] = { 1, 1, 5, 5 };

  request->mask = golden_mask (64, 64, box, FALSE);
  assert_fails (pipeline, request, PENT_ERROR_USAGE, "--init");
  request->init = golden_picture (64, 56);
  assert_fails (pipeline, request, PENT_ERROR_FILE, "64 x 56");
  pent_image_unref (request->mask);
  request->mask = golden_mask (64, 56, nothing, FALSE);
  assert_fails (pipeline, request, PENT_ERROR_FILE, "black");
}

static void
add_tests (void)
{
  g_test_add_func ("/sources/odd-sizes", test_odd_sizes);
  g_test_add_func ("/sources/padding", test_padding);
  g_test_add_func ("/sources/typed-sizes", test_typed_sizes);
  g_test_add_func ("/sources/fits", test_fits);
  g_test_add_func ("/sources/hires", test_hires);
  g_test_add_func ("/sources/smallest", test_smallest);
  g_test_add_func ("/sources/strength-0", test_strength_0);
  for (guint i = 0; i < G_N_ELEMENTS (mask_cases); i++)
    {
      g_autofree char *name = g_strconcat ("/sources/mask/", mask_cases[i].name, NULL);
      g_test_add_data_func (name, &mask_cases[i], test_mask);
    }
  g_test_add_func ("/sources/composite-none", test_composite_none);
  g_test_add_data_func ("/sources/clean-cells/euler", "euler", test_clean_cells);
  g_test_add_data_func ("/sources/clean-cells/dpmpp-sde", "dpmpp-sde", test_clean_cells);
  g_test_add_data_func ("/sources/clean-cells/ddim", "ddim", test_clean_cells);
  g_test_add_func ("/sources/fills", test_fills);
  g_test_add_func ("/sources/defaults", test_defaults);
  g_test_add_func ("/sources/bad-masks", test_bad_masks);
}

int
main (int argc, char **argv)
{
  return runner_main (argc, argv, add_tests);
}
