/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-picture-item.h"

G_BEGIN_DECLS

#define PENT_TYPE_THUMBNAILER (pent_thumbnailer_get_type ())
G_DECLARE_FINAL_TYPE (PentThumbnailer, pent_thumbnailer, PENT, THUMBNAILER, GObject)

PentThumbnailer *pent_thumbnailer_new      (int side);
void             pent_thumbnailer_set_side (PentThumbnailer *self, int side);
void             pent_thumbnailer_want     (PentThumbnailer *self, PentPictureItem *item);
void             pent_thumbnailer_unwant   (PentThumbnailer *self, PentPictureItem *item);

GdkTexture *pent_texture_from_image (PentImage *image);

G_END_DECLS
