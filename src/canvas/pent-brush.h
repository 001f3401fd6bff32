/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define PENT_BRUSH_MIN_SIZE 1.0
#define PENT_BRUSH_MAX_SIZE 1000.0

/**
 * PentBrush:
 * @size: diameter in pixels of the mask, %PENT_BRUSH_MIN_SIZE to %PENT_BRUSH_MAX_SIZE
 * @hardness: 0 to 1: how much of the radius is covered before the edge falls off
 * @opacity: 0 to 1: the strength of one stroke, however often it crosses itself
 * @erase: takes away in place of adding
 * @pressure_size: whether a pen's pressure changes the size
 * @pressure_opacity: whether it changes the opacity
 * @softness: of the pen, -1 (must be pressed hard) to 1 (light); 0: as the device says
 *
 * How a stroke looks.
 */
typedef struct
{
  double   size;
  double   hardness;
  double   opacity;
  gboolean erase;
  gboolean pressure_size;
  gboolean pressure_opacity;
  double   softness;
} PentBrush;

double pent_pressure_curve (double pressure, double softness);

double pent_brush_radius   (const PentBrush *self, double pressure);
double pent_brush_strength (const PentBrush *self, double pressure);
double pent_brush_step     (double size, int direction);

G_END_DECLS
