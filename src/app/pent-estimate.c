/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-estimate.h"

#include <math.h>

#include "pent-shipped-model.h"

/* Of a painted picture as a PNG. */
#define BYTES_PER_PIXEL 2

/* The file's name begins with the model's; the starter model's folder has its
 * name. */
static gboolean
is_of_model (const PentLibraryFigures *figures, const char *model)
{
  g_autofree char *name = *model != '\0' ? g_path_get_basename (model) : g_strdup (PENT_STARTER);

  return g_str_has_prefix (name, figures->model);
}

/* How unlike the figures' pictures are in size. */
static double
find_distance (const PentLibraryFigures *figures, double pixels)
{
  return fabs (log (figures->width * (double) figures->height / pixels));
}

/**
 * pent_estimate:
 * @figures: (element-type PentLibraryFigures): how long pictures took so far
 * @model: path of the model; "": the starter model
 * @width: pixels
 * @height: pixels
 * @count: pictures
 * @estimate: (out): from those of the size that is nearest
 *
 * Returns: %FALSE where the model has painted nothing yet
 */
gboolean
pent_estimate (GPtrArray *figures, const char *model, int width, int height, int count, PentEstimate *estimate)
{
  const PentLibraryFigures *nearest = NULL;
  double pixels = width * (double) height;

  for (guint i = 0; i < figures->len; i++)
    {
      const PentLibraryFigures *each = figures->pdata[i];
      if (is_of_model (each, model)
          && (nearest == NULL || find_distance (each, pixels) < find_distance (nearest, pixels)))
        nearest = each;
    }
  if (nearest == NULL)
    return FALSE;
  estimate->seconds = count * nearest->total[0] * pixels / (nearest->width * (double) nearest->height);
  estimate->bytes = count * (gint64) (pixels * BYTES_PER_PIXEL);
  return TRUE;
}
