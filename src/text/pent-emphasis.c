/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pent-emphasis.h"

static double
mean (const float *values,
      gsize        n)
{
  double sum = 0;

  for (gsize i = 0; i < n; i++)
    sum += values[i];
  return sum / n;
}

/**
 * pent_emphasis_apply:
 * @hidden: (inout): (n_tokens, width), one chunk's output of one text encoder
 * @weights: n_tokens factors, as in #PentTokenChunks
 *
 * Multiplies each token's vector by its weight, then scales the whole chunk so
 * that its mean is what it was, as A1111's "Original" emphasis does: the mean
 * runs over all tokens of the chunk, BOS, EOS and padding included. Where
 * every weight is 1 nothing is touched, not even by rounding, and where the
 * weights bring the mean to zero it cannot be restored and is left alone.
 */
void
pent_emphasis_apply (float       *hidden,
                     const float *weights,
                     int          n_tokens,
                     int          width)
{
  gsize n = (gsize) n_tokens * width;
  gboolean plain = TRUE;
  double before, after;
  float scale;

  g_return_if_fail (n_tokens > 0 && width > 0);

  for (int t = 0; t < n_tokens; t++)
    plain = plain && weights[t] == 1.0f;
  if (plain)
    return;

  before = mean (hidden, n);
  for (int t = 0; t < n_tokens; t++)
    for (int c = 0; c < width; c++)
      hidden[(gsize) t * width + c] *= weights[t];
  after = mean (hidden, n);
  if (after == 0)
    return;

  scale = (float) before / (float) after;
  for (gsize i = 0; i < n; i++)
    hidden[i] *= scale;
}
