/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ComfyUI's extra_model_paths.yaml: programs, and for each of them a base and
 * folders by the kind of model, one to a line:
 *
 *   a111:
 *     base_path: /home/me/webui
 *     checkpoints: models/Stable-diffusion
 *     loras: |
 *       models/Lora
 *       models/LyCORIS
 *
 * Two levels of mappings with plain values are read; whatever else YAML can
 * say is passed over, and aliases are never followed. */
#define G_LOG_DOMAIN "pentimento"

#include "pent-model-paths.h"

#include <glib/gi18n-lib.h>
#include <string.h>
#include <yaml.h>

#include "pent-error.h"
#include "pent-file.h"

/* libyaml's time goes with the square of the depth, which such a list has not. */
#define MAX_FILE    (1 << 16)
#define MAX_DEPTH   32
#define MAX_FOLDERS 1000

/* The mappings that hold what is read. */
#define PROGRAMS 1
#define FOLDERS  2

typedef struct
{
  char      *folder;    /* of the file */
  int        depth;     /* of mappings and sequences */
  char      *key;       /* that waits for its value, or NULL */
  char      *base;      /* of the program, or NULL */
  GPtrArray *values;    /* of the program, lines of folders */
  GPtrArray *folders;   /* absolute */
} Reading;

static void
reading_clear (Reading *self)
{
  g_free (self->folder);
  g_free (self->key);
  g_free (self->base);
  g_ptr_array_unref (self->values);
  g_clear_pointer (&self->folders, g_ptr_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Reading, reading_clear)

/* "~" is the user's home; what is not absolute begins at @base. */
static char *
resolve (const char *base, const char *path)
{
  if (path[0] == '~' && (path[1] == '/' || path[1] == '\0'))
    return g_build_filename (g_get_home_dir (), path + 1, NULL);
  return g_canonicalize_filename (path, base);
}

/* A program's folders begin at its base, wherever in it that is named. */
static void
end_program (Reading *self)
{
  g_autofree char *base = self->base != NULL ? resolve (self->folder, self->base) : g_strdup (self->folder);

  for (guint i = 0; i < self->values->len; i++)
    {
      g_auto (GStrv) lines = g_strsplit (g_ptr_array_index (self->values, i), "\n", -1);
      for (char **line = lines; *line != NULL && self->folders->len < MAX_FOLDERS; line++)
        if (*g_strstrip (*line) != '\0')
          g_ptr_array_add (self->folders, resolve (base, *line));
    }
  g_ptr_array_set_size (self->values, 0);
  g_clear_pointer (&self->base, g_free);
}

/* Keys that name no models. */
static gboolean
is_setting (const char *key)
{
  static const char *const settings[] = { "is_default", "custom_nodes", "configs", "download_model_base" };

  for (gsize i = 0; i < G_N_ELEMENTS (settings); i++)
    if (g_str_equal (key, settings[i]))
      return TRUE;
  return FALSE;
}

/* Keys and values take turns in a mapping. */
static void
take_scalar (Reading *self, const yaml_event_t *event)
{
  g_autofree char *value = g_strndup ((const char *) event->data.scalar.value, event->data.scalar.length);

  if (self->depth != PROGRAMS && self->depth != FOLDERS)
    return;
  if (self->key == NULL)
    {
      self->key = g_steal_pointer (&value);
      return;
    }
  g_autofree char *key = g_steal_pointer (&self->key);
  if (self->depth != FOLDERS)
    return;
  if (g_str_equal (key, "base_path"))
    {
      g_free (self->base);
      self->base = g_steal_pointer (&value);
    }
  else if (!is_setting (key))
    g_ptr_array_add (self->values, g_steal_pointer (&value));
}

static void
take_event (Reading *self, const yaml_event_t *event)
{
  switch (event->type)
    {
    case YAML_MAPPING_START_EVENT:
    case YAML_SEQUENCE_START_EVENT:
      /* The value of the key above, if it is one. */
      g_clear_pointer (&self->key, g_free);
      self->depth++;
      break;
    case YAML_MAPPING_END_EVENT:
    case YAML_SEQUENCE_END_EVENT:
      g_clear_pointer (&self->key, g_free);
      if (self->depth-- == FOLDERS)
        end_program (self);
      break;
    case YAML_ALIAS_EVENT:
      g_clear_pointer (&self->key, g_free);
      break;
    case YAML_SCALAR_EVENT:
      take_scalar (self, event);
      break;
    case YAML_NO_EVENT:
    case YAML_STREAM_START_EVENT:
    case YAML_STREAM_END_EVENT:
    case YAML_DOCUMENT_START_EVENT:
    case YAML_DOCUMENT_END_EVENT:
    default:
      break;
    }
}

static gboolean
fail (const char *path, gsize line, const char *problem, GError **error)
{
  g_autofree char *shown = g_filename_display_name (path);

  g_set_error (error, PENT_ERROR, PENT_ERROR_FILE,
               _("%s cannot be read (line %zu: %s): mend it, or add the folders one by one."), shown, line, problem);
  return FALSE;
}

static gboolean
parse (Reading *self, yaml_parser_t *parser, const char *path, GError **error)
{
  for (gboolean ends = FALSE; !ends;)
    {
      yaml_event_t event;
      if (!yaml_parser_parse (parser, &event))
        return fail (path, parser->problem_mark.line + 1, parser->problem != NULL ? parser->problem : "out of memory",
                     error);
      gsize line = event.start_mark.line + 1;
      ends = event.type == YAML_STREAM_END_EVENT;
      take_event (self, &event);
      yaml_event_delete (&event);
      if (self->depth > MAX_DEPTH)
        return fail (path, line, "nested too deep", error);
    }
  return TRUE;
}

/**
 * pent_model_paths_read:
 * @path: of an extra_model_paths.yaml
 *
 * Returns: (transfer full) (element-type filename): the folders it names,
 *   absolute, whether they are there or not; %NULL with %PENT_ERROR_FILE where
 *   it is no YAML
 */
GPtrArray *
pent_model_paths_read (const char *path, GError **error)
{
  g_autoptr (GBytes) bytes = pent_file_read (path, MAX_FILE, error);
  g_auto (Reading) self = {
    .folder = g_path_get_dirname (path),
    .values = g_ptr_array_new_with_free_func (g_free),
    .folders = g_ptr_array_new_with_free_func (g_free),
  };
  yaml_parser_t parser;

  if (bytes == NULL)
    return NULL;
  if (!yaml_parser_initialize (&parser))
    g_error ("There is no memory for a YAML parser");
  yaml_parser_set_input_string (&parser, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  gboolean ok = parse (&self, &parser, path, error);
  yaml_parser_delete (&parser);
  return ok ? g_steal_pointer (&self.folders) : NULL;
}
