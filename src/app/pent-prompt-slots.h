/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

void     pent_prompt_slots_attach (GtkTextView *view);
gboolean pent_prompt_slots_select (GtkTextView *view, gboolean forward);

G_END_DECLS
