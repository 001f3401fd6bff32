/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The op cases on the processor: test-backend f32|bf16. */

#include "op-check.h"
#include "pent-cpu-backend.h"

#include <string.h>

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_autoptr (GError) error = NULL;
  g_autoptr (PentBackend) backend = pent_cpu_backend_new (&error);
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
