/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include <stdlib.h>

#include "pent-library-private.h"

/* Times of one model on one device at one size, 16 bytes a picture. */
typedef struct
{
  PentLibraryFigures *figures;   /* NULL before the first */
  GArray             *wait;      /* of double */
  GArray             *total;
} Group;

static int
compare (gconstpointer a, gconstpointer b)
{
  double x = *(const double *) a, y = *(const double *) b;
  return (x > y) - (x < y);
}

/* The smallest of @times that so many in a hundred do not exceed. */
static void
take_percentiles (GArray *times, double percentiles[3])
{
  static const guint percents[] = { 50, 90, 99 };
  g_array_sort (times, compare);
  for (gsize i = 0; i < G_N_ELEMENTS (percents); i++)
    percentiles[i] = g_array_index (times, double, (times->len * percents[i] + 99) / 100 - 1);
}

static void
finish (Group *self, GPtrArray *figures)
{
  if (self->figures == NULL)
    return;
  self->figures->n_pictures = self->total->len;
  take_percentiles (self->wait, self->figures->wait);
  take_percentiles (self->total, self->figures->total);
  g_ptr_array_add (figures, g_steal_pointer (&self->figures));
  g_array_set_size (self->wait, 0);
  g_array_set_size (self->total, 0);
}

static gboolean
is_of (const Group *self, const char *model, const char *device, int width, int height)
{
  const PentLibraryFigures *figures = self->figures;
  return figures != NULL && figures->width == width && figures->height == height &&
         g_str_equal (figures->model, model) && g_str_equal (figures->device, device);
}

static void
add (Group *self, PentStatement *statement, GPtrArray *figures)
{
  const char *model = pent_statement_get_text (statement, 0);
  const char *device = pent_statement_get_text (statement, 1);
  int width = pent_statement_get_int (statement, 2, 0), height = pent_statement_get_int (statement, 3, 0);
  double total = pent_statement_get_real (statement, 4, 0), wait = pent_statement_get_real (statement, 5, 0);

  if (!is_of (self, model, device, width, height))
    {
      finish (self, figures);
      self->figures = g_new0 (PentLibraryFigures, 1);
      self->figures->model = g_strdup (model);
      self->figures->device = g_strdup (device);
      self->figures->width = width;
      self->figures->height = height;
    }
  g_array_append_val (self->wait, wait);
  g_array_append_val (self->total, total);
}

static int
compare_counts (gconstpointer a, gconstpointer b)
{
  const PentLibraryFigures *one = *(PentLibraryFigures *const *) a, *other = *(PentLibraryFigures *const *) b;
  return (other->n_pictures > one->n_pictures) - (other->n_pictures < one->n_pictures);
}

/**
 * pent_library_get_figures:
 *
 * Returns: (transfer full) (element-type PentLibraryFigures): how long pictures
 *   took, by model, device and size, those with the most pictures first; %NULL
 *   with an error
 */
GPtrArray *
pent_library_get_figures (PentLibrary *self, GError **error)
{
  static const char sql[] =
    "SELECT coalesce (model, ''), coalesce (device, ''), width, height, seconds_total, seconds_wait FROM pictures "
    "WHERE seconds_total IS NOT NULL ORDER BY model, device, width, height";
  g_autoptr (GPtrArray) figures = g_ptr_array_new_with_free_func ((GDestroyNotify) pent_library_figures_free);
  g_autoptr (GArray) wait = g_array_new (FALSE, FALSE, sizeof (double));
  g_autoptr (GArray) total = g_array_new (FALSE, FALSE, sizeof (double));
  g_autoptr (PentStatement) statement = pent_statement_new (self->database, error, sql, "");
  Group group = { .wait = wait, .total = total };
  gboolean row = statement != NULL, ok = row;

  while (row && (ok = pent_statement_next (statement, &row, error)) && row)
    add (&group, statement, figures);
  finish (&group, figures);
  g_ptr_array_sort (figures, compare_counts);
  return ok ? g_steal_pointer (&figures) : NULL;
}

void
pent_library_figures_free (PentLibraryFigures *self)
{
  g_free (self->model);
  g_free (self->device);
  g_free (self);
}
