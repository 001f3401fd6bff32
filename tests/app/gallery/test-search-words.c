/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pent-search-words.h"

static gint64
stamp (int year, int month, int day)
{
  g_autoptr (GDateTime) time = g_date_time_new_local (year, month, day, 0, 0, 0);
  return g_date_time_to_unix (time) * 1000;
}

static void
assert_parsed (const char *text, const char *words, gint64 since, gint64 until)
{
  g_autoptr (GDateTime) now = g_date_time_new_local (2026, 3, 1, 15, 30, 0);
  g_auto (PentSearchWords) parsed = { 0 };

  pent_search_words_parse (&parsed, text, now);
  g_assert_cmpstr (parsed.words, ==, words);
  g_assert_cmpint (parsed.since, ==, since);
  g_assert_cmpint (parsed.until, ==, until);
}

static void
test_words (void)
{
  assert_parsed ("", NULL, 0, 0);
  assert_parsed ("  red   sail ", "red sail", 0, 0);
  assert_parsed ("2026 512 1-2", "2026 512 1-2", 0, 0);
  assert_parsed ("2026-13 2026-02-30", "2026-13 2026-02-30", 0, 0);
  assert_parsed ("2026-11-21x", "2026-11-21x", 0, 0);
}

static void
test_days (void)
{
  assert_parsed ("2026-02-27", NULL, stamp (2026, 2, 27), stamp (2026, 2, 28));
  assert_parsed ("sail 2025-12", "sail", stamp (2025, 12, 1), stamp (2026, 1, 1));
  assert_parsed ("Today", NULL, stamp (2026, 3, 1), stamp (2026, 3, 2));
  assert_parsed ("yesterday sail", "sail", stamp (2026, 2, 28), stamp (2026, 3, 1));
  assert_parsed ("2026-02 2026-02-05", NULL, stamp (2026, 2, 5), stamp (2026, 2, 6));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/search-words/words", test_words);
  g_test_add_func ("/search-words/days", test_days);
  return g_test_run ();
}
