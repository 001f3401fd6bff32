/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-queue-row.h"

#include <glib/gi18n.h>

/**
 * PentQueueRow:
 *
 * One job of the queue: what it paints, how far it is, and what can be done
 * with it.
 */
struct _PentQueueRow
{
  GtkListBoxRow parent_instance;

  PentJob *job;

  GtkLabel       *title;
  GtkLabel       *subtitle;
  GtkProgressBar *progress;
  GtkWidget      *up;
  GtkWidget      *down;
  GtkWidget      *retry;
  GtkWidget      *cancel;
};

G_DEFINE_FINAL_TYPE (PentQueueRow, pent_queue_row, GTK_TYPE_LIST_BOX_ROW)

static const char *
describe_task (const PentRequest *request)
{
  if (request->init == NULL)
    return _("A new picture");
  if (request->outpaint[0] + request->outpaint[1] + request->outpaint[2] + request->outpaint[3] > 0)
    return _("Extends a picture");
  return request->mask != NULL ? _("Repaints a part") : _("Paints over a picture");
}

static void
show_subtitle (PentQueueRow *self)
{
  const PentRequest *request = pent_job_get_request (self->job);
  PentJobState state = pent_job_get_state (self->job);
  /* Translators: how many pictures of how many are painted. */
  g_autofree char *done = g_strdup_printf (_("%d of %d"), pent_job_get_n_done (self->job), request->count);
  const char *what = state == PENT_JOB_FAILED ? pent_job_get_error (self->job)
                     : state == PENT_JOB_RUNNING ? pent_job_get_message (self->job)
                     : state == PENT_JOB_OFFERED ? _("Not finished last time") : describe_task (request);
  g_autofree char *text = request->count > 1 ? g_strconcat (what, " · ", done, NULL) : g_strdup (what);

  gtk_label_set_text (self->subtitle, text);
}

static void
changed_cb (PentQueueRow *self)
{
  PentJobState state = pent_job_get_state (self->job);

  gtk_progress_bar_set_fraction (self->progress, pent_job_get_fraction (self->job));
  gtk_widget_set_visible (GTK_WIDGET (self->progress), state == PENT_JOB_RUNNING);
  gtk_widget_set_visible (self->up, state == PENT_JOB_WAITING);
  gtk_widget_set_visible (self->down, state == PENT_JOB_WAITING);
  gtk_widget_set_visible (self->retry, state == PENT_JOB_FAILED || state == PENT_JOB_OFFERED);
  show_subtitle (self);
}

static void
set_targets (PentQueueRow *self)
{
  gint64 id = pent_job_get_id (self->job);

  gtk_actionable_set_action_target (GTK_ACTIONABLE (self->up), "(xi)", id, -1);
  gtk_actionable_set_action_target (GTK_ACTIONABLE (self->down), "(xi)", id, 1);
  gtk_actionable_set_action_target (GTK_ACTIONABLE (self->retry), "x", id);
  gtk_actionable_set_action_target (GTK_ACTIONABLE (self->cancel), "x", id);
}

static void
pent_queue_row_dispose (GObject *object)
{
  g_clear_object (&PENT_QUEUE_ROW (object)->job);

  G_OBJECT_CLASS (pent_queue_row_parent_class)->dispose (object);
}

static void
pent_queue_row_class_init (PentQueueRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = pent_queue_row_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/pentimento/Pentimento/queue-row.ui");
  gtk_widget_class_bind_template_child (widget_class, PentQueueRow, title);
  gtk_widget_class_bind_template_child (widget_class, PentQueueRow, subtitle);
  gtk_widget_class_bind_template_child (widget_class, PentQueueRow, progress);
  gtk_widget_class_bind_template_child (widget_class, PentQueueRow, up);
  gtk_widget_class_bind_template_child (widget_class, PentQueueRow, down);
  gtk_widget_class_bind_template_child (widget_class, PentQueueRow, retry);
  gtk_widget_class_bind_template_child (widget_class, PentQueueRow, cancel);
}

static void
pent_queue_row_init (PentQueueRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

PentQueueRow *
pent_queue_row_new (PentJob *job)
{
  static const char *const signals[] = { "notify::state", "notify::fraction", "notify::message", "notify::n-done" };
  PentQueueRow *self = g_object_new (PENT_TYPE_QUEUE_ROW, NULL);
  const char *prompt = pent_job_get_request (job)->prompt;

  self->job = g_object_ref (job);
  gtk_label_set_text (self->title, *prompt != '\0' ? prompt : _("Without a prompt"));
  set_targets (self);
  for (gsize i = 0; i < G_N_ELEMENTS (signals); i++)
    g_signal_connect_object (job, signals[i], G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  changed_cb (self);
  return self;
}
