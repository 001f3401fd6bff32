/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include <glib/gi18n.h>

#include "pent-gallery-private.h"
#include "pent-picture-tile.h"

#define TILE_SIDE 84

/**
 * PentGallery:
 *
 * All pictures of the library, found by what they show, and what is done with
 * them: actions of the group "gallery". What concerns the canvas and the prompt is
 * asked of the window: its actions open-library-picture (x) and use-recipe
 * ((xs)). Signals:
 *
 * - "toasted" (an #AdwToast): something to be shown for a moment.
 * - "failed" (sentence): something did not work.
 */

enum
{
  TOASTED,
  FAILED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (PentGallery, pent_gallery, ADW_TYPE_BIN)

/* --- what the parts of the gallery share --- */

/* Numbers of the selected pictures, without reading any. */
GArray *
pent_gallery_get_selected (PentGallery *self)
{
  g_autoptr (GtkBitset) selected = gtk_selection_model_get_selection (GTK_SELECTION_MODEL (self->selection));
  GArray *ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  GtkBitsetIter iter;
  guint position;

  for (gboolean ok = gtk_bitset_iter_init_first (&iter, selected, &position); ok;
       ok = gtk_bitset_iter_next (&iter, &position))
    {
      gint64 id = pent_picture_list_get_id (self->list, position);
      g_array_append_val (ids, id);
    }
  return ids;
}

void
pent_gallery_enable (PentGallery *self, const char *action, gboolean enabled)
{
  GAction *found = g_action_map_lookup_action (G_ACTION_MAP (self->actions), action);

  g_simple_action_set_enabled (G_SIMPLE_ACTION (found), enabled);
}

void
pent_gallery_fail (PentGallery *self, const char *message)
{
  g_signal_emit (self, signals[FAILED], 0, message);
}

/* Takes the toast. */
void
pent_gallery_toast (PentGallery *self, AdwToast *toast)
{
  g_autoptr (AdwToast) owned = toast;

  g_signal_emit (self, signals[TOASTED], 0, owned);
}

void
pent_gallery_say (PentGallery *self, const char *message)
{
  g_autofree char *markup = g_markup_escape_text (message, -1);

  pent_gallery_toast (self, adw_toast_new (markup));
}

/* What the clipboard and whatever is dragged carry. */
GdkContentProvider *
pent_gallery_offer_files (GSList *files)
{
  GdkFileList *list = gdk_file_list_new_from_list (files);
  GdkContentProvider *offer = gdk_content_provider_new_typed (GDK_TYPE_FILE_LIST, list);

  g_boxed_free (GDK_TYPE_FILE_LIST, list);
  return offer;
}

typedef struct
{
  GArray         *ids;
  PentGalleryThen then;
  gpointer        data;
} Fetch;

static void
fetch_free (gpointer data)
{
  Fetch *fetch = data;

  g_array_unref (fetch->ids);
  g_free (fetch);
}

static gpointer
fetch_pictures (PentLibrary *library, gpointer data, GCancellable *cancellable, GError **error)
{
  Fetch *fetch = data;
  GPtrArray *pictures = g_ptr_array_new_with_free_func ((GDestroyNotify) pent_library_picture_free);

  for (guint i = 0; i < fetch->ids->len; i++)
    {
      PentLibraryPicture *picture = pent_library_get (library, g_array_index (fetch->ids, gint64, i), NULL);
      if (picture != NULL)
        g_ptr_array_add (pictures, picture);
    }
  return pictures;
}

static void
fetched_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  PentGallery *self = PENT_GALLERY (source);
  g_autofree Fetch *fetch = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) pictures = pent_library_desk_finish (result, &error);

  if (self->desk == NULL)
    return;
  if (pictures == NULL)
    pent_gallery_fail (self, error->message);
  else
    fetch->then (self, pictures, fetch->data);
}

void
pent_gallery_fetch (PentGallery *self, GArray *ids, PentGalleryThen then, gpointer data)
{
  Fetch *fetch = g_new (Fetch, 1);

  *fetch = (Fetch) { .ids = g_array_ref (ids), .then = then, .data = data };
  const PentDeskOrder order = {
    .work = fetch_pictures, .data = fetch, .free_data = fetch_free, .free_result = (GDestroyNotify) g_ptr_array_unref,
  };
  pent_library_desk_ask (self->desk, &order, G_OBJECT (self), NULL, fetched_cb, g_memdup2 (fetch, sizeof *fetch));
}

