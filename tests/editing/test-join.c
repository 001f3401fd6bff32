/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is left to be chosen after a run: growth, feather, colours. */
#define G_LOG_DOMAIN "pentimento"

#include <math.h>
#include <string.h>

#include "pent-edit-result.h"
#include "pent-image-scale.h"
#include "pent-match.h"
#include "pent-tone.h"

#define WIDTH 96
#define HEIGHT 80

static const PentRect all = { 0, 0, WIDTH, HEIGHT };
static const PentRect box = { 30, 24, 36, 30 };

static guint16 *
samples (PentImage *image)
{
  return (guint16 *) (void *) image->pixels;
}

static gboolean
is_inside (const PentRect *rect, int x, int y)
{
  return x >= rect->x && x < rect->x + rect->width && y >= rect->y && y < rect->y + rect->height;
}

/* 16-bit RGB: slopes with some grain, far from black and white. */
static PentImage *
make_scene (void)
{
  PentImage *image = pent_image_new (WIDTH, HEIGHT, 3, 16, NULL);
  g_autoptr (GRand) rand = g_rand_new_with_seed (6);

  for (int y = 0; y < HEIGHT; y++)
    for (int x = 0; x < WIDTH; x++)
      for (int c = 0; c < 3; c++)
        samples (image)[(y * WIDTH + x) * 3 + c] = 20000 + 150 * x + 100 * (c == 1 ? y : HEIGHT - y)
                                                   + g_rand_int_range (rand, 0, 1500);
  return image;
}

/* As a model that paints everything darker and warmer would. */
static PentImage *
make_shifted (PentImage *scene)
{
  PentImage *image = pent_image_crop (scene, 0, 0, WIDTH, HEIGHT, NULL);

  for (int i = 0; i < WIDTH * HEIGHT; i++)
    {
      samples (image)[i * 3] *= 0.95;
      samples (image)[i * 3 + 1] *= 0.88;
      samples (image)[i * 3 + 2] *= 0.80;
    }
  return image;
}

static PentMask *
make_mask (const PentRect *rect)
{
  PentMask *mask = pent_mask_new (WIDTH, HEIGHT);

  for (int y = 0; y < HEIGHT; y++)
    for (int x = 0; x < WIDTH; x++)
      mask->values[y * WIDTH + x] = is_inside (rect, x, y);
  return mask;
}

/* Mean over the box, as a share of white. */
static double
mean_difference (PentImage *a, PentImage *b)
{
  double sum = 0;

  for (int y = box.y; y < box.y + box.height; y++)
    for (int x = box.x; x < box.x + box.width; x++)
      for (int c = 0; c < 3; c++)
        sum += abs (samples (a)[(y * WIDTH + x) * 3 + c] - samples (b)[(y * WIDTH + x) * 3 + c]);
  return sum / (box.width * box.height * 3) / 65535;
}

static double
matched_difference (PentImage *scene, PentImage *painted, double strength)
{
  g_autoptr (PentMask) mask = make_mask (&box);
  g_autoptr (PentImage) matched = pent_match_colours (painted, scene, &all, mask, 12, strength, NULL);

  return mean_difference (matched, scene);
}

static void
test_match (void)
{
  g_autoptr (PentImage) scene = make_scene ();
  g_autoptr (PentImage) shifted = make_shifted (scene);
  double before = mean_difference (shifted, scene);

  g_assert_cmpfloat (before, >, 0.05);
  g_assert_cmpfloat (matched_difference (scene, shifted, 0), ==, before);
  g_assert_cmpfloat (matched_difference (scene, shifted, 1), <, 0.01);
  g_assert_cmpfloat (fabs (matched_difference (scene, shifted, 0.5) - before / 2), <, 0.01);
  /* What is right already stays. */
  g_assert_cmpfloat (matched_difference (scene, scene, 1), <, 0.001);
}

/* A dark thing that reaches over the mask's edge is no shift of colours. */
static void
test_match_new_thing (void)
{
  g_autoptr (PentImage) scene = make_scene ();
  g_autoptr (PentImage) painted = pent_image_crop (scene, 0, 0, WIDTH, HEIGHT, NULL);
  const PentRect thing = { 15, 30, 30, 15 };

  for (int y = 0; y < HEIGHT; y++)
    for (int x = 0; x < WIDTH; x++)
      if (is_inside (&thing, x, y))
        memset (samples (painted) + (y * WIDTH + x) * 3, 0, 6);
  double before = mean_difference (painted, scene);
  g_assert_cmpfloat (fabs (matched_difference (scene, painted, 1) - before), <, 0.002);
}

/* Nothing around, or hardly anything: nothing to go by. */
static void
test_match_without_ring (void)
{
  g_autoptr (PentImage) scene = make_scene ();
  g_autoptr (PentImage) shifted = make_shifted (scene);
  g_autoptr (PentMask) full = pent_mask_new_full (WIDTH, HEIGHT);

  for (int kept = 0; kept < 2; kept++)
    {
      full->values[0] = 1 - kept;
      g_autoptr (PentImage) matched = pent_match_colours (shifted, scene, &all, full, 1, 1, NULL);
      g_assert_true (matched == shifted);
    }
}

/* Darker on the left, lighter on the right: no one shift mends it, but at the
 * edge the tone is met. A thing inside keeps its own. */
