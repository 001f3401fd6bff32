/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-request.h"

G_BEGIN_DECLS

char        *pent_request_to_text   (const PentRequest *self);
PentRequest *pent_request_from_text (const char *text, PentImage *init, PentImage *mask, GError **error);

G_END_DECLS
