/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-source.h"

#include <math.h>
#include <string.h>

#include "pent-error.h"
#include "pent-fill.h"
#include "pent-image-scale.h"
#include "pent-latent-codec.h"
#include "pent-vae.h"

/* The side of the pictures that the widths below were found for. */
#define REFERENCE_SIDE 512

void
pent_source_free (PentSource *self)
{
  g_clear_pointer (&self->image, pent_image_unref);
  g_clear_pointer (&self->mask, pent_mask_free);
  g_clear_pointer (&self->mask_cells, pent_mask_free);
  g_free (self->latent);
  g_free (self->extra);
  g_free (self);
}

/* The size that is typed, else the source's, else the model's own. One side
 * alone takes the other from the source's proportions. */
static void
choose_size (PentSource *self, PentCheckpoint *checkpoint, const PentRequest *request)
{
  int native = pent_checkpoint_get_unet (checkpoint)->sample_size
               * pent_vae_get_scale (pent_checkpoint_get_vae (checkpoint));
  int width = request->width, height = request->height;

  if (request->init == NULL)
    {
      self->width = width == PENT_UNSET ? native : width;
      self->height = height == PENT_UNSET ? native : height;
      return;
    }

  double aspect = (double) request->init->width / request->init->height;
  if (width == PENT_UNSET && height == PENT_UNSET)
    {
      width = request->init->width;
      height = request->init->height;
    }
  else if (width == PENT_UNSET)
    width = MAX (lrint (height * aspect / 8) * 8, 8);
  else if (height == PENT_UNSET)
    height = MAX (lrint (width / aspect / 8) * 8, 8);
  self->width = width;
  self->height = height;
}

/* Scales to cover the size and cuts off evenly what stands out. */
static PentImage *
fit_image (PentImage *image, int width, int height, GError **error)
{
  if (image->width == width && image->height == height)
    return pent_image_ref (image);

  double ratio = MAX ((double) width / image->width, (double) height / image->height);
  int scaled_width = MAX ((int) lrint (image->width * ratio), width);
  int scaled_height = MAX ((int) lrint (image->height * ratio), height);
  g_autoptr (PentImage) scaled = pent_image_scale (image, scaled_width, scaled_height, error);
  if (scaled == NULL)
    return NULL;
  return pent_image_crop (scaled, (scaled_width - width) / 2, (scaled_height - height) / 2, width, height, error);
}

/* Krita AI Diffusion's rule for both widths, with the least feather brought to
 * the model's own scale. */
static void
choose_widths (PentSource *self, PentCheckpoint *checkpoint, const PentRequest *request)
{
  int native = pent_checkpoint_get_unet (checkpoint)->sample_size
               * pent_vae_get_scale (pent_checkpoint_get_vae (checkpoint));
  double scale = MIN ((double) native / REFERENCE_SIDE, 1);
  double feather = MAX (0.1 * pent_mask_get_diagonal (self->mask), 32 * scale) * self->strength;

  self->feather = request->feather != PENT_UNSET ? request->feather : (int) lrint (feather);
  self->grow = request->grow != PENT_UNSET ? request->grow : (int) lrint (4 * scale + self->feather / 2.0);
}

static double
choose_strength (PentCheckpoint *checkpoint, const PentRequest *request)
{
  const PentUnetConfig *unet = pent_checkpoint_get_unet (checkpoint);
  gboolean inpainting_model = unet->in_channels > unet->out_channels;

  if (request->init == NULL)
    return 1;
  if (request->strength != PENT_UNSET)
    return request->strength;
  return request->mask != NULL && (inpainting_model || request->fill != PENT_FILL_ORIGINAL) ? 1 : 0.75;
}

static gboolean
set_mask (PentSource *self, PentRequest *request, GError **error)
{
  if (request->mask->width != request->init->width || request->mask->height != request->init->height)
    {
      g_set_error (error, PENT_ERROR, PENT_ERROR_FILE,
                   "The mask has %d x %d pixels but the picture has %d x %d: give --mask a picture of the same size",
                   request->mask->width, request->mask->height, request->init->width, request->init->height);
      return FALSE;
    }

  g_autoptr (PentImage) fitted = fit_image (request->mask, self->width, self->height, error);
  if (fitted == NULL)
    return FALSE;
  self->mask = pent_mask_new_from_image (fitted);
  if (pent_mask_is_empty (self->mask))
    {
      g_set_error (error, PENT_ERROR, PENT_ERROR_FILE,
                   "The mask is black everywhere, so nothing would be repainted: paint white where the picture is to change");
      return FALSE;
    }
  return TRUE;
}

