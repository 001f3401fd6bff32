/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-cli-device.h"

#include <string.h>

#include "pent-cli-nearest.h"
#include "pent-error.h"
#include "pent-request.h"

gboolean
pent_cli_check_device (const char *device, GError **error)
{
  guint64 index;
  if (g_str_equal (device, "auto") || g_str_equal (device, "cpu") || g_str_equal (device, "vulkan"))
    return TRUE;
  if (g_str_has_prefix (device, "vulkan:") &&
      g_ascii_string_to_unsigned (device + strlen ("vulkan:"), 10, 0, 999, &index, NULL))
    return TRUE;

  const char *const words[] = { "auto", "cpu", "vulkan", NULL };
  const char *nearest = pent_cli_nearest_of (device, words);
  g_set_error (error, PENT_ERROR, PENT_ERROR_USAGE,
               "--device cannot be \"%s\": %s%s%sit is one of auto, cpu, vulkan, vulkan:N.", device,
               nearest != NULL ? "did you mean " : "", nearest != NULL ? nearest : "", nearest != NULL ? "? " : "");
  return FALSE;
}

const char *
pent_cli_precision_word (int index)
{
  return index <= PENT_PRECISION_INT8 ? pent_precision_name (index) : NULL;
}
