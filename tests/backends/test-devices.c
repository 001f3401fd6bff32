/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "pent-devices.h"

#include "pent-error.h"

#include <string.h>

static void
hide_vulkan (void)
{
  g_setenv ("VK_ICD_FILENAMES", "/nowhere.json", TRUE);
  g_setenv ("VK_DRIVER_FILES", "/nowhere.json", TRUE);
}

/* The processor first; one device is auto's; every one says why or why not. */
static void
test_list (void)
{
  g_autoptr (GPtrArray) devices = pent_devices_list ();
  const PentDeviceInfo *first = g_ptr_array_index (devices, 0);
  guint n_auto = 0;

  g_assert_cmpstr (first->name, ==, "cpu");
  g_assert_cmpint (first->type, ==, PENT_DEVICE_CPU);
  for (guint i = 0; i < devices->len; i++)
    {
      const PentDeviceInfo *info = g_ptr_array_index (devices, i);
      g_autofree char *name = g_strdup_printf ("vulkan:%u", i - 1);
      g_assert_cmpstr (info->name, ==, i == 0 ? "cpu" : name);
      g_assert_cmpuint (strlen (info->description), >, 0);
      g_assert_cmpuint (strlen (info->reason), >, 0);
      g_assert_cmpuint (info->memory, >, 0);
      g_assert_cmpuint (strlen (pent_device_type_name (info->type)), >, 0);
      n_auto += info->is_auto;
      g_assert_false (info->is_auto && (info->type == PENT_DEVICE_SOFTWARE || !info->usable));
    }
  g_assert_cmpuint (n_auto, ==, 1);
}

/* Whatever is listed as usable opens under its name and is what was said. */
static void
test_every_device_opens (void)
{
  g_autoptr (GPtrArray) devices = pent_devices_list ();

  for (guint i = 0; i < devices->len; i++)
    {
      const PentDeviceInfo *info = g_ptr_array_index (devices, i);
      g_autoptr (GError) error = NULL;
      if (!info->usable)
        continue;
      g_autoptr (PentBackend) backend = pent_backend_for_device (info->name, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (pent_backend_get_name (backend), ==, info->name);
      g_assert_cmpstr (pent_backend_get_description (backend), ==, info->description);
      g_assert_true (pent_backend_supports (backend, PENT_F32));
      g_assert_true (pent_backend_supports (backend, PENT_F16) == info->has_f16);
      g_assert_true (pent_backend_supports (backend, PENT_BF16) == info->has_bf16);
      g_assert_cmpuint (pent_backend_get_max_tensor (backend), ==, info->max_tensor);
    }
}

static void
test_auto (void)
{
  g_autoptr (GPtrArray) devices = pent_devices_list ();
  g_autoptr (GError) error = NULL;
  g_autoptr (PentBackend) backend = pent_backend_for_device ("auto", &error);

  g_assert_no_error (error);
  for (guint i = 0; i < devices->len; i++)
    {
      const PentDeviceInfo *info = g_ptr_array_index (devices, i);
      if (info->is_auto)
        g_assert_cmpstr (pent_backend_get_name (backend), ==, info->name);
    }
}

static void
test_malformed_names (void)
{
  static const char *const names[] = {
    "", "gpu", "CPU", "cpu:0", "vulkan:", "vulkan:x", "vulkan:-1", "vulkan:+1", "vulkan: 1", "vulkan:1x", "vulkan0",
    "vulkan:99999999999999999999",
  };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (GError) error = NULL;
      g_assert_null (pent_backend_for_device (names[i], &error));
      g_assert_error (error, PENT_ERROR, PENT_ERROR_USAGE);
      g_assert_nonnull (strstr (error->message, "--device"));
    }
}

static void
test_no_such_device (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (pent_backend_for_device ("vulkan:4711", &error));
  g_assert_error (error, PENT_ERROR, PENT_ERROR_DEVICE);
  g_assert_cmpint (pent_error_exit_status (error), ==, 5);
}

/* Without a driver there is the processor, and nothing is printed. */
static void
test_without_vulkan (void)
{
  if (g_test_subprocess ())
    {
      g_autoptr (GError) error = NULL;
      hide_vulkan ();
      g_autoptr (GPtrArray) devices = pent_devices_list ();
      g_assert_cmpuint (devices->len, ==, 1);
      g_assert_true (((const PentDeviceInfo *) g_ptr_array_index (devices, 0))->is_auto);
      g_autoptr (PentBackend) backend = pent_backend_for_device ("auto", &error);
      g_assert_no_error (error);
      g_assert_cmpstr (pent_backend_get_name (backend), ==, "cpu");
      g_assert_null (pent_backend_for_device ("vulkan", &error));
      g_assert_error (error, PENT_ERROR, PENT_ERROR_DEVICE);
      return;
    }
  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_passed ();
  g_test_trap_assert_stderr_unmatched ("*?*");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/devices/list", test_list);
  g_test_add_func ("/devices/every-device-opens", test_every_device_opens);
  g_test_add_func ("/devices/auto", test_auto);
  g_test_add_func ("/devices/malformed-names", test_malformed_names);
  g_test_add_func ("/devices/no-such-device", test_no_such_device);
  g_test_add_func ("/devices/without-vulkan", test_without_vulkan);
  return g_test_run ();
}
