/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Each part of a model alone, against diffusers and transformers.
 *
 * Usage: test-models DEVICE PRECISION */
#define G_LOG_DOMAIN "pentimento"

#include "golden-data.h"
#include "pent-clip.h"
#include "pent-data-dir.h"
#include "pent-preview-decoder.h"
#include "pent-token-chunks.h"
#include "pent-unet.h"
#include "pent-vae.h"

#include <math.h>

typedef struct
{
  GoldenData  *data;
  PentBackend *backend;
  PentDtype    operand;
} Fixture;

typedef struct
{
  Fixture    *fixture;
  JsonObject *golden;
} Case;

/* In f32 what is left is the order of sums. In the half types an operand has 8
 * or 11 bits, and a UNet is some thirty layers deep. */
static double
limit_of (PentDtype operand)
{
  return operand == PENT_F32 ? 1e-5 : operand == PENT_F16 ? 1e-2 : 3e-2;
}

/* (channels, pixels) to (pixels, channels) */
static float *
to_rows (const float *values, gsize channels, gsize pixels)
{
  float *rows = g_new (float, channels * pixels);

  for (gsize c = 0; c < channels; c++)
    for (gsize i = 0; i < pixels; i++)
      rows[i * channels + c] = values[c * pixels + i];
  return rows;
}

static PentProgram *
compile (const Case *c, PentGraph *graph)
{
  g_autoptr (GError) error = NULL;
  gsize alignment = pent_backend_get_alignment (c->fixture->backend);
  g_autoptr (PentPlan) plan = pent_plan_new (graph, c->fixture->operand, alignment, &error);
  g_assert_no_error (error);

  PentProgram *program = pent_backend_compile (c->fixture->backend, g_steal_pointer (&plan), NULL, &error);
  g_assert_no_error (error);
  return program;
}

static void
set_input (PentProgram *program, guint index, const float *values)
{
  g_autoptr (GError) error = NULL;

  pent_program_set_input (program, index, values, &error);
  g_assert_no_error (error);
}

static void
run (PentProgram *program, float *output)
{
  g_autoptr (GError) error = NULL;

  pent_program_run (program, NULL, &error);
  g_assert_no_error (error);
  pent_program_get_output (program, 0, output, &error);
  g_assert_no_error (error);
}

static void
check (const Case *c, const float *found, const float *expected, gsize n)
{
  double difference = golden_difference (found, expected, n);

  g_test_message ("relative difference %.2e, limit %.0e", difference, limit_of (c->fixture->operand));
  g_assert_cmpfloat (difference, <, limit_of (c->fixture->operand));
}

/* A program of one picture in and one out: rows of pixels on both sides. */
static void
check_rows (const Case *c, PentProgram *program)
{
  int shape[4];
  gsize n;
  const float *expected = golden_data_get (c->fixture->data, c->golden, "output", shape, &n);
  g_autofree float *expected_rows = to_rows (expected, shape[0], n / shape[0]);
  g_autofree float *found = g_new (float, n);

  run (program, found);
  check (c, found, expected_rows, n);
}

static PentGraph *
build_unet (PentCheckpoint *checkpoint, int n, const int x[4], int tokens)
{
  g_autoptr (GError) error = NULL;
  PentGraph *graph = pent_unet_build (checkpoint, PENT_UNET_WHOLE, n, x[1], x[2], tokens, &error);

  g_assert_no_error (error);
  return graph;
}

static void
test_unet (const Case *c, PentCheckpoint *checkpoint)
{
  const PentUnetConfig *config = pent_checkpoint_get_unet (checkpoint);
  double timestep = json_object_get_double_member (c->golden, "timestep");
  int shape[4], tokens[4];
  gsize n;
  const float *x = golden_data_get (c->fixture->data, c->golden, "x", shape, &n);
  const float *context = golden_data_get (c->fixture->data, c->golden, "context", tokens, NULL);
  g_autofree float *rows = to_rows (x, shape[0], n / shape[0]);
  g_autofree float *time = g_new (float, config->channels[0]);
  g_autoptr (PentProgram) program = compile (c, build_unet (checkpoint, 1, shape, tokens[0]));

  pent_unet_time_embedding (config, timestep, time);
  set_input (program, PENT_UNET_LATENT, rows);
  set_input (program, PENT_UNET_TIME, time);
  set_input (program, PENT_UNET_CONTEXT, context);
  check_rows (c, program);
}

static PentTokenizer *
open_tokenizer (PentCheckpoint *checkpoint)
{
  const char *dir = pent_checkpoint_get_tokenizer_dir (checkpoint);
  g_autofree char *table = pent_data_path ("clip/merges.txt", NULL);
  g_autoptr (GError) error = NULL;
  PentTokenizer *tokenizer = dir != NULL ? pent_tokenizer_new_from_dir (dir, &error)
                                         : pent_tokenizer_new_clip (table, &error);

  g_assert_no_error (error);
  return tokenizer;
}

