/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "history": the library that the studio shows. Here is what looks; what
 * changes it is in pent-cli-history-change.c. */
#define G_LOG_DOMAIN "pentimento"

#include "pent-cli-history.h"

#include <string.h>

#include "pent-cli-commands.h"
#include "pent-cli-help.h"
#include "pent-cli-message.h"
#include "pent-cli-picture.h"
#include "pent-cli-report.h"
#include "pent-error.h"
#include "pent-json.h"

static const char examples[] =
  "Shows and changes the library of pictures: what generate --library and the studio\n"
  "store.\n"
  "\n"
  "Examples:\n"
  "  pentimento-cli history list --limit 20\n"
  "  pentimento-cli history search lighthouse sunset --json\n"
  "  pentimento-cli history show 42\n"
  "  pentimento-cli history favourite 42 43\n"
  "  pentimento-cli history export 42 43 --output folder\n"
  "\n"
  "Usage: pentimento-cli history COMMAND [OPTION...]\n"
  "\n"
  "A picture is told by its number or its file.\n"
  "  list                    all pictures, the newest first\n"
  "  search WORD...          those whose prompt or model has these words\n"
  "  show PICTURE            all that is known of one, and its family\n"
  "  favourite PICTURE...    mark them; --off takes the mark away\n"
  "  delete PICTURE...       show them no longer; --off brings them back\n"
  "  purge                   remove deleted pictures and their files for good\n"
  "  export PICTURE...       copy their files to --output FOLDER\n"
  "  import FILE|FOLDER...   add pictures of other programs, where they lie\n"
  "  rebuild                 bring the library in line with the files, or make a\n"
  "                          damaged one anew from them\n"
  "  stats                   how many pictures, and how long they took\n";

static const PentCliOption options[] = {
  { NULL, PENT_CLI_FLAG, NULL, "Options", NULL, 0, 0, NULL },
  { "json", PENT_CLI_FLAG, NULL, "print JSON", NULL, 0, 0, NULL },
  { "limit", PENT_CLI_WHOLE, "N", "of list and search: at most so many", "all", 0, G_MAXINT64, NULL },
  { "offset", PENT_CLI_WHOLE, "N", "leave out the first so many", "0", 0, G_MAXINT64, NULL },
  { "favourites", PENT_CLI_FLAG, NULL, "only marked pictures", NULL, 0, 0, NULL },
  { "deleted", PENT_CLI_FLAG, NULL, "only deleted pictures", NULL, 0, 0, NULL },
  { "parent", PENT_CLI_WHOLE, "ID", "only pictures that were painted from this one", NULL, 1, G_MAXINT64, NULL },
  { "off", PENT_CLI_FLAG, NULL, "of favourite and delete: undo it", NULL, 0, 0, NULL },
  { "older-than", PENT_CLI_WHOLE, "DAYS", "of purge: only what was deleted so long ago", "0", 0, 36500, NULL },
  { "output", PENT_CLI_PATH, "FOLDER", "of export: where the files go", NULL, 0, 0, NULL },
};

/* --- list and search --- */

typedef struct
{
  gboolean json;
  gboolean any;
} Listing;

static gboolean
list_one (gpointer data, const PentLibraryPicture *picture, GError **error)
{
  Listing *listing = data;
  if (!listing->json)
    {
      g_autofree char *line = pent_cli_picture_line (picture);
      return pent_cli_print (line, error);
    }
  g_autoptr (JsonNode) node = pent_cli_picture_json (picture);
  g_autofree char *object = pent_json_print (node, FALSE);
  g_autofree char *text = g_strconcat (listing->any ? ",\n  " : "[\n  ", object, NULL);
  listing->any = TRUE;
  return pent_cli_print (text, error);
}

static gboolean
list (PentCliArguments *arguments, const char *search, GError **error)
{
  Listing listing = { .json = pent_cli_arguments_has (arguments, "json") };
  const PentLibraryQuery query = {
    .search = search,
    .favourites = pent_cli_arguments_has (arguments, "favourites"),
    .deleted = pent_cli_arguments_has (arguments, "deleted"),
    .parent = pent_cli_arguments_get_whole (arguments, "parent", 0),
    .offset = pent_cli_arguments_get_whole (arguments, "offset", 0),
    .limit = pent_cli_arguments_get_whole (arguments, "limit", -1),
  };
  g_autoptr (PentLibrary) library = pent_cli_open_library (PENT_LIBRARY_READ, error);
  if (library == NULL || !pent_library_each (library, &query, list_one, &listing, error))
    return FALSE;
  return !listing.json || pent_cli_print (listing.any ? "\n]\n" : "[]\n", error);
}

