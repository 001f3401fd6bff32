/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

/* Files that are no safetensors, or hostile ones: each is refused with its own
 * sentence. Sizes are chosen such that a reader whose time or memory does not
 * stay within the header's length would be noticed. */

#include "model-fixture.h"
#include "pent-checkpoint.h"
#include "pent-error.h"
#include "pent-inspect.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct
{
  const char *name;
  const char *json;     /* of the header; its length is put before it */
  gsize       data;     /* bytes after it */
  const char *expected; /* in the message; NULL: the header is fine, the model is not */
} HeaderCase;

#define T(shape, begin, end) "{\"dtype\":\"F32\",\"shape\":" shape ",\"data_offsets\":[" begin "," end "]}"
#define NOT_A_MODEL "a model of an unknown kind"

static const HeaderCase header_cases[] = {
  { "fine", "{\"a\":" T ("[2]", "0", "8") "}", 8, NOT_A_MODEL },
  { "fine-spaces", "{ \"a\" :\n" T (" [ 2 ] ", " 0", "8 ") " }   \n", 8, NOT_A_MODEL },
  { "fine-scalar-empty", "{\"a\":" T ("[]", "0", "4") ",\"b\":" T ("[0,7]", "4", "4") "}", 4, NOT_A_MODEL },
  { "fine-extra-field", "{\"a\":{\"x\":{\"y\":[1,2.5e3,null]},\"dtype\":\"BOOL\",\"shape\":[1],\"data_offsets\":[0,1]}}", 1, NOT_A_MODEL },
  { "fine-metadata", "{\"__metadata__\":{\"a\":\"\\u00e9\\ud83d\\ude00\\n\"},\"a\":" T ("[1]", "0", "4") "}", 4, NOT_A_MODEL },
  { "fine-unaligned", "{\"b\":{\"dtype\":\"I8\",\"shape\":[1],\"data_offsets\":[0,1]},\"a\":" T ("[1]", "1", "5") "}", 5, NOT_A_MODEL },
  { "no-tensors", "{}", 0, "holds no tensors" },
  { "only-metadata", "{\"__metadata__\":{}}", 0, "holds no tensors" },
  { "size-too-small", "{\"a\":" T ("[3]", "0", "8") "}", 8, "shape and its data_offsets disagree" },
  { "size-too-large", "{\"a\":" T ("[1]", "0", "8") "}", 8, "shape and its data_offsets disagree" },
  { "product-wraps", "{\"a\":" T ("[4294967296,4294967296,4]", "0", "0") "}", 0, "multiply to more than any file" },
  { "product-wraps-to-size", "{\"a\":" T ("[9223372036854775807,2,2]", "0", "8") "}", 8, "multiply to more than any file" },
  { "size-beyond-64-bits", "{\"a\":" T ("[99999999999999999999999]", "0", "8") "}", 8, "larger than any file" },
  { "size-beyond-63-bits", "{\"a\":" T ("[9223372036854775808]", "0", "8") "}", 8, "larger than any file" },
  { "size-negative", "{\"a\":" T ("[-2]", "0", "8") "}", 8, "negative" },
  { "size-fraction", "{\"a\":" T ("[2.0]", "0", "8") "}", 8, "not a whole number" },
  { "size-exponent", "{\"a\":" T ("[2e0]", "0", "8") "}", 8, "not a whole number" },
  { "size-leading-zero", "{\"a\":" T ("[02]", "0", "8") "}", 8, "not a whole number" },
  { "size-text", "{\"a\":" T ("[\"2\"]", "0", "8") "}", 8, "no number" },
  { "offset-negative", "{\"a\":" T ("[2]", "-8", "0") "}", 8, "negative" },
  { "offset-backwards", "{\"a\":" T ("[2]", "8", "0") "}", 8, "ends before it begins" },
  { "offset-wraps", "{\"a\":" T ("[2]", "18446744073709551608", "18446744073709551616") "}", 8, "larger than any file" },
  { "offset-at-the-end-of-memory", "{\"a\":" T ("[1]", "18446744073709551611", "18446744073709551615") "}", 8, "beyond the end of the file" },
  { "offset-beyond", "{\"a\":" T ("[2]", "0", "8") "}", 4, "beyond the end of the file" },
  { "offset-three", "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8,8]}}", 8, "not two numbers" },
  { "overlap", "{\"a\":" T ("[2]", "0", "8") ",\"b\":" T ("[2]", "4", "12") "}", 12, "overlaps" },
  { "overlap-same", "{\"a\":" T ("[2]", "0", "8") ",\"b\":" T ("[2]", "0", "8") "}", 8, "overlaps" },
  { "hole", "{\"a\":" T ("[1]", "0", "4") ",\"b\":" T ("[1]", "8", "12") "}", 12, "hole" },
  { "hole-at-start", "{\"a\":" T ("[1]", "4", "8") "}", 8, "hole" },
  { "rest", "{\"a\":" T ("[1]", "0", "4") "}", 8, "bytes follow the last tensor" },
  { "duplicate", "{\"a\":" T ("[1]", "0", "4") ",\"a\":" T ("[1]", "4", "8") "}", 8, "listed twice" },
  { "duplicate-by-escape", "{\"a\":" T ("[1]", "0", "4") ",\"\\u0061\":" T ("[1]", "4", "8") "}", 8, "listed twice" },
  { "field-twice", "{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", 4, "given twice" },
  { "field-missing", "{\"a\":{\"dtype\":\"F32\",\"shape\":[1]}}", 4, "are not given" },
  { "dtype-unknown", "{\"a\":{\"dtype\":\"Q4_K\",\"shape\":[1],\"data_offsets\":[0,4]}}", 4, "dtype) is unknown" },
  { "dtype-long", "{\"a\":{\"dtype\":\"F3200000000000000000000\",\"shape\":[1],\"data_offsets\":[0,4]}}", 4, "is unknown" },
  { "dtype-number", "{\"a\":{\"dtype\":5,\"shape\":[1],\"data_offsets\":[0,4]}}", 4, "not valid JSON" },
  { "rank-nine", "{\"a\":" T ("[1,1,1,1,1,1,1,1,1]", "0", "4") "}", 4, "more than 8 dimensions" },
  { "tensor-not-object", "{\"a\":5}", 0, "not valid JSON" },
  { "metadata-number", "{\"__metadata__\":{\"a\":5}}", 0, "other than texts" },
  { "metadata-object", "{\"__metadata__\":{\"a\":{}}}", 0, "other than texts" },
  { "metadata-list", "{\"__metadata__\":[]}", 0, "not valid JSON" },
  { "metadata-twice", "{\"__metadata__\":{},\"__metadata__\":{}}", 0, "__metadata__ twice" },
  { "not-utf8", "{\"a\xff\":" T ("[1]", "0", "4") "}", 4, "not UTF-8" },
  { "zero-in-name", "{\"a\\u0000b\":" T ("[1]", "0", "4") "}", 4, "character 0" },
  { "control-in-name", "{\"a\nb\":" T ("[1]", "0", "4") "}", 4, "control character" },
  { "half-character", "{\"\\ud83d\":" T ("[1]", "0", "4") "}", 4, "half of a character" },
  { "broken-escape", "{\"\\u00g0\":" T ("[1]", "0", "4") "}", 4, "escape" },
  { "unknown-escape", "{\"\\x\":" T ("[1]", "0", "4") "}", 4, "escape in it is unknown" },
  { "unclosed", "{\"a\":" T ("[1]", "0", "4"), 4, "ends in the middle" },
  { "unclosed-text", "{\"a", 4, "ends in the middle" },
  { "text-after", "{\"a\":" T ("[1]", "0", "4") "} x", 4, "more text follows" },
  { "comma-at-end", "{\"a\":" T ("[1]", "0", "4") ",}", 4, "not valid JSON" },
  { "comment", "{/* */}", 0, "not valid JSON" },
};

