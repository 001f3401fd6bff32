/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What must hold for the geometry of every edit, over random masks, sizes and
 * settings. */
#define G_LOG_DOMAIN "pentimento"

#include <math.h>
#include <string.h>

#include "pent-geometry.h"
#include "pent-outpaint.h"
#include "pent-tiles.h"

#define N_EDITS 500

/* Lengths spread evenly over their logarithm: small ones are as likely. */
static int
random_length (GRand *rand, int most)
{
  return CLAMP ((int) exp (g_rand_double_range (rand, 0, log (most + 1.0))), 1, most);
}

static int
random_width (GRand *rand, int most)
{
  return g_rand_boolean (rand) ? PENT_UNSET : g_rand_int_range (rand, 0, most);
}

static PentEdit
random_edit (GRand *rand)
{
  static const int natives[] = { 64, 128, 256, 512, 768, 1024 };
  PentEdit edit = {
    .width = random_length (rand, 8192), .height = random_length (rand, 8192),
    .native = natives[g_rand_int_range (rand, 0, G_N_ELEMENTS (natives))], .cell = 8,
    .region = g_rand_int_range (rand, 0, 3), .strength = g_rand_double (rand),
  };

  edit.bounds.width = random_length (rand, edit.width);
  edit.bounds.height = random_length (rand, edit.height);
  edit.bounds.x = g_rand_int_range (rand, 0, edit.width - edit.bounds.width + 1);
  edit.bounds.y = g_rand_int_range (rand, 0, edit.height - edit.bounds.height + 1);
  edit.grow = random_width (rand, 200);
  edit.feather = random_width (rand, 200);
  edit.blend = random_width (rand, 200);
  return edit;
}

static PentRect
padded_picture (const PentEdit *edit)
{
  return (PentRect){ 0, 0, pent_geometry_pad (edit->width, edit->cell), pent_geometry_pad (edit->height, edit->cell) };
}

static gboolean
is_whole (const PentEdit *edit)
{
  return edit->region == PENT_REGION_WHOLE
         || (edit->region == PENT_REGION_AUTO
             && (double) edit->width * edit->height <= 1.5 * edit->native * edit->native);
}

static void
check_region (const PentEdit *edit, const PentGeometry *g)
{
  const PentRect picture = padded_picture (edit);
  PentRect reached = pent_rect_expand (&edit->bounds, g->grow + g->feather);
  double least = edit->region == PENT_REGION_MASKED ? edit->native / 2.0 : edit->native;

  reached = pent_rect_intersect (&reached, &picture);
  g_assert_true (pent_rect_contains (&picture, &g->region));
  g_assert_true (pent_rect_contains (&g->region, &reached));
  g_assert_cmpint (g->region.width % 8, ==, 0);
  g_assert_cmpint (g->region.height % 8, ==, 0);
  if (is_whole (edit))
    {
      g_assert_cmpmem (&g->region, sizeof g->region, &picture, sizeof picture);
      g_assert_false (pent_geometry_is_scaled (g));
    }
  else
    g_assert_cmpfloat ((double) g->region.width * g->region.height, >=,
                       MIN ((double) picture.width * picture.height, least * least));
}

/* Context: room for a quarter of the mask's mean side, shared by both sides. */
static void
check_context (const PentEdit *edit, const PentGeometry *g)
{
  const PentRect picture = padded_picture (edit);
  int mean = (edit->bounds.width + edit->bounds.height) / 2;

  if (is_whole (edit))
    return;
  g_assert_cmpint (g->region.width, >=, MIN (picture.width, edit->bounds.width + mean / 2));
  g_assert_cmpint (g->region.height, >=, MIN (picture.height, edit->bounds.height + mean / 2));
}

static void
check_run_size (const PentEdit *edit, const PentGeometry *g)
{
  double area = (double) g->region.width * g->region.height;
  double run_area = (double) g->run_width * g->run_height;
  double native = (double) edit->native * edit->native;

  g_assert_cmpint (g->run_width, >=, 8);
  g_assert_cmpint (g->run_height, >=, 8);
  g_assert_cmpint (g->run_width % 8, ==, 0);
  g_assert_cmpint (g->run_height % 8, ==, 0);
  if (is_whole (edit) || (area >= native && area <= 1.5 * native))
    g_assert_false (pent_geometry_is_scaled (g));
  else if (area > native)
    {
      g_assert_cmpint (g->run_width, <=, MAX (g->region.width, 8));
      /* A side is rounded to a cell, which is much of a very short one. */
      if (MIN (g->run_width, g->run_height) >= 64)
        g_assert_cmpfloat_with_epsilon (run_area / native, 1.5, 0.2);
    }
  else
    g_assert_cmpfloat (run_area, <=, 16 * area);
}

