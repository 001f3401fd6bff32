/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "pent-folders.h"
#include "pent-image.h"
#include "pent-recipe.h"
#include "pent-template.h"

G_BEGIN_DECLS

/**
 * PentLibrary:
 *
 * The pictures that were painted: ordinary files in folders by date, and a
 * database that finds them. For one thread at a time; each thread opens its
 * own, and so does each program: all see the same pictures.
 */
typedef struct _PentLibrary PentLibrary;

typedef enum
{
  PENT_LIBRARY_WRITE,   /* fails where the library cannot be changed */
  PENT_LIBRARY_READ,    /* takes a read-only library as well */
} PentLibraryMode;

PentLibrary *pent_library_open  (const PentFolders *folders, PentLibraryMode mode, GError **error);
void         pent_library_close (PentLibrary *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PentLibrary, pent_library_close)

/* Seconds; PENT_UNSET where not known. wait: in the queue. */
typedef struct
{
  double wait;
  double load;
  double text;
  double steps;
  double decode;
  double total;
} PentTimings;

/**
 * PentLibraryPicture:
 * @id: its number in this library; never given twice
 * @file: absolute
 * @created: milliseconds since 1970, UTC
 * @width: pixels
 * @height: pixels
 * @hash: of its pixels, see pent_image_hash()
 * @origin: (nullable): whose recipe it is, "pentimento", "a1111", ...
 * @recipe: (nullable): how it was made
 * @recipe_hash: (nullable): SHA-256 of the recipe
 * @parent: number of the picture that it was painted from; 0: none is known
 * @favourite: the user's mark
 * @deleted: when it was deleted; 0: it was not
 * @timings: how long it took
 *
 * A picture as the library knows it.
 */
typedef struct
{
  gint64      id;
  char       *file;
  gint64      created;
  int         width;
  int         height;
  char       *hash;
  char       *origin;
  PentRecipe *recipe;
  char       *recipe_hash;
  gint64      parent;
  gboolean    favourite;
  gint64      deleted;
  PentTimings timings;
} PentLibraryPicture;

void pent_library_picture_free (PentLibraryPicture *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PentLibraryPicture, pent_library_picture_free)

/**
 * PentLibraryEntry:
 * @image: the picture
 * @recipe: how it was made
 * @source: (nullable): the picture that it was painted from, see pent_originals_keep()
 * @mask: (nullable): likewise
 * @file: (nullable): where it goes; %NULL: in the folder by date
 * @model_path: (nullable): where its model lies
 * @vae_path: (nullable): likewise
 * @timings: how long it took
 *
 * What is to be stored.
 */
typedef struct
{
  PentImage        *image;
  const PentRecipe *recipe;
  PentImage        *source;
  PentImage        *mask;
  const char       *file;
  const char       *model_path;
  const char       *vae_path;
  PentTimings       timings;
} PentLibraryEntry;

gboolean            pent_library_check_pictures (const PentFolders *folders, GError **error);
PentLibraryPicture *pent_library_store          (PentLibrary *self, const PentLibraryEntry *entry, GError **error);

/**
 * PentLibraryQuery:
 * @search: (nullable): words that prompt, negative prompt or model's name hold
 * @favourites: only these
 * @deleted: only deleted pictures, in place of those that are not
 * @parent: only pictures that were painted from this one; 0: all
 * @since: only pictures made then or later, milliseconds since 1970; 0: all
 * @until: only pictures made before then; 0: all
 * @offset: how many to leave out
 * @limit: the most there may be; -1: all
 *
 * Which pictures, newest first.
 */
typedef struct
{
  const char *search;
  gboolean    favourites;
  gboolean    deleted;
  gint64      parent;
  gint64      since;
  gint64      until;
  gint64      offset;
  gint64      limit;
} PentLibraryQuery;

typedef gboolean (*PentLibraryVisit) (gpointer data, const PentLibraryPicture *picture, GError **error);

gboolean            pent_library_each        (PentLibrary *self, const PentLibraryQuery *query, PentLibraryVisit visit,
                                              gpointer data, GError **error);
GArray             *pent_library_list_ids    (PentLibrary *self, const PentLibraryQuery *query, GError **error);
gboolean            pent_library_get_state   (PentLibrary *self, gint64 *state, GError **error);
PentLibraryPicture *pent_library_get         (PentLibrary *self, gint64 id, GError **error);
PentLibraryPicture *pent_library_find_file   (PentLibrary *self, const char *file, GError **error);
PentLibraryPicture *pent_library_find_hash   (PentLibrary *self, const char *hash, GError **error);
PentLibraryPicture *pent_library_find_recipe (PentLibrary *self, const PentRecipe *recipe, GError **error);
GPtrArray          *pent_library_find_models (PentLibrary *self, const char *hash, GError **error);
PentImage          *pent_library_find_original (PentLibrary *self, const char *picture, const char *hash,
                                                GError **error);

gboolean pent_library_set_favourite (PentLibrary *self, gint64 id, gboolean favourite, GError **error);
gboolean pent_library_set_deleted   (PentLibrary *self, gint64 id, gboolean deleted, GError **error);
gboolean pent_library_forget        (PentLibrary *self, gint64 id, GError **error);
gboolean pent_library_purge         (PentLibrary *self, gint64 before, gint64 *n_purged, GError **error);
gboolean pent_library_import        (PentLibrary *self, const char *file, gboolean *is_new, GError **error);
gboolean pent_library_maintain      (PentLibrary *self, GError **error);

/**
 * PentRebuildReport:
 * @anew: the database was made anew; else it was put right
 * @kept: (nullable): where the damaged database is kept
 * @n_pictures: that the library has now
 * @n_added: that it did not know before, or had lost
 * @n_moved: whose file had another name
 * @n_missing: whose file is not there
 * @skipped: (element-type utf8): sentences on files that are no pictures
 */
typedef struct
{
  gboolean   anew;
  char      *kept;
  gint64     n_pictures;
  gint64     n_added;
  gint64     n_moved;
  gint64     n_missing;
  GPtrArray *skipped;
} PentRebuildReport;

void     pent_rebuild_report_clear (PentRebuildReport *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PentRebuildReport, pent_rebuild_report_clear)
gboolean pent_library_rebuild      (const PentFolders *folders, PentRebuildReport *report, GCancellable *cancellable,
                                    GError **error);

gboolean      pent_library_add_template   (PentLibrary *self, const char *name, const char *text, gint64 *version,
                                           GError **error);
PentTemplate *pent_library_get_template   (PentLibrary *self, const char *name, gint64 version, GError **error);
GPtrArray    *pent_library_list_templates (PentLibrary *self, GError **error);
GPtrArray    *pent_library_list_template_versions (PentLibrary *self, GError **error);
gboolean      pent_library_rename_template (PentLibrary *self, const char *name, const char *new_name, GError **error);
gboolean      pent_library_remove_template (PentLibrary *self, const char *name, GError **error);
gboolean      pent_library_restore_templates (PentLibrary *self, GPtrArray *templates, GError **error);

/**
 * PentLibraryFigures:
 * @n_pictures: painted by one model on one device at one size
 * @wait: P50, P90, P99 of the seconds in the queue
 * @total: likewise of the whole time
 */
typedef struct
{
  char  *model;
  char  *device;
  int    width;
  int    height;
  gint64 n_pictures;
  double wait[3];
  double total[3];
} PentLibraryFigures;

void       pent_library_figures_free (PentLibraryFigures *self);
GPtrArray *pent_library_get_figures  (PentLibrary *self, GError **error);

G_END_DECLS
