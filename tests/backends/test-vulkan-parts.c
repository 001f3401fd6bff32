/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What the op cases do not see of the Vulkan backend: its files, its memory,
 * long work, cancelling, and failure. */

#include "pent-error.h"
#include "pent-vulkan-backend.h"
#include "vk-hazards.h"
#include "vk-pipeline-file.h"
#include "vulkan-fixture.h"

#include <glib/gstdio.h>
#include <string.h>

#include "params.h"

/* --- the pipeline file --- */

static GBytes *
make_driver_data (const PentVkFacts *facts)
{
  VkPipelineCacheHeaderVersionOne header = {
    .headerSize = sizeof header,
    .headerVersion = VK_PIPELINE_CACHE_HEADER_VERSION_ONE,
    .vendorID = facts->vendor_id,
    .deviceID = facts->device_id,
  };
  GByteArray *data = g_byte_array_new ();

  memcpy (header.pipelineCacheUUID, facts->uuid, VK_UUID_SIZE);
  g_byte_array_append (data, (const guint8 *) &header, sizeof header);
  g_byte_array_append (data, (const guint8 *) "what the driver made", 20);
  return g_byte_array_free_to_bytes (data);
}

static void
test_pipeline_file (void)
{
  PentVkFacts facts = { .vendor_id = 1, .device_id = 2, .driver_version = 3, .uuid = { 4, 5, 6 } };
  g_autoptr (GBytes) data = make_driver_data (&facts);
  g_autofree char *path = pent_vk_cache_path (&facts, "cache");

  g_assert_null (pent_vk_pipeline_file_read (&facts));
  pent_vk_pipeline_file_write (&facts, g_bytes_get_data (data, NULL), g_bytes_get_size (data));
  g_autoptr (GBytes) again = pent_vk_pipeline_file_read (&facts);
  g_assert_nonnull (again);
  g_assert_true (g_bytes_equal (again, data));

  PentVkFacts other = facts;
  other.driver_version = 4;
  g_assert_null (pent_vk_pipeline_file_read (&other));
  other = facts;
  other.device_id = 9;
  g_assert_null (pent_vk_pipeline_file_read (&other));
  g_assert_cmpint (g_unlink (path), ==, 0);
}

/* Any byte changed, and any length: what is read back is NULL. */
static void
test_corrupt_pipeline_file (void)
{
  PentVkFacts facts = { .vendor_id = 1, .device_id = 2, .driver_version = 3, .uuid = { 4, 5, 6 } };
  g_autoptr (GBytes) data = make_driver_data (&facts);
  g_autofree char *path = pent_vk_cache_path (&facts, "cache");
  g_autofree char *content = NULL;
  gsize size;

  pent_vk_pipeline_file_write (&facts, g_bytes_get_data (data, NULL), g_bytes_get_size (data));
  g_assert_true (g_file_get_contents (path, &content, &size, NULL));
  for (gsize i = 0; i < size; i++)
    {
      content[i] ^= 0x10;
      g_assert_true (g_file_set_contents (path, content, size, NULL));
      g_assert_null (pent_vk_pipeline_file_read (&facts));
      content[i] ^= 0x10;
      g_assert_true (g_file_set_contents (path, content, i, NULL));
      g_assert_null (pent_vk_pipeline_file_read (&facts));
    }
  g_assert_cmpint (g_unlink (path), ==, 0);
}

/* A backend starts and computes beside a file of rubbish, and mends it. */
static void
test_rubbish_pipeline_file (void)
{
  PentVkContext *context = vulkan_open (PENT_VULKAN_AS_IS);
  g_autofree char *path = pent_vk_cache_path (&context->device->facts, "cache");
  g_autofree char *folder = g_path_get_dirname (path);
  PentVkKernel kernel = { PENT_VK_ADD, PENT_F32, 2, { TRUE, 8 } };

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (path, "rubbish", -1, NULL));
  pent_vk_context_unref (context);

  context = vulkan_open (PENT_VULKAN_AS_IS);
  g_assert_true (pent_vk_pipelines_get (context->pipelines, &kernel, NULL) != VK_NULL_HANDLE);
  pent_vk_pipelines_save (context->pipelines);
  g_autoptr (GBytes) data = pent_vk_pipeline_file_read (&context->device->facts);
  g_assert_nonnull (data);
  pent_vk_context_unref (context);
}

