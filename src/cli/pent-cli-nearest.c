/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-cli-nearest.h"

#include <string.h>

#define MAX_WORD 40

/* Damerau and Levenshtein's distance (optimal string alignment): insertions,
 * deletions, replacements and swaps of neighbours. Bytes will do, since the
 * words are ASCII. */
static int
distance (const char *a, const char *b)
{
  int rows[3][MAX_WORD + 1];
  int n = strlen (b);
  int *before = rows[0], *previous = rows[1], *current = rows[2];

  for (int j = 0; j <= n; j++)
    previous[j] = j;
  for (int i = 1; a[i - 1] != '\0'; i++)
    {
      current[0] = i;
      for (int j = 1; j <= n; j++)
        {
          int replaced = previous[j - 1] + (g_ascii_tolower (a[i - 1]) != b[j - 1]);
          current[j] = MIN (replaced, MIN (previous[j], current[j - 1]) + 1);
          if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
            current[j] = MIN (current[j], before[j - 2] + 1);
        }
      int *oldest = before;
      before = previous;
      previous = current;
      current = oldest;
    }
  return previous[n];
}

/**
 * pent_cli_nearest_of:
 * @typed: a word that is none of @words
 * @words: (array zero-terminated=1): ASCII
 *
 * Returns: (nullable): the word that was probably meant, the first of equals;
 *   %NULL where none has a letter in its place
 */
const char *
pent_cli_nearest_of (const char *typed, const char *const *words)
{
  const char *nearest = NULL;
  int n = strlen (typed);
  int least = G_MAXINT;

  if (n == 0 || n > MAX_WORD)
    return NULL;
  for (int i = 0; words[i] != NULL; i++)
    {
      int length = strlen (words[i]);
      if (length > MAX_WORD)
        continue;
      int steps = distance (typed, words[i]);
      if (steps < least && steps < MAX (n, length))
        {
          least = steps;
          nearest = words[i];
        }
    }
  return nearest;
}

/**
 * pent_cli_nearest:
 *
 * Returns: (nullable): as pent_cli_nearest_of()
 */
const char *
pent_cli_nearest (const char *typed, PentCliWords words)
{
  const char *word;
  g_autoptr (GPtrArray) list = g_ptr_array_new ();
  for (int i = 0; (word = words (i)) != NULL; i++)
    g_ptr_array_add (list, (gpointer) word);
  g_ptr_array_add (list, NULL);
  return pent_cli_nearest_of (typed, (const char *const *) list->pdata);
}
