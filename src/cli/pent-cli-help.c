/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-cli-help.h"

#include <string.h>

#include "pent-cli-message.h"

#define INDENT 4
#define COLUMN 26
#define WIDTH  80

/* Appends @words from @column on, in lines that end before WIDTH and start at
 * COLUMN. */
static void
append_wrapped (GString *text, const char *words, gsize column)
{
  g_auto (GStrv) list = g_strsplit (words, " ", -1);
  for (int i = 0; list[i] != NULL; i++)
    {
      gsize n = strlen (list[i]);
      if (i > 0 && column + 1 + n > WIDTH)
        {
          g_string_append_printf (text, "\n%*s", COLUMN, "");
          column = COLUMN;
        }
      else if (i > 0)
        {
          g_string_append_c (text, ' ');
          column++;
        }
      g_string_append (text, list[i]);
      column += n;
    }
  g_string_append_c (text, '\n');
}

static char *
describe (const PentCliOption *option)
{
  GString *text = g_string_new (option->help);
  const char *word;

  if (option->kind == PENT_CLI_WORD)
    for (int i = 0; (word = option->words (i)) != NULL; i++)
      g_string_append_printf (text, "%s%s", i == 0 ? ": " : ", ", word);
  if (option->kind == PENT_CLI_REAL || (option->kind == PENT_CLI_WHOLE && option->max < G_MAXINT))
    g_string_append_printf (text, ", %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT, option->min, option->max);
  if (option->preset != NULL)
    g_string_append_printf (text, " (default: %s)", option->preset);
  return g_string_free (text, FALSE);
}

/**
 * pent_cli_help_append_options:
 *
 * Appends each option with what it is for, what it may be and its default.
 */
void
pent_cli_help_append_options (GString *text, const PentCliOption *options, gsize n_options)
{
  for (gsize i = 0; i < n_options; i++)
    {
      const PentCliOption *option = &options[i];
      if (option->name == NULL)
        {
          g_string_append_printf (text, "\n%s\n", option->help);
          continue;
        }
      g_autofree char *head = g_strdup_printf ("--%s%s%s", option->name, option->value != NULL ? " " : "",
                                               option->value != NULL ? option->value : "");
      g_autofree char *description = describe (option);
      g_string_append_printf (text, "%*s%-*s", INDENT, "", COLUMN - INDENT - 1, head);
      if (strlen (head) + INDENT >= COLUMN)
        g_string_append_printf (text, "\n%*s", COLUMN - 1, "");
      g_string_append_c (text, ' ');
      append_wrapped (text, description, COLUMN);
    }
}

/**
 * pent_cli_help_print:
 * @examples: the text that stands before the options
 *
 * Returns: the exit status
 */
int
pent_cli_help_print (const char *examples, const PentCliOption *options, gsize n_options)
{
  g_autoptr (GString) text = g_string_new (examples);
  g_autoptr (GError) error = NULL;
  pent_cli_help_append_options (text, options, n_options);
  return pent_cli_print (text->str, &error) ? 0 : pent_cli_fail (error);
}
