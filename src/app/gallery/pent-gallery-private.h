/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-compare-window.h"
#include "pent-gallery.h"
#include "pent-recipe-view.h"
#include "pent-thumbnailer.h"

G_BEGIN_DECLS

struct _PentGallery
{
  AdwBin parent_instance;

  PentLibraryDesk    *desk;
  PentThumbnailer    *thumbnailer;
  PentPictureList    *list;
  GtkMultiSelection  *selection;
  GSimpleActionGroup *actions;
  PentPictureItem    *shown;        /* the one that is selected; NULL: none or several */
  GtkWidget          *menu;
  gint64              wanted;       /* number of a picture to select when it is listed; 0: none */
  gboolean            can_paint;

  GHashTable         *deleted;      /* numbers of those that can still be brought back */
  guint               n_trashing;

  GCancellable       *rerun;        /* NULL: nothing is run again */
  double              fraction;     /* of it */
  PentCompareWindow  *comparison;   /* of its result, not yet shown; NULL: none */

  GtkEditable     *search;
  GtkToggleButton *favourites;
  GtkStack        *stack;
  GtkGridView     *grid;
  AdwStatusPage   *error_page;
  GtkLabel        *count;
  GtkRevealer     *details;
  GtkRevealer     *rerun_revealer;
  GtkLabel        *rerun_label;
  GtkProgressBar  *rerun_progress;
  GtkButton       *rerun_button;
  PentRecipeView  *recipe;
};

GArray *pent_gallery_get_selected (PentGallery *self);
void    pent_gallery_enable       (PentGallery *self, const char *action, gboolean enabled);
void    pent_gallery_fail         (PentGallery *self, const char *message);
void    pent_gallery_toast        (PentGallery *self, AdwToast *toast);
void    pent_gallery_say          (PentGallery *self, const char *message);
GdkContentProvider *pent_gallery_offer_files (GSList *files);

/* Pictures of these numbers, as the library knows them, and then @then with
 * them; those that are gone by then are left out. */
typedef void (*PentGalleryThen) (PentGallery *self, GPtrArray *pictures, gpointer data);
void    pent_gallery_fetch        (PentGallery *self, GArray *ids, PentGalleryThen then, gpointer data);

/* pent-gallery-actions.c */
void pent_gallery_init_actions   (PentGallery *self);
void pent_gallery_update_actions (PentGallery *self);

/* pent-gallery-mark.c */
typedef gboolean (*PentMarkSetter) (PentLibrary *library, gint64 id, gboolean mark, GError **error);
void pent_gallery_mark      (PentGallery *self, GArray *ids, PentMarkSetter set, gboolean mark,
                             GAsyncReadyCallback callback, gpointer data);
void pent_gallery_marked_cb (GObject *source, GAsyncResult *result, gpointer data);

/* pent-gallery-delete.c */
void pent_gallery_delete      (PentGallery *self, GArray *ids);
void pent_gallery_undo_delete (PentGallery *self, GVariant *ids);

/* pent-gallery-export.c */
void pent_gallery_export       (PentGallery *self, GArray *ids);
void pent_gallery_export_files (PentGallery *self, GPtrArray *files, const char *target, gboolean is_folder,
                                const char *format, gboolean with_recipe);

/* pent-gallery-compare.c */
void pent_gallery_compare     (PentGallery *self, GArray *ids);
void pent_gallery_run_again   (PentGallery *self, const PentLibraryPicture *picture);
void pent_gallery_clear_rerun (PentGallery *self);
void pent_gallery_rerun_clicked (PentGallery *self);

G_END_DECLS
