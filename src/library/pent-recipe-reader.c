/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-recipe-reader.h"

#include "pent-foreign.h"
#include "pent-infotext.h"

/* In the order of asking: what is most telling comes first. A1111's text, which
 * many programs write besides, comes after these. */
static const struct { const char *origin; PentRecipe *(*read) (const PentTextFields *texts); } readers[] = {
  { "invokeai", pent_foreign_read_invokeai },
  { "swarmui", pent_foreign_read_swarmui },
  { "fooocus", pent_foreign_read_fooocus },
  { "novelai", pent_foreign_read_novelai },
};

void
pent_found_recipe_clear (PentFoundRecipe *self)
{
  g_clear_pointer (&self->recipe, pent_recipe_free);
  g_clear_pointer (&self->others, pent_text_fields_free);
  g_clear_pointer (&self->problem, g_free);
}

static gboolean
find_ours (PentFoundRecipe *self, const PentTextFields *texts)
{
  g_autoptr (GError) error = NULL;
  const char *ours = pent_text_fields_get (texts, PENT_FIELD_RECIPE);
  if (ours != NULL)
    self->recipe = pent_recipe_from_text (ours, &error);
  if (error != NULL)
    self->problem = g_strdup (error->message);
  self->origin = "pentimento";
  return self->recipe != NULL;
}

/* Fooocus says so where it writes A1111's text. Others put JSON of their own
 * under the same keyword. */
static gboolean
find_infotext (PentFoundRecipe *self, const PentTextFields *texts)
{
  const char *parameters = pent_text_fields_get (texts, PENT_FIELD_PARAMETERS);
  if (parameters == NULL || *parameters == '{')
    return FALSE;
  self->recipe = pent_infotext_parse (parameters, &self->others);
  self->origin = pent_text_fields_get (texts, "fooocus_scheme") != NULL ? "fooocus" : "a1111";
  return TRUE;
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
  if (find_ours (self, texts))
    return;
  for (gsize i = 0; i < G_N_ELEMENTS (readers); i++)
    {
      self->recipe = readers[i].read (texts);
      self->origin = readers[i].origin;
      if (self->recipe != NULL)
        return;
    }
  if (find_infotext (self, texts))
    return;
  self->recipe = pent_foreign_read_comfyui (texts);
  self->origin = self->recipe != NULL ? "comfyui" : NULL;
}