/* --- hazards --- */

static void
test_hazards (void)
{
  VkBuffer buffer = (VkBuffer) (gsize) 16, other = (VkBuffer) (gsize) 32;
  PentVkSpan written = { buffer, 100, 50, PENT_F32 }, read = { buffer, 200, 50, PENT_F32 };
  PentVkSpan after = { buffer, 150, 50, PENT_F32 }, within = { buffer, 149, 2, PENT_F32 };
  PentVkSpan elsewhere = { other, 100, 50, PENT_F32 };
  PentVkHazards hazards;

  pent_vk_hazards_init (&hazards);
  pent_vk_hazards_add (&hazards, &written, TRUE);
  pent_vk_hazards_add (&hazards, &read, FALSE);
  g_assert_true (pent_vk_hazards_meets (&hazards, &written, FALSE));
  g_assert_true (pent_vk_hazards_meets (&hazards, &written, TRUE));
  g_assert_true (pent_vk_hazards_meets (&hazards, &within, FALSE));
  g_assert_false (pent_vk_hazards_meets (&hazards, &after, TRUE));
  g_assert_false (pent_vk_hazards_meets (&hazards, &read, FALSE));
  g_assert_true (pent_vk_hazards_meets (&hazards, &read, TRUE));
  g_assert_false (pent_vk_hazards_meets (&hazards, &elsewhere, TRUE));
  pent_vk_hazards_reset (&hazards);
  g_assert_false (pent_vk_hazards_meets (&hazards, &written, TRUE));
  pent_vk_hazards_clear (&hazards);
}

/* --- weights --- */

/* Every element where shaders/matmul.glsl says it lies, the rest zero. */
static void
check_panels (gint64 out, gint64 in, gint64 taps, gboolean is_gated)
{
  g_autofree float *values = g_new (float, out * in * taps);
  PentWeight weight = { "weight", PENT_F32, 3, { out, in, taps }, values };
  PentVkPanels panels;

  for (gint64 i = 0; i < out * in * taps; i++)
    values[i] = i % 4093 + 1;
  g_assert_true (pent_vk_panels_init (&panels, &weight, PENT_F32));
  g_autofree float *packed = g_malloc (panels.panel_size * panels.n_panels);
  pent_vk_repack_panels (&panels, &weight, is_gated, PENT_F32, 0, panels.n_panels, packed);

  gint64 rows = panels.steps * 4;
  for (gint64 column = 0; column < panels.n_panels * PENT_VK_PANEL; column++)
    for (gint64 tap = 0; tap < taps; tap++)
      for (gint64 c = 0; c < rows; c++)
        {
          gint64 from = is_gated ? column % 2 * (out / 2) + column / 2 : column;
          float expected = column < out && c < in ? values[(from * in + c) * taps + tap] : 0;
          gint64 panel = column / PENT_VK_PANEL;
          gint64 at = ((panel * taps + tap) * rows + c) * PENT_VK_PANEL + column % PENT_VK_PANEL;
          if (packed[at] != expected)
            g_error ("column %d, channel %d, tap %d: %g, expected %g", (int) column, (int) c, (int) tap, packed[at],
                     expected);
        }
}

static void
test_panels (void)
{
  check_panels (1, 1, 1, FALSE);
  check_panels (31, 5, 9, FALSE);
  check_panels (32, 4, 1, FALSE);
  check_panels (65, 64, 1, FALSE);
  check_panels (62, 7, 1, TRUE);
  check_panels (128, 8, 1, TRUE);
  check_panels (640, 320, 9, FALSE);
}

