/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gdk/gdk.h>

#include "pent-image.h"
#include "pent-request.h"

G_BEGIN_DECLS

/**
 * PentIncoming:
 * @image: the picture
 * @request: (nullable): how it was painted, where it knows that, whatever
 *   program painted it
 * @path: (nullable): of the file it was read from
 *
 * A picture that comes from outside.
 */
typedef struct
{
  PentImage   *image;
  PentRequest *request;
  char        *path;
} PentIncoming;

void pent_incoming_free (PentIncoming *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PentIncoming, pent_incoming_free)

GdkContentFormats *pent_incoming_get_formats (void);

void          pent_incoming_read_file      (GFile *file, GAsyncReadyCallback callback, gpointer data);
void          pent_incoming_read_clipboard (GdkClipboard *clipboard, GAsyncReadyCallback callback, gpointer data);
void          pent_incoming_read_drop      (GdkDrop *drop, GAsyncReadyCallback callback, gpointer data);
PentIncoming *pent_incoming_finish         (GAsyncResult *result, GError **error);

G_END_DECLS
