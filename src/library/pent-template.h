/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * PentTemplate:
 * @name: without "@"
 * @version: 1 the first
 * @text: a prompt with {slots}
 * @created: milliseconds since 1970
 */
typedef struct
{
  char  *name;
  gint64 version;
  char  *text;
  gint64 created;
} PentTemplate;

void pent_template_free (PentTemplate *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PentTemplate, pent_template_free)

gboolean pent_template_name_is_valid (const char *name);

gboolean pent_slot_find         (const char *text, gsize from, gsize *start, gsize *end);
gboolean pent_slots_were_filled (const char *text, const char *prompt);

G_END_DECLS
