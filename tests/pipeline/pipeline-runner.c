/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pipeline-runner.h"

#include <math.h>
#include <string.h>

#include "pent-error.h"

typedef struct
{
  Outcome          *outcome;
  const RunOptions *options;
  GCancellable     *cancellable;
} Listening;

/* Of the whole program: set once by runner_main(). */
static const char *runner_device;
static PentPrecision runner_precision;

void
runner_set (char **field, const char *value)
{
  g_free (*field);
  *field = g_strdup (value);
}

PentRequest *
runner_request (const char *model)
{
  PentRequest *request = pent_request_new ();

  request->model = golden_model_path (model);
  runner_set (&request->prompt, "a red house by the lake");
  runner_set (&request->sampler, "euler");
  runner_set (&request->device, runner_device);
  request->precision = runner_precision;
  request->seed = 7;
  request->steps = 4;
  request->cfg = 4;
  request->width = request->height = 64;
  return request;
}

static void
progress_cb (gpointer data, const PentProgress *progress)
{
  Listening *listening = data;
  Outcome *outcome = listening->outcome;
  const RunOptions *options = listening->options;

  g_assert_cmpfloat (progress->fraction, >=, outcome->fraction);
  g_assert_cmpfloat (progress->fraction, <=, 1);
  outcome->fraction = progress->fraction;
  if (progress->stage == PENT_STAGE_STEP)
    {
      outcome->n_steps++;
      g_assert_cmpint (progress->step, >=, 1);
      g_assert_cmpint (progress->step, <=, progress->n_steps);
      g_assert_true ((progress->preview != NULL) == options->previews);
    }
  if (progress->preview != NULL)
    g_ptr_array_add (outcome->previews, pent_image_ref (progress->preview));
  if (options->cancels && progress->stage == options->cancel_stage && progress->step == options->cancel_step
      && progress->picture == options->cancel_picture)
    g_cancellable_cancel (listening->cancellable);
}

static gboolean
picture_cb (gpointer data, const PentPicture *picture, const PentRunInfo *info, GError **error)
{
  Listening *listening = data;
  Outcome *outcome = listening->outcome;
  gsize n = (gsize) picture->latent_channels * picture->latent_height * picture->latent_width;

  g_assert_cmpint (picture->index, ==, outcome->images->len);
  g_assert_cmpint (picture->image->width, ==, info->width);
  g_assert_cmpint (picture->image->height, ==, info->height);
  g_assert_cmpuint (info->seconds_step->len, ==, outcome->n_steps);
  outcome->latent_width = picture->latent_width;
  outcome->latent_height = picture->latent_height;
  outcome->steps_run = info->steps_run;
  if (listening->options->refuse)
    {
      g_set_error_literal (error, PENT_ERROR, PENT_ERROR_FILE, "No room on the disk");
      return FALSE;
    }
  g_ptr_array_add (outcome->images, pent_image_ref (picture->image));
  g_ptr_array_add (outcome->latents, g_bytes_new (picture->latents, n * sizeof (float)));
  return TRUE;
}

/**
 * runner_run:
 * @options: (nullable)
 */
Outcome *
runner_run (PentPipeline *pipeline, PentRequest *request, const RunOptions *options)
{
  static const RunOptions none = { 0 };
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Outcome *outcome = g_new0 (Outcome, 1);
  Listening listening = { outcome, options != NULL ? options : &none, cancellable };
  const PentListener listener = {
    .progress = progress_cb, .picture = picture_cb, .previews = listening.options->previews, .data = &listening,
  };

  outcome->images = g_ptr_array_new_with_free_func ((GDestroyNotify) pent_image_unref);
  outcome->latents = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  outcome->previews = g_ptr_array_new_with_free_func ((GDestroyNotify) pent_image_unref);
  gboolean done = pent_pipeline_run (pipeline, request, &listener, cancellable, &outcome->error);
  g_assert_true (done == (outcome->error == NULL));
  return outcome;
}

