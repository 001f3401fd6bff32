/* SPDX-License-Identifier: GPL-3.0-or-later */
/* That a model keeps its programs within the memory limit, on a device that
 * computes nothing and counts every byte. */
#define G_LOG_DOMAIN "pentimento"

#include "golden-data.h"
#include "pent-error.h"
#include "pent-model.h"

#define TEST_TYPE_BACKEND (test_backend_get_type ())
G_DECLARE_FINAL_TYPE (TestBackend, test_backend, TEST, BACKEND, PentBackend)

#define TEST_TYPE_PROGRAM (test_program_get_type ())
G_DECLARE_FINAL_TYPE (TestProgram, test_program, TEST, PROGRAM, PentProgram)

struct _TestBackend
{
  PentBackend parent_instance;

  GPtrArray *programs;   /* of TestProgram, those that live */
  gsize      limit;      /* bytes that they may take together, at any time; 0 for any */
};

struct _TestProgram
{
  PentProgram parent_instance;

  TestBackend *backend;
  PentPlan    *plan;
};

G_DEFINE_FINAL_TYPE (TestBackend, test_backend, PENT_TYPE_BACKEND)
G_DEFINE_FINAL_TYPE (TestProgram, test_program, PENT_TYPE_PROGRAM)

static gsize
test_program_get_memory (PentProgram *program)
{
  PentPlan *plan = TEST_PROGRAM (program)->plan;

  return pent_plan_get_arena_size (plan) + pent_plan_get_weight_size (plan);
}

static void
test_program_finalize (GObject *object)
{
  TestProgram *self = TEST_PROGRAM (object);

  g_ptr_array_remove (self->backend->programs, self);
  g_object_unref (self->backend);
  pent_plan_free (self->plan);
  G_OBJECT_CLASS (test_program_parent_class)->finalize (object);
}

static void
test_program_class_init (TestProgramClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = test_program_finalize;
  PENT_PROGRAM_CLASS (klass)->get_memory = test_program_get_memory;
}

static void
test_program_init (TestProgram *self)
{
}

static const char *
test_backend_get_name (PentBackend *backend)
{
  return "test";
}

static gboolean
test_backend_supports (PentBackend *backend, PentDtype operand)
{
  return TRUE;
}

static gsize
test_backend_get_alignment (PentBackend *backend)
{
  return 64;
}

static gsize
test_backend_get_plenty (PentBackend *backend)
{
  return G_GUINT64_CONSTANT (1) << 40;
}

/* Every arena, and the weights of a part once. */
static gsize
count_bytes (TestBackend *self)
{
  g_autoptr (GHashTable) parts = g_hash_table_new (g_str_hash, g_str_equal);
  gsize bytes = 0;

  for (guint i = 0; i < self->programs->len; i++)
    {
      TestProgram *program = g_ptr_array_index (self->programs, i);
      bytes += pent_plan_get_arena_size (program->plan);
      if (g_hash_table_add (parts, (gpointer) pent_graph_get_name (pent_plan_get_graph (program->plan))))
        bytes += pent_plan_get_weight_size (program->plan);
    }
  return bytes;
}

static PentProgram *
test_backend_compile (PentBackend *backend, PentPlan *plan, GCancellable *cancellable, GError **error)
{
  TestProgram *program = g_object_new (TEST_TYPE_PROGRAM, NULL);

  program->backend = g_object_ref (TEST_BACKEND (backend));
  program->plan = plan;
  g_ptr_array_add (program->backend->programs, program);
  if (program->backend->limit != 0)
    g_assert_cmpuint (count_bytes (program->backend), <=, program->backend->limit);
  return PENT_PROGRAM (program);
}

static void
test_backend_finalize (GObject *object)
{
  g_ptr_array_unref (TEST_BACKEND (object)->programs);
  G_OBJECT_CLASS (test_backend_parent_class)->finalize (object);
}

