/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  PENT_SAMPLER_EULER,
  PENT_SAMPLER_EULER_A,
  PENT_SAMPLER_HEUN,
  PENT_SAMPLER_DPM2,
  PENT_SAMPLER_DPM2_A,
  PENT_SAMPLER_LMS,
  PENT_SAMPLER_DPMPP_2M,
  PENT_SAMPLER_DPMPP_2S_A,
  PENT_SAMPLER_DPMPP_SDE,
  PENT_SAMPLER_DPMPP_2M_SDE,
  PENT_SAMPLER_DPMPP_3M_SDE,
  PENT_SAMPLER_DDIM,
  PENT_SAMPLER_UNIPC,
  PENT_SAMPLER_LCM,
  PENT_N_SAMPLERS,
} PentSampler;

typedef enum
{
  PENT_SCHEDULE_AUTOMATIC,
  PENT_SCHEDULE_NORMAL,
  PENT_SCHEDULE_KARRAS,
  PENT_SCHEDULE_EXPONENTIAL,
  PENT_SCHEDULE_SGM_UNIFORM,
  PENT_SCHEDULE_SIMPLE,
  PENT_N_SCHEDULES,
} PentScheduleType;

typedef enum
{
  PENT_SPACING_LINSPACE,
  PENT_SPACING_LEADING,
  PENT_SPACING_TRAILING,
  PENT_N_SPACINGS,
} PentSpacing;

/**
 * PentSamplerInfo:
 * @name: as the command line spells it: "dpmpp-2m"
 * @display_name: as A1111 writes it: "DPM++ 2M"
 * @automatic: what %PENT_SCHEDULE_AUTOMATIC means for it under linspace
 * @stochastic: draws noise while it runs, so its picture changes with every
 *   change of the steps
 * @brownian: that noise comes from a Brownian tree
 * @calls_per_step: how often a step asks the model; the last step asks once
 */
typedef struct
{
  const char      *name;
  const char      *display_name;
  PentScheduleType automatic;
  gboolean         stochastic;
  gboolean         brownian;
  int              calls_per_step;
} PentSamplerInfo;

const PentSamplerInfo *pent_sampler_get_info (PentSampler sampler);

/* Names of the command line; exact. List them with pent_sampler_get_info(),
 * pent_schedule_type_name() and pent_spacing_name() over 0 to PENT_N_... - 1. */
gboolean    pent_sampler_from_name       (const char *name, PentSampler *sampler);
const char *pent_schedule_type_name      (PentScheduleType type);
gboolean    pent_schedule_type_from_name (const char *name, PentScheduleType *type);
const char *pent_spacing_name            (PentSpacing spacing);
gboolean    pent_spacing_from_name       (const char *name, PentSpacing *spacing);

/* Names in A1111's parameters, letter case aside. An old sampler name may end
 * in a schedule ("DPM++ 2M Karras"): then *type is set too, else left alone. */
gboolean    pent_sampler_from_display_name       (const char       *name,
                                                  PentSampler      *sampler,
                                                  PentScheduleType *type);
const char *pent_schedule_type_display_name      (PentScheduleType type);
gboolean    pent_schedule_type_from_display_name (const char *name, PentScheduleType *type);

G_END_DECLS
