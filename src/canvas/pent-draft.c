/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-draft.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>

#include "pent-document.h"
#include "pent-error.h"
#include "pent-file.h"
#include "pent-hash.h"
#include "pent-json.h"
#include "pent-picture.h"

#define INDEX_NAME     "draft.json"
#define INDEX_MAX_SIZE ((gsize) 4 << 20)

static const char *const margin_names[PENT_N_SIDES] = { "left", "top", "right", "bottom" };

struct _PentDraft
{
  char      *folder;
  PentImage *picture;        /* that was written last, or NULL */
  char      *picture_name;   /* of its file */
};

/**
 * pent_draft_new:
 * @folder: where it lies; made when something is saved
 */
PentDraft *
pent_draft_new (const char *folder)
{
  PentDraft *self = g_new0 (PentDraft, 1);

  self->folder = g_strdup (folder);
  return self;
}

void
pent_draft_free (PentDraft *self)
{
  g_free (self->folder);
  g_free (self->picture_name);
  g_clear_pointer (&self->picture, pent_image_unref);
  g_free (self);
}

static char *
find_path (PentDraft *self, const char *name)
{
  return g_build_filename (self->folder, name, NULL);
}

/* Returns the file's name; what is there under it already is the same. */
static char *
write_image (PentDraft *self, PentImage *image, const char *kind, GError **error)
{
  g_autoptr (PentTextFields) texts = pent_text_fields_new ();
  g_autofree char *hash = pent_image_hash (image);
  g_autofree char *name = g_strdup_printf ("%s-%.32s.png", kind, hash);
  g_autofree char *path = find_path (self, name);

  if (!g_file_test (path, G_FILE_TEST_IS_REGULAR) && !pent_picture_write (path, image, texts, TRUE, error))
    return NULL;
  return g_steal_pointer (&name);
}

static gboolean
write_picture (PentDraft *self, PentImage *picture, GError **error)
{
  if (picture == self->picture)
    return TRUE;
  g_autofree char *name = picture != NULL ? write_image (self, picture, "picture", error) : NULL;
  if (picture != NULL && name == NULL)
    return FALSE;
  g_clear_pointer (&self->picture, pent_image_unref);
  self->picture = picture != NULL ? pent_image_ref (picture) : NULL;
  g_free (self->picture_name);
  self->picture_name = g_steal_pointer (&name);
  return TRUE;
}

static char *
write_mask (PentDraft *self, PentTileMask *mask, GError **error)
{
  g_autoptr (PentImage) image = pent_tile_mask_to_image (mask, error);

  return image != NULL ? write_image (self, image, "mask", error) : NULL;
}

static char *
print_index (PentDraft *self, const PentCanvasState *state, const char *mask_name)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "version");
  json_builder_add_int_value (builder, 1);
  json_builder_set_member_name (builder, "width");
  json_builder_add_int_value (builder, state->width);
  json_builder_set_member_name (builder, "height");
  json_builder_add_int_value (builder, state->height);
  for (int i = 0; i < PENT_N_SIDES; i++)
    {
      json_builder_set_member_name (builder, margin_names[i]);
      json_builder_add_int_value (builder, state->margins[i]);
    }
  if (self->picture_name != NULL)
    {
      json_builder_set_member_name (builder, "picture");
      json_builder_add_string_value (builder, self->picture_name);
    }
  if (mask_name != NULL)
    {
      json_builder_set_member_name (builder, "mask");
      json_builder_add_string_value (builder, mask_name);
    }
  if (state->settings != NULL)
    {
      g_autofree char *settings = g_variant_print (state->settings, TRUE);
      json_builder_set_member_name (builder, "settings");
      json_builder_add_string_value (builder, settings);
    }
  json_builder_end_object (builder);
  g_autoptr (JsonNode) root = json_builder_get_root (builder);
  return pent_json_print (root, TRUE);
}

/* Deletes pictures and masks of earlier states. What cannot be deleted only
 * takes space. */
static void
sweep (PentDraft *self, const char *mask_name)
{
  g_autoptr (GDir) dir = g_dir_open (self->folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      gboolean ours = g_str_has_suffix (name, ".png")
                      && (g_str_has_prefix (name, "picture-") || g_str_has_prefix (name, "mask-"));
      if (!ours || g_strcmp0 (name, self->picture_name) == 0 || g_strcmp0 (name, mask_name) == 0)
        continue;
      g_autofree char *path = find_path (self, name);
      g_unlink (path);
    }
}

/**
 * pent_draft_save:
 *
 * Puts @state in place of what the draft held; it has reached the disk when
 * this returns. May take a second for large pictures: not for the thread that
 * draws.
 *
 * Returns: %FALSE with %PENT_ERROR_FILE or %PENT_ERROR_MEMORY; what the draft
 *   held is still there
 */
