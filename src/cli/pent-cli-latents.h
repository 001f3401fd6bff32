/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-pipeline.h"

G_BEGIN_DECLS

/**
 * PentCliLatents:
 *
 * Gathers the final latents of a run's pictures for one safetensors file.
 */
typedef struct
{
  GByteArray *values;   /* f32, little-endian */
  int         count;
  int         channels;
  int         height;
  int         width;
} PentCliLatents;

void     pent_cli_latents_init  (PentCliLatents *self);
void     pent_cli_latents_clear (PentCliLatents *self);
gboolean pent_cli_latents_add   (PentCliLatents *self, const PentPicture *picture, GError **error);
gboolean pent_cli_latents_write (PentCliLatents *self, const char *path, GError **error);

G_END_DECLS
