/* SPDX-License-Identifier: GPL-3.0-or-later */

/* W is the motion's increment over an interval of noise levels. The whole
 * interval is halved again and again; given W over a node, W over its left
 * half is l/h W + sqrt(l r/h) z (the Brownian bridge), z being normals seeded
 * by the node's place alone, and the right half has the rest. Levels lie on a
 * grid of 1e-6, so that some halving ends at any of them. */

#define G_LOG_DOMAIN "pentimento"

#include "pent-brownian.h"

#include "pent-brownian-seed.h"

#include <math.h>
#include <string.h>

#define MAX_DEPTH 64

/* One row of the tree holds the node visited last: at most two arrays a row
 * for some 25 rows. A sampler's next query begins where the last one ended,
 * so most of its way is found here. */
typedef struct
{
  guint64 path;
  float *w;    /* over the node; NULL while the row was never visited */
  float *left; /* over its left half */
  gboolean has_left;
} Row;

struct _PentBrownian
{
  PentRngKind kind;
  guint64 seed;
  gsize n;
  double start;
  double end;
  float *normals;
  Row row[MAX_DEPTH];
};

/* A part [a, b] of the node [start, end] at path in its row. */
typedef struct
{
  guint64 path;
  int depth;
  double start;
  double end;
  double a;
  double b;
} Part;

/* To six decimals exactly as Python's round: the decimal nearest to the
 * binary value, ties to even, and back. */
static double
round_level (double level)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE + 32];
  g_ascii_formatd (text, sizeof text, "%.6f", level);
  return g_ascii_strtod (text, NULL);
}

static void
draw (PentBrownian *self, guint32 seed, float *out)
{
  g_autoptr (PentRng) rng = pent_rng_new (self->kind, seed);
  pent_rng_normal (rng, out, self->n);
}

/**
 * pent_brownian_new:
 * @kind: what draws the normals of each node
 * @seed: the picture's
 * @n: floats in one draw
 * @sigma_min: the smallest positive noise level that will be asked for
 * @sigma_max: the largest, at least @sigma_min
 *
 * The interval is part of the seed: other ends, another motion.
 *
 * Returns: (transfer full): the tree; it keeps some fifty arrays of @n floats
 */
PentBrownian *
pent_brownian_new (PentRngKind kind, guint64 seed, gsize n, float sigma_min, float sigma_max)
{
  g_assert (sigma_min >= 0 && sigma_min <= sigma_max && sigma_max < 1e9f);

  PentBrownian *self = g_new0 (PentBrownian, 1);
  self->kind = kind;
  self->seed = seed;
  self->n = n;
  self->start = round_level (sigma_min);
  self->end = round_level (sigma_max);
  self->normals = g_new (float, n);

  float scale = (float) sqrt ((double) sigma_max - (double) sigma_min);
  float *w = self->row[0].w = g_new (float, n);
  self->row[0].left = g_new (float, n);
  draw (self, pent_brownian_seed_root (seed), w);
  for (gsize i = 0; i < n; i++)
    w[i] *= scale;
  return self;
}

void
pent_brownian_free (PentBrownian *self)
{
  if (self == NULL)
    return;
  for (int i = 0; i < MAX_DEPTH; i++)
    {
      g_free (self->row[i].w);
      g_free (self->row[i].left);
    }
  g_free (self->normals);
  g_free (self);
}

static void
ensure_left (PentBrownian *self, const Part *node, double middle)
{
  Row *row = &self->row[node->depth];
  if (row->has_left)
    return;

  double per_height = 1.0 / (node->end - node->start);
  double left = middle - node->start;
  double right = node->end - middle;
  const float share = (float) left;
  const float reciprocal = (float) per_height;
  const float deviation = (float) sqrt (left * right * per_height);

  draw (self, pent_brownian_seed_node (self->seed, node->path, node->depth), self->normals);
  for (gsize i = 0; i < self->n; i++)
    row->left[i] = share * row->w[i] * reciprocal + deviation * self->normals[i];
  row->has_left = TRUE;
}

/* Makes the row below hold one half of the node that this row holds. */
static void
enter_child (PentBrownian *self, const Part *child)
{
  const Row *parent = &self->row[child->depth - 1];
  Row *row = &self->row[child->depth];

  if (row->w != NULL && row->path == child->path)
    return;
  if (row->w == NULL)
    {
      row->w = g_new (float, self->n);
      row->left = g_new (float, self->n);
    }
  row->path = child->path;
  row->has_left = FALSE;
  if (child->path & 1)
    for (gsize i = 0; i < self->n; i++)
      row->w[i] = parent->w[i] - parent->left[i];
  else
    memcpy (row->w, parent->left, self->n * sizeof (float));
}

/* Adds W over the part to @out. The row of the part's depth holds its node.
 * The lower half comes last, so that its way down stays in the rows. */
static void
add_part (PentBrownian *self, const Part *part, float *out)
{
  const Row *row = &self->row[part->depth];

  if (part->a == part->start && part->b == part->end)
    {
      for (gsize i = 0; i < self->n; i++)
        out[i] += row->w[i];
      return;
    }

  double middle = round_level (0.5 * (part->end + part->start));
  g_assert (part->depth + 1 < MAX_DEPTH && part->start < middle && middle < part->end);
  ensure_left (self, part, middle);

  if (part->a <= middle && part->b == part->end)
    for (gsize i = 0; i < self->n; i++)
      out[i] += row->w[i] - row->left[i];
  else if (part->b > middle)
    {
      Part child = { 2 * part->path + 1, part->depth + 1, middle, part->end, MAX (part->a, middle), part->b };
      enter_child (self, &child);
      add_part (self, &child, out);
    }

  if (part->a == part->start && part->b >= middle)
    for (gsize i = 0; i < self->n; i++)
      out[i] += row->left[i];
  else if (part->a < middle)
    {
      Part child = { 2 * part->path, part->depth + 1, part->start, middle, part->a, MIN (part->b, middle) };
      enter_child (self, &child);
      add_part (self, &child, out);
    }
}

/**
 * pent_brownian_noise:
 * @sigma: the level the noise is drawn from
 * @sigma_next: the level it is drawn to; both are taken into the interval
 * @out: (out): room for n floats
 *
 * Standard normals: (W(sigma_next) - W(sigma)) / sqrt |sigma_next - sigma|,
 * whose sign is minus that of W's increment while the level falls. The same
 * whatever was asked before. Zero where the two levels are one.
 */
void
pent_brownian_noise (PentBrownian *self, float sigma, float sigma_next, float *out)
{
  double a = CLAMP (round_level (MIN (sigma, sigma_next)), self->start, self->end);
  double b = CLAMP (round_level (MAX (sigma, sigma_next)), self->start, self->end);
  const float deviation = sqrtf (fabsf (sigma_next - sigma));
  const float sign = sigma > sigma_next ? -1.0f : 1.0f;

  memset (out, 0, self->n * sizeof (float));
  if (a >= b)
    return;

  Part whole = { 0, 0, self->start, self->end, a, b };
  add_part (self, &whole, out);
  for (gsize i = 0; i < self->n; i++)
    out[i] = out[i] * sign / deviation;
}
