/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "vk-pipelines.h"

#include "vk-pipeline-file.h"

#include <string.h>

typedef struct
{
  PentVkKernel kernel;
  VkPipeline   pipeline;
} Entry;

static guint
entry_hash (gconstpointer data)
{
  const guint32 *words = data;
  guint hash = 5381;

  for (gsize i = 0; i < sizeof (PentVkKernel) / sizeof *words; i++)
    hash = hash * 33 + words[i];
  return hash;
}

static gboolean
entry_equal (gconstpointer a, gconstpointer b)
{
  return memcmp (a, b, sizeof (PentVkKernel)) == 0;
}

static gboolean
create_layouts (PentVkPipelines *self, GError **error)
{
  PentVkDevice *device = self->device;
  VkDescriptorSetLayoutBinding bindings[1 + PENT_VK_MAX_INPUTS];

  for (guint i = 0; i < G_N_ELEMENTS (bindings); i++)
    bindings[i] = (VkDescriptorSetLayoutBinding) {
      .binding = i,
      .descriptorType = i == 0 ? VK_DESCRIPTOR_TYPE_STORAGE_BUFFER : VK_DESCRIPTOR_TYPE_UNIFORM_TEXEL_BUFFER,
      .descriptorCount = 1,
      .stageFlags = VK_SHADER_STAGE_COMPUTE_BIT,
    };
  const VkDescriptorSetLayoutCreateInfo set_info = {
    .sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_LAYOUT_CREATE_INFO,
    .bindingCount = G_N_ELEMENTS (bindings),
    .pBindings = bindings,
  };
  const VkPushConstantRange params = { VK_SHADER_STAGE_COMPUTE_BIT, 0, PENT_VK_MAX_PARAMS };
  const VkPipelineLayoutCreateInfo info = {
    .sType = VK_STRUCTURE_TYPE_PIPELINE_LAYOUT_CREATE_INFO,
    .setLayoutCount = 1,
    .pSetLayouts = &self->set_layout,
    .pushConstantRangeCount = 1,
    .pPushConstantRanges = &params,
  };

  VkResult result = device->calls.CreateDescriptorSetLayout (device->handle, &set_info, NULL, &self->set_layout);
  if (result >= VK_SUCCESS)
    result = device->calls.CreatePipelineLayout (device->handle, &info, NULL, &self->layout);
  return pent_vk_device_check (device, result, "lay out its shaders", error);
}

/* What is on disk is a gift: without it, or where the driver refuses it, the
 * cache begins empty. */
static gboolean
create_cache (PentVkPipelines *self, GError **error)
{
  PentVkDevice *device = self->device;
  g_autoptr (GBytes) data = pent_vk_pipeline_file_read (&device->facts);
  VkPipelineCacheCreateInfo info = { .sType = VK_STRUCTURE_TYPE_PIPELINE_CACHE_CREATE_INFO };

  if (data != NULL)
    info.pInitialData = g_bytes_get_data (data, &info.initialDataSize);
  VkResult result = device->calls.CreatePipelineCache (device->handle, &info, NULL, &self->cache);
  if (result < VK_SUCCESS && data != NULL)
    {
      info.pInitialData = NULL;
      info.initialDataSize = 0;
      result = device->calls.CreatePipelineCache (device->handle, &info, NULL, &self->cache);
    }
  return pent_vk_device_check (device, result, "keep its shaders", error);
}

PentVkPipelines *
pent_vk_pipelines_new (PentVkDevice *device, GError **error)
{
  g_autoptr (PentVkPipelines) self = g_new0 (PentVkPipelines, 1);

  self->device = pent_vk_device_ref (device);
  self->pipelines = g_hash_table_new_full (entry_hash, entry_equal, g_free, NULL);
  if (!create_layouts (self, error) || !create_cache (self, error))
    return NULL;
  return g_steal_pointer (&self);
}

void
pent_vk_pipelines_free (PentVkPipelines *self)
{
  PentVkDevice *device = self->device;
  GHashTableIter iter;
  Entry *entry;

  g_hash_table_iter_init (&iter, self->pipelines);
  while (g_hash_table_iter_next (&iter, (gpointer *) &entry, NULL))
    device->calls.DestroyPipeline (device->handle, entry->pipeline, NULL);
  g_hash_table_unref (self->pipelines);
  device->calls.DestroyPipelineCache (device->handle, self->cache, NULL);
  device->calls.DestroyPipelineLayout (device->handle, self->layout, NULL);
  device->calls.DestroyDescriptorSetLayout (device->handle, self->set_layout, NULL);
  pent_vk_device_unref (self->device);
  g_free (self);
}

