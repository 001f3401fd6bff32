/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The queue over an engine that the test holds by the hand. */
#include "pent-queue.h"

#include <glib/gstdio.h>

#include "fake-engine.h"
#include "library-store-fixture.h"
#include "pent-queue-private.h"
#include "pent-request-json.h"

/* Of a request, on a machine with 64-bit pointers. */
#define REQUEST_SIZE 296

typedef struct
{
  Library    library;
  FakeEngine engine;
  PentQueue *queue;
  gboolean   in_trouble;   /* is the queue meant to be */
} Fixture;

static void
trouble_cb (PentQueue *queue, GParamSpec *pspec, Fixture *self)
{
  if (!self->in_trouble)
    g_assert_cmpstr (pent_queue_get_trouble (queue), ==, NULL);
}

static void
open_queue (Fixture *self)
{
  const PentEngine engine = fake_engine_get (&self->engine);
  self->queue = pent_queue_new_with_engine (self->library.folders, &engine);
  g_signal_connect (self->queue, "notify::trouble", G_CALLBACK (trouble_cb), self);
}

static void
close_queue (Fixture *self)
{
  int n_freed = self->engine.n_freed;
  g_assert_finalize_object (g_steal_pointer (&self->queue));
  g_assert_cmpint (self->engine.n_freed, ==, n_freed + 1);
}

static void
set_up (Fixture *self, gconstpointer data)
{
  library_set_up (&self->library, data);
  fake_engine_init (&self->engine);
  open_queue (self);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  if (self->queue != NULL)
    close_queue (self);
  fake_engine_clear (&self->engine);
  library_tear_down (&self->library, data);
}

static PentJob *
submit (Fixture *self, const char *prompt, int count, PentLane lane)
{
  g_autoptr (PentRequest) request = pent_request_new ();
  g_free (request->prompt);
  request->prompt = g_strdup (prompt);
  request->count = count;
  request->steps = 3;
  return pent_queue_submit (self->queue, request, lane);
}

static void
wait_for (PentJob *job, PentJobState state)
{
  while (pent_job_get_state (job) != state)
    {
      g_main_context_iteration (NULL, TRUE);
      if (state != PENT_JOB_FAILED)
        g_assert_cmpstr (pent_job_get_error (job), ==, NULL);
    }
}

static void
wait_until_passed (Fixture *self, guint n)
{
  while (fake_engine_n_passed (&self->engine) < n)
    g_main_context_iteration (NULL, FALSE);
}

/* The prompts in the list, in its order. */
static char *
list_prompts (Fixture *self)
{
  GString *prompts = g_string_new (NULL);
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->queue)); i++)
    {
      g_autoptr (PentJob) job = g_list_model_get_item (G_LIST_MODEL (self->queue), i);
      g_string_append_printf (prompts, "%s%s", i > 0 ? " " : "", pent_job_get_request (job)->prompt);
    }
  return g_string_free (prompts, FALSE);
}

static void
assert_listed (Fixture *self, const char *expected)
{
  g_autofree char *prompts = list_prompts (self);
  g_assert_cmpstr (prompts, ==, expected);
}

/* --- the cases --- */

typedef struct
{
  Fixture *fixture;
  int      n_painted;
  gboolean is_done;
  guint    previews;
  int      newest;      /* step that the newest preview is of */
  double   fraction;
} Seen;

