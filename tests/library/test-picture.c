/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pictures as other programs write them, and our own there and back. */
#include <json-glib/json-glib.h>
#include <string.h>

#include "library-fixture.h"
#include "pent-error.h"
#include "pent-jpeg.h"
#include "pent-picture.h"

static int
get_sample (const PentImage *image, gsize i)
{
  gsize per_row = (gsize) image->width * image->channels;
  const guint8 *row = image->pixels + i / per_row * image->stride;
  return image->bits == 16 ? ((const guint16 *) (const void *) row)[i % per_row] : row[i % per_row];
}

static void
check_pixels (const PentImage *image, JsonObject *expected)
{
  JsonArray *samples = json_object_get_array_member (expected, "pixels");
  int tolerance = json_object_get_int_member (expected, "tolerance");

  g_assert_cmpint (image->width, ==, json_object_get_int_member (expected, "width"));
  g_assert_cmpint (image->height, ==, json_object_get_int_member (expected, "height"));
  g_assert_cmpint (image->channels, ==, json_object_get_int_member (expected, "channels"));
  g_assert_cmpint (image->bits, ==, json_object_get_int_member (expected, "bits"));
  for (guint i = 0; i < json_array_get_length (samples); i++)
    g_assert_cmpint (ABS (get_sample (image, i) - json_array_get_int_element (samples, i)), <=, tolerance);
}

static void
check_texts (const PentTextFields *texts, JsonObject *expected)
{
  JsonObjectIter iter;
  const char *keyword;
  JsonNode *text;
  g_assert_cmpint (texts->fields->len, ==, json_object_get_size (expected));
  json_object_iter_init (&iter, expected);
  while (json_object_iter_next (&iter, &keyword, &text))
    g_assert_cmpstr (pent_text_fields_get (texts, keyword), ==, json_node_get_string (text));
}

static void
test_others (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "library", "pictures.json", NULL);
  json_parser_load_from_file (parser, path, &error);
  g_assert_no_error (error);

  JsonObjectIter iter;
  const char *name;
  JsonNode *node;
  json_object_iter_init (&iter, json_node_get_object (json_parser_get_root (parser)));
  while (json_object_iter_next (&iter, &name, &node))
    {
      JsonObject *expected = json_node_get_object (node);
      g_autofree char *file_name = g_test_build_filename (G_TEST_DIST, "library", "pictures", name, NULL);
      g_test_message ("%s", name);
      g_autoptr (PentPictureFile) file = pent_picture_file_read (file_name, &error);
      g_assert_no_error (error);
      check_pixels (file->image, expected);
      check_texts (file->texts, json_object_get_object_member (expected, "texts"));
      g_assert_cmpint (file->warnings->len, ==, json_object_get_int_member (expected, "warnings"));
      g_assert_cmpint (file->image->icc_profile != NULL, ==, json_object_get_boolean_member (expected, "icc"));
      g_assert_cmpint (file->width, ==, file->image->width);
      g_assert_cmpint (file->height, ==, file->image->height);

      g_autoptr (PentPictureFile) again = pent_picture_file_read_texts (file_name, &error);
      g_assert_no_error (error);
      g_assert_null (again->image);
      check_texts (again->texts, json_object_get_object_member (expected, "texts"));
      g_assert_cmpint (again->width, ==, file->width);
    }
}

static PentPictureFile *
there_and_back (PentImage *image, PentPictureFormat format, PentTextFields *texts)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = pent_picture_encode (image, format, texts, &error);
  g_assert_no_error (error);
  g_autoptr (GBytes) again = pent_picture_encode (image, format, texts, &error);
  g_assert_true (g_bytes_equal (bytes, again));
  PentPictureFile *file = pent_picture_file_decode (bytes, TRUE, &error);
  g_assert_no_error (error);
  g_assert_cmpint (file->format, ==, format);
  return file;
}

static void
test_png_pixels (void)
{
  static const int sizes[][2] = { { 1, 1 }, { 3, 5 }, { 64, 31 }, { 200, 3 } };
  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    for (int channels = 1; channels <= 4; channels++)
      for (int bits = 8; bits <= 16; bits += 8)
        {
          g_autoptr (PentTextFields) texts = pent_text_fields_new ();
          g_autoptr (PentImage) image = make_picture (sizes[i][0], sizes[i][1], channels, bits);
          g_autoptr (PentPictureFile) file = there_and_back (image, PENT_PICTURE_PNG, texts);
          assert_same_picture (image, file->image);
        }
}

