/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A region of the canvas on its way to the model and back: cut out, scaled,
 * filled, encoded; decoded, scaled back, joined. */
#define G_LOG_DOMAIN "pentimento"

#include "pent-patch.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "pent-error.h"
#include "pent-extend.h"
#include "pent-fill.h"
#include "pent-image-scale.h"
#include "pent-latent-codec.h"
#include "pent-paste.h"
#include "pent-vae.h"

/* Of an edit, for each pixel of its region, when it is joined: masks and alphas,
 * the painted part in 16 bits before and after its colours are matched, and what
 * carries the tone of the surroundings on into it. */
#define BYTES_A_PIXEL 96

/**
 * pent_patch_fits:
 * @budget: bytes that pictures may take
 *
 * Returns: whether there is room for the region of @pass at its own size, which
 *   may be much larger than what the model computes; %FALSE with
 *   %PENT_ERROR_MEMORY
 */
gboolean
pent_patch_fits (const PentPass *pass, gsize budget, GError **error)
{
  gboolean edits = pass->masked || pass->extends || !pent_rect_is_empty (&pass->detail);
  gsize needed = edits ? (gsize) pass->region.width * pass->region.height * BYTES_A_PIXEL : 0;

  if (needed <= budget)
    return TRUE;
  g_autofree char *need = g_format_size_full (needed, G_FORMAT_SIZE_IEC_UNITS);
  g_autofree char *have = g_format_size_full (budget, G_FORMAT_SIZE_IEC_UNITS);
  g_set_error (error, PENT_ERROR, PENT_ERROR_MEMORY,
               _("To join an edit of %d x %d pixels needs %s of memory and %s may be used: edit a smaller part, or a "
               "smaller picture"), pass->region.width, pass->region.height, need, have);
  return FALSE;
}

void
pent_patch_free (PentPatch *self)
{
  g_clear_pointer (&self->mask, pent_mask_free);
  g_clear_pointer (&self->alpha, pent_mask_free);
  g_clear_pointer (&self->backdrop, pent_edit_layer_unref);
  g_clear_pointer (&self->mask_cells, pent_mask_free);
  g_free (self->latent);
  g_free (self->extra);
  g_free (self);
}

static const PentPass *
get_pass (const PentPatch *self)
{
  return pent_source_get_pass (self->source, self->pass);
}

static gboolean
is_scaled (const PentPass *pass)
{
  return pass->run_width != pass->region.width || pass->run_height != pass->region.height;
}

/* The region as the VAE reads it: (run height, run width, 3), -1 to 1. */
static float *
cut_out (const PentPass *pass, PentImage *canvas, GError **error)
{
  g_autoptr (PentImage) region = pent_paste_cut (canvas, &pass->region, error);
  g_autoptr (PentImage) scaled = NULL;

  if (region == NULL)
    return NULL;
  scaled = is_scaled (pass) ? pent_image_scale (region, pass->run_width, pass->run_height, error)
                            : g_steal_pointer (&region);
  if (scaled == NULL)
    return NULL;

  gsize n = (gsize) scaled->width * scaled->height * 3;
  float *picture = g_new (float, n);
  for (gsize i = 0; i < n; i++)
    picture[i] = scaled->pixels[i] / 127.5f - 1;
  return picture;
}

/* A picture from -1 to 1 as samples of 16 bits. */
static PentImage *
to_image (const float *picture, int width, int height, GError **error)
{
  PentImage *image = pent_image_new (width, height, 3, 16, error);
  gsize n = (gsize) width * height * 3;

  if (image == NULL)
    return NULL;
  guint16 *samples = (guint16 *) (void *) image->pixels;
  for (gsize i = 0; i < n; i++)
    samples[i] = lrintf (CLAMP (picture[i] / 2 + 0.5f, 0, 1) * 65535);
  return image;
}

/* An extended picture's edge goes on into what is unknown, on the canvas too:
 * there the new part's slope meets it. */