static void
test_text_encoder (const Case *c, PentCheckpoint *checkpoint)
{
  const char *prompt = json_object_get_string_member (c->golden, "prompt");
  int clip_skip = json_object_get_int_member (c->golden, "clip_skip"), shape[4];
  gsize n;
  const float *expected = golden_data_get (c->fixture->data, c->golden, "output", shape, &n);
  g_autoptr (PentTokenizer) tokenizer = open_tokenizer (checkpoint);
  g_autoptr (PentTokenChunks) chunks = pent_tokenize_prompt (tokenizer, prompt, shape[0]);
  g_autofree float *hidden = g_new (float, n);
  g_autoptr (GError) error = NULL;

  PentGraph *graph = pent_clip_build (checkpoint, clip_skip, &error);
  g_assert_no_error (error);
  g_autoptr (PentProgram) program = compile (c, graph);
  pent_clip_embed (checkpoint, chunks->ids, hidden, &error);
  g_assert_no_error (error);
  set_input (program, 0, hidden);
  run (program, hidden);
  check (c, hidden, expected, n);
}

static void
test_vae (const Case *c, PentCheckpoint *checkpoint, gboolean encoder)
{
  int shape[4];
  gsize n;
  const float *x = golden_data_get (c->fixture->data, c->golden, "x", shape, &n);
  g_autofree float *rows = to_rows (x, shape[0], n / shape[0]);
  g_autoptr (GError) error = NULL;
  PentGraph *graph = encoder ? pent_vae_build_encoder (checkpoint, shape[1], shape[2], &error)
                             : pent_vae_build_decoder (checkpoint, shape[1], shape[2], &error);

  g_assert_no_error (error);
  g_autoptr (PentProgram) program = compile (c, graph);
  set_input (program, 0, rows);
  check_rows (c, program);
}

static void
test_preview_decoder (const Case *c, PentCheckpoint *checkpoint)
{
  int shape[4];
  gsize n;
  const float *x = golden_data_get (c->fixture->data, c->golden, "x", shape, &n);
  g_autofree float *input = g_new (float, n);
  g_autoptr (GError) error = NULL;
  PentGraph *graph = pent_preview_decoder_build (checkpoint, shape[1], shape[2], &error);

  g_assert_no_error (error);
  g_autoptr (PentProgram) program = compile (c, graph);
  pent_preview_decoder_prepare (pent_checkpoint_get_preview_decoder (checkpoint), x, shape[1], shape[2], input);
  set_input (program, 0, input);
  check_rows (c, program);
}

static void
test_part (gconstpointer data)
{
  const Case *c = data;
  const char *part = json_object_get_string_member (c->golden, "part");
  g_autofree char *path = golden_model_path (json_object_get_string_member (c->golden, "model"));
  g_autoptr (GError) error = NULL;
  g_autoptr (PentCheckpoint) checkpoint = pent_checkpoint_open (path, &error);

  g_assert_no_error (error);
  if (g_str_equal (part, "unet"))
    test_unet (c, checkpoint);
  else if (g_str_equal (part, "text-encoder"))
    test_text_encoder (c, checkpoint);
  else if (g_str_equal (part, "preview-decoder"))
    test_preview_decoder (c, checkpoint);
  else
    test_vae (c, checkpoint, g_str_equal (part, "vae-encoder"));
}

/* Both halves of a guided step go through the UNet as one batch; each must
 * come out as if it had gone alone. */
static void
test_batch (gconstpointer data)
{
  const Case *c = data;
  g_autofree char *path = golden_model_path ("tiny");
  g_autoptr (GError) error = NULL;
  g_autoptr (PentCheckpoint) checkpoint = pent_checkpoint_open (path, &error);
  g_assert_no_error (error);

  const PentUnetConfig *config = pent_checkpoint_get_unet (checkpoint);
  const int shape[4] = { 4, 9, 7 }, tokens = 77;
  const gsize n_x = 4 * 9 * 7, n_context = tokens * config->context_width, n_time = config->channels[0];
  g_autofree float *x = g_new (float, 2 * n_x), *context = g_new (float, 2 * n_context);
  g_autofree float *time = g_new (float, 2 * n_time), *both = g_new (float, 2 * n_x), *alone = g_new (float, n_x);
  g_autoptr (GRand) random = g_rand_new_with_seed (1);
  g_autoptr (PentProgram) batch = compile (c, build_unet (checkpoint, 2, shape, tokens));
  g_autoptr (PentProgram) single = compile (c, build_unet (checkpoint, 1, shape, tokens));

  for (gsize i = 0; i < 2 * n_x; i++)
    x[i] = g_rand_double_range (random, -2, 2);
  for (gsize i = 0; i < 2 * n_context; i++)
    context[i] = g_rand_double_range (random, -2, 2);
  pent_unet_time_embedding (config, 700, time);
  pent_unet_time_embedding (config, 3.5, time + n_time);
  set_input (batch, PENT_UNET_LATENT, x);
  set_input (batch, PENT_UNET_TIME, time);
  set_input (batch, PENT_UNET_CONTEXT, context);
  run (batch, both);
  for (int half = 0; half < 2; half++)
    {
      set_input (single, PENT_UNET_LATENT, x + half * n_x);
      set_input (single, PENT_UNET_TIME, time + half * n_time);
      set_input (single, PENT_UNET_CONTEXT, context + half * n_context);
      run (single, alone);
      check (c, both + half * n_x, alone, n_x);
    }
}