static void
write_header (const char *path, const char *json, gsize length, gsize data)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  guint64 n = GUINT64_TO_LE (length);
  g_autofree guint8 *zeros = g_malloc0 (data + 1);

  g_byte_array_append (bytes, (const guint8 *) &n, sizeof n);
  g_byte_array_append (bytes, (const guint8 *) json, length);
  g_byte_array_append (bytes, zeros, data);
  fixture_write_bytes (path, bytes->data, bytes->len);
}

/* One sentence that names the file and says what is expected of it. */
static void
assert_refused (const char *path, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PentCheckpoint) model = pent_checkpoint_open (path, &error);
  g_autofree char *base = g_path_get_basename (path);

  if (model != NULL)
    {
      g_test_fail_printf ("%s was opened, and not refused with '%s'", path, expected);
      return;
    }
  g_assert_error (error, PENT_ERROR, PENT_ERROR_FILE);
  if (strstr (error->message, expected) == NULL)
    g_test_fail_printf ("'%s' does not say '%s'", error->message, expected);
  g_assert_nonnull (strstr (error->message, base));
  g_assert_null (strchr (error->message, '\n'));
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
  g_test_message ("%s", error->message);
}

static void
test_header (gconstpointer data)
{
  const HeaderCase *test = data;
  char *folder = fixture_make_folder ();
  g_autofree char *path = fixture_path (folder, "bad.safetensors");

  write_header (path, test->json, strlen (test->json), test->data);
  assert_refused (path, test->expected);
  fixture_remove_folder (folder);
}

