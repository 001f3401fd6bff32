/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "inspect": what a model is, and what is wrong with it. */
#define G_LOG_DOMAIN "pentimento"

#include "pent-cli-commands.h"
#include "pent-cli-help.h"
#include "pent-cli-message.h"
#include "pent-error.h"
#include "pent-inspect.h"

static const char examples[] =
  "Says what a model is: its family, sizes and precision, what is missing and what is wrong.\n"
  "\n"
  "Examples:\n"
  "  pentimento-cli inspect model.safetensors\n"
  "  pentimento-cli inspect a-diffusers-folder --json\n"
  "\n"
  "Usage: pentimento-cli inspect MODEL [--json]\n";

static const PentCliOption options[] = {
  { NULL, PENT_CLI_FLAG, NULL, "Options", NULL, 0, 0, NULL },
  { "json", PENT_CLI_FLAG, NULL, "print one JSON object", NULL, 0, 0, NULL },
};

static gboolean
run (PentCliArguments *parsed, GError **error)
{
  const char *path;
  if (!pent_cli_arguments_get_operand (parsed, "a model", &path, error))
    return FALSE;
  g_autoptr (PentInspection) inspection = pent_inspect (path, error);
  if (inspection == NULL)
    return FALSE;

  g_autofree char *text = pent_cli_arguments_has (parsed, "json") ? pent_inspection_to_json (inspection)
                                                                  : pent_inspection_to_text (inspection);
  if (!pent_cli_print (text, error))
    return FALSE;
  if (inspection->usable)
    return TRUE;
  g_set_error (error, PENT_ERROR, PENT_ERROR_FILE, "%s", inspection->problems->len > 0
               ? (char *) g_ptr_array_index (inspection->problems, 0) : "The model cannot be used.");
  return FALSE;
}

int
pent_cli_inspect (char **arguments)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PentCliArguments) parsed =
    pent_cli_arguments_parse ("inspect", options, G_N_ELEMENTS (options), arguments, &error);
  if (parsed == NULL)
    return pent_cli_fail (error);
  if (pent_cli_arguments_wants_help (parsed))
    return pent_cli_help_print (examples, options, G_N_ELEMENTS (options));
  return run (parsed, &error) ? 0 : pent_cli_fail (error);
}
