/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-cli-bench-report.h"

#include <string.h>

#include "pent-bench-run.h"
#include "pent-json.h"

/* Rows of a table on a terminal; what is left out is under a per mille each. */
#define SHOWN_ROWS 25

static double
get_median (const GArray *seconds)
{
  g_autofree double *values = g_memdup2 (seconds->data, seconds->len * sizeof *values);

  return pent_median (values, seconds->len);
}

static JsonArray *
times_to_json (const GArray *seconds)
{
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < seconds->len; i++)
    json_array_add_double_element (array, g_array_index (seconds, double, i));
  return array;
}

static JsonObject *
row_to_json (const PentOpRow *row, const PentOpTable *table, const PentRoofline *roofline)
{
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "operator", pent_op_kind_name (row->kind));
  json_object_set_string_member (object, "shape", row->shape);
  json_object_set_int_member (object, "calls", row->calls);
  json_object_set_double_member (object, "seconds", row->seconds);
  json_object_set_double_member (object, "share", row->seconds / table->seconds);
  json_object_set_double_member (object, "gflops", row->cost.operations / row->seconds / 1e9);
  json_object_set_double_member (object, "gigabytes_per_second", row->cost.bytes / row->seconds / 1e9);
  json_object_set_double_member (object, "roofline_share", pent_roofline_seconds (roofline, &row->cost) / row->seconds);
  return object;
}

static void
add_table (JsonObject *object, const char *name, const PentOpTable *table, const PentRoofline *roofline)
{
  JsonArray *rows = json_array_new ();
  JsonObject *member = json_object_new ();

  for (guint i = 0; i < table->rows->len; i++)
    json_array_add_object_element (rows, row_to_json (&g_array_index (table->rows, PentOpRow, i), table, roofline));
  json_object_set_double_member (member, "seconds", table->seconds);
  json_object_set_array_member (member, "operators", rows);
  json_object_set_object_member (object, name, member);
}

static JsonObject *
seconds_to_json (const PentBenchRun *run)
{
  JsonObject *seconds = json_object_new ();

  json_object_set_double_member (seconds, "load", run->load);
  json_object_set_double_member (seconds, "text", run->text);
  json_object_set_array_member (seconds, "step", times_to_json (run->steps));
  json_object_set_double_member (seconds, "step_median", get_median (run->steps));
  json_object_set_double_member (seconds, "decode", run->decode);
  json_object_set_array_member (seconds, "decode_again", times_to_json (run->decodes));
  json_object_set_double_member (seconds, "decode_again_median", get_median (run->decodes));
  json_object_set_double_member (seconds, "total", run->total);
  return seconds;
}

static JsonObject *
run_to_json (const PentBenchRun *run)
{
  JsonObject *object = json_object_new ();

  json_object_set_int_member (object, "width", run->width);
  json_object_set_int_member (object, "height", run->height);
  json_object_set_object_member (object, "seconds", seconds_to_json (run));
  json_object_set_int_member (object, "planned_memory_bytes", run->planned_memory);
  json_object_set_int_member (object, "peak_memory_bytes", run->peak_memory);
  if (run->unet != NULL)
    {
      JsonObject *roofline = json_object_new ();
      json_object_set_double_member (roofline, "gflops", run->roofline.operations / 1e9);
      json_object_set_double_member (roofline, "gigabytes_per_second", run->roofline.bytes / 1e9);
      json_object_set_object_member (object, "roofline", roofline);
      add_table (object, "unet", run->unet, &run->roofline);
    }
  if (run->decoder != NULL)
    add_table (object, "decoder", run->decoder, &run->roofline);
  return object;
}

/**
 * pent_cli_bench_report_json:
 * @runs: (element-type PentBenchRun): on one device, at least one
 *
 * Returns: (transfer full): what --json prints; docs/performance.md tells what
 *   its members mean
 */
char *
pent_cli_bench_report_json (const GPtrArray *runs)
{
  const PentBenchRun *first = g_ptr_array_index (runs, 0);
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();
  JsonArray *array = json_array_new ();

  json_object_set_string_member (object, "version", PENT_VERSION);
  json_object_set_string_member (object, "model", first->model_name);
  json_object_set_string_member (object, "device", first->device);
  json_object_set_string_member (object, "device_name", first->description);
  json_object_set_string_member (object, "precision", first->precision);
  json_object_set_int_member (object, "processors", g_get_num_processors ());
  for (guint i = 0; i < runs->len; i++)
    json_array_add_object_element (array, run_to_json (g_ptr_array_index (runs, i)));
  json_object_set_array_member (object, "runs", array);
  json_node_take_object (node, object);
  g_autofree char *text = pent_json_print (node, TRUE);
  return g_strconcat (text, "\n", NULL);
}

