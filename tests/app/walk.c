/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "walk.h"

#include "hand.h"

#define MOST_STEPS 600

/* Scrolled windows hand the focus on to what they hold; of a list's rows the
 * arrow keys go through the others. */
static void
collect (GtkWidget *widget, GHashTable *wanted)
{
  if (!gtk_widget_get_mapped (widget) || !gtk_widget_is_sensitive (widget) || !gtk_widget_get_can_focus (widget))
    return;
  if (gtk_widget_get_focusable (widget) && !GTK_IS_SCROLLED_WINDOW (widget) && !GTK_IS_WINDOW (widget))
    g_hash_table_add (wanted, widget);
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    collect (child, wanted);
}

static char *
describe (GtkWidget *widget)
{
  GtkWidget *parent = gtk_widget_get_parent (widget);
  const char *id = gtk_buildable_get_buildable_id (GTK_BUILDABLE (widget));
  const char *tooltip = gtk_widget_get_tooltip_text (widget);

  return g_strdup_printf ("%s “%s” (%s) in %s", G_OBJECT_TYPE_NAME (widget), id != NULL ? id : "",
                          tooltip != NULL ? tooltip : "", parent != NULL ? G_OBJECT_TYPE_NAME (parent) : "nothing");
}

/* What was reached is found, with its parents and with the rows beside it. */
static void
reach (GHashTable *wanted, GtkWidget *widget)
{
  for (; widget != NULL; widget = gtk_widget_get_parent (widget))
    {
      GtkWidget *parent = gtk_widget_get_parent (widget);
      g_hash_table_remove (wanted, widget);
      if (!GTK_IS_LIST_VIEW (parent) && !GTK_IS_GRID_VIEW (parent))
        continue;
      for (GtkWidget *row = gtk_widget_get_first_child (parent); row != NULL; row = gtk_widget_get_next_sibling (row))
        g_hash_table_remove (wanted, row);
    }
}

/* How many controls of @window take the focus. */
guint
walk_count (GtkWindow *window)
{
  g_autoptr (GHashTable) wanted = g_hash_table_new (NULL, NULL);

  collect (GTK_WIDGET (window), wanted);
  return g_hash_table_size (wanted);
}

/* The Tab key goes through every control of @window, of which there are @least,
 * and round again. */
void
walk_by_tab (GtkWindow *window, guint least)
{
  g_autoptr (GHashTable) wanted = g_hash_table_new (NULL, NULL);
  GHashTableIter iter;
  gpointer widget;

  hand_wait_for_frame (GTK_WIDGET (window));
  collect (GTK_WIDGET (window), wanted);
  g_assert_cmpint (g_hash_table_size (wanted), >=, least);
  if (gtk_window_get_focus (window) == NULL)
    hand_key (GDK_KEY_Tab, 0);
  GtkWidget *first = gtk_window_get_focus (window);
  for (int i = 0; i < MOST_STEPS; i++)
    {
      GtkWidget *focus = gtk_window_get_focus (window);
      g_assert_nonnull (focus);
      reach (wanted, focus);
      if (i > 0 && focus == first)
        break;
      hand_key (GDK_KEY_Tab, 0);
    }
  g_assert_true (gtk_window_get_focus (window) == first);
  g_hash_table_iter_init (&iter, wanted);
  while (g_hash_table_iter_next (&iter, &widget, NULL))
    {
      g_autofree char *what = describe (widget);
      g_test_message ("never reached: %s", what);
    }
  g_assert_cmpint (g_hash_table_size (wanted), ==, 0);
}

/* Where no name was set, GTK takes the text that is shown. */
static gboolean
shows_text (GtkWidget *widget)
{
  if (GTK_IS_LABEL (widget) && *gtk_label_get_text (GTK_LABEL (widget)) != '\0')
    return TRUE;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    if (shows_text (child))
      return TRUE;
  return FALSE;
}

static gboolean
has_name (GtkWidget *widget)
{
  GtkAccessible *accessible = GTK_ACCESSIBLE (widget);
  GtkAccessibleRole role = gtk_accessible_get_accessible_role (accessible);

  if (gtk_test_accessible_has_property (accessible, GTK_ACCESSIBLE_PROPERTY_LABEL)
      || gtk_test_accessible_has_relation (accessible, GTK_ACCESSIBLE_RELATION_LABELLED_BY))
    return TRUE;
  return role != GTK_ACCESSIBLE_ROLE_TEXT_BOX && role != GTK_ACCESSIBLE_ROLE_SLIDER && shows_text (widget);
}

/* What hands the focus on is no more than a frame; what is inside a control is
 * part of it. */
static gboolean
is_control (GtkWidget *widget)
{
  GtkWidget *parent = gtk_widget_get_parent (widget);

  return gtk_widget_get_focusable (widget) && !GTK_IS_SCROLLED_WINDOW (widget) && !GTK_IS_WINDOW (widget)
         && !GTK_IS_TEXT (widget) && !GTK_IS_POPOVER (widget)
         && !(parent != NULL && (GTK_IS_SPIN_BUTTON (parent) || GTK_IS_MENU_BUTTON (parent)));
}

static guint
count_nameless (GtkWidget *widget)
{
  guint n = 0;

  /* Another page of a stack is not there. */
  if (!gtk_widget_get_visible (widget) || !gtk_widget_get_child_visible (widget))
    return 0;
  if (is_control (widget) && !has_name (widget))
    {
      g_autofree char *what = describe (widget);
      g_test_message ("without a name: %s", what);
      n++;
    }
  if (is_control (widget) && gtk_accessible_get_accessible_role (GTK_ACCESSIBLE (widget)) == GTK_ACCESSIBLE_ROLE_WIDGET)
    {
      g_autofree char *what = describe (widget);
      g_test_message ("without a role: %s", what);
      n++;
    }
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    n += count_nameless (child);
  return n;
}

/* Every control in @widget has a name and a role. */
void
walk_by_names (GtkWidget *widget)
{
  g_assert_cmpint (count_nameless (widget), ==, 0);
}
