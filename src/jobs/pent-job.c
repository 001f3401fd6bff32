/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-job.h"

#include <glib/gi18n.h>

#include "pent-job-private.h"

struct _PentJob
{
  GObject parent_instance;

  PentTask    *task;
  PentJobState state;
  gboolean     has_progress;
  PentProgress progress;    /* without its pictures */
  double       fraction;
  char        *message;
  char        *error;
  int          n_done;
  PentTimings  timings;     /* of the newest picture */
  PentImage   *preview;
  PentRect     area;        /* of the preview */
  PentImage   *canvas;
  PentEditResult *edit;     /* while a picture is told, or NULL */
};

enum
{
  PROP_STATE = 1,
  PROP_FRACTION,
  PROP_MESSAGE,
  PROP_ERROR,
  PROP_N_DONE,
  N_PROPS,
};

enum
{
  PREVIEWED,
  PAINTED,
  N_SIGNALS,
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (PentJob, pent_job, G_TYPE_OBJECT)

static void
set_fraction (PentJob *self, double fraction)
{
  if (self->fraction == fraction)
    return;
  self->fraction = fraction;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_FRACTION]);
}

static void
set_string (PentJob *self, char **field, const char *value, int property)
{
  if (g_strcmp0 (*field, value) == 0)
    return;
  g_free (*field);
  *field = g_strdup (value);
  g_object_notify_by_pspec (G_OBJECT (self), properties[property]);
}

static void
set_preview (PentJob *self, PentImage *preview, const PentRect *area)
{
  g_clear_pointer (&self->preview, pent_image_unref);
  self->preview = preview != NULL ? pent_image_ref (preview) : NULL;
  self->area = *area;
  g_signal_emit (self, signals[PREVIEWED], 0);
}

static char *
describe_stage (const PentProgress *progress)
{
  switch (progress->stage)
    {
    case PENT_STAGE_LOAD:
      return g_strdup (_("Reading the model"));
    case PENT_STAGE_TEXT:
      return g_strdup (_("Reading the prompt"));
    case PENT_STAGE_ENCODE:
      return g_strdup (_("Reading the picture"));
    case PENT_STAGE_STEP:
      return g_strdup_printf (_("Step %d of %d"), progress->step, progress->n_steps);
    case PENT_STAGE_DECODE:
      return g_strdup (_("Finishing the picture"));
    default:
      g_return_val_if_reached (NULL);
    }
}

static const char *
describe_state (PentJobState state)
{
  switch (state)
    {
    case PENT_JOB_WAITING:
      return _("Waiting");
    case PENT_JOB_CANCELLED:
      return _("Cancelled");
    case PENT_JOB_OFFERED:
      return _("Was not finished last time");
    case PENT_JOB_DONE:
      return _("Done");
    case PENT_JOB_RUNNING:
    case PENT_JOB_FAILED:
    default:
      return "";
    }
}

static void
tell_progress (PentJob *self, const PentProgress *progress)
{
  g_autofree char *message = describe_stage (progress);

  self->has_progress = TRUE;
  self->progress = *progress;
  set_fraction (self, progress->fraction);
  set_string (self, &self->message, message, PROP_MESSAGE);
}

static void
tell_painted (PentJob *self, const PentNews *news)
{
  for (guint i = 0; i < news->painted->len; i++)
    {
      const PentPainted *painted = g_ptr_array_index (news->painted, i);
      if (painted->picture != NULL)
        {
          self->timings = painted->picture->timings;
          self->n_done++;
          g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_DONE]);
        }
      self->edit = painted->edit != NULL ? pent_edit_result_copy (painted->edit) : NULL;
      g_signal_emit (self, signals[PAINTED], 0, painted->picture, painted->image);
      g_clear_pointer (&self->edit, pent_edit_result_free);
    }
}

static void
pent_job_get_property (GObject *object, guint property, GValue *value, GParamSpec *pspec)
{
  PentJob *self = PENT_JOB (object);

  switch (property)
    {
    case PROP_STATE:
      g_value_set_int (value, self->state);
      break;
    case PROP_FRACTION:
      g_value_set_double (value, self->fraction);
      break;
    case PROP_MESSAGE:
      g_value_set_string (value, self->message);
      break;
    case PROP_ERROR:
      g_value_set_string (value, self->error);
      break;
    case PROP_N_DONE:
      g_value_set_int (value, self->n_done);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property, pspec);
    }
}

