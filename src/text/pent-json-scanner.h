/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * PentJsonScanner:
 *
 * Reads a JSON text from front to back without building it in memory: a
 * tokenizer's vocabulary is one object of fifty thousand members, and a file
 * may be hostile. Nothing recurses and nothing is allocated but the caller's
 * strings. After the first error every call returns at once with nothing, so
 * a reader may be written without a check after each step;
 * pent_json_scanner_finish() tells.
 *
 *   pent_json_scanner_begin_object (&scanner);
 *   while (pent_json_scanner_next_member (&scanner, key))
 *     ... read or skip exactly one value ...
 */
typedef struct
{
  const char *file;   /* for messages */
  const char *start;
  const char *at;
  const char *end;
  gboolean    fresh;  /* directly after an opening bracket */
  GError     *error;
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

void     pent_json_scanner_init   (PentJsonScanner *self, const char *file, const char *text, gsize length);
gboolean pent_json_scanner_finish (PentJsonScanner *self, GError **error);
void     pent_json_scanner_fail   (PentJsonScanner *self, const char *format, ...) G_GNUC_PRINTF (2, 3);

PentJsonKind pent_json_scanner_peek         (PentJsonScanner *self);
gboolean     pent_json_scanner_begin_object (PentJsonScanner *self);
gboolean     pent_json_scanner_next_member  (PentJsonScanner *self, GString *key);
gboolean     pent_json_scanner_begin_array  (PentJsonScanner *self);
gboolean     pent_json_scanner_next_element (PentJsonScanner *self);
gboolean     pent_json_scanner_read_string  (PentJsonScanner *self, GString *string);
gint64       pent_json_scanner_read_integer (PentJsonScanner *self);
gboolean     pent_json_scanner_read_boolean (PentJsonScanner *self);
void         pent_json_scanner_skip         (PentJsonScanner *self);

G_END_DECLS
