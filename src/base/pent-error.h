/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * PentError:
 * @PENT_ERROR_USAGE: an option or a value the user gave is wrong
 * @PENT_ERROR_FILE: a file, a folder or a model is at fault
 * @PENT_ERROR_MEMORY: the work does not fit in memory
 * @PENT_ERROR_DEVICE: the compute device is absent, failed or was lost
 * @PENT_ERROR_CANCELLED: the user stopped the work
 *
 * Every fallible call reports one of these, with one sentence as its message
 * that names the file or option, what is wrong with it and what to do.
 */
typedef enum
{
  PENT_ERROR_USAGE,
  PENT_ERROR_FILE,
  PENT_ERROR_MEMORY,
  PENT_ERROR_DEVICE,
  PENT_ERROR_CANCELLED,
} PentError;

#define PENT_ERROR (pent_error_quark ())
GQuark pent_error_quark (void);

int      pent_error_exit_status     (const GError *error);
gboolean pent_error_check_cancelled (GCancellable *cancellable, GError **error);

G_END_DECLS
