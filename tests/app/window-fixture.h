/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "hand.h"
#include "pent-application.h"
#include "pent-canvas.h"
#include "pent-window.h"

/* The real window in a real application on a display of its own, with a
 * pointer and keys that come from the display. */
typedef struct
{
  PentQueue  *queue;
  PentWindow *window;
  PentCanvas *canvas;
} Fixture;

void     fixture_open     (Fixture *self, PentApplication *application, const char *draft_folder);
void     fixture_take     (Fixture *self, GtkApplication *application);
void     fixture_close    (Fixture *self);
gpointer fixture_child    (Fixture *self, const char *name);
gboolean fixture_act      (Fixture *self, const char *action);
gboolean fixture_is_busy  (Fixture *self);
void     fixture_wait     (Fixture *self);
void     fixture_open_picture (Fixture *self, int width, int height);
char    *fixture_get_tool (Fixture *self);
GtkSpinButton *fixture_spin (Fixture *self, const char *name);
void     fixture_few_steps (Fixture *self);
gboolean fixture_shows_error (Fixture *self);
int      fixture_count_stored (void);

/* Pixels of the picture. */
void fixture_move (Fixture *self, double x, double y);
void fixture_press (Fixture *self, double x, double y);
void fixture_drag (Fixture *self, double from_x, double from_y, double to_x, double to_y);
void fixture_click (Fixture *self, double x, double y);
void fixture_type (Fixture *self, const char *letters);
