/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "pent-edit-result.h"
#include "pent-rect.h"
#include "pent-request.h"

G_BEGIN_DECLS

typedef enum
{
  PENT_STAGE_LOAD,     /* reading the model, preparing the device */
  PENT_STAGE_TEXT,     /* encoding the prompts */
  PENT_STAGE_ENCODE,   /* the picture to repaint becomes a latent */
  PENT_STAGE_STEP,     /* denoising */
  PENT_STAGE_DECODE,   /* the latent becomes a picture */
} PentStage;

typedef struct
{
  PentStage  stage;
  int        picture;      /* index in the batch, 0 first */
  int        n_pictures;
  int        step;         /* steps of this picture that are done, over all its passes */
  int        n_steps;      /* steps of this picture that will be run */
  double     fraction;     /* of the whole request, 0 to 1, never falling */
  PentRect   area;         /* what is being painted, in pixels of the result; all of it unless a region is edited */
  PentImage *preview;      /* the prediction after this step of what area will look like, to be stretched over it:
                            * joined to the picture through the mask and at the result's size in an edit, else a
                            * pixel for each latent cell, or with the model's own preview decoder at full size; NULL
                            * if not asked for */
  PentImage *canvas;       /* the result so far, with what earlier passes have painted: what preview lies on; changes
                            * after the callback; NULL where there is no source */
} PentProgress;

/* What was resolved and measured; valid from the first picture on. */
typedef struct
{
  const char *model_path;
  const char *model_name;     /* without folder and suffix */
  const char *vae_name;       /* of --vae, or NULL */
  const char *family;         /* "Stable Diffusion 1", or with its variant */
  const char *prediction;     /* "epsilon", "v" */
  const char *sampler;
  const char *schedule;       /* never "automatic" */
  const char *spacing;
  const char *rng;
  int         width, height;  /* of the pictures */
  int         steps_run;      /* of one pass: fewer than steps in image-to-image */
  int         stopped_after;  /* of the newest picture: the step whose prediction it is; PENT_UNSET: it is finished */
  double      strength;       /* resolved */
  gboolean    fitted;         /* the source came to another size */
  double      hires_strength; /* resolved, or PENT_UNSET */
  int         tile;           /* side of the tiles a whole picture was repainted in, or PENT_UNSET */
  int         n_passes;       /* more than one in a large extension, and two with hires */
  PentRect    region;         /* what the first pass computes, in pixels of the result padded to whole cells */
  int         run_width, run_height; /* the size the region is computed at */
  int         grow, feather, blend; /* of the first pass; 0 without a mask */
  double      match;          /* of colours, resolved */
  const char *device;         /* "cpu", "vulkan:0" */
  const char *device_description;
  const char *precision;      /* "f32", "bf16", "f16", "int8" */
  double      seconds_load;   /* opening the model, compiling the UNet */
  double      seconds_text;
  double      seconds_decode; /* of the newest picture */
  double      seconds_total;  /* of the run so far */
  GArray     *seconds_step;   /* of double: every step of every picture so far */
  gsize       peak_memory;    /* resident, of the whole process, bytes */
  GPtrArray  *warnings;       /* of char *: sentences for the user */
} PentRunInfo;

/* A finished picture. Fields are valid during the callback; keep image with a
 * reference. latents: (channels, height/8, width/8), f32, of the last pass's
 * region. edit: what is left to be chosen, if the listener asked for it and
 * something is kept byte for byte, else NULL. */
typedef struct
{
  int          index;
  gint64       seed;
  PentImage   *image;
  const PentEditResult *edit;
  const float *latents;
  int          latent_channels, latent_height, latent_width;
} PentPicture;

/**
 * PentListener:
 * @progress: (nullable): after everything that takes time; called in the
 *   thread that runs the pipeline
 * @picture: (nullable): a picture is finished; %FALSE with an error ends the run
 * @keep: (nullable): asked after every step; %TRUE keeps the picture as it is
 *   predicted by then, whole and at its full size, and makes it the last one
 * @previews: whether progress carries previews
 * @edits: whether pictures carry their edit
 */
typedef struct
{
  void     (*progress) (gpointer data, const PentProgress *progress);
  gboolean (*picture)  (gpointer data, const PentPicture *picture, const PentRunInfo *info, GError **error);
  gboolean (*keep)     (gpointer data);
  gboolean   previews;
  gboolean   edits;
  gpointer   data;
} PentListener;

/**
 * PentPipeline:
 *
 * Runs requests, one at a time, in the thread that calls. Keeps the model, the
 * compiled programs and encoded prompts for the next request.
 */
typedef struct _PentPipeline PentPipeline;

PentPipeline *pent_pipeline_new    (void);
void          pent_pipeline_free   (PentPipeline *self);
void          pent_pipeline_unload (PentPipeline *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PentPipeline, pent_pipeline_free)

gboolean pent_pipeline_run (PentPipeline *self, PentRequest *request, const PentListener *listener,
                            GCancellable *cancellable, GError **error);

/* Checks a request and resolves everything that can be known without
 * computing: for --dry-run. */
gboolean pent_pipeline_check (PentPipeline *self, PentRequest *request, const PentRunInfo **info, GError **error);

/* The model of the last run or check, with the programs it was run with; NULL
 * before the first. (transfer none), until the next. */
struct _PentModel *pent_pipeline_get_model (PentPipeline *self);

G_END_DECLS
