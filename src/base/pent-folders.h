/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * PentFolders:
 * @pictures: where finished pictures lie, by date
 * @library: the library's database and its snapshots
 * @state: the queue and drafts
 *
 * The user's own folders, absolute names. Nothing says that they exist.
 */
typedef struct
{
  char *pictures;
  char *library;
  char *state;
} PentFolders;

PentFolders *pent_folders_new  (void);
PentFolders *pent_folders_copy (const PentFolders *self);
void         pent_folders_free (PentFolders *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PentFolders, pent_folders_free)

G_END_DECLS
