/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-xmp.h"

#include <string.h>

#define NAMESPACE "https://pentimento.github.io/ns/1/"

static char *
make_packet (const char *attributes, const char *content)
{
  return g_strconcat ("<?xpacket begin=\"\xef\xbb\xbf\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n"
                      "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\n"
                      "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n"
                      "<rdf:Description rdf:about=\"\" ", attributes, ">", content, "</rdf:Description>\n"
                      "</rdf:RDF>\n"
                      "</x:xmpmeta>\n"
                      "<?xpacket end=\"w\"?>", NULL);
}

/**
 * pent_xmp_write:
 * @recipe: our JSON, without control characters
 *
 * Returns: (transfer full): an XMP packet that holds @recipe as the property
 *   recipe of our namespace
 */
char *
pent_xmp_write (const char *recipe)
{
  g_autofree char *escaped = g_markup_escape_text (recipe, -1);
  g_autofree char *content = g_strconcat ("<pentimento:recipe>", escaped, "</pentimento:recipe>", NULL);
  return make_packet ("xmlns:pentimento=\"" NAMESPACE "\"", content);
}

/**
 * pent_xmp_write_extended:
 * @guid: 32 hexadecimal digits: the MD5 sum of the packet that follows
 *
 * Returns: (transfer full): the packet that, in a JPEG file, announces a longer
 *   one in segments of its own (XMP specification, part 3, 1.1.3.1)
 */
char *
pent_xmp_write_extended (const char *guid)
{
  g_autofree char *attributes = g_strconcat ("xmlns:xmpNote=\"http://ns.adobe.com/xmp/note/\" "
                                             "xmpNote:HasExtendedXMP=\"", guid, "\"", NULL);
  return make_packet (attributes, "");
}

typedef struct
{
  char    *prefix;
  gboolean inside;
  GString *recipe;
} Reader;

/* Whether @name is our property under the prefix that is bound to us. */
static gboolean
is_recipe (const Reader *reader, const char *name)
{
  if (reader->prefix == NULL || !g_str_has_prefix (name, reader->prefix))
    return FALSE;
  return g_str_equal (name + strlen (reader->prefix), ":recipe");
}

static void
start_element_cb (GMarkupParseContext *context, const char *element, const char **names, const char **values,
                  gpointer data, GError **error)
{
  Reader *reader = data;
  for (int i = 0; names[i] != NULL; i++)
    if (g_str_has_prefix (names[i], "xmlns:") && g_str_equal (values[i], NAMESPACE))
      {
        g_free (reader->prefix);
        reader->prefix = g_strdup (names[i] + strlen ("xmlns:"));
      }
  for (int i = 0; names[i] != NULL; i++)
    if (is_recipe (reader, names[i]) && reader->recipe == NULL)
      reader->recipe = g_string_new (values[i]);

  reader->inside = is_recipe (reader, element) && reader->recipe == NULL;
  if (reader->inside)
    reader->recipe = g_string_new (NULL);
}

static void
end_element_cb (GMarkupParseContext *context, const char *element, gpointer data, GError **error)
{
  Reader *reader = data;
  reader->inside = FALSE;
}

static void
text_cb (GMarkupParseContext *context, const char *text, gsize size, gpointer data, GError **error)
{
  Reader *reader = data;
  if (reader->inside)
    g_string_append_len (reader->recipe, text, size);
}

/**
 * pent_xmp_read:
 * @data: an XMP packet
 *
 * Returns: (transfer full) (nullable): our recipe, however another program has
 *   rewritten the packet; %NULL where there is none
 */
char *
pent_xmp_read (const char *data, gsize size)
{
  static const GMarkupParser parser = { start_element_cb, end_element_cb, text_cb };
  Reader reader = { 0 };
  gsize n = size > 0 ? strnlen (data, size) : 0;
  if (n == 0)
    return NULL;

  g_autoptr (GMarkupParseContext) context =
    g_markup_parse_context_new (&parser, G_MARKUP_TREAT_CDATA_AS_TEXT, &reader, NULL);
  g_markup_parse_context_parse (context, data, n, NULL);
  g_free (reader.prefix);
  return reader.recipe != NULL ? g_string_free (reader.recipe, FALSE) : NULL;
}
