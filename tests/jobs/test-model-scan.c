/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pent-model-scan.h"

#include <string.h>
#include <unistd.h>

#include "library-fixture.h"
#include "pent-error.h"

/* A small whole model and a small VAE of the pipeline's tests, wherever a
 * program would have them. */
static void
add_link (Folder *folder, const char *place, const char *data)
{
  g_autofree char *path = folder_file (folder, place);
  g_autofree char *parent = g_path_get_dirname (path);
  g_autofree char *target = g_test_build_filename (G_TEST_DIST, "pipeline", "data", data, NULL);

  g_assert_cmpint (g_mkdir_with_parents (parent, 0700), ==, 0);
  g_assert_cmpint (symlink (target, path), ==, 0);
}

static void
add_text (Folder *folder, const char *place, const char *text)
{
  g_autofree char *path = folder_file (folder, place);
  g_autofree char *parent = g_path_get_dirname (path);

  g_assert_cmpint (g_mkdir_with_parents (parent, 0700), ==, 0);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static void
take_model (gpointer data, PentScannedModel *model)
{
  g_ptr_array_add (data, model);
}

static GPtrArray *
scan (Folder *folder, const char *place)
{
  g_autofree char *path = folder_file (folder, place);
  g_autoptr (GError) error = NULL;
  GPtrArray *models = g_ptr_array_new_with_free_func ((GDestroyNotify) pent_scanned_model_free);

  pent_model_scan (path, take_model, models, NULL, &error);
  g_assert_no_error (error);
  return models;
}

static const PentScannedModel *
find (GPtrArray *models, const char *name)
{
  for (guint i = 0; i < models->len; i++)
    if (strcmp (((PentScannedModel *) g_ptr_array_index (models, i))->name, name) == 0)
      return g_ptr_array_index (models, i);
  g_error ("%s was not found", name);
}

static void
test_comfyui (Folder *folder, gconstpointer data)
{
  add_link (folder, "ComfyUI/models/checkpoints/sea/harbour.safetensors", "tiny-ldm.safetensors");
  add_link (folder, "ComfyUI/models/vae/soft.safetensors", "tiny/vae/diffusion_pytorch_model.safetensors");
  add_text (folder, "ComfyUI/models/checkpoints/old.ckpt", "pickle");
  add_text (folder, "ComfyUI/models/checkpoints/cut.safetensors", "cut");
  add_text (folder, "ComfyUI/models/checkpoints/read me.txt", "no model");
  add_text (folder, "ComfyUI/venv/lib/weights.pt", "no model");
  add_text (folder, "ComfyUI/.cache/hidden.safetensors", "no model");
  g_autoptr (GPtrArray) models = scan (folder, "ComfyUI");

  g_assert_cmpuint (models->len, ==, 4);
  const PentScannedModel *harbour = find (models, "harbour");
  g_assert_true (harbour->usable);
  g_assert_null (harbour->reason);
  g_assert_cmpint (harbour->family.family, ==, PENT_FAMILY_SD1);
  g_assert_cmpint (harbour->native_side, ==, 512);
  g_assert_cmpuint (harbour->bytes, >, 6 << 20);

  const PentScannedModel *soft = find (models, "soft");
  g_assert_false (soft->usable);
  g_assert_cmpint (soft->family.family, ==, PENT_FAMILY_VAE);
  g_assert_nonnull (strstr (soft->reason, "VAE alone"));
  g_assert_nonnull (strstr (find (models, "old")->reason, "pickle"));
  g_assert_nonnull (strstr (find (models, "cut")->reason, "too short"));
  g_assert_cmpuint (find (models, "old")->bytes, ==, 6);
}

static void
test_a1111 (Folder *folder, gconstpointer data)
{
  add_link (folder, "webui/models/Stable-diffusion/harbour.safetensors", "tiny-ldm.safetensors");
  add_link (folder, "webui/models/VAE/soft.safetensors", "tiny/vae/diffusion_pytorch_model.safetensors");
  add_text (folder, "webui/embeddings/style.pt", "pickle");
  g_autoptr (GPtrArray) models = scan (folder, "webui");

  g_assert_cmpuint (models->len, ==, 3);
  g_assert_true (find (models, "harbour")->usable);
  g_assert_false (find (models, "style")->usable);
}

/* A folder is one model, whatever files it has. */
static void
test_diffusers (Folder *folder, gconstpointer data)
{
  add_link (folder, "models/tiny", "tiny");
  add_link (folder, "models/deeper/again/tiny-inpaint", "tiny-inpaint");
  g_autoptr (GPtrArray) models = scan (folder, "models");

  g_assert_cmpuint (models->len, ==, 2);
  g_assert_true (find (models, "tiny")->usable);
  g_assert_cmpstr (find (models, "tiny-inpaint")->family.variant, ==, "inpainting");
  g_autoptr (GPtrArray) itself = scan (folder, "models/tiny");
  g_assert_cmpuint (itself->len, ==, 1);
}

static void
test_hub (Folder *folder, gconstpointer data)
{
  add_link (folder, "hub/models--sea--harbour/snapshots/0123456789", "tiny");
  add_link (folder, "hub/models--sea--single/snapshots/0123456789/one.safetensors", "tiny-ldm.safetensors");
  add_text (folder, "hub/models--sea--harbour/blobs/0123.safetensors", "part of another");
  add_text (folder, "hub/models--sea--harbour/refs/main", "0123456789");
  g_autoptr (GPtrArray) models = scan (folder, "hub");

  g_assert_cmpuint (models->len, ==, 2);
  g_assert_true (find (models, "sea/harbour")->usable);
  g_assert_true (find (models, "sea/single, one")->usable);
}

/* ComfyUI's list of further folders, by programs, with a base or without. */
static void
test_further (Folder *folder, gconstpointer data)
{
  g_autofree char *base = folder_file (folder, "webui");
  g_autofree char *list = g_strdup_printf (
    "# comment\n"
    "a111:\n  checkpoints: models/Stable-diffusion\n  base_path: %s\n  is_default: true\n"
    "  loras: |\n    models/Lora\n    models/LyCORIS\n"
    "other:\n  unet: ../loose\n  nowhere: /not/there\n  custom_nodes: ../nodes\n  odd: [../nodes, {a: ../nodes}]\n"
    "deep: &anchor\n  a:\n    checkpoints: ../nodes\nagain: *anchor\nplain: ../nodes\n", base);

  add_text (folder, "ComfyUI/extra_model_paths.yaml", list);
  add_text (folder, "ComfyUI/models/checkpoints/own.ckpt", "pickle");
  add_link (folder, "webui/models/Stable-diffusion/harbour.safetensors", "tiny-ldm.safetensors");
  add_text (folder, "webui/models/LyCORIS/style.pt", "pickle");
  add_text (folder, "loose/loose.pt", "pickle");
  add_text (folder, "nodes/node.pt", "no model of his");
  g_autoptr (GPtrArray) models = scan (folder, "ComfyUI");
  g_assert_cmpuint (models->len, ==, 4);
  g_assert_true (find (models, "harbour")->usable);
  g_assert_nonnull (find (models, "own"));
  g_assert_nonnull (find (models, "style"));
  g_assert_nonnull (find (models, "loose"));
}

/* A list that is none is a sentence; what lies beside it is found all the same. */
static void
test_bad_lists (Folder *folder, gconstpointer data)
{
  static const struct { const char *text; gboolean good; } lists[] = {
    { "", FALSE },       { "just words", TRUE },   { "- a\n- b\n", TRUE },       { "a:\n  b: *nothing\n", TRUE },
    { "a: [", FALSE },   { "\t: x", FALSE },       { "a: 'open\n", FALSE },       { "a: b: c\n", FALSE },
    { "\xff\xfe\xff", FALSE }, { "%YAML 9\n---\na: b\n", FALSE }, { "a:\n  base_path:\n  x: ''\n", TRUE },
  };
  g_autoptr (GString) nested = g_string_new (NULL);
  g_autofree char *comfyui = folder_file (folder, "ComfyUI");

  add_text (folder, "ComfyUI/models/own.ckpt", "pickle");
  for (gsize i = 0; i < G_N_ELEMENTS (lists); i++)
    {
      g_autoptr (GPtrArray) models = g_ptr_array_new_with_free_func ((GDestroyNotify) pent_scanned_model_free);
      g_autoptr (GError) error = NULL;
      add_text (folder, "ComfyUI/extra_model_paths.yaml", lists[i].text);
      gboolean good = pent_model_scan (comfyui, take_model, models, NULL, &error);
      if (good != lists[i].good)
        g_error ("“%s”: %s", lists[i].text, error != NULL ? error->message : "taken");
      g_assert_true (good || g_error_matches (error, PENT_ERROR, PENT_ERROR_FILE));
      g_assert_cmpuint (models->len, ==, 1);
    }
  /* Deep, and larger than any such list. */
  for (int i = 0; i < 10000; i++)
    g_string_append (nested, "[{a: ");
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) models = g_ptr_array_new_with_free_func ((GDestroyNotify) pent_scanned_model_free);
  add_text (folder, "ComfyUI/extra_model_paths.yaml", nested->str);
  g_assert_false (pent_model_scan (comfyui, take_model, models, NULL, &error));
  g_assert_nonnull (strstr (error->message, "deep"));
  g_string_set_size (nested, 2 << 20);
  memset (nested->str, '#', nested->len);
  add_text (folder, "ComfyUI/extra_model_paths.yaml", nested->str);
  g_clear_error (&error);
  g_assert_false (pent_model_scan (comfyui, take_model, models, NULL, &error));
  g_assert_error (error, PENT_ERROR, PENT_ERROR_FILE);
}