static void
pent_job_finalize (GObject *object)
{
  PentJob *self = PENT_JOB (object);

  self->task->job = NULL;
  pent_task_unref (self->task);
  g_free (self->message);
  g_free (self->error);
  g_clear_pointer (&self->preview, pent_image_unref);
  g_clear_pointer (&self->canvas, pent_image_unref);

  G_OBJECT_CLASS (pent_job_parent_class)->finalize (object);
}

static void
pent_job_class_init (PentJobClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->get_property = pent_job_get_property;
  object_class->finalize = pent_job_finalize;

  properties[PROP_STATE] = g_param_spec_int ("state", NULL, NULL, 0, PENT_JOB_OFFERED, 0, flags);
  properties[PROP_FRACTION] = g_param_spec_double ("fraction", NULL, NULL, 0, 1, 0, flags);
  properties[PROP_MESSAGE] = g_param_spec_string ("message", NULL, NULL, NULL, flags);
  properties[PROP_ERROR] = g_param_spec_string ("error", NULL, NULL, NULL, flags);
  properties[PROP_N_DONE] = g_param_spec_int ("n-done", NULL, NULL, 0, G_MAXINT, 0, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  signals[PREVIEWED] = g_signal_new ("previewed", PENT_TYPE_JOB, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                     G_TYPE_NONE, 0);
  signals[PAINTED] = g_signal_new ("painted", PENT_TYPE_JOB, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 2, G_TYPE_POINTER, G_TYPE_POINTER);
}

static void
pent_job_init (PentJob *self)
{
  self->message = g_strdup ("");
  self->timings = (PentTimings) { PENT_UNSET, PENT_UNSET, PENT_UNSET, PENT_UNSET, PENT_UNSET, PENT_UNSET };
}

/**
 * pent_job_new: (skip)
 *
 * For the queue.
 */
PentJob *
pent_job_new (PentTask *task, PentJobState state)
{
  PentJob *self = g_object_new (PENT_TYPE_JOB, NULL);

  self->task = pent_task_ref (task);
  self->n_done = task->n_done;
  task->job = self;
  self->state = state;
  set_string (self, &self->message, describe_state (state), PROP_MESSAGE);
  return self;
}

PentTask *
pent_job_get_task (PentJob *self)
{
  return self->task;
}

/**
 * pent_job_set_state: (skip)
 *
 * For the queue. A job that does not run has no preview; one that starts anew
 * has no error.
 */
void
pent_job_set_state (PentJob *self, PentJobState state)
{
  if (self->state == state)
    return;
  self->state = state;
  if (state != PENT_JOB_RUNNING)
    {
      g_clear_pointer (&self->canvas, pent_image_unref);
      if (self->preview != NULL)
        set_preview (self, NULL, &(PentRect) { 0 });
      self->has_progress = FALSE;
      set_string (self, &self->message, describe_state (state), PROP_MESSAGE);
    }
  if (state == PENT_JOB_DONE)
    set_fraction (self, 1);
  if (state == PENT_JOB_WAITING || state == PENT_JOB_RUNNING)
    set_string (self, &self->error, NULL, PROP_ERROR);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATE]);
}

/**
 * pent_job_tell: (skip)
 *
 * For the queue: what the thread has to tell, in the order that #PentJob
 * promises.
 */
void
pent_job_tell (PentJob *self, const PentNews *news)
{
  if (news->has_state && news->state == PENT_JOB_RUNNING)
    pent_job_set_state (self, PENT_JOB_RUNNING);
  if (news->has_progress)
    tell_progress (self, &news->progress);
  if (news->canvas != NULL)
    {
      g_clear_pointer (&self->canvas, pent_image_unref);
      self->canvas = pent_image_ref (news->canvas);
    }
  if (news->preview != NULL)
    set_preview (self, news->preview, &news->area);
  if (news->painted != NULL)
    tell_painted (self, news);
  if (news->error != NULL)
    set_string (self, &self->error, news->error, PROP_ERROR);
  if (news->has_state)
    pent_job_set_state (self, news->state);
}

