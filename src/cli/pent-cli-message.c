/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-cli-message.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "pent-error.h"

/**
 * pent_cli_one_line:
 * @text: UTF-8, or nearly
 *
 * Returns: (transfer full): @text without anything that could start a line or
 *   steer a terminal: control characters become "?", white space a space
 */
char *
pent_cli_one_line (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  GString *line = g_string_new (NULL);
  for (const char *at = valid; *at != '\0'; at = g_utf8_next_char (at))
    {
      gunichar c = g_utf8_get_char (at);
      if (c == '\n' || c == '\r' || c == '\t')
        c = ' ';
      else if (g_unichar_iscntrl (c))
        c = '?';
      g_string_append_unichar (line, c);
    }
  return g_string_free (line, FALSE);
}

static void
print_sentence (const char *before, const char *sentence)
{
  g_autofree char *line = pent_cli_one_line (sentence);
  gsize n = strlen (line);
  gboolean ended = n > 0 && strchr (".!?", line[n - 1]) != NULL;
  g_autofree char *whole = g_strconcat (PENT_CLI_NAME ": ", before, line, ended ? "\n" : ".\n", NULL);
  fputs (whole, stderr);
}

/**
 * pent_cli_fail:
 *
 * Prints @error as one sentence on standard error.
 *
 * Returns: the exit status that goes with it
 */
int
pent_cli_fail (const GError *error)
{
  print_sentence ("", error->message);
  return pent_error_exit_status (error);
}

void
pent_cli_warn (const char *sentence)
{
  print_sentence ("warning: ", sentence);
}

/**
 * pent_cli_print:
 * @text: for standard output
 *
 * Returns: %FALSE with %PENT_ERROR_FILE if it did not get there: the reader
 *   has gone, or the disk is full
 */
gboolean
pent_cli_print (const char *text, GError **error)
{
  if (fputs (text, stdout) >= 0 && fflush (stdout) == 0)
    return TRUE;
  g_set_error (error, PENT_ERROR, PENT_ERROR_FILE, "Standard output cannot be written: %s.", g_strerror (errno));
  return FALSE;
}