/* What a UNet keeps for its shallow form makes that give what the whole one
 * gives, and keeping it changes nothing. */
static void
test_forms (gconstpointer data)
{
  const Case *c = data;
  const PentUnetForm forms[] = { PENT_UNET_WHOLE, PENT_UNET_KEEPING, PENT_UNET_SHALLOW };
  g_autofree char *path = golden_model_path ("tiny");
  g_autoptr (GError) error = NULL;
  g_autoptr (PentCheckpoint) checkpoint = pent_checkpoint_open (path, &error);
  g_assert_no_error (error);

  const PentUnetConfig *config = pent_checkpoint_get_unet (checkpoint);
  float x[9 * 7 * 4], found[3][9 * 7 * 4];
  g_autofree float *context = g_new (float, 77 * config->context_width);
  g_autofree float *time = g_new (float, config->channels[0]);
  g_autofree float *deep = g_new0 (float, 9 * 7 * config->channels[1]);

  for (guint i = 0; i < G_N_ELEMENTS (x); i++)
    x[i] = 2 * sin (i * 0.37);
  for (int i = 0; i < 77 * config->context_width; i++)
    context[i] = 2 * sin (i * 0.11);
  pent_unet_time_embedding (config, 700, time);
  for (guint i = 0; i < G_N_ELEMENTS (forms); i++)
    {
      PentGraph *graph = pent_unet_build (checkpoint, forms[i], 1, 9, 7, 77, &error);
      g_assert_no_error (error);
      g_autoptr (PentProgram) program = compile (c, graph);
      set_input (program, PENT_UNET_LATENT, x);
      set_input (program, PENT_UNET_TIME, time);
      set_input (program, PENT_UNET_CONTEXT, context);
      if (forms[i] == PENT_UNET_SHALLOW)
        set_input (program, PENT_UNET_DEEP, deep);
      run (program, found[i]);
      if (forms[i] == PENT_UNET_KEEPING)
        g_assert_true (pent_program_get_output (program, 1, deep, &error));
    }
  check (c, found[1], found[0], G_N_ELEMENTS (x));
  check (c, found[2], found[0], G_N_ELEMENTS (x));
}

static void
test_skip (gconstpointer reason)
{
  g_test_skip (reason);
}

static void
add_tests (Fixture *fixture, Case *cases)
{
  guint n = json_array_get_length (fixture->data->cases);

  for (guint i = 0; i < n; i++)
    {
      JsonObject *golden = json_array_get_object_element (fixture->data->cases, i);
      g_autofree char *name = g_strdup_printf ("/models/%s/%s/%u", json_object_get_string_member (golden, "model"),
                                               json_object_get_string_member (golden, "part"), i);
      cases[i] = (Case){ fixture, golden };
      g_test_add_data_func (name, &cases[i], test_part);
    }
  cases[n] = (Case){ fixture, NULL };
  g_test_add_data_func ("/models/tiny/unet/forms", &cases[n], test_forms);
  g_test_add_data_func ("/models/tiny/unet/batch", &cases[n], test_batch);
}

int
main (int argc, char **argv)
{
  Fixture fixture = { 0 };
  g_autofree char *reason = NULL;
  g_autofree Case *cases = NULL;

  g_test_init (&argc, &argv, NULL);
  if (argc != 3 || !golden_operand (argv[2], &fixture.operand))
    {
      g_printerr ("Usage: test-models DEVICE PRECISION\n");
      return 2;
    }

  g_autoptr (PentBackend) backend = golden_backend (argv[1], fixture.operand, &reason);
  g_autoptr (GoldenData) data = golden_data_new ("parts");
  fixture.backend = backend;
  fixture.data = data;
  cases = g_new0 (Case, json_array_get_length (data->cases) + 1);
  if (backend != NULL)
    add_tests (&fixture, cases);
  else
    g_test_add_data_func ("/models/skipped", reason, test_skip);
  return g_test_run ();
}
