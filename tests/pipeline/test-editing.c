/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What must hold for every edit: pixels whose mask is 0 are the source's own in
 * every format, region and extension; the region lies in the padded picture and
 * holds the mask with its context.
 *
 * Usage: test-editing MODEL EDITS
 * MODEL is "tiny", whose pictures mean nothing but come fast, or "starter". */
#define G_LOG_DOMAIN "pentimento"

#include <stdlib.h>
#include <string.h>

#include "golden-data.h"
#include "pent-mask.h"
#include "pent-pipeline.h"

/* Of the whole program: set once by main(). */
static const char *model;
static int n_edits;

typedef struct
{
  PentRequest *request;
  PentImage   *result;
  int          previews;
  PentRect     region;
  int          run_width, run_height, reach, n_passes;
} Edit;

static PentImage *
random_image (GRand *rand, int width, int height, int channels, int bits)
{
  PentImage *image = pent_image_new (width, height, channels, bits, NULL);

  for (gsize i = 0; i < image->stride * height; i++)
    image->pixels[i] = g_rand_int (rand);
  return image;
}

/* A box, or an ellipse of soft values. */
static PentImage *
random_mask (GRand *rand, int width, int height)
{
  PentImage *image = pent_image_new (width, height, 1, 8, NULL);
  gboolean soft = g_rand_boolean (rand);
  int x0 = g_rand_int_range (rand, 0, width), x1 = g_rand_int_range (rand, x0, width);
  int y0 = g_rand_int_range (rand, 0, height), y1 = g_rand_int_range (rand, y0, height);

  for (int y = y0; y <= y1; y++)
    for (int x = x0; x <= x1; x++)
      image->pixels[y * image->stride + x] = soft ? g_rand_int_range (rand, 0, 256) : 255;
  image->pixels[y0 * image->stride + x0] = 255;
  return image;
}

static void
check_preview (gpointer data, const PentProgress *progress)
{
  Edit *edit = data;

  if (progress->preview == NULL)
    return;
  edit->previews++;
  g_assert_nonnull (progress->canvas);
  g_assert_cmpint (progress->area.x + progress->area.width, <=, progress->canvas->width);
  g_assert_cmpint (progress->area.y + progress->area.height, <=, progress->canvas->height);
  g_assert_cmpint (progress->preview->width, ==, progress->area.width);
  g_assert_cmpint (progress->preview->height, ==, progress->area.height);
  g_assert_cmpint (progress->step, <=, progress->n_steps);
}

