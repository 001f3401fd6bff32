/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-join-bar.h"

#include "pent-errand.h"
#include "pent-request.h"

/**
 * PentJoinBar:
 *
 * What can still be chosen of an edit when the model has done its work: how far
 * it grows, how soft its edge is, and how its colours are matched. The edit is
 * joined anew in another thread, the newest choice wins.
 */
struct _PentJoinBar
{
  AdwBin parent_instance;

  GtkRange *grow;
  GtkRange *feather;
  GtkRange *match;

  PentEditResult *edit;       /* NULL: none; not changed while it is joined */
  gboolean        setting;    /* the controls follow the edit */
  gboolean        joining;
  gboolean        changed;    /* since the joining began */
};

enum
{
  JOINED,
  FAILED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (PentJoinBar, pent_join_bar, ADW_TYPE_BIN)

typedef struct
{
  PentEditResult *edit;     /* a copy that shares everything */
  PentJoin        join;
} Work;

static void
work_free (gpointer data)
{
  Work *work = data;

  pent_edit_result_free (work->edit);
  g_free (work);
}

static void
join_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Work *work = data;
  GError *error = NULL;
  PentImage *image = pent_edit_result_join (work->edit, &work->join, &error);

  if (image != NULL)
    g_task_return_pointer (task, image, (GDestroyNotify) pent_image_unref);
  else
    g_task_return_error (task, error);
}

static void start_joining (PentJoinBar *self);

static void
joined_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  PentJoinBar *self = PENT_JOIN_BAR (object);
  Work *work = g_task_get_task_data (G_TASK (result));
  g_autoptr (GError) error = NULL;
  g_autoptr (PentImage) image = g_task_propagate_pointer (G_TASK (result), &error);
  gboolean same_edit = self->edit != NULL && work->edit->base == self->edit->base;

  self->joining = FALSE;
  if (image == NULL)
    g_signal_emit (self, signals[FAILED], 0, error->message);
  else if (same_edit)
    g_signal_emit (self, signals[JOINED], 0, image, &work->join);
  if (self->changed && self->edit != NULL)
    start_joining (self);
}

static void
start_joining (PentJoinBar *self)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, joined_cb, NULL);
  Work *work = g_new (Work, 1);

  self->joining = TRUE;
  self->changed = FALSE;
  work->edit = pent_edit_result_copy (self->edit);
  work->join = (PentJoin) { gtk_range_get_value (self->grow), gtk_range_get_value (self->feather),
                            gtk_range_get_value (self->match) };
  g_task_set_task_data (task, work, work_free);
  pent_errand_run (task, join_in_thread);
}

static void
changed_cb (PentJoinBar *self)
{
  if (self->setting || self->edit == NULL)
    return;
  self->changed = TRUE;
  if (!self->joining)
    start_joining (self);
}

static void
pent_join_bar_dispose (GObject *object)
{
  g_clear_pointer (&PENT_JOIN_BAR (object)->edit, pent_edit_result_free);

  G_OBJECT_CLASS (pent_join_bar_parent_class)->dispose (object);
}

static void
pent_join_bar_class_init (PentJoinBarClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = pent_join_bar_dispose;
  /* A PentImage, and the PentJoin that it was joined by. */
  signals[JOINED] = g_signal_new ("joined", PENT_TYPE_JOIN_BAR, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 2, G_TYPE_POINTER, G_TYPE_POINTER);
  /* Why it could not be joined, one sentence. */
  signals[FAILED] = g_signal_new ("failed", PENT_TYPE_JOIN_BAR, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 1, G_TYPE_STRING);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/pentimento/Pentimento/join-bar.ui");
  gtk_widget_class_bind_template_child (widget_class, PentJoinBar, grow);
  gtk_widget_class_bind_template_child (widget_class, PentJoinBar, feather);
  gtk_widget_class_bind_template_child (widget_class, PentJoinBar, match);
  gtk_widget_class_bind_template_callback (widget_class, changed_cb);
}

static void
pent_join_bar_init (PentJoinBar *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/* The slope of the first layer that was painted under a mask. */
static int
find_feather (const PentEditResult *edit)
{
  if (edit->join.feather != PENT_UNSET)
    return edit->join.feather;
  for (guint i = 0; i < edit->layers->len; i++)
    if (((PentEditLayer *) edit->layers->pdata[i])->kind == PENT_LAYER_EDIT)
      return ((PentEditLayer *) edit->layers->pdata[i])->blend;
  return 0;
}

/**
 * pent_join_bar_set_edit:
 * @edit: (nullable) (transfer full): what was painted; %NULL: nothing can be
 *   chosen
 */
void
pent_join_bar_set_edit (PentJoinBar *self, PentEditResult *edit)
{
  g_return_if_fail (PENT_IS_JOIN_BAR (self));
  g_clear_pointer (&self->edit, pent_edit_result_free);
  self->edit = edit;
  self->changed = FALSE;
  if (edit == NULL)
    return;
  self->setting = TRUE;
  gtk_range_set_value (self->grow, edit->join.grow);
  gtk_range_set_value (self->feather, find_feather (edit));
  gtk_range_set_value (self->match, edit->join.match);
  self->setting = FALSE;
}
