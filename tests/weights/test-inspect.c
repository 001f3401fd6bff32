/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

/* What is said of models that can be used; tests of bad ones are in
 * test-bad-models.c. */

#include "model-fixture.h"
#include "pent-inspect.h"

#include <json-glib/json-glib.h>
#include <string.h>

typedef struct
{
  char      *folder;
  GPtrArray *names;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  self->folder = fixture_make_folder ();
  self->names = fixture_read_names ("small");
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  g_ptr_array_unref (self->names);
  fixture_remove_folder (self->folder);
}

static PentInspection *
inspect (const char *path)
{
  g_autoptr (GError) error = NULL;
  PentInspection *inspection = pent_inspect (path, &error);

  g_assert_no_error (error);
  return inspection;
}

static guint64
elements_of (GPtrArray *names, const char *component)
{
  guint64 sum = 0;

  for (guint i = 0; i < names->len; i++)
    {
      const FixtureName *name = names->pdata[i];
      guint64 n = 1;

      for (int j = 0; j < name->n_ldm; j++)
        n *= name->ldm_dim[j];
      sum += g_str_equal (name->component, component) ? n : 0;
    }
  return sum;
}

static void
test_single (Fixture *self, gconstpointer data)
{
  g_autofree char *path = fixture_path (self->folder, "My Model.safetensors");
  g_autoptr (FixtureFile) file = fixture_single_file (self->names, "F16", FIXTURE_BARE);
  FixtureTensor *tensor = fixture_file_find (file, "model.diffusion_model.out.0.bias");
  gint64 dim[] = { 10 };
  g_autoptr (PentInspection) inspection = NULL;
  g_autofree char *text = NULL;

  g_free (tensor->dtype);
  tensor->dtype = g_strdup ("F32");
  fixture_file_add (file, "model_ema.num_updates", "I32", 0, NULL);
  fixture_file_add (file, "cond_stage_model.transformer.text_model.embeddings.position_ids", "I64", 1, dim);
  fixture_file_add (file, "first_stage_model.encoder.other", "I64", 1, dim);
  fixture_file_write (file, path);

  inspection = inspect (path);
  g_assert_true (inspection->usable);
  g_assert_cmpstr (inspection->name, ==, "My Model");
  g_assert_false (inspection->is_folder);
  g_assert_cmpint (inspection->family.family, ==, PENT_FAMILY_SD1);
  g_assert_cmpstr (inspection->family.variant, ==, "inpainting");
  g_assert_cmpint (inspection->native_size, ==, 512);
  g_assert_cmpuint (inspection->n_extra, ==, 2);
  g_assert_cmpuint (inspection->parts[PENT_COMPONENT_UNET].n_tensors, ==, 326);
  g_assert_cmpuint (inspection->parts[PENT_COMPONENT_UNET].parameters, ==, elements_of (self->names, "unet"));
  g_assert_cmpuint (inspection->parts[PENT_COMPONENT_UNET].bytes, ==,
                    2 * elements_of (self->names, "unet") + 2 * 32);
  g_assert_cmpstr (inspection->parts[PENT_COMPONENT_UNET].precision, ==, "F16, F32");
  g_assert_cmpuint (inspection->whole.n_tensors, ==, self->names->len + 3);
  text = pent_inspection_to_text (inspection);
  g_assert_nonnull (strstr (text, "a Stable Diffusion 1 model (inpainting)"));
  g_assert_nonnull (strstr (text, "2 tensors that the model does not need are ignored"));
}

