/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

#include "pent-backend.h"
#include "pent-image.h"

G_BEGIN_DECLS

/**
 * GoldenData:
 *
 * What tests/pipeline/make-goldens.py has written: a list of cases, and the
 * numbers that they point into.
 */
typedef struct
{
  JsonParser *parser;
  JsonArray  *cases;     /* owned by the parser */
  char       *floats;
  gsize       n_floats;
} GoldenData;

GoldenData *golden_data_new  (const char *name);
void        golden_data_free (GoldenData *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GoldenData, golden_data_free)

/* shape has room for 4 numbers; both outputs may be NULL */
const float *golden_data_get (GoldenData *self, JsonObject *object, const char *member, int *shape, gsize *n);

char        *golden_model_path (const char *model);
double       golden_difference (const float *found, const float *expected, gsize n);

PentImage   *golden_picture (int width, int height);
PentImage   *golden_mask    (int width, int height, const int box[4], gboolean soft);

PentBackend *golden_backend (const char *device, PentDtype operand, char **reason);
gboolean     golden_operand (const char *name, PentDtype *operand);

G_END_DECLS
