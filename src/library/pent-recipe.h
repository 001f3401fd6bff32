/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

#include "pent-request.h"
#include "pent-text-fields.h"

G_BEGIN_DECLS

/* The version of the JSON written; a reader takes this and older ones. */
#define PENT_RECIPE_VERSION 1

/**
 * PentRecipe:
 *
 * How one picture was made, with everything resolved: what is stored in it.
 * Names are the command line's; hashes are SHA-256 in hexadecimal. What does
 * not apply or is not known is %NULL or %PENT_UNSET. A recipe speaks of its
 * picture alone, and of no time and no path, so the same picture made again
 * has the same recipe.
 */
typedef struct
{
  char   *program;        /* "Pentimento 0.1.0" */
  char   *prompt;
  char   *template_name;  /* "NAME@VERSION", where the prompt was made from a template */
  char   *negative;
  gint64  seed;           /* of this picture */
  int     steps;
  int     stop_after;     /* the step whose prediction this picture is; unset: it was finished */
  char   *sampler;
  char   *schedule;       /* as resolved */
  char   *spacing;
  char   *rng;
  double  cfg;
  double  cfg_from;       /* where it is more than 0 */
  double  cfg_to;         /* where it is less than 1 */
  int     step_cache;     /* where it is more than 1 */
  int     width, height;  /* pixels */
  int     clip_skip;
  char   *prediction;
  char   *model;          /* name without folder and suffix */
  char   *model_hash;     /* 64 digits; 10 where it comes from A1111's text */
  char   *family;
  char   *vae;
  char   *vae_hash;
  double  strength;       /* only with a source picture, like all below to fit */
  char   *source_hash;    /* pent_originals_find() finds the picture by it, and the mask */
  char   *parent_hash;    /* the picture it was painted from, where that is not the source itself */
  char   *mask_hash;
  char   *fill;           /* only with a mask or outpaint, like all below to outpaint */
  char   *region;
  int     grow, feather;  /* of the first pass; as asked for where there are several */
  int     blend;          /* likewise */
  double  match;          /* of colours, 0 to 1 */
  char   *composite;
  char   *outpaint;       /* "LEFT,TOP,RIGHT,BOTTOM" */
  char   *fit;            /* how the source came to another size: "scale", "crop", "pad"; %NULL: it has its own,
                           * beside margins and hires, and no size was asked for */
  double  hires;          /* by how much the second pass is larger */
  double  hires_strength;
  int     tile;           /* side of the tiles it was painted in, where it was */
  char   *computed;       /* "X,Y,WIDTH,HEIGHT" of the first pass of an edit, pixels of the picture */
  char   *computed_size;  /* "WIDTHxHEIGHT" at which it was computed; with hires that of the first pass: the size
                           * asked for, in whole cells */
  char   *joined;         /* "GROW,FEATHER,MATCH" of an edit that was joined anew, see recompose */
  char   *notes;          /* what the program had to say of source and mask: sentences */
  char   *device;
  char   *device_name;
  char   *precision;
  gint64  memory_limit;   /* bytes */
} PentRecipe;

PentRecipe *pent_recipe_new  (void);
void        pent_recipe_free (PentRecipe *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PentRecipe, pent_recipe_free)

JsonNode   *pent_recipe_to_json   (const PentRecipe *self);
PentRecipe *pent_recipe_from_json (JsonNode *node, GError **error);
PentRecipe *pent_recipe_from_text (const char *json, GError **error);

PentTextFields *pent_recipe_to_fields (const PentRecipe *self);

G_END_DECLS
