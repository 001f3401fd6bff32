/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-diffusion.h"
#include "pent-sampler-info.h"

G_BEGIN_DECLS

/**
 * PentSchedule:
 * @diffusion: the model's noise levels
 * @sampler: the update rule the schedule was made for
 * @type: the schedule in use: never %PENT_SCHEDULE_AUTOMATIC
 * @spacing: whose timesteps these are
 * @n_steps: how many updates a whole run makes, at least 1
 * @sigmas: (array): n_steps + 1 noise levels, falling; the last is 0
 * @timesteps: (array): n_steps timesteps that the model is given with
 *   sigmas[0] to sigmas[n_steps - 1]; fractional under linspace
 * @targets: (array): n_steps noise levels that the steps arrive at:
 *   sigmas[i + 1] save for ddim under leading or trailing
 * @initial_scale: what noise is multiplied by to start from noise alone
 *
 * The noise levels of one run and what was resolved on the way to them.
 * Read-only once made.
 */
typedef struct
{
  PentDiffusion   *diffusion;
  PentSampler      sampler;
  PentScheduleType type;
  PentSpacing      spacing;
  int              n_steps;
  float           *sigmas;
  float           *timesteps;
  float           *targets;
  double           initial_scale;
} PentSchedule;

PentSchedule *pent_schedule_new  (PentDiffusion    *diffusion,
                                  PentSampler       sampler,
                                  PentScheduleType  type,
                                  PentSpacing       spacing,
                                  int               steps,
                                  GError          **error);
void          pent_schedule_free (PentSchedule *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PentSchedule, pent_schedule_free)

/* The step that a picture changed by strength, 0 to 1, starts at; n_steps
 * where nothing is to be run. The noise level it starts from is
 * sigmas[start]. */
int pent_schedule_start_for_strength (const PentSchedule *self, double strength);

/* How often the model is asked when steps start to n_steps - 1 are run. */
int pent_schedule_count_calls (const PentSchedule *self, int start);

G_END_DECLS
