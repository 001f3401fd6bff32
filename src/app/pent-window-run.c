/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include <glib/gi18n.h>

#include "pent-errand.h"
#include "pent-folders.h"
#include "pent-library.h"
#include "pent-rerun.h"
#include "pent-window-private.h"

/* What the window has painted: requests go into the queue, previews and
 * pictures come from it onto the canvas. */

/* Steps before the time that is left can be told. */
#define STEPS_TO_JUDGE 2

static PentJob *
find_job (PentWindow *self, gint64 id)
{
  GListModel *model = G_LIST_MODEL (self->queue);

  for (guint i = 0; i < g_list_model_get_n_items (model); i++)
    {
      g_autoptr (PentJob) job = g_list_model_get_item (model, i);
      if (pent_job_get_id (job) == id)
        return job;
    }
  return NULL;
}

static int
count_jobs (PentWindow *self, PentJobState state)
{
  GListModel *model = G_LIST_MODEL (self->queue);
  int n = 0;

  for (guint i = 0; i < g_list_model_get_n_items (model); i++)
    {
      g_autoptr (PentJob) job = g_list_model_get_item (model, i);
      n += pent_job_get_state (job) == state;
    }
  return n;
}

/**
 * pent_window_is_painting:
 *
 * Returns: whether anything is painted or waits for it
 */
gboolean
pent_window_is_painting (PentWindow *self)
{
  g_return_val_if_fail (PENT_IS_WINDOW (self), FALSE);
  return count_jobs (self, PENT_JOB_RUNNING) + count_jobs (self, PENT_JOB_WAITING) > 0;
}

/* A result goes on the canvas where that still holds what it was painted for,
 * or what was painted last. Else someone works on something else there. */
static gboolean
belongs_on_canvas (PentWindow *self, PentJob *job)
{
  PentImage *now = pent_document_get_picture (self->document);

  return now == g_hash_table_lookup (self->bases, job) || (now != NULL && now == self->result);
}

/* Where @area of the result of @request lies on the canvas: it begins where the
 * result's margins do, the canvas where its picture does. */
static PentRect
place_on_canvas (PentWindow *self, const PentRequest *request, PentRect area)
{
  int width = pent_document_get_width (self->document), height = pent_document_get_height (self->document);
  gboolean extended = request->init != NULL
                      && width == request->init->width + request->outpaint[PENT_SIDE_LEFT] + request->outpaint[PENT_SIDE_RIGHT]
                      && height == request->init->height + request->outpaint[PENT_SIDE_TOP] + request->outpaint[PENT_SIDE_BOTTOM];

  if (!extended)
    {
      area.x -= request->outpaint[PENT_SIDE_LEFT];
      area.y -= request->outpaint[PENT_SIDE_TOP];
    }
  return area;
}

/* A new picture of another size is shown over the whole page. */
static PentRect
place_new (PentWindow *self, PentImage *preview)
{
  double width = pent_document_get_width (self->document), height = pent_document_get_height (self->document);
  double scale = MIN (width / preview->width, height / preview->height);
  PentRect area = { .width = preview->width * scale, .height = preview->height * scale };

  area.x = (width - area.width) / 2;
  area.y = (height - area.height) / 2;
  return area;
}

static void
previewed_cb (PentJob *job, PentWindow *self)
{
  PentRequest *request = pent_job_get_request (job);
  PentRect area;
  PentImage *preview = pent_job_get_preview (job, &area);

  if (preview == NULL || !belongs_on_canvas (self, job))
    {
      pent_document_set_preview (self->document, NULL, NULL);
      return;
    }
  PentRect whole = place_on_canvas (self, request, (PentRect) { 0 });
  pent_document_set_backdrop (self->document, pent_job_get_canvas (job), whole.x, whole.y);
  area = request->init != NULL ? place_on_canvas (self, request, area) : place_new (self, preview);
  pent_document_set_preview (self->document, preview, &area);
}

static void
show_elsewhere (PentWindow *self, const PentLibraryPicture *picture)
{
  AdwToast *toast = adw_toast_new (_("A picture is painted"));

  if (picture != NULL)
    {
      adw_toast_set_button_label (toast, _("_Show"));
      adw_toast_set_action_name (toast, "win.open-library-picture");
      adw_toast_set_action_target_value (toast, g_variant_new_int64 (picture->id));
    }
  adw_toast_overlay_add_toast (self->toasts, toast);
}

