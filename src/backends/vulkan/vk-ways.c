/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "vk-ways.h"

#include "vk-repack.h"

/* Rows of the wide shader, whose groups make one panel of columns */
#define WIDE_ROWS 16

/* The first of each is taken where nothing was timed. */
static const PentVkWay wide_ways[] = {
  { "wide", PENT_VK_MATMUL_WIDE, 1, WIDE_ROWS },
};
static const PentVkWay tile_ways[] = {
  { "tile-8x8", PENT_VK_MATMUL_TILE, 8, 8 },
  { "tile-8x4", PENT_VK_MATMUL_TILE, 8, 4 },
  { "tile-16x8", PENT_VK_MATMUL_TILE, 16, 8 },
  { "tile-16x4", PENT_VK_MATMUL_TILE, 16, 4 },
};
static const PentVkWay cooperative_ways[] = {
  { "cooperative-2x32", PENT_VK_MATMUL_COOPERATIVE, 2, 32 },
  { "cooperative-2x16", PENT_VK_MATMUL_COOPERATIVE, 2, 16 },
  { "cooperative-2x64", PENT_VK_MATMUL_COOPERATIVE, 2, 64 },
};

/* Sums that an invocation of the cooperative shader can keep in registers */
#define MAX_SUMS 128

G_STATIC_ASSERT (G_N_ELEMENTS (tile_ways) <= PENT_VK_MAX_WAYS && G_N_ELEMENTS (cooperative_ways) <= PENT_VK_MAX_WAYS);

/* The largest tile of the tile shader shares 17 KiB and of the cooperative one
 * 23 KiB, the others under 10 and 15; the first two of either fit anywhere. */
static guint
count_tile_ways (const PentVkFacts *facts)
{
  return facts->max_shared < 20 * 1024 || facts->max_invocations < 256 ? 2 : G_N_ELEMENTS (tile_ways);
}

static guint
count_cooperative_ways (const PentVkFacts *facts)
{
  const PentVkWay *largest = &cooperative_ways[G_N_ELEMENTS (cooperative_ways) - 1];
  gboolean fits = largest->per_lane * largest->per_lane / facts->subgroup_size <= MAX_SUMS
                  && facts->max_shared >= 24 * 1024;

  return G_N_ELEMENTS (cooperative_ways) - !fits;
}

/**
 * pent_vk_ways_list:
 * @is_f16: both operands are stored in binary16
 * @ways: (out) (transfer none): the ways the device has, the first being the
 *   one to take untimed
 *
 * Returns: how many
 */
guint
pent_vk_ways_list (const PentVkFacts *facts, gboolean is_f16, const PentVkWay **ways)
{
  if (facts->is_wide)
    {
      *ways = wide_ways;
      return G_N_ELEMENTS (wide_ways);
    }
  if (is_f16 && facts->cooperative.m > 0
      && PENT_VK_COOPERATIVE_SUBGROUPS * facts->subgroup_size <= facts->max_invocations)
    {
      *ways = cooperative_ways;
      return count_cooperative_ways (facts);
    }
  *ways = tile_ways;
  return count_tile_ways (facts);
}

/**
 * pent_vk_way_rows:
 *
 * Returns: rows that a workgroup makes
 */
guint
pent_vk_way_rows (const PentVkWay *self)
{
  return self->lanes * self->per_lane;
}

/**
 * pent_vk_way_panels:
 *
 * Returns: panels of columns that a workgroup makes
 */
guint
pent_vk_way_panels (const PentVkWay *self)
{
  return self->shader == PENT_VK_MATMUL_WIDE ? 1 : self->lanes * self->per_lane / PENT_VK_PANEL;
}

/* Steps that the wide shader takes in one turn of its loop */
static guint
steps_at_once (guint steps)
{
  return steps % 4 == 0 ? 4 : steps % 2 == 0 ? 2 : 1;
}

/**
 * pent_vk_way_set_kernel:
 * @steps: of four channels
 * @kernel: (inout): is given the shader and the constants that are its own
 */
void
pent_vk_way_set_kernel (const PentVkWay *self, const PentVkFacts *facts, guint steps, PentVkKernel *kernel)
{
  guint32 *constants = kernel->constants + PENT_VK_FIRST_WAY_CONSTANT;
  guint n = 0;

  kernel->shader = self->shader;
  switch (self->shader)
    {
    case PENT_VK_MATMUL_WIDE:
      constants[n++] = steps_at_once (steps);
      break;
    case PENT_VK_MATMUL_TILE:
      constants[n++] = self->lanes * self->lanes;
      constants[n++] = self->lanes;
      constants[n++] = self->per_lane;
      break;
    case PENT_VK_MATMUL_COOPERATIVE:
      constants[n++] = PENT_VK_COOPERATIVE_SUBGROUPS * facts->subgroup_size;
      constants[n++] = facts->cooperative.m;
      constants[n++] = facts->cooperative.n;
      constants[n++] = facts->cooperative.k;
      constants[n++] = self->per_lane;
      break;
    default:
      g_assert_not_reached ();
    }
  kernel->n_constants = PENT_VK_FIRST_WAY_CONSTANT + n;
}
