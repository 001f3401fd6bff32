/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-model-entry.h"

#include <gio/gio.h>
#include <glib/gi18n.h>
#include <string.h>

#include "pent-shipped-model.h"

/**
 * PentModelEntry:
 *
 * A model that was found, or a file that looks like one and cannot be used. The
 * starter model's path is empty.
 */
struct _PentModelEntry
{
  GObject parent_instance;

  PentScannedModel *model;
};

G_DEFINE_FINAL_TYPE (PentModelEntry, pent_model_entry, G_TYPE_OBJECT)

/* Headings; the library's words for families stand within sentences. */
static const char *const families[PENT_N_FAMILIES] = {
  [PENT_FAMILY_UNKNOWN] = N_("Unknown"),
  [PENT_FAMILY_SD1] = N_("Stable Diffusion 1"),
  [PENT_FAMILY_SD2] = N_("Stable Diffusion 2"),
  [PENT_FAMILY_SDXL] = N_("Stable Diffusion XL"),
  [PENT_FAMILY_SDXL_REFINER] = N_("Stable Diffusion XL refiner"),
  [PENT_FAMILY_SD3] = N_("Stable Diffusion 3"),
  [PENT_FAMILY_FLUX] = N_("Flux"),
  [PENT_FAMILY_CHROMA] = N_("Chroma"),
  [PENT_FAMILY_CONTROLNET] = N_("ControlNet"),
  [PENT_FAMILY_LORA] = N_("LoRA"),
  [PENT_FAMILY_TEXTUAL_INVERSION] = N_("Textual inversion"),
  [PENT_FAMILY_UNET] = N_("UNet"),
  [PENT_FAMILY_VAE] = N_("VAE"),
  [PENT_FAMILY_TEXT_ENCODER] = N_("Text encoder"),
  [PENT_FAMILY_UPSCALER] = N_("Upscaler"),
};

static void
pent_model_entry_finalize (GObject *object)
{
  pent_scanned_model_free (PENT_MODEL_ENTRY (object)->model);
  G_OBJECT_CLASS (pent_model_entry_parent_class)->finalize (object);
}

static void
pent_model_entry_class_init (PentModelEntryClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = pent_model_entry_finalize;
}

static void
pent_model_entry_init (PentModelEntry *self)
{
}

/**
 * pent_model_entry_new:
 * @model: (transfer full): what was found
 */
PentModelEntry *
pent_model_entry_new (PentScannedModel *model)
{
  PentModelEntry *self = g_object_new (PENT_TYPE_MODEL_ENTRY, NULL);

  self->model = model;
  return self;
}

/**
 * pent_model_entry_new_starter:
 *
 * Returns: (transfer full) (nullable): the model that comes with the program;
 *   %NULL where it was left out
 */
PentModelEntry *
pent_model_entry_new_starter (void)
{
  g_autofree char *path = pent_shipped_model_find (NULL, NULL);
  PentScannedModel *model = path != NULL ? pent_model_look (path) : NULL;

  if (model == NULL)
    return NULL;
  g_free (model->path);
  g_free (model->name);
  model->path = g_strdup ("");
  model->name = g_strdup (_("Starter model"));
  return pent_model_entry_new (model);
}

const char *
pent_model_entry_get_path (PentModelEntry *self)
{
  return self->model->path;
}

const char *
pent_model_entry_get_name (PentModelEntry *self)
{
  return self->model->name;
}

/**
 * pent_model_entry_get_reason:
 *
 * Returns: (nullable): why it cannot be used, in a sentence
 */
const char *
pent_model_entry_get_reason (PentModelEntry *self)
{
  /* The command line's words speak of its options. */
  return self->model->family.family == PENT_FAMILY_VAE && self->model->reason != NULL
    ? _("A VAE alone: choose a whole model.") : self->model->reason;
}

gboolean
pent_model_entry_get_usable (PentModelEntry *self)
{
  return self->model->usable;
}

int
pent_model_entry_get_native_side (PentModelEntry *self)
{
  return self->model->native_side;
}

/**
 * pent_model_entry_get_family:
 *
 * Returns: (transfer full): a heading
 */
char *
pent_model_entry_get_family (PentModelEntry *self)
{
  const char *family = _(families[self->model->family.family]);
  const char *variant = self->model->family.variant;

  return g_strcmp0 (variant, "inpainting") == 0 ? g_strdup_printf (_("%s, inpainting"), family) : g_strdup (family);
}

/**
 * pent_model_entry_describe:
 *
 * Returns: (transfer full): family and size in a line
 */
char *
pent_model_entry_describe (PentModelEntry *self)
{
  g_autofree char *family = pent_model_entry_get_family (self);
  g_autofree char *size = g_format_size (self->model->bytes);

  /* Translators: a family of models, and a size. */
  return g_strdup_printf (_("%s, %s"), family, size);
}

/**
 * pent_model_entry_compare:
 *
 * A #GCompareDataFunc: those that can be used first, the starter model at the
 * head of them, then by family and name.
 */
int
pent_model_entry_compare (gconstpointer a, gconstpointer b, gpointer data)
{
  const PentScannedModel *one = ((const PentModelEntry *) a)->model, *other = ((const PentModelEntry *) b)->model;

  if (one->usable != other->usable)
    return one->usable ? -1 : 1;
  if ((*one->path == '\0') != (*other->path == '\0'))
    return *one->path == '\0' ? -1 : 1;
  if (one->family.family != other->family.family)
    return one->family.family < other->family.family ? -1 : 1;
  /* "plain" comes before "inpainting". */
  int variants = g_strcmp0 (other->family.variant, one->family.variant);
  int names = variants != 0 ? variants : g_utf8_collate (one->name, other->name);
  return names != 0 ? names : strcmp (one->path, other->path);
}
