/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "pent-cli-nearest.h"

G_BEGIN_DECLS

typedef enum
{
  PENT_CLI_FLAG,    /* takes no value */
  PENT_CLI_TEXT,    /* any UTF-8, even empty */
  PENT_CLI_PATH,    /* not empty */
  PENT_CLI_WORD,    /* one of a list */
  PENT_CLI_WHOLE,   /* a whole number from min to max */
  PENT_CLI_REAL,    /* a number from min to max */
} PentCliKind;

/**
 * PentCliOption:
 * @name: without the dashes; %NULL for a heading in the help, which @help holds
 * @kind: what its value may be
 * @value: what the help calls the value; %NULL for a flag
 * @help: what it is for
 * @preset: (nullable): the default, for the help
 * @min: least value of a number
 * @max: greatest value of a number
 * @words: the words of %PENT_CLI_WORD
 */
typedef struct
{
  const char  *name;
  PentCliKind  kind;
  const char  *value;
  const char  *help;
  const char  *preset;
  gint64       min;
  gint64       max;
  PentCliWords words;
} PentCliOption;

/**
 * PentCliArguments:
 *
 * A command's arguments, taken apart and checked against its options.
 */
typedef struct _PentCliArguments PentCliArguments;

PentCliArguments *pent_cli_arguments_parse (const char          *command,
                                            const PentCliOption *options,
                                            gsize                n_options,
                                            char               **arguments,
                                            GError             **error);
void              pent_cli_arguments_free  (PentCliArguments *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PentCliArguments, pent_cli_arguments_free)

gboolean    pent_cli_arguments_has       (PentCliArguments *self, const char *name);
const char *pent_cli_arguments_get_text  (PentCliArguments *self, const char *name, const char *preset);
gint64      pent_cli_arguments_get_whole (PentCliArguments *self, const char *name, gint64 preset);
double      pent_cli_arguments_get_real  (PentCliArguments *self, const char *name, double preset);

gboolean pent_cli_arguments_wants_help   (PentCliArguments *self);
gboolean pent_cli_arguments_get_operand  (PentCliArguments *self, const char *what, const char **operand,
                                          GError **error);
guint    pent_cli_arguments_get_operands (PentCliArguments *self, const char *const **operands);
gboolean pent_cli_arguments_no_operands  (PentCliArguments *self, GError **error);

G_END_DECLS
