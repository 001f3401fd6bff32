/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A libFuzzer target of everything that reads a picture file: any bytes are
 * taken for a file, for Exif, for XMP, for A1111's text and for our recipe. */
#include <glib.h>
#include <math.h>
#include <string.h>

#include "pent-exif.h"
#include "pent-infotext.h"
#include "pent-json.h"
#include "pent-picture.h"
#include "pent-recipe-reader.h"
#include "pent-xmp.h"

int LLVMFuzzerTestOneInput (const guint8 *data, size_t size);

static void
check_text (const char *text)
{
  if (text != NULL && !g_utf8_validate (text, -1, NULL))
    g_error ("a text that is not UTF-8");
}

static void
try_file (const guint8 *data, gsize size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = g_bytes_new_static (data, size);
  g_autoptr (PentPictureFile) file = pent_picture_file_decode (bytes, TRUE, &error);
  if ((file == NULL) == (error == NULL))
    g_error ("an error without a failure, or a failure without an error");
  if (error != NULL)
    check_text (error->message);
  for (guint i = 0; file != NULL && i < file->texts->fields->len; i++)
    {
      const PentTextField *field = g_ptr_array_index (file->texts->fields, i);
      check_text (field->keyword);
      check_text (field->text);
    }
}

static void
try_metadata (const guint8 *data, gsize size)
{
  int orientation;
  g_autofree char *comment = NULL;
  g_autofree char *recipe = pent_xmp_read ((const char *) data, size);
  pent_exif_read (data, size, &orientation, &comment);
  check_text (comment);
  check_text (recipe);
  if (orientation < 1 || orientation > 8)
    g_error ("orientation %d", orientation);
}

static void
try_infotext (const char *text)
{
  g_autoptr (PentTextFields) others = NULL;
  g_autoptr (PentRecipe) recipe = pent_infotext_parse (text, &others);
  check_text (recipe->prompt);
  check_text (recipe->negative);
  check_text (recipe->model);
  if (!isfinite (recipe->cfg) || recipe->steps < PENT_UNSET || recipe->seed < PENT_UNSET)
    g_error ("numbers out of range");
}

/* What was read is what is written. */
static void
try_recipe (const char *text)
{
  g_autoptr (PentRecipe) recipe = pent_recipe_from_text (text, NULL);
  if (recipe == NULL)
    return;
  g_autoptr (JsonNode) node = pent_recipe_to_json (recipe);
  g_autofree char *written = pent_json_print (node, FALSE);
  g_autoptr (PentRecipe) again = pent_recipe_from_text (written, NULL);
  if (again == NULL)
    g_error ("our own recipe cannot be read");
  g_autoptr (JsonNode) node_again = pent_recipe_to_json (again);
  g_autofree char *written_again = pent_json_print (node_again, FALSE);
  if (!g_str_equal (written, written_again))
    g_error ("a recipe that changes");
}

/* Other programs' recipes, under each of their keywords. */
static void
try_foreign (const char *text)
{
  static const char *const keywords[] = {
    "parameters", "invokeai_metadata", "sd-metadata", "Dream", "Comment", "prompt",
  };
  for (gsize i = 0; g_utf8_validate (text, -1, NULL) && i < G_N_ELEMENTS (keywords); i++)
    {
      g_auto (PentFoundRecipe) found = { 0 };
      g_autoptr (PentTextFields) texts = pent_text_fields_new ();
      pent_text_fields_add (texts, keywords[i], text);
      pent_recipe_find (&found, texts);
      if (found.recipe == NULL)
        continue;
      check_text (found.recipe->prompt);
      check_text (found.recipe->negative);
      if (!isfinite (found.recipe->cfg) || found.recipe->steps < PENT_UNSET || found.recipe->seed < PENT_UNSET)
        g_error ("numbers out of range");
    }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size)
{
  g_autofree char *text = g_strndup (size > 0 ? (const char *) data : "", size);
  try_file (data, size);
  try_metadata (data, size);
  try_infotext (text);
  try_recipe (text);
  try_foreign (text);
  return 0;
}