static void
check_widths (const PentEdit *edit, const PentGeometry *g)
{
  if (edit->grow != PENT_UNSET)
    g_assert_cmpint (g->grow, ==, edit->grow);
  if (edit->feather != PENT_UNSET)
    g_assert_cmpint (g->feather, ==, edit->feather);
  g_assert_cmpint (g->grow, >=, 0);
  g_assert_cmpint (g->feather, >=, 0);
  g_assert_cmpint (g->blend, >=, 0);
  if (edit->blend != PENT_UNSET)
    g_assert_cmpint (g->blend, ==, edit->blend);
  else
    g_assert_cmpint (g->blend, <=, g->grow + g->feather / 2);
}

static void
test_random (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);

  for (int i = 0; i < N_EDITS; i++)
    {
      const PentEdit edit = random_edit (rand);
      const PentGeometry geometry = pent_geometry_solve (&edit);
      g_test_message ("%d: %d x %d, mask %d,%d %d x %d, native %d, region %s: %d,%d %d x %d at %d x %d", i, edit.width,
                      edit.height, edit.bounds.x, edit.bounds.y, edit.bounds.width, edit.bounds.height, edit.native,
                      pent_region_name (edit.region), geometry.region.x, geometry.region.y, geometry.region.width,
                      geometry.region.height, geometry.run_width, geometry.run_height);
      check_region (&edit, &geometry);
      check_context (&edit, &geometry);
      check_run_size (&edit, &geometry);
      check_widths (&edit, &geometry);
    }
}

/* Krita AI Diffusion's widths, worked out by hand. */
static void
test_widths (void)
{
  PentEdit edit = {
    .width = 512, .height = 512, .bounds = { 100, 100, 300, 400 }, .native = 512, .cell = 8,
    .grow = PENT_UNSET, .feather = PENT_UNSET, .blend = PENT_UNSET, .strength = 1,
  };
  PentGeometry g = pent_geometry_solve (&edit);
  g_assert_cmpint (g.feather, ==, 50);
  g_assert_cmpint (g.grow, ==, 29);
  g_assert_cmpint (g.blend, ==, 25);

  edit.bounds = (PentRect){ 100, 100, 30, 40 };
  g = pent_geometry_solve (&edit);
  g_assert_cmpint (g.feather, ==, 32);
  g_assert_cmpint (g.grow, ==, 20);

  edit.native = 128;
  g = pent_geometry_solve (&edit);
  g_assert_cmpint (g.feather, ==, 8);
  g_assert_cmpint (g.grow, ==, 5);
  g_assert_cmpint (g.blend, ==, 6);
}

/* A small mask in a photograph: the model's size at the photograph's scale. */
static void
test_photograph (void)
{
  PentEdit edit = {
    .width = 6000, .height = 4000, .bounds = { 2000, 1000, 300, 300 }, .native = 512, .cell = 8,
    .grow = PENT_UNSET, .feather = PENT_UNSET, .blend = PENT_UNSET, .strength = 1,
  };
  PentGeometry g = pent_geometry_solve (&edit);
  g_assert_false (pent_geometry_is_scaled (&g));
  g_assert_cmpint (g.region.width, >=, 512);
  g_assert_cmpint (g.region.width, <=, 632);

  edit.bounds = (PentRect){ 2000, 1000, 3000, 2000 };
  g = pent_geometry_solve (&edit);
  g_assert_cmpint (g.region.width, >, 4000);
  g_assert_cmpint (g.run_width, <, 800);

  edit.bounds = (PentRect){ 2000, 1000, 20, 20 };
  edit.region = PENT_REGION_MASKED;
  g = pent_geometry_solve (&edit);
  g_assert_true (pent_geometry_is_scaled (&g) || g.region.width >= 512);
  g_assert_cmpint (g.run_width, >=, 512);
}

static void
cover (guint8 *known, int width, const PentRect *rect)
{
  for (int y = rect->y; y < rect->y + rect->height; y++)
    memset (known + (gsize) y * width + rect->x, 1, rect->width);
}