static gboolean
history_list (PentCliArguments *arguments, GError **error)
{
  const char *const *words;
  if (pent_cli_arguments_get_operands (arguments, &words) == 1)
    return list (arguments, NULL, error);
  g_set_error (error, PENT_ERROR, PENT_ERROR_USAGE, "\"history list\" takes no words: \"history search %s\" looks for them.",
               words[1]);
  return FALSE;
}

static gboolean
history_search (PentCliArguments *arguments, GError **error)
{
  const char *const *words;
  guint n = pent_cli_arguments_get_operands (arguments, &words);
  g_autoptr (GString) search = g_string_new (NULL);
  for (guint i = 1; i < n; i++)
    g_string_append_printf (search, "%s%s", i > 1 ? " " : "", words[i]);
  if (n == 1 || !g_utf8_validate (search->str, -1, NULL))
    {
      g_set_error (error, PENT_ERROR, PENT_ERROR_USAGE, "\"history search\" needs words in UTF-8 to look for: "
                   "history search lighthouse.");
      return FALSE;
    }
  return list (arguments, search->str, error);
}

/* --- show --- */

static gboolean
add_child (gpointer data, const PentLibraryPicture *picture, GError **error)
{
  json_array_add_int_element (data, picture->id);
  return TRUE;
}

static char *
describe (const PentLibraryPicture *picture, JsonArray *children)
{
  g_autofree char *line = pent_cli_picture_line (picture);
  GString *text = g_string_new (line);
  if (picture->recipe != NULL)
    {
      g_autofree char *recipe = pent_cli_report_recipe_text (picture->recipe);
      g_string_append (text, recipe);
    }
  if (picture->parent != 0)
    g_string_append_printf (text, "%-13s %" G_GINT64_FORMAT "\n", "painted from", picture->parent);
  for (guint i = 0; i < json_array_get_length (children); i++)
    g_string_append_printf (text, "%-13s %" G_GINT64_FORMAT "\n", "painted into", json_array_get_int_element (children, i));
  if (picture->timings.total != PENT_UNSET)
    g_string_append_printf (text, "%-13s %.2f\n", "seconds", picture->timings.total);
  return g_string_free (text, FALSE);
}

static gboolean
history_show (PentCliArguments *arguments, GError **error)
{
  const char *const *words;
  if (pent_cli_arguments_get_operands (arguments, &words) != 2)
    {
      g_set_error (error, PENT_ERROR, PENT_ERROR_USAGE, "\"history show\" needs one picture: history show 42.");
      return FALSE;
    }
  g_autoptr (PentLibrary) library = pent_cli_open_library (PENT_LIBRARY_READ, error);
  g_autoptr (PentLibraryPicture) picture = library != NULL ? pent_cli_find_picture (library, words[1], error) : NULL;
  if (picture == NULL)
    return FALSE;

  const PentLibraryQuery query = { .parent = picture->id, .limit = -1 };
  g_autoptr (JsonArray) children = json_array_new ();
  if (!pent_library_each (library, &query, add_child, children, error))
    return FALSE;
  if (!pent_cli_arguments_has (arguments, "json"))
    {
      g_autofree char *text = describe (picture, children);
      return pent_cli_print (text, error);
    }
  g_autoptr (JsonNode) node = pent_cli_picture_json (picture);
  json_object_set_array_member (json_node_get_object (node), "children", g_steal_pointer (&children));
  g_autofree char *object = pent_json_print (node, TRUE);
  g_autofree char *text = g_strconcat (object, "\n", NULL);
  return pent_cli_print (text, error);
}

/* --- stats --- */

static void
add_percentiles (JsonObject *object, const char *name, const double values[3])
{
  static const char *const names[] = { "p50", "p90", "p99" };
  JsonObject *inner = json_object_new ();
  for (int i = 0; i < 3; i++)
    json_object_set_double_member (inner, names[i], values[i]);
  json_object_set_object_member (object, name, inner);
}