static void
test_webp_pixels (void)
{
  g_autoptr (PentTextFields) texts = pent_text_fields_new ();
  g_autoptr (PentImage) rgb = make_picture (33, 17, 3, 8);
  g_autoptr (PentPictureFile) file = there_and_back (rgb, PENT_PICTURE_WEBP, texts);
  assert_same_picture (rgb, file->image);

  g_autoptr (PentImage) rgba = make_picture (33, 17, 4, 8);
  g_autoptr (PentPictureFile) with_alpha = there_and_back (rgba, PENT_PICTURE_WEBP, texts);
  assert_same_picture (rgba, with_alpha->image);

  g_autoptr (PentImage) deep = make_picture (33, 17, 2, 16);
  g_autoptr (PentImage) rounded = pent_image_to_rgba8 (deep, NULL);
  g_autoptr (PentPictureFile) shallow = there_and_back (deep, PENT_PICTURE_WEBP, texts);
  assert_same_picture (rounded, shallow->image);
}

static void
test_jpeg_pixels (void)
{
  g_autoptr (PentTextFields) texts = pent_text_fields_new ();
  g_autoptr (PentImage) image = pent_image_new (40, 24, 3, 8, NULL);
  for (int y = 0; y < 24; y++)
    for (int x = 0; x < 40; x++)
      {
        guint8 *pixel = image->pixels + y * image->stride + 3 * x;
        pixel[0] = 6 * x;
        pixel[1] = 10 * y;
        pixel[2] = 255 - 3 * x - 5 * y;
      }
  g_autoptr (PentPictureFile) file = there_and_back (image, PENT_PICTURE_JPEG, texts);
  g_assert_cmpint (file->image->channels, ==, 3);
  for (gsize i = 0; i < image->stride * 24; i++)
    g_assert_cmpint (ABS (image->pixels[i] - file->image->pixels[i]), <=, 6);

  g_autoptr (PentImage) grey = make_picture (8, 8, 1, 8);
  g_autoptr (PentPictureFile) grey_file = there_and_back (grey, PENT_PICTURE_JPEG, texts);
  g_assert_cmpint (grey_file->image->channels, ==, 1);
}

static char *
repeat (const char *text, gsize size)
{
  GString *string = g_string_new (NULL);
  while (string->len < size)
    g_string_append (string, text);
  return g_string_free (string, FALSE);
}

static void
test_texts (void)
{
  g_autofree char *long_ascii = repeat ("a lighthouse, ", 100000);
  g_autofree char *long_unicode = repeat ("\xe6\x97\xa5\xe6\x9c\xac caf\xc3\xa9 \xf0\x9f\x8c\x85, ", 100000);
  const char *const texts[] = {
    "plain", "caf\xc3\xa9 \xc3\x83\xc2\xa9 in Latin-1", "\xe6\x97\xa5\xe6\x9c\xac", "\xe6\x97\xa5", "\xf0\x9f\x8c\x85",
    "two\nlines\n\nand \"quotes\" \\ & <tags> ]]>", "a: b, c: \"d\"", " blanks ", "x", long_ascii, long_unicode,
  };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    for (PentPictureFormat format = PENT_PICTURE_PNG; format <= PENT_PICTURE_WEBP; format++)
      {
        g_autoptr (PentImage) image = make_picture (4, 4, 3, 8);
        g_autoptr (PentTextFields) fields = pent_text_fields_new ();
        pent_text_fields_add (fields, PENT_FIELD_PARAMETERS, texts[i]);
        pent_text_fields_add (fields, PENT_FIELD_RECIPE, texts[i]);
        g_autoptr (PentPictureFile) file = there_and_back (image, format, fields);
        g_assert_cmpstr (pent_text_fields_get (file->texts, PENT_FIELD_RECIPE), ==, texts[i]);
        /* Exif ends at 64 KiB in JPEG. */
        if (format != PENT_PICTURE_JPEG || strlen (texts[i]) < 30000)
          g_assert_cmpstr (pent_text_fields_get (file->texts, PENT_FIELD_PARAMETERS), ==, texts[i]);
        else
          g_assert_null (pent_text_fields_get (file->texts, PENT_FIELD_PARAMETERS));
      }
}

