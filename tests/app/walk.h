/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

/* What a window is like for who has no pointer, and for who does not see it. */

guint walk_count    (GtkWindow *window);
void  walk_by_tab   (GtkWindow *window, guint least);
void  walk_by_names (GtkWidget *widget);
