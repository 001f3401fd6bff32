/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-search-words.h"

#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>

/* Days that have a name, each a span before tomorrow. */
static const struct
{
  const char *name;
  int         first;   /* days from today */
  int         n_days;
} spans[] = {
  /* Translators: words that may be typed into the search field, in lower case. */
  { N_("today"), 0, 1 },
  { N_("yesterday"), -1, 1 },
};

static GDateTime *
start_of_day (GDateTime *time)
{
  return g_date_time_new_local (g_date_time_get_year (time), g_date_time_get_month (time),
                                g_date_time_get_day_of_month (time), 0, 0, 0);
}

/* Bounds from several words must all hold. */
static void
narrow (PentSearchWords *self, GDateTime *since, GDateTime *until)
{
  gint64 from = g_date_time_to_unix (since) * 1000, to = g_date_time_to_unix (until) * 1000;

  self->since = MAX (self->since, from);
  self->until = self->until == 0 ? to : MIN (self->until, to);
}

static gboolean
take_named_day (PentSearchWords *self, const char *word, GDateTime *now)
{
  g_autofree char *lower = g_utf8_strdown (word, -1);

  for (gsize i = 0; i < G_N_ELEMENTS (spans); i++)
    if (strcmp (lower, spans[i].name) == 0 || strcmp (lower, _(spans[i].name)) == 0)
      {
        g_autoptr (GDateTime) today = start_of_day (now);
        g_autoptr (GDateTime) since = g_date_time_add_days (today, spans[i].first);
        g_autoptr (GDateTime) until = g_date_time_add_days (since, spans[i].n_days);
        narrow (self, since, until);
        return TRUE;
      }
  return FALSE;
}

/* "2026-11" or "2026-11-21" */
static gboolean
take_date (PentSearchWords *self, const char *word)
{
  int year, month, day = 0;
  char rest;
  gsize length = strlen (word);
  gboolean has_day = length == strlen ("2026-11-21") && sscanf (word, "%4d-%2d-%2d%c", &year, &month, &day, &rest) == 3;
  gboolean has_month = length == strlen ("2026-11") && sscanf (word, "%4d-%2d%c", &year, &month, &rest) == 2;

  if (!g_ascii_isdigit (*word) || !(has_day || has_month))
    return FALSE;
  g_autoptr (GDateTime) since = g_date_time_new_local (year, month, has_day ? day : 1, 0, 0, 0);
  if (since == NULL)
    return FALSE;
  g_autoptr (GDateTime) until = has_day ? g_date_time_add_days (since, 1) : g_date_time_add_months (since, 1);
  narrow (self, since, until);
  return TRUE;
}

/**
 * pent_search_words_parse:
 * @self: (out): what was found
 * @text: what was typed
 * @now: decides what today is
 *
 * Days ("2026-11-21", "today", "yesterday") and months ("2026-11") say when a
 * picture was made; everything else is looked for in prompts and models.
 */
void
pent_search_words_parse (PentSearchWords *self, const char *text, GDateTime *now)
{
  g_auto (GStrv) pieces = g_strsplit_set (text, " \t\n", -1);
  g_autoptr (GString) words = g_string_new (NULL);

  *self = (PentSearchWords) { 0 };
  for (char **piece = pieces; *piece != NULL; piece++)
    if (**piece != '\0' && !take_named_day (self, *piece, now) && !take_date (self, *piece))
      g_string_append_printf (words, "%s%s", words->len > 0 ? " " : "", *piece);
  if (words->len > 0)
    self->words = g_strdup (words->str);
}

void
pent_search_words_clear (PentSearchWords *self)
{
  g_clear_pointer (&self->words, g_free);
}
