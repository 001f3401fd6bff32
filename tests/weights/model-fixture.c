/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "model-fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

struct _FixtureFile
{
  GPtrArray *tensors;
};

static int
parse_sizes (const char *text, gint64 dim[4])
{
  g_auto (GStrv) pieces = g_strsplit (text, ",", 5);
  int n = g_strv_length (pieces);

  g_assert_cmpint (n, <=, 4);
  for (int i = 0; i < n; i++)
    dim[i] = g_ascii_strtoll (pieces[i], NULL, 10);
  return n;
}

static void
free_name (gpointer data)
{
  FixtureName *name = data;

  g_free (name->component);
  g_free (name->ldm);
  g_free (name->diffusers);
  g_free (name);
}

GPtrArray *
fixture_read_names (const char *title)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (free_name);
  g_autofree char *base = g_strdup_printf ("names-%s.txt", title);
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "weights", "golden", base, NULL);
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL && *lines[i] != '\0'; i++)
    {
      g_auto (GStrv) fields = g_strsplit (lines[i], "\t", 5);
      FixtureName *name = g_new0 (FixtureName, 1);

      g_assert_cmpuint (g_strv_length (fields), ==, 5);
      name->component = g_strdup (fields[0]);
      name->ldm = g_strdup (fields[1]);
      name->diffusers = g_strdup (fields[2]);
      name->n_ldm = parse_sizes (fields[3], name->ldm_dim);
      name->n_diffusers = parse_sizes (fields[4], name->diffusers_dim);
      g_ptr_array_add (names, name);
    }
  return names;
}

static void
free_tensor (gpointer data)
{
  FixtureTensor *tensor = data;

  g_free (tensor->name);
  g_free (tensor->dtype);
  g_free (tensor->mark);
  g_free (tensor);
}

FixtureFile *
fixture_file_new (void)
{
  FixtureFile *self = g_new0 (FixtureFile, 1);

  self->tensors = g_ptr_array_new_with_free_func (free_tensor);
  return self;
}

void
fixture_file_free (FixtureFile *self)
{
  g_ptr_array_unref (self->tensors);
  g_free (self);
}

FixtureTensor *
fixture_file_add (FixtureFile *self, const char *name, const char *dtype, int n_dims, const gint64 *dim)
{
  FixtureTensor *tensor = g_new0 (FixtureTensor, 1);

  tensor->name = g_strdup (name);
  tensor->dtype = g_strdup (dtype);
  tensor->n_dims = n_dims;
  for (int i = 0; i < n_dims; i++)
    tensor->dim[i] = dim[i];
  g_ptr_array_add (self->tensors, tensor);
  return tensor;
}

FixtureTensor *
fixture_file_find (FixtureFile *self, const char *name)
{
  for (guint i = 0; i < self->tensors->len; i++)
    {
      FixtureTensor *tensor = self->tensors->pdata[i];
      if (g_str_equal (tensor->name, name))
        return tensor;
    }
  g_assert_not_reached ();
}

void
fixture_file_remove (FixtureFile *self, const char *prefix)
{
  guint before = self->tensors->len;

  for (guint i = before; i-- > 0;)
    if (g_str_has_prefix (((FixtureTensor *) self->tensors->pdata[i])->name, prefix))
      g_ptr_array_remove_index (self->tensors, i);
  g_assert_cmpuint (self->tensors->len, <, before);
}

/* Replaces the first occurrence of @from in every name. */
void
fixture_file_rename (FixtureFile *self, const char *from, const char *to)
{
  guint changed = 0;

  for (guint i = 0; i < self->tensors->len; i++)
    {
      FixtureTensor *tensor = self->tensors->pdata[i];
      char *at = strstr (tensor->name, from);

      if (at == NULL)
        continue;
      *at = '\0';
      char *name = g_strconcat (tensor->name, to, at + strlen (from), NULL);
      g_free (tensor->name);
      tensor->name = name;
      changed++;
    }
  g_assert_cmpuint (changed, >, 0);
}

static gsize
element_size (const char *dtype)
{
  if (strstr (dtype, "64"))
    return 8;
  if (strstr (dtype, "32"))
    return 4;
  return strstr (dtype, "16") ? 2 : 1;
}

