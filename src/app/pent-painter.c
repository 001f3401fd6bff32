/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-painter.h"

#include <glib/gi18n.h>

#include "pent-error.h"
#include "pent-folders.h"
#include "pent-library.h"
#include "pent-pipeline.h"
#include "pent-recipe-maker.h"
#include "pent-timing.h"

/* What the worker has to tell; what is NULL or 0 stays as it was. Newer words
 * replace older ones that the main thread has not read yet, so a slow window
 * skips previews and never lags. */
typedef struct
{
  double     fraction;
  char      *message;
  PentImage *preview;
  PentRect   area;        /* of the preview */
  PentImage *picture;     /* that is finished */
  char      *error;
  gboolean   done;
} PentNews;

/**
 * PentPainter:
 *
 * Runs one request at a time in a thread of its own, and tells in properties
 * what becomes of it. The properties change in the thread that made the
 * painter alone.
 */
struct _PentPainter
{
  GObject parent_instance;

  GMainContext *context;
  PentPipeline *pipeline;     /* the worker's, while there is one */
  GThread      *thread;       /* the worker; NULL when idle */
  GCancellable *cancellable;  /* of the run; NULL when idle */

  GMutex   lock;              /* guards news and source */
  PentNews news;
  GSource *source;            /* brings the news; NULL when none is pending */

  PentRequest *request;       /* that is painted; NULL when idle */
  double       fraction;
  char        *message;
  char        *error;
  PentImage   *preview;
  PentRect     area;
};

enum
{
  PROP_BUSY = 1,
  PROP_FRACTION,
  PROP_MESSAGE,
  PROP_ERROR,
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

G_DEFINE_FINAL_TYPE (PentPainter, pent_painter, G_TYPE_OBJECT)

/* One run, the worker's own. */
typedef struct
{
  PentPainter  *painter;      /* outlives the worker, which it joins */
  PentRequest  *request;
  GCancellable *cancellable;
  char         *summary;      /* of the newest finished picture */
  gint64        previewed;    /* when a preview was last told, microseconds */
  PentLibrary  *library;      /* opened for the first picture */
  PentHashes    hashes;
  PentStopwatch stopwatch;
} PentWork;

static void
clear_news (PentNews *news)
{
  g_clear_pointer (&news->message, g_free);
  g_clear_pointer (&news->error, g_free);
  g_clear_pointer (&news->preview, pent_image_unref);
  g_clear_pointer (&news->picture, pent_image_unref);
}

static void
set_fraction (PentPainter *self, double fraction)
{
  if (self->fraction == fraction)
    return;
  self->fraction = fraction;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_FRACTION]);
}

static void
set_string (PentPainter *self, char **field, const char *value, int property)
{
  if (g_strcmp0 (*field, value) == 0)
    return;
  g_free (*field);
  *field = g_strdup (value);
  g_object_notify_by_pspec (G_OBJECT (self), properties[property]);
}

static void
set_preview (PentPainter *self, PentImage *preview, const PentRect *area)
{
  g_clear_pointer (&self->preview, pent_image_unref);
  self->preview = preview != NULL ? pent_image_ref (preview) : NULL;
  self->area = *area;
  g_signal_emit (self, signals[PREVIEWED], 0);
}

static void
finish (PentPainter *self)
{
  g_thread_join (g_steal_pointer (&self->thread));
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->request, pent_request_unref);
  if (self->preview != NULL)
    set_preview (self, NULL, &(PentRect) { 0 });
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_BUSY]);
}

static gboolean
news_arrived_cb (gpointer data)
{
  PentPainter *self = PENT_PAINTER (data);

  g_mutex_lock (&self->lock);
  PentNews news = self->news;
  self->news = (PentNews) { 0 };
  g_clear_pointer (&self->source, g_source_unref);
  g_mutex_unlock (&self->lock);

  g_object_ref (self);
  set_fraction (self, MAX (news.fraction, self->fraction));
  if (news.preview != NULL)
    set_preview (self, news.preview, &news.area);
  if (news.picture != NULL)
    g_signal_emit (self, signals[PAINTED], 0, news.picture, self->request);
  if (news.message != NULL)
    set_string (self, &self->message, news.message, PROP_MESSAGE);
  if (news.error != NULL)
    set_string (self, &self->error, news.error, PROP_ERROR);
  if (news.done)
    finish (self);
  g_object_unref (self);

  clear_news (&news);
  return G_SOURCE_REMOVE;
}

/* In the worker. Takes all that @news owns. At the default priority, since
 * GTK redraws above the idle priority and would starve the previews. */