/**
 * pent_job_get_id:
 *
 * Returns: its number, which it keeps over restarts: the moment it was
 *   submitted, microseconds since 1970
 */
gint64
pent_job_get_id (PentJob *self)
{
  g_return_val_if_fail (PENT_IS_JOB (self), 0);
  return self->task->id;
}

PentLane
pent_job_get_lane (PentJob *self)
{
  g_return_val_if_fail (PENT_IS_JOB (self), PENT_LANE_INTERACTIVE);
  return self->task->lane;
}

/**
 * pent_job_get_request:
 *
 * Returns: (transfer none): what is to be painted
 */
PentRequest *
pent_job_get_request (PentJob *self)
{
  g_return_val_if_fail (PENT_IS_JOB (self), NULL);
  return self->task->request;
}

PentJobState
pent_job_get_state (PentJob *self)
{
  g_return_val_if_fail (PENT_IS_JOB (self), PENT_JOB_CANCELLED);
  return self->state;
}

/**
 * pent_job_get_fraction:
 *
 * Returns: how much of all its pictures is done, 0 to 1
 */
double
pent_job_get_fraction (PentJob *self)
{
  g_return_val_if_fail (PENT_IS_JOB (self), 0);
  return self->fraction;
}

/**
 * pent_job_get_message:
 *
 * Returns: what is being done, a few words in the user's language
 */
const char *
pent_job_get_message (PentJob *self)
{
  g_return_val_if_fail (PENT_IS_JOB (self), NULL);
  return self->message;
}

/**
 * pent_job_get_error:
 *
 * Returns: (nullable): why it failed, a sentence
 */
const char *
pent_job_get_error (PentJob *self)
{
  g_return_val_if_fail (PENT_IS_JOB (self), NULL);
  return self->error;
}

/**
 * pent_job_get_n_done:
 *
 * Returns: how many of its pictures are in the library
 */
int
pent_job_get_n_done (PentJob *self)
{
  g_return_val_if_fail (PENT_IS_JOB (self), 0);
  return self->n_done;
}

/**
 * pent_job_get_progress:
 * @progress: (out): stage, picture, steps; its pictures are %NULL here
 *
 * Returns: %FALSE where it does not run, or has not begun to tell
 */
gboolean
pent_job_get_progress (PentJob *self, PentProgress *progress)
{
  g_return_val_if_fail (PENT_IS_JOB (self), FALSE);
  *progress = self->progress;
  return self->has_progress;
}

/**
 * pent_job_get_preview:
 * @area: (out): what it is to be stretched over, pixels of the result
 *
 * Returns: (nullable) (transfer none): the newest preview; %NULL while it does
 *   not run
 */
PentImage *
pent_job_get_preview (PentJob *self, PentRect *area)
{
  g_return_val_if_fail (PENT_IS_JOB (self), NULL);
  *area = self->area;
  return self->preview;
}

/**
 * pent_job_get_canvas:
 *
 * Returns: (nullable) (transfer none): the result so far, 8-bit RGB, of its full
 *   size: what the preview lies on where a picture is extended or edited in
 *   several passes. %NULL where nothing is painted on
 */
PentImage *
pent_job_get_canvas (PentJob *self)
{
  g_return_val_if_fail (PENT_IS_JOB (self), NULL);
  return self->canvas;
}

/**
 * pent_job_take_edit:
 *
 * While "painted" is told: what can still be chosen of the picture, see
 * pent_edit_result_join().
 *
 * Returns: (nullable) (transfer full): %NULL where there is nothing to choose,
 *   or someone has taken it
 */
PentEditResult *
pent_job_take_edit (PentJob *self)
{
  g_return_val_if_fail (PENT_IS_JOB (self), NULL);
  return g_steal_pointer (&self->edit);
}

/**
 * pent_job_get_timings:
 *
 * Returns: (transfer none): how long its newest picture took, seconds, also how
 *   long it waited; %PENT_UNSET while there is none
 */
const PentTimings *
pent_job_get_timings (PentJob *self)
{
  g_return_val_if_fail (PENT_IS_JOB (self), NULL);
  return &self->timings;
}
