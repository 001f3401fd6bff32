/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "golden-data.h"

#include <math.h>
#include <string.h>

#include "pent-devices.h"

static char *
data_path (const char *name)
{
  return g_test_build_filename (G_TEST_DIST, "pipeline", "data", name, NULL);
}

/* The files are little-endian. */
static void
fix_byte_order (char *floats, gsize n)
{
  for (gsize i = 0; G_BYTE_ORDER == G_BIG_ENDIAN && i < n; i++)
    {
      guint32 word;
      memcpy (&word, floats + 4 * i, 4);
      word = GUINT32_FROM_LE (word);
      memcpy (floats + 4 * i, &word, 4);
    }
}

/**
 * golden_data_new:
 * @name: "cases" or "parts"
 */
GoldenData *
golden_data_new (const char *name)
{
  GoldenData *self = g_new0 (GoldenData, 1);
  g_autofree char *list = g_strconcat (name, ".json", NULL);
  g_autofree char *numbers = g_strconcat (name, ".f32", NULL);
  g_autofree char *list_path = data_path (list);
  g_autofree char *numbers_path = data_path (numbers);
  g_autoptr (GError) error = NULL;
  gsize size;

  self->parser = json_parser_new ();
  json_parser_load_from_file (self->parser, list_path, &error);
  g_assert_no_error (error);
  self->cases = json_node_get_array (json_parser_get_root (self->parser));
  g_file_get_contents (numbers_path, &self->floats, &size, &error);
  g_assert_no_error (error);
  self->n_floats = size / sizeof (float);
  fix_byte_order (self->floats, self->n_floats);
  return self;
}

void
golden_data_free (GoldenData *self)
{
  g_object_unref (self->parser);
  g_free (self->floats);
  g_free (self);
}

/**
 * golden_data_get:
 * @member: of @object, an offset and a shape
 *
 * Returns: (transfer none): the numbers, row-major
 */
const float *
golden_data_get (GoldenData *self, JsonObject *object, const char *member, int *shape, gsize *n)
{
  JsonObject *place = json_object_get_object_member (object, member);
  JsonArray *sizes = json_object_get_array_member (place, "shape");
  gsize offset = json_object_get_int_member (place, "offset"), count = 1;

  g_assert_cmpuint (json_array_get_length (sizes), <=, 4);
  for (guint i = 0; i < json_array_get_length (sizes); i++)
    {
      int size = json_array_get_int_element (sizes, i);
      count *= size;
      if (shape != NULL)
        shape[i] = size;
    }
  g_assert_cmpuint (offset + count, <=, self->n_floats);
  if (n != NULL)
    *n = count;
  return (const float *) (const void *) self->floats + offset;
}

char *
golden_model_path (const char *model)
{
  return data_path (model);
}

/**
 * golden_difference:
 *
 * Returns: the root mean square of the differences, relative to that of
 *   @expected; NaN where a number is not finite
 */
double
golden_difference (const float *found, const float *expected, gsize n)
{
  double difference = 0, scale = 0;

  for (gsize i = 0; i < n; i++)
    {
      if (!isfinite (found[i]))
        return NAN;
      difference += ((double) found[i] - expected[i]) * ((double) found[i] - expected[i]);
      scale += (double) expected[i] * expected[i];
    }
  return sqrt (difference / scale);
}

/**
 * golden_picture:
 *
 * Returns: the picture of reference.py's picture()
 */
PentImage *
golden_picture (int width, int height)
{
  PentImage *image = pent_image_new (width, height, 3, 8, NULL);

  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      {
        guint8 *pixel = image->pixels + y * image->stride + 3 * x;
        pixel[0] = x * 255 / MAX (width - 1, 1);
        pixel[1] = y * 255 / MAX (height - 1, 1);
        pixel[2] = 80 + (x / 12 + y / 10) % 2 * 90;
      }
  return image;
}

/**
 * golden_mask:
 * @box: left, top, right, bottom; the last two are outside
 *
 * Returns: the mask of reference.py's mask_picture()
 */
PentImage *
golden_mask (int width, int height, const int box[4], gboolean soft)
{
  PentImage *image = pent_image_new (width, height, 1, 8, NULL);

  memset (image->pixels, 0, image->stride * height);
  for (int y = box[1]; y < box[3]; y++)
    for (int x = box[0]; x < box[2]; x++)
      image->pixels[y * image->stride + x] = soft ? 40 + (x - box[0]) * 215 / (box[2] - box[0] - 1) : 255;
  return image;
}

/**
 * golden_backend:
 * @device: as the command line names it
 * @reason: (out): why there is none
 *
 * Returns: (transfer full) (nullable): the backend, if this machine has it and
 *   it computes in @operand
 */
PentBackend *
golden_backend (const char *device, PentDtype operand, char **reason)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PentBackend) backend = pent_backend_for_device (device, &error);

  *reason = NULL;
  if (backend == NULL)
    *reason = g_strdup (error->message);
  else if (!g_str_has_prefix (pent_backend_get_name (backend), device))
    *reason = g_strdup_printf ("this build has no %s", device);
  else if (!pent_backend_supports (backend, operand))
    *reason = g_strdup_printf ("%s does not compute in %s", pent_backend_get_description (backend),
                               pent_dtype_name (operand));
  return *reason == NULL ? g_steal_pointer (&backend) : NULL;
}

gboolean
golden_operand (const char *name, PentDtype *operand)
{
  for (*operand = PENT_F32; *operand <= PENT_BF16; (*operand)++)
    if (g_str_equal (pent_dtype_name (*operand), name))
      return TRUE;
  return FALSE;
}
