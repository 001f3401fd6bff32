/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An edit that can be joined anew, as an OpenRaster file (freedesktop.org's
 * Baseline 0.0.3, which Krita, GIMP and MyPaint open): a zip archive of
 *
 *   mimetype                    image/openraster
 *   stack.xml                   the layers, topmost first
 *   data/base.png               the picture before the edit
 *   data/layer-N.png            what was painted, with alpha, N from 1 upwards
 *   mergedimage.png             the picture after it, as it was joined
 *   Thumbnails/thumbnail.png    of that, at most 256 pixels a side
 *
 * and, in a folder that other programs pass over, what joining anew needs:
 *
 *   pentimento/edit.json        {"pentimento_edit": 1, "recipe": {...},
 *                                "join": {"grow", "feather", "match"},
 *                                "layers": [{"kind", "x", "y", "width",
 *                                            "height", "blend", "ring"}, ...]}
 *   pentimento/painted-N.png    what the model made, 16-bit RGB, at its size
 *   pentimento/mask-N.png       16-bit grey, of the region's size
 */
#define G_LOG_DOMAIN "pentimento"

#include "pent-edit-file.h"

#include <math.h>
#include <string.h>

#include "pent-error.h"
#include "pent-file.h"
#include "pent-image-scale.h"
#include "pent-json.h"
#include "pent-paste.h"
#include "pent-picture.h"
#include "pent-zip.h"

#define VERSION 1
#define THUMBNAIL_SIDE 256
#define MAX_JSON (16 << 20)
#define MAX_LAYERS 4096
#define MAX_PIXELS (2 * PENT_PICTURE_MAX_PIXELS)
#define MAX_WIDTH_OF_SLOPE PENT_PICTURE_MAX_SIDE

static const char *const kinds[] = {
  [PENT_LAYER_EDIT] = "edit", [PENT_LAYER_MARGIN] = "margin", [PENT_LAYER_BACKDROP] = "backdrop",
};

static gboolean
add_picture (PentZipWriter *zip, const char *name, PentImage *image, GError **error)
{
  g_autoptr (PentTextFields) no_texts = pent_text_fields_new ();
  g_autoptr (GBytes) png = image != NULL ? pent_picture_encode (image, PENT_PICTURE_PNG, no_texts, error) : NULL;

  return png != NULL && pent_zip_writer_add (zip, name, png, error);
}

static gboolean
add_text (PentZipWriter *zip, const char *name, const char *text, GError **error)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  return pent_zip_writer_add (zip, name, bytes, error);
}

/* What is above 0 stays so: there a layer is to be seen. */
static PentImage *
mask_to_image (const PentMask *mask, GError **error)
{
  PentImage *image = pent_image_new (mask->width, mask->height, 1, 16, error);
  guint16 *samples = image != NULL ? (guint16 *) (void *) image->pixels : NULL;

  for (gsize i = 0; image != NULL && i < (gsize) mask->width * mask->height; i++)
    samples[i] = mask->values[i] > 0 ? MAX (lrintf (MIN (mask->values[i], 1) * 65535), 1) : 0;
  return image;
}

/* A layer as other programs see it: 8-bit RGB and alpha. */
static PentImage *
make_layer_image (PentImage *rendered, const PentMask *alpha, GError **error)
{
  PentImage *image = pent_image_new (rendered->width, rendered->height, 4, 8, error);
  const guint16 *from = (const guint16 *) (const void *) rendered->pixels;

  for (gsize p = 0; image != NULL && p < (gsize) rendered->width * rendered->height; p++)
    {
      for (int c = 0; c < 3; c++)
        image->pixels[p * 4 + c] = (from[p * 3 + c] + 128u) / 257u;
      image->pixels[p * 4 + 3] = lrintf (alpha->values[p] * 255);
    }
  return image;
}

/* Joins layer after layer on @canvas and stores each. */
static gboolean
add_layers (PentZipWriter *zip, const PentEditResult *edit, PentImage *canvas, GError **error)
{
  for (guint i = 0; i < edit->layers->len; i++)
    {
      const PentEditLayer *layer = g_ptr_array_index (edit->layers, i);
      g_autofree char *name = g_strdup_printf ("data/layer-%u.png", i + 1);
      g_autofree char *painted = g_strdup_printf ("pentimento/painted-%u.png", i + 1);
      g_autofree char *mask = g_strdup_printf ("pentimento/mask-%u.png", i + 1);
      g_autoptr (PentMask) alpha = NULL;
      g_autoptr (PentImage) rendered = pent_edit_layer_render (layer, &edit->join, canvas, &alpha, error);
      g_autoptr (PentImage) shown = rendered != NULL ? make_layer_image (rendered, alpha, error) : NULL;
      g_autoptr (PentImage) mask_image = shown != NULL ? mask_to_image (layer->mask, error) : NULL;

      if (mask_image == NULL || !pent_paste (rendered, canvas, &layer->region, alpha, error)
          || !add_picture (zip, name, shown, error) || !add_picture (zip, painted, layer->painted, error)
          || !add_picture (zip, mask, mask_image, error))
        return FALSE;
    }
  return TRUE;
}

