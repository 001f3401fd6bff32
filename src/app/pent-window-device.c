/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include <glib/gi18n.h>
#include <string.h>

#include "pent-devices.h"
#include "pent-errand.h"
#include "pent-window-private.h"

/* Under the title: what computes, and how much memory it takes. */

/* How often the memory is looked at. */
#define SECONDS 3

static void
devices_free (gpointer devices)
{
  g_ptr_array_unref (devices);
}

/* Looking for a graphics driver may take a while. */
static void
list_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  g_task_return_pointer (task, pent_devices_list (), devices_free);
}

static const PentDeviceInfo *
find_device (PentWindow *self)
{
  g_autofree char *wanted = self->settings != NULL ? g_settings_get_string (self->settings, "device") : g_strdup ("auto");

  for (guint i = 0; self->devices != NULL && i < self->devices->len; i++)
    {
      const PentDeviceInfo *device = self->devices->pdata[i];
      if (g_str_equal (wanted, "auto") ? device->is_auto : device->usable && g_str_has_prefix (device->name, wanted))
        return device;
    }
  return NULL;
}

/* Of this process, bytes; 0 where the system does not tell. */
static guint64
read_resident (void)
{
  g_autofree char *text = NULL;

  if (!g_file_get_contents ("/proc/self/status", &text, NULL, NULL))
    return 0;
  const char *line = strstr (text, "\nVmRSS:");
  return line != NULL ? g_ascii_strtoull (line + strlen ("\nVmRSS:"), NULL, 10) * 1024 : 0;
}

static void
show_device (PentWindow *self)
{
  const PentDeviceInfo *device = find_device (self);
  guint64 resident = read_resident ();

  if (device == NULL || resident == 0)
    return;
  g_autofree char *memory = g_format_size (resident >> 20 << 20);
  g_autofree char *text = g_strdup_printf ("%s · %s", device->description, memory);
  /* Translators: a device, and how much memory the program takes. */
  g_autofree char *tooltip = g_strdup_printf (_("%s paints. Pentimento takes %s of memory now."), device->description,
                                              memory);
  adw_window_title_set_subtitle (self->title, text);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->title), tooltip);
}

static gboolean
tick_cb (gpointer data)
{
  show_device (data);
  return G_SOURCE_CONTINUE;
}

static void
listed_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (PentWindow) self = pent_window_strengthen (data);
  GPtrArray *devices = g_task_propagate_pointer (G_TASK (result), NULL);

  if (self == NULL || self->document == NULL)
    {
      g_ptr_array_unref (devices);
      return;
    }
  self->devices = devices;
  self->device_source = g_timeout_add_seconds (SECONDS, tick_cb, self);
  show_device (self);
}

void
pent_window_init_device (PentWindow *self)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, listed_cb, pent_window_weaken (self));

  if (self->settings != NULL)
    g_signal_connect_object (self->settings, "changed::device", G_CALLBACK (show_device), self, G_CONNECT_SWAPPED);
  pent_errand_run (task, list_in_thread);
}

void
pent_window_end_device (PentWindow *self)
{
  g_clear_handle_id (&self->device_source, g_source_remove);
  g_clear_pointer (&self->devices, g_ptr_array_unref);
}
