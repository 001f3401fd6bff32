/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Final latents of whole requests, against diffusers and k-diffusion.
 *
 * Usage: test-goldens DEVICE PRECISION [STRIDE]
 *
 * With a stride of N only every Nth case is run. */
#define G_LOG_DOMAIN "pentimento"

#include <string.h>

#include "golden-data.h"
#include "pent-pipeline.h"

typedef struct
{
  GoldenData   *data;
  PentPipeline *pipeline;    /* one for all cases, as in a session */
  const char   *device;
  PentDtype     operand;
} Fixture;

typedef struct
{
  Fixture    *fixture;
  JsonObject *golden;
} Case;

/* The command line's promise is 1e-3 in f32; what is seen is about 2e-6. */
static double
limit_of (PentDtype operand)
{
  return operand == PENT_F32 ? 1e-4 : 5e-2;
}

static void
set_string (char **field, JsonObject *golden, const char *member)
{
  g_free (*field);
  *field = g_strdup (json_object_get_string_member (golden, member));
}

static void
set_pictures (PentRequest *request, JsonObject *golden)
{
  if (!json_object_get_boolean_member (golden, "init"))
    return;
  request->init = golden_picture (request->width, request->height);
  request->strength = json_object_get_double_member (golden, "strength");
  if (json_object_get_null_member (golden, "mask"))
    return;

  JsonArray *sides = json_object_get_array_member (golden, "mask");
  int box[4];
  for (int i = 0; i < 4; i++)
    box[i] = json_array_get_int_element (sides, i);
  request->mask = golden_mask (request->width, request->height, box, json_object_get_boolean_member (golden, "soft"));
  request->grow = request->feather = 0;
  request->fill = PENT_FILL_ORIGINAL;
  request->region = PENT_REGION_WHOLE;
}

static PentRequest *
make_request (const Case *c)
{
  PentRequest *request = pent_request_new ();
  JsonObject *golden = c->golden;

  request->model = golden_model_path (json_object_get_string_member (golden, "model"));
  set_string (&request->prompt, golden, "prompt");
  set_string (&request->negative, golden, "negative");
  set_string (&request->prediction, golden, "prediction");
  set_string (&request->sampler, golden, "sampler");
  set_string (&request->schedule, golden, "schedule");
  set_string (&request->spacing, golden, "spacing");
  set_string (&request->rng, golden, "rng");
  request->seed = json_object_get_int_member (golden, "seed");
  request->steps = json_object_get_int_member (golden, "steps");
  request->cfg = json_object_get_double_member (golden, "cfg");
  request->width = json_object_get_int_member (golden, "width");
  request->height = json_object_get_int_member (golden, "height");
  request->clip_skip = json_object_get_int_member (golden, "clip_skip");
  set_pictures (request, golden);

  g_free (request->device);
  request->device = g_strdup (c->fixture->device);
  g_assert_true (pent_precision_from_name (pent_dtype_name (c->fixture->operand), &request->precision));
  return request;
}

static gboolean
check_picture (gpointer data, const PentPicture *picture, const PentRunInfo *info, GError **error)
{
  const Case *c = data;
  int shape[4];
  gsize n;
  const float *expected = golden_data_get (c->fixture->data, c->golden, "latents", shape, &n);

  g_assert_cmpint (picture->latent_channels, ==, shape[0]);
  g_assert_cmpint (picture->latent_height, ==, shape[1]);
  g_assert_cmpint (picture->latent_width, ==, shape[2]);
  double difference = golden_difference (picture->latents, expected, n);
  g_test_message ("relative difference %.2e, limit %.0e", difference, limit_of (c->fixture->operand));
  g_assert_cmpfloat (difference, <, limit_of (c->fixture->operand));
  return TRUE;
}

static void
test_case (gconstpointer data)
{
  const Case *c = data;
  const PentListener listener = { .picture = check_picture, .data = (gpointer) c };
  g_autoptr (PentRequest) request = make_request (c);
  g_autoptr (GError) error = NULL;

  pent_pipeline_run (c->fixture->pipeline, request, &listener, NULL, &error);
  g_assert_no_error (error);
}

static void
test_skip (gconstpointer reason)
{
  g_test_skip (reason);
}

static void
add_tests (Fixture *fixture, Case *cases, guint stride)
{
  for (guint i = 0; i < json_array_get_length (fixture->data->cases); i += stride)
    {
      JsonObject *golden = json_array_get_object_element (fixture->data->cases, i);
      g_autofree char *name = g_strconcat ("/goldens/", json_object_get_string_member (golden, "name"), NULL);
      cases[i] = (Case){ fixture, golden };
      g_test_add_data_func (name, &cases[i], test_case);
    }
}

int
main (int argc, char **argv)
{
  Fixture fixture = { 0 };
  g_autofree char *reason = NULL;
  g_autofree Case *cases = NULL;

  g_test_init (&argc, &argv, NULL);
  guint stride = argc == 4 ? atoi (argv[3]) : 1;
  if (argc < 3 || argc > 4 || stride < 1 || !golden_operand (argv[2], &fixture.operand))
    {
      g_printerr ("Usage: test-goldens DEVICE PRECISION [STRIDE]\n");
      return 2;
    }

  g_autoptr (PentBackend) backend = golden_backend (argv[1], fixture.operand, &reason);
  g_autoptr (GoldenData) data = golden_data_new ("cases");
  g_autoptr (PentPipeline) pipeline = pent_pipeline_new ();
  fixture.data = data;
  fixture.pipeline = pipeline;
  fixture.device = argv[1];
  cases = g_new0 (Case, json_array_get_length (data->cases));
  if (backend != NULL)
    add_tests (&fixture, cases, stride);
  else
    g_test_add_data_func ("/goldens/skipped", reason, test_skip);
  g_clear_object (&backend);
  return g_test_run ();
}
