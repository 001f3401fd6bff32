/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pictures to latents and back through the VAE: in one piece where its plan
 * fits, else in overlapping tiles of one size whose results are blended with
 * weights that fall off linearly towards a tile's edges. */
#define G_LOG_DOMAIN "pentimento"

#include "pent-latent-codec.h"

#include "pent-vae.h"

#include <string.h>

/* Cells along a tile's side, tried from the largest. */
static const int tile_sides[] = { 128, 96, 64, 48, 32, 24, 16 };

/* One pass over a picture: sizes in cells, and how many elements along a side a
 * cell has on either end of the VAE. */
typedef struct
{
  PentModel   *model;
  PentProgram *program;
  gboolean     encoder;
  int          height, width;
  int          tile_height, tile_width;
  const float *in;                   /* (height * in_scale, width * in_scale, in_channels) */
  int          in_scale, in_channels;
  float       *out;                  /* likewise; weighted sums until they are divided */
  int          out_scale, out_channels;
  int          program_channels;     /* of the program's output; at least out_channels */
  float       *tile_in;
  float       *tile_out;
  float       *weights;              /* (height * out_scale, width * out_scale); NULL for one tile */
} Pass;

/* The largest tile that fits; its sides are at most @height and @width. */
static gboolean
choose_tile (PentModel *model, gboolean encoder, int height, int width, int *tile_height, int *tile_width,
             GError **error)
{
  int scale = encoder ? pent_vae_get_scale (pent_checkpoint_get_vae (pent_model_get_checkpoint (model))) : 1;

  *tile_height = height;
  *tile_width = width;
  for (guint i = 0; !pent_model_vae_fits (model, encoder, *tile_height * scale, *tile_width * scale, error); i++)
    {
      if (i == G_N_ELEMENTS (tile_sides))
        return FALSE;
      g_clear_error (error);
      *tile_height = MIN (height, tile_sides[i]);
      *tile_width = MIN (width, tile_sides[i]);
    }
  return TRUE;
}

/**
 * pent_latent_fits:
 * @encoder: whether it is to be encoded, else decoded
 * @height: of the latent, in cells
 * @width: of the latent, in cells
 *
 * Returns: %FALSE with %PENT_ERROR_MEMORY where the VAE cannot be run even in
 *   the smallest tiles
 */
gboolean
pent_latent_fits (PentModel *model, gboolean encoder, int height, int width, GError **error)
{
  int tile_height, tile_width;

  return choose_tile (model, encoder, height, width, &tile_height, &tile_width, error);
}

/* Start of the next tile after @at, or -1: three quarters of a tile on, the
 * last one flush with the end. */
static int
next_tile (int at, int tile, int length)
{
  if (at + tile >= length)
    return -1;
  return MIN (at + MAX (tile - tile / 4, 1), length - tile);
}

/* Weight of element @i of @n: 1 in the middle, falling over a quarter of the
 * tile to nearly nothing at its edges. */
static float
ramp (int i, int n)
{
  float reach = MAX (n / 4, 1);
  float distance = MIN (i, n - 1 - i) + 0.5f;

  return MIN (distance / reach, 1.0f);
}

static void
cut_tile (Pass *pass, int y, int x)
{
  int s = pass->in_scale, c = pass->in_channels;
  gsize row = (gsize) pass->tile_width * s * c;

  for (int i = 0; i < pass->tile_height * s; i++)
    memcpy (pass->tile_in + i * row, pass->in + (((gsize) y * s + i) * pass->width * s + (gsize) x * s) * c,
            row * sizeof (float));
}

static void
blend_tile (Pass *pass, int y, int x)
{
  int s = pass->out_scale, c = pass->out_channels;
  int height = pass->tile_height * s, width = pass->tile_width * s;

  for (int i = 0; i < height; i++)
    for (int j = 0; j < width; j++)
      {
        gsize pixel = ((gsize) y * s + i) * pass->width * s + (gsize) x * s + j;
        const float *from = pass->tile_out + ((gsize) i * width + j) * pass->program_channels;
        float weight = pass->weights != NULL ? ramp (i, height) * ramp (j, width) : 1;

        for (int k = 0; k < c; k++)
          pass->out[pixel * c + k] += weight * from[k];
        if (pass->weights != NULL)
          pass->weights[pixel] += weight;
      }
}

static gboolean
run_tile (Pass *pass, int y, int x, GCancellable *cancellable, GError **error)
{
  cut_tile (pass, y, x);
  if (!pent_program_set_input (pass->program, 0, pass->tile_in, error)
      || !pent_program_run (pass->program, cancellable, error)
      || !pent_program_get_output (pass->program, 0, pass->tile_out, error))
    return FALSE;
  blend_tile (pass, y, x);
  return TRUE;
}

