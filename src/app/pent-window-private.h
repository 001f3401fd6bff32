/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-banner.h"
#include "pent-canvas.h"
#include "pent-draft-keeper.h"
#include "pent-library-desk.h"
#include "pent-join-bar.h"
#include "pent-prompt-pane.h"
#include "pent-queue-popover.h"
#include "pent-window.h"

G_BEGIN_DECLS

struct _PentWindow
{
  AdwApplicationWindow parent_instance;

  PentQueue       *queue;
  PentDocument    *document;
  PentDraftKeeper *keeper;      /* NULL without a folder for drafts */
  GSettings       *settings;    /* NULL without a schema */
  char            *draft_folder;
  PentLibraryDesk *desk;        /* of the gallery; NULL as long as nobody needs one */
  GPtrArray       *devices;     /* of PentDeviceInfo; NULL until they are known */
  guint            device_source;
  guint            fold_source;
  gboolean         asked;       /* how to close while something is painted */
  gboolean         in_background;

  PentJob    *running;          /* which is watched, or NULL */
  GHashTable *bases;            /* of jobs: the picture that was on the canvas for them */
  PentImage  *result;           /* the picture that was painted last */
  gint64      run_start;        /* of the steps, microseconds; 0: not yet */
  double      run_fraction;     /* that was done then */
  guint       inhibited;        /* cookie that keeps the machine awake, or 0 */
  PentRequest *opened;          /* the recipe of the picture that came last, or NULL */
  PentImage  *origin_image;     /* what came on the canvas from a file, */
  char       *origin_path;      /* and that file; or NULL */
  gint64      joined;           /* number of the picture whose edit can be joined anew */
  PentJoin    join;             /* how it was joined last */
  gboolean    offered;          /* what was not finished last time */

  AdwWindowTitle  *title;
  GtkWidget       *generate_button;
  GtkWidget       *cancel_button;
  GtkWidget       *keep_button;
  GtkWidget       *queue_button;
  PentQueuePopover *queue_popover;
  GtkLabel        *queue_count;
  PentBanner      *banner;
  PentBanner      *question;
  AdwFlap         *flap;
  AdwFlap         *gallery_flap;
  AdwBin          *gallery_slot;
  GtkWidget       *gallery_button;
  AdwBin          *model_slot;
  PentPromptPane  *prompt_pane;
  AdwToastOverlay *toasts;
  PentCanvas      *canvas;
  GtkRevealer     *progress_revealer;
  GtkWidget       *hint;
  GtkRevealer     *join_revealer;
  PentJoinBar     *join_bar;
  GtkLabel        *progress_label;
  GtkProgressBar  *progress_bar;
  GtkLabel        *brush_label;
  GtkLabel        *size_label;
  GtkLabel        *zoom_label;
  GtkWidget       *copy_button;
  GtkWidget       *mask_button;
  GtkRange        *brush_size;
  GtkRange        *brush_hardness;
  GtkRange        *brush_opacity;
  GtkWidget       *pressure_size;
  GtkWidget       *pressure_opacity;
};

void pent_window_enable (PentWindow *self, const char *action, gboolean enabled);

/* pent-window.c */
gpointer    pent_window_weaken     (PentWindow *self);
PentWindow *pent_window_strengthen (gpointer weak);
void pent_window_leave_background (PentWindow *self);

/* pent-window-run.c */
void     pent_window_init_run    (PentWindow *self);
void     pent_window_end_run     (PentWindow *self);
gboolean pent_window_is_painting (PentWindow *self);

/* pent-window-device.c */
void pent_window_init_device (PentWindow *self);
void pent_window_end_device  (PentWindow *self);

/* pent-window-join.c */
void pent_window_init_join  (PentWindow *self);
void pent_window_offer_join (PentWindow *self, PentEditResult *edit, gint64 picture);
void pent_window_hide_join  (PentWindow *self);

/* pent-window-canvas.c */
void pent_window_init_canvas (PentWindow *self);

/* pent-window-files.c */
void pent_window_init_files  (PentWindow *self);

/* pent-window-transfer.c */
typedef void (*PentTakeImage) (PentWindow *self, PentImage *image);

void        pent_window_init_transfer (PentWindow *self);
void        pent_window_take_mask     (PentWindow *self, PentImage *image);
void        pent_window_take_file     (PentWindow *self, GFile *file, PentTakeImage take_image);
void        pent_window_set_origin    (PentWindow *self, PentImage *image, const char *path);
const char *pent_window_get_origin    (PentWindow *self);

/* pent-window-templates.c */
void pent_window_init_templates (PentWindow *self);

/* pent-window-library.c */
void pent_window_init_library (PentWindow *self);

G_END_DECLS