static gboolean
extend (PentPatch *self, float *picture, PentImage *canvas, GError **error)
{
  const PentPass *pass = get_pass (self);

  if (!pass->extends)
    return TRUE;
  g_autoptr (PentMask) margins = pent_source_make_margins (self->source, self->pass, FALSE);
  g_autoptr (PentMask) scaled = pent_mask_scale (margins, pass->run_width, pass->run_height, TRUE);
  pent_extend (picture, scaled);
  g_autoptr (PentImage) extended = to_image (picture, pass->run_width, pass->run_height, error);
  if (extended == NULL)
    return FALSE;
  self->backdrop = pent_edit_layer_new (PENT_LAYER_BACKDROP, &pass->region, extended, margins, 0, 0);
  return pent_edit_layer_join (self->backdrop, &(PentJoin){ 0 }, canvas, error);
}

/* Mask by nearest, then the latent of the picture with grey where it is to be
 * repainted: an inpainting model's own inputs. */
static gboolean
encode_extra (PentPatch *self, PentModel *model, const float *picture, const PentMask *mask, GCancellable *cancellable,
              GError **error)
{
  const PentVaeConfig *vae = pent_checkpoint_get_vae (pent_model_get_checkpoint (model));
  gsize cells = (gsize) self->cells_wide * self->cells_high;
  gsize pixels = (gsize) mask->width * mask->height;
  g_autofree float *masked = g_new (float, pixels * 3);
  g_autoptr (PentMask) hard = pent_mask_copy (mask);

  for (gsize i = 0; i < pixels; i++)
    {
      hard->values[i] = mask->values[i] >= 0.5f;
      for (int c = 0; c < 3; c++)
        masked[i * 3 + c] = hard->values[i] > 0 ? 0 : picture[i * 3 + c];
    }
  g_autoptr (PentMask) mask_cells = pent_mask_to_cells (hard, pent_vae_get_scale (vae), TRUE);

  self->extra = g_new (float, (1 + vae->latent_channels) * cells);
  memcpy (self->extra, mask_cells->values, cells * sizeof (float));
  return pent_latent_encode (model, masked, self->cells_high, self->cells_wide, self->extra + cells, cancellable,
                             error);
}

/* The mask as the model sees it, at the run's size. */
static PentMask *
make_run_mask (const PentPatch *self)
{
  const PentPass *pass = get_pass (self);
  gboolean exact = pass->grow == 0 && pass->feather == 0;
  g_autoptr (PentMask) mask = NULL;

  if (self->mask == NULL)
    return NULL;
  mask = pent_mask_copy (self->mask);
  pent_mask_grow (mask, pass->grow);
  pent_mask_feather (mask, pass->feather);
  return is_scaled (pass) ? pent_mask_scale (mask, pass->run_width, pass->run_height, exact) : g_steal_pointer (&mask);
}

static gboolean
encode (PentPatch *self, float *picture, PentModel *model, const PentRequest *request, guint64 seed,
        GCancellable *cancellable, GError **error)
{
  const PentPass *pass = get_pass (self);
  PentCheckpoint *checkpoint = pent_model_get_checkpoint (model);
  const PentVaeConfig *vae = pent_checkpoint_get_vae (checkpoint);
  const PentUnetConfig *unet = pent_checkpoint_get_unet (checkpoint);
  gboolean inpainting_model = unet->in_channels == unet->out_channels + 1 + vae->latent_channels;
  g_autoptr (PentMask) mask = make_run_mask (self);

  if (mask != NULL)
    self->mask_cells = pent_mask_to_cells (mask, pent_vae_get_scale (vae), pass->grow == 0 && pass->feather == 0);
  if (inpainting_model)
    {
      g_autoptr (PentMask) all = mask != NULL ? pent_mask_copy (mask)
                                              : pent_mask_new_full (pass->run_width, pass->run_height);
      if (!encode_extra (self, model, picture, all, cancellable, error))
        return FALSE;
    }
  if (!pent_source_has_picture (self->source, self->pass))
    return TRUE;

  if (mask != NULL && pent_rect_is_empty (&pass->detail))
    pent_fill (picture, mask, request->fill, seed);
  self->latent = g_new (float, (gsize) vae->latent_channels * self->cells_wide * self->cells_high);
  return pent_latent_encode (model, picture, self->cells_high, self->cells_wide, self->latent, cancellable, error);
}

