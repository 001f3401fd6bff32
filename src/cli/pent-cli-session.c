/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-cli-session.h"

#include <string.h>

#include "pent-cli-generate-options.h"

/**
 * pent_cli_session_open:
 * @self: (out): to be cleared, also after an error
 * @arguments: of "generate"
 */
gboolean
pent_cli_session_open (PentCliSession *self, PentCliArguments *arguments, GError **error)
{
  g_autoptr (PentFolders) folders = pent_folders_new ();
  self->cancellable = g_cancellable_new ();
  self->signals = pent_cli_signals_start (self->cancellable);
  self->progress = pent_cli_progress_new (
    pent_cli_progress_mode (pent_cli_arguments_get_text (arguments, "progress", "auto")));
  self->pipeline = pent_pipeline_new ();
  self->library = pent_library_open (folders, PENT_LIBRARY_WRITE, error);
  return self->library != NULL && pent_library_check_pictures (folders, error);
}

void
pent_cli_session_clear (PentCliSession *self)
{
  g_clear_pointer (&self->pipeline, pent_pipeline_free);
  g_clear_pointer (&self->library, pent_library_close);
  g_clear_pointer (&self->progress, pent_cli_progress_free);
  g_clear_object (&self->cancellable);
}

/* Whether @argument is "--NAME" or "--NAME=...", for one of the names. */
static gboolean
is_one_of (const char *argument, const char *const *names, gboolean *has_value)
{
  for (int i = 0; names[i] != NULL; i++)
    {
      gsize n = strlen (names[i]);
      if (g_str_has_prefix (argument, "--") && strncmp (argument + 2, names[i], n) == 0 &&
          (argument[2 + n] == '\0' || argument[2 + n] == '='))
        {
          *has_value = argument[2 + n] == '=';
          return TRUE;
        }
    }
  return FALSE;
}

/**
 * pent_cli_merge_arguments:
 * @typed: what follows the command
 * @without: (array zero-terminated=1): names of options with a value, which are
 *   left out; operands are left out as well
 * @more: (array zero-terminated=1): what comes after, and so counts more
 *
 * Returns: (transfer full): the arguments together
 */
GStrv
pent_cli_merge_arguments (char **typed, const char *const *without, const char *const *more)
{
  gsize n_options;
  const PentCliOption *options = pent_cli_generate_options (&n_options);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  for (char **at = typed; *at != NULL; at++)
    {
      gboolean has_value = FALSE, leave_out = is_one_of (*at, without, &has_value), takes_value = FALSE;
      if (!g_str_has_prefix (*at, "--") || g_str_equal (*at, "--"))
        continue;
      for (gsize i = 0; i < n_options; i++)
        if (options[i].name != NULL && g_str_equal (options[i].name, *at + 2))
          takes_value = options[i].kind != PENT_CLI_FLAG;
      if (!leave_out)
        g_strv_builder_add (builder, *at);
      if (takes_value && at[1] != NULL && !leave_out)
        g_strv_builder_add (builder, at[1]);
      if (takes_value && at[1] != NULL)
        at++;
    }
  g_strv_builder_addv (builder, (const char **) more);
  return g_strv_builder_end (builder);
}

/**
 * pent_cli_session_order:
 * @arguments: (array zero-terminated=1): as they would be typed after "generate"
 *
 * Returns: (transfer full): the order; %NULL with an error
 */
PentCliOrder *
pent_cli_session_order (char **arguments, GError **error)
{
  gsize n_options;
  const PentCliOption *options = pent_cli_generate_options (&n_options);
  g_autoptr (PentCliArguments) parsed = pent_cli_arguments_parse ("generate", options, n_options, arguments, error);
  return parsed != NULL ? pent_cli_order_new (parsed, error) : NULL;
}
