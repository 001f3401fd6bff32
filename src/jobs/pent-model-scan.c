/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What models a folder holds, whichever program made it:
 *   ComfyUI and A1111: single files, by kind in folders under models/
 *   diffusers: a folder with model_index.json is one model
 *   Hugging Face cache: models--ORG--REPO/snapshots/COMMIT/, links into blobs/
 * and further folders that ComfyUI's extra_model_paths.yaml names. */
#define G_LOG_DOMAIN "pentimento"

#include "pent-model-scan.h"

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>

#include "pent-error.h"
#include "pent-inspect.h"
#include "pent-model-files.h"
#include "pent-model-paths.h"

#define MAX_DEPTH  8
#define MAX_MODELS 20000

#define HUB_PREFIX "models--"

typedef struct
{
  PentModelVisit visit;
  gpointer       data;
  GCancellable  *cancellable;
  GHashTable    *visited;    /* "DEVICE:INODE" of folders: links may make rings */
  guint          n_models;
} Scan;

void
pent_scanned_model_free (PentScannedModel *self)
{
  g_free (self->path);
  g_free (self->name);
  g_free (self->reason);
  g_free (self);
}

/* --- one model --- */

/* "models--org--repo" is somewhere above a snapshot: "org/repo". */
static char *
find_hub_name (const char *path)
{
  g_auto (GStrv) pieces = g_strsplit (path, "/", -1);
  for (char **piece = pieces; *piece != NULL; piece++)
    if (g_str_has_prefix (*piece, HUB_PREFIX))
      {
        g_auto (GStrv) words = g_strsplit (*piece + strlen (HUB_PREFIX), "--", -1);
        return g_strjoinv ("/", words);
      }
  return NULL;
}

static char *
make_name (const char *path, gboolean is_folder)
{
  g_autofree char *hub = find_hub_name (path);
  g_autofree char *base = g_filename_display_basename (path);
  char *dot = strrchr (base, '.');
  if (hub != NULL && is_folder)
    return g_steal_pointer (&hub);
  if (dot != NULL && !is_folder)
    *dot = '\0';
  return hub != NULL ? g_strconcat (hub, ", ", base, NULL) : g_steal_pointer (&base);
}

static guint64
measure (const char *path)
{
  g_autoptr (GPtrArray) files = pent_model_files_list (path);
  guint64 bytes = 0;
  for (guint i = 0; i < files->len; i++)
    {
      const PentModelFile *file = g_ptr_array_index (files, i);
      GStatBuf st;
      if (g_stat (file->path, &st) == 0)
        bytes += st.st_size;
    }
  return bytes;
}

static void
look_inside (PentScannedModel *self, const PentInspection *inspection)
{
  self->family = inspection->family;
  self->usable = inspection->usable;
  self->native_side = inspection->has_configs ? inspection->native_size : 0;
  if (!inspection->usable)
    self->reason = g_strdup (inspection->problems->len > 0 ? g_ptr_array_index (inspection->problems, 0)
                                                           : _("It is not a whole model."));
}

/* A pickle is known by its name; it is not opened. */
static const char *
refuse_by_name (const char *path)
{
  static const char *const pickles[] = { ".ckpt", ".pt", ".pth", ".bin" };
  for (gsize i = 0; i < G_N_ELEMENTS (pickles); i++)
    if (g_str_has_suffix (path, pickles[i]))
      return _("It is a pickle, which could run code when it is opened: convert it to safetensors.");
  if (g_str_has_suffix (path, ".gguf"))
    return _("GGUF files are not read: take the safetensors version of the model.");
  return NULL;
}

/**
 * pent_model_look:
 * @path: a file or folder
 *
 * Reads the headers alone, so it takes milliseconds whatever its size is.
 *
 * Returns: (transfer full): what it is, or why it cannot be told
 */
PentScannedModel *
pent_model_look (const char *path)
{
  g_autoptr (GError) error = NULL;
  PentScannedModel *self = g_new0 (PentScannedModel, 1);
  const char *refused = refuse_by_name (path);

  self->path = g_strdup (path);
  self->name = make_name (path, g_file_test (path, G_FILE_TEST_IS_DIR));
  self->bytes = measure (path);
  if (refused != NULL)
    {
      self->reason = g_strdup (refused);
      return self;
    }
  g_autoptr (PentInspection) inspection = pent_inspect (path, &error);
  if (inspection != NULL)
    look_inside (self, inspection);
  else
    self->reason = g_strdup (error->message);
  return self;
}

/* --- folders --- */

static gboolean
has_entry (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  return g_file_test (path, G_FILE_TEST_EXISTS);
}

