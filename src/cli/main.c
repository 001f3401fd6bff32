/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include <fcntl.h>
#include <locale.h>
#include <stdlib.h>
#include <unistd.h>

#include "pent-cli-commands.h"
#include "pent-cli-message.h"
#include "pent-cli-nearest.h"
#include "pent-error.h"
#include "pent-threads.h"

static const char help[] =
  "Paints pictures from words, and says what models, devices and pictures are.\n"
  "\n"
  "Examples:\n"
  "  pentimento-cli generate --prompt \"a lighthouse on the right by the sea, sunset\"\n"
  "  pentimento-cli generate --prompt \"purple lake at night\" --seed 7 --count 4 --output lake.png\n"
  "  pentimento-cli generate --prompt \"a red sail\" --init photo.jpg --mask mask.png --output new.png\n"
  "  pentimento-cli inspect model.safetensors\n"
  "  pentimento-cli info lake.png\n"
  "  pentimento-cli rerun lake.png\n"
  "  pentimento-cli history search lighthouse\n"
  "\n"
  "Commands:\n"
  "  generate --prompt TEXT      paint pictures\n"
  "  recompose EDIT              join an edit anew: other growth, feather, colours; no model runs\n"
  "  inspect MODEL [--json]      family, variant, sizes, precision, what is missing, what is wrong\n"
  "  devices [--json]            every device, what it can do, which one auto picks and why\n"
  "  tokens [--model PATH] TEXT  tokens, their ids and weights, chunk by chunk\n"
  "  info PICTURE [--json]       the recipe stored in a picture, ours or another program's\n"
  "  rerun PICTURE               make it again from its recipe and compare\n"
  "  history COMMAND             the library of pictures: list, show, search, ...\n"
  "  template COMMAND            prompts with slots: add, list, show\n"
  "  bench [--operators]         how fast this machine paints, and where the time goes\n"
  "\n"
  "Each command has a --help of its own; --version prints the version.\n"
  "\n"
  "Exit status: 0 done, 1 rerun found a difference, 2 wrong usage, 3 a file, folder or\n"
  "model is at fault, 4 it does not fit in memory, 5 the device, 130 cancelled.\n";

typedef struct
{
  const char *name;
  int       (*run) (char **arguments);
} Command;

static const Command commands[] = {
  { "generate", pent_cli_generate },
  { "recompose", pent_cli_recompose },
  { "inspect", pent_cli_inspect },
  { "devices", pent_cli_devices },
  { "tokens", pent_cli_tokens },
  { "info", pent_cli_info },
  { "rerun", pent_cli_rerun },
  { "history", pent_cli_history },
  { "template", pent_cli_template },
  { "bench", pent_cli_bench },
};

static const char *
command_word (int index)
{
  return index < (int) G_N_ELEMENTS (commands) ? commands[index].name : NULL;
}

static int
print (const char *text)
{
  g_autoptr (GError) error = NULL;
  return pent_cli_print (text, &error) ? 0 : pent_cli_fail (error);
}

static int
fail_unknown (const char *word)
{
  const char *nearest = pent_cli_nearest (word, command_word);
  g_autofree char *hint = nearest != NULL ? g_strdup_printf ("did you mean %s?", nearest)
                                          : g_strdup (PENT_CLI_NAME " --help lists them.");
  g_autoptr (GError) error = NULL;
  if (g_str_has_prefix (word, "-"))
    error = g_error_new (PENT_ERROR, PENT_ERROR_USAGE, "%s is no option here: start with a command, as in %s generate %s.",
                         word, PENT_CLI_NAME, word);
  else
    error = g_error_new (PENT_ERROR, PENT_ERROR_USAGE, "\"%s\" is no command: %s", word, hint);
  return pent_cli_fail (error);
}

static int
run_command (const char *word, char **arguments)
{
  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    if (g_str_equal (word, commands[i].name))
      return commands[i].run (arguments);
  return fail_unknown (word);
}

/* A file that is opened must not become standard output or standard error
 * because these were closed, and be written into by mistake. */
static void
open_standard_streams (void)
{
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
    if (fcntl (fd, F_GETFD) < 0 && open ("/dev/null", O_RDWR) != fd)
      abort ();
}

int
main (int argc, char **argv)
{
  open_standard_streams ();
  pent_threads_prepare (argv);

  /* Names of files in the user's letters; words and numbers in nobody's, for
   * scripts read them. */
  setlocale (LC_ALL, "");
  setlocale (LC_NUMERIC, "C");
  setlocale (LC_MESSAGES, "C");

  if (argc < 2)
    {
      g_autoptr (GError) error = g_error_new (PENT_ERROR, PENT_ERROR_USAGE,
                                              "What is to be done? %s --help shows examples.", PENT_CLI_NAME);
      return pent_cli_fail (error);
    }
  if (g_str_equal (argv[1], "--version"))
    return print (PENT_CLI_NAME " " PENT_VERSION "\n");
  if (g_str_equal (argv[1], "help") && argc > 2)
    {
      char *arguments[] = { (char *) "--help", NULL };
      return run_command (argv[2], arguments);
    }
  if (g_str_equal (argv[1], "--help") || g_str_equal (argv[1], "-h") || g_str_equal (argv[1], "help"))
    return print (help);
  return run_command (argv[1], argv + 2);
}
