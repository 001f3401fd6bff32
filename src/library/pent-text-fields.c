/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-text-fields.h"

static void
text_field_free (gpointer data)
{
  PentTextField *field = data;
  g_free (field->keyword);
  g_free (field->text);
  g_free (field);
}

PentTextFields *
pent_text_fields_new (void)
{
  PentTextFields *self = g_new0 (PentTextFields, 1);
  self->fields = g_ptr_array_new_with_free_func (text_field_free);
  return self;
}

void
pent_text_fields_free (PentTextFields *self)
{
  g_ptr_array_unref (self->fields);
  g_free (self);
}

/**
 * pent_text_fields_add_take:
 * @keyword: (transfer full): the name, UTF-8
 * @text: (transfer full): UTF-8
 */
void
pent_text_fields_add_take (PentTextFields *self, char *keyword, char *text)
{
  PentTextField *field = g_new0 (PentTextField, 1);
  field->keyword = keyword;
  field->text = text;
  g_ptr_array_add (self->fields, field);
}

void
pent_text_fields_add (PentTextFields *self, const char *keyword, const char *text)
{
  pent_text_fields_add_take (self, g_strdup (keyword), g_strdup (text));
}

/**
 * pent_text_fields_get:
 *
 * Returns: (nullable): the first text under @keyword
 */
const char *
pent_text_fields_get (const PentTextFields *self, const char *keyword)
{
  for (guint i = 0; i < self->fields->len; i++)
    {
      const PentTextField *field = g_ptr_array_index (self->fields, i);
      if (g_str_equal (field->keyword, keyword))
        return field->text;
    }
  return NULL;
}
