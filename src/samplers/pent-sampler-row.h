/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* The table of samplers. Private to this folder. */

#include "pent-run.h"

G_BEGIN_DECLS

/**
 * PentSpacingFamily:
 * @PENT_FAMILY_EULER: diffusers' schedulers that keep x in the scale of sigma
 * @PENT_FAMILY_SOLVER: DPMSolverMultistep and UniPC, which keep x at unit
 *   variance and count one timestep more under leading
 * @PENT_FAMILY_DDIM: Euler's timesteps, unit variance, targets of its own
 * @PENT_FAMILY_LCM: the timesteps latent consistency models learn, whatever
 *   the spacing; unit variance
 *
 * Whose timesteps and initial scale leading and trailing mean for a sampler.
 */
typedef enum
{
  PENT_FAMILY_EULER,
  PENT_FAMILY_SOLVER,
  PENT_FAMILY_DDIM,
  PENT_FAMILY_LCM,
} PentSpacingFamily;

/**
 * PentSamplerRow:
 * @discards: computes one sigma more than it has steps and drops the last
 *   positive one, as A1111 does; under linspace
 * @n_buffers: working arrays it needs, its noise included
 */
typedef struct
{
  PentSamplerInfo   info;
  PentSpacingFamily family;
  gboolean          discards;
  int               n_buffers;
  PentRule          rule;
} PentSamplerRow;

const PentSamplerRow *pent_sampler_get_row (PentSampler sampler);

gboolean pent_rule_euler     (PentRun *run, GError **error);
gboolean pent_rule_euler_a   (PentRun *run, GError **error);
gboolean pent_rule_heun      (PentRun *run, GError **error);
gboolean pent_rule_dpm2      (PentRun *run, GError **error);
gboolean pent_rule_dpm2_a    (PentRun *run, GError **error);
gboolean pent_rule_lms       (PentRun *run, GError **error);
gboolean pent_rule_dpmpp_2m  (PentRun *run, GError **error);
gboolean pent_rule_dpmpp_2s_a (PentRun *run, GError **error);
gboolean pent_rule_dpmpp_sde (PentRun *run, GError **error);
gboolean pent_rule_dpmpp_2m_sde (PentRun *run, GError **error);
gboolean pent_rule_dpmpp_3m_sde (PentRun *run, GError **error);
gboolean pent_rule_ddim      (PentRun *run, GError **error);
gboolean pent_rule_unipc     (PentRun *run, GError **error);
gboolean pent_rule_lcm       (PentRun *run, GError **error);

G_END_DECLS