static void
test_tone (void)
{
  g_autoptr (PentImage) scene = make_scene ();
  g_autoptr (PentImage) painted = pent_image_crop (scene, 0, 0, WIDTH, HEIGHT, NULL);
  g_autoptr (PentMask) mask = make_mask (&box);
  double before = 0, after = 0;

  for (int y = 0; y < HEIGHT; y++)
    for (int x = 0; x < WIDTH; x++)
      for (int c = 0; c < 3; c++)
        samples (painted)[(y * WIDTH + x) * 3 + c] += (x - box.x - box.width / 2) * 200;
  g_autoptr (PentImage) toned = pent_tone_edges (painted, scene, &all, mask, 10, 1, NULL);
  g_autoptr (PentImage) untouched = pent_tone_edges (painted, scene, &all, mask, 10, 0, NULL);
  g_assert_true (untouched == painted);
  for (int y = box.y; y < box.y + box.height; y++)
    for (int side = 0; side < 2; side++)
      {
        int i = (y * WIDTH + (side == 0 ? box.x : box.x + box.width - 1)) * 3;
        before += abs (samples (painted)[i] - samples (scene)[i]) / 65535.0 / (2 * box.height);
        after += abs (samples (toned)[i] - samples (scene)[i]) / 65535.0 / (2 * box.height);
      }
  g_assert_cmpfloat (before, >, 0.04);
  g_assert_cmpfloat (after, <, 0.01);
}

static PentEditResult *
make_result (PentLayerKind kind)
{
  const PentJoin how = { 0, -1, 1 };
  g_autoptr (PentImage) scene = make_scene ();
  g_autoptr (PentImage) painted = pent_image_new (WIDTH, HEIGHT, 3, 16, NULL);
  g_autoptr (PentMask) mask = make_mask (&box);
  PentEditResult *result = pent_edit_result_new (scene, &how);

  g_ptr_array_add (result->layers, pent_edit_layer_new (kind, &all, painted, mask, 6, 10));
  return result;
}

/* What is new lies in the box moved outwards by @grow, all of it where
 * @feather is 0. */
static void
check_join (const PentEditResult *edit, const PentJoin *how, int grow)
{
  const PentRect seen = pent_rect_expand (&box, grow);
  g_autoptr (GError) error = NULL;
  g_autoptr (PentImage) joined = pent_edit_result_join (edit, how, &error);

  g_assert_no_error (error);
  for (int y = 0; y < HEIGHT; y++)
    for (int x = 0; x < WIDTH; x++)
      {
        gboolean same = memcmp (samples (joined) + (y * WIDTH + x) * 3, samples (edit->base) + (y * WIDTH + x) * 3, 6) == 0;
        gboolean black = samples (joined)[(y * WIDTH + x) * 3] == 0;
        if (!is_inside (&seen, x, y))
          g_assert_true (same);
        else if (how->feather == 0 && how->match == 0)
          g_assert_true (black);
      }
}

static void
test_join (void)
{
  static const PentJoin ways[] = {
    { 0, -1, 1 }, { 0, 0, 0 }, { 5, 0, 0 }, { -5, 0, 0 }, { 0, 20, 0 }, { 7, 3, 0.5 }, { -7, 30, 1 },
  };
  g_autoptr (PentEditResult) edit = make_result (PENT_LAYER_EDIT), margin = make_result (PENT_LAYER_MARGIN);

  for (guint i = 0; i < G_N_ELEMENTS (ways); i++)
    {
      check_join (edit, &ways[i], ways[i].grow);
      check_join (margin, &ways[i], 0);
    }
}

/* Inside a slope the new part comes up evenly, from the edge inwards. */
static void
test_slope (void)
{
  g_autoptr (PentEditResult) edit = make_result (PENT_LAYER_EDIT);
  g_autoptr (PentImage) joined = pent_edit_result_join (edit, &(PentJoin){ 0, 10, 0 }, NULL);
  int y = box.y + box.height / 2;
  double last = 1;

  for (int x = box.x; x < box.x + 10; x++)
    {
      double share = samples (joined)[(y * WIDTH + x) * 3] / (double) samples (edit->base)[(y * WIDTH + x) * 3];
      g_assert_cmpfloat (share, <, last);
      g_assert_cmpfloat (last - share, <, 0.2);
      last = share;
    }
  g_assert_cmpint (samples (joined)[(y * WIDTH + box.x + 11) * 3], ==, 0);
}

/* A stroke, down to a single pixel, is all new in its middle; beside something
 * thick it comes up no worse. */
static void
test_thin (void)
{
  for (int width = 1; width <= 12; width++)
    for (int thick = 0; thick < 2; thick++)
      {
        const PentRect stroke = { 20, 0, width, HEIGHT }, block = { 60, 20, 30, 30 };
        g_autoptr (PentMask) mask = make_mask (&stroke);
        for (int i = 0; thick && i < WIDTH * HEIGHT; i++)
          mask->values[i] += is_inside (&block, i % WIDTH, i / WIDTH);
        g_autoptr (PentMask) alpha = pent_mask_to_alpha (mask, 25);
        const float *row = alpha->values + 10 * WIDTH + stroke.x;
        g_assert_cmpfloat (row[-1], ==, 0);
        g_assert_cmpfloat (row[width], ==, 0);
        g_assert_cmpfloat (row[width / 2], >, width <= 2 ? 0.99 : 0.9);
        for (int i = 1; i <= width / 2; i++)
          g_assert_cmpfloat (row[i], >=, row[i - 1]);
        for (int i = 0; thick && i < 7; i++)
          g_assert_cmpfloat (alpha->values[35 * WIDTH + block.x + i], <=, 0.5);
      }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/join/match", test_match);
  g_test_add_func ("/join/match-new-thing", test_match_new_thing);
  g_test_add_func ("/join/match-without-ring", test_match_without_ring);
  g_test_add_func ("/join/tone", test_tone);
  g_test_add_func ("/join/join", test_join);
  g_test_add_func ("/join/slope", test_slope);
  g_test_add_func ("/join/thin", test_thin);
  return g_test_run ();
}