static void
tell (PentPainter *self, PentNews news)
{
  g_mutex_lock (&self->lock);
  if (news.preview == NULL)
    {
      news.preview = g_steal_pointer (&self->news.preview);
      news.area = self->news.area;
    }
  if (news.picture == NULL)
    news.picture = g_steal_pointer (&self->news.picture);
  if (news.message == NULL)
    news.message = g_steal_pointer (&self->news.message);
  clear_news (&self->news);
  self->news = news;
  if (self->source == NULL)
    {
      self->source = g_idle_source_new ();
      g_source_set_priority (self->source, G_PRIORITY_DEFAULT);
      g_source_set_callback (self->source, news_arrived_cb, self, NULL);
      g_source_attach (self->source, self->context);
    }
  g_mutex_unlock (&self->lock);
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

/* No more than so many previews a second reach the window. */
#define PREVIEWS_PER_SECOND 15

static void
progressed_cb (gpointer data, const PentProgress *progress)
{
  PentWork *run = data;
  PentNews news = { .fraction = progress->fraction, .message = describe_stage (progress) };
  gint64 now = g_get_monotonic_time ();

  if (progress->preview != NULL && now - run->previewed >= G_USEC_PER_SEC / PREVIEWS_PER_SECOND)
    {
      news.preview = pent_image_ref (progress->preview);
      news.area = progress->area;
      run->previewed = now;
    }
  tell (run->painter, news);
}

/* A model that vanished since it was read costs its hash, not the picture. */
static gboolean
compute_hashes (PentWork *run, const PentRunInfo *info, GError **error)
{
  g_autoptr (GError) trouble = NULL;

  if (run->hashes.model != NULL
      || pent_hashes_compute (&run->hashes, run->request, info->model_path, run->cancellable, &trouble)
      || pent_error_exit_status (trouble) != 130)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&trouble));
  return FALSE;
}

static gboolean
store (PentWork *run, const PentPicture *picture, const PentRunInfo *info, GError **error)
{
  g_autoptr (PentFolders) folders = pent_folders_new ();

  if (run->library == NULL)
    run->library = pent_library_open (folders, PENT_LIBRARY_WRITE, error);
  if (run->library == NULL || !compute_hashes (run, info, error))
    return FALSE;
  g_autoptr (PentRecipe) recipe = pent_make_recipe (run->request, info, &run->hashes, picture->seed);
  const PentLibraryEntry entry = {
    .image = picture->image, .recipe = recipe, .source = run->request->init, .mask = run->request->mask,
    .model_path = info->model_path, .vae_path = run->request->vae,
    .timings = pent_stopwatch_lap (&run->stopwatch, info),
  };
  g_autoptr (PentLibraryPicture) stored = pent_library_store (run->library, &entry, error);
  return stored != NULL;
}

/* Shown as finished when it is on the disk, or when the user is told why it is
 * not: then it is on the canvas and in the draft. */
static gboolean
painted_cb (gpointer data, const PentPicture *picture, const PentRunInfo *info, GError **error)
{
  PentWork *run = data;
  const PentImage *image = picture->image;
  gboolean stored = store (run, picture, info, error);

  g_autofree char *seed = g_strdup_printf ("%" G_GINT64_FORMAT, picture->seed);
  g_free (run->summary);
  /* Translators: the model's name, width, height, the seed, how long it took. */
  run->summary = g_strdup_printf (_("%s, %d × %d, seed %s, %.1f seconds"), info->model_name,
                                  image->width, image->height, seed, info->seconds_total);
  tell (run->painter, (PentNews) { .picture = pent_image_ref (picture->image) });
  return stored;
}

static PentNews
last_news (const PentWork *run, gboolean painted, const GError *error)
{
  if (painted)
    return (PentNews) { .done = TRUE, .fraction = 1, .message = g_strdup (run->summary) };
  if (pent_error_exit_status (error) == 130)
    return (PentNews) { .done = TRUE, .message = g_strdup (_("Cancelled")) };
  return (PentNews) { .done = TRUE, .message = g_strdup (""), .error = g_strdup (error->message) };
}

static gpointer
work (gpointer data)
{
  PentWork *run = data;
  PentPainter *self = run->painter;
  PentListener listener = { .progress = progressed_cb, .picture = painted_cb, .previews = TRUE, .data = run };
  g_autoptr (GError) error = NULL;

  gboolean painted = pent_pipeline_run (self->pipeline, run->request, &listener, run->cancellable, &error);
  tell (self, last_news (run, painted, error));

  pent_request_unref (run->request);
  g_object_unref (run->cancellable);
  g_clear_pointer (&run->library, pent_library_close);
  pent_hashes_clear (&run->hashes);
  g_free (run->summary);
  g_free (run);
  return NULL;
}

static void
pent_painter_get_property (GObject *object, guint property, GValue *value, GParamSpec *pspec)
{
  PentPainter *self = PENT_PAINTER (object);

  switch (property)
    {
    case PROP_BUSY:
      g_value_set_boolean (value, pent_painter_get_busy (self));
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
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property, pspec);
    }
}

/* Waits for the worker, which answers a cancellation within a second. */
static void
pent_painter_dispose (GObject *object)
{
  PentPainter *self = PENT_PAINTER (object);

  pent_painter_cancel (self);
  if (self->thread != NULL)
    g_thread_join (g_steal_pointer (&self->thread));
  if (self->source != NULL)
    g_source_destroy (self->source);
  g_clear_pointer (&self->source, g_source_unref);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->request, pent_request_unref);
  g_clear_pointer (&self->preview, pent_image_unref);
  clear_news (&self->news);

  G_OBJECT_CLASS (pent_painter_parent_class)->dispose (object);
}

