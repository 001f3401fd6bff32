/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-error.h"

#include <gio/gio.h>

G_DEFINE_QUARK (pent-error-quark, pent_error)

/**
 * pent_error_exit_status:
 * @error: (nullable): what went wrong, or %NULL
 *
 * Returns: the exit status the command line promises for @error: 0 for none,
 *   2 usage, 3 a file or model, 4 memory, 5 the device, 130 cancelled. Errors
 *   of other domains come from files, save cancellation.
 */
int
pent_error_exit_status (const GError *error)
{
  if (error == NULL)
    return 0;
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return 130;
  if (error->domain != PENT_ERROR)
    return 3;

  switch ((PentError) error->code)
    {
    case PENT_ERROR_USAGE:
      return 2;
    case PENT_ERROR_FILE:
      return 3;
    case PENT_ERROR_MEMORY:
      return 4;
    case PENT_ERROR_DEVICE:
      return 5;
    case PENT_ERROR_CANCELLED:
      return 130;
    default:
      g_assert_not_reached ();
    }
}

/**
 * pent_error_check_cancelled:
 * @cancellable: (nullable):
 *
 * Returns: whether the work may go on; else %FALSE with %PENT_ERROR_CANCELLED
 */
gboolean
pent_error_check_cancelled (GCancellable *cancellable, GError **error)
{
  if (!g_cancellable_is_cancelled (cancellable))
    return TRUE;
  g_set_error_literal (error, PENT_ERROR, PENT_ERROR_CANCELLED, "The work was cancelled");
  return FALSE;
}
