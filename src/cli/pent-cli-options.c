/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-cli-options.h"

#include <math.h>
#include <string.h>

#include "pent-cli-message.h"
#include "pent-error.h"

struct _PentCliArguments
{
  const char          *command;
  const PentCliOption *options;
  gsize                n_options;
  const char         **values;     /* by option; NULL where it was not given */
  GPtrArray           *operands;   /* of const char *, owned by the caller's vector */
  gboolean             wants_help;
};

static const char given[] = "";

static int
find_option (PentCliArguments *self, const char *name, gsize size)
{
  for (gsize i = 0; i < self->n_options; i++)
    if (self->options[i].name != NULL && strlen (self->options[i].name) == size &&
        memcmp (self->options[i].name, name, size) == 0)
      return i;
  return -1;
}

static const char *
nearest_option (PentCliArguments *self, const char *typed)
{
  g_autofree char *name = g_strndup (typed, strcspn (typed, "="));
  g_autofree const char **names = g_new0 (const char *, self->n_options + 1);
  int n = 0;
  for (gsize i = 0; i < self->n_options; i++)
    if (self->options[i].name != NULL)
      names[n++] = self->options[i].name;
  return pent_cli_nearest_of (name, names);
}

static gboolean
fail_unknown (PentCliArguments *self, const char *argument, GError **error)
{
  const char *name = argument + strspn (argument, "-");
  const char *nearest = nearest_option (self, name);
  g_autofree char *hint = nearest != NULL ? g_strdup_printf ("did you mean --%s?", nearest)
                                          : g_strdup_printf ("%s %s --help lists the options.", PENT_CLI_NAME,
                                                             self->command);
  g_set_error (error, PENT_ERROR, PENT_ERROR_USAGE, "%.*s is no option of \"%s\": %s",
               (int) strcspn (argument, "="), argument, self->command, hint);
  return FALSE;
}

/* Takes one option, and the argument after it where its value stands there. */
static gboolean
take_option (PentCliArguments *self, char ***at, GError **error)
{
  const char *argument = **at;
  const char *name = argument + 2;
  const char *equals = strchr (name, '=');
  int index = g_str_has_prefix (argument, "--") ? find_option (self, name, strcspn (name, "=")) : -1;
  if (index < 0)
    return fail_unknown (self, argument, error);

  const PentCliOption *option = &self->options[index];
  if (option->kind == PENT_CLI_FLAG && equals != NULL)
    {
      g_set_error (error, PENT_ERROR, PENT_ERROR_USAGE, "--%s takes no value: leave out \"%s\".", option->name, equals);
      return FALSE;
    }
  if (option->kind == PENT_CLI_FLAG)
    self->values[index] = given;
  else if (equals != NULL)
    self->values[index] = equals + 1;
  else if ((*at)[1] != NULL)
    self->values[index] = *++*at;
  else
    {
      g_set_error (error, PENT_ERROR, PENT_ERROR_USAGE, "--%s needs a value: --%s %s.", option->name, option->name,
                   option->value);
      return FALSE;
    }
  return TRUE;
}

