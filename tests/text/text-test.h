/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

#include "pent-tokenizer.h"

/* What the tests of this folder share: their goldens, and folders that are
 * gone when the test is over. */

JsonNode *text_test_load_golden   (const char *name);
char     *text_test_make_dir      (void);
void      text_test_remove_dir    (char *dir);
void      text_test_write         (const char *dir, const char *name, const char *text, gssize length);
void      text_test_write_members (const char *dir, JsonObject *files);

PentTokenizer *text_test_new_clip (void);
char          *text_test_starter_dir (void);

typedef char TextTestDir;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TextTestDir, text_test_remove_dir)
