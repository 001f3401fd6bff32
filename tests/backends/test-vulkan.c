/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The op cases on the first Vulkan device:
 *
 *   test-vulkan f32|f16 as-is|as-gpu|as-cooperative [WAY]
 *
 * WAY is a name of vk-ways.c, which all products are then made by. */

#include "op-check.h"
#include "pent-vulkan-backend.h"

#include <string.h>

static PentVulkanGuise
read_guise (const char *name)
{
  if (name != NULL && strcmp (name, "as-gpu") == 0)
    return PENT_VULKAN_AS_GPU;
  if (name != NULL && strcmp (name, "as-cooperative") == 0)
    return PENT_VULKAN_AS_COOPERATIVE;
  return PENT_VULKAN_AS_IS;
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_autoptr (GError) error = NULL;
  PentVulkanGuise guise = read_guise (argc > 2 ? argv[2] : NULL);
  g_autoptr (PentBackend) backend = pent_vulkan_backend_new_with (0, guise, &error);
  if (backend == NULL)
    {
      g_print ("1..0 # SKIP %s\n", error->message);
      return 0;
    }
  if (argc > 3)
    pent_vulkan_backend_fix_way (PENT_VULKAN_BACKEND (backend), argv[3]);

  PentDtype operand = argc > 1 && strcmp (argv[1], "f16") == 0 ? PENT_F16 : PENT_F32;
  if (!pent_backend_supports (backend, operand))
    {
      g_print ("1..0 # SKIP %s does not store %s\n", pent_backend_get_description (backend), pent_dtype_name (operand));
      return 0;
    }
  op_check_add_tests (backend, operand);
  return g_test_run ();
}
