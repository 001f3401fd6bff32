/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-tensor-check.h"

void
pent_tensor_check_clear (PentTensorCheck *self)
{
  g_clear_pointer (&self->first_missing, g_free);
  g_clear_pointer (&self->problem, g_free);
}

/**
 * pent_tensor_is_readable:
 * @dtype: (out) (optional): the engine's name for the element type
 *
 * Returns: whether the engine reads weights of this element type
 */
gboolean
pent_tensor_is_readable (const PentTensorInfo *info, PentDtype *dtype)
{
  PentDtype found;

  switch (info->type)
    {
    case PENT_TENSOR_F32:
      found = PENT_F32;
      break;
    case PENT_TENSOR_F16:
      found = PENT_F16;
      break;
    case PENT_TENSOR_BF16:
      found = PENT_BF16;
      break;
    default:
      return FALSE;
    }
  if (dtype != NULL)
    *dtype = found;
  return TRUE;
}

static char *
describe_shape (const gint64 *dim, int n_dims)
{
  GString *text = g_string_new ("(");

  for (int i = 0; i < n_dims; i++)
    g_string_append_printf (text, "%s%" G_GINT64_FORMAT, i > 0 ? ", " : "", dim[i]);
  g_string_append_c (text, ')');
  return g_string_free (text, FALSE);
}

/* A linear layer and a 1x1 convolution lie the same way in memory, and files
 * have the one where others have the other. */
static gboolean
same_shape (const PentTensorInfo *info, const gint64 *dim, int n_dims)
{
  if (info->n_dims > PENT_WEIGHT_MAX_DIMS || (info->n_dims == 1) != (n_dims == 1))
    return FALSE;
  for (int i = 0; i < MAX (info->n_dims, n_dims); i++)
    if ((i < info->n_dims ? info->dim[i] : 1) != (i < n_dims ? dim[i] : 1))
      return FALSE;
  return info->n_dims > 0;
}

static void
expect (PentTensorCheck *self, const char *prefix, const char *name, const char *kind, const gint64 *dim,
        int n_dims)
{
  PentTensorEntry *entry = pent_tensor_table_findf (self->table, "%s%s.%s", prefix, name, kind);

  self->n_needed++;
  if (entry == NULL)
    {
      self->n_missing++;
      if (self->first_missing == NULL)
        self->first_missing = g_strdup_printf ("%s%s.%s", prefix, name, kind);
      return;
    }
  entry->needed = TRUE;
  if (self->problem != NULL)
    return;
  if (!same_shape (entry->info, dim, n_dims))
    {
      g_autofree char *found = describe_shape (entry->info->dim, entry->info->n_dims);
      g_autofree char *wanted = describe_shape (dim, n_dims);
      self->problem = g_strdup_printf ("tensor '%s' has the shape %s where the rest of the model "
                                       "calls for %s: use files that belong together",
                                       entry->info->name, found, wanted);
    }
  else if (!pent_tensor_is_readable (entry->info, NULL))
    self->problem = g_strdup_printf ("tensor '%s' is stored as %s, and only F32, F16 and BF16 can "
                                     "be read: use another version of the model",
                                     entry->info->name, pent_tensor_type_name (entry->info->type));
}

/**
 * pent_expect_matrix:
 *
 * Expects a linear layer without a bias: weight (out, in).
 */
void
pent_expect_matrix (PentTensorCheck *self, const char *prefix, const char *name, gint64 out, gint64 in)
{
  expect (self, prefix, name, "weight", (gint64[]) { out, in }, 2);
}

/**
 * pent_expect_linear:
 *
 * Expects a linear layer: weight (out, in), bias (out).
 */
void
pent_expect_linear (PentTensorCheck *self, const char *prefix, const char *name, gint64 out, gint64 in)
{
  pent_expect_matrix (self, prefix, name, out, in);
  expect (self, prefix, name, "bias", &out, 1);
}

/**
 * pent_expect_conv:
 *
 * Expects a convolution: weight (out, in, side, side), bias (out).
 */
void
pent_expect_conv (PentTensorCheck *self, const char *prefix, const char *name, gint64 out, gint64 in,
                  gint64 side)
{
  expect (self, prefix, name, "weight", (gint64[]) { out, in, side, side }, 4);
  expect (self, prefix, name, "bias", &out, 1);
}

/**
 * pent_expect_filter:
 *
 * Expects a convolution without a bias: weight (out, in, side, side).
 */
void
pent_expect_filter (PentTensorCheck *self, const char *prefix, const char *name, gint64 out, gint64 in,
                    gint64 side)
{
  expect (self, prefix, name, "weight", (gint64[]) { out, in, side, side }, 4);
}

/**
 * pent_expect_norm:
 *
 * Expects a normalisation: weight (channels), bias (channels).
 */
void
pent_expect_norm (PentTensorCheck *self, const char *prefix, const char *name, gint64 channels)
{
  expect (self, prefix, name, "weight", &channels, 1);
  expect (self, prefix, name, "bias", &channels, 1);
}