static gsize
tensor_bytes (const FixtureTensor *tensor)
{
  gsize bytes = element_size (tensor->dtype);

  for (int i = 0; i < tensor->n_dims; i++)
    bytes *= tensor->dim[i];
  return bytes;
}

static char *
make_header (FixtureFile *self)
{
  GString *json = g_string_new ("{\"__metadata__\":{\"format\":\"pt\"}");
  gsize offset = 0;

  for (guint i = 0; i < self->tensors->len; i++)
    {
      const FixtureTensor *tensor = self->tensors->pdata[i];
      gsize end = offset + tensor_bytes (tensor);

      g_string_append_printf (json, ",\"%s\":{\"dtype\":\"%s\",\"shape\":[", tensor->name, tensor->dtype);
      for (int j = 0; j < tensor->n_dims; j++)
        g_string_append_printf (json, "%s%" G_GINT64_FORMAT, j > 0 ? "," : "", tensor->dim[j]);
      g_string_append_printf (json, "],\"data_offsets\":[%" G_GSIZE_FORMAT ",%" G_GSIZE_FORMAT "]}",
                              offset, end);
      offset = end;
    }
  g_string_append_c (json, '}');
  return g_string_free (json, FALSE);
}

static void
write_at (int fd, gsize offset, const void *bytes, gsize n)
{
  g_assert_cmpint (pwrite (fd, bytes, n, offset), ==, n);
}

static void
write_marks (int fd, gsize offset, const FixtureTensor *tensor)
{
  gsize bytes = tensor_bytes (tensor);
  guint mark;

  if (tensor->mark == NULL || bytes < sizeof mark)
    return;
  mark = g_str_hash (tensor->mark) | 1;
  write_at (fd, offset, &mark, sizeof mark);
  if (bytes >= 2 * sizeof mark)
    write_at (fd, offset + bytes - sizeof mark, &mark, sizeof mark);
}

void
fixture_file_write (FixtureFile *self, const char *path)
{
  g_autofree char *header = make_header (self);
  guint64 length = GUINT64_TO_LE (strlen (header));
  gsize offset = sizeof length + strlen (header);
  int fd = open (path, O_CREAT | O_TRUNC | O_WRONLY, 0600);

  g_assert_cmpint (fd, >=, 0);
  write_at (fd, 0, &length, sizeof length);
  write_at (fd, sizeof length, header, strlen (header));
  for (guint i = 0; i < self->tensors->len; i++)
    {
      write_marks (fd, offset, self->tensors->pdata[i]);
      offset += tensor_bytes (self->tensors->pdata[i]);
    }
  g_assert_cmpint (ftruncate (fd, offset), ==, 0);
  close (fd);
}

static void
set_mark (FixtureTensor *tensor, const FixtureName *name, FixtureFill fill)
{
  if (fill == FIXTURE_MARKED)
    tensor->mark = g_strconcat (name->component, "/", name->diffusers, NULL);
}

FixtureFile *
fixture_single_file (GPtrArray *names, const char *dtype, FixtureFill fill)
{
  FixtureFile *file = fixture_file_new ();

  for (guint i = 0; i < names->len; i++)
    {
      const FixtureName *name = names->pdata[i];
      set_mark (fixture_file_add (file, name->ldm, dtype, name->n_ldm, name->ldm_dim), name, fill);
    }
  return file;
}

FixtureFile *
fixture_component (GPtrArray *names, const char *component, const char *dtype, FixtureFill fill)
{
  FixtureFile *file = fixture_file_new ();

  for (guint i = 0; i < names->len; i++)
    {
      const FixtureName *name = names->pdata[i];
      if (g_str_equal (name->component, component))
        set_mark (fixture_file_add (file, name->diffusers, dtype, name->n_diffusers, name->diffusers_dim),
                  name, fill);
    }
  return file;
}

