/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "template": named prompts with {slots}, and filling them in. */
#define G_LOG_DOMAIN "pentimento"

#include "pent-cli-template.h"

#include <string.h>

#include "pent-cli-commands.h"
#include "pent-cli-help.h"
#include "pent-cli-message.h"
#include "pent-cli-picture.h"
#include "pent-error.h"
#include "pent-json.h"

static const char examples[] =
  "Keeps prompts with {slots} under names, in versions, in the library.\n"
  "\n"
  "Examples:\n"
  "  pentimento-cli template add sea \"a {colour} sea at {time}, clear sky\"\n"
  "  pentimento-cli generate --template sea --library colour=purple time=noon\n"
  "  pentimento-cli template list\n"
  "\n"
  "Usage: pentimento-cli template COMMAND [OPTION...]\n"
  "\n"
  "  add NAME TEXT           keep it; under a name that there is, as its next version\n"
  "  list                    the newest version of each\n"
  "  show NAME[@VERSION]     its text\n";

static const PentCliOption options[] = {
  { NULL, PENT_CLI_FLAG, NULL, "Options", NULL, 0, 0, NULL },
  { "json", PENT_CLI_FLAG, NULL, "print JSON", NULL, 0, 0, NULL },
};

/* --- filling in --- */

/* "NAME" or "NAME@VERSION" */
static PentTemplate *
find_template (PentLibrary *library, const char *typed, GError **error)
{
  gint64 version = 0;
  const char *at = strrchr (typed, '@');
  gsize n = at != NULL && g_ascii_string_to_signed (at + 1, 10, 1, G_MAXINT, &version, NULL) ? (gsize) (at - typed)
                                                                                               : strlen (typed);
  g_autofree char *name = g_strndup (typed, n);
  return pent_library_get_template (library, name, version, error);
}

static const char *
find_word (const char *slot, gsize size, const char *const *words, guint n)
{
  for (guint i = 0; i < n; i++)
    if (strncmp (words[i], slot, size) == 0 && words[i][size] == '=')
      return words[i] + size + 1;
  return NULL;
}

static char *
fill_in (const PentTemplate *template, const char *const *words, guint n, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);
  gsize from = 0, start, end;

  while (pent_slot_find (template->text, from, &start, &end))
    {
      const char *slot = template->text + start + 1;
      int size = end - start - 2;
      const char *word = find_word (slot, size, words, n);
      if (word == NULL)
        {
          g_set_error (error, PENT_ERROR, PENT_ERROR_USAGE, "The template \"%s\" has a slot that is not filled: add %.*s=WORDS.",
                       template->name, size, slot);
          return NULL;
        }
      g_string_append_len (text, template->text + from, start - from);
      g_string_append (text, word);
      from = end;
    }
  g_string_append (text, template->text + from);
  return g_strdup (text->str);
}

/* A word for a slot that is not there is most likely a slip. */
static gboolean
check_words (const PentTemplate *template, const char *const *words, guint n, GError **error)
{
  for (guint i = 0; i < n; i++)
    {
      const char *equals = strchr (words[i], '=');
      g_autofree char *slot = equals != NULL ? g_strdup_printf ("{%.*s}", (int) (equals - words[i]), words[i]) : NULL;
      if (slot == NULL || !g_utf8_validate (words[i], -1, NULL) || strstr (template->text, slot) == NULL)
        {
          g_autofree char *shown = g_utf8_make_valid (words[i], -1);
          g_set_error (error, PENT_ERROR, PENT_ERROR_USAGE, "\"%s\" fills no slot of the template: \"%s\".", shown, template->text);
          return FALSE;
        }
    }
  return TRUE;
}

/**
 * pent_cli_template_apply:
 * @arguments: of "generate", with --template; SLOT=WORDS as operands
 *
 * Makes the request's prompt from the template, and names it for the recipe.
 */