static char *
make_stack (const PentEditResult *edit)
{
  GString *xml = g_string_new ("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");

  g_string_append_printf (xml, "<image version=\"0.0.3\" w=\"%d\" h=\"%d\">\n  <stack>\n", edit->base->width,
                          edit->base->height);
  for (guint i = edit->layers->len; i-- > 0;)
    {
      const PentEditLayer *layer = g_ptr_array_index (edit->layers, i);
      g_string_append_printf (xml, "    <layer name=\"%s %u\" src=\"data/layer-%u.png\" x=\"%d\" y=\"%d\"/>\n",
                              kinds[layer->kind], i + 1, i + 1, layer->region.x, layer->region.y);
    }
  g_string_append (xml, "    <layer name=\"base\" src=\"data/base.png\" x=\"0\" y=\"0\"/>\n  </stack>\n</image>\n");
  return g_string_free (xml, FALSE);
}

static JsonObject *
describe_layer (const PentEditLayer *layer)
{
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "kind", kinds[layer->kind]);
  json_object_set_int_member (object, "x", layer->region.x);
  json_object_set_int_member (object, "y", layer->region.y);
  json_object_set_int_member (object, "width", layer->region.width);
  json_object_set_int_member (object, "height", layer->region.height);
  json_object_set_int_member (object, "blend", layer->blend);
  json_object_set_int_member (object, "ring", layer->ring);
  return object;
}

static char *
make_json (const PentEditResult *edit, const PentRecipe *recipe)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new (), *join = json_object_new ();
  JsonArray *layers = json_array_new ();

  for (guint i = 0; i < edit->layers->len; i++)
    json_array_add_object_element (layers, describe_layer (g_ptr_array_index (edit->layers, i)));
  json_object_set_int_member (join, "grow", edit->join.grow);
  json_object_set_int_member (join, "feather", edit->join.feather);
  json_object_set_double_member (join, "match", edit->join.match);
  json_object_set_int_member (object, "pentimento_edit", VERSION);
  json_object_set_member (object, "recipe", pent_recipe_to_json (recipe));
  json_object_set_object_member (object, "join", join);
  json_object_set_array_member (object, "layers", layers);
  json_node_take_object (node, object);
  return pent_json_print (node, TRUE);
}

static PentImage *
make_thumbnail (PentImage *image, GError **error)
{
  double ratio = MIN ((double) THUMBNAIL_SIDE / MAX (image->width, image->height), 1);
  g_autoptr (PentImage) scaled = pent_image_scale (image, MAX ((int) (image->width * ratio), 1),
                                                   MAX ((int) (image->height * ratio), 1), error);
  return scaled != NULL ? pent_image_to_rgb8 (scaled, error) : NULL;
}

/**
 * pent_edit_file_encode:
 * @recipe: of the picture
 *
 * Returns: (transfer full): the contents of a file; %NULL with %PENT_ERROR_FILE
 *   or %PENT_ERROR_MEMORY
 */
GBytes *
pent_edit_file_encode (const PentEditResult *edit, const PentRecipe *recipe, GError **error)
{
  g_autoptr (PentZipWriter) zip = pent_zip_writer_new (error);
  g_autofree char *stack = make_stack (edit), *json = make_json (edit, recipe);
  g_autoptr (PentImage) canvas = pent_image_crop (edit->base, 0, 0, edit->base->width, edit->base->height, error);

  if (zip == NULL || canvas == NULL || !add_text (zip, "mimetype", "image/openraster", error)
      || !add_text (zip, "stack.xml", stack, error) || !add_picture (zip, "data/base.png", edit->base, error)
      || !add_layers (zip, edit, canvas, error) || !add_picture (zip, "mergedimage.png", canvas, error))
    return NULL;
  g_autoptr (PentImage) thumbnail = make_thumbnail (canvas, error);
  if (!add_picture (zip, "Thumbnails/thumbnail.png", thumbnail, error)
      || !add_text (zip, "pentimento/edit.json", json, error))
    return NULL;
  return pent_zip_writer_finish (zip, error);
}

