/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The {slots} of a template in a text view: they stand out, and Tab goes from
 * one to the next before it leaves the view. */
#define G_LOG_DOMAIN "pentimento"

#include "pent-prompt-slots.h"

#include "pent-template.h"

#define TAG "slot"

static void
get_slot (GtkTextBuffer *buffer, const char *text, gsize start, gsize end, GtkTextIter *from, GtkTextIter *to)
{
  gtk_text_buffer_get_iter_at_offset (buffer, from, g_utf8_pointer_to_offset (text, text + start));
  gtk_text_buffer_get_iter_at_offset (buffer, to, g_utf8_pointer_to_offset (text, text + end));
}

static void
mark_slots_cb (GtkTextBuffer *buffer)
{
  g_autofree char *text = NULL;
  GtkTextIter from, to;
  gsize start, end = 0;

  g_object_get (buffer, "text", &text, NULL);
  gtk_text_buffer_get_bounds (buffer, &from, &to);
  gtk_text_buffer_remove_tag_by_name (buffer, TAG, &from, &to);
  while (pent_slot_find (text, end, &start, &end))
    {
      get_slot (buffer, text, start, end, &from, &to);
      gtk_text_buffer_apply_tag_by_name (buffer, TAG, &from, &to);
    }
}

static gboolean
key_pressed_cb (GtkEventControllerKey *controller, guint key, guint code, GdkModifierType modifiers, GtkTextView *view)
{
  gboolean back = key == GDK_KEY_ISO_Left_Tab || (modifiers & GDK_SHIFT_MASK) != 0;

  if ((key != GDK_KEY_Tab && key != GDK_KEY_ISO_Left_Tab) || (modifiers & (GDK_CONTROL_MASK | GDK_ALT_MASK)) != 0)
    return FALSE;
  return pent_prompt_slots_select (view, !back);
}

/**
 * pent_prompt_slots_attach:
 * @view: whose slots are shown, and gone through by Tab
 */
void
pent_prompt_slots_attach (GtkTextView *view)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (view);
  GtkEventController *controller = gtk_event_controller_key_new ();
  const GdkRGBA colour = { 0.5f, 0.6f, 0.9f, 0.3f };

  gtk_text_buffer_create_tag (buffer, TAG, "background-rgba", &colour, "underline", PANGO_UNDERLINE_SINGLE, NULL);
  g_signal_connect (buffer, "changed", G_CALLBACK (mark_slots_cb), NULL);
  gtk_event_controller_set_propagation_phase (controller, GTK_PHASE_CAPTURE);
  g_signal_connect (controller, "key-pressed", G_CALLBACK (key_pressed_cb), view);
  gtk_widget_add_controller (GTK_WIDGET (view), controller);
}

/**
 * pent_prompt_slots_select:
 * @forward: the next one after the selection, else the last one before it
 *
 * Selects a slot, so that typing fills it.
 *
 * Returns: %FALSE where there is none in that direction
 */
gboolean
pent_prompt_slots_select (GtkTextView *view, gboolean forward)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (view);
  g_autofree char *text = NULL;
  GtkTextIter from, to;
  gsize start, end = 0, found_start = 0, found_end = 0;

  g_object_get (buffer, "text", &text, NULL);
  gtk_text_buffer_get_selection_bounds (buffer, &from, &to);
  gsize begin = g_utf8_offset_to_pointer (text, gtk_text_iter_get_offset (&from)) - text;
  gsize after = g_utf8_offset_to_pointer (text, gtk_text_iter_get_offset (&to)) - text;
  while (pent_slot_find (text, end, &start, &end))
    {
      if (forward && start < after)
        continue;
      if (!forward && end > begin)
        break;
      found_start = start;
      found_end = end;
      if (forward)
        break;
    }
  if (found_end == 0)
    return FALSE;
  get_slot (buffer, text, found_start, found_end, &from, &to);
  gtk_text_buffer_select_range (buffer, &from, &to);
  gtk_text_view_scroll_mark_onscreen (view, gtk_text_buffer_get_insert (buffer));
  return TRUE;
}
