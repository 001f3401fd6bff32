/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "devices": where pictures can be computed. */
#define G_LOG_DOMAIN "pentimento"

#include "pent-cli-commands.h"
#include "pent-cli-help.h"
#include "pent-cli-message.h"
#include "pent-devices.h"
#include "pent-json.h"

static const char examples[] =
  "Lists every device, what it can do, and which one auto picks and why.\n"
  "\n"
  "Examples:\n"
  "  pentimento-cli devices\n"
  "  pentimento-cli devices --json\n"
  "\n"
  "Usage: pentimento-cli devices [--json]\n";

static const PentCliOption options[] = {
  { NULL, PENT_CLI_FLAG, NULL, "Options", NULL, 0, 0, NULL },
  { "json", PENT_CLI_FLAG, NULL, "print one JSON object", NULL, 0, 0, NULL },
};

/* Vulkan packs its version as 10, 10 and 12 bits. */
static char *
format_api_version (guint32 version)
{
  return g_strdup_printf ("%u.%u.%u", version >> 22 & 0x7f, version >> 12 & 0x3ff, version & 0xfff);
}

static JsonObject *
device_to_json (const PentDeviceInfo *device)
{
  JsonObject *object = json_object_new ();
  JsonArray *precisions = json_array_new ();
  g_autofree char *api = device->api_version != 0 ? format_api_version (device->api_version) : NULL;

  json_array_add_string_element (precisions, "f32");
  if (device->has_bf16)
    json_array_add_string_element (precisions, "bf16");
  if (device->has_f16)
    json_array_add_string_element (precisions, "f16");
  if (device->has_int8)
    json_array_add_string_element (precisions, "int8");

  json_object_set_string_member (object, "name", device->name);
  json_object_set_string_member (object, "description", device->description);
  json_object_set_string_member (object, "type", pent_device_type_name (device->type));
  json_object_set_string_member (object, "driver", device->driver);
  json_object_set_string_member (object, "vulkan", api);
  json_object_set_int_member (object, "memory_bytes", device->memory);
  json_object_set_int_member (object, "max_tensor_bytes", MIN (device->max_tensor, G_MAXINT64));
  json_object_set_array_member (object, "precisions", precisions);
  json_object_set_boolean_member (object, "usable", device->usable);
  json_object_set_boolean_member (object, "auto", device->is_auto);
  json_object_set_string_member (object, "reason", device->reason);
  return object;
}

static char *
describe_json (const GPtrArray *devices)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();
  JsonArray *array = json_array_new ();
  const char *chosen = NULL;

  for (guint i = 0; i < devices->len; i++)
    {
      const PentDeviceInfo *device = g_ptr_array_index (devices, i);
      if (device->is_auto)
        chosen = device->name;
      json_array_add_object_element (array, device_to_json (device));
    }
  json_object_set_string_member (object, "auto", chosen);
  json_object_set_array_member (object, "devices", array);
  json_node_take_object (node, object);
  g_autofree char *text = pent_json_print (node, TRUE);
  return g_strconcat (text, "\n", NULL);
}

static char *
describe_text (const GPtrArray *devices)
{
  GString *text = g_string_new (NULL);
  for (guint i = 0; i < devices->len; i++)
    {
      const PentDeviceInfo *device = g_ptr_array_index (devices, i);
      g_autofree char *memory = g_format_size_full (device->memory, G_FORMAT_SIZE_IEC_UNITS);
      g_autofree char *name = pent_cli_one_line (device->description);

      g_string_append_printf (text, "%s%-10s %s (%s)\n", device->is_auto ? "* " : "  ", device->name, name,
                              pent_device_type_name (device->type));
      g_string_append_printf (text, "%13s%s of memory, computes in f32%s%s%s\n", "", memory,
                              device->has_bf16 ? ", bf16" : "", device->has_f16 ? ", f16" : "",
                              device->has_int8 ? ", int8" : "");
      if (device->driver != NULL)
        g_string_append_printf (text, "%13sdriver %s\n", "", device->driver);
      g_string_append_printf (text, "%13s%s\n", "", device->reason);
    }
  return g_string_free (text, FALSE);
}

static gboolean
run (PentCliArguments *parsed, GError **error)
{
  if (!pent_cli_arguments_no_operands (parsed, error))
    return FALSE;
  g_autoptr (GPtrArray) devices = pent_devices_list ();
  g_autofree char *text = pent_cli_arguments_has (parsed, "json") ? describe_json (devices) : describe_text (devices);
  return pent_cli_print (text, error);
}

int
pent_cli_devices (char **arguments)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PentCliArguments) parsed =
    pent_cli_arguments_parse ("devices", options, G_N_ELEMENTS (options), arguments, &error);
  if (parsed == NULL)
    return pent_cli_fail (error);
  if (pent_cli_arguments_wants_help (parsed))
    return pent_cli_help_print (examples, options, G_N_ELEMENTS (options));
  return run (parsed, &error) ? 0 : pent_cli_fail (error);
}