typedef struct
{
  const char *name;
  const char *bytes;
  gsize       length;
  const char *expected;
} ContentCase;

#define BYTES(text) text, sizeof text - 1
#define PAD "................................"

static const ContentCase content_cases[] = {
  { "empty", BYTES (""), "is empty" },
  { "one-byte", BYTES ("{"), "JSON text" },
  { "seven-bytes", BYTES ("\1\0\0\0\0\0\0"), "too short" },
  { "eight-bytes", BYTES ("\2\0\0\0\0\0\0\0"), "too short" },
  { "zeros", BYTES ("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"), "is not a safetensors file" },
  { "header-length-zero", BYTES ("\0\0\0\0\0\0\0\0{}"), "cut short in its header" },
  { "header-length-beyond", BYTES ("\x40\0\0\0\0\0\0\0{}"), "cut short in its header" },
  { "header-length-100-mb", BYTES ("\1\xe1\xf5\5\0\0\0\0{}"), "more than 100 MB" },
  { "header-length-wraps", BYTES ("\xff\xff\xff\xff\xff\xff\xff\xff{}"), "more than 100 MB" },
  { "header-length-sign", BYTES ("\0\0\0\0\0\0\0\x80{}"), "more than 100 MB" },
  { "zip", BYTES ("PK\3\4\0\0\0\0\0\0" PAD), "pickle in a zip" },
  { "pickle", BYTES ("\x80\2\x8a\nl\xfc\x9c\x46\xf9 j\xa8" PAD), "is a PyTorch pickle" },
  { "gguf", BYTES ("GGUF\3\0\0\0\0\0\0\0" PAD), "is a GGUF file" },
  { "lfs", BYTES ("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 5\n"), "git lfs pull" },
  { "html", BYTES ("<!DOCTYPE html>\n<html></html>"), "is a web page" },
  { "html-later", BYTES ("\n\n  <HTML lang=en>"), "is a web page" },
  { "json", BYTES ("{\"error\":\"Entry not found\"}"), "is a JSON text" },
  { "text", BYTES ("Access to model x is restricted."), "is not a safetensors file" },
  { "gzip", BYTES ("\x1f\x8b\10\0" PAD), "unpack it" },
  { "png", BYTES ("\x89PNG\r\n\x1a\n" PAD), "is a picture" },
};

static void
test_content (gconstpointer data)
{
  const ContentCase *test = data;
  char *folder = fixture_make_folder ();
  g_autofree char *path = fixture_path (folder, "bad.safetensors");

  fixture_write_bytes (path, test->bytes, test->length);
  assert_refused (path, test->expected);
  fixture_remove_folder (folder);
}

static void
test_no_regular_file (void)
{
  char *folder = fixture_make_folder ();
  g_autofree char *fifo = fixture_path (folder, "fifo.safetensors");
  g_autofree char *dir = fixture_path (folder, "dir.safetensors");
  g_autofree char *loop = fixture_path (folder, "loop.safetensors");
  g_autofree char *none = fixture_path (folder, "none.safetensors");
  g_autofree char *inner = fixture_path (folder, "none.safetensors/inner");

  g_assert_cmpint (mkfifo (fifo, 0600), ==, 0);
  assert_refused (fifo, "pipe or a device");
  g_assert_cmpint (mkdir (dir, 0700), ==, 0);
  assert_refused (dir, "no model_index.json");
  g_assert_cmpint (symlink (loop, loop), ==, 0);
  assert_refused (loop, "cannot be opened");
  assert_refused (none, "does not exist");
  assert_refused (inner, "does not exist");
  assert_refused ("/dev/null", "pipe or a device");
  assert_refused ("/dev/zero", "pipe or a device");
  fixture_remove_folder (folder);
}