/* --- what is shown --- */

static void
update_page (PentGallery *self)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->list));
  const char *error = pent_picture_list_get_error (self->list);
  gboolean filtered = *gtk_editable_get_text (self->search) != '\0' || gtk_toggle_button_get_active (self->favourites);
  const char *page = error != NULL ? "error" : n > 0 ? "grid" : filtered ? "nothing" : "empty";

  if (error != NULL)
    adw_status_page_set_description (self->error_page, error);
  if (n > 0 || error != NULL || !pent_picture_list_get_loading (self->list))
    gtk_stack_set_visible_child_name (self->stack, page);
}

static void
update_count (PentGallery *self)
{
  g_autoptr (GtkBitset) selected = gtk_selection_model_get_selection (GTK_SELECTION_MODEL (self->selection));
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->list));
  guint n_selected = gtk_bitset_get_size (selected);
  g_autofree char *all = g_strdup_printf (ngettext ("%'u picture", "%'u pictures", n), n);
  /* Translators: how many pictures of those shown are selected. */
  g_autofree char *some = g_strdup_printf (ngettext ("%'u selected", "%'u selected", n_selected), n_selected);
  g_autofree char *both = g_strconcat (all, ", ", some, NULL);

  gtk_label_set_text (self->count, n_selected > 0 ? both : all);
}

static void
show_item (PentGallery *self, PentPictureItem *item)
{
  if (self->shown == item)
    return;
  if (self->shown != NULL)
    {
      g_signal_handlers_disconnect_by_func (self->shown, pent_gallery_update_actions, self);
      pent_thumbnailer_unwant (self->thumbnailer, self->shown);
    }
  g_set_object (&self->shown, item);
  if (item != NULL)
    {
      /* Its file may be missing: the thumbnailer finds out. */
      pent_thumbnailer_want (self->thumbnailer, item);
      g_signal_connect_swapped (item, "changed", G_CALLBACK (pent_gallery_update_actions), self);
    }
  pent_gallery_clear_rerun (self);
  pent_recipe_view_set_item (self->recipe, item);
  gtk_widget_set_visible (GTK_WIDGET (self->recipe), item != NULL);
}

static void
selection_changed_cb (PentGallery *self)
{
  g_autoptr (GtkBitset) selected = gtk_selection_model_get_selection (GTK_SELECTION_MODEL (self->selection));
  guint n = gtk_bitset_get_size (selected);
  g_autoptr (PentPictureItem) item = n == 1
    ? g_list_model_get_item (G_LIST_MODEL (self->list), gtk_bitset_get_nth (selected, 0)) : NULL;

  show_item (self, item);
  gtk_revealer_set_reveal_child (self->details, n > 0);
  update_count (self);
  pent_gallery_update_actions (self);
}

static gboolean
select_position (PentGallery *self, guint position)
{
  gtk_selection_model_select_item (GTK_SELECTION_MODEL (self->selection), position, TRUE);
  return gtk_widget_activate_action (GTK_WIDGET (self->grid), "list.scroll-to-item", "u", position);
}

static void
items_changed_cb (PentGallery *self)
{
  guint position;

  update_page (self);
  selection_changed_cb (self);
  if (self->wanted == 0 || !pent_picture_list_find (self->list, self->wanted, &position))
    return;
  self->wanted = 0;
  select_position (self, position);
}

static void
search_changed_cb (PentGallery *self)
{
  pent_picture_list_set_search (self->list, gtk_editable_get_text (self->search));
}

static void
search_stopped_cb (PentGallery *self)
{
  gtk_editable_set_text (self->search, "");
}

static void
favourites_toggled_cb (PentGallery *self)
{
  pent_picture_list_set_favourites (self->list, gtk_toggle_button_get_active (self->favourites));
}

static void
activated_cb (PentGallery *self, guint position)
{
  gtk_selection_model_select_item (GTK_SELECTION_MODEL (self->selection), position, TRUE);
  g_action_group_activate_action (G_ACTION_GROUP (self->actions), "open", NULL);
}

static void
rerun_clicked_cb (PentGallery *self)
{
  pent_gallery_rerun_clicked (self);
}

static void
picture_chosen_cb (PentRecipeView *recipe, gint64 id, PentGallery *self)
{
  pent_gallery_select (self, id);
}

/* --- tiles --- */