static gboolean
is_model_name (const char *name)
{
  static const char *const suffixes[] = { ".safetensors", ".ckpt", ".pt", ".pth", ".gguf" };
  for (gsize i = 0; i < G_N_ELEMENTS (suffixes); i++)
    if (g_str_has_suffix (name, suffixes[i]))
      return TRUE;
  return FALSE;
}

/* Folders that hold no models, or the same ones under other names. */
static gboolean
is_skipped (const char *name)
{
  static const char *const skipped[] = { "blobs", "refs", "venv", "node_modules", "custom_nodes", "output", "outputs" };
  for (gsize i = 0; i < G_N_ELEMENTS (skipped); i++)
    if (strcmp (name, skipped[i]) == 0)
      return TRUE;
  return *name == '.';
}

/* FALSE where it was there already, or cannot be read. */
static gboolean
enter (Scan *self, const char *folder)
{
  GStatBuf st;
  return g_stat (folder, &st) == 0 && S_ISDIR (st.st_mode) &&
         g_hash_table_add (self->visited, g_strdup_printf ("%" G_GUINT64_FORMAT ":%" G_GUINT64_FORMAT,
                                                           (guint64) st.st_dev, (guint64) st.st_ino));
}

static void
found (Scan *self, const char *path)
{
  if (self->n_models++ < MAX_MODELS)
    self->visit (self->data, pent_model_look (path));
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static void
scan_folder (Scan *self, const char *folder, int depth)
{
  g_autoptr (GDir) dir = depth < MAX_DEPTH && enter (self, folder) ? g_dir_open (folder, 0, NULL) : NULL;
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  const char *entry;

  if (dir != NULL && has_entry (folder, "model_index.json"))
    {
      found (self, folder);
      return;
    }
  while (dir != NULL && (entry = g_dir_read_name (dir)) != NULL)
    g_ptr_array_add (names, g_strdup (entry));
  g_ptr_array_sort (names, compare_names);
  for (guint i = 0; i < names->len && !g_cancellable_is_cancelled (self->cancellable); i++)
    {
      const char *name = g_ptr_array_index (names, i);
      g_autofree char *path = g_build_filename (folder, name, NULL);
      if (g_file_test (path, G_FILE_TEST_IS_DIR))
        {
          if (!is_skipped (name))
            scan_folder (self, path, depth + 1);
        }
      else if (is_model_name (name) && g_file_test (path, G_FILE_TEST_IS_REGULAR))
        found (self, path);
    }
}

/* What ComfyUI's list of further folders names, where there is one. Folders
 * that are not there are no trouble: the list may be for another computer. */
static gboolean
scan_further (Scan *self, const char *folder, GError **error)
{
  g_autofree char *list = g_build_filename (folder, PENT_MODEL_PATHS_FILE, NULL);

  if (!g_file_test (list, G_FILE_TEST_IS_REGULAR))
    return TRUE;
  g_autoptr (GPtrArray) folders = pent_model_paths_read (list, error);
  for (guint i = 0; folders != NULL && i < folders->len && !g_cancellable_is_cancelled (self->cancellable); i++)
    scan_folder (self, g_ptr_array_index (folders, i), 0);
  return folders != NULL;
}

/**
 * pent_model_scan:
 * @folder: of ComfyUI, A1111, diffusers, a Hugging Face cache, or one with
 *   models in any order; or a model itself
 * @visit: is given each model, and what looks like one, in the order of names
 *
 * Nothing is changed, and nothing is executed.
 *
 * Returns: %FALSE with %PENT_ERROR_FILE where @folder, or its list of further
 *   folders, cannot be read, or with %G_IO_ERROR_CANCELLED; models that were
 *   found by then were visited
 */
gboolean
pent_model_scan (const char *folder, PentModelVisit visit, gpointer data, GCancellable *cancellable, GError **error)
{
  g_autoptr (GHashTable) visited = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  Scan self = { .visit = visit, .data = data, .cancellable = cancellable, .visited = visited };
  g_autoptr (GError) problem = NULL;

  if (g_file_test (folder, G_FILE_TEST_IS_REGULAR))
    {
      found (&self, folder);
      return TRUE;
    }
  g_autoptr (GDir) dir = g_dir_open (folder, 0, &problem);
  if (dir == NULL)
    {
      g_autofree char *shown = g_filename_display_name (folder);
      g_set_error (error, PENT_ERROR, PENT_ERROR_FILE, _("%s cannot be read (%s): choose another folder."), shown,
                   problem->message);
      return FALSE;
    }
  scan_folder (&self, folder, 0);
  if (!scan_further (&self, folder, error))
    return FALSE;
  return !g_cancellable_set_error_if_cancelled (cancellable, error);
}