/**
 * pent_edit_file_write:
 * @path: ends in %PENT_EDIT_SUFFIX
 *
 * Returns: %FALSE with %PENT_ERROR_FILE or %PENT_ERROR_MEMORY and a sentence
 *   that names @path
 */
gboolean
pent_edit_file_write (const char *path, const PentEditResult *edit, const PentRecipe *recipe, GError **error)
{
  g_autoptr (GBytes) contents = pent_edit_file_encode (edit, recipe, error);
  g_autofree char *name = g_filename_display_name (path);

  if (contents == NULL)
    {
      g_prefix_error (error, "%s: ", name);
      return FALSE;
    }
  return pent_file_write (path, contents, TRUE, error);
}

static gboolean
fail_damaged (GError **error, const char *what)
{
  g_set_error (error, PENT_ERROR, PENT_ERROR_FILE, "the edit is damaged (%s): use another copy of it.", what);
  return FALSE;
}

static PentImage *
read_picture (PentZip *zip, const char *name, GError **error)
{
  g_autoptr (GBytes) contents = pent_zip_read (zip, name, PENT_PICTURE_MAX_FILE, error);
  g_autoptr (PentPictureFile) file = contents != NULL ? pent_picture_file_decode (contents, TRUE, error) : NULL;

  if (contents != NULL && file == NULL)
    g_prefix_error (error, "%s: ", name);
  return file != NULL ? g_steal_pointer (&file->image) : NULL;
}

static gboolean
get_int (JsonObject *object, const char *name, int least, int most, int *value)
{
  JsonNode *node = json_object_get_member (object, name);

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_INT64)
    return FALSE;
  gint64 number = json_node_get_int (node);
  *value = CLAMP (number, least, most);
  return *value == number;
}

static gboolean
read_join (JsonObject *object, PentJoin *join)
{
  JsonNode *node = json_object_get_member (object, "match");

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node)
      || (json_node_get_value_type (node) != G_TYPE_DOUBLE && json_node_get_value_type (node) != G_TYPE_INT64))
    return FALSE;
  join->match = json_node_get_double (node);
  return join->match >= 0 && join->match <= 1
         && get_int (object, "grow", -MAX_WIDTH_OF_SLOPE, MAX_WIDTH_OF_SLOPE, &join->grow)
         && get_int (object, "feather", PENT_UNSET, MAX_WIDTH_OF_SLOPE, &join->feather);
}

static gboolean
read_kind (JsonObject *object, PentLayerKind *kind)
{
  JsonNode *node = json_object_get_member (object, "kind");
  const char *name = node != NULL && JSON_NODE_HOLDS_VALUE (node) ? json_node_get_string (node) : NULL;

  for (guint i = 0; name != NULL && i < G_N_ELEMENTS (kinds); i++)
    if (g_str_equal (kinds[i], name))
      {
        *kind = i;
        return TRUE;
      }
  return FALSE;
}

/* A region begins on the picture; over its edge it reaches by no more than a
 * model's cell, which is at most this. */
#define MAX_OVERHANG 64

static gboolean
read_region (JsonObject *object, const PentImage *base, PentRect *region)
{
  return get_int (object, "x", 0, base->width - 1, &region->x)
         && get_int (object, "y", 0, base->height - 1, &region->y)
         && get_int (object, "width", 1, base->width - region->x + MAX_OVERHANG, &region->width)
         && get_int (object, "height", 1, base->height - region->y + MAX_OVERHANG, &region->height);
}

static PentMask *
mask_from_image (const PentImage *image)
{
  PentMask *mask = pent_mask_new (image->width, image->height);
  const guint16 *samples = (const guint16 *) (const void *) image->pixels;

  for (gsize i = 0; i < (gsize) image->width * image->height; i++)
    mask->values[i] = samples[i] / 65535.0f;
  return mask;
}

