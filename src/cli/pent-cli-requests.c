/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "generate --requests FILE.jsonl": a request a line, a result a line. A request
 * is an object whose members are the options of "generate"; what was typed holds
 * where a line says nothing. All pictures are in the library, and one that was
 * made by the very same request before is not made again: so a run that was
 * killed is simply started once more. */
#define G_LOG_DOMAIN "pentimento"

#include "pent-cli-requests.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pent-cli-files.h"
#include "pent-cli-message.h"
#include "pent-cli-session.h"
#include "pent-error.h"
#include "pent-job-run.h"
#include "pent-json.h"

#define MAX_LINE (64u << 20)

/* Options that belong to the run and not to a request. */
static const char *const of_the_run[] = { "requests", "again", "json", "progress", "library", NULL };

typedef struct
{
  PentCliSession session;
  char         **typed;
  gboolean       again;
  GHashTable    *n_seen;     /* of lines without a seed: how often each came */
  FILE          *file;
  gint64         line;
  JsonArray     *files;      /* of the request that runs */
  gint64         n_painted;  /* likewise */
  gint64         n_known;
  int            count;      /* of its pictures */
  gint64         seed;       /* of the first of them */
  int            status;     /* of the first request that failed */
} Batch;

static gboolean
fail_member (GError **error, const char *name)
{
  g_set_error (error, PENT_ERROR, PENT_ERROR_USAGE, "\"%s\" has a value that no option takes: give it a text or a number.",
               name);
  return FALSE;
}

/* "cfg": 7.5 becomes --cfg=7.5, and "slots": {"colour": "red"} colour=red. */
static gboolean
add_member (GStrvBuilder *builder, const char *name, JsonNode *node, GError **error)
{
  g_autofree char *option = g_strdelimit (g_strdup (name), "_", '-');
  g_autofree char *value = NULL;
  for (int i = 0; of_the_run[i] != NULL; i++)
    if (g_str_equal (option, of_the_run[i]))
      {
        g_set_error (error, PENT_ERROR, PENT_ERROR_USAGE, "\"%s\" belongs to the command, not to a request.", name);
        return FALSE;
      }
  if (JSON_NODE_HOLDS_NULL (node))
    return TRUE;
  if (!JSON_NODE_HOLDS_VALUE (node))
    return fail_member (error, name);
  GType type = json_node_get_value_type (node);
  if (type == G_TYPE_BOOLEAN)
    value = json_node_get_boolean (node) ? g_strdup_printf ("--%s", option) : NULL;
  else if (type == G_TYPE_STRING)
    value = g_strdup_printf ("--%s=%s", option, json_node_get_string (node));
  else if (type == G_TYPE_INT64)
    value = g_strdup_printf ("--%s=%" G_GINT64_FORMAT, option, json_node_get_int (node));
  else
    {
      g_autofree char *real = pent_json_format_real (json_node_get_double (node));
      value = g_strdup_printf ("--%s=%s", option, real);
    }
  if (value != NULL)
    g_strv_builder_add (builder, value);
  return TRUE;
}

static gboolean
add_slots (GStrvBuilder *builder, JsonNode *node, GError **error)
{
  JsonObjectIter iter;
  const char *name;
  JsonNode *value;
  if (!JSON_NODE_HOLDS_OBJECT (node))
    return fail_member (error, "slots");
  json_object_iter_init_ordered (&iter, json_node_get_object (node));
  while (json_object_iter_next_ordered (&iter, &name, &value))
    {
      if (!JSON_NODE_HOLDS_VALUE (value) || json_node_get_value_type (value) != G_TYPE_STRING)
        return fail_member (error, name);
      g_autofree char *operand = g_strdup_printf ("%s=%s", name, json_node_get_string (value));
      g_strv_builder_add (builder, operand);
    }
  return TRUE;
}

/* A line without a seed gets one that follows from the line, and from how many
 * equal ones came before: when the run is started again, it is the same. */
static void
add_seed (Batch *self, GStrvBuilder *builder, const char *text)
{
  guint n = GPOINTER_TO_UINT (g_hash_table_lookup (self->n_seen, text));
  g_hash_table_insert (self->n_seen, g_strdup (text), GUINT_TO_POINTER (n + 1));
  g_autofree char *numbered = g_strdup_printf ("%u\n%s", n, text);
  g_autofree char *hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, numbered, -1);
  hash[8] = '\0';
  g_autofree char *option = g_strdup_printf ("--seed=%" G_GUINT64_FORMAT, g_ascii_strtoull (hash, NULL, 16));
  g_strv_builder_add (builder, option);
}

static gboolean
typed_seed (char **typed)
{
  for (; *typed != NULL; typed++)
    if (g_str_equal (*typed, "--seed") || g_str_has_prefix (*typed, "--seed="))
      return TRUE;
  return FALSE;
}

static PentCliOrder *
read_request (Batch *self, const char *text, GError **error)
{
  g_autoptr (JsonNode) node = pent_json_parse (text, strlen (text), error);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  JsonObjectIter iter;
  const char *name;
  JsonNode *value;
  if (node == NULL)
    return NULL;
  if (!JSON_NODE_HOLDS_OBJECT (node))
    {
      g_set_error (error, PENT_ERROR, PENT_ERROR_FILE, "a request is an object: {\"prompt\": \"a lake\"}.");
      return NULL;
    }
  if (!json_object_has_member (json_node_get_object (node), "seed") && !typed_seed (self->typed))
    add_seed (self, builder, text);
  json_object_iter_init_ordered (&iter, json_node_get_object (node));
  while (json_object_iter_next_ordered (&iter, &name, &value))
    if (!(g_str_equal (name, "slots") ? add_slots (builder, value, error) : add_member (builder, name, value, error)))
      return NULL;

  g_auto (GStrv) more = g_strv_builder_end (builder);
  g_auto (GStrv) arguments = pent_cli_merge_arguments (self->typed, of_the_run, (const char *const *) more);
  g_autoptr (PentCliOrder) order = pent_cli_session_order (arguments, error);
  if (order == NULL || pent_cli_order_is_plain (order, error))
    return g_steal_pointer (&order);
  return NULL;
}