/* What is told is there: row and file, seen by another. */
static void
painted_cb (PentJob *job, const PentLibraryPicture *picture, PentImage *image, Seen *seen)
{
  g_autoptr (PentLibrary) library = library_open (&seen->fixture->library);
  g_autoptr (GError) error = NULL;
  g_autoptr (PentLibraryPicture) known = pent_library_get (library, picture->id, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (known->file, ==, picture->file);
  g_assert_true (g_file_test (known->file, G_FILE_TEST_IS_REGULAR));
  g_assert_nonnull (image);
  g_assert_false (seen->is_done);
  g_assert_cmpint (pent_job_get_n_done (job), ==, ++seen->n_painted);
}

static void
state_cb (PentJob *job, GParamSpec *pspec, Seen *seen)
{
  seen->is_done = pent_job_get_state (job) == PENT_JOB_DONE;
}

static void
fraction_cb (PentJob *job, GParamSpec *pspec, Seen *seen)
{
  g_assert_cmpfloat (pent_job_get_fraction (job), >, seen->fraction);
  g_assert_cmpfloat (pent_job_get_fraction (job), <=, 1);
  seen->fraction = pent_job_get_fraction (job);
}

static void
previewed_cb (PentJob *job, Seen *seen)
{
  PentRect area;
  PentImage *preview = pent_job_get_preview (job, &area);
  if (preview == NULL)
    return;
  int step = preview->pixels[0] + 256 * preview->pixels[1];
  g_assert_cmpint (area.width, ==, 16);
  g_assert_cmpint (step, >, seen->newest);
  seen->newest = step;
  seen->previews++;
}

static void
watch (PentJob *job, Seen *seen)
{
  g_signal_connect (job, "painted", G_CALLBACK (painted_cb), seen);
  g_signal_connect (job, "notify::state", G_CALLBACK (state_cb), seen);
  g_signal_connect (job, "notify::fraction", G_CALLBACK (fraction_cb), seen);
}

static void
test_stored_first (Fixture *self, gconstpointer data)
{
  Seen seen = { .fixture = self };
  g_autoptr (PentJob) job = submit (self, "a", 3, PENT_LANE_INTERACTIVE);
  watch (job, &seen);
  g_assert_cmpint (pent_job_get_state (job), ==, PENT_JOB_WAITING);
  wait_for (job, PENT_JOB_DONE);
  g_assert_cmpint (seen.n_painted, ==, 3);
  g_assert_cmpfloat (pent_job_get_fraction (job), ==, 1);
  g_assert_cmpfloat (pent_job_get_timings (job)->total, ==, 1);
  g_assert_null (pent_job_get_error (job));
  assert_listed (self, "");
}

static void
test_lanes (Fixture *self, gconstpointer data)
{
  pent_queue_set_paused (self->queue, TRUE);
  g_autoptr (PentJob) b = submit (self, "b", 1, PENT_LANE_BATCH);
  g_autoptr (PentJob) c = submit (self, "c", 1, PENT_LANE_BATCH);
  g_autoptr (PentJob) x = submit (self, "x", 1, PENT_LANE_INTERACTIVE);
  g_autoptr (PentJob) y = submit (self, "y", 1, PENT_LANE_INTERACTIVE);
  assert_listed (self, "x y b c");
  g_assert_cmpint (pent_job_get_id (b), <, pent_job_get_id (c));
  pent_queue_set_paused (self->queue, FALSE);
  wait_for (c, PENT_JOB_DONE);
  g_assert_true (fake_engine_ran (&self->engine, "x:0 y:0 b:0 c:0"));
}

/* Someone who waits does not wait for a whole batch. */
static void
test_between_pictures (Fixture *self, gconstpointer data)
{
  fake_engine_allow (&self->engine, 2);
  g_autoptr (PentJob) batch = submit (self, "b", 3, PENT_LANE_BATCH);
  wait_until_passed (self, 2);
  g_autoptr (PentJob) job = submit (self, "x", 2, PENT_LANE_INTERACTIVE);
  fake_engine_open (&self->engine);
  wait_for (batch, PENT_JOB_DONE);
  g_assert_cmpint (pent_job_get_state (job), ==, PENT_JOB_DONE);
  g_assert_true (fake_engine_ran (&self->engine, "b:0 x:0 x:1 b:1 b:2"));
}

static void
test_move (Fixture *self, gconstpointer data)
{
  pent_queue_set_paused (self->queue, TRUE);
  g_autoptr (PentJob) a = submit (self, "a", 1, PENT_LANE_BATCH);
  g_autoptr (PentJob) b = submit (self, "b", 1, PENT_LANE_BATCH);
  g_autoptr (PentJob) c = submit (self, "c", 1, PENT_LANE_BATCH);
  pent_queue_move (self->queue, c, 0);
  assert_listed (self, "c a b");
  pent_queue_move (self->queue, c, 1);
  assert_listed (self, "a c b");
  pent_queue_move (self->queue, a, 99);
  assert_listed (self, "c b a");
  pent_queue_set_paused (self->queue, FALSE);
  wait_for (a, PENT_JOB_DONE);
  pent_queue_move (self->queue, a, 0);
  g_assert_true (fake_engine_ran (&self->engine, "c:0 b:0 a:0"));
}

static void
test_cancel (Fixture *self, gconstpointer data)
{
  fake_engine_allow (&self->engine, 1);
  g_autoptr (PentJob) a = submit (self, "a", 1, PENT_LANE_INTERACTIVE);
  g_autoptr (PentJob) b = submit (self, "b", 1, PENT_LANE_INTERACTIVE);
  g_autoptr (PentJob) c = submit (self, "c", 1, PENT_LANE_BATCH);
  g_autoptr (PentJob) d = submit (self, "d", 1, PENT_LANE_BATCH);
  wait_for (a, PENT_JOB_RUNNING);
  g_assert_true (pent_queue_get_running (self->queue) == a);
  pent_queue_cancel (self->queue, c);
  g_assert_cmpint (pent_job_get_state (c), ==, PENT_JOB_CANCELLED);
  assert_listed (self, "a b d");
  pent_queue_cancel (self->queue, a);
  wait_for (a, PENT_JOB_CANCELLED);
  wait_for (b, PENT_JOB_RUNNING);
  pent_queue_cancel_all (self->queue);
  g_assert_cmpint (pent_job_get_state (d), ==, PENT_JOB_CANCELLED);
  wait_for (b, PENT_JOB_CANCELLED);
  g_assert_null (pent_queue_get_running (self->queue));
  assert_listed (self, "");
  g_assert_true (fake_engine_ran (&self->engine, ""));

  /* A change of mind. */
  fake_engine_open (&self->engine);
  pent_queue_retry (self->queue, c);
  wait_for (c, PENT_JOB_DONE);
  g_assert_true (fake_engine_ran (&self->engine, "c:0"));
  pent_queue_cancel (self->queue, c);
  g_assert_cmpint (pent_job_get_state (c), ==, PENT_JOB_DONE);
}

static void
test_retry (Fixture *self, gconstpointer data)
{
  g_autoptr (PentJob) fails = submit (self, "fail", 1, PENT_LANE_INTERACTIVE);
  g_autoptr (PentJob) once = submit (self, "once", 1, PENT_LANE_INTERACTIVE);
  self->engine.has_failed = FALSE;
  wait_for (fails, PENT_JOB_FAILED);
  g_assert_cmpstr (pent_job_get_error (fails), ==, "The device was lost.");
  wait_for (once, PENT_JOB_DONE);
  assert_listed (self, "fail");
  pent_queue_retry (self->queue, fails);
  g_assert_null (pent_job_get_error (fails));
  wait_for (fails, PENT_JOB_FAILED);
  pent_queue_cancel (self->queue, fails);
  assert_listed (self, "");
}

/* What was made is not made again. */
static void
test_goes_on (Fixture *self, gconstpointer data)
{
  fake_engine_allow (&self->engine, 4);
  g_autoptr (PentJob) job = submit (self, "a", 3, PENT_LANE_BATCH);
  wait_until_passed (self, 4);
  pent_queue_cancel (self->queue, job);
  wait_for (job, PENT_JOB_CANCELLED);
  g_assert_cmpint (pent_job_get_n_done (job), ==, 1);
  fake_engine_open (&self->engine);
  pent_queue_retry (self->queue, job);
  wait_for (job, PENT_JOB_DONE);
  g_assert_true (fake_engine_ran (&self->engine, "a:0 a:1 a:2"));
  g_assert_cmpint (pent_job_get_n_done (job), ==, 3);
}

static void
test_pause (Fixture *self, gconstpointer data)
{
  fake_engine_allow (&self->engine, 1);
  g_autoptr (PentJob) a = submit (self, "a", 1, PENT_LANE_INTERACTIVE);
  wait_until_passed (self, 1);
  pent_queue_set_paused (self->queue, TRUE);
  fake_engine_open (&self->engine);
  g_autoptr (PentJob) b = submit (self, "b", 1, PENT_LANE_INTERACTIVE);
  /* It rests after the step it was at, or the one after that. */
  pent_queue_cancel (self->queue, a);
  wait_for (a, PENT_JOB_CANCELLED);
  g_assert_cmpuint (fake_engine_n_passed (&self->engine), <=, 3);
  g_assert_true (fake_engine_ran (&self->engine, ""));
  g_assert_cmpint (pent_job_get_state (b), ==, PENT_JOB_WAITING);
  pent_queue_set_paused (self->queue, FALSE);
  wait_for (b, PENT_JOB_DONE);
}

static void
test_keep (Fixture *self, gconstpointer data)
{
  fake_engine_allow (&self->engine, 1);
  g_autoptr (PentJob) job = submit (self, "a", 3, PENT_LANE_INTERACTIVE);
  wait_until_passed (self, 1);
  pent_queue_keep (self->queue, job);
  fake_engine_allow (&self->engine, 1);
  wait_for (job, PENT_JOB_DONE);
  g_assert_true (fake_engine_ran (&self->engine, "a:0"));
  g_assert_cmpuint (fake_engine_n_passed (&self->engine), <=, 2);
}

static void
keep_cb (PentJob *job, PentQueue *queue)
{
  pent_queue_keep (queue, job);
}

/* While the steps go on. */
static void
test_keep_in_flight (Fixture *self, gconstpointer data)
{
  g_autoptr (PentRequest) request = pent_request_new ();
  request->steps = G_MAXINT;
  g_autoptr (PentJob) job = pent_queue_submit (self->queue, request, PENT_LANE_INTERACTIVE);
  g_signal_connect (job, "previewed", G_CALLBACK (keep_cb), self->queue);
  wait_for (job, PENT_JOB_DONE);
  g_assert_true (fake_engine_ran (&self->engine, ":0"));
}

/* What the thread has told before is not heard after the cancellation. */
static void
test_cancel_between (Fixture *self, gconstpointer data)
{
  fake_engine_allow (&self->engine, 2);
  g_autoptr (PentJob) batch = submit (self, "b", 3, PENT_LANE_BATCH);
  wait_until_passed (self, 2);
  wait_for (batch, PENT_JOB_RUNNING);
  g_autoptr (PentJob) x = submit (self, "x", 1, PENT_LANE_INTERACTIVE);
  fake_engine_allow (&self->engine, 2);
  while (fake_engine_n_passed (&self->engine) < 4)
    g_thread_yield ();
  pent_queue_cancel (self->queue, batch);
  g_assert_cmpint (pent_job_get_state (batch), ==, PENT_JOB_CANCELLED);
  fake_engine_open (&self->engine);
  wait_for (x, PENT_JOB_DONE);
  g_assert_cmpint (pent_job_get_state (batch), ==, PENT_JOB_CANCELLED);
  g_assert_cmpint (pent_job_get_n_done (batch), ==, 1);
  assert_listed (self, "");
  g_assert_true (fake_engine_ran (&self->engine, "b:0 x:0"));
}

/* Never more than 15 a second, and never without the newest. */
static void
test_previews (Fixture *self, gconstpointer data)
{
  Seen seen = { .fixture = self };
  g_autoptr (PentRequest) request = pent_request_new ();
  request->steps = 1000;
  request->init = make_picture (16, 16, 3, 8);
  fake_engine_allow (&self->engine, 1);
  gint64 begin = g_get_monotonic_time ();
  g_autoptr (PentJob) job = pent_queue_submit (self->queue, request, PENT_LANE_INTERACTIVE);
  g_signal_connect (job, "previewed", G_CALLBACK (previewed_cb), &seen);
  for (guint step = 2; step <= 700; step++)
    {
      wait_until_passed (self, step - 1);
      fake_engine_allow (&self->engine, 1);
    }
  while (seen.newest < 700)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpfloat (seen.previews, <=, 1 + 15 * (g_get_monotonic_time () - begin) / 1e6 + 1);
  assert_same_picture (pent_job_get_canvas (job), request->init);
  /* The engine paints on in its own: this one is nobody else's. */
  g_assert_true (pent_job_get_canvas (job) != request->init);
  PentProgress progress;
  g_assert_true (pent_job_get_progress (job, &progress));
  g_assert_cmpint (progress.step, ==, 700);
  g_assert_cmpstr (pent_job_get_message (job), ==, "Step 700 of 1000");
  fake_engine_open (&self->engine);
  wait_for (job, PENT_JOB_DONE);
  PentRect area;
  g_assert_null (pent_job_get_preview (job, &area));
  g_assert_null (pent_job_get_canvas (job));
}

static void
count_preview_cb (PentJob *job, Seen *seen)
{
  PentRect area;
  PentImage *preview = pent_job_get_preview (job, &area);
  if (preview == NULL)
    return;
  seen->previews++;
  seen->newest = preview->pixels[2];
}

/* Pictures are told at once, and do not take previews along too soon; nor does
 * the newest get lost for that. */
static void
test_previews_of_many (Fixture *self, gconstpointer data)
{
  Seen seen = { .newest = -1 };
  g_autoptr (PentRequest) request = pent_request_new ();
  request->steps = 1;
  request->count = 40;
  fake_engine_allow (&self->engine, 30);
  gint64 begin = g_get_monotonic_time ();
  g_autoptr (PentJob) job = pent_queue_submit (self->queue, request, PENT_LANE_INTERACTIVE);
  g_signal_connect (job, "previewed", G_CALLBACK (count_preview_cb), &seen);
  while (seen.newest < 29)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpfloat (seen.previews, <=, 1 + 15 * (g_get_monotonic_time () - begin) / 1e6 + 1);
  fake_engine_open (&self->engine);
  wait_for (job, PENT_JOB_DONE);
}

static void
test_memory (Fixture *self, gconstpointer data)
{
  g_autoptr (PentJob) a = submit (self, "a", 1, PENT_LANE_INTERACTIVE);
  wait_for (a, PENT_JOB_DONE);
  g_autoptr (PentJob) b = submit (self, "b", 1, PENT_LANE_INTERACTIVE);
  wait_for (b, PENT_JOB_DONE);
  g_assert_cmpint (self->engine.n_unloaded, ==, 0);

  g_autoptr (PentJob) c = submit (self, "memory", 1, PENT_LANE_INTERACTIVE);
  wait_for (c, PENT_JOB_DONE);
  pent_queue_unload (self->queue);
  g_autoptr (PentJob) d = submit (self, "d", 1, PENT_LANE_INTERACTIVE);
  wait_for (d, PENT_JOB_DONE);

  g_mutex_lock (&self->engine.lock);
  g_assert_cmpint (self->engine.n_unloaded, ==, 2);
  self->engine.is_short = TRUE;
  g_mutex_unlock (&self->engine.lock);
  for (int n = 0; n < 3;)
    {
      g_mutex_lock (&self->engine.lock);
      n = self->engine.n_unloaded;
      g_mutex_unlock (&self->engine.lock);
      g_thread_yield ();
    }
  /* It fails where nothing was in its way. */
  g_autoptr (PentJob) e = submit (self, "e", 1, PENT_LANE_INTERACTIVE);
  wait_for (e, PENT_JOB_DONE);
}

static void
lost_cb (PentJob *job, const PentLibraryPicture *picture, PentImage *image, gboolean *lost)
{
  g_assert_null (picture);
  g_assert_nonnull (image);
  g_assert_cmpint (pent_job_get_state (job), ==, PENT_JOB_RUNNING);
  *lost = TRUE;
}

static void
test_lost (Fixture *self, gconstpointer data)
{
  gboolean lost = FALSE;
  g_autoptr (PentJob) job = submit (self, "lost", 1, PENT_LANE_INTERACTIVE);
  g_signal_connect (job, "painted", G_CALLBACK (lost_cb), &lost);
  wait_for (job, PENT_JOB_FAILED);
  g_assert_true (lost);
  g_assert_cmpint (pent_job_get_n_done (job), ==, 0);
}

static void
test_no_library (Fixture *self, gconstpointer data)
{
  close_queue (self);
  self->in_trouble = TRUE;
  g_autofree char *away = g_strconcat (self->library.folders->library, "-away", NULL);
  g_assert_cmpint (g_rename (self->library.folders->library, away), ==, 0);
  g_assert_true (g_file_set_contents (self->library.folders->library, "in the way", -1, NULL));
  open_queue (self);
  g_autoptr (PentJob) job = submit (self, "a", 1, PENT_LANE_INTERACTIVE);
  wait_for (job, PENT_JOB_FAILED);
  g_assert_nonnull (strstr (pent_job_get_error (job), self->library.folders->library));
  while (pent_queue_get_trouble (self->queue) == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_nonnull (strstr (pent_queue_get_trouble (self->queue), self->library.folders->library));
  g_unlink (self->library.folders->library);
  pent_queue_retry (self->queue, job);
  wait_for (job, PENT_JOB_DONE);
}

/* --- restarts --- */

static void
wait_for_jobs (Fixture *self, guint n)
{
  while (g_list_model_get_n_items (G_LIST_MODEL (self->queue)) < n)
    g_main_context_iteration (NULL, TRUE);
}

static PentRequest *
edit_request (void)
{
  PentRequest *request = pent_request_new ();
  g_free (request->prompt);
  request->prompt = g_strdup ("\"mönd\"\n");
  request->model = g_strdup ("/models/a b\xff%20.safetensors");
  request->seed = G_MAXINT64;
  request->count = 2;
  request->steps = 3;
  request->cfg = 0.1 + 0.2;
  request->stop_after = 9;
  request->fill = PENT_FILL_NOISE;
  request->outpaint[2] = 40;
  request->match = 0.25;
  request->init = make_picture (20, 12, 4, 16);
  request->mask = make_picture (20, 12, 1, 8);
  return request;
}

static void
test_restart (Fixture *self, gconstpointer data)
{
  g_autoptr (PentRequest) request = edit_request ();
  fake_engine_allow (&self->engine, 4);
  g_autoptr (PentJob) running = submit (self, "r", 3, PENT_LANE_BATCH);
  wait_until_passed (self, 4);
  g_autoptr (PentJob) b = submit (self, "b", 1, PENT_LANE_BATCH);
  g_autoptr (PentJob) gone = submit (self, "gone", 1, PENT_LANE_BATCH);
  g_autoptr (PentJob) edit = pent_queue_submit (self->queue, request, PENT_LANE_BATCH);
  pent_queue_move (self->queue, edit, 0);
  pent_queue_cancel (self->queue, gone);
  close_queue (self);

  open_queue (self);
  wait_for_jobs (self, 3);
  assert_listed (self, "r \"mönd\"\n b");
  g_autoptr (PentJob) was_running = g_list_model_get_item (G_LIST_MODEL (self->queue), 0);
  g_autoptr (PentJob) was_next = g_list_model_get_item (G_LIST_MODEL (self->queue), 1);
  g_autoptr (PentJob) was_last = g_list_model_get_item (G_LIST_MODEL (self->queue), 2);
  g_autofree char *before = pent_request_to_text (request);
  g_autofree char *after = pent_request_to_text (pent_job_get_request (was_next));
  g_assert_cmpint (pent_job_get_state (was_next), ==, PENT_JOB_OFFERED);
  g_assert_cmpint (pent_job_get_id (was_next), ==, pent_job_get_id (edit));
  g_assert_cmpstr (before, ==, after);
  g_assert_cmpstr (pent_job_get_request (was_next)->model, ==, request->model);
  assert_same_picture (pent_job_get_request (was_next)->init, request->init);
  assert_same_picture (pent_job_get_request (was_next)->mask, request->mask);
  g_assert_cmpint (pent_job_get_n_done (was_running), ==, 1);

  fake_engine_open (&self->engine);
  pent_queue_cancel (self->queue, was_last);
  pent_queue_retry (self->queue, was_next);
  pent_queue_retry (self->queue, was_running);
  wait_for (was_running, PENT_JOB_DONE);
  g_assert_true (fake_engine_ran (&self->engine, "r:0 \"mönd\"\n:0 \"mönd\"\n:1 r:1 r:2"));
  close_queue (self);
  g_assert_cmpint (library_ask (&self->library, "SELECT count (*) FROM jobs"), ==, 0);
  g_autofree char *originals = g_build_filename (self->library.folders->library, "waiting", ".pentimento-originals", NULL);
  const Folder folder = { originals };
  g_assert_cmpuint (folder_count (&folder), ==, 0);
}

/* A queue that lives is not robbed. */
static void
test_two_queues (Fixture *self, gconstpointer data)
{
  pent_queue_set_paused (self->queue, TRUE);
  g_autoptr (PentLibrary) library = library_open (&self->library);
  g_autoptr (PentJob) a = submit (self, "a", 1, PENT_LANE_INTERACTIVE);
  while (library_ask (&self->library, "SELECT count (*) FROM jobs") != 1)
    g_main_context_iteration (NULL, FALSE);
  PentQueue *mine = g_steal_pointer (&self->queue);
  open_queue (self);
  g_autoptr (PentJob) b = submit (self, "b", 1, PENT_LANE_INTERACTIVE);
  wait_for (b, PENT_JOB_DONE);
  assert_listed (self, "");
  g_assert_finalize_object (mine);
  close_queue (self);
  open_queue (self);
  wait_for_jobs (self, 1);
  assert_listed (self, "a");
}

/* A request of a version to come stays where it is. */
static void
test_not_understood (Fixture *self, gconstpointer data)
{
  close_queue (self);
  self->in_trouble = TRUE;
  library_run (&self->library, "INSERT INTO jobs VALUES (5, 0, 1, 0, '{\"version\": 99}', NULL, NULL),"
               " (6, 0, 2, 0, 'no JSON', NULL, NULL), (7, 0, 3, 0, '{}', 'not here', NULL)");
  open_queue (self);
  while (pent_queue_get_trouble (self->queue) == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_nonnull (strstr (pent_queue_get_trouble (self->queue), "another version"));
  assert_listed (self, "");
  close_queue (self);
  g_assert_cmpint (library_ask (&self->library, "SELECT count (*) FROM jobs"), ==, 2);
}

/* A field that a request gains is one for the disk as well. */
static void
test_every_field (Fixture *self, gconstpointer data)
{
  g_autoptr (PentRequest) request = edit_request ();
  request->hires = 2.5;
  request->hires_strength = 0.3;
  request->cfg_from = 0.1;
  request->cfg_to = 0.9;
  request->step_cache = 3;
  request->tile = 512;
  request->parent_hash = g_strdup ("abc");
  request->template_name = g_strdup ("sea@2");
  request->notes = g_strdup ("A note.");
  request->vae = g_strdup ("/vae");
  request->precision = PENT_PRECISION_BF16;
  request->region = PENT_REGION_MASKED;
  request->composite = PENT_COMPOSITE_NONE;
  request->fit = PENT_FIT_PAD;
  request->memory_limit = G_GINT64_CONSTANT (1) << 40;
  g_autofree char *text = pent_request_to_text (request);
  g_autoptr (PentRequest) read = pent_request_from_text (text, request->init, request->mask, NULL);
  g_assert_nonnull (read);
  const PentRequest *a = request, *b = read;
#define SAME(field) g_assert_true (a->field == b->field)
  SAME (seed); SAME (count); SAME (steps); SAME (stop_after); SAME (cfg); SAME (cfg_from); SAME (cfg_to);
  SAME (step_cache); SAME (width); SAME (height); SAME (clip_skip); SAME (init); SAME (mask); SAME (strength); SAME (fit);
  SAME (fill); SAME (region); SAME (composite); SAME (grow); SAME (feather); SAME (blend); SAME (match);
  SAME (outpaint[0]); SAME (outpaint[1]); SAME (outpaint[2]); SAME (outpaint[3]); SAME (hires); SAME (hires_strength);
  SAME (tile); SAME (precision); SAME (memory_limit);
#undef SAME
  g_assert_cmpstr (a->model, ==, b->model);
  g_assert_cmpstr (a->vae, ==, b->vae);
  g_assert_cmpstr (a->parent_hash, ==, b->parent_hash);
  g_assert_cmpstr (a->template_name, ==, b->template_name);
  g_assert_cmpstr (a->notes, ==, b->notes);
  /* Whoever changes this number adds the field above and in
   * pent-request-json.c. */
  g_assert_cmpuint (sizeof (PentRequest), ==, REQUEST_SIZE);
}

/* --- elsewhere --- */

static gpointer
use_in_thread (gpointer data)
{
  Fixture *self = data;
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_main_context_push_thread_default (context);
  open_queue (self);
  PentJob *job = submit (self, "a", 1, PENT_LANE_INTERACTIVE);
  while (pent_job_get_state (job) != PENT_JOB_DONE)
    g_main_context_iteration (context, TRUE);
  g_assert_finalize_object (job);
  close_queue (self);
  g_main_context_pop_thread_default (context);
  return NULL;
}

static void
test_other_context (Fixture *self, gconstpointer data)
{
  close_queue (self);
  g_thread_join (g_thread_new ("other", use_in_thread, self));
}

#define ADD(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/queue/stored-first", test_stored_first);
  ADD ("/queue/lanes", test_lanes);
  ADD ("/queue/between-pictures", test_between_pictures);
  ADD ("/queue/move", test_move);
  ADD ("/queue/cancel", test_cancel);
  ADD ("/queue/retry", test_retry);
  ADD ("/queue/goes-on", test_goes_on);
  ADD ("/queue/pause", test_pause);
  ADD ("/queue/keep", test_keep);
  ADD ("/queue/keep-in-flight", test_keep_in_flight);
  ADD ("/queue/cancel-between", test_cancel_between);
  ADD ("/queue/previews", test_previews);
  ADD ("/queue/previews-of-many", test_previews_of_many);
  ADD ("/queue/memory", test_memory);
  ADD ("/queue/lost", test_lost);
  ADD ("/queue/no-library", test_no_library);
  ADD ("/queue/restart", test_restart);
  ADD ("/queue/two-queues", test_two_queues);
  ADD ("/queue/not-understood", test_not_understood);
  ADD ("/queue/every-field", test_every_field);
  ADD ("/queue/other-context", test_other_context);
  return g_test_run ();
}
