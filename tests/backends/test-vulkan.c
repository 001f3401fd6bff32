/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The op cases on the first Vulkan device: test-vulkan f32|f16 as-is|as-gpu. */

#include "op-check.h"
#include "pent-vulkan-backend.h"

#include <string.h>

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_autoptr (GError) error = NULL;
  PentVulkanGuise guise = argc > 2 && strcmp (argv[2], "as-gpu") == 0 ? PENT_VULKAN_AS_GPU : PENT_VULKAN_AS_IS;
  g_autoptr (PentBackend) backend = pent_vulkan_backend_new_with (0, guise, &error);
  if (backend == NULL)
    {
      g_print ("1..0 # SKIP %s\n", error->message);
      return 0;
    }

  PentDtype operand = argc > 1 && strcmp (argv[1], "f16") == 0 ? PENT_F16 : PENT_F32;
  if (!pent_backend_supports (backend, operand))
    {
      g_print ("1..0 # SKIP %s does not store %s\n", pent_backend_get_description (backend), pent_dtype_name (operand));
      return 0;
    }
  op_check_add_tests (backend, operand);
  return g_test_run ();
}
