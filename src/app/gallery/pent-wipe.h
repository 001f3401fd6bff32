/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define PENT_TYPE_WIPE (pent_wipe_get_type ())
G_DECLARE_FINAL_TYPE (PentWipe, pent_wipe, PENT, WIPE, GtkWidget)

GtkWidget *pent_wipe_new          (void);
void       pent_wipe_set_pictures (PentWipe *self, GdkPaintable *first, GdkPaintable *second);
double     pent_wipe_get_position (PentWipe *self);
void       pent_wipe_set_position (PentWipe *self, double position);

G_END_DECLS