static void
test_weights_are_shared (gconstpointer as_gpu)
{
  PentVkContext *context = vulkan_open (as_gpu != NULL ? PENT_VULKAN_AS_GPU : PENT_VULKAN_AS_IS);
  float values[65 * 40] = { 1, 2, 3 };
  PentWeight weight = { "weight", PENT_F32, 2, { 65, 40 }, values };
  g_autoptr (GError) error = NULL;

  const PentVkWeight *first = pent_vk_weights_take (context->weights, &weight, PENT_VK_PANELS, PENT_F32, &error);
  g_assert_no_error (error);
  g_assert_true (pent_vk_weights_take (context->weights, &weight, PENT_VK_PANELS, PENT_F32, &error) == first);
  const PentVkWeight *vector = pent_vk_weights_take (context->weights, &weight, PENT_VK_VECTOR, PENT_F32, &error);
  g_assert_true (vector != first);
  g_assert_true (vector->buffer == first->buffer);

  /* Another model's weight at the address of one that was unmapped. */
  values[0] = 7;
  const PentVkWeight *other = pent_vk_weights_take (context->weights, &weight, PENT_VK_PANELS, PENT_F32, &error);
  g_assert_true (other != first);

  pent_vk_weights_release (context->weights, first);
  pent_vk_weights_release (context->weights, first);
  pent_vk_weights_release (context->weights, vector);
  pent_vk_weights_release (context->weights, other);
  pent_vk_context_unref (context);
}

/* --- long work --- */

/* A product too long for one submission is done in parts, which make what its
 * halves make alone. */
static void
test_long_product (gconstpointer as_gpu)
{
  enum { ROWS = 4000, IN = 320, OUT = 960 };
  PentVkContext *context = vulkan_open (as_gpu != NULL ? PENT_VULKAN_AS_GPU : PENT_VULKAN_AS_IS);
  g_autofree float *values = g_new (float, OUT * IN), *x = g_new (float, ROWS * IN);
  g_autofree float *whole = g_new (float, ROWS * OUT), *half = g_new (float, ROWS / 2 * OUT);
  PentWeight weight = { "weight", PENT_F32, 2, { OUT, IN }, values };

  for (int i = 0; i < OUT * IN; i++)
    values[i] = (i * 37 % 101 - 50) / 64.0f;
  for (int i = 0; i < ROWS * IN; i++)
    x[i] = (i * 23 % 1009 - 500) / 256.0f;
  g_autoptr (PentProgram) all = vulkan_compile_linear (context, ROWS, &weight, PENT_F32);
  g_autoptr (PentProgram) some = vulkan_compile_linear (context, ROWS / 2, &weight, PENT_F32);
  if (context->device->facts.type == VK_PHYSICAL_DEVICE_TYPE_CPU)
    g_assert_cmpuint (pent_vk_program_get_n_parts (PENT_VK_PROGRAM (all)), >, 1);

  vulkan_run (all, x, whole);
  vulkan_run (some, x, half);
  g_assert_cmpmem (half, ROWS / 2 * OUT * sizeof (float), whole, ROWS / 2 * OUT * sizeof (float));
  vulkan_run (some, x + ROWS / 2 * IN, half);
  g_assert_cmpmem (half, ROWS / 2 * OUT * sizeof (float), whole + ROWS / 2 * OUT, ROWS / 2 * OUT * sizeof (float));
  pent_vk_context_unref (context);
}

/* More groups than a dispatch may have. */
static void
test_many_groups (void)
{
  enum { N = 2200003 };
  PentVkContext *context = vulkan_open (PENT_VULKAN_AS_IS);
  g_autoptr (GError) error = NULL;
  g_autofree float *x = g_new (float, N);
  PentGraph *graph = pent_graph_new ("sum");
  PentTensor *input = pent_graph_input (graph, "x", (PentShape) { 1, N, 1, 1 }, PENT_INPUT_DYNAMIC);
  pent_graph_output (graph, pent_graph_add (graph, input, input, PENT_ACTIVATION_NONE));
  PentPlan *plan = pent_plan_new (graph, PENT_F32, context->device->facts.alignment, &error);
  g_autoptr (PentProgram) program = pent_vk_program_new (context, plan, NULL, &error);
  g_assert_no_error (error);

  for (int i = 0; i < N; i++)
    x[i] = i;
  vulkan_run (program, x, x);
  for (int i = 0; i < N; i++)
    g_assert_cmpfloat (x[i], ==, 2.0f * i);
  pent_vk_context_unref (context);
}

/* --- cancelling --- */

/* A tape whose first part sets one mark, and whose last part another; between
 * them there is more work than anyone waits for. */
typedef struct
{
  PentVkContext *context;
  PentVkBuffer   field;
  PentVkBuffer   marks;   /* 1, then what the first and the last part make of it */
  PentVkTape    *tape;
  GCancellable  *cancellable;
} LongWork;

#define FIELD_ITEMS (1 << 20)
#define MARK(i) ((PentVkSpan) { work->marks.handle, (i) * 64, 4, PENT_F32 })

