/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Choosing between ways to do the same: the fastest is found, kept, and makes
 * no difference to what comes out. */

#include "vulkan-fixture.h"

#include "params.h"
#include "vk-pipeline-file.h"
#include "vk-ways.h"

#include <glib/gstdio.h>
#include <string.h>

enum { ROWS = 200, IN = 96, OUT = 100 };

static float weight_values[OUT * IN];
static const PentWeight weight = { "weight", PENT_F32, 2, { OUT, IN }, weight_values };
static float x[ROWS * IN];

static void
fill (float *values, gsize n, guint32 seed)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (seed);

  for (gsize i = 0; i < n; i++)
    values[i] = g_rand_double_range (random, -1, 1);
}

/* A context that takes its device for one worth trying things on */
static PentVkContext *
open_as_gpu (void)
{
  PentVkContext *context = vulkan_open (PENT_VULKAN_AS_GPU);

  context->device->facts.type = VK_PHYSICAL_DEVICE_TYPE_DISCRETE_GPU;
  return context;
}

static void
check_ways_agree (PentVkContext *context, PentDtype operand, const char *kind)
{
  float first[ROWS * OUT], other[ROWS * OUT];
  const PentVkWay *ways;
  guint n = pent_vk_ways_list (&context->device->facts, operand == PENT_F16, &ways);

  g_assert_cmpuint (n, >, 1);
  g_assert_true (g_str_has_prefix (ways[0].name, kind));
  for (guint i = 0; i < n; i++)
    {
      pent_vk_tuner_fix (context->tuner, ways[i].name);
      g_autoptr (PentProgram) program = vulkan_compile_linear (context, ROWS, &weight, operand);
      vulkan_run (program, x, i == 0 ? first : other);
      if (i > 0)
        g_assert_cmpmem (other, sizeof other, first, sizeof first);
    }
  pent_vk_context_unref (context);
}

static void
test_ways_agree (void)
{
  check_ways_agree (open_as_gpu (), PENT_F32, "tile-");
  check_ways_agree (open_as_gpu (), PENT_F16, "tile-");
}

static void
test_cooperative_ways_agree (void)
{
  g_autoptr (GError) error = NULL;
  PentVkContext *context = pent_vk_context_new (0, PENT_VULKAN_AS_COOPERATIVE, &error);

  if (context != NULL)
    check_ways_agree (context, PENT_F16, "cooperative-");
  else
    g_test_skip (error->message);
}

static char *
tuning_path (PentVkContext *context)
{
  return pent_vk_cache_path (&context->device->facts, "tuning");
}

/* What is found for a product is written down, under its name. */
static void
test_kept (void)
{
  PentVkContext *context = open_as_gpu ();
  g_autofree char *path = tuning_path (context);
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GError) error = NULL;

  g_unlink (path);
  g_autoptr (PentProgram) program = vulkan_compile_linear (context, ROWS, &weight, PENT_F32);
  g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, &error);
  g_assert_no_error (error);
  g_autofree char *way = g_key_file_get_string (file, "fastest", "matmul 256x128x96-f32", &error);
  g_assert_no_error (error);
  g_assert_true (g_str_has_prefix (way, "tile-"));
  g_clear_object (&program);
  pent_vk_context_unref (context);
}

/* Copies of a field, of one item or of many; they need not be the same work. */
static PentVkStep
make_copy (PentVkBuffer *field, int items)
{
  struct PentVkFlat params = { .items = items };
  PentVkStep step = {
    .kernel = { PENT_VK_CAST, PENT_F32, 2, { TRUE, 64 } },
    .output = { field->handle, field->size / 2, field->size / 2, PENT_F32 },
    .inputs = { { field->handle, 0, field->size / 2, PENT_F32 } },
    .by_four = { TRUE },
    .n_inputs = 1,
    .params_size = sizeof params,
    .groups = { (items + 63) / 64, 1, 1 },
    .split_unit = 64,
    .work = 1,
  };

  memcpy (step.params, &params, sizeof params);
  return step;
}

enum { FIELD_ITEMS = 1 << 20 };

static guint
choose (PentVkContext *context, const char *work, PentVkBuffer *field)
{
  g_autoptr (GError) error = NULL;
  PentVkChoice choices[] = {
    { "long", make_copy (field, FIELD_ITEMS) },
    { "short", make_copy (field, 64) },
    { "longer", make_copy (field, FIELD_ITEMS) },
  };
  guint best = 99;

  g_assert_true (pent_vk_tuner_choose (context->tuner, work, FIELD_ITEMS, choices, 3, &best, &error));
  g_assert_no_error (error);
  return best;
}

static void
test_fastest (void)
{
  PentVkContext *context = open_as_gpu ();
  g_autofree char *path = tuning_path (context);
  g_autoptr (GError) error = NULL;
  PentVkBuffer field;

  g_assert_true (pent_vk_buffer_init (&field, context->device, FIELD_ITEMS * 32, PENT_VK_ON_DEVICE, "a test", &error));
  g_assert_cmpuint (choose (context, "a copy", &field), ==, 1);

  /* A word in the file is taken for it, if it is one of the choices. */
  g_assert_true (g_file_set_contents (path, "[fastest]\na copy=longer\nother copy=nonsense\n", -1, NULL));
  pent_vk_tuner_free (context->tuner);
  context->tuner = pent_vk_tuner_new (context->device, context->pipelines);
  g_assert_cmpuint (choose (context, "a copy", &field), ==, 2);
  g_assert_cmpuint (choose (context, "other copy", &field), ==, 1);

  /* A file of rubbish is none. */
  g_assert_true (g_file_set_contents (path, "\xff\xfe[[[rubbish", -1, NULL));
  pent_vk_tuner_free (context->tuner);
  context->tuner = pent_vk_tuner_new (context->device, context->pipelines);
  g_assert_cmpuint (choose (context, "a copy", &field), ==, 1);

  /* On a processor nothing is tried. */
  context->device->facts.type = VK_PHYSICAL_DEVICE_TYPE_CPU;
  g_assert_cmpuint (choose (context, "untried", &field), ==, 0);
  pent_vk_buffer_clear (&field, context->device);
  pent_vk_context_unref (context);
}

int
main (int argc, char *argv[])
{
  g_autofree char *cache = vulkan_cache_new ();
  g_autoptr (GError) error = NULL;

  g_test_init (&argc, &argv, NULL);
  fill (weight_values, G_N_ELEMENTS (weight_values), 1);
  fill (x, G_N_ELEMENTS (x), 2);

  PentVkContext *context = pent_vk_context_new (0, PENT_VULKAN_AS_GPU, &error);
  if (context == NULL)
    {
      g_print ("1..0 # SKIP %s\n", error->message);
      vulkan_cache_remove (cache);
      return 0;
    }
  pent_vk_context_unref (context);
  g_test_add_func ("/vulkan/tuner/ways-agree/tile", test_ways_agree);
  g_test_add_func ("/vulkan/tuner/ways-agree/cooperative", test_cooperative_ways_agree);
  g_test_add_func ("/vulkan/tuner/kept", test_kept);
  g_test_add_func ("/vulkan/tuner/fastest", test_fastest);

  int status = g_test_run ();
  vulkan_cache_remove (cache);
  return status;
}