/* More files at once than anyone drags on purpose are not looked up. */
#define MAX_DRAGGED 64

/* What is selected, if the tile is among it, else the tile. */
static GtkBitset *
get_dragged (PentGallery *self, GtkListItem *row)
{
  GtkBitset *selected = gtk_selection_model_get_selection (GTK_SELECTION_MODEL (self->selection));

  if (gtk_list_item_get_selected (row) && gtk_bitset_get_size (selected) <= MAX_DRAGGED)
    return selected;
  gtk_bitset_unref (selected);
  return gtk_bitset_new_range (gtk_list_item_get_position (row), 1);
}

/* What the library has not told of yet stays behind. */
static GdkContentProvider *
drag_prepare_cb (GtkDragSource *source, double x, double y, GtkListItem *row)
{
  GtkWidget *tile = gtk_list_item_get_child (row);
  PentGallery *self = PENT_GALLERY (gtk_widget_get_ancestor (tile, PENT_TYPE_GALLERY));
  g_autoptr (GtkBitset) dragged = get_dragged (self, row);
  GdkTexture *thumbnail = pent_picture_item_get_thumbnail (gtk_list_item_get_item (row));
  GSList *files = NULL;

  for (guint64 i = gtk_bitset_get_size (dragged); i > 0; i--)
    {
      g_autoptr (PentPictureItem) item = g_list_model_get_item (G_LIST_MODEL (self->list),
                                                                gtk_bitset_get_nth (dragged, i - 1));
      const PentLibraryPicture *picture = item != NULL ? pent_picture_item_get_picture (item) : NULL;
      if (picture != NULL)
        files = g_slist_prepend (files, g_file_new_for_path (picture->file));
    }
  if (files == NULL)
    return NULL;
  GdkContentProvider *offer = pent_gallery_offer_files (files);
  g_slist_free_full (files, g_object_unref);
  if (thumbnail != NULL)
    gtk_drag_source_set_icon (source, GDK_PAINTABLE (thumbnail), 16, 16);
  return offer;
}

static void
popup_menu (PentGallery *self, GtkWidget *tile, double x, double y)
{
  graphene_point_t point;

  if (!gtk_widget_compute_point (tile, GTK_WIDGET (self), &GRAPHENE_POINT_INIT (x, y), &point))
    return;
  gtk_popover_set_pointing_to (GTK_POPOVER (self->menu), &(GdkRectangle) { point.x, point.y, 1, 1 });
  gtk_popover_popup (GTK_POPOVER (self->menu));
}

static void
menu_click_cb (GtkGestureClick *click, int n, double x, double y, GtkListItem *row)
{
  GtkWidget *tile = gtk_list_item_get_child (row);
  PentGallery *self = PENT_GALLERY (gtk_widget_get_ancestor (tile, PENT_TYPE_GALLERY));

  if (!gtk_list_item_get_selected (row))
    gtk_selection_model_select_item (GTK_SELECTION_MODEL (self->selection), gtk_list_item_get_position (row), TRUE);
  popup_menu (self, tile, x, y);
}

static void
set_up_row_cb (GtkSignalListItemFactory *factory, GtkListItem *row, PentGallery *self)
{
  GtkWidget *tile = pent_picture_tile_new (self->thumbnailer, TILE_SIDE);
  GtkDragSource *drag = gtk_drag_source_new ();
  GtkGesture *click = gtk_gesture_click_new ();

  g_signal_connect (drag, "prepare", G_CALLBACK (drag_prepare_cb), row);
  gtk_widget_add_controller (tile, GTK_EVENT_CONTROLLER (drag));
  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (click), GDK_BUTTON_SECONDARY);
  g_signal_connect (click, "pressed", G_CALLBACK (menu_click_cb), row);
  gtk_widget_add_controller (tile, GTK_EVENT_CONTROLLER (click));
  gtk_list_item_set_child (row, tile);
}

static void
bind_row_cb (GtkSignalListItemFactory *factory, GtkListItem *row, PentGallery *self)
{
  pent_picture_tile_set_item (PENT_PICTURE_TILE (gtk_list_item_get_child (row)), gtk_list_item_get_item (row));
}

static void
unbind_row_cb (GtkSignalListItemFactory *factory, GtkListItem *row, PentGallery *self)
{
  pent_picture_tile_set_item (PENT_PICTURE_TILE (gtk_list_item_get_child (row)), NULL);
}