static void
test_backend_class_init (TestBackendClass *klass)
{
  PentBackendClass *backend_class = PENT_BACKEND_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = test_backend_finalize;
  backend_class->get_name = backend_class->get_description = test_backend_get_name;
  backend_class->supports = test_backend_supports;
  backend_class->get_alignment = test_backend_get_alignment;
  backend_class->get_max_tensor = backend_class->get_free_memory = test_backend_get_plenty;
  backend_class->compile = test_backend_compile;
}

static void
test_backend_init (TestBackend *self)
{
  self->programs = g_ptr_array_new ();
}

static PentModel *
open_model (TestBackend *backend, const char *name)
{
  g_autofree char *path = golden_model_path (name);
  g_autoptr (GError) error = NULL;
  g_autoptr (PentCheckpoint) checkpoint = pent_checkpoint_open (path, &error);
  g_assert_no_error (error);

  PentModel *model = pent_model_new (checkpoint, PENT_BACKEND (backend), PENT_F32, &error);
  g_assert_no_error (error);
  return model;
}

/* Asks for a part of some size if it fits, and says whether it did. */
static gboolean
ask (PentModel *model, GRand *random, PentProgram **program, GError **error)
{
  int height = g_rand_int_range (random, 1, 40), width = g_rand_int_range (random, 1, 40);
  int n = g_rand_int_range (random, 1, 3), part = g_rand_int_range (random, 0, 4);

  switch (part)
    {
    case 0:
      *program = pent_model_get_text_encoder (model, n, NULL, error);
      return *program != NULL;
    case 1:
      if (!pent_model_unet_fits (model, n, height, width, 77, error))
        return FALSE;
      *program = pent_model_get_unet (model, PENT_UNET_WHOLE, n, height, width, 77, NULL, error);
      break;
    default:
      height *= part == 2 ? 8 : 1;
      width *= part == 2 ? 8 : 1;
      if (!pent_model_vae_fits (model, part == 2, height, width, error))
        return FALSE;
      *program = pent_model_get_vae (model, part == 2, height, width, NULL, error);
    }
  g_assert_no_error (error != NULL ? *error : NULL);
  return TRUE;
}

/* What fits is to be had whatever was there before, and what is kept never
 * exceeds the limit, nor while something is added to it. */
static void
test_limit (void)
{
  g_autoptr (TestBackend) backend = g_object_new (TEST_TYPE_BACKEND, NULL);
  g_autoptr (PentModel) model = open_model (backend, "tiny");
  g_autoptr (GRand) random = g_rand_new_with_seed (1);
  int n_had = 0, n_refused = 0;

  for (int round = 0; round < 20; round++)
    {
      gsize limit = g_rand_int_range (random, 1, 40) * 1024 * 1024;
      pent_model_set_memory_limit (model, limit);
      backend->limit = limit;
      g_assert_cmpuint (count_bytes (backend), <=, limit);
      for (int i = 0; i < 30; i++)
        {
          PentProgram *program = NULL;
          g_autoptr (GError) error = NULL;
          if (ask (model, random, &program, &error))
            {
              g_assert_true (g_ptr_array_find (backend->programs, program, NULL));
              n_had++;
            }
          else
            {
              g_assert_error (error, PENT_ERROR, PENT_ERROR_MEMORY);
              n_refused++;
            }
        }
    }
  g_test_message ("%d had, %d refused", n_had, n_refused);
  g_assert_cmpint (n_had, >, 100);
  g_assert_cmpint (n_refused, >, 50);
}

/* Prompts of two lengths want two UNets at once, in either order, however
 * often, whatever the limit. */
