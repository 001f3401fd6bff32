/* SPDX-License-Identifier: GPL-3.0-or-later */

/* How long the canvas takes for what happens at the pointer's rate and for
 * what a menu does, on 4096 by 4096 pixels.
 *
 * Usage: bench-canvas
 */
#include "pent-document.h"

#include <math.h>
#include <stdlib.h>

#define SIDE 4096

static int
compare (const void *a, const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

static void
report (const char *what, double *milliseconds, int n)
{
  qsort (milliseconds, n, sizeof *milliseconds, compare);
  g_print ("%-34s p50 %7.2f ms   p95 %7.2f ms   most %7.2f ms\n", what, milliseconds[n / 2],
           milliseconds[n * 95 / 100], milliseconds[n - 1]);
}

static void
bench_stroke (PentDocument *document, double size)
{
  enum { N = 400 };
  double times[N];
  const PentBrush brush = { .size = size, .hardness = 0.7, .opacity = 0.9 };
  g_autofree char *what = g_strdup_printf ("a point of a stroke, %g pixels", size);

  pent_document_begin_stroke (document, &brush, 2048 + 1500, 2048, 1);
  for (int i = 0; i < N; i++)
    {
      double angle = i * 2 * G_PI / N;
      gint64 start = g_get_monotonic_time ();
      pent_document_stroke_to (document, 2048 + 1500 * cos (angle), 2048 + 1500 * sin (angle), 1);
      times[i] = (g_get_monotonic_time () - start) / 1e3;
    }
  gint64 start = g_get_monotonic_time ();
  pent_document_end_stroke (document);
  double end = (g_get_monotonic_time () - start) / 1e3;
  report (what, times, N);
  report ("  lifting the brush", &end, 1);
}

static void
grow (PentDocument *document)
{
  pent_document_grow_mask (document, 32);
}

static void
bench_edit (PentDocument *document, const char *what, void (*edit) (PentDocument *document))
{
  enum { N = 7 };
  double times[N];

  for (int i = 0; i < N; i++)
    {
      gint64 start = g_get_monotonic_time ();
      edit (document);
      times[i] = (g_get_monotonic_time () - start) / 1e3;
    }
  report (what, times, N);
}

int
main (void)
{
  g_autoptr (PentDocument) document = pent_document_new (SIDE, SIDE);
  g_autoptr (PentImage) picture = pent_image_new (SIDE, SIDE, 3, 8, NULL);

  pent_document_open_picture (document, picture);
  bench_stroke (document, 20);
  bench_stroke (document, 100);
  bench_stroke (document, 400);
  bench_stroke (document, 1000);
  bench_edit (document, "undo", pent_document_undo);
  bench_edit (document, "redo", pent_document_redo);
  bench_edit (document, "invert", pent_document_invert_mask);
  bench_edit (document, "grow by 32 pixels", grow);
  bench_edit (document, "fill", pent_document_fill_mask);
  return 0;
}
