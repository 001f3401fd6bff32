/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A kept edit comes back as it was, and a damaged or hostile one as a
 * sentence. */
#include <string.h>

#include "library-fixture.h"
#include "pent-edit-file.h"
#include "pent-error.h"
#include "pent-picture.h"
#include "pent-zip.h"

static PentEditLayer *
random_layer (GRand *rand, int width, int height)
{
  PentRect region = { g_rand_int_range (rand, 0, width), g_rand_int_range (rand, 0, height), 0, 0 };
  region.width = g_rand_int_range (rand, 1, width - region.x + 8);
  region.height = g_rand_int_range (rand, 1, height - region.y + 8);
  g_autoptr (PentImage) painted = make_picture (g_rand_int_range (rand, 1, 40), g_rand_int_range (rand, 1, 40), 3, 16);
  g_autoptr (PentMask) mask = pent_mask_new (region.width, region.height);

  for (int i = 0; i < region.width * region.height; i++)
    mask->values[i] = g_rand_boolean (rand) ? g_rand_int_range (rand, 0, 65536) / 65535.0f : 0;
  return pent_edit_layer_new (g_rand_int_range (rand, 0, 3), &region, painted, mask, g_rand_int_range (rand, 0, 9),
                              g_rand_int_range (rand, 0, 9));
}

static PentEditResult *
random_edit (GRand *rand)
{
  int width = g_rand_int_range (rand, 1, 60), height = g_rand_int_range (rand, 1, 60);
  const PentJoin how = { g_rand_int_range (rand, -3, 4), g_rand_int_range (rand, -1, 9), g_rand_double (rand) };
  g_autoptr (PentImage) base = make_picture (width, height, g_rand_int_range (rand, 1, 5), g_rand_boolean (rand) ? 8 : 16);
  PentEditResult *edit = pent_edit_result_new (base, &how);

  for (int i = g_rand_int_range (rand, 0, 4); i > 0; i--)
    g_ptr_array_add (edit->layers, random_layer (rand, width, height));
  return edit;
}

static PentRecipe *
make_recipe (void)
{
  PentRecipe *recipe = pent_recipe_new ();
  recipe->prompt = g_strdup ("a red sail");
  recipe->seed = 5;
  return recipe;
}

static void
test_round_trip (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);

  for (int i = 0; i < 40; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (PentEditResult) edit = random_edit (rand);
      g_autoptr (PentRecipe) recipe = make_recipe (), found = NULL;
      g_autoptr (GBytes) file = pent_edit_file_encode (edit, recipe, &error);
      g_assert_no_error (error);
      g_autoptr (PentEditResult) again = pent_edit_file_decode (file, &found, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (found->prompt, ==, "a red sail");
      g_autoptr (GBytes) file_again = pent_edit_file_encode (again, found, &error);
      g_assert_no_error (error);
      g_assert_true (g_bytes_equal (file, file_again));
      g_autoptr (PentImage) joined = pent_edit_result_join (edit, &edit->join, &error);
      g_autoptr (PentImage) joined_again = pent_edit_result_join (again, &again->join, &error);
      g_assert_no_error (error);
      assert_same_picture (joined, joined_again);
    }
}

/* Whatever it says, it does not crash; what it accepts can be joined. */
static void
try_file (const guint8 *data, gsize size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PentRecipe) recipe = NULL;
  g_autoptr (GBytes) bytes = g_bytes_new (data, size);
  g_autoptr (PentEditResult) edit = pent_edit_file_decode (bytes, &recipe, &error);

  if (edit == NULL)
    {
      g_assert_nonnull (error);
      g_assert_true (error->domain == PENT_ERROR);
      return;
    }
  g_autoptr (PentImage) joined = pent_edit_result_join (edit, &edit->join, &error);
  g_assert_no_error (error);
}

static void
test_damaged (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (2);
  g_autoptr (PentEditResult) edit = NULL;
  g_autoptr (PentRecipe) recipe = make_recipe ();

  do
    {
      g_clear_pointer (&edit, pent_edit_result_free);
      edit = random_edit (rand);
    }
  while (edit->layers->len < 2);
  g_autoptr (GBytes) file = pent_edit_file_encode (edit, recipe, NULL);
  gsize size;
  const guint8 *data = g_bytes_get_data (file, &size);
  for (gsize cut = 0; cut < size; cut += 1 + size / 300)
    try_file (data, cut);
  for (int i = 0; i < 1500; i++)
    {
      g_autofree guint8 *copy = g_memdup2 (data, size);
      for (int n = g_rand_int_range (rand, 1, 4); n > 0; n--)
        copy[g_rand_int_range (rand, 0, size)] = g_rand_int (rand);
      try_file (copy, size);
    }
}