static void
add_labour (LongWork *work, int times)
{
  struct PentVkFlat params = { .items = FIELD_ITEMS };
  PentVkSpan low = { work->field.handle, 0, FIELD_ITEMS * 16, PENT_F32 };
  PentVkSpan high = { work->field.handle, FIELD_ITEMS * 16, FIELD_ITEMS * 16, PENT_F32 };
  g_autoptr (GError) error = NULL;

  for (int i = 0; i < times; i++)
    {
      PentVkStep step = {
        .kernel = { PENT_VK_CAST, PENT_F32, 2, { TRUE, 64 } },
        .output = i % 2 ? low : high,
        .inputs = { i % 2 ? high : low },
        .by_four = { TRUE },
        .n_inputs = 1,
        .params_size = sizeof params,
        .groups = { FIELD_ITEMS / 64, 1, 1 },
        .work = 1e12,   /* so that each stands alone */
      };
      memcpy (step.params, &params, sizeof params);
      g_assert_true (pent_vk_tape_add (work->tape, &step, &error));
    }
}

static void
long_work_init (LongWork *work)
{
  g_autoptr (GError) error = NULL;

  work->context = vulkan_open (PENT_VULKAN_AS_IS);
  g_assert_true (pent_vk_buffer_init (&work->field, work->context->device, FIELD_ITEMS * 32, PENT_VK_ON_DEVICE, "a test",
                                      &error));
  g_assert_true (pent_vk_buffer_init (&work->marks, work->context->device, 256, PENT_VK_ON_HOST, "a test", &error));
  memset (work->marks.map, 0, 256);
  work->marks.map[0] = 1;
  work->tape = pent_vk_tape_new (work->context->device, work->context->pipelines);
  work->cancellable = g_cancellable_new ();

  g_assert_true (pent_vk_tape_copy (work->tape, &MARK (0), &MARK (1), &error));
  add_labour (work, 2000);
  g_assert_true (pent_vk_tape_copy (work->tape, &MARK (0), &MARK (2), &error));
  g_assert_true (pent_vk_tape_finish (work->tape, &error));
}

static void
long_work_clear (LongWork *work)
{
  pent_vk_tape_free (work->tape);
  pent_vk_buffer_clear (&work->field, work->context->device);
  pent_vk_buffer_clear (&work->marks, work->context->device);
  pent_vk_context_unref (work->context);
  g_object_unref (work->cancellable);
}

static gpointer
cancel_when_begun (gpointer data)
{
  LongWork *work = data;

  while (((volatile guint8 *) work->marks.map)[64] == 0)
    g_thread_yield ();
  g_cancellable_cancel (work->cancellable);
  return NULL;
}

static void
test_cancelled_midway (void)
{
  LongWork work;
  g_autoptr (GError) error = NULL;

  long_work_init (&work);
  g_assert_cmpuint (pent_vk_tape_get_n (work.tape), >, 1000);
  GThread *thread = g_thread_new ("cancel", cancel_when_begun, &work);
  g_assert_false (pent_vk_tape_play (work.tape, work.cancellable, &error));
  g_assert_error (error, PENT_ERROR, PENT_ERROR_CANCELLED);
  g_thread_join (thread);
  g_assert_cmpuint (work.marks.map[128], ==, 0);
  long_work_clear (&work);
}

/* --- failure --- */

static void
test_no_such_device (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (pent_vulkan_backend_new (4711, &error));
  g_assert_error (error, PENT_ERROR, PENT_ERROR_DEVICE);
  g_assert_nonnull (strstr (error->message, "vulkan:4711"));
}

static void
test_no_driver (void)
{
  if (g_test_subprocess ())
    {
      g_autoptr (GError) error = NULL;
      g_setenv ("VK_ICD_FILENAMES", "/nowhere.json", TRUE);
      g_setenv ("VK_DRIVER_FILES", "/nowhere.json", TRUE);
      g_assert_null (pent_vulkan_backend_new (0, &error));
      g_assert_error (error, PENT_ERROR, PENT_ERROR_DEVICE);
      g_printerr ("%s\n", error->message);
      return;
    }
  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_passed ();
  g_test_trap_assert_stderr ("*--device cpu*");
}

