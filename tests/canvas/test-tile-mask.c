/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pent-mask-grow.h"
#include "pent-mask-shape.h"
#include "pent-tile-mask.h"

#include <string.h>

/* Sizes at, below and above whole tiles. */
static const int sizes[][2] = { { 1, 1 }, { 8, 200 }, { 64, 64 }, { 65, 63 }, { 130, 129 }, { 256, 192 } };

/* The same mask, as one block of bytes. */
static guint8 *
to_plain (const PentTileMask *mask)
{
  PentRect all = { 0, 0, pent_tile_mask_get_width (mask), pent_tile_mask_get_height (mask) };
  guint8 *values = g_malloc (all.width * all.height);

  pent_tile_mask_read (mask, &all, values, all.width);
  return values;
}

static PentTileMask *
random_mask (GRand *random, int width, int height)
{
  PentTileMask *mask = pent_tile_mask_new (width, height);

  for (int i = 0; i < 4; i++)
    {
      int x = g_rand_int_range (random, 0, width), y = g_rand_int_range (random, 0, height), n;
      guint8 *row = pent_tile_mask_edit_row (mask, x, y, &n);
      g_assert_cmpint (n, >, 0);
      g_assert_cmpint (x + n, <=, width);
      for (int j = 0; j < n; j++)
        row[j] = g_rand_int_range (random, 0, 256);
    }
  return mask;
}

typedef void (*Check) (GRand *random, int width, int height);

static void
each_size (gconstpointer data)
{
  Check check = *(const Check *) data;
  g_autoptr (GRand) random = g_rand_new_with_seed (20);

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    check (random, sizes[i][0], sizes[i][1]);
}

/* A copy does not see what is done to the other, in either direction. */
static void
check_copies (GRand *random, int width, int height)
{
  g_autoptr (PentTileMask) mask = random_mask (random, width, height);
  g_autoptr (PentTileMask) copy = pent_tile_mask_copy (mask);
  g_autofree guint8 *before = to_plain (mask);
  int n;

  g_assert_true (pent_tile_mask_equal (mask, copy));
  g_assert_cmpuint (pent_tile_mask_measure_own (copy, mask), <, 4096);
  for (int y = 0; y < height; y += 7)
    for (int x = 0; x < width; x += n)
      pent_tile_mask_edit_row (mask, x, y, &n)[0] ^= 0x55;
  g_autofree guint8 *of_copy = to_plain (copy);
  g_assert_cmpmem (of_copy, width * height, before, width * height);
  g_assert_false (pent_tile_mask_equal (mask, copy));

  PentRect difference = pent_tile_mask_find_difference (mask, copy);
  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      {
        PentRect pixel = { x, y, 1, 1 };
        if (pent_tile_mask_get (mask, x, y) != pent_tile_mask_get (copy, x, y))
          g_assert_true (pent_rect_contains (&difference, &pixel));
      }
}

static void
check_whole (GRand *random, int width, int height)
{
  g_autoptr (PentTileMask) mask = random_mask (random, width, height);
  g_autoptr (PentTileMask) inverted = pent_tile_mask_copy (mask);

  pent_tile_mask_invert (inverted);
  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      g_assert_cmpint (pent_tile_mask_get (inverted, x, y), ==, 255 - pent_tile_mask_get (mask, x, y));
  pent_tile_mask_invert (inverted);
  g_assert_true (pent_tile_mask_equal (mask, inverted));

  pent_tile_mask_fill (mask, 77);
  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      g_assert_cmpint (pent_tile_mask_get (mask, x, y), ==, 77);
  pent_tile_mask_fill (mask, 0);
  g_assert_true (pent_tile_mask_is_empty (mask));
  PentRect all = { 0, 0, width, height };
  g_assert_true (pent_tile_mask_is_clear (mask, &all));
}