/* Others overlook iTXt, so it is only for what Latin-1 cannot say. */
static void
test_png_text_chunks (void)
{
  static const struct { const char *text; const char *chunk; } cases[] = {
    { "caf\xc3\xa9", "tEXtparameters\0caf\xe9" }, { "\xe6\x97\xa5", "iTXtparameters\0\0\0\0\0\xe6\x97\xa5" },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (PentImage) image = make_picture (4, 4, 3, 8);
      g_autoptr (PentTextFields) fields = pent_text_fields_new ();
      pent_text_fields_add (fields, PENT_FIELD_PARAMETERS, cases[i].text);
      g_autoptr (GBytes) bytes = pent_picture_encode (image, PENT_PICTURE_PNG, fields, NULL);
      gsize size;
      gconstpointer data = g_bytes_get_data (bytes, &size);
      gsize n = i == 0 ? 19 : 22;
      g_assert_nonnull (memmem (data, size, cases[i].chunk, n));
    }
}

static void
test_profiles (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "library", "pictures", "profile.png", NULL);
  g_autoptr (PentPictureFile) source = pent_picture_file_read (path, &error);
  g_assert_no_error (error);
  g_autoptr (PentTextFields) texts = pent_text_fields_new ();

  for (PentPictureFormat format = PENT_PICTURE_PNG; format <= PENT_PICTURE_WEBP; format++)
    {
      g_autoptr (PentPictureFile) file = there_and_back (source->image, format, texts);
      g_assert_true (g_bytes_equal (file->image->icc_profile, source->image->icc_profile));

      g_autoptr (PentImage) grey = make_picture (5, 5, 1, 8);
      grey->icc_profile = g_bytes_ref (source->image->icc_profile);
      g_autoptr (PentPictureFile) grey_file = there_and_back (grey, format, texts);
      g_assert_null (grey_file->image->icc_profile);
    }
}

static void
assert_refused (const guint8 *data, gsize size, const char *part)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = g_bytes_new (data, size);
  g_autoptr (PentPictureFile) file = pent_picture_file_decode (bytes, TRUE, &error);
  g_assert_null (file);
  g_assert_error (error, PENT_ERROR, PENT_ERROR_FILE);
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
  g_assert_null (strchr (error->message, '\n'));
  g_assert_true (g_str_has_suffix (error->message, "."));
  if (part != NULL)
    g_assert_nonnull (strstr (error->message, part));
}

/* However a file is cut, it is refused: a part is no picture to start from. */
static void
test_cut_short (void)
{
  g_autoptr (PentImage) image = make_picture (60, 40, 3, 8);
  g_autoptr (PentTextFields) texts = pent_text_fields_new ();
  pent_text_fields_add (texts, PENT_FIELD_PARAMETERS, "a\nSteps: 20");
  pent_text_fields_add (texts, PENT_FIELD_RECIPE, "{}");

  for (PentPictureFormat format = PENT_PICTURE_PNG; format <= PENT_PICTURE_WEBP; format++)
    {
      g_autoptr (GBytes) whole = pent_picture_encode (image, format, texts, NULL);
      gsize size;
      const guint8 *data = g_bytes_get_data (whole, &size);
      for (gsize n = 1; n < size - 16; n += 64)
        assert_refused (data, n, NULL);
      assert_refused (data, size - 16, NULL);
    }
}

/* A flipped byte gives a picture or a sentence, never a crash. */
static void
test_flipped (void)
{
  g_autoptr (GPtrArray) names = list_test_files ("pictures");
  g_assert_cmpint (names->len, >, 20);
  for (guint i = 0; i < names->len; i++)
    {
      g_autoptr (GBytes) whole = read_test_file (g_ptr_array_index (names, i));
      gsize size;
      g_autofree guint8 *data = g_memdup2 (g_bytes_get_data (whole, NULL), size = g_bytes_get_size (whole));
      for (gsize at = 0; at < size; at += 3)
        {
          g_autoptr (GError) error = NULL;
          data[at] ^= 0xff;
          g_autoptr (GBytes) bytes = g_bytes_new_static (data, size);
          g_autoptr (PentPictureFile) file = pent_picture_file_decode (bytes, TRUE, &error);
          g_assert_true ((file == NULL) == (error != NULL));
          data[at] ^= 0xff;
        }
    }
}