/**
 * pent_source_new:
 *
 * Resolves the sizes and the strength alone, so that a size can be refused
 * before a picture is brought to it.
 *
 * Returns: (transfer full): the source
 */
PentSource *
pent_source_new (PentCheckpoint *checkpoint, const PentRequest *request)
{
  PentSource *self = g_new0 (PentSource, 1);
  int scale = pent_vae_get_scale (pent_checkpoint_get_vae (checkpoint));

  choose_size (self, checkpoint, request);
  self->cells_wide = (self->width - 1) / scale + 1;
  self->cells_high = (self->height - 1) / scale + 1;
  self->strength = choose_strength (checkpoint, request);
  return self;
}

/**
 * pent_source_fit:
 *
 * Brings picture and mask to the result's size and resolves the mask's widths;
 * nothing is computed on a device yet.
 *
 * Returns: %FALSE with %PENT_ERROR_FILE for a mask that does not go with the
 *   picture, or %PENT_ERROR_MEMORY
 */
gboolean
pent_source_fit (PentSource *self, PentCheckpoint *checkpoint, PentRequest *request, GError **error)
{
  if (request->init == NULL)
    return TRUE;
  self->image = fit_image (request->init, self->width, self->height, error);
  if (self->image == NULL)
    return FALSE;
  if (request->mask == NULL)
    return TRUE;
  if (!set_mask (self, request, error))
    return FALSE;
  choose_widths (self, checkpoint, request);
  return TRUE;
}

/* The picture as the VAE reads it: (cells * scale, 3), -1 to 1, continued to
 * whole cells as it ends. */
static float *
make_padded (const PentSource *self, int scale, GError **error)
{
  g_autoptr (PentImage) rgb = pent_image_to_rgb8 (self->image, error);
  int width = self->cells_wide * scale, height = self->cells_high * scale;

  if (rgb == NULL)
    return NULL;
  float *picture = g_new (float, (gsize) width * height * 3);
  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      for (int c = 0; c < 3; c++)
        picture[((gsize) y * width + x) * 3 + c]
          = rgb->pixels[MIN (y, self->height - 1) * rgb->stride + MIN (x, self->width - 1) * 3 + c] / 127.5f - 1;
  return picture;
}

/* Mask by nearest, then the latent of the picture with grey where it is to be
 * repainted: an inpainting model's own inputs. */
static gboolean
encode_extra (PentSource *self, PentModel *model, const float *picture, const PentMask *padded,
              GCancellable *cancellable, GError **error)
{
  const PentVaeConfig *vae = pent_checkpoint_get_vae (pent_model_get_checkpoint (model));
  gsize cells = (gsize) self->cells_wide * self->cells_high;
  gsize pixels = (gsize) padded->width * padded->height;
  g_autofree float *masked = g_new (float, pixels * 3);
  g_autoptr (PentMask) hard = pent_mask_copy (padded);

  for (gsize i = 0; i < pixels; i++)
    {
      hard->values[i] = padded->values[i] >= 0.5f;
      for (int c = 0; c < 3; c++)
        masked[i * 3 + c] = hard->values[i] > 0 ? 0 : picture[i * 3 + c];
    }
  g_autoptr (PentMask) mask_cells = pent_mask_to_cells (hard, pent_vae_get_scale (vae), TRUE);

  self->extra = g_new (float, (1 + vae->latent_channels) * cells);
  memcpy (self->extra, mask_cells->values, cells * sizeof (float));
  return pent_latent_encode (model, masked, self->cells_high, self->cells_wide, self->extra + cells, cancellable,
                             error);
}

/**
 * pent_source_encode:
 *
 * Fills, encodes the picture and brings the mask to the latent's size. Does
 * nothing without a picture, but for inpainting models: these are told that
 * everything is to be repainted.
 */
