/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-library.h"

G_BEGIN_DECLS

#define PENT_TYPE_LIBRARY_DESK (pent_library_desk_get_type ())
G_DECLARE_FINAL_TYPE (PentLibraryDesk, pent_library_desk, PENT, LIBRARY_DESK, GObject)

/* In the desk's thread. Returns the result; NULL is one as well, unless there
 * is an error. */
typedef gpointer (*PentDeskWork) (PentLibrary *library, gpointer data, GCancellable *cancellable, GError **error);

/**
 * PentDeskOrder:
 * @work: what is done with the library
 * @data: for @work
 * @free_data: (nullable): frees @data
 * @free_result: (nullable): frees a result that nobody fetches
 */
typedef struct
{
  PentDeskWork   work;
  gpointer       data;
  GDestroyNotify free_data;
  GDestroyNotify free_result;
} PentDeskOrder;

PentLibraryDesk *pent_library_desk_new    (const PentFolders *folders);
void             pent_library_desk_ask    (PentLibraryDesk     *self,
                                           const PentDeskOrder *order,
                                           GObject             *source,
                                           GCancellable        *cancellable,
                                           GAsyncReadyCallback  callback,
                                           gpointer             user_data);
gpointer         pent_library_desk_finish (GAsyncResult *result, GError **error);
void             pent_library_desk_look   (PentLibraryDesk *self);
void             pent_library_desk_watch  (PentLibraryDesk *self, guint milliseconds);

G_END_DECLS
