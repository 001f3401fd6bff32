/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The queue over the pipeline and the starter model: small pictures. */
#include <math.h>
#include <string.h>

#include "library-store-fixture.h"
#include "pent-error.h"
#include "pent-picture.h"
#include "pent-queue.h"
#include "pent-recipe-reader.h"
#include "pent-rerun.h"

typedef struct
{
  Library    library;
  PentQueue *queue;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  library_set_up (&self->library, data);
  self->queue = pent_queue_new (self->library.folders);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  g_assert_finalize_object (self->queue);
  library_tear_down (&self->library, data);
}

static PentRequest *
new_request (int steps)
{
  PentRequest *request = pent_request_new ();
  request->steps = steps;
  request->seed = 7;
  request->width = request->height = 64;
  g_free (request->device);
  request->device = g_strdup ("cpu");
  return request;
}

static void
take_file_cb (PentJob *job, const PentLibraryPicture *picture, PentImage *image, char **file)
{
  g_free (*file);
  *file = g_strdup (picture->file);
}

static char *
run (Fixture *self, PentRequest *request, GCallback previewed, gpointer data)
{
  char *file = NULL;
  g_autoptr (PentJob) job = pent_queue_submit (self->queue, request, PENT_LANE_INTERACTIVE);
  g_signal_connect (job, "painted", G_CALLBACK (take_file_cb), &file);
  if (previewed != NULL)
    g_signal_connect (job, "previewed", previewed, data);
  while (pent_job_get_state (job) == PENT_JOB_WAITING || pent_job_get_state (job) == PENT_JOB_RUNNING)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpstr (pent_job_get_error (job), ==, NULL);
  g_assert_cmpint (pent_job_get_state (job), ==, PENT_JOB_DONE);
  g_assert_cmpfloat (pent_job_get_timings (job)->total, >, 0);
  g_assert_cmpfloat (pent_job_get_timings (job)->steps, >, 0);
  g_assert_cmpfloat (pent_job_get_timings (job)->wait, >=, 0);
  return file;
}

static PentRecipe *
read_recipe (const PentPictureFile *file)
{
  g_auto (PentFoundRecipe) found = { 0 };
  pent_recipe_find (&found, file->texts);
  g_assert_nonnull (found.recipe);
  return g_steal_pointer (&found.recipe);
}

static void
assert_made_again (Fixture *self, const char *name, PentImage *source)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PentPictureFile) before = pent_picture_file_read (name, &error);
  g_assert_no_error (error);
  g_autoptr (PentRecipe) recipe = read_recipe (before);
  g_autoptr (PentRequest) request = pent_request_from_recipe (recipe, source, NULL, &error);
  g_assert_no_error (error);
  g_autofree char *again = run (self, request, NULL, NULL);
  g_autoptr (PentPictureFile) after = pent_picture_file_read (again, &error);
  g_assert_no_error (error);
  assert_same_picture (before->image, after->image);
}

static void
keep_cb (PentJob *job, PentQueue *queue)
{
  pent_queue_keep (queue, job);
}

/* A picture that was kept before its end is a picture like others: whole, of
 * its size, with a recipe that makes it again. */
static void
test_keep (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PentRequest) request = new_request (30);
  request->count = 3;
  g_autofree char *name = run (self, request, G_CALLBACK (keep_cb), self->queue);
  g_autoptr (PentPictureFile) file = pent_picture_file_read (name, &error);
  g_assert_no_error (error);
  g_autoptr (PentRecipe) recipe = read_recipe (file);
  g_assert_cmpint (file->width, ==, 64);
  g_assert_cmpint (recipe->steps, ==, 30);
  g_assert_cmpint (recipe->stop_after, >=, 1);
  g_assert_cmpint (recipe->stop_after, <, 30);
  g_assert_cmpint (library_ask (&self->library, "SELECT count (*) FROM pictures"), ==, 1);
  assert_made_again (self, name, NULL);
}

static double
psnr_between (const char *a, const char *b)
{
  g_autoptr (PentPictureFile) one = pent_picture_file_read (a, NULL);
  g_autoptr (PentPictureFile) other = pent_picture_file_read (b, NULL);
  PentComparison comparison = pent_images_compare (one->image, other->image);
  g_assert_true (comparison.same_size);
  return comparison.psnr;
}

