/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fake-engine.h"

#include <string.h>

#include "library-store-fixture.h"
#include "pent-error.h"

#define GLANCE (5 * G_TIME_SPAN_MILLISECOND)   /* at a cancellation, while it stands at the gate */

/* One run. */
typedef struct
{
  FakeEngine            *engine;
  const PentRequest     *request;
  PentLibrary           *library;
  const PentJobListener *listener;
  GCancellable          *cancellable;
  int                    picture;
  gboolean               kept;
} Run;

void
fake_engine_init (FakeEngine *self)
{
  *self = (FakeEngine) { .n_allowed = G_MAXUINT };
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  self->log = g_ptr_array_new_with_free_func (g_free);
}

void
fake_engine_clear (FakeEngine *self)
{
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->changed);
  g_ptr_array_unref (self->log);
  g_free (self->model);
}

/* Lets @n_more steps pass from now on, and no others. */
void
fake_engine_allow (FakeEngine *self, guint n_more)
{
  g_mutex_lock (&self->lock);
  self->n_allowed = self->n_passed + n_more;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

void
fake_engine_open (FakeEngine *self)
{
  g_mutex_lock (&self->lock);
  self->n_allowed = G_MAXUINT;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

guint
fake_engine_n_passed (FakeEngine *self)
{
  g_mutex_lock (&self->lock);
  guint n = self->n_passed;
  g_mutex_unlock (&self->lock);
  return n;
}

/* Whether these pictures were made, in this order, and no others. */
gboolean
fake_engine_ran (FakeEngine *self, const char *log)
{
  g_mutex_lock (&self->lock);
  g_ptr_array_add (self->log, NULL);
  g_autofree char *made = g_strjoinv (" ", (char **) self->log->pdata);
  g_ptr_array_set_size (self->log, self->log->len - 1);
  g_mutex_unlock (&self->lock);
  if (!g_str_equal (made, log))
    g_test_message ("%s", made);
  return g_str_equal (made, log);
}

static gboolean
pass_gate (Run *run, GError **error)
{
  FakeEngine *self = run->engine;
  g_mutex_lock (&self->lock);
  while (self->n_passed >= self->n_allowed && !g_cancellable_is_cancelled (run->cancellable))
    g_cond_wait_until (&self->changed, &self->lock, g_get_monotonic_time () + GLANCE);
  self->n_passed++;
  g_mutex_unlock (&self->lock);
  return !g_cancellable_set_error_if_cancelled (run->cancellable, error);
}

/* A preview that says its step and its picture. */
static PentImage *
make_preview (int step, int picture)
{
  PentImage *image = pent_image_new (1, 1, 3, 8, NULL);
  image->pixels[0] = step % 256;
  image->pixels[1] = step / 256;
  image->pixels[2] = picture;
  return image;
}

static gboolean
fails (Run *run, GError **error)
{
  FakeEngine *self = run->engine;
  const char *prompt = run->request->prompt;
  g_mutex_lock (&self->lock);
  gboolean again = self->has_failed;
  self->has_failed = TRUE;
  g_mutex_unlock (&self->lock);
  if (!g_str_has_prefix (prompt, "fail") && (again || !g_str_has_prefix (prompt, "once")))
    return FALSE;
  g_set_error (error, PENT_ERROR, PENT_ERROR_DEVICE, "The device was lost.");
  return TRUE;
}

static gboolean
run_steps (Run *run, GError **error)
{
  int n_steps = run->request->steps;
  for (int step = 1; step <= n_steps && !run->kept; step++)
    {
      if (!pass_gate (run, error))
        return FALSE;
      g_autoptr (PentImage) preview = make_preview (step, run->picture);
      const PentProgress progress = {
        .stage = PENT_STAGE_STEP, .picture = run->picture, .n_pictures = run->request->count, .step = step,
        .n_steps = n_steps, .preview = preview, .area = { 0, 0, 16, 16 }, .canvas = run->request->init,
        .fraction = (run->picture + (double) step / n_steps) / run->request->count,
      };
      run->listener->progress (run->listener->data, &progress);
      run->kept = run->listener->keep (run->listener->data);
      if (fails (run, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
store (Run *run, GError **error)
{
  FakeEngine *self = run->engine;
  g_autoptr (PentImage) image = make_picture (16, 16, 3, 8);
  g_autoptr (PentRecipe) recipe = library_recipe (run->request->prompt, (gint64) ((guint64) run->request->seed + run->picture));
  const PentLibraryEntry entry = { .image = image, .recipe = recipe, .timings = { .total = 1 } };
  if (g_str_has_prefix (run->request->prompt, "lost"))
    {
      run->listener->lost (run->listener->data, image);
      g_set_error (error, PENT_ERROR, PENT_ERROR_FILE, "The disk is full.");
      return FALSE;
    }
  g_autoptr (PentLibraryPicture) stored = pent_library_store (run->library, &entry, error);
  if (stored == NULL)
    return FALSE;
  g_mutex_lock (&self->lock);
  g_ptr_array_add (self->log, g_strdup_printf ("%s:%d", run->request->prompt, run->picture));
  g_mutex_unlock (&self->lock);
  return run->listener->stored (run->listener->data, stored, image, NULL, error);
}

static gboolean
load (Run *run, GError **error)
{
  FakeEngine *self = run->engine;
  g_mutex_lock (&self->lock);
  gboolean full = self->model != NULL && g_str_has_prefix (run->request->prompt, "memory");
  if (!full)
    {
      g_free (self->model);
      self->model = g_strdup (run->request->model != NULL ? run->request->model : "starter");
    }
  g_mutex_unlock (&self->lock);
  if (full)
    g_set_error (error, PENT_ERROR, PENT_ERROR_MEMORY, "It does not fit.");
  return !full;
}

static gboolean
run_order (gpointer data, const PentJobOrder *order, PentLibrary *library, const PentJobListener *listener,
           GCancellable *cancellable, GError **error)
{
  Run run = {
    .engine = data, .request = order->request, .library = library, .listener = listener, .cancellable = cancellable,
  };
  int end = order->most > 0 ? MIN (order->first + order->most, order->request->count) : order->request->count;
  if (!load (&run, error))
    return FALSE;
  for (run.picture = order->first; run.picture < end && !run.kept; run.picture++)
    if (!run_steps (&run, error) || !store (&run, error))
      return FALSE;
  return TRUE;
}

static void
unload (gpointer data)
{
  FakeEngine *self = data;
  g_mutex_lock (&self->lock);
  self->n_unloaded++;
  g_clear_pointer (&self->model, g_free);
  g_mutex_unlock (&self->lock);
}

static gboolean
is_short (gpointer data)
{
  FakeEngine *self = data;
  g_mutex_lock (&self->lock);
  gboolean result = self->is_short;
  g_mutex_unlock (&self->lock);
  return result;
}

static void
count_free (gpointer data)
{
  FakeEngine *self = data;
  g_mutex_lock (&self->lock);
  self->n_freed++;
  g_mutex_unlock (&self->lock);
}

PentEngine
fake_engine_get (FakeEngine *self)
{
  const PentEngine engine = {
    .run = run_order, .unload = unload, .is_short = is_short, .free = count_free, .look_every = GLANCE, .data = self,
  };
  return engine;
}
