/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define PENT_TYPE_TOKEN_COUNTER (pent_token_counter_get_type ())
G_DECLARE_FINAL_TYPE (PentTokenCounter, pent_token_counter, PENT, TOKEN_COUNTER, GObject)

PentTokenCounter *pent_token_counter_new       (void);
void              pent_token_counter_set_model (PentTokenCounter *self, const char *path);
gboolean          pent_token_counter_count     (PentTokenCounter *self, const char *prompt, int *n_tokens, int *n_places);

G_END_DECLS
