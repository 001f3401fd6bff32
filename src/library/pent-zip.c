/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-zip.h"

#include <zip.h>

#include "pent-error.h"

/* Zip's own beginning of time: 1 January 1980, 0:00, as DOS wrote it. */
#define NO_DATE (1 << 5 | 1)
#define NO_TIME 0

struct _PentZipWriter
{
  zip_source_t *target;
  zip_t        *zip;        /* NULL when it was closed */
  GPtrArray    *contents;   /* of GBytes: libzip reads them when it closes */
};

struct _PentZip
{
  GBytes *archive;
  zip_t  *zip;
};

static gboolean
fail_to_make (zip_error_t *problem, GError **error)
{
  g_set_error (error, PENT_ERROR, PENT_ERROR_FILE, "the archive cannot be made (%s).", zip_error_strerror (problem));
  return FALSE;
}

/**
 * pent_zip_writer_new:
 *
 * Returns: (transfer full): an empty archive; %NULL with %PENT_ERROR_FILE
 */
PentZipWriter *
pent_zip_writer_new (GError **error)
{
  g_autoptr (PentZipWriter) self = g_new0 (PentZipWriter, 1);
  zip_error_t problem;

  zip_error_init (&problem);
  self->contents = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  self->target = zip_source_buffer_create (NULL, 0, 0, &problem);
  if (self->target != NULL)
    self->zip = zip_open_from_source (self->target, ZIP_TRUNCATE, &problem);
  if (self->zip == NULL)
    fail_to_make (&problem, error);
  else
    zip_source_keep (self->target);
  zip_error_fini (&problem);
  return self->zip != NULL ? g_steal_pointer (&self) : NULL;
}

void
pent_zip_writer_free (PentZipWriter *self)
{
  if (self->zip != NULL)
    zip_discard (self->zip);
  if (self->target != NULL)
    zip_source_free (self->target);
  g_ptr_array_unref (self->contents);
  g_free (self);
}

/**
 * pent_zip_writer_add:
 * @contents: stored as they are: pictures are compressed already
 *
 * Entries stand in the archive as they were added.
 *
 * Returns: %FALSE with %PENT_ERROR_FILE
 */
gboolean
pent_zip_writer_add (PentZipWriter *self, const char *name, GBytes *contents, GError **error)
{
  gsize size;
  gconstpointer data = g_bytes_get_data (contents, &size);
  zip_source_t *source = zip_source_buffer (self->zip, data, size, 0);
  zip_int64_t index = source != NULL ? zip_file_add (self->zip, name, source, ZIP_FL_ENC_UTF_8) : -1;

  if (index < 0)
    {
      if (source != NULL)
        zip_source_free (source);
      return fail_to_make (zip_get_error (self->zip), error);
    }
  g_ptr_array_add (self->contents, g_bytes_ref (contents));
  if (zip_set_file_compression (self->zip, index, ZIP_CM_STORE, 0) < 0
      || zip_file_set_dostime (self->zip, index, NO_TIME, NO_DATE, 0) < 0)
    return fail_to_make (zip_get_error (self->zip), error);
  return TRUE;
}

/**
 * pent_zip_writer_finish:
 *
 * Returns: (transfer full): the archive; nothing can be added any more. %NULL
 *   with %PENT_ERROR_FILE or %PENT_ERROR_MEMORY
 */
GBytes *
pent_zip_writer_finish (PentZipWriter *self, GError **error)
{
  zip_stat_t facts;

  if (zip_close (self->zip) < 0)
    {
      fail_to_make (zip_get_error (self->zip), error);
      return NULL;
    }
  self->zip = NULL;
  if (zip_source_open (self->target) < 0 || zip_source_stat (self->target, &facts) < 0)
    {
      fail_to_make (zip_source_error (self->target), error);
      return NULL;
    }
  g_autofree guint8 *data = g_try_malloc (facts.size);
  if (data == NULL || zip_source_read (self->target, data, facts.size) != (zip_int64_t) facts.size)
    {
      zip_source_close (self->target);
      g_set_error (error, PENT_ERROR, PENT_ERROR_MEMORY, "there is no memory left to make the archive.");
      return NULL;
    }
  zip_source_close (self->target);
  return g_bytes_new_take (g_steal_pointer (&data), facts.size);
}

