/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-compare-window.h"

#include "pent-thumbnailer.h"

/**
 * PentCompareWindow:
 *
 * Two pictures with a wipe, and how far they are apart in words.
 */
struct _PentCompareWindow
{
  AdwWindow parent_instance;

  PentWipe *wipe;
  GtkLabel *first_label;
  GtkLabel *second_label;
  GtkLabel *verdict_label;
};

G_DEFINE_FINAL_TYPE (PentCompareWindow, pent_compare_window, ADW_TYPE_WINDOW)

static void
pent_compare_window_class_init (PentCompareWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  g_type_ensure (PENT_TYPE_WIPE);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "window.close", NULL);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/pentimento/Pentimento/gallery/compare-window.ui");
  gtk_widget_class_bind_template_child (widget_class, PentCompareWindow, wipe);
  gtk_widget_class_bind_template_child (widget_class, PentCompareWindow, first_label);
  gtk_widget_class_bind_template_child (widget_class, PentCompareWindow, second_label);
  gtk_widget_class_bind_template_child (widget_class, PentCompareWindow, verdict_label);
}

static void
pent_compare_window_init (PentCompareWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * pent_compare_window_new:
 * @first: is seen on the left
 * @second: is seen on the right
 * @first_name: what stands over it
 * @second_name: likewise
 * @verdict: how far they are apart, in a sentence
 *
 * Returns: (transfer none): a window that is still to be shown
 */
PentCompareWindow *
pent_compare_window_new (PentImage *first, PentImage *second, const char *first_name, const char *second_name,
                         const char *verdict)
{
  PentCompareWindow *self = g_object_new (PENT_TYPE_COMPARE_WINDOW, NULL);
  g_autoptr (GdkTexture) left = pent_texture_from_image (first);
  g_autoptr (GdkTexture) right = pent_texture_from_image (second);

  pent_wipe_set_pictures (self->wipe, GDK_PAINTABLE (left), GDK_PAINTABLE (right));
  gtk_label_set_text (self->first_label, first_name);
  gtk_label_set_text (self->second_label, second_name);
  gtk_label_set_text (self->verdict_label, verdict);
  return self;
}

PentWipe *
pent_compare_window_get_wipe (PentCompareWindow *self)
{
  return self->wipe;
}

const char *
pent_compare_window_get_verdict (PentCompareWindow *self)
{
  return gtk_label_get_text (self->verdict_label);
}
