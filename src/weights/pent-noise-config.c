/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-component-config.h"

/**
 * pent_noise_config_init:
 *
 * Sets Stable Diffusion 1's noise: it predicts epsilon, and 1000 betas grow
 * linearly in their square roots from 0.00085 to 0.012.
 */
void
pent_noise_config_init (PentNoiseConfig *self)
{
  *self = (PentNoiseConfig) {
    .prediction = PENT_PREDICTION_EPSILON,
    .train_timesteps = 1000,
    .beta_start = 0.00085,
    .beta_end = 0.012,
    .scaled_linear = TRUE,
  };
}

/**
 * pent_noise_config_from_file:
 * @file: a folder's scheduler_config.json
 *
 * What the file does not say has the values of diffusers' schedulers: betas
 * from 0.0001 to 0.02, linear.
 */
gboolean
pent_noise_config_from_file (PentNoiseConfig *self, PentConfigFile *file, GError **error)
{
  const char *prediction = pent_config_file_get_string (file, "prediction_type", "epsilon");
  const char *schedule = pent_config_file_get_string (file, "beta_schedule", "linear");

  self->train_timesteps = pent_config_file_get_int (file, "num_train_timesteps", 1000, 2, 100000);
  self->beta_start = pent_config_file_get_double (file, "beta_start", 0.0001, 1e-9, 0.999);
  self->beta_end = pent_config_file_get_double (file, "beta_end", 0.02, 1e-9, 0.999);
  self->scaled_linear = g_str_equal (schedule, "scaled_linear");
  self->prediction = g_str_equal (prediction, "v_prediction") ? PENT_PREDICTION_V
                                                              : PENT_PREDICTION_EPSILON;
  if (!self->scaled_linear && !g_str_equal (schedule, "linear"))
    pent_config_file_fail (
        file, "'beta_schedule' is '%.40s', and only scaled_linear and linear are supported", schedule);
  if (self->prediction != PENT_PREDICTION_V && !g_str_equal (prediction, "epsilon"))
    pent_config_file_fail (
        file, "'prediction_type' is '%.40s', and only epsilon and v_prediction are supported", prediction);
  if (pent_config_file_has (file, "rescale_betas_zero_snr"))
    pent_config_file_fail (file, "'rescale_betas_zero_snr' is set, which is not supported");
  if (pent_config_file_has (file, "trained_betas"))
    pent_config_file_fail (file, "'trained_betas' is set, which is not supported");
  if (self->beta_end < self->beta_start)
    pent_config_file_fail (file, "'beta_end' is smaller than 'beta_start'");
  return pent_config_file_finish (file, error);
}
