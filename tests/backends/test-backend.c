/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The op cases on the processor: test-backend f32|bf16 [KERNELS]. */

#include "op-check.h"
#include "pent-cpu-backend.h"
#include "pent-error.h"

#include <string.h>

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_autoptr (GError) error = NULL;
  g_autoptr (PentBackend) backend = pent_cpu_backend_new_with_kernels (argc > 2 ? argv[2] : NULL, &error);
  if (argc > 2 && g_error_matches (error, PENT_ERROR, PENT_ERROR_DEVICE))
    {
      g_print ("1..0 # SKIP %s\n", error->message);
      return 0;
    }
  g_assert_no_error (error);

  PentDtype operand = argc > 1 && strcmp (argv[1], "bf16") == 0 ? PENT_BF16 : PENT_F32;
  if (!pent_backend_supports (backend, operand))
    {
      g_print ("1..0 # SKIP this processor does not multiply %s\n", pent_dtype_name (operand));
      return 0;
    }
  op_check_add_tests (backend, operand);
  return g_test_run ();
}
