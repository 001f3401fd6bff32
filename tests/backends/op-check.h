/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-backend.h"

G_BEGIN_DECLS

void op_check_add_tests (PentBackend *backend, PentDtype operand);

G_END_DECLS