gboolean
pent_draft_save (PentDraft *self, PentCanvasState *state, GError **error)
{
  if (g_mkdir_with_parents (self->folder, 0700) < 0)
    {
      int number = errno;
      g_autofree char *name = g_filename_display_name (self->folder);
      g_set_error (error, PENT_ERROR, PENT_ERROR_FILE, _("%s: the folder for drafts cannot be made: %s."), name,
                   g_strerror (number));
      return FALSE;
    }
  if (!write_picture (self, state->picture, error))
    return FALSE;
  g_autofree char *mask_name = NULL;
  if (!pent_tile_mask_is_empty (state->mask) && (mask_name = write_mask (self, state->mask, error)) == NULL)
    return FALSE;

  char *text = print_index (self, state, mask_name);
  g_autoptr (GBytes) contents = g_bytes_new_take (text, strlen (text));
  g_autofree char *path = find_path (self, INDEX_NAME);
  if (!pent_file_write (path, contents, TRUE, error))
    return FALSE;
  sweep (self, mask_name);
  return TRUE;
}

static gboolean
damaged (PentDraft *self, const char *what, GError **error)
{
  g_autofree char *path = find_path (self, INDEX_NAME);
  g_autofree char *name = g_filename_display_name (path);

  g_set_error (error, PENT_ERROR, PENT_ERROR_FILE, _("%s, where the last work was kept, is damaged: %s."), name, what);
  return FALSE;
}

static int
get_int (JsonObject *object, const char *member, int least, int most)
{
  JsonNode *node = json_object_get_member (object, member);
  gint64 value = node != NULL && JSON_NODE_HOLDS_VALUE (node) ? json_node_get_int (node) : -1;

  return value >= least && value <= most ? value : -1;
}

static const char *
get_string (JsonObject *object, const char *member)
{
  JsonNode *node = json_object_get_member (object, member);

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) ? json_node_get_string (node) : NULL;
}

/* A file's name from the index leads to no other folder. */
static PentImage *
read_image (PentDraft *self, const char *name, GError **error)
{
  g_autofree char *base = g_path_get_basename (name);
  g_autofree char *path = find_path (self, base);
  g_autoptr (PentPictureFile) file = pent_picture_file_read (path, error);

  return file != NULL ? pent_image_ref (file->image) : NULL;
}

static gboolean
read_layers (PentDraft *self, JsonObject *object, PentCanvasState *state, GError **error)
{
  const char *picture = get_string (object, "picture"), *mask = get_string (object, "mask");

  if (picture != NULL)
    {
      state->picture = read_image (self, picture, error);
      if (state->picture == NULL)
        return FALSE;
      if (state->picture->width != state->width || state->picture->height != state->height)
        return damaged (self, "its picture has another size", error);
    }
  if (mask != NULL)
    {
      g_autoptr (PentImage) image = read_image (self, mask, error);
      if (image == NULL)
        return FALSE;
      PentTileMask *values = pent_tile_mask_from_image (image, state->width, state->height, error);
      if (values == NULL)
        return FALSE;
      pent_tile_mask_free (state->mask);
      state->mask = values;
    }
  return TRUE;
}

static PentCanvasState *
read_state (PentDraft *self, JsonObject *object, GError **error)
{
  int width = get_int (object, "width", PENT_DOCUMENT_MIN_SIDE, PENT_DOCUMENT_MAX_SIDE);
  int height = get_int (object, "height", PENT_DOCUMENT_MIN_SIDE, PENT_DOCUMENT_MAX_SIDE);
  const char *settings = get_string (object, "settings");

  if (width < 0 || height < 0)
    {
      damaged (self, "it tells no size", error);
      return NULL;
    }
  g_autoptr (PentCanvasState) state = pent_canvas_state_new (width, height);
  for (int i = 0; i < PENT_N_SIDES; i++)
    state->margins[i] = MAX (0, get_int (object, margin_names[i], 0, PENT_DOCUMENT_MAX_MARGIN));
  if (settings != NULL)
    {
      state->settings = g_variant_parse (G_VARIANT_TYPE_VARDICT, settings, NULL, NULL, NULL);
      if (state->settings == NULL)
        {
          damaged (self, "its settings cannot be read", error);
          return NULL;
        }
    }
  return read_layers (self, object, state, error) ? g_steal_pointer (&state) : NULL;
}

/**
 * pent_draft_load:
 * @state: (out) (nullable): what was saved last; %NULL where there is nothing
 *
 * Returns: %FALSE with %PENT_ERROR_FILE where it cannot be read
 */
gboolean
pent_draft_load (PentDraft *self, PentCanvasState **state, GError **error)
{
  g_autofree char *path = find_path (self, INDEX_NAME);

  *state = NULL;
  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    return TRUE;
  g_autoptr (GBytes) contents = pent_file_read (path, INDEX_MAX_SIZE, error);
  if (contents == NULL)
    return FALSE;
  gsize size;
  const char *text = g_bytes_get_data (contents, &size);
  g_autoptr (JsonNode) root = pent_json_parse (text, size, NULL);
  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    return damaged (self, "it is no JSON object", error);
  *state = read_state (self, json_node_get_object (root), error);
  return *state != NULL;
}
