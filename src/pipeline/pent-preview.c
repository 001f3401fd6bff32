/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-preview.h"

#include <math.h>

#include "pent-latent-codec.h"
#include "pent-preview-decoder.h"

#define SD1_SCALING_FACTOR 0.18215

/* A fit for Stable Diffusion 1's VAE, on pictures from -1 to 1. */
static const float sd1_matrix[4][3] = {
  { .337366f, .216344f, .257386f },
  { .165636f, .386828f, .046994f },
  { -.267803f, .237036f, .223517f },
  { -.178022f, -.200862f, -.678514f },
};
static const float sd1_bias[3] = { -.017478f, -.055834f, -.105825f };

static void
use_sd1 (PentPreview *self)
{
  self->channels = 4;
  for (int i = 0; i < 3; i++)
    {
      for (int k = 0; k < 4; k++)
        self->matrix[k][i] = sd1_matrix[k][i] / 2;
      self->bias[i] = sd1_bias[i] / 2 + 0.5f;
    }
}

/* Cells along a side of the chart, and of one of its patches. */
#define CHART_SIDE 16
#define PATCH_SIDE 2

/* Colour of the patch at (@x, @y) of the chart: spread over the cube by three
 * strides that share no factor with their moduli. */
static void
patch_colour (int x, int y, float colour[3])
{
  int i = y / PATCH_SIDE * (CHART_SIDE / PATCH_SIDE) + x / PATCH_SIDE;

  colour[0] = (i * 5 % 8) / 3.5f - 1;
  colour[1] = (i / 8 * 3 % 8) / 3.5f - 1;
  colour[2] = ((i + i / 8 * 3) * 7 % 9) / 4.0f - 1;
}

static void
paint_chart (float *picture, int scale)
{
  int side = CHART_SIDE * scale;

  for (int y = 0; y < side; y++)
    for (int x = 0; x < side; x++)
      patch_colour (x / scale, y / scale, picture + ((gsize) y * side + x) * 3);
}

/* Solves the symmetric positive definite a x = b in place by Gaussian
 * elimination: n rows of n + 3 columns, the right-hand sides last. */
static void
solve (int n, double a[17][20])
{
  for (int i = 0; i < n; i++)
    for (int row = 0; row < n; row++)
      {
        if (row == i)
          continue;
        double factor = a[row][i] / a[i][i];
        for (int column = i; column < n + 3; column++)
          a[row][column] -= factor * a[i][column];
      }
  for (int i = 0; i < n; i++)
    for (int column = n; column < n + 3; column++)
      a[i][column] /= a[i][i];
}

/* Least squares of the chart's colours over its latent. The ridge keeps
 * channels that carry no colour from breaking the solution. */
static void
fit (PentPreview *self, const float *latent)
{
  const int n = self->channels + 1;
  const gsize cells = CHART_SIDE * CHART_SIDE;
  double a[17][20] = { 0 };

  for (gsize cell = 0; cell < cells; cell++)
    {
      double row[17];
      float colour[3];

      patch_colour (cell % CHART_SIDE, cell / CHART_SIDE, colour);
      for (int k = 0; k < self->channels; k++)
        row[k] = latent[k * cells + cell];
      row[n - 1] = 1;
      for (int i = 0; i < n; i++)
        {
          for (int j = 0; j < n; j++)
            a[i][j] += row[i] * row[j];
          for (int j = 0; j < 3; j++)
            a[i][n + j] += row[i] * (colour[j] / 2 + 0.5);
        }
    }
  for (int i = 0; i < n; i++)
    a[i][i] += 1e-3 * cells;
  solve (n, a);

  for (int j = 0; j < 3; j++)
    {
      for (int k = 0; k < self->channels; k++)
        self->matrix[k][j] = a[k][n + j];
      self->bias[j] = a[n - 1][n + j];
    }
}

/**
 * pent_preview_init:
 *
 * Takes the known colours of Stable Diffusion 1's latents. For another VAE, one
 * with another scaling factor, it encodes a small colour chart and fits a
 * linear map to what comes back.
 *
 * Returns: %FALSE with the errors of running the VAE's encoder
 */
gboolean
pent_preview_init (PentPreview *self, PentModel *model, GCancellable *cancellable, GError **error)
{
  const PentVaeConfig *c = pent_checkpoint_get_vae (pent_model_get_checkpoint (model));

  if (c->latent_channels == 4 && fabs (c->scaling_factor - SD1_SCALING_FACTOR) < 1e-4)
    {
      use_sd1 (self);
      return TRUE;
    }

  int scale = 1 << (c->n_levels - 1);
  g_autofree float *picture = g_new (float, (gsize) CHART_SIDE * scale * CHART_SIDE * scale * 3);
  g_autofree float *latent = g_new (float, (gsize) CHART_SIDE * CHART_SIDE * c->latent_channels);
  paint_chart (picture, scale);
  if (!pent_latent_encode (model, picture, CHART_SIDE, CHART_SIDE, latent, cancellable, error))
    return FALSE;
  self->channels = MIN (c->latent_channels, 16);
  fit (self, latent);
  return TRUE;
}

static guint8
to_byte (float value)
{
  return lrintf (CLAMP (value, 0, 1) * 255);
}

/* By the linear map: a pixel a cell. */
static PentImage *
render_cells (const PentPreview *self, const float *latent, int height, int width)
{
  PentImage *image = pent_image_new (width, height, 3, 8, NULL);
  gsize cells = (gsize) height * width;

  for (gsize cell = 0; image != NULL && cell < cells; cell++)
    for (int j = 0; j < 3; j++)
      {
        float value = self->bias[j];
        for (int k = 0; k < self->channels; k++)
          value += latent[k * cells + cell] * self->matrix[k][j];
        image->pixels[cell * 3 + j] = to_byte (value);
      }
  return image;
}

/* By the model's own decoder for previews, at the picture's size. */
static PentImage *
render_picture (PentModel *model, const float *latent, int height, int width, GCancellable *cancellable)
{
  const PentPreviewDecoderConfig *c = pent_checkpoint_get_preview_decoder (pent_model_get_checkpoint (model));
  PentProgram *program = pent_model_get_preview_decoder (model, height, width, cancellable, NULL);
  if (program == NULL)
    return NULL;

  int scale = pent_preview_decoder_get_scale (c);
  g_autoptr (PentImage) image = pent_image_new (width * scale, height * scale, 3, 8, NULL);
  gsize n = (gsize) height * scale * width * scale * 3;
  g_autofree float *input = g_new (float, (gsize) height * width * c->latent_channels);
  g_autofree float *values = g_try_new (float, n);

  pent_preview_decoder_prepare (c, latent, height, width, input);
  if (image == NULL || values == NULL || !pent_program_set_input (program, 0, input, NULL)
      || !pent_program_run (program, cancellable, NULL) || !pent_program_get_output (program, 0, values, NULL))
    return NULL;
  for (gsize i = 0; i < n; i++)
    image->pixels[i] = to_byte (values[i]);
  return g_steal_pointer (&image);
}

/**
 * pent_preview_render:
 * @latent: (channels, @height, @width)
 *
 * With the model's preview decoder where it has one and there is room for it,
 * else by the linear map.
 *
 * Returns: (transfer full) (nullable): an 8-bit RGB picture, of the size the
 *   latent stands for or a pixel a cell; %NULL where there is no memory for it
 */
PentImage *
pent_preview_render (const PentPreview *self, PentModel *model, const float *latent, int height, int width,
                     GCancellable *cancellable)
{
  PentImage *picture = render_picture (model, latent, height, width, cancellable);

  return picture != NULL ? picture : render_cells (self, latent, height, width);
}