char *
fixture_config (const char *title, const char *component)
{
  gboolean small = g_str_equal (title, "small");

  if (g_str_equal (component, "text_encoder"))
    return g_strdup ("{\"architectures\":[\"CLIPTextModel\"],\"vocab_size\":500,\"hidden_size\":64,"
                     "\"intermediate_size\":256,\"num_hidden_layers\":2,\"num_attention_heads\":1,"
                     "\"max_position_embeddings\":77,\"hidden_act\":\"quick_gelu\","
                     "\"bos_token_id\":0,\"eos_token_id\":2,\"pad_token_id\":1}");
  if (g_str_equal (component, "vae"))
    return g_strdup ("{\"_class_name\":\"AutoencoderKL\",\"block_out_channels\":[32,64,128,128],"
                     "\"layers_per_block\":2,\"latent_channels\":4,\"scaling_factor\":0.18215,"
                     "\"down_block_types\":[\"DownEncoderBlock2D\",\"DownEncoderBlock2D\","
                     "\"DownEncoderBlock2D\",\"DownEncoderBlock2D\"],"
                     "\"up_block_types\":[\"UpDecoderBlock2D\",\"UpDecoderBlock2D\","
                     "\"UpDecoderBlock2D\",\"UpDecoderBlock2D\"]}");
  if (small)
    return g_strdup (
        "{\"_class_name\":\"UNet2DConditionModel\",\"in_channels\":9,\"sample_size\":64,"
        "\"block_out_channels\":[32,64,128],\"layers_per_block\":1,"
        "\"cross_attention_dim\":64,\"attention_head_dim\":8,"
        "\"down_block_types\":[\"DownBlock2D\",\"CrossAttnDownBlock2D\",\"CrossAttnDownBlock2D\"],"
        "\"up_block_types\":[\"CrossAttnUpBlock2D\",\"CrossAttnUpBlock2D\",\"UpBlock2D\"]}");
  return g_strdup ("{\"_class_name\":\"UNet2DConditionModel\",\"block_out_channels\":[32,64,128,128],"
                   "\"cross_attention_dim\":64,\"attention_head_dim\":[8,8,8,8],\"sample_size\":64}");
}

void
fixture_write_folder (const char *path, const char *title, GPtrArray *names, const char *dtype,
                      FixtureFill fill)
{
  static const char *const parts[] = { "text_encoder", "unet", "vae" };

  fixture_write_text (
      path, "model_index.json",
      "{\"_class_name\":\"StableDiffusionPipeline\",\"unet\":[\"diffusers\",\"UNet2DConditionModel\"],"
      "\"safety_checker\":[null,null]}");
  fixture_write_text (path, "scheduler/scheduler_config.json",
                      "{\"beta_start\":0.00085,\"beta_end\":0.012,\"beta_schedule\":\"scaled_linear\","
                      "\"prediction_type\":\"epsilon\",\"trained_betas\":null}");
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      g_autoptr (FixtureFile) file = fixture_component (names, parts[i], dtype, fill);
      g_autofree char *config = fixture_config (title, parts[i]);
      g_autofree char *config_name = g_strconcat (parts[i], "/config.json", NULL);
      g_autofree char *weights = g_build_filename (path, parts[i], i == 0 ? "model.safetensors"
                                                   : "diffusion_pytorch_model.safetensors", NULL);

      fixture_write_text (path, config_name, config);
      fixture_file_write (file, weights);
    }
}

char *
fixture_make_folder (void)
{
  char *path = g_dir_make_tmp ("pentimento-weights-XXXXXX", NULL);

  g_assert_nonnull (path);
  return path;
}

static void
remove_tree (const char *path)
{
  g_autoptr (GDir) dir = g_file_test (path, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *inner = g_build_filename (path, name, NULL);
      remove_tree (inner);
    }
  g_assert_cmpint (g_remove (path), ==, 0);
}

void
fixture_remove_folder (char *path)
{
  remove_tree (path);
  g_free (path);
}

char *
fixture_path (const char *folder, const char *name)
{
  return g_build_filename (folder, name, NULL);
}

/* A new file in place of the old one. It need not survive a crash, so it is
 * not synced, for which the tests would wait long on a busy disk. */
void
fixture_write_bytes (const char *path, const void *bytes, gsize n)
{
  int fd;

  g_unlink (path);
  fd = open (path, O_CREAT | O_EXCL | O_WRONLY, 0600);
  g_assert_cmpint (fd, >=, 0);
  write_at (fd, 0, bytes, n);
  close (fd);
}

void
fixture_write_text (const char *folder, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *parent = g_path_get_dirname (path);

  g_assert_cmpint (g_mkdir_with_parents (parent, 0700), ==, 0);
  fixture_write_bytes (path, text, strlen (text));
}
