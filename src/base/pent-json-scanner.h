/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * PentJsonScanner:
 * @at: the next byte to read
 * @values_left: how many more values pent_json_scanner_skip() may pass
 * @fresh: whether the reader stands directly after an opening bracket
 * @problem: what was wrong, in words for the user; empty while all is well
 *
 * Reads JSON (RFC 8259) from front to back without recursion, and allocates
 * nothing but what the caller's strings hold: a header may list sixty thousand
 * tensors, a vocabulary has fifty thousand members, and either may be hostile.
 * Its cost is bounded by the text's length whatever the text is.
 *
 * After the first problem every call returns at once with nothing, so a reader
 * may be written without a check after each step; pent_json_scanner_finish()
 * tells. The struct may be copied to come back to a place later.
 *
 *   pent_json_scanner_begin_object (&scanner);
 *   while (pent_json_scanner_next_member (&scanner, key))
 *     ... read or skip exactly one value ...
 */
typedef struct
{
  const char *start;
  const char *at;
  const char *end;
  guint64     values_left;
  gboolean    fresh;
  char        problem[256];
} PentJsonScanner;

typedef enum
{
  PENT_JSON_NOTHING,
  PENT_JSON_OBJECT,
  PENT_JSON_ARRAY,
  PENT_JSON_STRING,
  PENT_JSON_NUMBER,
  PENT_JSON_BOOLEAN,
  PENT_JSON_NULL,
} PentJsonKind;

void     pent_json_scanner_init   (PentJsonScanner *self, const char *text, gsize length, guint64 max_values);
gboolean pent_json_scanner_fail   (PentJsonScanner *self, const char *format, ...) G_GNUC_PRINTF (2, 3);
gboolean pent_json_scanner_failed (const PentJsonScanner *self);
gboolean pent_json_scanner_finish (PentJsonScanner *self);

PentJsonKind pent_json_scanner_peek          (PentJsonScanner *self);
gboolean     pent_json_scanner_begin_object  (PentJsonScanner *self);
gboolean     pent_json_scanner_next_member   (PentJsonScanner *self, GString *key);
gboolean     pent_json_scanner_begin_array   (PentJsonScanner *self);
gboolean     pent_json_scanner_next_element  (PentJsonScanner *self);
gboolean     pent_json_scanner_read_string   (PentJsonScanner *self, GString *string);
gboolean     pent_json_scanner_read_unsigned (PentJsonScanner *self, guint64 *value);
gint64       pent_json_scanner_read_integer  (PentJsonScanner *self);
gboolean     pent_json_scanner_read_boolean  (PentJsonScanner *self);
gboolean     pent_json_scanner_skip          (PentJsonScanner *self, guint max_depth);

G_END_DECLS
