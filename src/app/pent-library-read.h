/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "pent-request.h"

G_BEGIN_DECLS

/* What is wanted of a picture of the library. */
typedef enum
{
  PENT_WANT_IMAGE,
  PENT_WANT_WORDS,      /* its recipe, without what it was painted from */
  PENT_WANT_REQUEST,    /* all that paints it again */
} PentWant;

/**
 * PentLibraryRead:
 * @image: (nullable): the picture
 * @request: (nullable): how it was painted
 * @file: (nullable): of the picture, where @image was read
 */
typedef struct
{
  PentImage   *image;
  PentRequest *request;
  char        *file;
} PentLibraryRead;

void pent_library_read_free (PentLibraryRead *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PentLibraryRead, pent_library_read_free)

void             pent_library_read_async  (gint64 id, PentWant want, GCancellable *cancellable,
                                           GAsyncReadyCallback callback, gpointer data);
PentLibraryRead *pent_library_read_finish (GAsyncResult *result, GError **error);

G_END_DECLS
