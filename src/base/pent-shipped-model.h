/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The models that come with the program, by name: the one that paints where
 * none is asked for, and its sibling that repaints parts. */
#define PENT_STARTER         "starter"
#define PENT_STARTER_INPAINT "starter-inpaint"

extern const char *const pent_shipped_models[];   /* their names, then NULL */

char    *pent_shipped_model_find (const char *model, GError **error);
gboolean pent_shipped_model_is   (const char *model);

G_END_DECLS
