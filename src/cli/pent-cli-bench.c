/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "bench": how fast this machine paints, and where the time goes. */
#define G_LOG_DOMAIN "pentimento"

#include "pent-bench-run.h"
#include "pent-cli-bench-report.h"
#include "pent-cli-commands.h"
#include "pent-cli-device.h"
#include "pent-cli-help.h"
#include "pent-cli-message.h"
#include "pent-cli-signals.h"
#include "pent-error.h"
#include "pent-picture.h"

#define MAX_SIZES 16

static const char examples[] =
  "Makes pictures and tells how long each part took; compare only what was measured on one\n"
  "machine in one sitting, with nothing else running.\n"
  "\n"
  "Examples:\n"
  "  pentimento-cli bench\n"
  "  pentimento-cli bench --model model.safetensors --size 256,512 --runs 5 --json\n"
  "  pentimento-cli bench --device vulkan:0 --operators\n"
  "\n"
  "Usage: pentimento-cli bench [OPTION...]\n";

static const PentCliOption options[] = {
  { NULL, PENT_CLI_FLAG, NULL, "Options", NULL, 0, 0, NULL },
  { "model", PENT_CLI_PATH, "PATH", "a model: a file or a folder", "the starter model", 0, 0, NULL },
  { "size", PENT_CLI_TEXT, "PX[,PX...]", "sides of the square pictures, multiples of 8", "256", 0, 0, NULL },
  { "runs", PENT_CLI_WHOLE, "N", "guided steps that are timed, after one that warms up", "5", 1, 1000, NULL },
  { "operators", PENT_CLI_FLAG, NULL, "time each operator, beside what the device can do at most", NULL, 0, 0, NULL },
  { "device", PENT_CLI_TEXT, "DEVICE", "auto, cpu, vulkan or vulkan:N", "auto", 0, 0, NULL },
  { "precision", PENT_CLI_WORD, "WORD", "what is multiplied", "auto", 0, 0, pent_cli_precision_word },
  { "json", PENT_CLI_FLAG, NULL, "print one JSON object", NULL, 0, 0, NULL },
};

static gboolean
parse_size (const char *word, int *size, GError **error)
{
  guint64 value;

  if (g_ascii_string_to_unsigned (word, 10, 64, PENT_PICTURE_MAX_SIDE, &value, NULL) && value % 8 == 0)
    {
      *size = value;
      return TRUE;
    }
  g_set_error (error, PENT_ERROR, PENT_ERROR_USAGE,
               "--size cannot hold \"%s\": give multiples of 8 from 64 to %d, with commas between them.", word,
               PENT_PICTURE_MAX_SIDE);
  return FALSE;
}

static gboolean
parse_sizes (const char *text, int sizes[MAX_SIZES], guint *n, GError **error)
{
  g_auto (GStrv) words = g_strsplit (text, ",", -1);

  *n = g_strv_length (words);
  if (*n == 0 || *n > MAX_SIZES)
    {
      g_set_error (error, PENT_ERROR, PENT_ERROR_USAGE, "--size takes 1 to %d sides, with commas between them.",
                   MAX_SIZES);
      return FALSE;
    }
  for (guint i = 0; i < *n; i++)
    if (!parse_size (words[i], &sizes[i], error))
      return FALSE;
  return TRUE;
}

static gboolean
run (PentCliArguments *parsed, GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) runs = g_ptr_array_new_with_free_func ((GDestroyNotify) pent_bench_run_free);
  PentBenchOrder order = {
    .model = pent_cli_arguments_get_text (parsed, "model", NULL),
    .device = pent_cli_arguments_get_text (parsed, "device", "auto"),
    .runs = pent_cli_arguments_get_whole (parsed, "runs", 5),
    .operators = pent_cli_arguments_has (parsed, "operators"),
  };
  int sizes[MAX_SIZES];
  guint n;

  if (!pent_cli_arguments_no_operands (parsed, error) || !pent_cli_check_device (order.device, error)
      || !parse_sizes (pent_cli_arguments_get_text (parsed, "size", "256"), sizes, &n, error))
    return FALSE;
  pent_precision_from_name (pent_cli_arguments_get_text (parsed, "precision", "auto"), &order.precision);
  for (guint i = 0; i < n; i++)
    {
      order.width = order.height = sizes[i];
      PentBenchRun *bench = pent_bench_run_new (&order, cancellable, error);
      if (bench == NULL)
        return FALSE;
      g_ptr_array_add (runs, bench);
    }
  g_autofree char *text = pent_cli_arguments_has (parsed, "json") ? pent_cli_bench_report_json (runs)
                                                                  : pent_cli_bench_report_text (runs);
  return pent_cli_print (text, error);
}

int
pent_cli_bench (char **arguments)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (PentCliArguments) parsed =
    pent_cli_arguments_parse ("bench", options, G_N_ELEMENTS (options), arguments, &error);

  if (parsed == NULL)
    return pent_cli_fail (error);
  if (pent_cli_arguments_wants_help (parsed))
    return pent_cli_help_print (examples, options, G_N_ELEMENTS (options));
  pent_cli_signals_start (cancellable);
  return run (parsed, cancellable, &error) ? 0 : pent_cli_fail (error);
}
