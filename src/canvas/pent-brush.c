/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-brush.h"

#include <math.h>

/* What is left of the size under the lightest touch: a stroke begins as a
 * thin line and not as nothing. */
#define LEAST_SIZE 0.1

/**
 * pent_pressure_curve:
 * @pressure: as the device tells it, 0 to 1; what lies outside is brought inside
 * @softness: -1 to 1
 *
 * A power of the pressure: 0 and 1 stay, it never falls, and one more softness
 * halves the exponent twice, so that at 1 a quarter of the pressure counts as
 * about 0.7.
 *
 * Returns: the pressure that counts, 0 to 1
 */
double
pent_pressure_curve (double pressure, double softness)
{
  if (!(pressure > 0))
    return 0;
  return pow (MIN (pressure, 1), exp2 (-2 * CLAMP (softness, -1, 1)));
}

/**
 * pent_brush_radius:
 * @pressure: 0 to 1, as the device tells it
 *
 * Returns: half the diameter there, pixels
 */
double
pent_brush_radius (const PentBrush *self, double pressure)
{
  double radius = self->size / 2;

  if (self->pressure_size)
    radius *= LEAST_SIZE + (1 - LEAST_SIZE) * pent_pressure_curve (pressure, self->softness);
  return MAX (radius, PENT_BRUSH_MIN_SIZE / 2);
}

/**
 * pent_brush_strength:
 * @pressure: 0 to 1, as the device tells it
 *
 * Returns: the opacity there, 0 to 1
 */
double
pent_brush_strength (const PentBrush *self, double pressure)
{
  if (!self->pressure_opacity)
    return self->opacity;
  return self->opacity * pent_pressure_curve (pressure, self->softness);
}

/**
 * pent_brush_step:
 * @size: a diameter, pixels
 * @direction: 1 the next larger, -1 the next smaller
 *
 * Sizes grow by about an eighth, and by whole pixels.
 *
 * Returns: another size within the limits
 */
double
pent_brush_step (double size, int direction)
{
  double step = MAX (1, round (size / 8));

  return CLAMP (round (size + direction * step), PENT_BRUSH_MIN_SIZE, PENT_BRUSH_MAX_SIZE);
}