static void
painted_cb (PentJob *job, const PentLibraryPicture *picture, PentImage *image, PentWindow *self)
{
  PentRequest *request = pent_job_get_request (job);

  if (self->desk != NULL)
    pent_library_desk_look (self->desk);
  if (image == NULL)
    return;
  if (!belongs_on_canvas (self, job))
    {
      show_elsewhere (self, picture);
      return;
    }
  PentRect place = place_on_canvas (self, request, (PentRect) { 0 });
  g_clear_pointer (&self->result, pent_image_unref);
  self->result = pent_image_ref (image);
  pent_document_take_result (self->document, image, -place.x, -place.y);
  if (picture != NULL)
    pent_window_set_origin (self, image, picture->file);
  pent_canvas_rest_mask (self->canvas);
  PentEditResult *edit = pent_job_take_edit (job);
  if (edit != NULL && picture != NULL)
    pent_window_offer_join (self, edit, picture->id);
}

static char *
describe_time (double seconds)
{
  if (seconds < 90)
    return g_strdup_printf (g_dngettext (NULL, "%d second left", "%d seconds left", (gulong) seconds),
                            MAX (1, (int) seconds));
  return g_strdup_printf (g_dngettext (NULL, "%d minute left", "%d minutes left", (gulong) (seconds / 60 + 0.5)),
                          (int) (seconds / 60 + 0.5));
}

/* From how long it took since the first step. */
static double
estimate (PentWindow *self, PentJob *job)
{
  PentProgress progress;
  double fraction = pent_job_get_fraction (job);

  if (!pent_job_get_progress (job, &progress) || progress.stage != PENT_STAGE_STEP)
    return -1;
  if (self->run_start == 0)
    {
      self->run_start = g_get_monotonic_time ();
      self->run_fraction = fraction;
    }
  double seconds = (g_get_monotonic_time () - self->run_start) / (double) G_USEC_PER_SEC;
  if (progress.step < STEPS_TO_JUDGE || fraction <= self->run_fraction)
    return -1;
  return seconds * (1 - fraction) / (fraction - self->run_fraction);
}

static void
progressed_cb (PentWindow *self)
{
  double seconds = estimate (self, self->running);
  g_autofree char *time = seconds >= 1 ? describe_time (seconds) : NULL;
  const char *message = pent_queue_get_paused (self->queue) ? _("Paused") : pent_job_get_message (self->running);
  PentRequest *request = pent_job_get_request (self->running);
  /* Translators: which of several pictures is being painted. */
  g_autofree char *which = request->count > 1
    ? g_strdup_printf (_("Picture %d of %d"), pent_job_get_n_done (self->running) + 1, request->count) : NULL;
  g_autoptr (GPtrArray) parts = g_ptr_array_new ();

  if (which != NULL)
    g_ptr_array_add (parts, which);
  g_ptr_array_add (parts, (gpointer) message);
  if (time != NULL)
    g_ptr_array_add (parts, time);
  g_ptr_array_add (parts, NULL);
  g_autofree char *text = g_strjoinv (" · ", (char **) parts->pdata);
  gtk_label_set_text (self->progress_label, text);
  gtk_progress_bar_set_fraction (self->progress_bar, pent_job_get_fraction (self->running));
}

static void
notify_user (PentWindow *self, const char *title, const char *body)
{
  GtkApplication *application = gtk_window_get_application (GTK_WINDOW (self));
  g_autoptr (GNotification) notification = g_notification_new (title);

  if (application == NULL || gtk_window_is_active (GTK_WINDOW (self)))
    return;
  if (body != NULL)
    g_notification_set_body (notification, body);
  g_notification_set_default_action (notification, "app.show");
  g_application_send_notification (G_APPLICATION (application), "painted", notification);
}

static void
figures_free (gpointer figures)
{
  g_ptr_array_unref (figures);
}

static void
read_figures_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  g_autoptr (PentFolders) folders = pent_folders_new ();
  g_autoptr (PentLibrary) library = pent_library_open (folders, PENT_LIBRARY_READ, NULL);

  g_task_return_pointer (task, library != NULL ? pent_library_get_figures (library, NULL) : NULL, figures_free);
}

