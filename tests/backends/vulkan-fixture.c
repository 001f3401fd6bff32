/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What tests of the Vulkan backend's parts begin with. */

#include "vulkan-fixture.h"

#include <glib/gstdio.h>

/* Lets this process keep what it learns of devices in a folder of its own; to
 * be called first, and removed with vulkan_cache_remove(). */
char *
vulkan_cache_new (void)
{
  char *cache = g_dir_make_tmp ("pentimento-XXXXXX", NULL);

  /* Mesa keeps files of its own there. */
  if (g_getenv ("XDG_CACHE_HOME") != NULL)
    g_setenv ("MESA_SHADER_CACHE_DIR", g_getenv ("XDG_CACHE_HOME"), FALSE);
  else
    g_setenv ("MESA_SHADER_CACHE_DISABLE", "true", FALSE);
  g_setenv ("XDG_CACHE_HOME", cache, TRUE);
  return cache;
}

void
vulkan_cache_remove (const char *cache)
{
  g_autofree char *folder = g_build_filename (cache, "pentimento", NULL);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      g_unlink (path);
    }
  g_rmdir (folder);
  g_rmdir (cache);
}

/* The first device, in that guise */
PentVkContext *
vulkan_open (PentVulkanGuise guise)
{
  g_autoptr (GError) error = NULL;
  PentVkContext *context = pent_vk_context_new (0, guise, &error);

  g_assert_no_error (error);
  return context;
}

/* The product of @rows rows by @weight */
PentProgram *
vulkan_compile_linear (PentVkContext *context, gint64 rows, const PentWeight *weight, PentDtype operand)
{
  g_autoptr (GError) error = NULL;
  PentGraph *graph = pent_graph_new ("linear");
  PentTensor *x = pent_graph_input (graph, "x", (PentShape) { 1, rows, 1, weight->dim[1] }, PENT_INPUT_DYNAMIC);
  pent_graph_output (graph, pent_graph_linear (graph, x, weight, NULL, PENT_ACTIVATION_NONE, NULL));
  PentPlan *plan = pent_plan_new (graph, operand, context->device->facts.alignment, &error);
  g_assert_no_error (error);
  PentProgram *program = pent_vk_program_new (context, plan, NULL, &error);
  g_assert_no_error (error);
  return program;
}

void
vulkan_run (PentProgram *program, const float *x, float *y)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (pent_program_set_input (program, 0, x, &error));
  g_assert_true (pent_program_run (program, NULL, &error));
  g_assert_true (pent_program_get_output (program, 0, y, &error));
}
