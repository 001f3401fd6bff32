/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include <glib/gi18n.h>

#include "pent-folders.h"
#include "pent-image-scale.h"
#include "pent-incoming.h"
#include "pent-picture-offer.h"
#include "pent-window-private.h"

/* Pictures and masks that come from outside and go there: files, the
 * clipboard, what is dragged and dropped. */

/* The longer side of what the pointer drags, pixels. */
#define DRAG_ICON 96

/* --- what comes --- */

/**
 * pent_window_take_mask:
 * @image: becomes the mask, white for what is repainted
 */
void
pent_window_take_mask (PentWindow *self, PentImage *image)
{
  g_autoptr (GError) error = NULL;

  if (pent_document_get_picture (self->document) == NULL)
    return;
  g_autoptr (PentTileMask) mask = pent_tile_mask_from_image (image, pent_document_get_width (self->document),
                                                             pent_document_get_height (self->document), &error);
  if (mask == NULL)
    pent_window_show_error (self, error->message);
  else
    pent_document_set_mask (self->document, mask);
}

static void
offer (PentWindow *self, const char *title, const char *label, const char *action)
{
  AdwToast *toast = adw_toast_new (title);

  adw_toast_set_button_label (toast, label);
  adw_toast_set_action_name (toast, action);
  adw_toast_overlay_add_toast (self->toasts, toast);
}

/* What else can be done with a picture that came on the canvas. */
static void
offer_more (PentWindow *self, PentIncoming *incoming, gboolean over_another)
{
  g_clear_pointer (&self->opened, pent_request_unref);
  self->opened = g_steal_pointer (&incoming->request);
  if (self->opened != NULL)
    offer (self, _("This picture knows how it was painted"), _("_Use Its Recipe"), "win.use-opened");
  else if (over_another)
    offer (self, _("Picture opened"), _("Use as _Mask Instead"), "win.opened-to-mask");
}

/* What becomes of a picture that is on its way. */
typedef struct
{
  gpointer      window;   /* of pent_window_weaken() */
  GdkDrop      *drop;     /* to be finished, or NULL */
  PentTakeImage take;
} Arrival;

static Arrival *
arrival_new (PentWindow *self, PentTakeImage take, GdkDrop *drop)
{
  Arrival *arrival = g_new (Arrival, 1);

  *arrival = (Arrival) { .window = pent_window_weaken (self), .take = take };
  if (drop != NULL)
    arrival->drop = g_object_ref (drop);
  return arrival;
}

static void
take (PentWindow *self, PentIncoming *incoming, PentTakeImage take_image)
{
  gboolean over_another = pent_document_get_picture (self->document) != NULL;

  take_image (self, incoming->image);
  if (take_image != pent_window_open_image)
    return;
  pent_window_set_origin (self, incoming->image, incoming->path);
  offer_more (self, incoming, over_another);
}

static void
arrived_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autofree Arrival *arrival = data;
  g_autoptr (PentWindow) self = pent_window_strengthen (arrival->window);
  g_autoptr (GdkDrop) drop = arrival->drop;
  g_autoptr (GError) error = NULL;
  g_autoptr (PentIncoming) incoming = pent_incoming_finish (result, &error);

  if (drop != NULL)
    gdk_drop_finish (drop, incoming != NULL ? GDK_ACTION_COPY : 0);
  if (self == NULL || self->document == NULL)
    return;
  if (incoming != NULL)
    take (self, incoming, arrival->take);
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    pent_window_show_toast (self, error->message);
  else
    {
      pent_window_show_error (self, error->message);
      pent_banner_add_answer (self->banner, _("_Open Another…"),
                              arrival->take == pent_window_take_mask ? "win.mask-load" : "win.open");
    }
}

/**
 * pent_window_take_file:
 * @take_image: what is done with the picture in it
 */
void
pent_window_take_file (PentWindow *self, GFile *file, PentTakeImage take_image)
{
  pent_incoming_read_file (file, arrived_cb, arrival_new (self, take_image, NULL));
}

void
pent_window_open_file (PentWindow *self, GFile *file)
{
  g_return_if_fail (PENT_IS_WINDOW (self));
  pent_window_take_file (self, file, pent_window_open_image);
}

static void
paste (PentWindow *self, PentTakeImage take_image)
{
  pent_incoming_read_clipboard (gtk_widget_get_clipboard (GTK_WIDGET (self)), arrived_cb,
                                arrival_new (self, take_image, NULL));
}

static void
paste_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  paste (data, pent_window_open_image);
}

static void
mask_paste_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  paste (data, pent_window_take_mask);
}

static void
use_opened_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  PentWindow *self = data;

  if (self->opened != NULL)
    pent_window_use_request (self, self->opened, PENT_USE_PROMPT | PENT_USE_SEED | PENT_USE_SETTINGS);
}

