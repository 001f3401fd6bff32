/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "pent-library.h"

G_BEGIN_DECLS

#define PENT_TYPE_PICTURE_ITEM (pent_picture_item_get_type ())
G_DECLARE_FINAL_TYPE (PentPictureItem, pent_picture_item, PENT, PICTURE_ITEM, GObject)

PentPictureItem *pent_picture_item_new (gint64 id);

gint64                    pent_picture_item_get_id        (PentPictureItem *self);
const PentLibraryPicture *pent_picture_item_get_picture   (PentPictureItem *self);
GdkTexture               *pent_picture_item_get_thumbnail (PentPictureItem *self);
const char               *pent_picture_item_get_problem   (PentPictureItem *self);

void pent_picture_item_take_picture  (PentPictureItem *self, PentLibraryPicture *picture);
void pent_picture_item_set_thumbnail (PentPictureItem *self, GdkTexture *thumbnail);
void pent_picture_item_set_problem   (PentPictureItem *self, const char *problem);

char *pent_picture_item_describe (PentPictureItem *self);

G_END_DECLS