gboolean
pent_source_encode (PentSource *self, PentModel *model, PentRequest *request, GCancellable *cancellable,
                    GError **error)
{
  PentCheckpoint *checkpoint = pent_model_get_checkpoint (model);
  const PentVaeConfig *vae = pent_checkpoint_get_vae (checkpoint);
  const PentUnetConfig *unet = pent_checkpoint_get_unet (checkpoint);
  gboolean inpainting_model = unet->in_channels == unet->out_channels + 1 + vae->latent_channels;
  int scale = pent_vae_get_scale (vae);
  int width = self->cells_wide * scale, height = self->cells_high * scale;

  if (self->image == NULL && !inpainting_model)
    return TRUE;
  g_autofree float *picture = self->image != NULL ? make_padded (self, scale, error)
                                                  : g_new0 (float, (gsize) width * height * 3);
  g_autoptr (PentMask) padded = NULL;
  if (picture == NULL)
    return FALSE;

  if (self->mask != NULL)
    {
      padded = pent_mask_pad (self->mask, width, height);
      pent_mask_grow (padded, self->grow);
      pent_mask_feather (padded, self->feather);
      self->mask_cells = pent_mask_to_cells (padded, scale, self->grow == 0 && self->feather == 0);
    }
  if (inpainting_model)
    {
      g_autoptr (PentMask) all = padded != NULL ? pent_mask_copy (padded) : pent_mask_new_full (width, height);
      if (!encode_extra (self, model, picture, all, cancellable, error))
        return FALSE;
    }
  if (self->image == NULL)
    return TRUE;

  if (padded != NULL)
    pent_fill (picture, padded, request->fill, request->seed);
  self->latent = g_new (float, (gsize) vae->latent_channels * self->cells_wide * self->cells_high);
  return pent_latent_encode (model, picture, self->cells_high, self->cells_wide, self->latent, cancellable, error);
}

static void
set_pixel (PentImage *image, int x, int y, const float *colour, float alpha)
{
  guint8 *row = image->pixels + y * image->stride;
  int colours = image->channels >= 3 ? 3 : 1;
  float most = image->bits == 8 ? 255 : 65535;
  float grey[1] = { 0.299f * colour[0] + 0.587f * colour[1] + 0.114f * colour[2] };

  for (int c = 0; c < image->channels; c++)
    {
      gsize i = (gsize) x * image->channels + c;
      float old = image->bits == 8 ? row[i] : ((const guint16 *) (const void *) row)[i];
      float painted = c >= colours ? most : (colours == 1 ? grey[0] : colour[c]) * most;
      long value = lrintf (CLAMP (old + alpha * (painted - old), 0, most));
      if (image->bits == 8)
        row[i] = value;
      else
        ((guint16 *) (void *) row)[i] = value;
    }
}

/* Width of the slope inside the mask by which the new part meets the old. */
static int
choose_blend (const PentSource *self)
{
  return MIN (25, self->grow + self->feather / 2);
}

/**
 * pent_source_compose:
 * @picture: (cells_high * scale, cells_wide * scale, 3), about -1 to 1: the
 *   decoder's output
 * @stride: pixels of one of its rows: cells_wide * scale
 * @composite: whether the unmasked pixels are the source's own, in its format
 *
 * Returns: (transfer full): the result, cropped to its size; %NULL with
 *   %PENT_ERROR_MEMORY
 */
PentImage *
pent_source_compose (PentSource *self, const float *picture, int stride, PentComposite composite, GError **error)
{
  gboolean exact = self->mask != NULL && composite == PENT_COMPOSITE_EXACT;
  g_autoptr (PentImage) result = NULL;
  g_autoptr (PentMask) alpha = NULL;

  if (exact)
    {
      result = pent_image_crop (self->image, 0, 0, self->width, self->height, error);
      alpha = pent_mask_to_alpha (self->mask, choose_blend (self));
    }
  else
    result = pent_image_new (self->width, self->height, 3, 8, error);
  if (result == NULL)
    return NULL;
  if (!exact && self->image != NULL && self->image->icc_profile != NULL && self->image->channels >= 3)
    result->icc_profile = g_bytes_ref (self->image->icc_profile);

  for (int y = 0; y < self->height; y++)
    for (int x = 0; x < self->width; x++)
      {
        const float *from = picture + ((gsize) y * stride + x) * 3;
        const float colour[3] = { from[0] / 2 + 0.5f, from[1] / 2 + 0.5f, from[2] / 2 + 0.5f };
        const float clamped[3] = { CLAMP (colour[0], 0, 1), CLAMP (colour[1], 0, 1), CLAMP (colour[2], 0, 1) };
        float a = exact ? alpha->values[(gsize) y * self->width + x] : 1;
        if (a > 0)
          set_pixel (result, x, y, clamped, a);
      }
  return g_steal_pointer (&result);
}
