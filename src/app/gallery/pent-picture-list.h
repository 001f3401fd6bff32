/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "pent-library-desk.h"
#include "pent-picture-item.h"

G_BEGIN_DECLS

#define PENT_TYPE_PICTURE_LIST (pent_picture_list_get_type ())
G_DECLARE_FINAL_TYPE (PentPictureList, pent_picture_list, PENT, PICTURE_LIST, GObject)

PentPictureList *pent_picture_list_new            (PentLibraryDesk *desk);
void             pent_picture_list_set_search     (PentPictureList *self, const char *search);
void             pent_picture_list_set_favourites (PentPictureList *self, gboolean favourites);
gboolean         pent_picture_list_get_loading    (PentPictureList *self);
const char      *pent_picture_list_get_error      (PentPictureList *self);
gint64           pent_picture_list_get_id         (PentPictureList *self, guint position);
gboolean         pent_picture_list_find           (PentPictureList *self, gint64 id, guint *position);

G_END_DECLS
