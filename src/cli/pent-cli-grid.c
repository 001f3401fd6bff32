/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "generate --grid steps=10,20 cfg=4,7": every combination is painted and stored
 * in the library, and all are put on one sheet with labels. A key is an option,
 * or a slot of the template. The last key with several values runs along the
 * rows of the sheet; one with a single value is the same everywhere and not on
 * it. */
#define G_LOG_DOMAIN "pentimento"

#include "pent-cli-grid.h"

#include <string.h>

#include "pent-cli-generate-options.h"
#include "pent-cli-message.h"
#include "pent-cli-session.h"
#include "pent-cli-sheet.h"
#include "pent-error.h"
#include "pent-job-run.h"
#include "pent-json.h"
#include "pent-picture.h"

#define MAX_CELLS 400

static const char *const of_the_run[] = { "grid", "output", "json", "progress", "library", "requests", "again", NULL };

typedef struct
{
  char *key;
  GStrv values;
  gboolean is_option;   /* else a slot */
} Axis;

typedef struct
{
  PentCliSession session;
  char         **typed;
  gint64         seed;       /* of all cells, where none was typed */
  GArray        *axes;       /* of Axis */
  PentCliCell   *cells;
  int            n_cells;
  int            cell;       /* that is painted */
  JsonArray     *files;
  gboolean       json;
} Grid;

static void
axis_clear (gpointer data)
{
  Axis *axis = data;
  g_free (axis->key);
  g_strfreev (axis->values);
}

static gboolean
is_option (const char *key)
{
  gsize n;
  const PentCliOption *options = pent_cli_generate_options (&n);
  for (gsize i = 0; i < n; i++)
    if (options[i].name != NULL && g_str_equal (options[i].name, key) && options[i].kind != PENT_CLI_FLAG)
      return TRUE;
  return FALSE;
}

static gboolean
add_axis (Grid *self, const char *text, gboolean has_template, GError **error)
{
  const char *equals = strchr (text, '=');
  g_autofree char *key = g_strndup (text, equals != NULL ? (gsize) (equals - text) : strlen (text));
  Axis axis = { .is_option = is_option (key) };
  if (equals == NULL || equals[1] == '\0' || !g_utf8_validate (text, -1, NULL) || (!axis.is_option && !has_template) ||
      g_strv_contains (of_the_run, key))
    {
      g_autofree char *shown = g_utf8_make_valid (text, -1);
      g_set_error (error, PENT_ERROR, PENT_ERROR_USAGE, "--grid cannot use \"%s\": it takes options with their values, as in "
                   "--grid steps=10,20 cfg=4,7.", shown);
      return FALSE;
    }
  axis.key = g_steal_pointer (&key);
  axis.values = g_strsplit (equals + 1, ",", -1);
  g_array_append_val (self->axes, axis);
  return TRUE;
}

static gboolean
read_axes (Grid *self, PentCliArguments *arguments, GError **error)
{
  const char *const *words;
  guint n = pent_cli_arguments_get_operands (arguments, &words);
  gboolean has_template = pent_cli_arguments_has (arguments, "template");
  gint64 n_cells = 1;
  if (!add_axis (self, pent_cli_arguments_get_text (arguments, "grid", ""), has_template, error))
    return FALSE;
  for (guint i = 0; i < n; i++)
    if (!add_axis (self, words[i], has_template, error))
      return FALSE;
  for (guint i = 0; i < self->axes->len && n_cells <= MAX_CELLS; i++)
    n_cells *= g_strv_length (g_array_index (self->axes, Axis, i).values);
  if (n_cells > MAX_CELLS)
    {
      g_set_error (error, PENT_ERROR, PENT_ERROR_USAGE, "--grid would paint more than %d pictures: give it fewer values.", MAX_CELLS);
      return FALSE;
    }
  self->n_cells = n_cells;
  self->cells = g_new0 (PentCliCell, n_cells);
  return TRUE;
}

/* What cell @index adds to what was typed, and how it is called. */
static GStrv
cell_arguments (Grid *self, int index, char **label)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autoptr (GString) text = g_string_new (NULL);
  int rest = index;
  g_autofree char *seed = g_strdup_printf ("--seed=%" G_GINT64_FORMAT, self->seed);
  if (self->seed != PENT_UNSET)
    g_strv_builder_add (builder, seed);
  for (int i = (int) self->axes->len - 1; i >= 0; i--)
    {
      const Axis *axis = &g_array_index (self->axes, Axis, i);
      int n = g_strv_length (axis->values);
      const char *value = axis->values[rest % n];
      g_autofree char *argument = g_strdup_printf ("%s%s=%s", axis->is_option ? "--" : "", axis->key, value);
      g_autofree char *part = g_strdup_printf ("%s %s%s", axis->key, value, text->len > 0 ? ", " : "");
      g_strv_builder_add (builder, argument);
      if (n > 1)
        g_string_prepend (text, part);
      rest /= n;
    }
  *label = g_strdup (text->str);
  return g_strv_builder_end (builder);
}

static void
progress_cb (gpointer data, const PentProgress *progress)
{
  Grid *self = data;
  PentProgress whole = *progress;
  whole.picture = self->cell;
  whole.n_pictures = self->n_cells;
  whole.fraction = (self->cell + progress->fraction) / self->n_cells;
  pent_cli_progress_update (self->session.progress, &whole);
}