/**
 * pent_patch_new:
 * @canvas: (nullable): the result so far; where the picture is extended, its
 *   unknown part is filled
 * @seed: of the picture
 *
 * Cuts the region out, brings it to the run's size, fills and encodes it, and
 * brings the mask to the latent's size. Without a picture only the sizes are
 * set, and inpainting models are told that everything is to be repainted.
 *
 * Returns: (transfer full): the patch, or %NULL with the errors of running the
 *   VAE's encoder, or %PENT_ERROR_MEMORY
 */
PentPatch *
pent_patch_new (const PentSource *source, guint pass, PentImage *canvas, PentModel *model, const PentRequest *request,
                guint64 seed, GCancellable *cancellable, GError **error)
{
  g_autoptr (PentPatch) self = g_new0 (PentPatch, 1);
  const PentPass *p = pent_source_get_pass (source, pass);
  int scale = pent_vae_get_scale (pent_checkpoint_get_vae (pent_model_get_checkpoint (model)));
  g_autofree float *picture = NULL;

  self->source = source;
  self->pass = pass;
  self->cells_wide = p->run_width / scale;
  self->cells_high = p->run_height / scale;
  self->mask = pent_source_make_mask (source, pass);
  self->alpha = self->mask != NULL ? pent_mask_to_alpha (self->mask, p->blend) : NULL;
  picture = canvas != NULL ? cut_out (p, canvas, error) : g_new0 (float, (gsize) p->run_width * p->run_height * 3);
  if (picture == NULL || (canvas != NULL && !extend (self, picture, canvas, error))
      || !encode (self, picture, model, request, seed, cancellable, error))
    return NULL;
  return g_steal_pointer (&self);
}

static gboolean
all_finite (const float *values, gsize n)
{
  for (gsize i = 0; i < n; i++)
    if (!isfinite (values[i]))
      return FALSE;
  return TRUE;
}

/**
 * pent_patch_decode:
 * @latent: (channels, cells_high, cells_wide)
 *
 * Returns: (transfer full): the decoder's picture, 16-bit RGB at the run's
 *   size; %NULL with the errors of running the VAE's decoder, or with
 *   %PENT_ERROR_DEVICE for values that are not numbers
 */
PentImage *
pent_patch_decode (const PentPatch *self, PentModel *model, const float *latent, GCancellable *cancellable,
                   GError **error)
{
  const PentPass *pass = get_pass (self);
  gsize n = (gsize) pass->run_width * pass->run_height * 3;
  g_autofree float *picture = g_try_new (float, n);

  if (picture == NULL)
    {
      g_set_error_literal (error, PENT_ERROR, PENT_ERROR_MEMORY,
                           _("There is no memory left for the picture: choose a smaller size"));
      return NULL;
    }
  if (!pent_latent_decode (model, latent, self->cells_high, self->cells_wide, picture, cancellable, error))
    return NULL;
  if (!all_finite (picture, n))
    {
      g_set_error_literal (error, PENT_ERROR, PENT_ERROR_DEVICE,
                           _("The VAE gave values that are not numbers, so there is no picture: "
                           "try another model, or pentimento-cli with --precision f32 or another --vae"));
      return NULL;
    }
  return to_image (picture, pass->run_width, pass->run_height, error);
}

/**
 * pent_patch_make_layer:
 * @painted: what pent_patch_decode() gave; the pass has a mask
 *
 * Returns: (transfer full): what there is to join
 */
PentEditLayer *
pent_patch_make_layer (const PentPatch *self, PentImage *painted)
{
  const PentPass *pass = get_pass (self);
  gboolean grows = pass->masked && !pass->extends;

  return pent_edit_layer_new (grows ? PENT_LAYER_EDIT : PENT_LAYER_MARGIN, &pass->region, painted, self->mask,
                              pass->blend, pass->ring);
}