static void
append_kinds (GString *text, const PentOpTable *table)
{
  double seconds[PENT_N_OP_KINDS] = { 0 };
  const char *comma = "";

  for (guint i = 0; i < table->rows->len; i++)
    {
      const PentOpRow *row = &g_array_index (table->rows, PentOpRow, i);
      seconds[row->kind] += row->seconds;
    }
  g_string_append (text, "  ");
  for (int kind = 0; kind < PENT_N_OP_KINDS; kind++)
    if (seconds[kind] > 0)
      {
        g_string_append_printf (text, "%s%s %.1f %%", comma, pent_op_kind_name (kind), 100 * seconds[kind] / table->seconds);
        comma = ", ";
      }
  g_string_append_c (text, '\n');
}

static void
append_table (GString *text, const char *title, const PentOpTable *table, const PentRoofline *roofline)
{
  g_string_append_printf (text, "\n%s, %.4f s by operators\n", title, table->seconds);
  append_kinds (text, table);
  g_string_append_printf (text, "  %-11s %-42s %5s %9s %6s %9s %8s %9s\n", "operator", "shape", "calls", "ms", "share",
                          "GFLOP/s", "GB/s", "of limit");
  for (guint i = 0; i < MIN (table->rows->len, SHOWN_ROWS); i++)
    {
      const PentOpRow *row = &g_array_index (table->rows, PentOpRow, i);
      g_string_append_printf (text, "  %-11s %-42s %5u %9.3f %5.1f%% %9.1f %8.1f %8.0f%%\n", pent_op_kind_name (row->kind),
                              row->shape, row->calls, row->seconds * 1e3, 100 * row->seconds / table->seconds,
                              row->cost.operations / row->seconds / 1e9, row->cost.bytes / row->seconds / 1e9,
                              100 * pent_roofline_seconds (roofline, &row->cost) / row->seconds);
    }
}

static void
append_run (GString *text, const PentBenchRun *run)
{
  g_autofree double *steps = g_memdup2 (run->steps->data, run->steps->len * sizeof *steps);
  double median = pent_median (steps, run->steps->len);
  g_autofree char *planned = g_format_size_full (run->planned_memory, G_FORMAT_SIZE_IEC_UNITS);
  g_autofree char *memory = g_format_size_full (run->peak_memory, G_FORMAT_SIZE_IEC_UNITS);

  g_string_append_printf (text, "\n%d x %d\n", run->width, run->height);
  g_string_append_printf (text, "  load %.3f s, text %.3f s, step %.4f s (%.4f to %.4f), decode %.3f s, total %.3f s\n",
                          run->load, run->text, median, steps[0], steps[run->steps->len - 1], run->decode, run->total);
  g_string_append_printf (text, "  decode again %.3f s\n", get_median (run->decodes));
  g_string_append_printf (text, "  peak memory %s, %s of it planned\n", memory, planned);
  if (run->unet != NULL)
    {
      g_string_append_printf (text, "  the device at most: %.0f GFLOP/s, %.1f GB/s\n", run->roofline.operations / 1e9,
                              run->roofline.bytes / 1e9);
      append_table (text, "guided step", run->unet, &run->roofline);
    }
  if (run->decoder != NULL)
    append_table (text, "decoding", run->decoder, &run->roofline);
}

/**
 * pent_cli_bench_report_text:
 * @runs: (element-type PentBenchRun): on one device, at least one
 *
 * Returns: (transfer full): tables for a terminal
 */
char *
pent_cli_bench_report_text (const GPtrArray *runs)
{
  const PentBenchRun *first = g_ptr_array_index (runs, 0);
  GString *text = g_string_new (NULL);

  g_string_append_printf (text, "%s on %s (%s), %s\n", first->model_name, first->device, first->description,
                          first->precision);
  for (guint i = 0; i < runs->len; i++)
    append_run (text, g_ptr_array_index (runs, i));
  return g_string_free (text, FALSE);
}
