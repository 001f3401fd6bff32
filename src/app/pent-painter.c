/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-painter.h"

#include <glib/gi18n.h>

#include "pent-error.h"
#include "pent-pipeline.h"

/* What the worker has to tell; what is NULL or 0 stays as it was. Newer words
 * replace older ones that the main thread has not read yet, so a slow window
 * skips previews and never lags. */
typedef struct
{
  double      fraction;
  char       *message;
  GdkTexture *texture;
  char       *error;
  gboolean    done;
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

  double      fraction;
  char       *message;
  char       *error;
  GdkTexture *texture;
};

enum
{
  PROP_BUSY = 1,
  PROP_FRACTION,
  PROP_MESSAGE,
  PROP_ERROR,
  PROP_TEXTURE,
  N_PROPS,
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (PentPainter, pent_painter, G_TYPE_OBJECT)

/* One run, the worker's own. */
typedef struct
{
  PentPainter  *painter;      /* outlives the worker, which it joins */
  PentRequest  *request;
  GCancellable *cancellable;
  char         *summary;      /* of the newest finished picture */
} PentWork;

static void
clear_news (PentNews *news)
{
  g_clear_pointer (&news->message, g_free);
  g_clear_pointer (&news->error, g_free);
  g_clear_object (&news->texture);
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
set_texture (PentPainter *self, GdkTexture *texture)
{
  if (g_set_object (&self->texture, texture))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TEXTURE]);
}

static void
finish (PentPainter *self)
{
  g_thread_join (g_steal_pointer (&self->thread));
  g_clear_object (&self->cancellable);
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
  if (news.texture != NULL)
    set_texture (self, news.texture);
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
  if (news.texture == NULL)
    news.texture = g_steal_pointer (&self->news.texture);
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

/* NULL where there is no memory for the copy: a preview is not worth an error. */
static GdkTexture *
texture_from_image (PentImage *image)
{
  PentImage *rgb = pent_image_to_rgb8 (image, NULL);
  if (rgb == NULL)
    return NULL;
  g_autoptr (GBytes) bytes = g_bytes_new_with_free_func (rgb->pixels, rgb->stride * rgb->height,
                                                         (GDestroyNotify) pent_image_unref, rgb);
  return gdk_memory_texture_new (rgb->width, rgb->height, GDK_MEMORY_R8G8B8, bytes, rgb->stride);
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

static void
progressed_cb (gpointer data, const PentProgress *progress)
{
  PentWork *run = data;
  PentNews news = { .fraction = progress->fraction, .message = describe_stage (progress) };
  if (progress->preview != NULL)
    news.texture = texture_from_image (progress->preview);
  tell (run->painter, news);
}

static gboolean
painted_cb (gpointer data, const PentPicture *picture, const PentRunInfo *info, GError **error)
{
  PentWork *run = data;
  const PentImage *image = picture->image;
  g_autoptr (GdkTexture) texture = texture_from_image (picture->image);
  if (texture == NULL)
    {
      g_set_error (error, PENT_ERROR, PENT_ERROR_MEMORY,
                   "There is no memory left to show a picture of %d by %d pixels: ask for a smaller one.",
                   image->width, image->height);
      return FALSE;
    }

  g_autofree char *seed = g_strdup_printf ("%" G_GINT64_FORMAT, picture->seed);
  g_free (run->summary);
  /* Translators: the model's name, width, height, the seed, how long it took. */
  run->summary = g_strdup_printf (_("%s, %d × %d, seed %s, %.1f seconds"), info->model_name,
                                  image->width, image->height, seed, info->seconds_total);
  tell (run->painter, (PentNews) { .texture = g_steal_pointer (&texture) });
  return TRUE;
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
    case PROP_TEXTURE:
      g_value_set_object (value, self->texture);
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
  g_clear_object (&self->texture);
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
  properties[PROP_TEXTURE] = g_param_spec_object ("texture", NULL, NULL, GDK_TYPE_TEXTURE, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
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
 * busy. The picture shown so far stays until the first preview comes.
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
 * pent_painter_get_texture:
 *
 * Returns: (nullable) (transfer none): the newest preview, a pixel for each
 *   latent cell, or the finished picture
 */
GdkTexture *
pent_painter_get_texture (PentPainter *self)
{
  g_return_val_if_fail (PENT_IS_PAINTER (self), NULL);
  return self->texture;
}