gboolean
pent_cli_template_apply (PentRequest *request, PentCliArguments *arguments, GError **error)
{
  const char *const *words;
  guint n = pent_cli_arguments_get_operands (arguments, &words);
  g_autoptr (PentLibrary) library = pent_cli_open_library (PENT_LIBRARY_READ, error);
  g_autoptr (PentTemplate) template =
    library != NULL ? find_template (library, pent_cli_arguments_get_text (arguments, "template", ""), error) : NULL;
  if (template == NULL || !check_words (template, words, n, error))
    return FALSE;
  char *prompt = fill_in (template, words, n, error);
  if (prompt == NULL)
    return FALSE;
  g_free (request->prompt);
  request->prompt = prompt;
  request->template_name = g_strdup_printf ("%s@%" G_GINT64_FORMAT, template->name, template->version);
  return TRUE;
}

/* --- the command --- */

static JsonNode *
to_json (const PentTemplate *template)
{
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();
  json_object_set_string_member (object, "name", template->name);
  json_object_set_int_member (object, "version", template->version);
  json_object_set_string_member (object, "text", template->text);
  json_node_take_object (node, object);
  return node;
}

static gboolean
print_template (const PentTemplate *template, gboolean json, GError **error)
{
  g_autoptr (JsonNode) node = to_json (template);
  g_autofree char *object = pent_json_print (node, TRUE);
  g_autofree char *text = json ? g_strconcat (object, "\n", NULL)
                               : g_strdup_printf ("%s@%" G_GINT64_FORMAT "  %s\n", template->name, template->version,
                                                  template->text);
  return pent_cli_print (text, error);
}

static gboolean
list (PentLibrary *library, gboolean json, GError **error)
{
  g_autoptr (GPtrArray) templates = pent_library_list_templates (library, error);
  if (templates == NULL)
    return FALSE;
  if (!json)
    {
      for (guint i = 0; i < templates->len; i++)
        if (!print_template (g_ptr_array_index (templates, i), FALSE, error))
          return FALSE;
      return TRUE;
    }
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_ARRAY);
  JsonArray *array = json_array_new ();
  for (guint i = 0; i < templates->len; i++)
    json_array_add_element (array, to_json (g_ptr_array_index (templates, i)));
  json_node_take_array (node, array);
  g_autofree char *printed = pent_json_print (node, TRUE);
  g_autofree char *text = g_strconcat (printed, "\n", NULL);
  return pent_cli_print (text, error);
}

static gboolean
add (PentLibrary *library, const char *name, const char *text, gboolean json, GError **error)
{
  PentTemplate template = { .name = (char *) name, .text = (char *) text };
  if (!pent_template_name_is_valid (name) || !g_utf8_validate (text, -1, NULL))
    {
      g_set_error (error, PENT_ERROR, PENT_ERROR_USAGE, "A template needs a name without \"@\" and a text, both in UTF-8.");
      return FALSE;
    }
  return pent_library_add_template (library, name, text, &template.version, error) &&
         print_template (&template, json, error);
}

static gboolean
run (PentCliArguments *arguments, GError **error)
{
  const char *const *words;
  guint n = pent_cli_arguments_get_operands (arguments, &words);
  gboolean json = pent_cli_arguments_has (arguments, "json");
  gboolean adds = n == 3 && g_str_equal (words[0], "add");
  gboolean shows = n == 2 && g_str_equal (words[0], "show");
  if (!adds && !shows && !(n == 1 && g_str_equal (words[0], "list")))
    {
      g_set_error (error, PENT_ERROR, PENT_ERROR_USAGE, "\"template\" is followed by add NAME TEXT, list, or show NAME: "
                   "%s template --help shows examples.", PENT_CLI_NAME);
      return FALSE;
    }
  g_autoptr (PentLibrary) library = pent_cli_open_library (adds ? PENT_LIBRARY_WRITE : PENT_LIBRARY_READ, error);
  if (library == NULL)
    return FALSE;
  if (adds)
    return add (library, words[1], words[2], json, error);
  if (!shows)
    return list (library, json, error);
  g_autoptr (PentTemplate) template = find_template (library, words[1], error);
  return template != NULL && print_template (template, json, error);
}

int
pent_cli_template (char **arguments)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PentCliArguments) parsed =
    pent_cli_arguments_parse ("template", options, G_N_ELEMENTS (options), arguments, &error);
  if (parsed == NULL)
    return pent_cli_fail (error);
  if (pent_cli_arguments_wants_help (parsed))
    return pent_cli_help_print (examples, options, G_N_ELEMENTS (options));
  return run (parsed, &error) ? 0 : pent_cli_fail (error);
}
