/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-image.h"

G_BEGIN_DECLS

typedef enum
{
  PENT_FILL_ORIGINAL,
  PENT_FILL_BLUR,
  PENT_FILL_NOISE,
  PENT_FILL_NEUTRAL,
} PentFill;

typedef enum
{
  PENT_REGION_AUTO,
  PENT_REGION_WHOLE,
  PENT_REGION_MASKED,
} PentRegion;

typedef enum
{
  PENT_COMPOSITE_EXACT,
  PENT_COMPOSITE_NONE,
} PentComposite;

/* How a picture comes to a size of other proportions. */
typedef enum
{
  PENT_FIT_CROP,    /* scaled to cover it, what stands out is cut off evenly */
  PENT_FIT_SCALE,   /* stretched */
  PENT_FIT_PAD,     /* scaled to lie inside, its edges go on */
} PentFit;

typedef enum
{
  PENT_PRECISION_AUTO,
  PENT_PRECISION_F32,
  PENT_PRECISION_BF16,
  PENT_PRECISION_F16,
  PENT_PRECISION_INT8,
} PentPrecision;

/* The command line's names: "blur", "masked", "exact", "bf16". */
const char *pent_fill_name           (PentFill fill);
gboolean    pent_fill_from_name      (const char *name, PentFill *fill);
const char *pent_region_name         (PentRegion region);
gboolean    pent_region_from_name    (const char *name, PentRegion *region);
const char *pent_composite_name      (PentComposite composite);
gboolean    pent_composite_from_name (const char *name, PentComposite *composite);
const char *pent_fit_name            (PentFit fit);
gboolean    pent_fit_from_name       (const char *name, PentFit *fit);
const char *pent_precision_name      (PentPrecision precision);
gboolean    pent_precision_from_name (const char *name, PentPrecision *precision);

/* "not given": the default is resolved when the model is known */
#define PENT_UNSET (-1)

/**
 * PentRequest:
 *
 * Everything that decides a picture, as the user asked for it. Filled in by
 * its maker, then never changed: it may be shared between threads. Names of
 * samplers, schedules, spacings and generators are the command line's.
 */
typedef struct
{
  gatomicrefcount refs;

  char   *prompt;          /* never NULL */
  char   *negative;        /* never NULL */
  char   *template_name;   /* "NAME@VERSION" that the prompt was made from, or NULL */
  char   *model;           /* as pent_shipped_model_find() takes it, or NULL: the starter model */
  char   *vae;             /* path or NULL */
  gint64  seed;            /* of the first picture, 0 to 2^63-1 */
  int     count;           /* pictures, at least 1 */
  int     steps;           /* 20 */
  int     stop_after;      /* each picture is what its step of this number predicts, counted from 1 over the steps
                            * that are run; PENT_UNSET or too high: it is finished */
  double  cfg;             /* 7 */
  double  cfg_from, cfg_to;  /* guided from this share of the steps to that one: 0, 1 */
  int     step_cache;      /* 1: every step runs the whole UNet; N: every Nth does */
  int     width, height;   /* pixels, or PENT_UNSET */
  int     clip_skip;       /* 1 is the last layer */
  char   *prediction;      /* "auto", "epsilon", "v" */
  char   *sampler;         /* "dpmpp-2m" */
  char   *schedule;        /* "automatic" */
  char   *spacing;         /* "linspace" */
  char   *rng;             /* "philox", "torch" */

  PentImage *init;         /* or NULL */
  PentImage *mask;         /* or NULL; size of init; white is repainted */
  char   *parent_hash;     /* pent_image_hash() of the library's picture that init was made from, where init is not that
                            * picture itself; or NULL */
  char   *notes;           /* what was to be said of their files, for the recipe; sentences, or NULL */
  double  strength;        /* 0 to 1, or PENT_UNSET */
  PentFit       fit;
  PentFill      fill;
  PentRegion    region;
  PentComposite composite;
  int     grow, feather;   /* pixels, or PENT_UNSET: by the mask's size */
  int     blend;           /* likewise: width of the slope inside the mask by which new and old join */
  double  match;           /* how far colours are brought to their surroundings, 0 to 1, or PENT_UNSET */
  int     outpaint[4];     /* left, top, right, bottom; pixels */
  double  hires;           /* by how much a second pass enlarges the picture, 1 to 8, or PENT_UNSET: no such pass */
  double  hires_strength;  /* of that pass, 0 to 1, or PENT_UNSET */
  int     tile;            /* side in pixels of the tiles a whole picture is repainted in; PENT_UNSET: tiles of the
                            * model's own size where it does not fit in memory */

  char   *device;          /* "auto", "cpu", "vulkan", "vulkan:N" */
  PentPrecision precision;
  gint64  memory_limit;    /* bytes, or 0: what the device has */
} PentRequest;

PentRequest *pent_request_new   (void);
PentRequest *pent_request_copy  (const PentRequest *self);
PentRequest *pent_request_ref   (PentRequest *self);
void         pent_request_unref (PentRequest *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PentRequest, pent_request_unref)

G_END_DECLS