static void
test_json (Fixture *self, gconstpointer data)
{
  g_autofree char *path = fixture_path (self->folder, "model");
  g_autoptr (PentInspection) inspection = NULL;
  g_autofree char *text = NULL;
  g_autoptr (JsonNode) root = NULL;
  g_autoptr (GError) error = NULL;
  JsonObject *object, *unet;

  fixture_write_folder (path, "small", self->names, "BF16", FIXTURE_BARE);
  inspection = inspect (path);
  text = pent_inspection_to_json (inspection);
  root = json_from_string (text, &error);
  g_assert_no_error (error);
  object = json_node_get_object (root);
  g_assert_cmpstr (json_object_get_string_member (object, "family"), ==, "sd1");
  g_assert_cmpstr (json_object_get_string_member (object, "variant"), ==, "inpainting");
  g_assert_cmpstr (json_object_get_string_member (object, "layout"), ==, "folder");
  g_assert_cmpstr (json_object_get_string_member (object, "precision"), ==, "BF16");
  g_assert_cmpstr (json_object_get_string_member (object, "prediction"), ==, "epsilon");
  g_assert_true (json_object_get_boolean_member (object, "usable"));
  g_assert_true (json_object_get_null_member (object, "reason"));
  g_assert_cmpint (json_array_get_length (json_object_get_array_member (object, "missing")), ==, 0);
  g_assert_cmpint (json_array_get_length (json_object_get_array_member (object, "problems")), ==, 0);
  unet = json_object_get_object_member (json_object_get_object_member (object, "config"), "unet");
  g_assert_cmpint (json_object_get_int_member (unet, "in_channels"), ==, 9);
  g_assert_cmpint (json_array_get_length (json_object_get_array_member (unet, "channels")), ==, 3);
  unet = json_object_get_object_member (json_object_get_object_member (object, "components"), "unet");
  g_assert_cmpint (json_object_get_int_member (unet, "parameters"), ==, elements_of (self->names, "unet"));
}

static void
test_missing_vae (Fixture *self, gconstpointer data)
{
  g_autofree char *path = fixture_path (self->folder, "a.safetensors");
  g_autoptr (FixtureFile) file = fixture_single_file (self->names, "F16", FIXTURE_BARE);
  g_autoptr (PentInspection) inspection = NULL;
  g_autofree char *text = NULL;
  g_autofree char *json = NULL;

  fixture_file_remove (file, "first_stage_model.");
  fixture_file_write (file, path);
  inspection = inspect (path);
  g_assert_false (inspection->usable);
  g_assert_cmpuint (inspection->missing->len, ==, 1);
  g_assert_cmpstr (inspection->missing->pdata[0], ==, "VAE");
  g_assert_false (inspection->parts[PENT_COMPONENT_VAE].present);
  g_assert_true (inspection->parts[PENT_COMPONENT_UNET].present);
  text = pent_inspection_to_text (inspection);
  g_assert_nonnull (strstr (text, "absent"));
  json = pent_inspection_to_json (inspection);
  g_assert_nonnull (strstr (json, "--vae"));
}

/* The sizes of a folder that is recognised but not read. */
static void
test_unread_folder (Fixture *self, gconstpointer data)
{
  g_autofree char *path = fixture_path (self->folder, "model");
  g_autoptr (PentInspection) inspection = NULL;

  fixture_write_folder (path, "small", self->names, "F32", FIXTURE_BARE);
  fixture_write_text (path, "model_index.json", "{\"_class_name\":\"StableDiffusionXLPipeline\"}");
  inspection = inspect (path);
  g_assert_cmpint (inspection->family.family, ==, PENT_FAMILY_SDXL);
  g_assert_false (inspection->usable);
  g_assert_cmpuint (inspection->whole.n_tensors, ==, self->names->len);
  g_assert_cmpstr (inspection->whole.precision, ==, "F32");
}

static void
test_unreadable (Fixture *self, gconstpointer data)
{
  g_autofree char *path = fixture_path (self->folder, "none");
  g_autoptr (GError) error = NULL;

  g_assert_null (pent_inspect (path, &error));
  g_assert_nonnull (error);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define ADD(path, function) g_test_add (path, Fixture, NULL, set_up, function, tear_down)
  ADD ("/inspect/single", test_single);
  ADD ("/inspect/json", test_json);
  ADD ("/inspect/missing-vae", test_missing_vae);
  ADD ("/inspect/unread-folder", test_unread_folder);
  ADD ("/inspect/unreadable", test_unreadable);
  return g_test_run ();
}
