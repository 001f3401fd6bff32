/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Programs that store one flat JSON object. Fooocus and SwarmUI put it where
 * A1111 puts its text; NovelAI under "Comment", beside "Software" and
 * "Description". */
#define G_LOG_DOMAIN "pentimento"

#include <stdio.h>
#include <string.h>

#include "pent-foreign-fields.h"
#include "pent-foreign.h"

/* In JPEG and WebP there is one comment and no keyword. */
static JsonObject *
parse_parameters (const PentTextFields *texts)
{
  const char *text = pent_text_fields_get (texts, PENT_FIELD_PARAMETERS);
  return text != NULL && *text == '{' ? pent_foreign_parse (text) : NULL;
}

static void
take_vae (PentRecipe *recipe, JsonObject *object, const char *none)
{
  const char *vae = pent_foreign_get_text (object, "vae");
  if (vae != NULL && !g_str_equal (vae, none))
    recipe->vae = g_strdup (vae);
}

/* {"prompt": "...", "resolution": "(1152, 896)", "guidance_scale": 4,
 * "base_model": "...", "base_model_hash": "aeb7e9e689", "sampler": "...",
 * "metadata_scheme": "fooocus"} */
PentRecipe *
pent_foreign_read_fooocus (const PentTextFields *texts)
{
  g_autoptr (JsonObject) object = parse_parameters (texts);
  if (object == NULL || !json_object_has_member (object, "base_model"))
    return NULL;

  PentRecipe *recipe = pent_recipe_new ();
  const char *resolution = pent_foreign_get_text (object, "resolution");
  recipe->program = g_strdup ("Fooocus");
  pent_foreign_take_text (object, "version", &recipe->program);
  pent_foreign_take_text (object, "prompt", &recipe->prompt);
  pent_foreign_take_text (object, "negative_prompt", &recipe->negative);
  pent_foreign_take_seed (object, "seed", &recipe->seed);
  pent_foreign_take_int (object, "steps", &recipe->steps);
  pent_foreign_take_real (object, "guidance_scale", &recipe->cfg);
  pent_foreign_take_int (object, "clip_skip", &recipe->clip_skip);
  pent_foreign_set_model (recipe, pent_foreign_get_text (object, "base_model"));
  pent_foreign_take_text (object, "base_model_hash", &recipe->model_hash);
  pent_foreign_set_sampler (recipe, pent_foreign_get_text (object, "sampler"),
                            pent_foreign_get_text (object, "scheduler"));
  take_vae (recipe, object, "Default (model)");
  if (resolution != NULL)
    sscanf (resolution, "(%6d, %6d)", &recipe->width, &recipe->height);
  recipe->rng = g_strdup ("torch");
  return recipe;
}

/* SwarmUI's models have the hash of their weights alone; it is left out. */
PentRecipe *
pent_foreign_read_swarmui (const PentTextFields *texts)
{
  g_autoptr (JsonObject) object = parse_parameters (texts);
  JsonObject *params = pent_foreign_get_object (object, "sui_image_params");
  if (params == NULL)
    return NULL;

  PentRecipe *recipe = pent_recipe_new ();
  const char *version = pent_foreign_get_text (params, "swarm_version");
  recipe->program = g_strconcat ("SwarmUI", version != NULL ? " " : "", version, NULL);
  pent_foreign_take_text (params, "prompt", &recipe->prompt);
  pent_foreign_take_text (params, "negativeprompt", &recipe->negative);
  pent_foreign_take_seed (params, "seed", &recipe->seed);
  pent_foreign_take_int (params, "steps", &recipe->steps);
  pent_foreign_take_real (params, "cfgscale", &recipe->cfg);
  pent_foreign_take_int (params, "width", &recipe->width);
  pent_foreign_take_int (params, "height", &recipe->height);
  pent_foreign_take_real (params, "initimagecreativity", &recipe->strength);
  pent_foreign_set_model (recipe, pent_foreign_get_text (params, "model"));
  pent_foreign_set_sampler (recipe, pent_foreign_get_text (params, "sampler"),
                            pent_foreign_get_text (params, "scheduler"));
  take_vae (recipe, params, "Automatic");
  recipe->clip_skip = 1;
  recipe->rng = g_strdup ("torch");
  return recipe;
}

/* Its models cannot be had, so a name is all: "Stable Diffusion 1D44365E". */
PentRecipe *
pent_foreign_read_novelai (const PentTextFields *texts)
{
  g_autoptr (JsonObject) object = pent_foreign_parse (pent_text_fields_get (texts, "Comment"));
  const char *description = pent_text_fields_get (texts, "Description");
  const char *software = pent_text_fields_get (texts, "Software");
  if (object == NULL || (g_strcmp0 (software, "NovelAI") != 0 && !json_object_has_member (object, "uc")))
    return NULL;

  PentRecipe *recipe = pent_recipe_new ();
  recipe->program = g_strdup ("NovelAI");
  recipe->prompt = g_strdup (description);
  recipe->model = g_strdup (pent_text_fields_get (texts, "Source"));
  pent_foreign_take_text (object, "prompt", &recipe->prompt);
  pent_foreign_take_text (object, "uc", &recipe->negative);
  pent_foreign_take_seed (object, "seed", &recipe->seed);
  pent_foreign_take_int (object, "steps", &recipe->steps);
  pent_foreign_take_real (object, "scale", &recipe->cfg);
  pent_foreign_take_int (object, "width", &recipe->width);
  pent_foreign_take_int (object, "height", &recipe->height);
  pent_foreign_take_real (object, "strength", &recipe->strength);
  pent_foreign_set_sampler (recipe, pent_foreign_get_text (object, "sampler"),
                            pent_foreign_get_text (object, "noise_schedule"));
  return recipe;
}