/* Joined anew as it was joined, the edit is the picture. */
static void
check_edit (const PentPicture *picture)
{
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (picture->edit);
  g_autoptr (PentImage) again = pent_edit_result_join (picture->edit, &picture->edit->join, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (again->pixels, again->stride * again->height, picture->image->pixels,
                   picture->image->stride * picture->image->height);
}

static gboolean
keep_picture (gpointer data, const PentPicture *picture, const PentRunInfo *info, GError **error)
{
  Edit *edit = data;

  g_clear_pointer (&edit->result, pent_image_unref);
  edit->result = pent_image_ref (picture->image);
  check_edit (picture);
  g_assert_cmpint (info->width, ==, picture->image->width);
  g_assert_cmpint (info->height, ==, picture->image->height);
  edit->region = info->region;
  edit->run_width = info->run_width;
  edit->run_height = info->run_height;
  edit->reach = info->grow + info->feather;
  edit->n_passes = info->n_passes;
  return TRUE;
}

static PentRequest *
make_request (void)
{
  PentRequest *request = pent_request_new ();

  if (!g_str_equal (model, "starter"))
    request->model = golden_model_path (model);
  request->steps = 2;
  request->cfg = 1;
  g_free (request->device);
  request->device = g_strdup ("cpu");
  request->precision = PENT_PRECISION_F32;
  return request;
}

static void
run (PentPipeline *pipeline, Edit *edit)
{
  const PentListener listener = {
    .progress = check_preview, .picture = keep_picture, .previews = TRUE, .edits = TRUE, .data = edit,
  };
  g_autoptr (GError) error = NULL;

  pent_pipeline_run (pipeline, edit->request, &listener, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (edit->previews, >, 0);
}

/* Every byte of every pixel of the source whose mask is 0; counts the others
 * that are new. */
static void
check_kept (const Edit *edit, gsize *n_changed)
{
  const PentImage *from = edit->request->init, *mask = edit->request->mask, *to = edit->result;
  const int *o = edit->request->outpaint;
  gsize pixel = from->channels * (from->bits / 8);

  g_assert_cmpint (to->width, ==, from->width + o[0] + o[2]);
  g_assert_cmpint (to->height, ==, from->height + o[1] + o[3]);
  g_assert_cmpint (to->channels, ==, from->channels);
  g_assert_cmpint (to->bits, ==, from->bits);
  for (int y = 0; y < from->height; y++)
    for (int x = 0; x < from->width; x++)
      {
        gboolean same = memcmp (from->pixels + y * from->stride + x * pixel,
                                to->pixels + (y + o[1]) * to->stride + (x + o[0]) * pixel, pixel) == 0;
        g_assert_true (same || (mask != NULL && pent_mask_value (mask, x, y) > 0));
        *n_changed += !same;
      }
}

/* Where the mask alone is painted. */
static void
check_region (const Edit *edit)
{
  const PentRect padded = { 0, 0, (edit->result->width + 7) / 8 * 8, (edit->result->height + 7) / 8 * 8 };
  PentRect bounds = pent_mask_find_bounds (edit->request->mask);
  PentRect context = pent_rect_expand (&bounds, edit->reach);

  context = pent_rect_intersect (&context, &padded);
  g_assert_true (pent_rect_contains (&padded, &edit->region));
  g_assert_true (pent_rect_contains (&edit->region, &context));
  g_assert_cmpint (edit->region.width % 8 + edit->region.height % 8 + edit->run_width % 8 + edit->run_height % 8, ==, 0);
}

static Edit
random_edit (GRand *rand)
{
  Edit edit = { .request = make_request () };
  PentRequest *request = edit.request;
  int width = g_rand_int_range (rand, 1, 90), height = g_rand_int_range (rand, 1, 90);
  gboolean extended = g_rand_int_range (rand, 0, 3) == 0;

  request->init = random_image (rand, width, height, g_rand_int_range (rand, 1, 5), g_rand_boolean (rand) ? 8 : 16);
  request->init->icc_profile = g_bytes_new_static ("profile", 7);
  if (!extended || g_rand_boolean (rand))
    request->mask = random_mask (rand, width, height);
  for (int i = 0; extended && i < 4; i++)
    request->outpaint[i] = g_rand_int_range (rand, i == 0, 40);
  request->region = g_rand_int_range (rand, 0, 3);
  request->fill = g_rand_int_range (rand, 0, 4);
  request->strength = g_rand_boolean (rand) ? PENT_UNSET : g_rand_double_range (rand, 0.5, 1);
  request->grow = g_rand_boolean (rand) ? PENT_UNSET : g_rand_int_range (rand, 0, 20);
  request->feather = g_rand_boolean (rand) ? PENT_UNSET : g_rand_int_range (rand, 0, 20);
  request->blend = g_rand_boolean (rand) ? PENT_UNSET : g_rand_int_range (rand, 0, 20);
  request->match = g_rand_boolean (rand) ? PENT_UNSET : g_rand_double (rand);
  request->seed = g_rand_int (rand);
  return edit;
}

static void
test_random (void)
{
  g_autoptr (PentPipeline) pipeline = pent_pipeline_new ();
  g_autoptr (GRand) rand = g_rand_new_with_seed (3);
  gsize n_changed = 0;

  for (int i = 0; i < n_edits; i++)
    {
      Edit edit = random_edit (rand);
      run (pipeline, &edit);
      check_kept (&edit, &n_changed);
      if (edit.request->mask != NULL && edit.n_passes == 1 && edit.result->width == edit.request->init->width
          && edit.result->height == edit.request->init->height)
        check_region (&edit);
      g_assert_true (edit.result->icc_profile != NULL);
      pent_image_unref (edit.result);
      pent_request_unref (edit.request);
    }
  g_assert_cmpuint (n_changed, >, 0);
}

/* A picture of a batch is the one that its seed gives alone, also where the
 * fill is random and passes follow one another. */
static void
test_batch (void)
{
  g_autoptr (PentPipeline) pipeline = pent_pipeline_new ();
  g_autoptr (GRand) rand = g_rand_new_with_seed (4);
  g_autoptr (PentRequest) batch = make_request ();
  g_autoptr (PentRequest) alone = make_request ();
  Edit last = { .request = batch }, one = { .request = alone };

  batch->init = random_image (rand, 100, 70, 3, 8);
  batch->mask = random_mask (rand, 100, 70);
  batch->outpaint[0] = batch->outpaint[3] = 30;
  batch->fill = PENT_FILL_NOISE;
  batch->count = 2;
  batch->seed = 5;
  alone->init = pent_image_ref (batch->init);
  alone->mask = pent_image_ref (batch->mask);
  memcpy (alone->outpaint, batch->outpaint, sizeof batch->outpaint);
  alone->fill = PENT_FILL_NOISE;
  alone->seed = 6;
  run (pipeline, &last);
  run (pipeline, &one);
  g_assert_cmpmem (last.result->pixels, last.result->stride * 100, one.result->pixels, one.result->stride * 100);
  pent_image_unref (last.result);
  pent_image_unref (one.result);
}

/* A small mask in a photograph: no more than its region is computed. */
static void
test_large (void)
{
  g_autoptr (PentPipeline) pipeline = pent_pipeline_new ();
  g_autoptr (GRand) rand = g_rand_new_with_seed (5);
  g_autoptr (PentRequest) request = make_request ();
  Edit edit = { .request = request };
  const PentRunInfo *info;
  gsize n_changed = 0;
  g_autoptr (GError) error = NULL;

  request->init = random_image (rand, 6000, 4000, 3, 8);
  request->mask = pent_image_new (6000, 4000, 1, 8, NULL);
  for (int y = 1700; y < 2000; y++)
    memset (request->mask->pixels + y * request->mask->stride + 3100, 255, 300);
  g_assert_true (pent_pipeline_check (pipeline, request, &info, &error));
  g_assert_no_error (error);
  g_assert_cmpint (info->region.width, <, 900);
  /* The region is computed at about the model's own size. */
  g_assert_cmpint (info->run_width, <=, g_str_equal (model, "starter") ? 320 : 160);
  run (pipeline, &edit);
  check_kept (&edit, &n_changed);
  g_assert_cmpuint (n_changed, >, 0);
  pent_image_unref (edit.result);
}

/* One edit after the other, each of what the last one gave: what no mask ever
 * covered is the first picture's. */
static void
test_ten (void)
{
  g_autoptr (PentPipeline) pipeline = pent_pipeline_new ();
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);
  g_autoptr (PentImage) first = random_image (rand, 128, 128, 3, 8), picture = pent_image_ref (first);
  gboolean masked[128 * 128] = { FALSE };

  for (int i = 0; i < 10; i++)
    {
      g_autoptr (PentRequest) request = make_request ();
      Edit edit = { .request = request };
      const int at[2] = { g_rand_int_range (rand, 0, 90), g_rand_int_range (rand, 0, 90) };
      request->init = g_steal_pointer (&picture);
      request->mask = pent_image_new (128, 128, 1, 8, NULL);
      request->seed = i;
      for (int y = at[1]; y < at[1] + 38; y++)
        for (int x = at[0]; x < at[0] + 38; x++)
          {
            request->mask->pixels[y * 128 + x] = 255;
            masked[y * 128 + x] = TRUE;
          }
      run (pipeline, &edit);
      picture = edit.result;
    }
  gsize n_kept = 0;
  for (int i = 0; i < 128 * 128; i++)
    if (!masked[i])
      {
        g_assert_cmpmem (first->pixels + i * 3, 3, picture->pixels + i * 3, 3);
        n_kept++;
      }
  g_assert_cmpuint (n_kept, >, 1000);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (argc != 3)
    {
      g_printerr ("Usage: %s MODEL EDITS\n", argv[0]);
      return 2;
    }
  model = argv[1];
  n_edits = atoi (argv[2]);
  g_test_add_func ("/editing/random", test_random);
  g_test_add_func ("/editing/batch", test_batch);
  g_test_add_func ("/editing/ten", test_ten);
  g_test_add_func ("/editing/large", test_large);
  return g_test_run ();
}
