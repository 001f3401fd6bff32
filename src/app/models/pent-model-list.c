/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-model-list.h"

#include "pent-errand.h"
#include "pent-model-finder.h"

#define KEY_FOLDERS "model-folders"

/**
 * PentModelList:
 *
 * The models of this computer: in the folders that the user named, and where
 * other programs keep theirs. Folders are read in another thread, and what is
 * found appears as it is found. Properties: "scanning", and "problem": why a
 * folder could not be read.
 */
struct _PentModelList
{
  GObject parent_instance;

  GSettings    *settings;    /* NULL: folders are not remembered */
  char        **folders;     /* that the user named */
  GListStore   *entries;
  GHashTable   *paths;       /* of those that are listed */
  GCancellable *scan;        /* the one under way; NULL: none */
  char         *problem;
};

enum
{
  PROP_SCANNING = 1,
  PROP_PROBLEM,
  N_PROPS,
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (PentModelList, pent_model_list, G_TYPE_OBJECT)

/* A scan and what it has found; the thread fills, the main thread empties. */
typedef struct
{
  GMainContext *context;
  char        **folders;      /* the user's first */
  guint         n_named;      /* that must be there */
  GMutex        lock;         /* guards what follows */
  GPtrArray    *found;        /* of PentScannedModel */
  gboolean      told;         /* a source is on its way */
} Scan;

static void
scan_free (gpointer data)
{
  Scan *scan = data;

  g_main_context_unref (scan->context);
  g_strfreev (scan->folders);
  g_ptr_array_unref (scan->found);
  g_mutex_clear (&scan->lock);
  g_free (scan);
}

static void
set_problem (PentModelList *self, const char *problem)
{
  if (g_strcmp0 (self->problem, problem) == 0)
    return;
  g_free (self->problem);
  self->problem = g_strdup (problem);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PROBLEM]);
}

static void
add_model (PentModelList *self, PentScannedModel *model)
{
  if (!g_hash_table_add (self->paths, g_strdup (model->path)))
    {
      pent_scanned_model_free (model);
      return;
    }
  g_autoptr (PentModelEntry) entry = pent_model_entry_new (model);
  g_list_store_insert_sorted (self->entries, entry, pent_model_entry_compare, NULL);
}

static void
take_found (GTask *task)
{
  PentModelList *self = g_task_get_source_object (task);
  Scan *scan = g_task_get_task_data (task);

  g_mutex_lock (&scan->lock);
  g_autoptr (GPtrArray) found = g_steal_pointer (&scan->found);
  scan->found = g_ptr_array_new_with_free_func ((GDestroyNotify) pent_scanned_model_free);
  scan->told = FALSE;
  g_mutex_unlock (&scan->lock);
  while (found->len > 0 && self->scan == g_task_get_cancellable (task))
    add_model (self, g_ptr_array_steal_index (found, found->len - 1));
}

static gboolean
found_cb (gpointer task)
{
  take_found (task);
  return G_SOURCE_REMOVE;
}

/* In the thread. */
static void
visit_cb (gpointer data, PentScannedModel *model)
{
  GTask *task = data;
  Scan *scan = g_task_get_task_data (task);

  g_mutex_lock (&scan->lock);
  g_ptr_array_add (scan->found, model);
  if (!scan->told)
    {
      g_autoptr (GSource) source = g_idle_source_new ();
      g_source_set_priority (source, G_PRIORITY_DEFAULT);
      g_source_set_callback (source, found_cb, g_object_ref (task), g_object_unref);
      g_source_attach (source, scan->context);
      scan->told = TRUE;
    }
  g_mutex_unlock (&scan->lock);
}

/* A folder of another program that is not there is no trouble; one that the
 * user named is. */
static void
scan_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Scan *scan = data;
  GError *error = NULL;

  for (guint i = 0; scan->folders[i] != NULL && !g_cancellable_is_cancelled (cancellable); i++)
    pent_model_scan (scan->folders[i], visit_cb, task, cancellable, i < scan->n_named && error == NULL ? &error : NULL);
  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
}

static void
scanned_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  PentModelList *self = PENT_MODEL_LIST (source);
  GTask *task = G_TASK (result);
  g_autoptr (GError) error = NULL;

  if (self->scan != g_task_get_cancellable (task))
    return;
  take_found (task);
  g_task_propagate_boolean (task, &error);
  g_clear_object (&self->scan);
  set_problem (self, error != NULL ? error->message : NULL);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SCANNING]);
}

static char **
join_folders (char **named, char **known)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  g_strv_builder_addv (builder, (const char **) named);
  g_strv_builder_addv (builder, (const char **) known);
  return g_strv_builder_end (builder);
}

static void
clear_entries (PentModelList *self)
{
  g_autoptr (PentModelEntry) starter = pent_model_entry_new_starter ();

  g_hash_table_remove_all (self->paths);
  g_list_store_remove_all (self->entries);
  if (starter != NULL)
    g_list_store_append (self->entries, starter);
}

