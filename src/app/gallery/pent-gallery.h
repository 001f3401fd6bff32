/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "pent-library-desk.h"
#include "pent-picture-list.h"

G_BEGIN_DECLS

#define PENT_TYPE_GALLERY (pent_gallery_get_type ())
G_DECLARE_FINAL_TYPE (PentGallery, pent_gallery, PENT, GALLERY, AdwBin)

GtkWidget       *pent_gallery_new             (void);
void             pent_gallery_set_desk        (PentGallery *self, PentLibraryDesk *desk);
void             pent_gallery_set_can_paint   (PentGallery *self, gboolean can_paint);
PentPictureList *pent_gallery_get_list        (PentGallery *self);
void             pent_gallery_select          (PentGallery *self, gint64 id);
void             pent_gallery_focus_search    (PentGallery *self);
void             pent_gallery_finish_deleting (PentGallery *self);

G_END_DECLS