static void
test_truncated (void)
{
  char *folder = fixture_make_folder ();
  g_autofree char *path = fixture_path (folder, "half.safetensors");
  g_autoptr (GPtrArray) names = fixture_read_names ("small");
  g_autoptr (FixtureFile) file = fixture_single_file (names, "F16", FIXTURE_BARE);
  struct stat info;

  fixture_file_write (file, path);
  g_assert_cmpint (stat (path, &info), ==, 0);
  g_assert_cmpint (truncate (path, info.st_size - 1), ==, 0);
  assert_refused (path, "cut short");
  g_assert_cmpint (truncate (path, info.st_size / 2), ==, 0);
  assert_refused (path, "cut short");
  g_assert_cmpint (truncate (path, 5000), ==, 0);
  assert_refused (path, "cut short in its header");
  fixture_remove_folder (folder);
}

/* Tensors without end: more than are allowed, and as many as are. */
static char *
many_tensors (guint n, guint padding)
{
  GString *json = g_string_new ("{");

  for (guint i = 0; i < n; i++)
    {
      g_string_append_printf (json, "%s\"%0*u\":", i > 0 ? "," : "", (int) padding, i);
      g_string_append (json, "{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}");
    }
  g_string_append_c (json, '}');
  return g_string_free (json, FALSE);
}

static void
test_many_tensors (void)
{
  char *folder = fixture_make_folder ();
  g_autofree char *path = fixture_path (folder, "many.safetensors");
  g_autofree char *too_many = many_tensors (200000, 6);
  g_autofree char *long_names = many_tensors (20000, 512);
  g_autofree char *too_long = many_tensors (1, 513);

  write_header (path, too_many, strlen (too_many), 0);
  assert_refused (path, "more than 65,536 tensors");
  write_header (path, long_names, strlen (long_names), 0);
  assert_refused (path, NOT_A_MODEL);
  write_header (path, too_long, strlen (too_long), 0);
  assert_refused (path, "too long");
  fixture_remove_folder (folder);
}

static void
test_deep_header (void)
{
  char *folder = fixture_make_folder ();
  g_autofree char *path = fixture_path (folder, "deep.safetensors");
  const gsize depth = 5000000;
  g_autofree char *brackets = g_malloc (depth + 1);
  g_autofree char *json = NULL;

  memset (brackets, '[', depth);
  brackets[depth] = '\0';
  json = g_strconcat ("{\"a\":{\"x\":", brackets, NULL);
  write_header (path, json, strlen (json), 0);
  assert_refused (path, "nested too deeply");
  for (gsize i = 0; i + 5 <= depth; i += 5)
    memcpy (brackets + i, "{\"a\":", 5);
  g_free (json);
  json = g_strconcat ("{\"a\":{\"x\":", brackets, NULL);
  write_header (path, json, strlen (json), 0);
  assert_refused (path, "nested too deeply");
  fixture_remove_folder (folder);
}

/* A field of no use that holds more values than any tensor has. */
static void
test_wide_header (void)
{
  char *folder = fixture_make_folder ();
  g_autofree char *path = fixture_path (folder, "wide.safetensors");
  GString *json = g_string_new ("{\"a\":{\"x\":[0");

  for (guint i = 0; i < 3000000; i++)
    g_string_append (json, ",0");
  g_string_append (json, "],\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}}");
  write_header (path, json->str, json->len, 0);
  g_string_free (json, TRUE);
  assert_refused (path, "more values than any such file");
  fixture_remove_folder (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (header_cases); i++)
    {
      g_autofree char *name = g_strconcat ("/bad-files/header/", header_cases[i].name, NULL);
      g_test_add_data_func (name, &header_cases[i], test_header);
    }
  for (guint i = 0; i < G_N_ELEMENTS (content_cases); i++)
    {
      g_autofree char *name = g_strconcat ("/bad-files/content/", content_cases[i].name, NULL);
      g_test_add_data_func (name, &content_cases[i], test_content);
    }
  g_test_add_func ("/bad-files/no-regular-file", test_no_regular_file);
  g_test_add_func ("/bad-files/truncated", test_truncated);
  g_test_add_func ("/bad-files/many-tensors", test_many_tensors);
  g_test_add_func ("/bad-files/deep-header", test_deep_header);
  g_test_add_func ("/bad-files/wide-header", test_wide_header);
  return g_test_run ();
}