/* The picture before comes back, and this one lies over it. */
static void
opened_to_mask_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  PentWindow *self = data;
  PentImage *picture = pent_document_get_picture (self->document);

  if (picture == NULL || pent_document_get_undo (self->document) != PENT_EDIT_PICTURE)
    return;
  g_autoptr (PentImage) image = pent_image_ref (picture);
  pent_document_undo (self->document);
  pent_window_take_mask (self, image);
}

static gboolean
dropped_cb (GtkDropTargetAsync *target, GdkDrop *drop, double x, double y, PentWindow *self)
{
  pent_incoming_read_drop (drop, arrived_cb, arrival_new (self, pent_window_open_image, drop));
  return TRUE;
}

static gboolean
mask_dropped_cb (GtkDropTargetAsync *target, GdkDrop *drop, double x, double y, PentWindow *self)
{
  if (pent_document_get_picture (self->document) == NULL)
    return FALSE;
  pent_incoming_read_drop (drop, arrived_cb, arrival_new (self, pent_window_take_mask, drop));
  return TRUE;
}

static void
take_drops (PentWindow *self, GtkWidget *widget, GCallback callback)
{
  GtkDropTargetAsync *target = gtk_drop_target_async_new (pent_incoming_get_formats (), GDK_ACTION_COPY);

  g_signal_connect (target, "drop", callback, self);
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (target));
}

/* --- what goes --- */

/**
 * pent_window_set_origin:
 * @image: what came on the canvas
 * @path: (nullable): the file it is from, which has its recipe
 */
void
pent_window_set_origin (PentWindow *self, PentImage *image, const char *path)
{
  g_clear_pointer (&self->origin_image, pent_image_unref);
  g_free (self->origin_path);
  self->origin_image = pent_image_ref (image);
  self->origin_path = g_strdup (path);
}

/**
 * pent_window_get_origin:
 *
 * Returns: (nullable): the file that the picture on the canvas is from
 */
const char *
pent_window_get_origin (PentWindow *self)
{
  PentImage *picture = pent_document_get_picture (self->document);

  return picture != NULL && picture == self->origin_image ? self->origin_path : NULL;
}

static GdkContentProvider *
make_offer (PentWindow *self, gboolean with_file)
{
  g_autoptr (PentFolders) folders = pent_folders_new ();
  g_autofree char *folder = g_build_filename (folders->state, "dragged", NULL);

  return pent_picture_offer_new (pent_document_get_picture (self->document), pent_window_get_origin (self),
                                 with_file ? folder : NULL);
}

static void
copy_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  PentWindow *self = data;
  g_autoptr (GdkContentProvider) provider = make_offer (self, FALSE);

  gdk_clipboard_set_content (gtk_widget_get_clipboard (GTK_WIDGET (self)), provider);
  pent_window_show_toast (self, _("Picture copied"));
}

static GdkPaintable *
make_icon (PentImage *picture)
{
  double scale = MIN (1, (double) DRAG_ICON / MAX (picture->width, picture->height));
  g_autoptr (PentImage) rgb = pent_image_to_rgb8 (picture, NULL);
  g_autoptr (PentImage) small = rgb != NULL ? pent_image_scale (rgb, MAX (1, picture->width * scale),
                                                                MAX (1, picture->height * scale), NULL) : NULL;
  if (small == NULL)
    return NULL;
  g_autoptr (GBytes) bytes = g_bytes_new (small->pixels, small->stride * small->height);
  return GDK_PAINTABLE (gdk_memory_texture_new (small->width, small->height, GDK_MEMORY_R8G8B8, bytes, small->stride));
}

static GdkContentProvider *
drag_prepare_cb (GtkDragSource *source, double x, double y, PentWindow *self)
{
  PentImage *picture = pent_document_get_picture (self->document);

  if (picture == NULL)
    return NULL;
  g_autoptr (GdkPaintable) icon = make_icon (picture);
  if (icon != NULL)
    gtk_drag_source_set_icon (source, icon, 0, 0);
  return make_offer (self, TRUE);
}

static void
give_drags (PentWindow *self, GtkWidget *widget)
{
  GtkDragSource *source = gtk_drag_source_new ();

  g_signal_connect (source, "prepare", G_CALLBACK (drag_prepare_cb), self);
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (source));
}

void
pent_window_init_transfer (PentWindow *self)
{
  const GActionEntry actions[] = {
    { .name = "copy", .activate = copy_action },
    { .name = "paste", .activate = paste_action },
    { .name = "use-opened", .activate = use_opened_action },
    { .name = "opened-to-mask", .activate = opened_to_mask_action },
    { .name = "mask-paste", .activate = mask_paste_action },
  };

  g_action_map_add_action_entries (G_ACTION_MAP (self), actions, G_N_ELEMENTS (actions), self);
  take_drops (self, GTK_WIDGET (self), G_CALLBACK (dropped_cb));
  take_drops (self, self->mask_button, G_CALLBACK (mask_dropped_cb));
  give_drags (self, self->copy_button);
}
