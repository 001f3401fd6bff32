/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-shipped-model.h"

#include "pent-data-dir.h"

const char *const pent_shipped_models[] = { PENT_STARTER, PENT_STARTER_INPAINT, NULL };

/**
 * pent_shipped_model_find:
 * @model: (nullable): path of a file or folder, or the name of a model that
 *   comes with the program; %NULL: the starter model
 * @error: return location
 *
 * A file or folder of that name in the current folder goes before the model
 * that comes with the program.
 *
 * Returns: (transfer full): the model's path, which need not exist where @model
 *   is one; %NULL with %PENT_ERROR_FILE where a model of the program is missing
 */
char *
pent_shipped_model_find (const char *model, GError **error)
{
  if (model == NULL)
    return pent_data_path (PENT_STARTER, error);
  if (g_strv_contains (pent_shipped_models, model) && !g_file_test (model, G_FILE_TEST_EXISTS))
    return pent_data_path (model, error);
  return g_strdup (model);
}

/**
 * pent_shipped_model_is:
 * @model: (nullable): as pent_shipped_model_find() takes it
 *
 * Returns: whether it comes with the program
 */
gboolean
pent_shipped_model_is (const char *model)
{
  if (model == NULL || g_strv_contains (pent_shipped_models, model))
    return TRUE;
  for (gsize i = 0; pent_shipped_models[i] != NULL; i++)
    {
      g_autofree char *path = pent_data_path (pent_shipped_models[i], NULL);
      if (g_strcmp0 (path, model) == 0)
        return TRUE;
    }
  return FALSE;
}
