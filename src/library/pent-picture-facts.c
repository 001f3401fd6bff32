/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-picture-facts.h"

#include "pent-exif.h"
#include "pent-xmp.h"

/**
 * pent_picture_facts_add_exif:
 *
 * Takes the orientation, and the comment as %PENT_FIELD_PARAMETERS where there
 * is none yet.
 */
void
pent_picture_facts_add_exif (PentPictureFacts *self, const guint8 *data, gsize size)
{
  g_autofree char *comment = NULL;
  pent_exif_read (data, size, &self->orientation, &comment);
  if (comment != NULL && *comment != '\0' && pent_text_fields_get (self->texts, PENT_FIELD_PARAMETERS) == NULL)
    pent_text_fields_add (self->texts, PENT_FIELD_PARAMETERS, comment);
}

/**
 * pent_picture_facts_add_xmp:
 *
 * Takes our recipe as %PENT_FIELD_RECIPE where there is none yet.
 */
void
pent_picture_facts_add_xmp (PentPictureFacts *self, const guint8 *data, gsize size)
{
  g_autofree char *recipe = pent_xmp_read ((const char *) data, size);
  if (recipe != NULL && pent_text_fields_get (self->texts, PENT_FIELD_RECIPE) == NULL)
    pent_text_fields_add (self->texts, PENT_FIELD_RECIPE, recipe);
}