static void
set_u32 (guint8 *data, guint32 value)
{
  value = GUINT32_TO_BE (value);
  memcpy (data, &value, 4);
}

static guint32
png_crc (const guint8 *data, gsize size)
{
  guint32 crc = 0xffffffff;
  for (gsize i = 0; i < size; i++)
    {
      crc ^= data[i];
      for (int bit = 0; bit < 8; bit++)
        crc = crc & 1 ? crc >> 1 ^ 0xedb88320 : crc >> 1;
    }
  return ~crc;
}

/* Headers that promise more than is read, or than the file can hold. */
static void
test_bombs (void)
{
  static const struct { guint32 width, height; const char *part; } cases[] = {
    { 16385, 10, "scale it down" }, { 10, 100000, "scale it down" }, { 0xffffffff, 0xffffffff, "scale it down" },
    { 0, 10, "pixels" }, { 10, 0, "pixels" }, { 16384, 16384, "too small" },
  };
  g_autoptr (PentImage) image = make_picture (10, 10, 3, 8);
  g_autoptr (PentTextFields) texts = pent_text_fields_new ();
  g_autoptr (GBytes) whole = pent_picture_encode (image, PENT_PICTURE_PNG, texts, NULL);
  gsize size = g_bytes_get_size (whole);

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree guint8 *data = g_memdup2 (g_bytes_get_data (whole, NULL), size);
      set_u32 (data + 16, cases[i].width);
      set_u32 (data + 20, cases[i].height);
      set_u32 (data + 29, png_crc (data + 12, 17));
      assert_refused (data, size, cases[i].part);
    }

  g_autoptr (GBytes) jpeg = pent_picture_encode (image, PENT_PICTURE_JPEG, texts, NULL);
  gsize jpeg_size = g_bytes_get_size (jpeg);
  g_autofree guint8 *data = g_memdup2 (g_bytes_get_data (jpeg, NULL), jpeg_size);
  guint8 *frame = memmem (data, jpeg_size, "\xff\xc0", 2);
  memcpy (frame + 5, "\xff\xff\xff\xff", 4);
  assert_refused (data, jpeg_size, "scale it down");
}

static void
test_nonsense (void)
{
  g_autofree guint8 *zeros = g_malloc0 (1000);
  assert_refused ((const guint8 *) "GIF89a......", 12, "PNG, JPEG or WebP");
  assert_refused ((const guint8 *) "\x89PNG\r\n\x1a\n", 8, "no header");
  assert_refused ((const guint8 *) "\xff\xd8\xff", 3, "cut short");
  assert_refused ((const guint8 *) "RIFF\4\0\0\0WEBP", 12, NULL);
  assert_refused (zeros, 1000, "PNG, JPEG or WebP");
}

static void
test_suffixes (void)
{
  PentPictureFormat format;
  g_assert_true (pent_picture_format_from_name ("a.png", &format) && format == PENT_PICTURE_PNG);
  g_assert_true (pent_picture_format_from_name ("a.b.JPG", &format) && format == PENT_PICTURE_JPEG);
  g_assert_true (pent_picture_format_from_name ("/x.y/a.jpeg", &format) && format == PENT_PICTURE_JPEG);
  g_assert_true (pent_picture_format_from_name ("a.WebP", &format) && format == PENT_PICTURE_WEBP);
  g_assert_false (pent_picture_format_from_name ("png", &format));
  g_assert_false (pent_picture_format_from_name ("a.png/b", &format));
  g_assert_false (pent_picture_format_from_name ("a.gif", &format));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/picture/others", test_others);
  g_test_add_func ("/picture/png-pixels", test_png_pixels);
  g_test_add_func ("/picture/webp-pixels", test_webp_pixels);
  g_test_add_func ("/picture/jpeg-pixels", test_jpeg_pixels);
  g_test_add_func ("/picture/texts", test_texts);
  g_test_add_func ("/picture/png-text-chunks", test_png_text_chunks);
  g_test_add_func ("/picture/profiles", test_profiles);
  g_test_add_func ("/picture/cut-short", test_cut_short);
  g_test_add_func ("/picture/flipped", test_flipped);
  g_test_add_func ("/picture/bombs", test_bombs);
  g_test_add_func ("/picture/nonsense", test_nonsense);
  g_test_add_func ("/picture/suffixes", test_suffixes);
  return g_test_run ();
}