static void
figures_read_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (PentWindow) self = pent_window_strengthen (data);
  GPtrArray *figures = g_task_propagate_pointer (G_TASK (result), NULL);

  if (figures != NULL && self != NULL && self->document != NULL)
    pent_prompt_pane_set_figures (self->prompt_pane, figures);
  else if (figures != NULL)
    g_ptr_array_unref (figures);
}

/* How long pictures took: for what is told before many are painted. */
static void
read_figures (PentWindow *self)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, figures_read_cb, pent_window_weaken (self));

  pent_errand_run (task, read_figures_in_thread);
}

static void
job_failed (PentWindow *self, PentJob *job)
{
  g_autofree char *retry = g_strdup_printf ("win.retry(int64 %" G_GINT64_FORMAT ")", pent_job_get_id (job));

  pent_banner_show (self->banner, pent_job_get_error (job));
  pent_banner_add_answer (self->banner, _("_Try Again"), retry);
  notify_user (self, _("The picture could not be painted"), pent_job_get_error (job));
}

static void
state_changed_cb (PentJob *job, GParamSpec *pspec, PentWindow *self)
{
  PentJobState state = pent_job_get_state (job);

  if (state == PENT_JOB_RUNNING || state == PENT_JOB_WAITING)
    return;
  if (state == PENT_JOB_FAILED)
    job_failed (self, job);
  else if (state == PENT_JOB_DONE)
    {
      notify_user (self, _("The picture is painted"), pent_job_get_request (job)->prompt);
      read_figures (self);
    }
  g_hash_table_remove (self->bases, job);
}

static void
adopt (PentWindow *self, PentJob *job, PentImage *base)
{
  g_hash_table_insert (self->bases, g_object_ref (job), base != NULL ? pent_image_ref (base) : NULL);
  g_signal_connect_object (job, "painted", G_CALLBACK (painted_cb), self, 0);
  g_signal_connect_object (job, "notify::state", G_CALLBACK (state_changed_cb), self, 0);
}

/* What a job of an earlier start was to be painted on may be on the canvas
 * again. */
static PentImage *
find_base (PentWindow *self, const PentRequest *request)
{
  PentImage *now = pent_document_get_picture (self->document);

  if (request->init == NULL || now == NULL)
    return request->init == NULL ? now : request->init;
  PentComparison comparison = pent_images_compare (now, request->init);
  return comparison.same_size && comparison.n_different == 0 ? now : request->init;
}

static void
unwatch (PentWindow *self)
{
  g_signal_handlers_disconnect_by_func (self->running, previewed_cb, self);
  g_signal_handlers_disconnect_by_func (self->running, progressed_cb, self);
  g_clear_object (&self->running);
}

static void
watch (PentWindow *self, PentJob *job)
{
  if (self->running == job)
    return;
  if (self->running != NULL)
    unwatch (self);
  self->run_start = 0;
  pent_document_set_preview (self->document, NULL, NULL);
  if (job == NULL)
    return;
  self->running = g_object_ref (job);
  pent_window_hide_join (self);
  if (!g_hash_table_contains (self->bases, job))
    adopt (self, job, find_base (self, pent_job_get_request (job)));
  g_signal_connect (job, "previewed", G_CALLBACK (previewed_cb), self);
  g_signal_connect_swapped (job, "notify::fraction", G_CALLBACK (progressed_cb), self);
  g_signal_connect_swapped (job, "notify::message", G_CALLBACK (progressed_cb), self);
  progressed_cb (self);
  previewed_cb (job, self);
}

/* While it paints, the machine stays awake. */
static void
inhibit (PentWindow *self, gboolean busy)
{
  GtkApplication *application = gtk_window_get_application (GTK_WINDOW (self));

  if (application == NULL)
    return;
  if (busy && self->inhibited == 0)
    self->inhibited = gtk_application_inhibit (application, GTK_WINDOW (self), GTK_APPLICATION_INHIBIT_SUSPEND,
                                               _("A picture is being painted"));
  else if (!busy && self->inhibited != 0)
    {
      gtk_application_uninhibit (application, self->inhibited);
      self->inhibited = 0;
    }
}