static gboolean
take_all (PentCliArguments *self, char **arguments, GError **error)
{
  gboolean only_operands = FALSE;
  for (char **at = arguments; *at != NULL; at++)
    {
      if (only_operands || **at != '-' || (*at)[1] == '\0')
        g_ptr_array_add (self->operands, *at);
      else if (g_str_equal (*at, "--"))
        only_operands = TRUE;
      else if (g_str_equal (*at, "--help") || g_str_equal (*at, "-h"))
        self->wants_help = TRUE;
      else if (!take_option (self, &at, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
check_word (const PentCliOption *option, const char *value, GError **error)
{
  g_autoptr (GString) list = g_string_new (NULL);
  const char *word;
  for (int i = 0; (word = option->words (i)) != NULL; i++)
    {
      if (g_str_equal (word, value))
        return TRUE;
      g_string_append_printf (list, "%s%s", i > 0 ? ", " : "", word);
    }

  const char *nearest = pent_cli_nearest (value, option->words);
  g_autofree char *hint = nearest != NULL ? g_strdup_printf ("did you mean %s? ", nearest) : g_strdup ("");
  g_set_error (error, PENT_ERROR, PENT_ERROR_USAGE, "--%s cannot be \"%s\": %sit is one of %s.",
               option->name, value, hint, list->str);
  return FALSE;
}

static gboolean
parse_whole (const PentCliOption *option, const char *value, gint64 *number)
{
  return g_ascii_string_to_signed (value, 10, option->min, option->max, number, NULL);
}

/* Digits, a point, an exponent; no spaces, hexadecimals, "inf" or "nan". */
static gboolean
parse_real (const PentCliOption *option, const char *value, double *number)
{
  char *end;
  if (*value == '\0' || value[strspn (value, "+-.0123456789eE")] != '\0')
    return FALSE;
  *number = g_ascii_strtod (value, &end);
  return *end == '\0' && isfinite (*number) && *number >= option->min && *number <= option->max;
}

static gboolean
check_value (const PentCliOption *option, const char *value, GError **error)
{
  gint64 whole;
  double real;

  if (option->kind == PENT_CLI_WORD)
    return check_word (option, value, error);
  if (option->kind == PENT_CLI_TEXT && !g_utf8_validate (value, -1, NULL))
    g_set_error (error, PENT_ERROR, PENT_ERROR_USAGE, "--%s is not valid UTF-8: type it in a UTF-8 terminal.",
                 option->name);
  else if (option->kind == PENT_CLI_PATH && *value == '\0')
    g_set_error (error, PENT_ERROR, PENT_ERROR_USAGE, "--%s is empty: give it a %s.", option->name, option->value);
  else if (option->kind == PENT_CLI_WHOLE && !parse_whole (option, value, &whole))
    g_set_error (error, PENT_ERROR, PENT_ERROR_USAGE, "--%s cannot be \"%s\": it is a whole number from %"
                 G_GINT64_FORMAT " to %" G_GINT64_FORMAT ".", option->name, value, option->min, option->max);
  else if (option->kind == PENT_CLI_REAL && !parse_real (option, value, &real))
    g_set_error (error, PENT_ERROR, PENT_ERROR_USAGE, "--%s cannot be \"%s\": it is a number from %"
                 G_GINT64_FORMAT " to %" G_GINT64_FORMAT ".", option->name, value, option->min, option->max);
  else
    return TRUE;
  return FALSE;
}

/**
 * pent_cli_arguments_parse:
 * @command: the command's name, for messages
 * @options: what it understands; must outlive the arguments
 * @arguments: (array zero-terminated=1): what follows the command; must outlive
 *   the result
 *
 * Options are --name value or --name=value, anywhere; "--" ends them. The last
 * of a repeated option wins. Where help is asked for, values are not checked.
 *
 * Returns: (transfer full): the arguments; %NULL with %PENT_ERROR_USAGE
 */
PentCliArguments *
pent_cli_arguments_parse (const char *command, const PentCliOption *options, gsize n_options, char **arguments,
                          GError **error)
{
  g_autoptr (PentCliArguments) self = g_new0 (PentCliArguments, 1);
  self->command = command;
  self->options = options;
  self->n_options = n_options;
  self->values = g_new0 (const char *, n_options);
  self->operands = g_ptr_array_new ();

  if (!take_all (self, arguments, error))
    return NULL;
  for (gsize i = 0; !self->wants_help && i < n_options; i++)
    if (self->values[i] != NULL && !check_value (&options[i], self->values[i], error))
      return NULL;
  return g_steal_pointer (&self);
}

void
pent_cli_arguments_free (PentCliArguments *self)
{
  g_free (self->values);
  g_ptr_array_unref (self->operands);
  g_free (self);
}

static const char *
get_value (PentCliArguments *self, const char *name)
{
  int index = find_option (self, name, strlen (name));
  g_return_val_if_fail (index >= 0, NULL);
  return self->values[index];
}

gboolean
pent_cli_arguments_has (PentCliArguments *self, const char *name)
{
  return get_value (self, name) != NULL;
}

/**
 * pent_cli_arguments_get_text:
 *
 * Returns: the value of the option @name as typed, or @preset
 */
const char *
pent_cli_arguments_get_text (PentCliArguments *self, const char *name, const char *preset)
{
  const char *value = get_value (self, name);
  return value != NULL ? value : preset;
}

gint64
pent_cli_arguments_get_whole (PentCliArguments *self, const char *name, gint64 preset)
{
  const char *value = get_value (self, name);
  return value != NULL ? g_ascii_strtoll (value, NULL, 10) : preset;
}

double
pent_cli_arguments_get_real (PentCliArguments *self, const char *name, double preset)
{
  const char *value = get_value (self, name);
  return value != NULL ? g_ascii_strtod (value, NULL) : preset;
}

gboolean
pent_cli_arguments_wants_help (PentCliArguments *self)
{
  return self->wants_help;
}

/**
 * pent_cli_arguments_get_operand:
 * @what: what the command works on, for messages: "a picture"
 * @operand: (out): the one argument that is no option
 *
 * Returns: %FALSE with %PENT_ERROR_USAGE where there is none, or more than one
 */
gboolean
pent_cli_arguments_get_operand (PentCliArguments *self, const char *what, const char **operand, GError **error)
{
  if (self->operands->len == 1)
    {
      *operand = g_ptr_array_index (self->operands, 0);
      return TRUE;
    }
  if (self->operands->len == 0)
    g_set_error (error, PENT_ERROR, PENT_ERROR_USAGE, "\"%s\" needs %s: %s %s --help shows how.",
                 self->command, what, PENT_CLI_NAME, self->command);
  else
    g_set_error (error, PENT_ERROR, PENT_ERROR_USAGE, "\"%s\" takes %s and nothing else: put \"%s\" in quotes if it "
                 "belongs to that.", self->command, what, (char *) g_ptr_array_index (self->operands, 1));
  return FALSE;
}

/**
 * pent_cli_arguments_get_operands:
 * @operands: (out) (array): the arguments that are no options
 *
 * Returns: how many there are
 */
guint
pent_cli_arguments_get_operands (PentCliArguments *self, const char *const **operands)
{
  *operands = (const char *const *) self->operands->pdata;
  return self->operands->len;
}

gboolean
pent_cli_arguments_no_operands (PentCliArguments *self, GError **error)
{
  if (self->operands->len == 0)
    return TRUE;
  g_set_error (error, PENT_ERROR, PENT_ERROR_USAGE, "\"%s\" belongs to no option of \"%s\": put a text of several words "
               "in quotes.", (char *) g_ptr_array_index (self->operands, 0), self->command);
  return FALSE;
}
