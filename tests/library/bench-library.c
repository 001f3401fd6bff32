/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How long the library takes for what a window or the command line asks of it,
 * by the number of its pictures, and what memory that costs. The pictures are
 * rows with recipes; one file serves them all, since a list reads no file.
 *
 * Usage: bench-library [PICTURES]
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "library-store-fixture.h"
#include "pent-library-private.h"

#define ROUNDS 15
#define PAGE   60

static const char *const words[] = {
  "lake", "night", "purple", "mountain", "portrait", "cat", "castle", "sea", "storm", "oil", "painting", "watercolour",
  "forest", "river", "robot", "city", "neon", "autumn", "winter", "bridge", "garden", "lantern", "dragon", "ship",
  "desert", "moon", "clouds", "vintage", "photo", "macro", "flower", "detailed",
};

static int
compare (const void *a, const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;
  return (x > y) - (x < y);
}

static gsize
resident_bytes (void)
{
  g_autofree char *text = NULL;
  gsize pages = 0, resident = 0;
  if (g_file_get_contents ("/proc/self/statm", &text, NULL, NULL))
    sscanf (text, "%zu %zu", &pages, &resident);
  return resident * sysconf (_SC_PAGESIZE);
}

/* A prompt of 8 words, and one that is in it alone. */
static char *
make_prompt (GRand *rand, int number)
{
  GString *prompt = g_string_new (NULL);
  for (int i = 0; i < 8; i++)
    g_string_append_printf (prompt, "%s ", words[g_rand_int_range (rand, 0, G_N_ELEMENTS (words))]);
  g_string_append_printf (prompt, "number%d", number);
  return g_string_free (prompt, FALSE);
}

static gboolean
insert (PentLibrary *library, GRand *rand, int number, GError **error)
{
  g_autofree char *prompt = make_prompt (rand, number);
  g_autofree char *file = g_strdup_printf ("%s/2026/11/%02d/%06d-%d.png", library->pictures, number % 28 + 1, number, number);
  g_autofree char *hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, file, -1);
  g_autoptr (PentRecipe) recipe = library_recipe (prompt, number);
  recipe->width = recipe->height = number % 3 == 0 ? 768 : 512;
  const PentLibraryRow row = {
    .id = number, .file = file, .created = G_GINT64_CONSTANT (1700000000000) + number * 60000, .width = recipe->width,
    .height = recipe->height, .hash = hash, .origin = "pentimento", .recipe = recipe,
    .timings = { .wait = g_rand_double (rand), .load = 0.1, .text = 0.1, .steps = 5, .decode = 0.5,
                 .total = 6 + g_rand_double (rand) },
  };
  return pent_library_insert (library, &row, error);
}

static void
fill (Library *self, int n)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);
  PentLibrary *library = library_open (self);
  for (int number = 1; number <= n; number++)
    {
      if (number % 1000 == 1)
        g_assert_true (pent_database_begin (library->database, NULL));
      insert (library, rand, number, &error);
      g_assert_no_error (error);
      if (number % 1000 == 0 || number == n)
        g_assert_true (pent_database_commit (library->database, NULL));
    }
  pent_library_close (library);
}

/* --- what is measured --- */

typedef void (*Measured) (Library *self, PentLibrary *library, int n);

static gboolean
count (gpointer data, const PentLibraryPicture *picture, GError **error)
{
  ++*(int *) data;
  return TRUE;
}

static void
list (PentLibrary *library, PentLibraryQuery query, int expected)
{
  int found = 0;
  g_assert_true (pent_library_each (library, &query, count, &found, NULL));
  if (expected >= 0)
    g_assert_cmpint (found, ==, expected);
}

static void
first_page (Library *self, PentLibrary *library, int n)
{
  list (library, (PentLibraryQuery) { .limit = PAGE }, MIN (PAGE, n));
}

