/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The keywords of a recipe, whatever the file's format: A1111's text and our
 * own JSON. */
#define PENT_FIELD_PARAMETERS "parameters"
#define PENT_FIELD_RECIPE     "pentimento"

/**
 * PentTextField:
 * @keyword: 1 to 79 characters
 * @text: UTF-8
 */
typedef struct
{
  char *keyword;
  char *text;
} PentTextField;

/**
 * PentTextFields:
 * @fields: (element-type PentTextField): in the order of the file
 *
 * The texts that a picture file carries beside its pixels.
 */
typedef struct
{
  GPtrArray *fields;
} PentTextFields;

PentTextFields *pent_text_fields_new  (void);
void            pent_text_fields_free (PentTextFields *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PentTextFields, pent_text_fields_free)

void        pent_text_fields_add      (PentTextFields *self, const char *keyword, const char *text);
void        pent_text_fields_add_take (PentTextFields *self, char *keyword, char *text);
const char *pent_text_fields_get      (const PentTextFields *self, const char *keyword);

G_END_DECLS
