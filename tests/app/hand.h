/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

/* A pointer and keys that come from the display, as a user's do, and waiting
 * for what comes of them. */
void hand_show   (GtkWindow *window);
void hand_look_away (GtkWindow *window);
void hand_settle (void);
void hand_rest   (void);
void hand_wait_for_frame (GtkWidget *widget);
void hand_wait_still (GtkWidget *widget);
void hand_glide  (GtkWidget *widget, double x, double y);
void hand_move   (GtkWidget *widget, double x, double y);
void hand_press  (GtkWidget *widget, double x, double y);
void hand_release (void);
void hand_click  (GtkWidget *widget, double x, double y, GdkModifierType modifiers);
void hand_click_widget (GtkWidget *widget);
void hand_carry  (GtkWidget *from, GtkWidget *to);
void hand_drag   (GtkWidget *widget, double from_x, double from_y, double to_x, double to_y);
void hand_key    (guint key, GdkModifierType modifiers);
void hand_type   (const char *text);

/* Until @condition holds; the test's time limit ends it otherwise. */
#define hand_wait(condition)                  \
  G_STMT_START {                              \
    while (!(condition))                      \
      g_main_context_iteration (NULL, TRUE);  \
  } G_STMT_END
