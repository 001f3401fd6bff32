/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pent-viewport.h"

#include <math.h>

static PentViewport
new_viewport (int width, int height, PentRect extent)
{
  PentViewport viewport = { .scale = 1, .fits = TRUE };

  pent_viewport_set_extent (&viewport, &extent);
  pent_viewport_set_size (&viewport, width, height, 20);
  return viewport;
}

/* All of it is seen, in the middle, whatever the sizes are. */
static void
test_fit (void)
{
  const PentRect extents[] = { { 0, 0, 512, 512 }, { -100, -50, 4096, 300 }, { 0, 0, 16, 16 }, { -8, 0, 9, 5000 } };

  for (gsize i = 0; i < G_N_ELEMENTS (extents); i++)
    for (int width = 100; width < 2000; width += 333)
      {
        PentViewport viewport = new_viewport (width, 700, extents[i]);
        double left, top, right, bottom;
        pent_viewport_from_document (&viewport, extents[i].x, extents[i].y, &left, &top);
        pent_viewport_from_document (&viewport, extents[i].x + extents[i].width, extents[i].y + extents[i].height,
                                     &right, &bottom);
        g_assert_cmpfloat (left, >=, 19);
        g_assert_cmpfloat (top, >=, 19);
        g_assert_cmpfloat (right, <=, width - 19);
        g_assert_cmpfloat (bottom, <=, 700 - 19);
        g_assert_cmpfloat_with_epsilon (left, width - right, 2);
        g_assert_cmpfloat_with_epsilon (top, 700 - bottom, 2);
        g_assert_cmpfloat (viewport.x, ==, round (viewport.x));
      }
}

/* What is under the pointer stays there, and both ways are inverse. */
static void
test_zoom (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (3);
  PentViewport viewport = new_viewport (800, 600, (PentRect) { 0, 0, 512, 512 });

  for (int i = 0; i < 300; i++)
    {
      double x = g_rand_double_range (random, 200, 600), y = g_rand_double_range (random, 150, 450);
      double before_x, before_y, after_x, after_y, back_x, back_y;
      pent_viewport_fit (&viewport);
      pent_viewport_to_document (&viewport, x, y, &before_x, &before_y);
      pent_viewport_zoom (&viewport, g_rand_double_range (random, 0.5, 20), x, y);
      pent_viewport_to_document (&viewport, x, y, &after_x, &after_y);
      g_assert_cmpfloat_with_epsilon (before_x, after_x, 1 / viewport.scale);
      g_assert_cmpfloat_with_epsilon (before_y, after_y, 1 / viewport.scale);
      pent_viewport_from_document (&viewport, after_x, after_y, &back_x, &back_y);
      g_assert_cmpfloat_with_epsilon (back_x, x, 1e-6);
      g_assert_cmpfloat_with_epsilon (back_y, y, 1e-6);
      g_assert_false (viewport.fits);
    }
  pent_viewport_zoom (&viewport, 1e9, 400, 300);
  g_assert_cmpfloat (viewport.scale, ==, PENT_VIEWPORT_MAX_SCALE);
  pent_viewport_zoom (&viewport, 0, 400, 300);
  g_assert_cmpfloat (viewport.scale, ==, PENT_VIEWPORT_MIN_SCALE);
}

/* A picture cannot be lost out of view. */
static void
test_pan (void)
{
  const double far[][2] = { { 1e6, 0 }, { -1e6, 0 }, { 0, 1e6 }, { 0, -1e6 }, { -1e6, 1e6 } };

  for (gsize i = 0; i < G_N_ELEMENTS (far); i++)
    {
      PentViewport viewport = new_viewport (800, 600, (PentRect) { 0, 0, 512, 512 });
      double left, top, right, bottom;
      pent_viewport_pan (&viewport, far[i][0], far[i][1]);
      pent_viewport_from_document (&viewport, 0, 0, &left, &top);
      pent_viewport_from_document (&viewport, 512, 512, &right, &bottom);
      g_assert_cmpfloat (left, <, 790);
      g_assert_cmpfloat (right, >, 10);
      g_assert_cmpfloat (top, <, 590);
      g_assert_cmpfloat (bottom, >, 10);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/viewport/fit", test_fit);
  g_test_add_func ("/viewport/zoom", test_zoom);
  g_test_add_func ("/viewport/pan", test_pan);
  return g_test_run ();
}