static gboolean
run_pass (Pass *pass, GCancellable *cancellable, GError **error)
{
  int s = pass->encoder ? pass->in_scale : 1;

  if (!choose_tile (pass->model, pass->encoder, pass->height, pass->width, &pass->tile_height, &pass->tile_width,
                    error))
    return FALSE;
  pass->program = pent_model_get_vae (pass->model, pass->encoder, pass->tile_height * s, pass->tile_width * s,
                                      cancellable, error);
  if (pass->program == NULL)
    return FALSE;

  gsize tile_cells = (gsize) pass->tile_height * pass->tile_width;
  gsize out_pixels = (gsize) pass->height * pass->width * pass->out_scale * pass->out_scale;
  gboolean tiled = pass->tile_height < pass->height || pass->tile_width < pass->width;
  g_autofree float *tile_in = g_new (float, tile_cells * pass->in_scale * pass->in_scale * pass->in_channels);
  g_autofree float *tile_out = g_new (float, tile_cells * pass->out_scale * pass->out_scale * pass->program_channels);
  g_autofree float *weights = tiled ? g_new0 (float, out_pixels) : NULL;
  pass->tile_in = tile_in;
  pass->tile_out = tile_out;
  pass->weights = weights;

  memset (pass->out, 0, out_pixels * pass->out_channels * sizeof (float));
  for (int y = 0; y >= 0; y = next_tile (y, pass->tile_height, pass->height))
    for (int x = 0; x >= 0; x = next_tile (x, pass->tile_width, pass->width))
      if (!run_tile (pass, y, x, cancellable, error))
        return FALSE;

  for (gsize i = 0; tiled && i < out_pixels; i++)
    for (int k = 0; k < pass->out_channels; k++)
      pass->out[i * pass->out_channels + k] /= weights[i];
  return TRUE;
}

/**
 * pent_latent_encode:
 * @picture: (height * scale, width * scale, 3), -1 to 1
 * @height: of the latent, in cells
 * @width: of the latent, in cells
 * @latent: (out): (latent_channels, @height, @width), the posterior's mean as
 *   the UNet sees it
 *
 * The mean, never a sample, so that one picture gives one latent.
 */
gboolean
pent_latent_encode (PentModel *model, const float *picture, int height, int width, float *latent,
                    GCancellable *cancellable, GError **error)
{
  const PentVaeConfig *c = pent_checkpoint_get_vae (pent_model_get_checkpoint (model));
  gsize cells = (gsize) height * width;
  g_autofree float *rows = g_new (float, cells * c->latent_channels);
  Pass pass = {
    .model = model, .encoder = TRUE, .height = height, .width = width,
    .in = picture, .in_scale = pent_vae_get_scale (c), .in_channels = c->in_channels,
    .out = rows, .out_scale = 1, .out_channels = c->latent_channels,
    .program_channels = c->quant_conv ? c->latent_channels : 2 * c->latent_channels,
  };

  if (!run_pass (&pass, cancellable, error))
    return FALSE;
  for (int k = 0; k < c->latent_channels; k++)
    for (gsize i = 0; i < cells; i++)
      latent[k * cells + i] = (rows[i * c->latent_channels + k] - c->shift_factor) * c->scaling_factor;
  return TRUE;
}

/**
 * pent_latent_decode:
 * @latent: (latent_channels, @height, @width), as the UNet sees it
 * @height: in cells
 * @width: in cells
 * @picture: (out): (height * scale, width * scale, 3), about -1 to 1
 */
gboolean
pent_latent_decode (PentModel *model, const float *latent, int height, int width, float *picture,
                    GCancellable *cancellable, GError **error)
{
  const PentVaeConfig *c = pent_checkpoint_get_vae (pent_model_get_checkpoint (model));
  gsize cells = (gsize) height * width;
  g_autofree float *rows = g_new (float, cells * c->latent_channels);
  Pass pass = {
    .model = model, .encoder = FALSE, .height = height, .width = width,
    .in = rows, .in_scale = 1, .in_channels = c->latent_channels,
    .out = picture, .out_scale = pent_vae_get_scale (c), .out_channels = c->out_channels,
    .program_channels = c->out_channels,
  };

  for (int k = 0; k < c->latent_channels; k++)
    for (gsize i = 0; i < cells; i++)
      rows[i * c->latent_channels + k] = latent[k * cells + i] / c->scaling_factor + c->shift_factor;
  return run_pass (&pass, cancellable, error);
}