static void
check_bounds (GRand *random, int width, int height)
{
  g_autoptr (PentTileMask) mask = random_mask (random, width, height);
  PentRect bounds = pent_tile_mask_find_bounds (mask);
  int left = width, top = height, right = 0, bottom = 0;

  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      if (pent_tile_mask_get (mask, x, y) != 0)
        {
          left = MIN (left, x);
          right = MAX (right, x + 1);
          top = MIN (top, y);
          bottom = MAX (bottom, y + 1);
        }
  g_assert_cmpint (bounds.x, ==, left);
  g_assert_cmpint (bounds.y, ==, top);
  g_assert_cmpint (bounds.width, ==, right - left);
  g_assert_cmpint (bounds.height, ==, bottom - top);
}

static void
check_image (GRand *random, int width, int height)
{
  g_autoptr (PentTileMask) mask = random_mask (random, width, height);
  g_autoptr (PentImage) image = pent_tile_mask_to_image (mask, NULL);
  g_autoptr (PentTileMask) back = pent_tile_mask_from_image (image, width, height, NULL);

  g_assert_true (pent_tile_mask_equal (mask, back));
}

/* Against the definition: the largest value in a disc. */
static void
check_grow (GRand *random, int width, int height)
{
  const int radii[] = { 1, 2, 5, 40 };

  for (gsize i = 0; i < G_N_ELEMENTS (radii); i++)
    {
      int r = radii[i];
      g_autoptr (PentTileMask) mask = random_mask (random, width, height);
      g_autoptr (PentTileMask) grown = pent_tile_mask_copy (mask);
      g_autoptr (PentTileMask) closed = NULL;
      pent_tile_mask_grow (grown, r);
      for (int k = 0; k < 300; k++)
        {
          int x = g_rand_int_range (random, 0, width), y = g_rand_int_range (random, 0, height), most = 0;
          for (int dy = -r; dy <= r; dy++)
            for (int dx = -r; dx <= r; dx++)
              if (dx * dx + dy * dy <= (r + 0.5) * (r + 0.5))
                most = MAX (most, pent_tile_mask_get (mask, x + dx, y + dy));
          g_assert_cmpint (pent_tile_mask_get (grown, x, y), ==, most);
        }
      /* Growing and shrinking again takes nothing away. */
      closed = pent_tile_mask_copy (grown);
      pent_tile_mask_shrink (closed, r);
      for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++)
          g_assert_cmpint (pent_tile_mask_get (closed, x, y), >=, pent_tile_mask_get (mask, x, y));
    }
}

static void
check_paste (GRand *random, int width, int height)
{
  g_autoptr (PentTileMask) mask = random_mask (random, width, height);
  g_autoptr (PentTileMask) small = random_mask (random, 70, 30);
  g_autoptr (PentTileMask) joined = pent_tile_mask_copy (mask);
  int left = g_rand_int_range (random, -80, width + 10), top = g_rand_int_range (random, -40, height + 10);

  pent_tile_mask_paste (joined, small, left, top);
  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      {
        gboolean inside = x >= left && x < left + 70 && y >= top && y < top + 30;
        guint8 value = inside ? pent_tile_mask_get (small, x - left, y - top) : pent_tile_mask_get (mask, x, y);
        g_assert_cmpint (pent_tile_mask_get (joined, x, y), ==, value);
      }
}

static void
test_rectangle (void)
{
  g_autoptr (PentTileMask) mask = pent_tile_mask_new (200, 100);
  const PentPoint points[] = { { 10, 20 }, { 150, 20 }, { 150, 70.5 }, { 10, 70.5 } };
  PentRect area = pent_mask_shape_fill (mask, points, 4, 1, FALSE);
  PentRect bounds = pent_tile_mask_find_bounds (mask);

  g_assert_true (pent_rect_contains (&area, &bounds));
  for (int y = 0; y < 100; y++)
    for (int x = 0; x < 200; x++)
      {
        gboolean inside = x >= 10 && x < 150 && y >= 20 && y <= 70;
        g_assert_cmpint (pent_tile_mask_get (mask, x, y), ==, !inside ? 0 : y == 70 ? 128 : 255);
      }
  /* Half taken away again leaves half. */
  pent_mask_shape_fill (mask, points, 4, 0.5, TRUE);
  g_assert_cmpint (pent_tile_mask_get (mask, 50, 50), ==, 127);
}

