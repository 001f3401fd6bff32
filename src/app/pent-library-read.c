/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-library-read.h"

#include <glib/gi18n.h>

#include "pent-errand.h"
#include "pent-error.h"
#include "pent-library.h"
#include "pent-model-finder.h"
#include "pent-picture.h"
#include "pent-rerun.h"

/* A picture of the library is read in another thread, which opens the library
 * for itself. */

typedef struct
{
  gint64   id;
  PentWant want;
} Order;

void
pent_library_read_free (PentLibraryRead *self)
{
  g_clear_pointer (&self->image, pent_image_unref);
  g_clear_pointer (&self->request, pent_request_unref);
  g_free (self->file);
  g_free (self);
}

/* %NULL without an error where the recipe names none. */
static gboolean
find_original (PentLibrary *library, const PentLibraryPicture *picture, const char *hash, PentImage **image,
               GError **error)
{
  *image = hash != NULL ? pent_library_find_original (library, picture->file, hash, error) : NULL;
  return hash == NULL || *image != NULL;
}

static PentRequest *
make_request (PentLibrary *library, const PentLibraryPicture *picture, PentWant want, GCancellable *cancellable,
              GError **error)
{
  const PentRecipe *recipe = picture->recipe;
  g_autoptr (PentImage) source = NULL;
  g_autoptr (PentImage) mask = NULL;

  if (recipe == NULL)
    {
      g_set_error (error, PENT_ERROR, PENT_ERROR_FILE, _("Nothing is known of how this picture was painted."));
      return NULL;
    }
  if (want == PENT_WANT_WORDS)
    return pent_request_from_recipe (recipe, NULL, NULL, error);
  if (!find_original (library, picture, recipe->source_hash, &source, error)
      || !find_original (library, picture, recipe->mask_hash, &mask, error))
    return NULL;
  g_autoptr (PentRequest) request = pent_request_from_recipe (recipe, source, mask, error);
  if (request == NULL || recipe->model_hash == NULL)
    return g_steal_pointer (&request);
  g_free (request->model);
  request->model = pent_model_find (library, recipe->model_hash, recipe->model, cancellable, error);
  return request->model != NULL ? g_steal_pointer (&request) : NULL;
}

static gboolean
read_picture (PentLibraryRead *self, const Order *order, GCancellable *cancellable, GError **error)
{
  g_autoptr (PentFolders) folders = pent_folders_new ();
  g_autoptr (PentLibrary) library = pent_library_open (folders, PENT_LIBRARY_READ, error);
  g_autoptr (PentLibraryPicture) picture = library != NULL ? pent_library_get (library, order->id, error) : NULL;

  if (picture == NULL)
    return FALSE;
  if (order->want != PENT_WANT_IMAGE)
    {
      self->request = make_request (library, picture, order->want, cancellable, error);
      return self->request != NULL;
    }
  g_autoptr (PentPictureFile) file = pent_picture_file_read (picture->file, error);
  if (file == NULL)
    return FALSE;
  self->image = pent_image_ref (file->image);
  self->file = g_strdup (picture->file);
  return TRUE;
}

static void
read_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  g_autoptr (PentLibraryRead) self = g_new0 (PentLibraryRead, 1);
  GError *error = NULL;

  if (read_picture (self, data, cancellable, &error))
    g_task_return_pointer (task, g_steal_pointer (&self), (GDestroyNotify) pent_library_read_free);
  else
    g_task_return_error (task, error);
}

/**
 * pent_library_read_async:
 * @id: of a picture of the library
 * @want: what of it
 */
void
pent_library_read_async (gint64 id, PentWant want, GCancellable *cancellable, GAsyncReadyCallback callback,
                         gpointer data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, data);
  const Order order = { id, want };

  g_task_set_task_data (task, g_memdup2 (&order, sizeof order), g_free);
  pent_errand_run (task, read_in_thread);
}

/**
 * pent_library_read_finish:
 *
 * Returns: (transfer full): what was wanted; %NULL with %PENT_ERROR where the
 *   picture, what it was painted from or its model is not there any more
 */
PentLibraryRead *
pent_library_read_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