/* --- painting --- */

static void
progress_cb (gpointer data, const PentProgress *progress)
{
  Batch *self = data;
  pent_cli_progress_update (self->session.progress, progress);
}

static gboolean
stored_cb (gpointer data, const PentLibraryPicture *picture, PentImage *image, const PentRunInfo *info, GError **error)
{
  Batch *self = data;
  gint64 n = json_array_get_length (self->files);
  g_autofree char *file = g_filename_display_name (picture->file);
  json_array_add_string_element (self->files, file);
  self->n_painted += image != NULL;
  self->n_known += image == NULL;
  pent_cli_progress_tell_picture (self->session.progress, json_array_get_length (self->files), self->count,
                                  self->seed + n, file);
  return TRUE;
}

static gboolean
run_order (Batch *self, PentCliOrder *order, GError **error)
{
  const PentJobListener listener = { .progress = progress_cb, .stored = stored_cb, .data = self };
  g_auto (GStrv) files = order->output != NULL
    ? pent_cli_choose_files (order->output, order->request->seed, order->request->count) : NULL;
  const PentJobOrder job = { .request = order->request, .files = (const char *const *) files, .reuse = !self->again };
  self->count = order->request->count;
  self->seed = order->request->seed;
  return pent_job_run (&job, self->session.pipeline, self->session.library, &listener, self->session.cancellable, error);
}

static gboolean
print_result (Batch *self, const PentCliOrder *order, const GError *problem, GError **error)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();
  json_object_set_int_member (object, "line", self->line);
  json_object_set_string_member (object, "result", problem != NULL ? "failed" : self->n_painted > 0 ? "painted" : "known");
  if (order != NULL)
    json_object_set_int_member (object, "seed", order->request->seed);
  json_object_set_array_member (object, "files", json_array_ref (self->files));
  if (problem != NULL)
    {
      json_object_set_string_member (object, "error", problem->message);
      json_object_set_int_member (object, "status", pent_error_exit_status (problem));
    }
  json_node_take_object (node, object);
  g_autofree char *text = pent_json_print (node, FALSE);
  g_autofree char *line = g_strconcat (text, "\n", NULL);
  return pent_cli_print (line, error);
}

/* A request that fails is told, and the next one runs; being stopped ends it
 * all. */
static gboolean
run_line (Batch *self, const char *text, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_clear_pointer (&self->files, json_array_unref);
  self->files = json_array_new ();
  self->n_painted = self->n_known = 0;
  g_autoptr (PentCliOrder) order = read_request (self, text, &problem);
  if (order != NULL)
    run_order (self, order, &problem);
  int status = pent_error_exit_status (problem);
  if (status == 130)
    {
      g_propagate_error (error, g_steal_pointer (&problem));
      return FALSE;
    }
  if (self->status == 0)
    self->status = status;
  return print_result (self, order, problem, error);
}

static gboolean
run_lines (Batch *self, GError **error)
{
  g_autofree char *line = NULL;
  size_t size = 0;
  ssize_t n;
  while ((n = getline (&line, &size, self->file)) >= 0)
    {
      self->line++;
      if (n > MAX_LINE)
        {
          g_set_error (error, PENT_ERROR, PENT_ERROR_FILE, "Line %" G_GINT64_FORMAT " of the requests has more than %u MiB.",
                       self->line, MAX_LINE >> 20);
          return FALSE;
        }
      if (*g_strstrip (line) != '\0' && !run_line (self, line, error))
        return FALSE;
    }
  return pent_library_maintain (self->session.library, error);
}

static gboolean
open_file (Batch *self, const char *path, GError **error)
{
  if (g_str_equal (path, "-"))
    self->file = stdin;
  else
    self->file = fopen (path, "re");
  if (self->file != NULL)
    return TRUE;
  g_autofree char *shown = g_filename_display_name (path);
  g_set_error (error, PENT_ERROR, PENT_ERROR_FILE, "%s cannot be read: %s.", shown, g_strerror (errno));
  return FALSE;
}

/**
 * pent_cli_run_requests:
 * @arguments: of "generate", with --requests
 * @typed: what they were made from
 *
 * Returns: the exit status: that of the first request that failed
 */
int
pent_cli_run_requests (PentCliArguments *arguments, char **typed)
{
  g_autoptr (GError) error = NULL;
  Batch self = { .typed = typed, .again = pent_cli_arguments_has (arguments, "again") };
  self.n_seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  gboolean ok = open_file (&self, pent_cli_arguments_get_text (arguments, "requests", NULL), &error) &&
                pent_cli_session_open (&self.session, arguments, &error) && run_lines (&self, &error);
  if (self.session.progress != NULL)
    pent_cli_progress_finish (self.session.progress);
  int status = ok ? self.status : pent_cli_fail (error);
  if (self.file != NULL && self.file != stdin)
    fclose (self.file);
  g_hash_table_unref (self.n_seen);
  g_clear_pointer (&self.files, json_array_unref);
  pent_cli_session_clear (&self.session);
  return status;
}
