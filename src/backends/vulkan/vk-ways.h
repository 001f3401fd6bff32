/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "vk-device.h"
#include "vk-pipelines.h"

G_BEGIN_DECLS

/* From here on each matmul shader has constants of its own. */
#define PENT_VK_FIRST_WAY_CONSTANT 6

/**
 * PentVkWay:
 * @name: in files, "tile-8x8"
 * @lanes: invocations (subgroups for the cooperative shader) along either side
 *   of a tile
 * @per_lane: rows, and columns, that each of them makes
 *
 * One of the ways to make a matrix product. Those that a device chooses from
 * add in the same order, so that they give the same sums.
 */
typedef struct
{
  const char  *name;
  PentVkShader shader;
  guint        lanes;
  guint        per_lane;
} PentVkWay;

#define PENT_VK_MAX_WAYS 4

guint pent_vk_ways_list        (const PentVkFacts *facts, gboolean is_f16, const PentVkWay **ways);
guint pent_vk_way_rows         (const PentVkWay *self);
guint pent_vk_way_panels       (const PentVkWay *self);
void  pent_vk_way_set_kernel   (const PentVkWay *self, const PentVkFacts *facts, guint steps, PentVkKernel *kernel);

G_END_DECLS