static void
pent_painter_finalize (GObject *object)
{
  PentPainter *self = PENT_PAINTER (object);

  pent_pipeline_free (self->pipeline);
  g_main_context_unref (self->context);
  g_mutex_clear (&self->lock);
  g_free (self->message);
  g_free (self->error);

  G_OBJECT_CLASS (pent_painter_parent_class)->finalize (object);
}

static void
pent_painter_class_init (PentPainterClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = pent_painter_get_property;
  object_class->dispose = pent_painter_dispose;
  object_class->finalize = pent_painter_finalize;

  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;
  properties[PROP_BUSY] = g_param_spec_boolean ("busy", NULL, NULL, FALSE, flags);
  properties[PROP_FRACTION] = g_param_spec_double ("fraction", NULL, NULL, 0, 1, 0, flags);
  properties[PROP_MESSAGE] = g_param_spec_string ("message", NULL, NULL, NULL, flags);
  properties[PROP_ERROR] = g_param_spec_string ("error", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  /* Another preview, or none any more. */
  signals[PREVIEWED] = g_signal_new ("previewed", PENT_TYPE_PAINTER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                     G_TYPE_NONE, 0);
  /* The finished PentImage, and the PentRequest that it was painted for. */
  signals[PAINTED] = g_signal_new ("painted", PENT_TYPE_PAINTER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 2, G_TYPE_POINTER, G_TYPE_POINTER);
}

static void
pent_painter_init (PentPainter *self)
{
  self->context = g_main_context_ref_thread_default ();
  self->pipeline = pent_pipeline_new ();
  g_mutex_init (&self->lock);
}

PentPainter *
pent_painter_new (void)
{
  return g_object_new (PENT_TYPE_PAINTER, NULL);
}

/**
 * pent_painter_start:
 * @request: what to paint; kept until it is done
 *
 * Begins to paint @request, which must not be called while the painter is
 * busy. What is shown so far stays until the first
 * preview comes.
 */
void
pent_painter_start (PentPainter *self, PentRequest *request)
{
  g_return_if_fail (PENT_IS_PAINTER (self));
  g_return_if_fail (request != NULL);
  g_return_if_fail (self->thread == NULL);

  set_fraction (self, 0);
  set_string (self, &self->message, "", PROP_MESSAGE);
  set_string (self, &self->error, NULL, PROP_ERROR);

  self->cancellable = g_cancellable_new ();
  self->request = pent_request_ref (request);
  PentWork *run = g_new0 (PentWork, 1);
  run->painter = self;
  run->request = pent_request_ref (request);
  run->cancellable = g_object_ref (self->cancellable);
  self->thread = g_thread_new ("painter", work, run);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_BUSY]);
}

/**
 * pent_painter_cancel:
 *
 * Asks the run to stop, if there is one; it has stopped when the painter is no
 * longer busy.
 */
void
pent_painter_cancel (PentPainter *self)
{
  g_return_if_fail (PENT_IS_PAINTER (self));
  g_cancellable_cancel (self->cancellable);
}

/**
 * pent_painter_get_busy:
 *
 * Returns: whether a request is being painted
 */
gboolean
pent_painter_get_busy (PentPainter *self)
{
  g_return_val_if_fail (PENT_IS_PAINTER (self), FALSE);
  return self->thread != NULL;
}

/**
 * pent_painter_get_fraction:
 *
 * Returns: how much of the request is done, 0 to 1
 */
double
pent_painter_get_fraction (PentPainter *self)
{
  g_return_val_if_fail (PENT_IS_PAINTER (self), 0);
  return self->fraction;
}

/**
 * pent_painter_get_message:
 *
 * Returns: (nullable): what is being done, or what was painted last, in words
 */
const char *
pent_painter_get_message (PentPainter *self)
{
  g_return_val_if_fail (PENT_IS_PAINTER (self), NULL);
  return self->message;
}

/**
 * pent_painter_get_error:
 *
 * Returns: (nullable): why the last run failed, one sentence; %NULL if it did
 *   not fail or was cancelled
 */
const char *
pent_painter_get_error (PentPainter *self)
{
  g_return_val_if_fail (PENT_IS_PAINTER (self), NULL);
  return self->error;
}

/**
 * pent_painter_get_preview:
 * @area: (out): what it is to be stretched over, pixels of the result
 *
 * Returns: (nullable) (transfer none): the newest preview of the run; %NULL
 *   when it has ended
 */
PentImage *
pent_painter_get_preview (PentPainter *self, PentRect *area)
{
  g_return_val_if_fail (PENT_IS_PAINTER (self), NULL);
  *area = self->area;
  return self->preview;
}

/**
 * pent_painter_get_request:
 *
 * Returns: (nullable) (transfer none): what is being painted
 */
PentRequest *
pent_painter_get_request (PentPainter *self)
{
  g_return_val_if_fail (PENT_IS_PAINTER (self), NULL);
  return self->request;
}
