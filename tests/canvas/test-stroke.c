/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pent-stroke.h"

#include <math.h>

#define SIDE 300

static const PentBrush hard = { .size = 40, .hardness = 1, .opacity = 1 };

/* From (x0, y0) to (x1, y1) in @n steps. */
static PentTileMask *
paint_line (const PentBrush *brush, double x0, double y0, double x1, double y1, int n)
{
  PentTileMask *mask = pent_tile_mask_new (SIDE, SIDE);
  g_autoptr (PentStroke) stroke = pent_stroke_new (mask, brush);

  for (int i = 0; i <= n; i++)
    pent_stroke_add (stroke, x0 + (x1 - x0) * i / n, y0 + (y1 - y0) * i / n, 1);
  return mask;
}

static void
test_dab (void)
{
  g_autoptr (PentTileMask) mask = paint_line (&hard, 150, 150, 150, 150, 1);
  double sum = 0;

  for (int y = 0; y < SIDE; y++)
    for (int x = 0; x < SIDE; x++)
      {
        double distance = hypot (x + 0.5 - 150, y + 0.5 - 150);
        guint8 value = pent_tile_mask_get (mask, x, y);
        if (distance < 19)
          g_assert_cmpint (value, ==, 255);
        if (distance > 21)
          g_assert_cmpint (value, ==, 0);
        sum += value / 255.0;
      }
  g_assert_cmpfloat_with_epsilon (sum, G_PI * 20 * 20, 25);
}

/* A soft brush falls from its middle to its edge, and never rises. */
static void
test_softness (void)
{
  const PentBrush soft = { .size = 100, .hardness = 0, .opacity = 1 };
  g_autoptr (PentTileMask) mask = paint_line (&soft, 150, 150.5, 150, 150.5, 1);
  int last = 255;

  for (int x = 150; x < 210; x++)
    {
      int value = pent_tile_mask_get (mask, x, 150);
      g_assert_cmpint (value, <=, last);
      last = value;
    }
  g_assert_cmpint (pent_tile_mask_get (mask, 150, 150), >=, 254);
  g_assert_cmpint (pent_tile_mask_get (mask, 175, 150), >, 100);
  g_assert_cmpint (pent_tile_mask_get (mask, 175, 150), <, 150);
  g_assert_cmpint (last, ==, 0);
}

/* However often the pointer is told of, and however fast it is. */
static void
test_sampling (void)
{
  const PentBrush brush = { .size = 30, .hardness = 0.5, .opacity = 0.8 };
  g_autoptr (PentTileMask) once = paint_line (&brush, 40, 50, 260, 210, 1);
  g_autoptr (PentTileMask) often = paint_line (&brush, 40, 50, 260, 210, 97);

  for (int y = 0; y < SIDE; y++)
    for (int x = 0; x < SIDE; x++)
      g_assert_cmpint (abs (pent_tile_mask_get (once, x, y) - pent_tile_mask_get (often, x, y)), <=, 1);
}

/* A half-opaque stroke is half strength, where it crosses itself as well, and
 * half of what is there when it erases. */
static void
test_opacity (void)
{
  const PentBrush half = { .size = 40, .hardness = 1, .opacity = 0.5 };
  const PentBrush eraser = { .size = 40, .hardness = 1, .opacity = 0.5, .erase = TRUE };
  g_autoptr (PentTileMask) mask = pent_tile_mask_new (SIDE, SIDE);
  PentStroke *stroke = pent_stroke_new (mask, &half);

  pent_stroke_add (stroke, 50, 150, 1);
  pent_stroke_add (stroke, 250, 150, 1);
  pent_stroke_add (stroke, 50, 150, 1);
  pent_stroke_free (stroke);
  g_assert_cmpint (pent_tile_mask_get (mask, 150, 150), ==, 128);

  stroke = pent_stroke_new (mask, &eraser);
  pent_stroke_add (stroke, 150, 150, 1);
  pent_stroke_add (stroke, 150, 150, 1);
  pent_stroke_free (stroke);
  g_assert_cmpint (pent_tile_mask_get (mask, 150, 150), ==, 64);
  g_assert_cmpint (pent_tile_mask_get (mask, 60, 150), ==, 128);
}

static void
test_erase_all (void)
{
  PentBrush eraser = hard;
  g_autoptr (PentTileMask) mask = pent_tile_mask_new (SIDE, SIDE);

  pent_tile_mask_fill (mask, 255);
  eraser.erase = TRUE;
  eraser.size = 900;
  g_autoptr (PentStroke) stroke = pent_stroke_new (mask, &eraser);
  pent_stroke_add (stroke, 150, 150, 1);
  g_assert_true (pent_tile_mask_is_empty (mask));
}

