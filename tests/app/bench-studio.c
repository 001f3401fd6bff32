/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "window-fixture.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

/* How soon the window is there, how smoothly it paints while it generates, and
 * how much memory it takes when idle. */

#define SIDE    2048
#define SECONDS 8
#define STARTS  5

typedef struct
{
  gint64  begun;       /* of the frame, microseconds */
  gint64  cpu_begun;   /* likewise, of the time this thread computed */
  GArray *frames;      /* of double: milliseconds from the events of a frame to its end */
  GArray *cpu;         /* of double: of these, what this thread computed */
} Frames;

/* Microseconds that this thread has computed. */
static gint64
get_cpu_time (void)
{
  struct timespec time;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &time);
  return time.tv_sec * G_USEC_PER_SEC + time.tv_nsec / 1000;
}

static void
begun_cb (GdkFrameClock *clock, Frames *frames)
{
  frames->begun = g_get_monotonic_time ();
  frames->cpu_begun = get_cpu_time ();
}

static void
painted_cb (GdkFrameClock *clock, Frames *frames)
{
  double milliseconds = (g_get_monotonic_time () - frames->begun) / 1000.0;
  double cpu = (get_cpu_time () - frames->cpu_begun) / 1000.0;

  if (frames->begun == 0)
    return;
  g_array_append_val (frames->frames, milliseconds);
  g_array_append_val (frames->cpu, cpu);
  frames->begun = 0;
}

static int
compare (gconstpointer a, gconstpointer b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

static double
percentile (GArray *values, double part)
{
  g_array_sort (values, compare);
  return values->len > 0 ? g_array_index (values, double, (guint) (part * (values->len - 1))) : 0;
}

static double
read_resident (void)
{
  g_autofree char *text = NULL;
  const char *line = g_file_get_contents ("/proc/self/status", &text, NULL, NULL) ? strstr (text, "VmRSS:") : NULL;

  return line != NULL ? g_ascii_strtod (line + 6, NULL) / 1024 : 0;
}

/* One point every sixtieth of a second, to and fro over the picture. */
static void
stroke (Fixture *fixture)
{
  fixture_press (fixture, 100, SIDE / 2);
  for (int i = 0; i < SECONDS * 60; i++)
    {
      gint64 end = g_get_monotonic_time () + G_USEC_PER_SEC / 60;
      int along = (i * 17) % (2 * (SIDE - 200));
      int x = 100 + (along < SIDE - 200 ? along : 2 * (SIDE - 200) - along);
      fixture_move (fixture, x, SIDE / 2 + (i % 90) * 6 - 270);
      while (g_get_monotonic_time () < end)
        g_main_context_iteration (NULL, FALSE);
    }
}

static void
bench_stroke (PentApplication *application, gboolean generating)
{
  Fixture fixture;
  Frames frames = { .frames = g_array_new (FALSE, FALSE, sizeof (double)),
                    .cpu = g_array_new (FALSE, FALSE, sizeof (double)) };

  fixture_open (&fixture, application, NULL);
  fixture_open_picture (&fixture, SIDE, SIDE);
  gtk_range_set_value (fixture_child (&fixture, "brush_size"), 200);
  gtk_spin_button_set_value (fixture_spin (&fixture, "steps"), 150);
  gtk_spin_button_set_value (fixture_spin (&fixture, "count"), 60);
  if (generating)
    fixture_act (&fixture, "generate");
  GdkFrameClock *clock = gtk_widget_get_frame_clock (GTK_WIDGET (fixture.window));
  g_signal_connect (clock, "flush-events", G_CALLBACK (begun_cb), &frames);
  g_signal_connect (clock, "after-paint", G_CALLBACK (painted_cb), &frames);
  stroke (&fixture);
  g_signal_handlers_disconnect_by_data (clock, &frames);
  printf ("| stroke, %dx%d, %s | %.1f | %.1f | %.1f | %.1f | %.1f | %u |\n", SIDE, SIDE,
          generating ? "generating" : "idle", percentile (frames.frames, 0.5), percentile (frames.frames, 0.95),
          percentile (frames.frames, 1), percentile (frames.cpu, 0.5), percentile (frames.cpu, 0.95), frames.cpu->len);
  g_array_unref (frames.frames);
  g_array_unref (frames.cpu);
  fixture_act (&fixture, "cancel-all");
  fixture_wait (&fixture);
  fixture_close (&fixture);
}

/* A process of its own, from its start to its first frame. */
static int
start_once (void)
{
  Fixture fixture;
  g_autoptr (PentApplication) application = pent_application_new ();

  g_assert_true (g_application_register (G_APPLICATION (application), NULL, NULL));
  fixture_open (&fixture, application, NULL);
  printf ("%.1f\n", read_resident ());
  fixture_close (&fixture);
  return 0;
}

static void
bench_start (const char *program)
{
  g_autoptr (GArray) times = g_array_new (FALSE, FALSE, sizeof (double));
  g_autoptr (GArray) memory = g_array_new (FALSE, FALSE, sizeof (double));

  for (int i = 0; i < STARTS; i++)
    {
      gint64 begun = g_get_monotonic_time ();
      g_autoptr (GSubprocess) child = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE, NULL, program, "--start", NULL);
      g_autoptr (GDataInputStream) lines = g_data_input_stream_new (g_subprocess_get_stdout_pipe (child));
      g_autofree char *line = g_data_input_stream_read_line (lines, NULL, NULL, NULL);
      double milliseconds = (g_get_monotonic_time () - begun) / 1000.0;
      double resident = line != NULL ? g_ascii_strtod (line, NULL) : 0;
      g_subprocess_wait (child, NULL, NULL);
      g_array_append_val (times, milliseconds);
      g_array_append_val (memory, resident);
    }
  printf ("window on the screen: %.0f ms (median of %d)\nresident memory, idle: %.0f MiB\n",
          percentile (times, 0.5), STARTS, percentile (memory, 0.5));
}

int
main (int argc, char **argv)
{
  if (argc == 2 && g_str_equal (argv[1], "--start"))
    return start_once ();
  bench_start (argv[0]);
  g_autoptr (PentApplication) application = pent_application_new ();
  g_assert_true (g_application_register (G_APPLICATION (application), NULL, NULL));
  printf ("| what | p50 ms | p95 ms | worst ms | computed p50 ms | computed p95 ms | frames |\n|---|---|---|---|---|---|---|\n");
  bench_stroke (application, FALSE);
  bench_stroke (application, TRUE);
  return 0;
}
