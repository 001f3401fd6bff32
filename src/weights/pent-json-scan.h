/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * PentJsonScan:
 * @at: next byte to read
 * @end: one past the last byte
 * @values_left: how many more values pent_json_skip_value() may pass
 * @problem: (nullable): what was wrong, in words for the user, once a call
 *   has failed
 *
 * Reads JSON (RFC 8259) from left to right without recursion, copies or
 * allocation, so that its cost is bounded by the text's length whatever the
 * text is. Set the fields, then call; after a failure only @problem counts.
 */
typedef struct
{
  const char *at;
  const char *end;
  guint64     values_left;
  const char *problem;
} PentJsonScan;

gboolean pent_json_peek       (PentJsonScan *self, char *next);
gboolean pent_json_take       (PentJsonScan *self, char expected);
gboolean pent_json_next_item  (PentJsonScan *self, char close, gboolean *first, gboolean *more);
gboolean pent_json_string     (PentJsonScan *self, char *buffer, gsize size, gsize *length);
gboolean pent_json_unsigned   (PentJsonScan *self, guint64 *value);
gboolean pent_json_skip_value (PentJsonScan *self, guint max_depth);
gboolean pent_json_finish     (PentJsonScan *self);

G_END_DECLS