static GtkListItemFactory *
make_factory (PentGallery *self)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();

  g_signal_connect_object (factory, "setup", G_CALLBACK (set_up_row_cb), self, 0);
  g_signal_connect_object (factory, "bind", G_CALLBACK (bind_row_cb), self, 0);
  g_signal_connect_object (factory, "unbind", G_CALLBACK (unbind_row_cb), self, 0);
  return factory;
}

/* --- keys --- */

static gboolean
menu_key_cb (GtkWidget *widget, GVariant *arguments, gpointer data)
{
  PentGallery *self = PENT_GALLERY (gtk_widget_get_ancestor (widget, PENT_TYPE_GALLERY));
  GtkWidget *focus = gtk_root_get_focus (gtk_widget_get_root (widget));

  popup_menu (self, focus != NULL ? focus : widget, 24, 24);
  return TRUE;
}

static void
add_keys (PentGallery *self)
{
  static const struct { const char *key; const char *action; } keys[] = {
    { "Delete", "gallery.delete" },      { "<Control>c", "gallery.copy" },  { "<Control><Shift>e", "gallery.export" },
    { "<Control>d", "gallery.favourite" },
  };
  GtkEventController *controller = gtk_shortcut_controller_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    gtk_shortcut_controller_add_shortcut (GTK_SHORTCUT_CONTROLLER (controller),
                                          gtk_shortcut_new (gtk_shortcut_trigger_parse_string (keys[i].key),
                                                            gtk_named_action_new (keys[i].action)));
  gtk_shortcut_controller_add_shortcut (GTK_SHORTCUT_CONTROLLER (controller),
                                        gtk_shortcut_new (gtk_shortcut_trigger_parse_string ("Menu|<Shift>F10"),
                                                          gtk_callback_action_new (menu_key_cb, NULL, NULL)));
  gtk_widget_add_controller (GTK_WIDGET (self->grid), controller);
}

/* --- the class --- */

static void
pent_gallery_dispose (GObject *object)
{
  PentGallery *self = PENT_GALLERY (object);

  g_cancellable_cancel (self->rerun);
  if (self->shown != NULL)
    show_item (self, NULL);
  if (self->comparison != NULL)
    gtk_window_destroy (GTK_WINDOW (g_steal_pointer (&self->comparison)));
  g_clear_pointer (&self->menu, gtk_widget_unparent);
  if (self->grid != NULL && self->selection != NULL)
    gtk_grid_view_set_model (self->grid, NULL);
  g_clear_object (&self->selection);
  g_clear_object (&self->list);
  g_clear_object (&self->thumbnailer);
  g_clear_object (&self->desk);
  G_OBJECT_CLASS (pent_gallery_parent_class)->dispose (object);
}

static void
pent_gallery_finalize (GObject *object)
{
  PentGallery *self = PENT_GALLERY (object);

  g_clear_object (&self->rerun);
  g_clear_object (&self->actions);
  g_hash_table_unref (self->deleted);
  G_OBJECT_CLASS (pent_gallery_parent_class)->finalize (object);
}

static void
bind_children (GtkWidgetClass *widget_class)
{
  gtk_widget_class_bind_template_child (widget_class, PentGallery, search);
  gtk_widget_class_bind_template_child (widget_class, PentGallery, favourites);
  gtk_widget_class_bind_template_child (widget_class, PentGallery, stack);
  gtk_widget_class_bind_template_child (widget_class, PentGallery, grid);
  gtk_widget_class_bind_template_child (widget_class, PentGallery, error_page);
  gtk_widget_class_bind_template_child (widget_class, PentGallery, count);
  gtk_widget_class_bind_template_child (widget_class, PentGallery, details);
  gtk_widget_class_bind_template_child (widget_class, PentGallery, rerun_revealer);
  gtk_widget_class_bind_template_child (widget_class, PentGallery, rerun_label);
  gtk_widget_class_bind_template_child (widget_class, PentGallery, rerun_progress);
  gtk_widget_class_bind_template_child (widget_class, PentGallery, rerun_button);
  gtk_widget_class_bind_template_child (widget_class, PentGallery, recipe);
  gtk_widget_class_bind_template_callback (widget_class, search_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, search_stopped_cb);
  gtk_widget_class_bind_template_callback (widget_class, favourites_toggled_cb);
  gtk_widget_class_bind_template_callback (widget_class, activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, rerun_clicked_cb);
}

