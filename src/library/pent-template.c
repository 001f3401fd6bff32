/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A slot is "{word}": letters, digits, "_" and "-" between braces. Any other
 * brace is part of the prompt. */
#define G_LOG_DOMAIN "pentimento"

#include "pent-template.h"

#include <string.h>

void
pent_template_free (PentTemplate *self)
{
  g_free (self->name);
  g_free (self->text);
  g_free (self);
}

/**
 * pent_template_name_is_valid:
 *
 * Returns: whether a template may be called so; "@" is what follows a name
 */
gboolean
pent_template_name_is_valid (const char *name)
{
  return *name != '\0' && strchr (name, '@') == NULL && g_utf8_validate (name, -1, NULL);
}

/* Beyond ASCII every byte is taken for part of a letter. */
static gboolean
is_slot (const char *text, gsize size)
{
  for (gsize i = 0; i < size; i++)
    if (!g_ascii_isalnum (text[i]) && text[i] != '_' && text[i] != '-' && (guchar) text[i] < 0x80)
      return FALSE;
  return size > 0;
}

/**
 * pent_slot_find:
 * @from: where to begin, in bytes
 * @start: (out): of the slot's opening brace, in bytes
 * @end: (out): behind its closing brace
 *
 * Returns: whether there is a slot that begins at @from or after it
 */
gboolean
pent_slot_find (const char *text, gsize from, gsize *start, gsize *end)
{
  for (const char *open = strchr (text + from, '{'); open != NULL; open = strchr (open + 1, '{'))
    {
      const char *close = strchr (open, '}');
      if (close == NULL)
        return FALSE;
      if (!is_slot (open + 1, close - open - 1))
        continue;
      *start = open - text;
      *end = close + 1 - text;
      return TRUE;
    }
  return FALSE;
}

/**
 * pent_slots_were_filled:
 * @text: of a template
 *
 * Returns: whether @prompt is @text with something, or nothing, in place of
 *   each slot
 */
gboolean
pent_slots_were_filled (const char *text, const char *prompt)
{
  gsize from = 0, start, end;
  gboolean first = TRUE;

  while (pent_slot_find (text, from, &start, &end))
    {
      g_autofree char *piece = g_strndup (text + from, start - from);
      const char *found = first ? (g_str_has_prefix (prompt, piece) ? prompt : NULL) : strstr (prompt, piece);
      if (found == NULL)
        return FALSE;
      prompt = found + strlen (piece);
      from = end;
      first = FALSE;
    }
  return first ? strcmp (prompt, text) == 0 : g_str_has_suffix (prompt, text + from);
}
