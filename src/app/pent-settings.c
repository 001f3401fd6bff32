/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-settings.h"

#define SCHEMA_ID "io.github.pentimento.Pentimento"

/**
 * pent_settings_new:
 *
 * The schema is looked for where the desktop keeps them, where Pentimento was
 * installed, and in the build tree, so that the studio runs from each of them.
 *
 * Returns: (transfer full) (nullable): the user's settings; %NULL where there
 *   is no schema, and everything is as by default
 */
GSettings *
pent_settings_new (void)
{
  static const char *const folders[] = { PENT_SCHEMA_INSTALLED, PENT_SCHEMA_BUILT };
  GSettingsSchemaSource *defaults = g_settings_schema_source_get_default ();
  g_autoptr (GSettingsSchema) schema = NULL;

  if (defaults != NULL)
    schema = g_settings_schema_source_lookup (defaults, SCHEMA_ID, TRUE);
  for (gsize i = 0; i < G_N_ELEMENTS (folders) && schema == NULL; i++)
    {
      GSettingsSchemaSource *source = g_settings_schema_source_new_from_directory (folders[i], defaults, FALSE, NULL);
      if (source == NULL)
        continue;
      schema = g_settings_schema_source_lookup (source, SCHEMA_ID, FALSE);
      g_settings_schema_source_unref (source);
    }
  return schema != NULL ? g_settings_new_full (schema, NULL, NULL) : NULL;
}