static void
pent_gallery_class_init (PentGalleryClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = pent_gallery_dispose;
  object_class->finalize = pent_gallery_finalize;

  signals[TOASTED] = g_signal_new ("toasted", PENT_TYPE_GALLERY, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 1, ADW_TYPE_TOAST);
  signals[FAILED] = g_signal_new ("failed", PENT_TYPE_GALLERY, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 1, G_TYPE_STRING);

  g_type_ensure (PENT_TYPE_RECIPE_VIEW);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/pentimento/Pentimento/gallery/gallery.ui");
  bind_children (widget_class);
}

static void
pent_gallery_init (PentGallery *self)
{
  self->can_paint = TRUE;
  self->deleted = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  self->thumbnailer = pent_thumbnailer_new (TILE_SIDE);
  pent_gallery_init_actions (self);
  gtk_widget_init_template (GTK_WIDGET (self));

  g_autoptr (GtkBuilder) builder =
    gtk_builder_new_from_resource ("/io/github/pentimento/Pentimento/gallery/picture-menu.ui");
  self->menu = gtk_popover_menu_new_from_model (G_MENU_MODEL (gtk_builder_get_object (builder, "picture_menu")));
  gtk_popover_set_has_arrow (GTK_POPOVER (self->menu), FALSE);
  gtk_widget_set_halign (self->menu, GTK_ALIGN_START);
  gtk_widget_set_parent (self->menu, GTK_WIDGET (self));
  add_keys (self);
  g_signal_connect (self->recipe, "picture-chosen", G_CALLBACK (picture_chosen_cb), self);
}

/**
 * pent_gallery_new:
 *
 * Returns: (transfer floating): a gallery without a library
 */
GtkWidget *
pent_gallery_new (void)
{
  return g_object_new (PENT_TYPE_GALLERY, NULL);
}

/**
 * pent_gallery_set_desk:
 * @desk: of the library to be shown
 *
 * To be called once.
 */
void
pent_gallery_set_desk (PentGallery *self, PentLibraryDesk *desk)
{
  g_return_if_fail (PENT_IS_GALLERY (self) && self->desk == NULL);
  g_autoptr (GtkListItemFactory) factory = make_factory (self);
  self->desk = g_object_ref (desk);
  self->list = pent_picture_list_new (desk);
  self->selection = gtk_multi_selection_new (G_LIST_MODEL (g_object_ref (self->list)));
  pent_recipe_view_set_library (self->recipe, desk);
  gtk_grid_view_set_factory (self->grid, factory);
  gtk_grid_view_set_model (self->grid, GTK_SELECTION_MODEL (self->selection));
  /* After the grid, which must know of a change before it is asked to scroll. */
  g_signal_connect_object (self->selection, "selection-changed", G_CALLBACK (selection_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->selection, "items-changed", G_CALLBACK (items_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->list, "notify", G_CALLBACK (update_page), self, G_CONNECT_SWAPPED);
  items_changed_cb (self);
}

/**
 * pent_gallery_set_can_paint:
 * @can_paint: whether a picture may be run again now
 */
void
pent_gallery_set_can_paint (PentGallery *self, gboolean can_paint)
{
  g_return_if_fail (PENT_IS_GALLERY (self));
  self->can_paint = can_paint;
  if (self->desk != NULL)
    pent_gallery_update_actions (self);
}

PentPictureList *
pent_gallery_get_list (PentGallery *self)
{
  g_return_val_if_fail (PENT_IS_GALLERY (self), NULL);
  return self->list;
}

/**
 * pent_gallery_select:
 *
 * Selects the picture of that number and scrolls to it; one that a search hides
 * is shown without the search, and one that is still to be listed when it is.
 */
void
pent_gallery_select (PentGallery *self, gint64 id)
{
  guint position;

  g_return_if_fail (PENT_IS_GALLERY (self));
  self->wanted = 0;
  if (pent_picture_list_find (self->list, id, &position))
    {
      select_position (self, position);
      return;
    }
  self->wanted = id;
  gtk_toggle_button_set_active (self->favourites, FALSE);
  gtk_editable_set_text (self->search, "");
  pent_library_desk_look (self->desk);
}

void
pent_gallery_focus_search (PentGallery *self)
{
  gtk_widget_grab_focus (GTK_WIDGET (self->search));
}
