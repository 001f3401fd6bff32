/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * PentCliSignals:
 *
 * Waits in a thread of its own for Ctrl-C (SIGINT), SIGTERM and SIGHUP. The
 * first cancels; a second ends the program at once, and so does a whole second
 * without an answer to the first, which would break a promise. Both spare a
 * file that is being published.
 */
typedef struct _PentCliSignals PentCliSignals;

PentCliSignals *pent_cli_signals_start (GCancellable *cancellable);

void pent_cli_signals_hold    (PentCliSignals *self);
void pent_cli_signals_release (PentCliSignals *self);

G_END_DECLS