static PentEditLayer *
read_layer (PentZip *zip, JsonNode *node, guint index, const PentImage *base, GError **error)
{
  JsonObject *object = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  g_autofree char *painted_name = g_strdup_printf ("pentimento/painted-%u.png", index + 1);
  g_autofree char *mask_name = g_strdup_printf ("pentimento/mask-%u.png", index + 1);
  PentLayerKind kind;
  PentRect region;
  int blend, ring;

  if (object == NULL || !read_kind (object, &kind) || !read_region (object, base, &region)
      || !get_int (object, "blend", 0, MAX_WIDTH_OF_SLOPE, &blend)
      || !get_int (object, "ring", 0, MAX_WIDTH_OF_SLOPE, &ring))
    {
      fail_damaged (error, "a layer is described wrongly");
      return NULL;
    }
  g_autoptr (PentImage) painted = read_picture (zip, painted_name, error);
  g_autoptr (PentImage) mask_image = painted != NULL ? read_picture (zip, mask_name, error) : NULL;
  if (mask_image == NULL)
    return NULL;
  if (painted->channels != 3 || painted->bits != 16 || mask_image->channels != 1 || mask_image->bits != 16
      || mask_image->width != region.width || mask_image->height != region.height)
    {
      fail_damaged (error, "a layer's pictures are of another kind or size");
      return NULL;
    }
  g_autoptr (PentMask) mask = mask_from_image (mask_image);
  return pent_edit_layer_new (kind, &region, painted, mask, blend, ring);
}

static JsonObject *
read_json (PentZip *zip, JsonNode **node, GError **error)
{
  g_autoptr (GBytes) bytes = pent_zip_read (zip, "pentimento/edit.json", MAX_JSON, error);
  gsize size;
  const char *text = bytes != NULL ? g_bytes_get_data (bytes, &size) : NULL;
  int version;

  *node = text != NULL ? pent_json_parse (text, size, error) : NULL;
  if (*node == NULL)
    return NULL;
  JsonObject *object = JSON_NODE_HOLDS_OBJECT (*node) ? json_node_get_object (*node) : NULL;
  if (object == NULL || !get_int (object, "pentimento_edit", 1, VERSION, &version))
    {
      fail_damaged (error, "it is not of a version this program reads");
      return NULL;
    }
  return object;
}

/**
 * pent_edit_file_decode:
 * @contents: anything
 * @recipe: (out) (transfer full): of the picture
 *
 * Returns: (transfer full): the edit; %NULL with %PENT_ERROR_FILE or
 *   %PENT_ERROR_MEMORY, in a sentence to go after the file's name and a colon
 */
PentEditResult *
pent_edit_file_decode (GBytes *contents, PentRecipe **recipe, GError **error)
{
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (PentZip) zip = pent_zip_open (contents, error);
  JsonObject *object = zip != NULL ? read_json (zip, &node, error) : NULL;
  PentJoin join;

  if (object == NULL)
    return NULL;
  JsonNode *join_node = json_object_get_member (object, "join");
  JsonNode *layers_node = json_object_get_member (object, "layers");
  JsonNode *recipe_node = json_object_get_member (object, "recipe");
  JsonArray *layers = layers_node != NULL && JSON_NODE_HOLDS_ARRAY (layers_node) ? json_node_get_array (layers_node) : NULL;
  if (join_node == NULL || !JSON_NODE_HOLDS_OBJECT (join_node) || !read_join (json_node_get_object (join_node), &join)
      || layers == NULL || json_array_get_length (layers) > MAX_LAYERS || recipe_node == NULL)
    {
      fail_damaged (error, "its description is wrong");
      return NULL;
    }
  g_autoptr (PentImage) base = read_picture (zip, "data/base.png", error);
  g_autoptr (PentRecipe) found = base != NULL ? pent_recipe_from_json (recipe_node, error) : NULL;
  if (found == NULL)
    return NULL;
  g_autoptr (PentEditResult) edit = pent_edit_result_new (base, &join);
  guint64 pixels = 0;
  for (guint i = 0; i < json_array_get_length (layers); i++)
    {
      PentEditLayer *layer = read_layer (zip, json_array_get_element (layers, i), i, base, error);
      if (layer == NULL)
        return NULL;
      g_ptr_array_add (edit->layers, layer);
      pixels += (guint64) layer->painted->width * layer->painted->height
                + (guint64) layer->mask->width * layer->mask->height;
      if (pixels > MAX_PIXELS)
        {
          fail_damaged (error, "its layers have too many pixels");
          return NULL;
        }
    }
  *recipe = g_steal_pointer (&found);
  return g_steal_pointer (&edit);
}

/**
 * pent_edit_file_read:
 *
 * Returns: (transfer full): as pent_edit_file_decode(), with a sentence that
 *   names @path
 */
PentEditResult *
pent_edit_file_read (const char *path, PentRecipe **recipe, GError **error)
{
  g_autoptr (GBytes) contents = pent_file_read (path, PENT_PICTURE_MAX_FILE, error);
  g_autofree char *name = g_filename_display_name (path);

  if (contents == NULL)
    return NULL;
  PentEditResult *edit = pent_edit_file_decode (contents, recipe, error);
  if (edit == NULL)
    g_prefix_error (error, "%s: ", name);
  return edit;
}
