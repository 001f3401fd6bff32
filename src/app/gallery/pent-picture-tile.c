/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-picture-tile.h"

#include <glib/gi18n.h>

/**
 * PentPictureTile:
 *
 * A small square picture of the library, its star, or why it is not there.
 */
struct _PentPictureTile
{
  GtkWidget parent_instance;

  PentThumbnailer *thumbnailer;
  PentPictureItem *item;      /* NULL: none */
  int              side;      /* pixels, at least */

  GtkWidget  *overlay;
  GtkPicture *picture;
  GtkWidget  *problem;
  GtkWidget  *star;
};

G_DEFINE_FINAL_TYPE (PentPictureTile, pent_picture_tile, GTK_TYPE_WIDGET)

static const char *
describe_problem (PentPictureTile *self)
{
  const PentLibraryPicture *picture = pent_picture_item_get_picture (self->item);

  return picture == NULL || g_file_test (picture->file, G_FILE_TEST_EXISTS) ? _("Cannot be read")
                                                                            : _("The file is missing");
}

static void
item_changed_cb (PentPictureTile *self)
{
  const PentLibraryPicture *picture = pent_picture_item_get_picture (self->item);
  GdkTexture *thumbnail = pent_picture_item_get_thumbnail (self->item);
  gboolean has_problem = pent_picture_item_get_problem (self->item) != NULL && thumbnail == NULL;
  g_autofree char *words = pent_picture_item_describe (self->item);

  gtk_picture_set_paintable (self->picture, GDK_PAINTABLE (thumbnail));
  gtk_widget_set_visible (self->problem, has_problem);
  if (has_problem)
    gtk_label_set_label (GTK_LABEL (self->problem), describe_problem (self));
  gtk_widget_set_visible (self->star, picture != NULL && picture->favourite);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, words, -1);
  /* The cell takes the focus. */
  GtkWidget *cell = gtk_widget_get_parent (GTK_WIDGET (self));
  if (cell != NULL)
    gtk_accessible_update_property (GTK_ACCESSIBLE (cell), GTK_ACCESSIBLE_PROPERTY_LABEL, words, -1);
}

/* Words that are set beforehand make GTK ask the display for the pointer, for
 * every tile that scrolls by. */
static gboolean
pent_picture_tile_query_tooltip (GtkWidget *widget, int x, int y, gboolean by_keyboard, GtkTooltip *tooltip)
{
  PentPictureTile *self = PENT_PICTURE_TILE (widget);

  if (self->item == NULL)
    return FALSE;
  const char *problem = pent_picture_item_get_problem (self->item);
  g_autofree char *words = pent_picture_item_describe (self->item);
  g_autofree char *text = problem != NULL ? g_strconcat (words, "\n\n", problem, NULL) : g_strdup (words);
  gtk_tooltip_set_text (tooltip, text);
  return TRUE;
}

static void
forget_item (PentPictureTile *self)
{
  if (self->item == NULL)
    return;
  g_signal_handlers_disconnect_by_func (self->item, item_changed_cb, self);
  pent_thumbnailer_unwant (self->thumbnailer, self->item);
  g_clear_object (&self->item);
}

/* A square, whatever width the grid gives. */
static void
pent_picture_tile_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural,
                           int *minimum_baseline, int *natural_baseline)
{
  PentPictureTile *self = PENT_PICTURE_TILE (widget);

  *minimum = *natural = orientation == GTK_ORIENTATION_VERTICAL ? MAX (for_size, self->side) : self->side;
  *minimum_baseline = *natural_baseline = -1;
}

static GtkSizeRequestMode
pent_picture_tile_get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void
pent_picture_tile_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  PentPictureTile *self = PENT_PICTURE_TILE (widget);

  pent_thumbnailer_set_side (self->thumbnailer, width * gtk_widget_get_scale_factor (widget));
  gtk_widget_allocate (self->overlay, width, height, baseline, NULL);
}

static void
pent_picture_tile_dispose (GObject *object)
{
  PentPictureTile *self = PENT_PICTURE_TILE (object);

  forget_item (self);
  g_clear_object (&self->thumbnailer);
  g_clear_pointer (&self->overlay, gtk_widget_unparent);
  G_OBJECT_CLASS (pent_picture_tile_parent_class)->dispose (object);
}

static void
pent_picture_tile_class_init (PentPictureTileClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = pent_picture_tile_dispose;
  widget_class->measure = pent_picture_tile_measure;
  widget_class->get_request_mode = pent_picture_tile_get_request_mode;
  widget_class->size_allocate = pent_picture_tile_size_allocate;
  widget_class->query_tooltip = pent_picture_tile_query_tooltip;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/pentimento/Pentimento/gallery/picture-tile.ui");
  gtk_widget_class_bind_template_child (widget_class, PentPictureTile, overlay);
  gtk_widget_class_bind_template_child (widget_class, PentPictureTile, picture);
  gtk_widget_class_bind_template_child (widget_class, PentPictureTile, problem);
  gtk_widget_class_bind_template_child (widget_class, PentPictureTile, star);
}

static void
pent_picture_tile_init (PentPictureTile *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_widget_set_has_tooltip (GTK_WIDGET (self), TRUE);
}

/**
 * pent_picture_tile_new:
 * @thumbnailer: makes its picture, as large as the tile: for tiles of one size
 * @side: pixels it has at least
 *
 * Returns: (transfer floating): a tile without a picture
 */
GtkWidget *
pent_picture_tile_new (PentThumbnailer *thumbnailer, int side)
{
  PentPictureTile *self = g_object_new (PENT_TYPE_PICTURE_TILE, NULL);

  self->thumbnailer = g_object_ref (thumbnailer);
  self->side = side;
  return GTK_WIDGET (self);
}

/**
 * pent_picture_tile_set_item:
 * @item: (nullable): what it shows from now on
 */
void
pent_picture_tile_set_item (PentPictureTile *self, PentPictureItem *item)
{
  g_return_if_fail (PENT_IS_PICTURE_TILE (self));
  if (self->item == item)
    return;
  forget_item (self);
  if (item == NULL)
    return;
  self->item = g_object_ref (item);
  g_signal_connect_object (item, "changed", G_CALLBACK (item_changed_cb), self, G_CONNECT_SWAPPED);
  pent_thumbnailer_want (self->thumbnailer, item);
  item_changed_cb (self);
}

PentPictureItem *
pent_picture_tile_get_item (PentPictureTile *self)
{
  return self->item;
}
