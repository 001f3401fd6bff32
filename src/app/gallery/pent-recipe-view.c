/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-recipe-view.h"

#include <glib/gi18n.h>

#include "pent-picture-tile.h"
#include "pent-recipe-words.h"

#define MAX_PARENTS  16
#define MAX_CHILDREN 48
#define TILE_SIDE    56

/**
 * PentRecipeView:
 *
 * What made a picture, in words, and its family: what it was painted from, and
 * what was painted from it. Signal "picture-chosen" (number): one of the family
 * was clicked.
 */
struct _PentRecipeView
{
  AdwBin parent_instance;

  PentLibraryDesk *desk;
  PentThumbnailer *thumbnailer;
  PentPictureItem *item;          /* NULL: none */
  GCancellable    *asking;        /* for the family of the item; NULL: nothing is under way */

  GtkWidget  *problem;
  GtkLabel   *prompt;
  GtkWidget  *negative;
  GtkLabel   *words;
  GtkWidget  *family;
  GtkWidget  *parents_label;
  GtkFlowBox *parents;
  GtkWidget  *children_label;
  GtkFlowBox *children;
};

enum
{
  PICTURE_CHOSEN,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (PentRecipeView, pent_recipe_view, ADW_TYPE_BIN)

/* --- family --- */

typedef struct
{
  gint64     id;
  GPtrArray *parents;    /* of PentLibraryPicture, the oldest first */
  GPtrArray *children;   /* likewise */
} Family;

static void
family_free (gpointer data)
{
  Family *family = data;

  g_ptr_array_unref (family->parents);
  g_ptr_array_unref (family->children);
  g_free (family);
}

static Family *
family_new (gint64 id)
{
  Family *family = g_new (Family, 1);

  family->id = id;
  family->parents = g_ptr_array_new_with_free_func ((GDestroyNotify) pent_library_picture_free);
  family->children = g_ptr_array_new_with_free_func ((GDestroyNotify) pent_library_picture_free);
  return family;
}

/* In the desk's thread. The bound keeps a ring, which no library of ours has,
 * from going on forever. */
static gpointer
find_family (PentLibrary *library, gpointer data, GCancellable *cancellable, GError **error)
{
  const gint64 *id = data;
  g_autoptr (PentLibraryPicture) picture = pent_library_get (library, *id, error);
  const PentLibraryQuery query = { .parent = *id, .limit = MAX_CHILDREN };

  if (picture == NULL)
    return NULL;
  g_autoptr (GArray) ids = pent_library_list_ids (library, &query, error);
  if (ids == NULL)
    return NULL;
  Family *family = family_new (*id);
  for (gint64 parent = picture->parent; parent != 0 && family->parents->len < MAX_PARENTS;)
    {
      PentLibraryPicture *found = pent_library_get (library, parent, NULL);
      if (found == NULL)
        break;
      parent = found->parent;
      g_ptr_array_insert (family->parents, 0, found);
    }
  for (guint i = ids->len; i > 0; i--)
    {
      PentLibraryPicture *found = pent_library_get (library, g_array_index (ids, gint64, i - 1), NULL);
      if (found != NULL)
        g_ptr_array_add (family->children, found);
    }
  return family;
}

static void
chosen_cb (GtkWidget *button, PentRecipeView *self)
{
  PentPictureTile *tile = PENT_PICTURE_TILE (gtk_button_get_child (GTK_BUTTON (button)));

  g_signal_emit (self, signals[PICTURE_CHOSEN], 0, pent_picture_item_get_id (pent_picture_tile_get_item (tile)));
}

static void
add_relative (PentRecipeView *self, GtkFlowBox *box, PentLibraryPicture *picture)
{
  g_autoptr (PentPictureItem) item = pent_picture_item_new (picture->id);
  GtkWidget *tile = pent_picture_tile_new (self->thumbnailer, TILE_SIDE);
  GtkWidget *button = gtk_button_new ();
  GtkWidget *child = gtk_flow_box_child_new ();

  pent_picture_item_take_picture (item, picture);
  g_autofree char *words = pent_picture_item_describe (item);
  pent_picture_tile_set_item (PENT_PICTURE_TILE (tile), item);
  gtk_button_set_child (GTK_BUTTON (button), tile);
  gtk_widget_add_css_class (button, "tile-button");
  gtk_widget_set_tooltip_text (button, words);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, words, -1);
  g_signal_connect (button, "clicked", G_CALLBACK (chosen_cb), self);
  gtk_widget_set_focusable (child, FALSE);
  gtk_flow_box_child_set_child (GTK_FLOW_BOX_CHILD (child), button);
  gtk_flow_box_append (box, child);
}

static void
clear_family (PentRecipeView *self)
{
  GtkFlowBox *boxes[] = { self->parents, self->children };

  for (gsize i = 0; i < G_N_ELEMENTS (boxes); i++)
    for (GtkFlowBoxChild *child; (child = gtk_flow_box_get_child_at_index (boxes[i], 0)) != NULL;)
      gtk_flow_box_remove (boxes[i], GTK_WIDGET (child));
  gtk_widget_set_visible (self->family, FALSE);
}

static void
show_relatives (PentRecipeView *self, GtkFlowBox *box, GtkWidget *label, GPtrArray *pictures)
{
  gtk_widget_set_visible (GTK_WIDGET (box), pictures->len > 0);
  gtk_widget_set_visible (label, pictures->len > 0);
  for (guint i = 0; i < pictures->len; i++)
    add_relative (self, box, g_steal_pointer (&g_ptr_array_index (pictures, i)));
  g_ptr_array_set_free_func (pictures, NULL);
}