/* After the device was lost everything gives an error, and can be freed. */
static void
test_lost_device (void)
{
  PentVkContext *context = vulkan_open (PENT_VULKAN_AS_IS);
  float values[4] = { 1, 2, 3, 4 }, x[4] = { 0 };
  PentWeight weight = { "weight", PENT_F32, 2, { 2, 2 }, values };
  g_autoptr (PentProgram) program = vulkan_compile_linear (context, 2, &weight, PENT_F32);
  g_autoptr (GError) error = NULL;

  g_assert_false (pent_vk_device_check (context->device, VK_ERROR_DEVICE_LOST, "work", &error));
  g_assert_error (error, PENT_ERROR, PENT_ERROR_DEVICE);
  g_clear_error (&error);
  g_assert_true (pent_program_set_input (program, 0, x, &error));
  g_assert_false (pent_program_run (program, NULL, &error));
  g_assert_error (error, PENT_ERROR, PENT_ERROR_DEVICE);
  g_clear_error (&error);

  PentGraph *graph = pent_graph_new ("linear");
  PentTensor *input = pent_graph_input (graph, "x", (PentShape) { 1, 2, 1, 2 }, PENT_INPUT_DYNAMIC);
  pent_graph_output (graph, pent_graph_linear (graph, input, &weight, NULL, PENT_ACTIVATION_NONE, NULL));
  PentPlan *plan = pent_plan_new (graph, PENT_F32, context->device->facts.alignment, &error);
  g_assert_null (pent_vk_program_new (context, plan, NULL, &error));
  g_assert_error (error, PENT_ERROR, PENT_ERROR_DEVICE);
  pent_vk_context_unref (context);
}

static void
test_results_have_words (void)
{
  PentVkContext *context = vulkan_open (PENT_VULKAN_AS_IS);
  g_autoptr (GError) error = NULL;

  g_assert_true (pent_vk_device_check (context->device, VK_SUCCESS, "work", &error));
  g_assert_true (pent_vk_device_check (context->device, VK_INCOMPLETE, "work", &error));
  g_assert_false (pent_vk_device_check (context->device, VK_ERROR_OUT_OF_DEVICE_MEMORY, "work", &error));
  g_assert_error (error, PENT_ERROR, PENT_ERROR_MEMORY);
  g_clear_error (&error);
  g_assert_false (pent_vk_device_check (context->device, VK_ERROR_INITIALIZATION_FAILED, "work", &error));
  g_assert_error (error, PENT_ERROR, PENT_ERROR_DEVICE);
  g_assert_false (context->device->is_lost);
  pent_vk_context_unref (context);
}

int
main (int argc, char *argv[])
{
  g_autofree char *cache = vulkan_cache_new ();
  g_autoptr (GError) error = NULL;

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/vulkan/pipeline-file/kept", test_pipeline_file);
  g_test_add_func ("/vulkan/pipeline-file/corrupt", test_corrupt_pipeline_file);
  g_test_add_func ("/vulkan/hazards", test_hazards);
  g_test_add_func ("/vulkan/panels", test_panels);
  g_test_add_func ("/vulkan/no-driver", test_no_driver);

  g_autoptr (PentBackend) backend = pent_vulkan_backend_new (0, &error);
  if (backend != NULL)
    {
      g_test_add_func ("/vulkan/pipeline-file/rubbish", test_rubbish_pipeline_file);
      g_test_add_data_func ("/vulkan/weights/shared", NULL, test_weights_are_shared);
      g_test_add_data_func ("/vulkan/weights/shared-as-gpu", "", test_weights_are_shared);
      g_test_add_data_func ("/vulkan/long-product", NULL, test_long_product);
      g_test_add_data_func ("/vulkan/long-product-as-gpu", "", test_long_product);
      g_test_add_func ("/vulkan/many-groups", test_many_groups);
      g_test_add_func ("/vulkan/cancelled-midway", test_cancelled_midway);
      g_test_add_func ("/vulkan/no-such-device", test_no_such_device);
      g_test_add_func ("/vulkan/lost-device", test_lost_device);
      g_test_add_func ("/vulkan/results-have-words", test_results_have_words);
    }
  else
    g_test_message ("not tested on a device: %s", error->message);

  int status = g_test_run ();
  g_clear_object (&backend);
  vulkan_cache_remove (cache);
  return status;
}
