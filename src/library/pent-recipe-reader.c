/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-recipe-reader.h"

#include "pent-infotext.h"

void
pent_found_recipe_clear (PentFoundRecipe *self)
{
  g_clear_pointer (&self->recipe, pent_recipe_free);
  g_clear_pointer (&self->others, pent_text_fields_free);
  g_clear_pointer (&self->problem, g_free);
}

/**
 * pent_recipe_find:
 * @self: (out): empty; what was found
 * @texts: of a picture
 *
 * Reads the recipe that is stored in a picture, ours before another program's.
 * There may be none.
 */
void
pent_recipe_find (PentFoundRecipe *self, const PentTextFields *texts)
{
  g_autoptr (GError) error = NULL;
  const char *ours = pent_text_fields_get (texts, PENT_FIELD_RECIPE);
  const char *parameters = pent_text_fields_get (texts, PENT_FIELD_PARAMETERS);

  if (ours != NULL)
    {
      self->recipe = pent_recipe_from_text (ours, &error);
      self->origin = "pentimento";
    }
  if (error != NULL)
    self->problem = g_strdup (error->message);
  /* Other programs put JSON of their own under the same keyword. */
  if (self->recipe == NULL && parameters != NULL && *parameters != '{')
    {
      self->recipe = pent_infotext_parse (parameters, &self->others);
      self->origin = "a1111";
    }
  if (self->recipe == NULL)
    self->origin = NULL;
}