static void
family_found_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  PentRecipeView *self = PENT_RECIPE_VIEW (source);
  Family *family = pent_library_desk_finish (result, NULL);

  if (family == NULL)
    return;
  if (self->item != NULL && pent_picture_item_get_id (self->item) == family->id)
    {
      clear_family (self);
      show_relatives (self, self->parents, self->parents_label, family->parents);
      show_relatives (self, self->children, self->children_label, family->children);
      gtk_widget_set_visible (self->family, family->parents->len > 0 || family->children->len > 0);
    }
  family_free (family);
}

static void
ask_family (PentRecipeView *self)
{
  gint64 id = pent_picture_item_get_id (self->item);
  const PentDeskOrder order = {
    .work = find_family, .data = g_memdup2 (&id, sizeof id), .free_data = g_free, .free_result = family_free,
  };

  g_clear_object (&self->asking);
  self->asking = g_cancellable_new ();
  pent_library_desk_ask (self->desk, &order, G_OBJECT (self), self->asking, family_found_cb, NULL);
}

/* --- words --- */

static void
show_prompts (PentRecipeView *self, const PentRecipe *recipe)
{
  const char *prompt = recipe != NULL && recipe->prompt != NULL && *recipe->prompt != '\0' ? recipe->prompt : NULL;
  const char *negative = recipe != NULL && recipe->negative != NULL ? recipe->negative : "";
  /* Translators: a negative prompt: what the picture should not show. */
  g_autofree char *without = g_strdup_printf (_("Without: %s"), negative);

  gtk_label_set_text (self->prompt, prompt != NULL ? prompt : _("No prompt"));
  gtk_label_set_text (GTK_LABEL (self->negative), without);
  gtk_widget_set_visible (self->negative, *negative != '\0');
}

static void
item_changed_cb (PentRecipeView *self)
{
  const PentLibraryPicture *picture = pent_picture_item_get_picture (self->item);
  const char *problem = pent_picture_item_get_problem (self->item);

  gtk_label_set_text (GTK_LABEL (self->problem), problem != NULL ? problem : "");
  gtk_widget_set_visible (self->problem, problem != NULL);
  if (picture == NULL)
    return;
  g_autofree char *words = pent_recipe_words (picture);
  show_prompts (self, picture->recipe);
  gtk_label_set_text (self->words, words);
}

static void
library_changed_cb (PentRecipeView *self)
{
  if (self->item != NULL)
    ask_family (self);
}

static void
forget_item (PentRecipeView *self)
{
  g_cancellable_cancel (self->asking);
  g_clear_object (&self->asking);
  if (self->item != NULL)
    g_signal_handlers_disconnect_by_func (self->item, item_changed_cb, self);
  g_clear_object (&self->item);
}

static void
pent_recipe_view_dispose (GObject *object)
{
  PentRecipeView *self = PENT_RECIPE_VIEW (object);

  forget_item (self);
  g_clear_object (&self->desk);
  g_clear_object (&self->thumbnailer);
  G_OBJECT_CLASS (pent_recipe_view_parent_class)->dispose (object);
}

static void
pent_recipe_view_class_init (PentRecipeViewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = pent_recipe_view_dispose;
  signals[PICTURE_CHOSEN] = g_signal_new ("picture-chosen", PENT_TYPE_RECIPE_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                          NULL, G_TYPE_NONE, 1, G_TYPE_INT64);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/pentimento/Pentimento/gallery/recipe-view.ui");
  gtk_widget_class_bind_template_child (widget_class, PentRecipeView, problem);
  gtk_widget_class_bind_template_child (widget_class, PentRecipeView, prompt);
  gtk_widget_class_bind_template_child (widget_class, PentRecipeView, negative);
  gtk_widget_class_bind_template_child (widget_class, PentRecipeView, words);
  gtk_widget_class_bind_template_child (widget_class, PentRecipeView, family);
  gtk_widget_class_bind_template_child (widget_class, PentRecipeView, parents_label);
  gtk_widget_class_bind_template_child (widget_class, PentRecipeView, parents);
  gtk_widget_class_bind_template_child (widget_class, PentRecipeView, children_label);
  gtk_widget_class_bind_template_child (widget_class, PentRecipeView, children);
}

static void
pent_recipe_view_init (PentRecipeView *self)
{
  self->thumbnailer = pent_thumbnailer_new (TILE_SIDE);
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * pent_recipe_view_set_library:
 * @desk: knows the family
 *
 * To be called once, before there is an item.
 */
void
pent_recipe_view_set_library (PentRecipeView *self, PentLibraryDesk *desk)
{
  g_return_if_fail (self->desk == NULL);
  self->desk = g_object_ref (desk);
  g_signal_connect_object (desk, "changed", G_CALLBACK (library_changed_cb), self, G_CONNECT_SWAPPED);
}

/**
 * pent_recipe_view_set_item:
 * @item: (nullable): the picture
 */
void
pent_recipe_view_set_item (PentRecipeView *self, PentPictureItem *item)
{
  g_return_if_fail (PENT_IS_RECIPE_VIEW (self));
  if (self->item == item)
    return;
  forget_item (self);
  clear_family (self);
  if (item == NULL)
    return;
  self->item = g_object_ref (item);
  g_signal_connect_object (item, "changed", G_CALLBACK (item_changed_cb), self, G_CONNECT_SWAPPED);
  item_changed_cb (self);
  ask_family (self);
}