static gsize
count (const guint8 *known, int width, const PentRect *rect)
{
  gsize n = 0;

  for (int y = rect->y; y < rect->y + rect->height; y++)
    for (int x = rect->x; x < rect->x + rect->width; x++)
      n += known[(gsize) y * width + x];
  return n;
}

static void
check_strip (const PentStrip *strip, int width, int height, int native, const guint8 *known)
{
  const PentRect canvas = { 0, 0, width, height };
  const PentRect padded = { 0, 0, pent_geometry_pad (width, 8), pent_geometry_pad (height, 8) };
  PentRect seen = pent_rect_intersect (&strip->region, &canvas);

  g_assert_true (pent_rect_contains (&padded, &strip->region));
  g_assert_true (pent_rect_contains (&canvas, &strip->paint));
  g_assert_true (pent_rect_contains (&strip->region, &strip->paint));
  g_assert_cmpint (strip->region.width % 8, ==, 0);
  g_assert_cmpint (strip->region.height % 8, ==, 0);
  g_assert_cmpfloat ((double) strip->region.width * strip->region.height, <=, 1.5 * native * native);
  /* Something new from something known. */
  g_assert_cmpuint (count (known, width, &strip->paint), <, (gsize) strip->paint.width * strip->paint.height);
  g_assert_cmpuint (count (known, width, &seen), >, 0);
}

static void
test_outpaint (void)
{
  static const int natives[] = { 64, 128, 256 };
  g_autoptr (GRand) rand = g_rand_new_with_seed (2);

  for (int i = 0; i < N_EDITS / 5; i++)
    {
      int native = natives[i % 3];
      PentRect known = { g_rand_int_range (rand, 0, 300), g_rand_int_range (rand, 0, 300), random_length (rand, 500),
                         random_length (rand, 500) };
      int width = known.x + known.width + g_rand_int_range (rand, 0, 300);
      int height = known.y + known.height + g_rand_int_range (rand, 0, 300);
      g_autofree guint8 *map = g_new0 (guint8, (gsize) width * height);
      g_autoptr (GArray) strips = pent_outpaint_plan (width, height, &known, native, 8);
      const PentRect canvas = { 0, 0, width, height };

      cover (map, width, &known);
      for (guint j = 0; j < strips->len; j++)
        {
          const PentStrip *strip = &g_array_index (strips, PentStrip, j);
          check_strip (strip, width, height, native, map);
          cover (map, width, &strip->paint);
        }
      g_assert_cmpuint (count (map, width, &canvas), ==, (gsize) width * height);
    }
}

/* Tiles cover the picture, are whole cells inside it when it is padded, not much
 * larger than asked for, and each laps over those before it by a quarter. */
static void
test_tiles (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (3);

  for (int i = 0; i < N_EDITS / 5; i++)
    {
      int width = random_length (rand, 1000), height = random_length (rand, 1000);
      int side = 8 * g_rand_int_range (rand, 8, 64);
      const PentRect canvas = { 0, 0, width, height };
      const PentRect padded = { 0, 0, pent_geometry_pad (width, 8), pent_geometry_pad (height, 8) };
      g_autofree guint8 *map = g_new0 (guint8, (gsize) width * height);
      g_autoptr (GArray) tiles = pent_tiles_plan (width, height, side, 8);

      for (guint j = 0; j < tiles->len; j++)
        {
          const PentRect *tile = &g_array_index (tiles, PentRect, j);
          PentRect seen = pent_rect_intersect (tile, &canvas);
          g_assert_true (pent_rect_contains (&padded, tile));
          g_assert_cmpint (tile->width % 8 + tile->height % 8, ==, 0);
          g_assert_cmpint (MAX (tile->width, tile->height), <=, side * 5 / 4);
          if (j > 0)
            g_assert_cmpuint (count (map, width, &seen), >=, (gsize) MIN (seen.width, seen.height) * (side / 4 - 8));
          cover (map, width, &seen);
        }
      g_assert_cmpuint (count (map, width, &canvas), ==, (gsize) width * height);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/geometry/random", test_random);
  g_test_add_func ("/geometry/widths", test_widths);
  g_test_add_func ("/geometry/photograph", test_photograph);
  g_test_add_func ("/geometry/outpaint", test_outpaint);
  g_test_add_func ("/geometry/tiles", test_tiles);
  return g_test_run ();
}
