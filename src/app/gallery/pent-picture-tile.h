/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "pent-thumbnailer.h"

G_BEGIN_DECLS

#define PENT_TYPE_PICTURE_TILE (pent_picture_tile_get_type ())
G_DECLARE_FINAL_TYPE (PentPictureTile, pent_picture_tile, PENT, PICTURE_TILE, GtkWidget)

GtkWidget       *pent_picture_tile_new      (PentThumbnailer *thumbnailer, int side);
void             pent_picture_tile_set_item (PentPictureTile *self, PentPictureItem *item);
PentPictureItem *pent_picture_tile_get_item (PentPictureTile *self);

G_END_DECLS
