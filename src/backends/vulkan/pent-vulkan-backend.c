/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-vulkan-backend.h"

#include "vk-program.h"

struct _PentVulkanBackend
{
  PentBackend parent_instance;

  PentVkContext *context;
  char          *name;
};

G_DEFINE_FINAL_TYPE (PentVulkanBackend, pent_vulkan_backend, PENT_TYPE_BACKEND)

static const PentVkFacts *
facts_of (PentBackend *backend)
{
  return &PENT_VULKAN_BACKEND (backend)->context->device->facts;
}

static const char *
pent_vulkan_backend_get_name (PentBackend *backend)
{
  return PENT_VULKAN_BACKEND (backend)->name;
}

static const char *
pent_vulkan_backend_get_description (PentBackend *backend)
{
  return facts_of (backend)->name;
}

static gboolean
pent_vulkan_backend_supports (PentBackend *backend, PentDtype operand)
{
  return operand == PENT_F32 || (operand == PENT_F16 && facts_of (backend)->has_f16);
}

static PentDtype
pent_vulkan_backend_get_best (PentBackend *backend)
{
  return facts_of (backend)->has_f16 ? PENT_F16 : PENT_F32;
}

static gsize
pent_vulkan_backend_get_alignment (PentBackend *backend)
{
  return facts_of (backend)->alignment;
}

static gsize
pent_vulkan_backend_get_max_tensor (PentBackend *backend)
{
  return facts_of (backend)->max_tensor;
}

static gsize
pent_vulkan_backend_get_free_memory (PentBackend *backend)
{
  return pent_vk_device_free_memory (PENT_VULKAN_BACKEND (backend)->context->device);
}

static PentProgram *
pent_vulkan_backend_compile (PentBackend *backend, PentPlan *plan, GCancellable *cancellable, GError **error)
{
  return pent_vk_program_new (PENT_VULKAN_BACKEND (backend)->context, plan, cancellable, error);
}

static void
pent_vulkan_backend_finalize (GObject *object)
{
  PentVulkanBackend *self = PENT_VULKAN_BACKEND (object);

  g_clear_pointer (&self->context, pent_vk_context_unref);
  g_free (self->name);

  G_OBJECT_CLASS (pent_vulkan_backend_parent_class)->finalize (object);
}

static void
pent_vulkan_backend_class_init (PentVulkanBackendClass *klass)
{
  PentBackendClass *backend_class = PENT_BACKEND_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = pent_vulkan_backend_finalize;
  backend_class->get_name = pent_vulkan_backend_get_name;
  backend_class->get_description = pent_vulkan_backend_get_description;
  backend_class->supports = pent_vulkan_backend_supports;
  backend_class->get_best = pent_vulkan_backend_get_best;
  backend_class->get_alignment = pent_vulkan_backend_get_alignment;
  backend_class->get_max_tensor = pent_vulkan_backend_get_max_tensor;
  backend_class->get_free_memory = pent_vulkan_backend_get_free_memory;
  backend_class->compile = pent_vulkan_backend_compile;
}

static void
pent_vulkan_backend_init (PentVulkanBackend *self)
{
}

/**
 * pent_vulkan_backend_new_with:
 * @index: in the order in which Vulkan lists the devices
 *
 * Returns: (transfer full): the backend; %NULL with %PENT_ERROR_DEVICE where
 *   there is no such device or it cannot be used
 */
PentBackend *
pent_vulkan_backend_new_with (int index, PentVulkanGuise guise, GError **error)
{
  g_autoptr (PentVulkanBackend) self = g_object_new (PENT_TYPE_VULKAN_BACKEND, NULL);

  self->name = g_strdup_printf ("vulkan:%d", index);
  self->context = pent_vk_context_new (index, guise, error);
  if (self->context == NULL)
    return NULL;
  return PENT_BACKEND (g_steal_pointer (&self));
}

PentBackend *
pent_vulkan_backend_new (int index, GError **error)
{
  return pent_vulkan_backend_new_with (index, PENT_VULKAN_AS_IS, error);
}

/**
 * pent_vulkan_backend_fix_way:
 * @way: a name of vk-ways.c, "tile-8x4"
 *
 * Makes products that way wherever the device has it, without trying others.
 */
void
pent_vulkan_backend_fix_way (PentVulkanBackend *self, const char *way)
{
  pent_vk_tuner_fix (self->context->tuner, way);
}
