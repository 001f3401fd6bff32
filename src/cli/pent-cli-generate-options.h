/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-cli-options.h"

G_BEGIN_DECLS

const PentCliOption *pent_cli_generate_options (gsize *n_options);

G_END_DECLS