static char *
run_until (Fixture *self, const PentRequest *whole, int step)
{
  g_autoptr (PentRequest) request = pent_request_copy (whole);
  request->stop_after = step;
  return run (self, request, NULL, NULL);
}

/* What is kept comes nearer to the finished picture with every step; after the
 * last it is that picture. */
static void
test_stop_after (Fixture *self, gconstpointer data)
{
  g_autoptr (PentRequest) whole = new_request (8);
  g_autofree char *finished = run (self, whole, NULL, NULL);
  g_autofree char *first = run_until (self, whole, 1);
  g_autofree char *late = run_until (self, whole, 7);
  g_autofree char *last = run_until (self, whole, 8);
  g_assert_cmpfloat (psnr_between (first, finished), <, psnr_between (late, finished));
  g_assert_cmpfloat (psnr_between (late, finished), >, 20);
  g_assert_true (isinf (psnr_between (last, finished)));
}

/* In an edit what is kept is joined, and a second pass that was not begun is
 * left out. */
static void
test_stop_edit (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PentRequest) request = new_request (4);
  request->width = request->height = PENT_UNSET;
  request->init = make_picture (64, 64, 3, 8);
  request->outpaint[2] = 24;
  request->stop_after = 2;
  g_autofree char *name = run (self, request, NULL, NULL);
  g_autoptr (PentPictureFile) file = pent_picture_file_read (name, &error);
  g_assert_no_error (error);
  g_assert_cmpint (file->width, ==, 88);
  for (int y = 0; y < 64; y++)
    g_assert_cmpmem (file->image->pixels + y * file->image->stride, 64 * 3,
                     request->init->pixels + y * request->init->stride, 64 * 3);
  assert_made_again (self, name, request->init);

  g_autoptr (PentRequest) large = new_request (4);
  large->hires = 2;
  large->stop_after = 2;
  g_autofree char *larger = run (self, large, NULL, NULL);
  g_autoptr (PentPictureFile) enlarged = pent_picture_file_read (larger, &error);
  g_assert_no_error (error);
  g_assert_cmpint (enlarged->width, ==, 128);
  assert_made_again (self, larger, NULL);
}

static void
cancel_cb (PentJob *job, PentQueue *queue)
{
  pent_queue_cancel (queue, job);
}

/* The model stays loaded: the second picture does not wait for it. */
static void
test_cancel_and_next (Fixture *self, gconstpointer data)
{
  g_autoptr (PentRequest) request = new_request (400);
  g_autoptr (PentJob) job = pent_queue_submit (self->queue, request, PENT_LANE_INTERACTIVE);
  g_signal_connect (job, "previewed", G_CALLBACK (cancel_cb), self->queue);
  while (pent_job_get_state (job) != PENT_JOB_CANCELLED)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (library_ask (&self->library, "SELECT count (*) FROM pictures"), ==, 0);
  g_autoptr (PentRequest) next = new_request (1);
  g_autofree char *name = run (self, next, NULL, NULL);
  pent_queue_unload (self->queue);
  assert_made_again (self, name, NULL);
}

static void
test_fails (Fixture *self, gconstpointer data)
{
  g_autoptr (PentRequest) request = new_request (1);
  request->model = g_strdup ("/nowhere/model.safetensors");
  g_autoptr (PentJob) job = pent_queue_submit (self->queue, request, PENT_LANE_INTERACTIVE);
  while (pent_job_get_state (job) != PENT_JOB_FAILED)
    g_main_context_iteration (NULL, TRUE);
  g_assert_nonnull (strstr (pent_job_get_error (job), "/nowhere/model.safetensors"));
  g_autoptr (PentRequest) next = new_request (1);
  g_autofree char *name = run (self, next, NULL, NULL);
  g_assert_nonnull (name);
}

#define ADD(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/queue-pipeline/keep", test_keep);
  ADD ("/queue-pipeline/stop-after", test_stop_after);
  ADD ("/queue-pipeline/stop-edit", test_stop_edit);
  ADD ("/queue-pipeline/cancel-and-next", test_cancel_and_next);
  ADD ("/queue-pipeline/fails", test_fails);
  return g_test_run ();
}