/* Not while it rests. */
static gboolean
is_at_work (PentWindow *self)
{
  return pent_window_is_painting (self) && !pent_queue_get_paused (self->queue);
}

static void
show_offered (PentWindow *self)
{
  int n = count_jobs (self, PENT_JOB_OFFERED);

  if (n == 0 || self->offered)
    return;
  g_autofree char *message =
    g_strdup_printf (g_dngettext (NULL, "%d picture was not finished when Pentimento ended.",
                                  "%d pictures were not finished when Pentimento ended.", n), n);
  self->offered = TRUE;
  pent_banner_show (self->question, message);
  pent_banner_add_answer (self->question, _("_Discard"), "win.discard-offered");
  pent_banner_add_answer (self->question, _("_Paint"), "win.paint-offered");
}

static void
show_busy (PentWindow *self)
{
  gboolean running = self->running != NULL;
  gboolean had_focus = gtk_widget_has_focus (self->cancel_button) || gtk_widget_has_focus (self->keep_button);

  pent_window_enable (self, "cancel", running);
  pent_window_enable (self, "keep", running);
  pent_window_enable (self, "cancel-all", pent_window_is_painting (self));
  gtk_widget_set_visible (self->cancel_button, running);
  gtk_widget_set_visible (self->keep_button, running);
  gtk_revealer_set_reveal_child (self->progress_revealer, running);
  if (had_focus && !running)
    gtk_widget_grab_focus (self->generate_button);
}

static void
queue_changed_cb (PentWindow *self)
{
  int n = g_list_model_get_n_items (G_LIST_MODEL (self->queue));
  g_autofree char *count = g_strdup_printf ("%d", n);

  watch (self, pent_queue_get_running (self->queue));
  show_busy (self);
  show_offered (self);
  inhibit (self, is_at_work (self));
  gtk_label_set_text (self->queue_count, count);
  gtk_widget_set_visible (GTK_WIDGET (self->queue_count), n > 0);
  if (self->in_background && !pent_window_is_painting (self))
    pent_window_leave_background (self);
}

static void
trouble_cb (PentWindow *self)
{
  const char *trouble = pent_queue_get_trouble (self->queue);

  if (trouble != NULL)
    pent_window_show_error (self, trouble);
}

static void
paused_cb (PentWindow *self)
{
  GAction *action = g_action_map_lookup_action (G_ACTION_MAP (self), "pause");

  g_simple_action_set_state (G_SIMPLE_ACTION (action), g_variant_new_boolean (pent_queue_get_paused (self->queue)));
  inhibit (self, is_at_work (self));
  if (self->running != NULL)
    progressed_cb (self);
}

/**
 * pent_window_submit:
 * @request: is painted for this window
 */
void
pent_window_submit (PentWindow *self, PentRequest *request)
{
  g_return_if_fail (PENT_IS_WINDOW (self));
  pent_window_hide_join (self);
  g_autoptr (PentJob) job = pent_queue_submit (self->queue, request, PENT_LANE_INTERACTIVE);
  if (!g_hash_table_contains (self->bases, job))
    adopt (self, job, pent_document_get_picture (self->document));
}

static void
generate_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  PentWindow *self = data;
  g_autoptr (PentRequest) request = pent_prompt_pane_make_request (self->prompt_pane);

  pent_banner_hide (self->banner);
  if (request == NULL)
    {
      adw_flap_set_reveal_flap (self->flap, TRUE);
      return;
    }
  if (self->settings != NULL)
    {
      g_free (request->device);
      request->device = g_settings_get_string (self->settings, "device");
    }
  pent_window_submit (self, request);
}

static void
cancel_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  PentWindow *self = data;

  if (self->running != NULL)
    pent_queue_cancel (self->queue, self->running);
}

static void
keep_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  PentWindow *self = data;

  if (self->running != NULL)
    pent_queue_keep (self->queue, self->running);
}

static void
cancel_job_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  PentWindow *self = data;
  PentJob *job = find_job (self, g_variant_get_int64 (parameter));

  if (job != NULL)
    pent_queue_cancel (self->queue, job);
}

static void
cancel_all_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  pent_queue_cancel_all (((PentWindow *) data)->queue);
}