static void
last_page (Library *self, PentLibrary *library, int n)
{
  list (library, (PentLibraryQuery) { .limit = PAGE, .offset = MAX (n - PAGE, 0) }, MIN (PAGE, n));
}

static void
all_numbers (Library *self, PentLibrary *library, int n)
{
  const PentLibraryQuery query = { .limit = -1 };
  g_autoptr (GArray) ids = pent_library_list_ids (library, &query, NULL);
  g_assert_cmpint (ids->len, ==, n);
}

static void
search_rare (Library *self, PentLibrary *library, int n)
{
  g_autofree char *word = g_strdup_printf ("number%d", n / 2);
  list (library, (PentLibraryQuery) { .search = word, .limit = PAGE }, -1);
}

static void
search_two (Library *self, PentLibrary *library, int n)
{
  list (library, (PentLibraryQuery) { .search = "purple lake", .limit = PAGE }, -1);
}

static void
search_letters (Library *self, PentLibrary *library, int n)
{
  list (library, (PentLibraryQuery) { .search = "p", .limit = PAGE }, -1);
}

static void
search_all_numbers (Library *self, PentLibrary *library, int n)
{
  const PentLibraryQuery query = { .search = "purple lake", .limit = -1 };
  g_autoptr (GArray) ids = pent_library_list_ids (library, &query, NULL);
  g_assert_nonnull (ids);
}

static void
open_again (Library *self, PentLibrary *library, int n)
{
  pent_library_close (library_open (self));
}

static void
figures (Library *self, PentLibrary *library, int n)
{
  g_autoptr (GPtrArray) all = pent_library_get_figures (library, NULL);
  g_assert_nonnull (all);
}

static void
store_one (Library *self, PentLibrary *library, int n)
{
  pent_library_picture_free (library_store (library, "one more", 1));
}

static void
walk (Library *self, PentLibrary *library, int n)
{
  list (library, (PentLibraryQuery) { .limit = -1 }, -1);
}

static void
measure (Library *self, PentLibrary *library, int n, const char *what, Measured measured)
{
  double times[ROUNDS];
  gsize before = resident_bytes ();
  for (int i = 0; i < ROUNDS; i++)
    {
      gint64 start = g_get_monotonic_time ();
      measured (self, library, n);
      times[i] = (g_get_monotonic_time () - start) / 1e3;
    }
  gsize after = resident_bytes ();
  qsort (times, ROUNDS, sizeof *times, compare);
  g_print ("%-44s p50 %8.2f ms   most %8.2f ms   memory %+6.1f MB\n", what, times[ROUNDS / 2], times[ROUNDS - 1],
           ((double) after - before) / 1e6);
}

int
main (int argc, char **argv)
{
  int n = argc > 1 ? atoi (argv[1]) : 100000;
  Library self;
  library_set_up (&self, NULL);
  gint64 start = g_get_monotonic_time ();
  fill (&self, n);
  g_print ("%d pictures, made in %.1f s\n", n, (g_get_monotonic_time () - start) / 1e6);
  measure (&self, NULL, n, "opening and closing the library", open_again);

  PentLibrary *library = library_open (&self);
  measure (&self, library, n, "the first page of the list, 60 pictures", first_page);
  measure (&self, library, n, "the last page of the list", last_page);
  measure (&self, library, n, "the numbers of all", all_numbers);
  measure (&self, library, n, "search: a word that one has, first page", search_rare);
  measure (&self, library, n, "search: two words that many have, first page", search_two);
  measure (&self, library, n, "search: a letter that all have, first page", search_letters);
  measure (&self, library, n, "search: the numbers of all with two words", search_all_numbers);
  measure (&self, library, n, "figures by model, device and size", figures);
  measure (&self, library, n, "visiting every picture with its recipe", walk);
  measure (&self, library, n, "storing a picture of 17 by 16, durably", store_one);
  pent_library_close (library);
  library_tear_down (&self, NULL);
  return 0;
}