static gboolean
fail_damaged (zip_error_t *problem, GError **error)
{
  g_set_error (error, PENT_ERROR, PENT_ERROR_FILE, "the archive is damaged (%s): use another copy of it.",
               zip_error_strerror (problem));
  return FALSE;
}

/**
 * pent_zip_open:
 * @archive: anything
 *
 * Returns: (transfer full): the archive; %NULL with %PENT_ERROR_FILE
 */
PentZip *
pent_zip_open (GBytes *archive, GError **error)
{
  g_autoptr (PentZip) self = g_new0 (PentZip, 1);
  zip_error_t problem;
  gsize size;
  gconstpointer data = g_bytes_get_data (archive, &size);

  zip_error_init (&problem);
  zip_source_t *source = zip_source_buffer_create (data, size, 0, &problem);
  self->archive = g_bytes_ref (archive);
  self->zip = source != NULL ? zip_open_from_source (source, ZIP_RDONLY, &problem) : NULL;
  if (self->zip == NULL)
    {
      fail_damaged (&problem, error);
      if (source != NULL)
        zip_source_free (source);
    }
  zip_error_fini (&problem);
  return self->zip != NULL ? g_steal_pointer (&self) : NULL;
}

void
pent_zip_free (PentZip *self)
{
  if (self->zip != NULL)
    zip_discard (self->zip);
  g_bytes_unref (self->archive);
  g_free (self);
}

static GBytes *
read_entry (PentZip *self, zip_uint64_t index, gsize size, GError **error)
{
  g_autofree guint8 *data = g_try_malloc (size + 1);
  zip_file_t *file = data != NULL ? zip_fopen_index (self->zip, index, 0) : NULL;

  if (file == NULL)
    {
      if (data == NULL)
        g_set_error (error, PENT_ERROR, PENT_ERROR_MEMORY, "there is no memory left to read the archive.");
      else
        fail_damaged (zip_get_error (self->zip), error);
      return NULL;
    }
  /* One byte more than promised brings libzip to check the sum. */
  zip_int64_t n = zip_fread (file, data, size + 1);
  if (n != (zip_int64_t) size)
    {
      fail_damaged (zip_file_get_error (file), error);
      zip_fclose (file);
      return NULL;
    }
  zip_fclose (file);
  return g_bytes_new_take (g_steal_pointer (&data), size);
}

/**
 * pent_zip_read:
 * @max_size: a larger entry is refused before anything is allocated
 *
 * Returns: (transfer full): the contents of the entry @name; %NULL with
 *   %PENT_ERROR_FILE or %PENT_ERROR_MEMORY
 */
GBytes *
pent_zip_read (PentZip *self, const char *name, gsize max_size, GError **error)
{
  zip_stat_t facts;

  if (zip_stat (self->zip, name, 0, &facts) < 0 || (facts.valid & ZIP_STAT_SIZE) == 0
      || (facts.valid & ZIP_STAT_INDEX) == 0)
    {
      g_set_error (error, PENT_ERROR, PENT_ERROR_FILE, "%s is missing from the archive: use another copy of it.", name);
      return NULL;
    }
  if (facts.size == 0 || facts.size > max_size)
    {
      g_set_error (error, PENT_ERROR, PENT_ERROR_FILE, "%s in the archive has %" G_GUINT64_FORMAT " bytes, which cannot "
                   "be: use another copy of it.", name, (guint64) facts.size);
      return NULL;
    }
  return read_entry (self, facts.index, facts.size, error);
}
