/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-cli-options.h"
#include "pent-request.h"

G_BEGIN_DECLS

gboolean pent_cli_template_apply (PentRequest *request, PentCliArguments *arguments, GError **error);

G_END_DECLS
