/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Prompts with {slots}, kept under names and in versions. */
#define G_LOG_DOMAIN "pentimento"

#include "pent-error.h"

#include <glib/gi18n-lib.h>

#include "pent-library-private.h"

static PentTemplate *
read_template (PentStatement *statement)
{
  PentTemplate *template = g_new0 (PentTemplate, 1);
  template->name = g_strdup (pent_statement_get_text (statement, 0));
  template->version = pent_statement_get_int (statement, 1, 0);
  template->text = g_strdup (pent_statement_get_text (statement, 2));
  template->created = pent_statement_get_int (statement, 3, 0);
  return template;
}

/**
 * pent_library_add_template:
 * @version: (out): the version it is now; one more than before, if the text is
 *   another one
 *
 * Keeps a template; what pictures were made with stays as an older version.
 */
gboolean
pent_library_add_template (PentLibrary *self, const char *name, const char *text, gint64 *version, GError **error)
{
  if (!pent_database_begin (self->database, error))
    return FALSE;

  gint64 same = 0;
  *version = 0;
  gboolean ok = pent_database_ask_int (self->database, version, error,
                                       "SELECT max (version) FROM templates WHERE name = ?", "t", name) &&
                pent_database_ask_int (self->database, &same, error,
                                       "SELECT 1 FROM templates WHERE name = ? AND version = ? AND text = ?", "tit", name,
                                       *version, text);
  if (ok && same == 0)
    ok = pent_database_do (self->database, error,
                           "INSERT INTO templates (name, version, text, created) VALUES (?, ?, ?, ?)", "titi", name,
                           ++*version, text, g_get_real_time () / 1000);
  if (ok)
    return pent_database_commit (self->database, error);
  pent_database_rollback (self->database);
  return FALSE;
}

/**
 * pent_library_get_template:
 * @version: 0 for the newest
 *
 * Returns: (transfer full): the template; %NULL with %PENT_ERROR_USAGE where
 *   there is none of that name and version
 */
PentTemplate *
pent_library_get_template (PentLibrary *self, const char *name, gint64 version, GError **error)
{
  gboolean row;
  g_autoptr (PentStatement) statement =
    pent_statement_new (self->database, error,
                        "SELECT name, version, text, created FROM templates WHERE name = ?1 AND (?2 = 0 OR version = ?2) "
                        "ORDER BY version DESC LIMIT 1", "ti", name, version);
  if (statement == NULL || !pent_statement_next (statement, &row, error))
    return NULL;
  if (row)
    return read_template (statement);
  g_set_error (error, PENT_ERROR, PENT_ERROR_USAGE,
               "There is no template \"%s\"%s: \"pentimento-cli template list\" shows which there are.", name,
               version > 0 ? " of that version" : "");
  return NULL;
}

static GPtrArray *
read_templates (PentStatement *statement, GError **error)
{
  g_autoptr (GPtrArray) templates = g_ptr_array_new_with_free_func ((GDestroyNotify) pent_template_free);
  gboolean row = TRUE;

  while (row)
    {
      if (!pent_statement_next (statement, &row, error))
        return NULL;
      if (row)
        g_ptr_array_add (templates, read_template (statement));
    }
  return g_steal_pointer (&templates);
}

/**
 * pent_library_list_templates:
 *
 * Returns: (transfer full) (element-type PentTemplate): the newest version of
 *   each, by name; %NULL with an error
 */
GPtrArray *
pent_library_list_templates (PentLibrary *self, GError **error)
{
  g_autoptr (PentStatement) statement =
    pent_statement_new (self->database, error,
                        "SELECT name, max (version), text, created FROM templates GROUP BY name ORDER BY name", "");

  return statement != NULL ? read_templates (statement, error) : NULL;
}

/**
 * pent_library_list_template_versions:
 *
 * Returns: (transfer full) (element-type PentTemplate): every version of each,
 *   by name, the newest first; %NULL with an error
 */
GPtrArray *
pent_library_list_template_versions (PentLibrary *self, GError **error)
{
  g_autoptr (PentStatement) statement =
    pent_statement_new (self->database, error,
                        "SELECT name, version, text, created FROM templates ORDER BY name, version DESC", "");

  return statement != NULL ? read_templates (statement, error) : NULL;
}

/**
 * pent_library_rename_template:
 *
 * All versions of it. What pictures were made with keeps the old name.
 *
 * Returns: %FALSE with %PENT_ERROR_USAGE where there is no such template, or
 *   another one has the new name
 */
gboolean
pent_library_rename_template (PentLibrary *self, const char *name, const char *new_name, GError **error)
{
  gint64 taken = 0;

  if (!pent_database_begin (self->database, error))
    return FALSE;
  gboolean ok = pent_database_ask_int (self->database, &taken, error,
                                       "SELECT count (*) FROM templates WHERE name = ?", "t", new_name);
  if (ok && taken > 0)
    {
      g_set_error (error, PENT_ERROR, PENT_ERROR_USAGE,
                   _("There is a template \"%s\" already: choose another name."), new_name);
      ok = FALSE;
    }
  ok = ok && pent_database_do (self->database, error, "UPDATE templates SET name = ? WHERE name = ?", "tt", new_name,
                               name);
  if (ok && pent_database_n_changed (self->database) == 0)
    {
      g_set_error (error, PENT_ERROR, PENT_ERROR_USAGE, "There is no template \"%s\" any more.", name);
      ok = FALSE;
    }
  if (ok)
    return pent_database_commit (self->database, error);
  pent_database_rollback (self->database);
  return FALSE;
}

/**
 * pent_library_remove_template:
 *
 * Removes all versions of it; pent_library_restore_templates() brings back what
 * was listed before.
 */
gboolean
pent_library_remove_template (PentLibrary *self, const char *name, GError **error)
{
  return pent_database_do (self->database, error, "DELETE FROM templates WHERE name = ?", "t", name);
}

/**
 * pent_library_restore_templates:
 * @templates: (element-type PentTemplate): versions that were removed; one that
 *   is there by now stays as it is
 */
gboolean
pent_library_restore_templates (PentLibrary *self, GPtrArray *templates, GError **error)
{
  if (!pent_database_begin (self->database, error))
    return FALSE;
  gboolean ok = TRUE;
  for (guint i = 0; ok && i < templates->len; i++)
    {
      const PentTemplate *template = g_ptr_array_index (templates, i);
      ok = pent_database_do (self->database, error,
                             "INSERT OR IGNORE INTO templates (name, version, text, created) VALUES (?, ?, ?, ?)",
                             "titi", template->name, template->version, template->text, template->created);
    }
  if (ok)
    return pent_database_commit (self->database, error);
  pent_database_rollback (self->database);
  return FALSE;
}