/* A triangle, a pentagram that crosses itself, a line, shapes outside. */
static void
test_polygons (void)
{
  g_autoptr (PentTileMask) mask = pent_tile_mask_new (200, 200);
  const PentPoint triangle[] = { { 0, 0 }, { 200, 0 }, { 0, 200 } };
  const PentPoint star[] = { { 100, 10 }, { 153, 173 }, { 14, 72 }, { 186, 72 }, { 47, 173 } };
  const PentPoint line[] = { { 10, 10 }, { 100, 100 }, { 10, 10 } };
  const PentPoint outside[] = { { -1e9, -1e9 }, { -5, -1e9 }, { -5, 1e9 } };
  const PentPoint around[] = { { -1e9, -1e9 }, { 1e9, -1e9 }, { 1e9, 1e9 }, { -1e9, 1e9 } };
  double sum = 0;

  pent_mask_shape_fill (mask, triangle, 3, 1, FALSE);
  for (int y = 0; y < 200; y++)
    for (int x = 0; x < 200; x++)
      sum += pent_tile_mask_get (mask, x, y) / 255.0;
  g_assert_cmpfloat_with_epsilon (sum, 20000, 20);

  pent_tile_mask_fill (mask, 0);
  pent_mask_shape_fill (mask, line, 3, 1, FALSE);
  pent_mask_shape_fill (mask, outside, 3, 1, FALSE);
  g_assert_true (pent_tile_mask_is_empty (mask));

  pent_mask_shape_fill (mask, star, 5, 1, FALSE);
  g_assert_cmpint (pent_tile_mask_get (mask, 100, 100), ==, 255);
  g_assert_cmpint (pent_tile_mask_get (mask, 20, 20), ==, 0);

  pent_mask_shape_fill (mask, around, 4, 1, FALSE);
  pent_tile_mask_invert (mask);
  g_assert_true (pent_tile_mask_is_empty (mask));
}

/* The command line's meaning of a mask: luminance times alpha. */
static void
test_from_image (void)
{
  g_autoptr (PentImage) image = pent_image_new (2, 2, 4, 8, NULL);
  const guint8 pixels[] = { 255, 255, 255, 255, 255, 255, 255, 51, 255, 0, 0, 255, 0, 0, 0, 255 };
  g_autoptr (PentTileMask) mask = NULL;
  g_autoptr (PentTileMask) large = NULL;

  memcpy (image->pixels, pixels, sizeof pixels);
  mask = pent_tile_mask_from_image (image, 2, 2, NULL);
  g_assert_cmpint (pent_tile_mask_get (mask, 0, 0), ==, 255);
  g_assert_cmpint (pent_tile_mask_get (mask, 1, 0), ==, 51);
  g_assert_cmpint (pent_tile_mask_get (mask, 0, 1), ==, 76);
  g_assert_cmpint (pent_tile_mask_get (mask, 1, 1), ==, 0);

  /* What is kept is kept, far from the edge, at another size too. */
  g_autoptr (PentImage) half = pent_image_new (64, 64, 1, 8, NULL);
  for (int y = 0; y < 64; y++)
    memset (half->pixels + y * half->stride, 255, 32);
  large = pent_tile_mask_from_image (half, 640, 640, NULL);
  for (int x = 0; x < 640; x++)
    if (x < 300 || x >= 340)
      g_assert_cmpint (pent_tile_mask_get (large, x, 320), ==, x < 320 ? 255 : 0);
}

int
main (int argc, char **argv)
{
  static const struct { const char *path; Check check; } checks[] = {
    { "/tile-mask/copies", check_copies }, { "/tile-mask/whole", check_whole },
    { "/tile-mask/bounds", check_bounds }, { "/tile-mask/image", check_image },
    { "/tile-mask/grow", check_grow },     { "/tile-mask/paste", check_paste },
  };

  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (checks); i++)
    g_test_add_data_func (checks[i].path, &checks[i].check, each_size);
  g_test_add_func ("/tile-mask/rectangle", test_rectangle);
  g_test_add_func ("/tile-mask/polygons", test_polygons);
  g_test_add_func ("/tile-mask/from-image", test_from_image);
  return g_test_run ();
}
