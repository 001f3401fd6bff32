/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-database.h"

G_BEGIN_DECLS

const PentSchema *pent_library_schema (void);

G_END_DECLS