static char *
figures_json (GPtrArray *figures)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_ARRAY);
  JsonArray *array = json_array_new ();
  for (guint i = 0; i < figures->len; i++)
    {
      const PentLibraryFigures *one = g_ptr_array_index (figures, i);
      JsonObject *object = json_object_new ();
      json_object_set_string_member (object, "model", one->model);
      json_object_set_string_member (object, "device", one->device);
      json_object_set_int_member (object, "width", one->width);
      json_object_set_int_member (object, "height", one->height);
      json_object_set_int_member (object, "pictures", one->n_pictures);
      add_percentiles (object, "wait", one->wait);
      add_percentiles (object, "total", one->total);
      json_array_add_object_element (array, object);
    }
  json_node_take_array (node, array);
  g_autofree char *text = pent_json_print (node, TRUE);
  return g_strconcat (text, "\n", NULL);
}

static char *
figures_text (GPtrArray *figures)
{
  GString *text = g_string_new (NULL);
  g_string_append_printf (text, "%-24s %-10s %-11s %8s   %-26s %s\n", "model", "device", "size", "pictures",
                          "wait P50 P90 P99 (s)", "total P50 P90 P99 (s)");
  for (guint i = 0; i < figures->len; i++)
    {
      const PentLibraryFigures *one = g_ptr_array_index (figures, i);
      g_autofree char *model = pent_cli_one_line (one->model);
      g_autofree char *size = g_strdup_printf ("%dx%d", one->width, one->height);
      g_string_append_printf (text, "%-24s %-10s %-11s %8" G_GINT64_FORMAT "   %8.2f %8.2f %8.2f %8.2f %8.2f %8.2f\n", model,
                              one->device, size, one->n_pictures, one->wait[0], one->wait[1], one->wait[2], one->total[0],
                              one->total[1], one->total[2]);
    }
  return g_string_free (text, FALSE);
}

static gboolean
history_stats (PentCliArguments *arguments, GError **error)
{
  g_autoptr (PentLibrary) library = pent_cli_open_library (PENT_LIBRARY_READ, error);
  g_autoptr (GPtrArray) figures = library != NULL ? pent_library_get_figures (library, error) : NULL;
  if (figures == NULL)
    return FALSE;
  g_autofree char *text = pent_cli_arguments_has (arguments, "json") ? figures_json (figures) : figures_text (figures);
  return pent_cli_print (text, error);
}

/* --- which command --- */

static const struct { const char *name; PentCliHistoryCommand run; } commands[] = {
  { "list", history_list },
  { "search", history_search },
  { "show", history_show },
  { "favourite", pent_cli_history_favourite },
  { "delete", pent_cli_history_delete },
  { "purge", pent_cli_history_purge },
  { "export", pent_cli_history_export },
  { "import", pent_cli_history_import },
  { "rebuild", pent_cli_history_rebuild },
  { "stats", history_stats },
};

static const char *
command_word (int index)
{
  return index < (int) G_N_ELEMENTS (commands) ? commands[index].name : NULL;
}

static gboolean
run (PentCliArguments *arguments, GError **error)
{
  const char *const *words;
  if (pent_cli_arguments_get_operands (arguments, &words) == 0)
    {
      g_set_error (error, PENT_ERROR, PENT_ERROR_USAGE, "What of the history? \"%s history list\" shows it, history --help "
                   "shows the rest.", PENT_CLI_NAME);
      return FALSE;
    }
  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    if (g_str_equal (words[0], commands[i].name))
      return commands[i].run (arguments, error);

  const char *nearest = pent_cli_nearest (words[0], command_word);
  g_autofree char *hint = nearest != NULL ? g_strdup_printf ("did you mean %s?", nearest)
                                          : g_strdup ("history --help lists them.");
  g_set_error (error, PENT_ERROR, PENT_ERROR_USAGE, "\"history %s\" is no command: %s", words[0], hint);
  return FALSE;
}

int
pent_cli_history (char **arguments)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PentCliArguments) parsed =
    pent_cli_arguments_parse ("history", options, G_N_ELEMENTS (options), arguments, &error);
  if (parsed == NULL)
    return pent_cli_fail (error);
  if (pent_cli_arguments_wants_help (parsed))
    return pent_cli_help_print (examples, options, G_N_ELEMENTS (options));
  return run (parsed, &error) ? 0 : pent_cli_fail (error);
}