static void
pent_model_list_get_property (GObject *object, guint property, GValue *value, GParamSpec *pspec)
{
  PentModelList *self = PENT_MODEL_LIST (object);

  if (property == PROP_SCANNING)
    g_value_set_boolean (value, self->scan != NULL);
  else if (property == PROP_PROBLEM)
    g_value_set_string (value, self->problem);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property, pspec);
}

static void
pent_model_list_dispose (GObject *object)
{
  PentModelList *self = PENT_MODEL_LIST (object);

  g_cancellable_cancel (self->scan);
  g_clear_object (&self->scan);
  g_clear_object (&self->settings);
  G_OBJECT_CLASS (pent_model_list_parent_class)->dispose (object);
}

static void
pent_model_list_finalize (GObject *object)
{
  PentModelList *self = PENT_MODEL_LIST (object);

  g_strfreev (self->folders);
  g_object_unref (self->entries);
  g_hash_table_unref (self->paths);
  g_free (self->problem);
  G_OBJECT_CLASS (pent_model_list_parent_class)->finalize (object);
}

static void
pent_model_list_class_init (PentModelListClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = pent_model_list_get_property;
  object_class->dispose = pent_model_list_dispose;
  object_class->finalize = pent_model_list_finalize;

  properties[PROP_SCANNING] = g_param_spec_boolean ("scanning", NULL, NULL, FALSE,
                                                    G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  properties[PROP_PROBLEM] = g_param_spec_string ("problem", NULL, NULL, NULL,
                                                  G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
pent_model_list_init (PentModelList *self)
{
  self->folders = g_new0 (char *, 1);
  self->entries = g_list_store_new (PENT_TYPE_MODEL_ENTRY);
  self->paths = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

/**
 * pent_model_list_new:
 * @settings: (nullable): remembers the folders
 *
 * Returns: (transfer full): a list that has begun to read them
 */
PentModelList *
pent_model_list_new (GSettings *settings)
{
  PentModelList *self = g_object_new (PENT_TYPE_MODEL_LIST, NULL);

  if (settings != NULL)
    {
      self->settings = g_object_ref (settings);
      g_strfreev (self->folders);
      self->folders = g_settings_get_strv (settings, KEY_FOLDERS);
    }
  pent_model_list_scan (self);
  return self;
}

/**
 * pent_model_list_get_entries:
 *
 * Returns: (transfer none): a list of #PentModelEntry, those that can be used
 *   first
 */
GListModel *
pent_model_list_get_entries (PentModelList *self)
{
  return G_LIST_MODEL (self->entries);
}

/**
 * pent_model_list_get_folders:
 *
 * Returns: (transfer none) (array zero-terminated=1): what the user named
 */
char **
pent_model_list_get_folders (PentModelList *self)
{
  return self->folders;
}

gboolean
pent_model_list_get_scanning (PentModelList *self)
{
  return self->scan != NULL;
}

const char *
pent_model_list_get_problem (PentModelList *self)
{
  return self->problem;
}

/* Takes the folders. */
static void
set_folders (PentModelList *self, char **folders)
{
  g_strfreev (self->folders);
  self->folders = folders;
  if (self->settings != NULL)
    g_settings_set_strv (self->settings, KEY_FOLDERS, (const char *const *) folders);
  pent_model_list_scan (self);
}

/**
 * pent_model_list_add_folder:
 * @folder: its models are listed, and nothing in it is changed
 */
void
pent_model_list_add_folder (PentModelList *self, const char *folder)
{
  char *added[] = { (char *) folder, NULL };

  g_return_if_fail (PENT_IS_MODEL_LIST (self));
  if (!g_strv_contains ((const char *const *) self->folders, folder))
    set_folders (self, join_folders (self->folders, added));
}

/**
 * pent_model_list_remove_folder:
 * @folder: is no longer looked into
 */
void
pent_model_list_remove_folder (PentModelList *self, const char *folder)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  g_return_if_fail (PENT_IS_MODEL_LIST (self));
  for (char **one = self->folders; *one != NULL; one++)
    if (!g_str_equal (*one, folder))
      g_strv_builder_add (builder, *one);
  set_folders (self, g_strv_builder_end (builder));
}

/**
 * pent_model_list_scan:
 *
 * Reads all folders anew.
 */
void
pent_model_list_scan (PentModelList *self)
{
  g_auto (GStrv) known = pent_model_known_folders ();
  Scan *scan = g_new0 (Scan, 1);

  g_return_if_fail (PENT_IS_MODEL_LIST (self));
  g_cancellable_cancel (self->scan);
  g_clear_object (&self->scan);
  clear_entries (self);
  self->scan = g_cancellable_new ();
  scan->context = g_main_context_ref_thread_default ();
  scan->folders = join_folders (self->folders, known);
  scan->n_named = g_strv_length (self->folders);
  scan->found = g_ptr_array_new_with_free_func ((GDestroyNotify) pent_scanned_model_free);
  g_mutex_init (&scan->lock);

  g_autoptr (GTask) task = g_task_new (self, self->scan, scanned_cb, NULL);
  g_task_set_task_data (task, scan, scan_free);
  g_task_set_check_cancellable (task, FALSE);
  pent_errand_run (task, scan_in_thread);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SCANNING]);
}
