/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "window-fixture.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

/* How soon the window is there, how smoothly it paints while it generates, and
 * how much memory it takes when idle. */

#define SIDE    2048
#define SECONDS 8
#define LARGE   384   /* a picture of this size is not done before that */
#define STARTS  5

typedef struct
{
  gint64  begun;       /* of the frame, microseconds */
  gint64  shown;       /* the frame before */
  gint64  cpu_begun;   /* likewise, of the time this thread computed */
  GArray *frames;      /* of double: milliseconds from the events of a frame to its end */
  GArray *cpu;         /* of double: of these, what this thread computed */
  GArray *gaps;        /* of double: milliseconds from the end of one frame to that of the next */
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
  double gap = (g_get_monotonic_time () - frames->shown) / 1000.0;
  if (frames->shown != 0)
    g_array_append_val (frames->gaps, gap);
  frames->shown = g_get_monotonic_time ();
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

static gboolean
due_cb (gpointer data)
{
  *(gboolean *) data = TRUE;
  return G_SOURCE_CONTINUE;
}

static void
wait_until (gint64 time)
{
  gboolean due = FALSE;
  g_autoptr (GSource) source = g_timeout_source_new (0);

  g_source_set_ready_time (source, time);
  g_source_set_callback (source, due_cb, &due, NULL);
  g_source_attach (source, NULL);
  hand_wait (due);
  g_source_destroy (source);
}

/* One point every sixtieth of a second, to and fro over the picture, whatever
 * the window does. */
static void
stroke (Fixture *fixture)
{
  gint64 begun = g_get_monotonic_time ();

  fixture_press (fixture, 100, SIDE / 2);
  for (int i = 0; i < SECONDS * 60; i++)
    {
      int along = (i * 17) % (2 * (SIDE - 200));
      int x = 100 + (along < SIDE - 200 ? along : 2 * (SIDE - 200) - along);
      double widget_x, widget_y;
      pent_canvas_to_widget (fixture->canvas, x, SIDE / 2 + (i % 90) * 6 - 270, &widget_x, &widget_y);
      hand_glide (GTK_WIDGET (fixture->canvas), widget_x, widget_y);
      wait_until (begun + (i + 1) * G_USEC_PER_SEC / 60);
    }
}

static void
bench_stroke (PentApplication *application, gboolean generating)
{
  Fixture fixture;
  Frames frames = { .frames = g_array_new (FALSE, FALSE, sizeof (double)),
                    .cpu = g_array_new (FALSE, FALSE, sizeof (double)),
                    .gaps = g_array_new (FALSE, FALSE, sizeof (double)) };

  GArray *const arrays[] = { frames.frames, frames.cpu, frames.gaps };

  fixture_open (&fixture, application, NULL);
  fixture_open_picture (&fixture, SIDE, SIDE);
  gtk_range_set_value (fixture_child (&fixture, "brush_size"), 200);
  gtk_spin_button_set_value (fixture_spin (&fixture, "steps"), 150);
  gtk_spin_button_set_value (fixture_spin (&fixture, "width"), LARGE);
  gtk_spin_button_set_value (fixture_spin (&fixture, "height"), LARGE);
  if (generating)
    fixture_act (&fixture, "generate");
  GdkFrameClock *clock = gtk_widget_get_frame_clock (GTK_WIDGET (fixture.window));
  g_signal_connect (clock, "flush-events", G_CALLBACK (begun_cb), &frames);
  g_signal_connect (clock, "after-paint", G_CALLBACK (painted_cb), &frames);
  stroke (&fixture);
  g_signal_handlers_disconnect_by_data (clock, &frames);
  printf ("| stroke, %dx%d, %s |", SIDE, SIDE, generating ? "generating" : "idle");
  for (gsize i = 0; i < G_N_ELEMENTS (arrays); i++)
    printf (" %.1f | %.1f | %.1f |", percentile (arrays[i], 0.5), percentile (arrays[i], 0.95), percentile (arrays[i], 1));
  printf (" %u |\n", frames.frames->len);
  g_array_unref (frames.frames);
  g_array_unref (frames.cpu);
  g_array_unref (frames.gaps);
  fixture_act (&fixture, "cancel-all");
  fixture_wait (&fixture);
  fixture_close (&fixture);
}

/* --- the start --- */

static void
first_frame_cb (GdkFrameClock *clock, gpointer data)
{
  g_signal_handlers_disconnect_by_func (clock, first_frame_cb, data);
  printf ("%.1f\n", read_resident ());
  fflush (stdout);
}

/* When the device is known, nothing is left to be read. */
static gboolean
idle_cb (gpointer application)
{
  Fixture fixture;

  fixture_take (&fixture, application);
  while (*adw_window_title_get_subtitle (fixture_child (&fixture, "title")) == '\0')
    g_main_context_iteration (NULL, TRUE);
  hand_settle ();
  printf ("%.1f\n", read_resident ());
  gtk_window_close (GTK_WINDOW (fixture.window));
  return G_SOURCE_REMOVE;
}

static void
activated_cb (GApplication *application)
{
  GtkWidget *window = gtk_application_get_windows (GTK_APPLICATION (application))->data;

  g_signal_connect (gtk_widget_get_frame_clock (window), "after-paint", G_CALLBACK (first_frame_cb), NULL);
  g_idle_add_full (G_PRIORITY_LOW, idle_cb, application, NULL);
}

/* The whole program, gallery and models and all, in a process of its own: how
 * much memory it takes at its first frame and when it is idle. */
static int
start_once (void)
{
  g_autoptr (PentApplication) application = pent_application_new ();

  g_signal_connect_after (application, "activate", G_CALLBACK (activated_cb), NULL);
  return g_application_run (G_APPLICATION (application), 0, NULL);
}

static double
read_number (GDataInputStream *lines)
{
  g_autofree char *line = g_data_input_stream_read_line (lines, NULL, NULL, NULL);

  return line != NULL ? g_ascii_strtod (line, NULL) : 0;
}

/* The first start is a cold one, and does not count. */
static void
bench_start (const char *program)
{
  g_autoptr (GArray) times = g_array_new (FALSE, FALSE, sizeof (double));
  g_autoptr (GArray) first = g_array_new (FALSE, FALSE, sizeof (double));
  g_autoptr (GArray) idle = g_array_new (FALSE, FALSE, sizeof (double));

  for (int i = 0; i <= STARTS; i++)
    {
      gint64 begun = g_get_monotonic_time ();
      g_autoptr (GSubprocess) child = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE, NULL, program, "--start", NULL);
      g_autoptr (GDataInputStream) lines = g_data_input_stream_new (g_subprocess_get_stdout_pipe (child));
      double resident = read_number (lines);
      double milliseconds = (g_get_monotonic_time () - begun) / 1000.0;
      double resident_idle = read_number (lines);
      g_subprocess_wait (child, NULL, NULL);
      if (i == 0)
        continue;
      g_array_append_val (times, milliseconds);
      g_array_append_val (first, resident);
      g_array_append_val (idle, resident_idle);
    }
  printf ("window on the screen: %.0f ms (median of %d, worst %.0f)\n"
          "resident memory: %.0f MiB at the first frame, %.0f MiB when idle\n",
          percentile (times, 0.5), STARTS, percentile (times, 1), percentile (first, 0.5), percentile (idle, 0.5));
}

int
main (int argc, char **argv)
{
  if (argc == 2 && g_str_equal (argv[1], "--start"))
    return start_once ();
  bench_start (argv[0]);
  g_autoptr (PentApplication) application = pent_application_new ();
  g_assert_true (g_application_register (G_APPLICATION (application), NULL, NULL));
  printf ("| what | frame, p50 ms | p95 | worst | of it computed, p50 | p95 | worst | from frame to frame, p50 | p95 | worst | frames |\n"
          "|---|---|---|---|---|---|---|---|---|---|---|\n");
  bench_stroke (application, FALSE);
  bench_stroke (application, TRUE);
  return 0;
}
