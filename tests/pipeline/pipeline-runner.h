/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "golden-data.h"
#include "pent-pipeline.h"

G_BEGIN_DECLS

/**
 * Outcome:
 * @error: what ended the run, or %NULL
 * @images: (element-type PentImage): finished pictures, in their order
 * @latents: (element-type GBytes): their latents
 * @previews: (element-type PentImage): of every step of every picture
 * @n_steps: how many steps were reported
 *
 * All that a run let its listener know.
 */
typedef struct
{
  GError    *error;
  GPtrArray *images;
  GPtrArray *latents;
  GPtrArray *previews;
  guint      n_steps;
  int        steps_run;
  double     fraction;
  int        latent_width, latent_height;
} Outcome;

/**
 * RunOptions:
 * @previews: whether the listener asks for them
 * @cancel_stage: where the listener cancels, if @cancels
 * @cancel_step: how many steps of the picture are done then
 * @cancel_picture: and of which picture
 * @refuse: the listener refuses the first picture
 */
typedef struct
{
  gboolean  previews;
  gboolean  cancels;
  PentStage cancel_stage;
  int       cancel_step;
  int       cancel_picture;
  gboolean  refuse;
} RunOptions;

int runner_main (int argc, char **argv, void (*add_tests) (void));

/* A request for the device that the program was told: 64 x 64 pixels, 4 steps
 * of euler. */
PentRequest *runner_request (const char *model);
void         runner_set     (char **field, const char *value);

Outcome *runner_run      (PentPipeline *pipeline, PentRequest *request, const RunOptions *options);
Outcome *runner_run_once (PentRequest *request);
void     outcome_free    (Outcome *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Outcome, outcome_free)

PentImage *outcome_image (const Outcome *self, guint index);

void   assert_same_image   (const PentImage *a, const PentImage *b);
void   assert_same_pictures (const Outcome *a, const Outcome *b);
double image_psnr          (const PentImage *a, const PentImage *b);

/* Fails unless the run ended with @code and gave no picture. */
void assert_fails (PentPipeline *pipeline, PentRequest *request, int code, const char *message_part);

G_END_DECLS