/* Links that lead back, and a file instead of a folder. */
static void
test_rings (Folder *folder, gconstpointer data)
{
  g_autofree char *ring = folder_file (folder, "models/a/b/ring");
  g_autofree char *start = folder_file (folder, "models");
  g_autofree char *broken = folder_file (folder, "models/a/broken.safetensors");

  add_link (folder, "models/a/b/one.safetensors", "tiny-ldm.safetensors");
  g_assert_cmpint (symlink (start, ring), ==, 0);
  g_assert_cmpint (symlink ("nowhere", broken), ==, 0);
  g_autoptr (GPtrArray) models = scan (folder, "models");
  g_assert_cmpuint (models->len, ==, 1);
  g_autoptr (GPtrArray) single = scan (folder, "models/a/b/one.safetensors");
  g_assert_cmpuint (single->len, ==, 1);
}

static void
test_trouble (Folder *folder, gconstpointer data)
{
  g_autofree char *missing = folder_file (folder, "missing");
  g_autoptr (GCancellable) cancelled = g_cancellable_new ();
  g_autoptr (GPtrArray) models = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;

  g_assert_false (pent_model_scan (missing, take_model, models, NULL, &error));
  g_assert_error (error, PENT_ERROR, PENT_ERROR_FILE);
  g_clear_error (&error);
  add_link (folder, "models/one.safetensors", "tiny-ldm.safetensors");
  g_cancellable_cancel (cancelled);
  g_assert_false (pent_model_scan (folder->path, take_model, models, cancelled, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (models->len, ==, 0);
}

#define ADD(path, test) g_test_add (path, Folder, NULL, folder_set_up, test, folder_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/model-scan/comfyui", test_comfyui);
  ADD ("/model-scan/a1111", test_a1111);
  ADD ("/model-scan/diffusers", test_diffusers);
  ADD ("/model-scan/hub", test_hub);
  ADD ("/model-scan/rings", test_rings);
  ADD ("/model-scan/further", test_further);
  ADD ("/model-scan/bad-lists", test_bad_lists);
  ADD ("/model-scan/trouble", test_trouble);
  return g_test_run ();
}