static VkResult
create_pipeline (PentVkPipelines *self, const PentVkKernel *kernel, VkPipeline *pipeline)
{
  PentVkDevice *device = self->device;
  PentVkCode code = pent_vk_shader_code (kernel->shader, kernel->result);
  VkSpecializationMapEntry entries[PENT_VK_MAX_CONSTANTS];
  VkShaderModule module;

  for (guint i = 0; i < kernel->n_constants; i++)
    entries[i] = (VkSpecializationMapEntry) { i, i * sizeof (guint32), sizeof (guint32) };
  const VkSpecializationInfo specialization = {
    .mapEntryCount = kernel->n_constants,
    .pMapEntries = entries,
    .dataSize = kernel->n_constants * sizeof (guint32),
    .pData = kernel->constants,
  };
  const VkShaderModuleCreateInfo module_info = {
    .sType = VK_STRUCTURE_TYPE_SHADER_MODULE_CREATE_INFO,
    .codeSize = code.size,
    .pCode = code.words,
  };
  VkResult result = device->calls.CreateShaderModule (device->handle, &module_info, NULL, &module);
  if (result < VK_SUCCESS)
    return result;

  const VkPipelineShaderStageRequiredSubgroupSizeCreateInfo subgroups = {
    .sType = VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_REQUIRED_SUBGROUP_SIZE_CREATE_INFO,
    .requiredSubgroupSize = device->facts.subgroup_size,
  };
  const VkComputePipelineCreateInfo info = {
    .sType = VK_STRUCTURE_TYPE_COMPUTE_PIPELINE_CREATE_INFO,
    .stage = {
      .sType = VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_CREATE_INFO,
      .pNext = code.is_cooperative ? &subgroups : NULL,
      .flags = code.is_cooperative ? VK_PIPELINE_SHADER_STAGE_CREATE_REQUIRE_FULL_SUBGROUPS_BIT : 0,
      .stage = VK_SHADER_STAGE_COMPUTE_BIT,
      .module = module,
      .pName = "main",
      .pSpecializationInfo = &specialization,
    },
    .layout = self->layout,
  };
  result = device->calls.CreateComputePipelines (device->handle, self->cache, 1, &info, NULL, pipeline);
  device->calls.DestroyShaderModule (device->handle, module, NULL);
  return result;
}

/**
 * pent_vk_pipelines_get:
 *
 * Returns: (transfer none): the pipeline of @kernel, made if it is new;
 *   %VK_NULL_HANDLE on failure
 */
VkPipeline
pent_vk_pipelines_get (PentVkPipelines *self, const PentVkKernel *kernel, GError **error)
{
  Entry *entry = g_hash_table_lookup (self->pipelines, kernel);

  if (entry != NULL)
    return entry->pipeline;

  VkPipeline pipeline = VK_NULL_HANDLE;
  if (!pent_vk_device_check (self->device, create_pipeline (self, kernel, &pipeline), "compile a shader", error))
    return VK_NULL_HANDLE;
  entry = g_new (Entry, 1);
  *entry = (Entry) { *kernel, pipeline };
  g_hash_table_add (self->pipelines, entry);
  self->has_new = TRUE;
  return pipeline;
}

/**
 * pent_vk_pipelines_save:
 *
 * Writes what the driver made of the shaders to disk, if there is news.
 */
void
pent_vk_pipelines_save (PentVkPipelines *self)
{
  PentVkDevice *device = self->device;
  gsize size = 0;

  if (!self->has_new
      || device->calls.GetPipelineCacheData (device->handle, self->cache, &size, NULL) != VK_SUCCESS || size == 0)
    return;
  g_autofree guint8 *data = g_try_malloc (size);
  if (data == NULL || device->calls.GetPipelineCacheData (device->handle, self->cache, &size, data) != VK_SUCCESS)
    return;
  pent_vk_pipeline_file_write (&device->facts, data, size);
  self->has_new = FALSE;
}
