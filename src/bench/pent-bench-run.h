/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-op-table.h"
#include "pent-request.h"
#include "pent-roofline.h"

G_BEGIN_DECLS

/**
 * PentBenchOrder:
 * @model: (nullable): path; %NULL for the starter model
 * @device: as --device
 * @width: pixels, a multiple of 8; so is @height
 * @runs: guided steps that are timed, after one that warms up
 * @operators: whether operators are timed too
 */
typedef struct
{
  const char   *model;
  const char   *device;
  PentPrecision precision;
  int           width, height;
  int           runs;
  gboolean      operators;
} PentBenchOrder;

/**
 * PentBenchRun:
 * @decode: seconds of the picture's own decoding, its compilation included
 * @steps: (element-type double): seconds of each guided step
 * @decodes: (element-type double): seconds of decoding again, all compiled
 * @planned_memory: bytes of the weights, tensors and scratch memory of all
 *   programs, as they were planned
 * @peak_memory: resident bytes of the whole process so far
 * @roofline: of the device; zeros unless operators are timed
 * @unet: (nullable): a guided step by operators
 * @decoder: (nullable): decoding by operators; %NULL too where it is tiled
 *
 * One picture of one size, with a model just opened.
 */
typedef struct
{
  char        *device;
  char        *description;
  char        *precision;
  char        *model_name;
  int          width, height;
  double       load, text, decode, total;
  GArray      *steps;
  GArray      *decodes;
  gsize        planned_memory, peak_memory;
  PentRoofline roofline;
  PentOpTable *unet;
  PentOpTable *decoder;
} PentBenchRun;

PentBenchRun *pent_bench_run_new  (const PentBenchOrder *order, GCancellable *cancellable, GError **error);
void          pent_bench_run_free (PentBenchRun *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PentBenchRun, pent_bench_run_free)

G_END_DECLS
