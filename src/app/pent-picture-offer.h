/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gdk/gdk.h>

#include "pent-image.h"

G_BEGIN_DECLS

#define PENT_TYPE_PICTURE_OFFER (pent_picture_offer_get_type ())
G_DECLARE_FINAL_TYPE (PentPictureOffer, pent_picture_offer, PENT, PICTURE_OFFER, GdkContentProvider)

GdkContentProvider *pent_picture_offer_new (PentImage *image, const char *origin, const char *folder);

G_END_DECLS