#define LAYER(rest) "{\"kind\":\"edit\",\"x\":0,\"y\":0,\"blend\":0,\"ring\":0," rest "}"
#define EDIT(layers) "{\"pentimento_edit\":1,\"recipe\":{\"pentimento\":1},\"join\":{\"grow\":0,\"feather\":-1,\"match\":1}," \
                     "\"layers\":[" layers "]}"

static void
test_hostile (void)
{
  static const struct { const char *json; gboolean works; } files[] = {
    { EDIT (""), TRUE },
    { EDIT (LAYER ("\"width\":8,\"height\":8")), TRUE },
    { EDIT (LAYER ("\"width\":9,\"height\":8")), FALSE },
    { EDIT (LAYER ("\"width\":0,\"height\":8")), FALSE },
    { EDIT (LAYER ("\"width\":2147483647,\"height\":8")), FALSE },
    { EDIT (LAYER ("\"width\":4294967304,\"height\":8")), FALSE },
    { EDIT (LAYER ("\"width\":8,\"height\":\"8\"")), FALSE },
    { EDIT (LAYER ("\"width\":8,\"height\":8,\"x\":-1")), FALSE },
    { EDIT (LAYER ("\"width\":8,\"height\":8,\"x\":16")), FALSE },
    { EDIT (LAYER ("\"width\":8,\"height\":8,\"kind\":\"spell\"")), FALSE },
    { EDIT (LAYER ("\"width\":8,\"height\":8,\"kind\":7")), FALSE },
    { EDIT (LAYER ("\"width\":8,\"height\":8,\"blend\":99999")), FALSE },
    { EDIT (LAYER ("\"width\":8,\"height\":8") "," LAYER ("\"width\":8,\"height\":8")), FALSE },
    { EDIT ("7"), FALSE },
    { "{\"pentimento_edit\":2}", FALSE },
    { "{\"pentimento_edit\":1}", FALSE },
    { "[]", FALSE },
    { "{", FALSE },
    { "{\"pentimento_edit\":1,\"recipe\":7,\"join\":{\"grow\":0,\"feather\":0,\"match\":0},\"layers\":[]}", FALSE },
    { "{\"pentimento_edit\":1,\"recipe\":{\"pentimento\":1},\"join\":{\"grow\":0,\"feather\":0,\"match\":2},\"layers\":[]}", FALSE },
    { "{\"pentimento_edit\":1,\"recipe\":{\"pentimento\":1},\"join\":{\"grow\":0,\"feather\":-2,\"match\":0},\"layers\":[]}", FALSE },
  };
  g_autoptr (PentTextFields) no_texts = pent_text_fields_new ();
  g_autoptr (PentImage) base = make_picture (16, 16, 3, 8), painted = make_picture (5, 5, 3, 16);
  g_autoptr (PentImage) mask = make_picture (8, 8, 1, 16);
  g_autoptr (GBytes) base_png = pent_picture_encode (base, PENT_PICTURE_PNG, no_texts, NULL);
  g_autoptr (GBytes) painted_png = pent_picture_encode (painted, PENT_PICTURE_PNG, no_texts, NULL);
  g_autoptr (GBytes) mask_png = pent_picture_encode (mask, PENT_PICTURE_PNG, no_texts, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (PentRecipe) recipe = NULL;
      g_autoptr (GBytes) json = g_bytes_new_static (files[i].json, strlen (files[i].json));
      g_autoptr (PentZipWriter) zip = pent_zip_writer_new (&error);
      g_assert_true (pent_zip_writer_add (zip, "data/base.png", base_png, &error));
      g_assert_true (pent_zip_writer_add (zip, "pentimento/painted-1.png", painted_png, &error));
      g_assert_true (pent_zip_writer_add (zip, "pentimento/mask-1.png", mask_png, &error));
      g_assert_true (pent_zip_writer_add (zip, "pentimento/edit.json", json, &error));
      g_autoptr (GBytes) file = pent_zip_writer_finish (zip, &error);
      g_assert_no_error (error);
      g_test_message ("%s", files[i].json);
      g_autoptr (PentEditResult) edit = pent_edit_file_decode (file, &recipe, &error);
      g_assert_cmpint (edit != NULL, ==, files[i].works);
      if (!files[i].works)
        g_assert_error (error, PENT_ERROR, PENT_ERROR_FILE);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/edit-file/round-trip", test_round_trip);
  g_test_add_func ("/edit-file/damaged", test_damaged);
  g_test_add_func ("/edit-file/hostile", test_hostile);
  return g_test_run ();
}