static gboolean
stored_cb (gpointer data, const PentLibraryPicture *picture, PentImage *image, const PentRunInfo *info, GError **error)
{
  Grid *self = data;
  g_autofree char *file = g_filename_display_name (picture->file);
  json_array_add_string_element (self->files, file);
  self->cells[self->cell].image = pent_image_ref (image);
  return TRUE;
}

static gboolean
paint_cell (Grid *self, GError **error)
{
  const PentJobListener listener = { .progress = progress_cb, .stored = stored_cb, .data = self };
  g_auto (GStrv) more = cell_arguments (self, self->cell, &self->cells[self->cell].label);
  g_auto (GStrv) arguments = pent_cli_merge_arguments (self->typed, of_the_run, (const char *const *) more);
  g_autoptr (PentCliOrder) order = pent_cli_session_order (arguments, error);
  if (order == NULL || !pent_cli_order_is_plain (order, error))
    return FALSE;
  const PentJobOrder job = { .request = order->request };
  order->request->count = 1;
  return pent_job_run (&job, self->session.pipeline, self->session.library, &listener, self->session.cancellable, error);
}

/* That every cell makes sense is known before the first is painted. */
static gboolean
check_cells (Grid *self, GError **error)
{
  for (int i = 0; i < self->n_cells; i++)
    {
      g_autofree char *label = NULL;
      g_auto (GStrv) more = cell_arguments (self, i, &label);
      g_auto (GStrv) arguments = pent_cli_merge_arguments (self->typed, of_the_run, (const char *const *) more);
      g_autoptr (PentCliOrder) order = pent_cli_session_order (arguments, error);
      if (order == NULL || !pent_cli_order_is_plain (order, error))
        return FALSE;
      /* One seed for all, or the cells would differ by more than their labels. */
      if (i == 0 && !order->seed_given)
        {
          self->seed = order->request->seed;
          pent_cli_progress_tell_seed (self->session.progress, self->seed);
        }
    }
  return TRUE;
}

static gboolean
write_sheet (Grid *self, const char *output, GError **error)
{
  int columns = 1;
  for (guint i = self->axes->len; i > 0 && columns == 1; i--)
    columns = g_strv_length (g_array_index (self->axes, Axis, i - 1).values);
  g_autofree char *file = g_canonicalize_filename (output, NULL);
  g_autoptr (PentTextFields) no_texts = pent_text_fields_new ();
  g_autoptr (PentImage) sheet = pent_cli_sheet_draw (self->cells, self->n_cells, columns, error);
  if (sheet == NULL)
    return FALSE;
  pent_cli_signals_hold (self->session.signals);
  gboolean ok = pent_picture_write (file, sheet, no_texts, TRUE, error);
  pent_cli_signals_release (self->session.signals);
  if (!ok)
    return FALSE;
  if (!self->json)
    {
      g_autofree char *line = g_strconcat (file, "\n", NULL);
      return pent_cli_print (line, error);
    }
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();
  json_object_set_string_member (object, "sheet", file);
  json_object_set_array_member (object, "files", json_array_ref (self->files));
  json_node_take_object (node, object);
  g_autofree char *printed = pent_json_print (node, TRUE);
  g_autofree char *text = g_strconcat (printed, "\n", NULL);
  return pent_cli_print (text, error);
}

static gboolean
run (Grid *self, PentCliArguments *arguments, GError **error)
{
  PentPictureFormat format;
  const char *output = pent_cli_arguments_get_text (arguments, "output", "grid.png");
  if (!pent_picture_format_from_name (output, &format))
    {
      g_set_error (error, PENT_ERROR, PENT_ERROR_USAGE,
                   "--output cannot be \"%s\": it must end in .png, .jpg, .jpeg or .webp.", output);
      return FALSE;
    }
  if (!read_axes (self, arguments, error) || !pent_cli_session_open (&self->session, arguments, error) ||
      !check_cells (self, error))
    return FALSE;
  for (self->cell = 0; self->cell < self->n_cells; self->cell++)
    if (!paint_cell (self, error))
      return FALSE;
  pent_cli_progress_finish (self->session.progress);
  return write_sheet (self, output, error);
}

/**
 * pent_cli_run_grid:
 * @arguments: of "generate", with --grid
 * @typed: what they were made from
 *
 * Returns: the exit status
 */
int
pent_cli_run_grid (PentCliArguments *arguments, char **typed)
{
  g_autoptr (GError) error = NULL;
  Grid self = { .typed = typed, .seed = PENT_UNSET, .json = pent_cli_arguments_has (arguments, "json") };
  self.axes = g_array_new (FALSE, FALSE, sizeof (Axis));
  g_array_set_clear_func (self.axes, axis_clear);
  self.files = json_array_new ();
  gboolean ok = run (&self, arguments, &error);
  if (!ok && self.session.progress != NULL)
    pent_cli_progress_finish (self.session.progress);
  for (int i = 0; i < self.n_cells; i++)
    {
      g_free (self.cells[i].label);
      g_clear_pointer (&self.cells[i].image, pent_image_unref);
    }
  g_free (self.cells);
  g_array_unref (self.axes);
  json_array_unref (self.files);
  pent_cli_session_clear (&self.session);
  return ok ? 0 : pent_cli_fail (error);
}
