/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a library of very many pictures scrolls: the time of each frame while the
 * grid is carried from the first picture to the last, how soon the list is
 * there and what a search takes, and memory before and after. Prints lines
 * "NAME VALUE UNIT". Not a test: its figures depend on the machine. */
#include "pent-gallery.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hand.h"
#include "library-store-fixture.h"

#define N_PICTURES 100000
#define N_FILES    64
#define N_FRAMES   600

typedef struct
{
  GtkAdjustment *adjustment;
  double         from, to;
  int            n;
  gint64         last;
  double         worst;
  GArray        *times;     /* of double, ms */
} Scroll;

static double
resident_mib (void)
{
  g_autofree char *text = NULL;
  char *end;

  g_file_get_contents ("/proc/self/statm", &text, NULL, NULL);
  strtoull (text, &end, 10);
  return strtoull (end, NULL, 10) * 4096 / 1048576.0;
}

/* A few files stand for all; each row has words of its own. */
static void
fill (Library *self, int n)
{
  g_autoptr (PentLibrary) library = library_open (self);
  g_autoptr (GError) error = NULL;

  for (int i = 1; i <= N_FILES; i++)
    {
      g_autoptr (PentImage) image = make_picture (512, 512, 3, 8);
      g_autoptr (PentRecipe) recipe = library_recipe ("a red sail", i);
      const PentLibraryEntry entry = { .image = image, .recipe = recipe };
      g_autoptr (PentLibraryPicture) stored = pent_library_store (library, &entry, &error);
      g_assert_no_error (error);
    }
  g_autofree char *sql = g_strdup_printf (
    "BEGIN; WITH RECURSIVE n (i) AS (SELECT %d UNION ALL SELECT i + 1 FROM n WHERE i < %d) "
    "INSERT INTO pictures (id, file, created, width, height, hash, origin, recipe, seed, prompt, negative, model) "
    "SELECT i, 'f' || i || '.png', i * 1000, 512, 512, '', 'pentimento', recipe, i, "
    "'a sail at noon, number ' || i, '', model FROM n JOIN pictures ON pictures.id = 1 + i %% %d; COMMIT;"
    , N_FILES + 1, n, N_FILES);
  library_run (self, sql);
  /* Hard links, so that each row has a file of its own to look at. */
  for (int i = N_FILES + 1; i <= n; i++)
    {
      g_autoptr (PentLibraryPicture) original = pent_library_get (library, 1 + i % N_FILES, &error);
      g_autofree char *path = g_strdup_printf ("%s/f%d.png", self->folders->pictures, i);
      g_assert_cmpint (link (original->file, path), ==, 0);
    }
}

static gboolean
tick_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
  Scroll *scroll = data;
  gint64 now = g_get_monotonic_time ();

  if (scroll->n > 0)
    {
      double ms = (now - scroll->last) / 1000.0;
      g_array_append_val (scroll->times, ms);
    }
  scroll->last = now;
  gtk_adjustment_set_value (scroll->adjustment, scroll->from + (scroll->to - scroll->from) * scroll->n / N_FRAMES);
  return ++scroll->n <= N_FRAMES ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

static int
compare_times (gconstpointer a, gconstpointer b)
{
  double one = *(const double *) a, other = *(const double *) b;

  return one < other ? -1 : one > other;
}

static void
run_scroll (GtkWidget *grid, const char *name, double from, double to)
{
  GtkWidget *scrolled = gtk_widget_get_ancestor (grid, GTK_TYPE_SCROLLED_WINDOW);
  GtkAdjustment *adjustment = gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (scrolled));
  double span = gtk_adjustment_get_upper (adjustment) - gtk_adjustment_get_page_size (adjustment);
  g_autoptr (GArray) times = g_array_new (FALSE, FALSE, sizeof (double));
  Scroll scroll = { .adjustment = adjustment, .from = from * span, .to = to * span, .times = times };

  gtk_widget_add_tick_callback (grid, tick_cb, &scroll, NULL);
  hand_wait (scroll.n > N_FRAMES);
  g_array_sort (times, compare_times);
  g_print ("%s-p50 %.1f ms\n", name, g_array_index (times, double, times->len / 2));
  g_print ("%s-p95 %.1f ms\n", name, g_array_index (times, double, times->len * 95 / 100));
  g_print ("%s-worst %.1f ms\n", name, g_array_index (times, double, times->len - 1));
}

static void
wait_for_list (PentGallery *gallery)
{
  hand_wait (!pent_picture_list_get_loading (pent_gallery_get_list (gallery)));
}

static void
measure (Library *self)
{
  g_autoptr (PentLibraryDesk) desk = pent_library_desk_new (self->folders);
  GtkWindow *window = GTK_WINDOW (gtk_window_new ());
  PentGallery *gallery = PENT_GALLERY (pent_gallery_new ());
  gint64 start = g_get_monotonic_time ();
  double before = resident_mib ();

  gtk_window_set_child (window, GTK_WIDGET (gallery));
  gtk_window_set_default_size (window, 900, 800);
  pent_gallery_set_desk (gallery, desk);
  hand_show (window);
  wait_for_list (gallery);
  g_print ("list-there %.0f ms\n", (g_get_monotonic_time () - start) / 1000.0);
  g_print ("memory-first %.0f MiB\n", resident_mib () - before);

  GtkWidget *grid = GTK_WIDGET (gtk_widget_get_template_child (GTK_WIDGET (gallery), PENT_TYPE_GALLERY, "grid"));
  run_scroll (grid, "frame-slow", 0, 0.003);
  run_scroll (grid, "frame-fast", 0, 1);
  g_print ("memory-scrolled %.0f MiB\n", resident_mib () - before);

  start = g_get_monotonic_time ();
  pent_picture_list_set_search (pent_gallery_get_list (gallery), "noon");
  wait_for_list (gallery);
  g_print ("search-many %.0f ms\n", (g_get_monotonic_time () - start) / 1000.0);
  start = g_get_monotonic_time ();
  pent_picture_list_set_search (pent_gallery_get_list (gallery), "number 77777");
  wait_for_list (gallery);
  g_print ("search-one %.0f ms\n", (g_get_monotonic_time () - start) / 1000.0);
  gtk_window_destroy (window);
  hand_settle ();
}

int
main (int argc, char **argv)
{
  int n = argc > 1 ? atoi (argv[1]) : N_PICTURES;
  g_autofree char *cache = g_dir_make_tmp ("pentimento-bench-XXXXXX", NULL);
  Folder folder = { .path = cache };
  Library library;

  g_setenv ("XDG_CACHE_HOME", cache, TRUE);
  gtk_init ();
  adw_init ();
  library_set_up (&library, NULL);
  fill (&library, n);
  g_print ("pictures %d\n", n);
  measure (&library);
  library_tear_down (&library, NULL);
  folder.path = g_steal_pointer (&cache);
  folder_tear_down (&folder, NULL);
  return 0;
}
