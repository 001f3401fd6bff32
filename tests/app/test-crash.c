/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "window-fixture.h"

#include <signal.h>
#include <stdio.h>

#include "pent-draft.h"

/* The window is killed in the middle of a stroke: what was painted more than
 * two seconds before is there at the next start. */

#define SIDE         512
#define LOST_SECONDS 2
#define POINTS       400

/* The child paints one long stroke, a point every 10 ms, and tells which points
 * the window has had, and when. */
static int
paint (const char *draft)
{
  Fixture fixture;
  g_autoptr (PentApplication) application = pent_application_new ();

  g_assert_true (g_application_register (G_APPLICATION (application), NULL, NULL));
  fixture_open (&fixture, application, draft);
  fixture_open_picture (&fixture, SIDE, SIDE);
  fixture_press (&fixture, 20, SIDE / 2);
  for (int i = 0; i < POINTS; i++)
    {
      gint64 end = g_get_monotonic_time () + 10000;
      int x = 20 + i;
      fixture_move (&fixture, x, SIDE / 2);
      printf ("%d %" G_GINT64_FORMAT "\n", x, g_get_monotonic_time ());
      fflush (stdout);
      while (g_get_monotonic_time () < end)
        g_main_context_iteration (NULL, FALSE);
    }
  return 0;
}

/* Reads what the child tells until it has painted most of its stroke. */
static GArray *
read_points (GInputStream *stream)
{
  g_autoptr (GDataInputStream) lines = g_data_input_stream_new (stream);
  GArray *times = g_array_new (FALSE, TRUE, sizeof (gint64));
  char *line;

  g_filter_input_stream_set_close_base_stream (G_FILTER_INPUT_STREAM (lines), FALSE);
  while ((line = g_data_input_stream_read_line (lines, NULL, NULL, NULL)) != NULL)
    {
      int x;
      gint64 time;
      int n = sscanf (line, "%d %" G_GINT64_FORMAT, &x, &time);
      g_free (line);
      if (n != 2)
        continue;
      g_array_set_size (times, x + 1);
      g_array_index (times, gint64, x) = time;
      if (x >= 20 + POINTS * 9 / 10)
        break;
    }
  return times;
}

static void
test_killed (gconstpointer program)
{
  g_autofree char *folder = g_dir_make_tmp ("pentimento-crash-XXXXXX", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) child = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, program, "--paint", folder,
                                                    NULL);
  g_assert_no_error (error);
  g_autoptr (GArray) times = read_points (g_subprocess_get_stdout_pipe (child));
  gint64 killed = g_get_monotonic_time ();
  g_subprocess_send_signal (child, SIGKILL);
  g_subprocess_wait (child, NULL, NULL);
  g_assert_true (g_subprocess_get_if_signaled (child));

  g_autoptr (PentDraft) draft = pent_draft_new (folder);
  g_autoptr (PentCanvasState) state = NULL;
  g_assert_true (pent_draft_load (draft, &state, &error));
  g_assert_no_error (error);
  g_assert_nonnull (state);
  int n_checked = 0;
  for (guint x = 20; x < times->len; x++)
    {
      gint64 time = g_array_index (times, gint64, x);
      if (time == 0 || time > killed - LOST_SECONDS * G_USEC_PER_SEC)
        continue;
      g_assert_cmpint (pent_tile_mask_get (state->mask, x, SIDE / 2), ==, 255);
      n_checked++;
    }
  g_assert_cmpint (n_checked, >, 20);
}

int
main (int argc, char **argv)
{
  if (argc == 3 && g_str_equal (argv[1], "--paint"))
    return paint (argv[2]);
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/crash/killed-while-painting", argv[0], test_killed);
  return g_test_run ();
}
