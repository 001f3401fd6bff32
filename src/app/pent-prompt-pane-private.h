/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-banner.h"
#include "pent-prompt-pane.h"
#include "pent-token-counter.h"

G_BEGIN_DECLS

struct _PentPromptPane
{
  AdwBin parent_instance;

  PentDocument *document;
  gboolean      restoring;     /* the controls follow the document */
  const char   *last_edit;     /* which control changed last */
  gint64        last_time;     /* and when */
  guint         merge;         /* number of the edit that goes on */
  char         *model;         /* path; "": the starter model */
  char         *template_name; /* "NAME@VERSION" that was used last, or "" */
  char         *template_text; /* and its text */
  char         *warning;       /* about what is written, that was told last; or NULL */
  PentTokenCounter *counter;
  GPtrArray    *figures;       /* how long pictures took so far; NULL: not known */
  int           native_side;   /* the model's, pixels; 0: not known */

  PentBanner *banner;
  GtkWidget *prompt;
  GtkWidget *prompt_count;
  GtkWidget *negative;
  GtkWidget *negative_count;
  GtkWidget *width;
  GtkWidget *height;
  GtkWidget *count_row;
  GtkWidget *count;
  GtkWidget *seed;
  GtkWidget *seed_locked;
  GtkWidget *edit_group;
  GtkWidget *from_picture;
  GtkWidget *strength;
  GtkWidget *fill;
  GtkWidget *region;
  GtkWidget *grow;
  GtkWidget *feather;
  GtkWidget *extend_group;
  GtkWidget *margin_left;
  GtkWidget *margin_top;
  GtkWidget *margin_right;
  GtkWidget *margin_bottom;
  GtkWidget *steps;
  GtkWidget *cfg;
  GtkWidget *sampler;
  GtkWidget *schedule;
};

GVariant *pent_prompt_pane_read_settings (PentPromptPane *self);

G_END_DECLS