/* Outside the area that is told, nothing changes: the canvas redraws no more. */
static void
test_area (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (9);
  g_autoptr (PentTileMask) mask = pent_tile_mask_new (SIDE, SIDE);

  for (int round = 0; round < 20; round++)
    {
      PentBrush brush = { .size = g_rand_double_range (random, 1, 90), .hardness = g_rand_double (random),
                          .opacity = g_rand_double (random), .erase = round % 3 == 2,
                          .pressure_size = round % 2, .pressure_opacity = round % 4 > 1 };
      g_autoptr (PentStroke) stroke = pent_stroke_new (mask, &brush);
      for (int i = 0; i < 6; i++)
        {
          g_autoptr (PentTileMask) before = pent_tile_mask_copy (mask);
          PentRect area = pent_stroke_add (stroke, g_rand_double_range (random, -80, SIDE + 80),
                                           g_rand_double_range (random, -80, SIDE + 80), g_rand_double (random));
          for (int y = 0; y < SIDE; y++)
            for (int x = 0; x < SIDE; x++)
              {
                PentRect pixel = { x, y, 1, 1 };
                if (!pent_rect_contains (&area, &pixel))
                  g_assert_cmpint (pent_tile_mask_get (mask, x, y), ==, pent_tile_mask_get (before, x, y));
              }
        }
    }
}

/* The order does not matter where nothing is erased, so tiles that are left
 * out because they are far away are rightly left out. */
static void
test_tiles (void)
{
  g_autoptr (PentTileMask) there = paint_line (&hard, -50, 10, 320, 290, 1);
  g_autoptr (PentTileMask) back = paint_line (&hard, 320, 290, -50, 10, 1);

  for (int y = 0; y < SIDE; y++)
    for (int x = 0; x < SIDE; x++)
      {
        double along = (x + 0.5 + 50) * 280 / 370 + 10;
        double distance = fabs (y + 0.5 - along) * 370 / hypot (370, 280);
        g_assert_cmpint (abs (pent_tile_mask_get (there, x, y) - pent_tile_mask_get (back, x, y)), <=, 1);
        if (distance < 19)
          g_assert_cmpint (pent_tile_mask_get (there, x, y), ==, 255);
        if (distance > 21)
          g_assert_cmpint (pent_tile_mask_get (there, x, y), ==, 0);
      }
}

static void
test_far_away (void)
{
  g_autoptr (PentTileMask) mask = pent_tile_mask_new (SIDE, SIDE);
  g_autoptr (PentStroke) stroke = pent_stroke_new (mask, &hard);
  const double far[] = { -1e30, 1e30, 1e9, -1e9 };

  for (gsize i = 0; i < G_N_ELEMENTS (far); i++)
    pent_stroke_add (stroke, far[i], far[3 - i], 1);
  pent_stroke_add (stroke, 10, 10, 1);
  g_assert_cmpint (pent_tile_mask_get (mask, 10, 10), ==, 255);
}

static void
test_pressure (void)
{
  PentBrush brush = { .size = 100, .opacity = 0.6 };

  for (double softness = -1; softness <= 1; softness += 0.25)
    {
      g_assert_cmpfloat (pent_pressure_curve (0, softness), ==, 0);
      g_assert_cmpfloat (pent_pressure_curve (1, softness), ==, 1);
      g_assert_cmpfloat (pent_pressure_curve (-3, softness), ==, 0);
      g_assert_cmpfloat (pent_pressure_curve (NAN, softness), ==, 0);
      g_assert_cmpfloat (pent_pressure_curve (7, softness), ==, 1);
      for (double pressure = 0; pressure < 0.99; pressure += 0.01)
        g_assert_cmpfloat (pent_pressure_curve (pressure, softness), <, pent_pressure_curve (pressure + 0.01, softness));
    }
  g_assert_cmpfloat_with_epsilon (pent_pressure_curve (0.3, 0), 0.3, 1e-12);
  g_assert_cmpfloat (pent_pressure_curve (0.3, 0.5), >, 0.3);
  g_assert_cmpfloat (pent_pressure_curve (0.3, -0.5), <, 0.3);

  g_assert_cmpfloat (pent_brush_radius (&brush, 0.1), ==, 50);
  g_assert_cmpfloat (pent_brush_strength (&brush, 0.1), ==, 0.6);
  brush.pressure_size = brush.pressure_opacity = TRUE;
  g_assert_cmpfloat_with_epsilon (pent_brush_radius (&brush, 0.5), 27.5, 1e-9);
  g_assert_cmpfloat_with_epsilon (pent_brush_strength (&brush, 0.5), 0.3, 1e-9);
  g_assert_cmpfloat (pent_brush_radius (&brush, 0), >=, 0.5);
}

/* From the smallest to the largest and back, without standing still. */
static void
test_steps (void)
{
  double size = PENT_BRUSH_MIN_SIZE;
  int n = 0;

  for (; size < PENT_BRUSH_MAX_SIZE; n++)
    {
      double next = pent_brush_step (size, 1);
      g_assert_cmpfloat (next, >, size);
      size = next;
    }
  g_assert_cmpint (n, <, 80);
  while (size > PENT_BRUSH_MIN_SIZE)
    {
      double next = pent_brush_step (size, -1);
      g_assert_cmpfloat (next, <, size);
      size = next;
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/stroke/dab", test_dab);
  g_test_add_func ("/stroke/softness", test_softness);
  g_test_add_func ("/stroke/sampling", test_sampling);
  g_test_add_func ("/stroke/opacity", test_opacity);
  g_test_add_func ("/stroke/erase-all", test_erase_all);
  g_test_add_func ("/stroke/area", test_area);
  g_test_add_func ("/stroke/tiles", test_tiles);
  g_test_add_func ("/stroke/far-away", test_far_away);
  g_test_add_func ("/stroke/pressure", test_pressure);
  g_test_add_func ("/stroke/steps", test_steps);
  return g_test_run ();
}
