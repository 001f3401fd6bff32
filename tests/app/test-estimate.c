/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pent-estimate.h"

static GPtrArray *
new_figures (void)
{
  static PentLibraryFigures figures[] = {
    { .model = (char *) "starter", .width = 128, .height = 128, .n_pictures = 4, .total = { 2, 3, 4 } },
    { .model = (char *) "starter", .width = 256, .height = 256, .n_pictures = 4, .total = { 10, 11, 12 } },
    { .model = (char *) "large", .width = 512, .height = 512, .n_pictures = 1, .total = { 60, 60, 60 } },
  };
  GPtrArray *list = g_ptr_array_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (figures); i++)
    g_ptr_array_add (list, &figures[i]);
  return list;
}

/* Of the model's own pictures, those whose size is nearest tell. */
static void
test_nearest (void)
{
  g_autoptr (GPtrArray) figures = new_figures ();
  PentEstimate estimate;

  g_assert_true (pent_estimate (figures, "", 128, 128, 10, &estimate));
  g_assert_cmpfloat_with_epsilon (estimate.seconds, 20, 1e-9);
  g_assert_cmpint (estimate.bytes, ==, 10 * 128 * 128 * 2);
  g_assert_true (pent_estimate (figures, "", 512, 256, 1, &estimate));
  g_assert_cmpfloat_with_epsilon (estimate.seconds, 20, 1e-9);
  g_assert_true (pent_estimate (figures, "/models/large.safetensors", 512, 512, 3, &estimate));
  g_assert_cmpfloat_with_epsilon (estimate.seconds, 180, 1e-9);
}

static void
test_unknown (void)
{
  g_autoptr (GPtrArray) figures = new_figures ();
  g_autoptr (GPtrArray) none = g_ptr_array_new ();
  PentEstimate estimate;

  g_assert_false (pent_estimate (figures, "/models/other.safetensors", 512, 512, 3, &estimate));
  g_assert_false (pent_estimate (none, "", 512, 512, 3, &estimate));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/estimate/nearest", test_nearest);
  g_test_add_func ("/estimate/unknown", test_unknown);
  return g_test_run ();
}