static void
retry_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  PentWindow *self = data;
  PentJob *job = find_job (self, g_variant_get_int64 (parameter));

  pent_banner_hide (self->banner);
  if (job != NULL)
    pent_queue_retry (self->queue, job);
}

/* Its place among those that wait, and by how much it moves. */
static void
move_job_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  PentWindow *self = data;
  GListModel *model = G_LIST_MODEL (self->queue);
  gint64 id;
  int by, place = 0;

  g_variant_get (parameter, "(xi)", &id, &by);
  PentJob *job = find_job (self, id);
  if (job == NULL)
    return;
  for (guint i = 0; i < g_list_model_get_n_items (model); i++)
    {
      g_autoptr (PentJob) other = g_list_model_get_item (model, i);
      if (other == job)
        break;
      place += pent_job_get_state (other) == PENT_JOB_WAITING && pent_job_get_lane (other) == pent_job_get_lane (job);
    }
  pent_queue_move (self->queue, job, MAX (0, place + by));
}

static void
pause_action (GSimpleAction *action, GVariant *state, gpointer data)
{
  pent_queue_set_paused (((PentWindow *) data)->queue, g_variant_get_boolean (state));
}

static GPtrArray *
list_offered (PentWindow *self)
{
  GPtrArray *jobs = g_ptr_array_new_with_free_func (g_object_unref);
  GListModel *model = G_LIST_MODEL (self->queue);

  for (guint i = 0; i < g_list_model_get_n_items (model); i++)
    {
      g_autoptr (PentJob) job = g_list_model_get_item (model, i);
      if (pent_job_get_state (job) == PENT_JOB_OFFERED)
        g_ptr_array_add (jobs, g_steal_pointer (&job));
    }
  return jobs;
}

static void
paint_offered_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  PentWindow *self = data;
  g_autoptr (GPtrArray) jobs = list_offered (self);

  pent_banner_hide (self->question);
  for (guint i = 0; i < jobs->len; i++)
    pent_queue_retry (self->queue, jobs->pdata[i]);
}

static void
discard_offered_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  PentWindow *self = data;
  g_autoptr (GPtrArray) jobs = list_offered (self);

  pent_banner_hide (self->question);
  for (guint i = 0; i < jobs->len; i++)
    pent_queue_cancel (self->queue, jobs->pdata[i]);
}

static void
image_unref_if (gpointer image)
{
  if (image != NULL)
    pent_image_unref (image);
}

void
pent_window_init_run (PentWindow *self)
{
  const GActionEntry actions[] = {
    { .name = "generate", .activate = generate_action },
    { .name = "cancel", .activate = cancel_action },
    { .name = "keep", .activate = keep_action },
    { .name = "cancel-job", .parameter_type = "x", .activate = cancel_job_action },
    { .name = "cancel-all", .activate = cancel_all_action },
    { .name = "retry", .parameter_type = "x", .activate = retry_action },
    { .name = "move-job", .parameter_type = "(xi)", .activate = move_job_action },
    { .name = "pause", .state = "false", .change_state = pause_action },
    { .name = "paint-offered", .activate = paint_offered_action },
    { .name = "discard-offered", .activate = discard_offered_action },
  };

  self->bases = g_hash_table_new_full (NULL, NULL, g_object_unref, image_unref_if);
  g_action_map_add_action_entries (G_ACTION_MAP (self), actions, G_N_ELEMENTS (actions), self);
  pent_queue_popover_set_queue (self->queue_popover, self->queue);
  g_signal_connect_object (self->queue, "items-changed", G_CALLBACK (queue_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->queue, "notify::running", G_CALLBACK (queue_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->queue, "notify::trouble", G_CALLBACK (trouble_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->queue, "notify::paused", G_CALLBACK (paused_cb), self, G_CONNECT_SWAPPED);
  queue_changed_cb (self);
  read_figures (self);
}

/* Nothing tells this window any more. */
void
pent_window_end_run (PentWindow *self)
{
  if (self->running != NULL)
    unwatch (self);
  if (self->queue_popover != NULL)
    pent_queue_popover_set_queue (self->queue_popover, NULL);
  g_clear_pointer (&self->bases, g_hash_table_unref);
  g_clear_pointer (&self->result, pent_image_unref);
  inhibit (self, FALSE);
}
