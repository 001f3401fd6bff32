/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What --device and --precision may be. */
gboolean    pent_cli_check_device   (const char *device, GError **error);
const char *pent_cli_precision_word (int index);

G_END_DECLS