static void
test_pair (void)
{
  g_autoptr (TestBackend) backend = g_object_new (TEST_TYPE_BACKEND, NULL);
  g_autoptr (PentModel) model = open_model (backend, "tiny");
  g_autoptr (GRand) random = g_rand_new_with_seed (1);

  for (gsize limit = 0; limit <= 6 * 1024 * 1024; limit += 3 * 1024 * 1024)
    for (guint i = 0; i < 40; i++)
      {
        int lengths[2] = { 77 * g_rand_int_range (random, 1, 4), 77 * g_rand_int_range (random, 1, 4) };
        g_autoptr (GError) error = NULL;
        pent_model_set_memory_limit (model, limit);
        pent_model_begin_round (model);
        PentProgram *first = pent_model_get_unet (model, PENT_UNET_WHOLE, 1, 8, 8, lengths[0], NULL, &error);
        g_assert_no_error (error);
        PentProgram *second = pent_model_get_unet (model, PENT_UNET_WHOLE, 1, 8, 8, lengths[1], NULL, &error);
        g_assert_no_error (error);
        g_assert_true ((first == second) == (lengths[0] == lengths[1]));
        g_assert_true (g_ptr_array_find (backend->programs, first, NULL));
        g_assert_true (g_ptr_array_find (backend->programs, second, NULL));
        g_assert_cmpuint (backend->programs->len, <=, 2);
      }
}

/* However many are wanted at once, none is dropped for another; the next round
 * lets them go. */
static void
test_round (void)
{
  g_autoptr (TestBackend) backend = g_object_new (TEST_TYPE_BACKEND, NULL);
  g_autoptr (PentModel) model = open_model (backend, "tiny");

  for (int round = 0; round < 3; round++)
    {
      pent_model_begin_round (model);
      for (int i = 1; i <= 5; i++)
        g_assert_nonnull (pent_model_get_unet (model, PENT_UNET_WHOLE, 1, 8, 8 * i, 77, NULL, NULL));
      g_assert_cmpuint (backend->programs->len, ==, 5);
    }
  pent_model_begin_round (model);
  g_assert_nonnull (pent_model_get_unet (model, PENT_UNET_WHOLE, 1, 16, 8, 77, NULL, NULL));
  g_assert_cmpuint (backend->programs->len, ==, 2);
}

/* A preview takes the room that is left, and none that another program has. */
static void
test_preview_gives_way (void)
{
  g_autoptr (TestBackend) backend = g_object_new (TEST_TYPE_BACKEND, NULL);
  g_autoptr (PentModel) model = open_model (backend, "tiny-v");
  g_autoptr (GError) error = NULL;
  PentProgram *unet = pent_model_get_unet (model, PENT_UNET_WHOLE, 2, 16, 16, 77, NULL, &error);

  g_assert_no_error (error);
  gsize held = count_bytes (backend);
  g_assert_nonnull (pent_model_get_preview_decoder (model, 16, 16, NULL, &error));
  gsize with_preview = count_bytes (backend);
  g_assert_cmpuint (with_preview, >, held);

  pent_model_set_memory_limit (model, held);
  g_assert_cmpuint (backend->programs->len, ==, 0);
  for (int room = 0; room <= 1; room++)
    {
      backend->limit = room ? with_preview : with_preview - 1;
      pent_model_set_memory_limit (model, backend->limit);
      unet = pent_model_get_unet (model, PENT_UNET_WHOLE, 2, 16, 16, 77, NULL, &error);
      g_assert_no_error (error);
      PentProgram *preview = pent_model_get_preview_decoder (model, 16, 16, NULL, &error);
      g_assert_no_error (error);
      g_assert_true ((preview != NULL) == room);
      g_assert_true (g_ptr_array_find (backend->programs, unet, NULL));
    }

  g_autoptr (PentModel) without = open_model (backend, "tiny");
  g_assert_null (pent_model_get_preview_decoder (without, 16, 16, NULL, &error));
  g_assert_no_error (error);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/model/limit", test_limit);
  g_test_add_func ("/model/pair", test_pair);
  g_test_add_func ("/model/round", test_round);
  g_test_add_func ("/model/preview-gives-way", test_preview_gives_way);
  return g_test_run ();
}