/**
 * runner_run_once:
 *
 * Runs in a pipeline of its own, and without an error.
 */
Outcome *
runner_run_once (PentRequest *request)
{
  g_autoptr (PentPipeline) pipeline = pent_pipeline_new ();
  Outcome *outcome = runner_run (pipeline, request, NULL);

  g_assert_no_error (outcome->error);
  g_assert_cmpuint (outcome->images->len, ==, request->count);
  return outcome;
}

void
outcome_free (Outcome *self)
{
  g_clear_error (&self->error);
  g_ptr_array_unref (self->images);
  g_ptr_array_unref (self->latents);
  g_ptr_array_unref (self->previews);
  g_free (self);
}

PentImage *
outcome_image (const Outcome *self, guint index)
{
  g_assert_no_error (self->error);
  g_assert_cmpuint (index, <, self->images->len);
  return g_ptr_array_index (self->images, index);
}

void
assert_same_image (const PentImage *a, const PentImage *b)
{
  g_assert_cmpint (a->width, ==, b->width);
  g_assert_cmpint (a->height, ==, b->height);
  g_assert_cmpint (a->channels, ==, b->channels);
  g_assert_cmpint (a->bits, ==, b->bits);
  g_assert_cmpmem (a->pixels, a->stride * a->height, b->pixels, b->stride * b->height);
}

/**
 * assert_same_pictures:
 *
 * Compares pictures and latents, byte for byte.
 */
void
assert_same_pictures (const Outcome *a, const Outcome *b)
{
  g_assert_no_error (a->error);
  g_assert_no_error (b->error);
  g_assert_cmpuint (a->images->len, ==, b->images->len);
  for (guint i = 0; i < a->images->len; i++)
    {
      assert_same_image (outcome_image (a, i), outcome_image (b, i));
      g_assert_true (g_bytes_equal (g_ptr_array_index (a->latents, i), g_ptr_array_index (b->latents, i)));
    }
}

/**
 * image_psnr:
 *
 * Returns: the peak signal-to-noise ratio of two 8-bit pictures, decibels
 */
double
image_psnr (const PentImage *a, const PentImage *b)
{
  gsize n = a->stride * a->height;
  double sum = 0;

  g_assert_cmpuint (n, ==, b->stride * b->height);
  for (gsize i = 0; i < n; i++)
    sum += (a->pixels[i] - b->pixels[i]) * (a->pixels[i] - b->pixels[i]);
  return sum > 0 ? 10 * log10 (255.0 * 255.0 * n / sum) : INFINITY;
}

void
assert_fails (PentPipeline *pipeline, PentRequest *request, int code, const char *message_part)
{
  g_autoptr (Outcome) outcome = runner_run (pipeline, request, NULL);

  g_assert_error (outcome->error, PENT_ERROR, code);
  g_test_message ("%s", outcome->error->message);
  g_assert_nonnull (strstr (outcome->error->message, message_part));
  g_assert_cmpuint (outcome->images->len, ==, 0);
}

static void
test_skip (gconstpointer reason)
{
  g_test_skip (reason);
}

/**
 * runner_main:
 * @add_tests: adds the program's tests to GLib's list
 *
 * Usage of every such program: NAME DEVICE PRECISION
 *
 * Returns: the exit status
 */
int
runner_main (int argc, char **argv, void (*add_tests) (void))
{
  g_autofree char *reason = NULL;
  PentDtype operand;

  g_test_init (&argc, &argv, NULL);
  if (argc != 3 || !golden_operand (argv[2], &operand))
    {
      g_printerr ("Usage: %s DEVICE PRECISION\n", argv[0]);
      return 2;
    }

  g_autoptr (PentBackend) backend = golden_backend (argv[1], operand, &reason);
  runner_device = argv[1];
  g_assert_true (pent_precision_from_name (pent_dtype_name (operand), &runner_precision));
  if (backend != NULL)
    add_tests ();
  else
    g_test_add_data_func ("/skipped", reason, test_skip);
  g_clear_object (&backend);
  return g_test_run ();
}
