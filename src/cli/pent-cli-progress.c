/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-cli-progress.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "pent-cli-message.h"
#include "pent-json.h"

#define BAR_CELLS      24
#define DEFAULT_COLUMNS 80

struct _PentCliProgress
{
  PentCliProgressMode mode;      /* never AUTO */
  gboolean colour;
  gboolean bar_shown;            /* the cursor stands after a bar */
  gint64   begin;                /* monotonic, microseconds */
  gint64   first_time;           /* of the first step's end, 0 before it */
  double   first_fraction;
  int      n_told;               /* pictures that are finished */
};

/**
 * pent_cli_progress_new:
 * @mode: automatic is a bar where standard error is a terminal, else plain
 *
 * Colour is left out where the environment has NO_COLOR (no-color.org).
 */
PentCliProgress *
pent_cli_progress_new (PentCliProgressMode mode)
{
  PentCliProgress *self = g_new0 (PentCliProgress, 1);
  const char *terminal = g_getenv ("TERM");
  const char *no_colour = g_getenv ("NO_COLOR");
  gboolean can_draw = isatty (STDERR_FILENO) && g_strcmp0 (terminal, "dumb") != 0;

  self->mode = mode;
  if (mode == PENT_CLI_PROGRESS_AUTO)
    self->mode = can_draw ? PENT_CLI_PROGRESS_BAR : PENT_CLI_PROGRESS_PLAIN;
  self->colour = can_draw && (no_colour == NULL || *no_colour == '\0');
  self->begin = g_get_monotonic_time ();
  return self;
}

void
pent_cli_progress_free (PentCliProgress *self)
{
  pent_cli_progress_finish (self);
  g_free (self);
}

/* A line goes out in one piece, whoever else writes there. */
static void
put (const char *line)
{
  fputs (line, stderr);
  fflush (stderr);
}

static void
clear_bar (PentCliProgress *self)
{
  if (self->bar_shown)
    put ("\r\033[K");
  self->bar_shown = FALSE;
}

static void
put_json (JsonObject *object)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  json_node_take_object (node, object);
  g_autofree char *text = pent_json_print (node, FALSE);
  g_autofree char *line = g_strconcat (text, "\n", NULL);
  put (line);
}

static double
round_to (double value, double unit)
{
  return round (value / unit) * unit;
}

static double
seconds_since (gint64 time)
{
  return (g_get_monotonic_time () - time) / (double) G_USEC_PER_SEC;
}

/* Seconds until the end, told by the pace since the first step, because reading
 * the model says nothing about steps; negative while there is no pace. */
static double
estimate_left (const PentCliProgress *self, double fraction)
{
  if (self->first_time == 0 || fraction <= self->first_fraction)
    return -1;
  return seconds_since (self->first_time) / (fraction - self->first_fraction) * (1 - fraction);
}

static char *
describe_left (double seconds)
{
  int whole = seconds + 0.5;
  if (seconds < 0)
    return g_strdup ("");
  if (whole >= 3600)
    return g_strdup_printf (", %d h %d min left", whole / 3600, whole % 3600 / 60);
  if (whole >= 60)
    return g_strdup_printf (", %d min %d s left", whole / 60, whole % 60);
  return g_strdup_printf (", %d s left", whole);
}

static char *
describe (const PentProgress *progress)
{
  g_autofree char *which = progress->n_pictures > 1
    ? g_strdup_printf ("picture %d of %d, ", progress->picture + 1, progress->n_pictures) : g_strdup ("");
  switch (progress->stage)
    {
    case PENT_STAGE_LOAD:
      return g_strdup ("reading the model");
    case PENT_STAGE_TEXT:
      return g_strdup ("reading the prompt");
    case PENT_STAGE_ENCODE:
      return g_strdup ("encoding the source picture");
    case PENT_STAGE_STEP:
      return g_strdup_printf ("%sstep %d of %d", which, progress->step, progress->n_steps);
    case PENT_STAGE_DECODE:
    default:
      return g_strdup_printf ("%sdecoding", which);
    }
}

static const char *
stage_name (PentStage stage)
{
  static const char *const names[] = { "load", "text", "encode", "step", "decode" };
  return names[stage];
}

static int
terminal_columns (void)
{
  struct winsize size;
  if (ioctl (STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    return size.ws_col;
  return DEFAULT_COLUMNS;
}

static void
draw_bar (PentCliProgress *self, const PentProgress *progress, double left)
{
  g_autofree char *what = describe (progress);
  g_autofree char *time = describe_left (left);
  g_autofree char *words = g_strdup_printf (" %3d %%  %s%s", (int) (progress->fraction * 100), what, time);
  int columns = terminal_columns () - 1;
  int cells = MIN (BAR_CELLS, columns - 2 - (int) strlen (words));
  GString *line = g_string_new ("\r");

  if (cells >= 4)
    {
      int full = progress->fraction * cells;
      g_string_append_printf (line, "[%s%.*s%s%.*s]", self->colour ? "\033[32m" : "", full, "########################",
                              self->colour ? "\033[0m" : "", cells - full, "------------------------");
    }
  g_string_append_printf (line, "%.*s\033[K", MAX (columns, 1), words);
  put (line->str);
  g_string_free (line, TRUE);
  self->bar_shown = TRUE;
}

static void
put_plain (const PentProgress *progress, double left)
{
  g_autofree char *what = describe (progress);
  g_autofree char *time = describe_left (left);
  g_autofree char *line = g_strconcat (what, time, "\n", NULL);
  put (line);
}

static void
put_json_progress (PentCliProgress *self, const PentProgress *progress, double left)
{
  JsonObject *object = json_object_new ();
  json_object_set_string_member (object, "stage", stage_name (progress->stage));
  json_object_set_int_member (object, "picture", progress->picture + 1);
  json_object_set_int_member (object, "pictures", progress->n_pictures);
  json_object_set_int_member (object, "step", progress->step);
  json_object_set_int_member (object, "steps", progress->n_steps);
  json_object_set_double_member (object, "fraction", round_to (progress->fraction, 1e-4));
  json_object_set_double_member (object, "seconds", round_to (seconds_since (self->begin), 1e-3));
  if (left >= 0)
    json_object_set_double_member (object, "seconds_left", round_to (left, 1e-3));
  put_json (object);
}

/**
 * pent_cli_progress_update:
 * @progress: news from the pipeline
 */
void
pent_cli_progress_update (PentCliProgress *self, const PentProgress *progress)
{
  double left = estimate_left (self, progress->fraction);

  if (self->first_time == 0 && progress->stage == PENT_STAGE_STEP)
    {
      self->first_time = g_get_monotonic_time ();
      self->first_fraction = progress->fraction;
    }
  /* That a picture is finished was told with its name. */
  if (progress->stage == PENT_STAGE_DECODE && progress->picture < self->n_told)
    return;

  if (self->mode == PENT_CLI_PROGRESS_BAR)
    draw_bar (self, progress, left);
  else if (self->mode == PENT_CLI_PROGRESS_PLAIN)
    put_plain (progress, left);
  else if (self->mode == PENT_CLI_PROGRESS_JSON)
    put_json_progress (self, progress, left);
}

/**
 * pent_cli_progress_tell_picture:
 * @picture: its number, 1 the first
 * @file: absolute name of the finished, durable file
 */
void
pent_cli_progress_tell_picture (PentCliProgress *self, int picture, int n_pictures, gint64 seed, const char *file)
{
  self->n_told = picture;
  clear_bar (self);
  if (self->mode == PENT_CLI_PROGRESS_PLAIN)
    {
      g_autofree char *name = pent_cli_one_line (file);
      g_autofree char *line = g_strdup_printf ("finished %s\n", name);
      put (line);
    }
  if (self->mode != PENT_CLI_PROGRESS_JSON)
    return;

  JsonObject *object = json_object_new ();
  json_object_set_string_member (object, "stage", "finished");
  json_object_set_int_member (object, "picture", picture);
  json_object_set_int_member (object, "pictures", n_pictures);
  json_object_set_int_member (object, "seed", seed);
  json_object_set_string_member (object, "file", file);
  json_object_set_double_member (object, "seconds", round_to (seconds_since (self->begin), 1e-3));
  put_json (object);
}

/**
 * pent_cli_progress_tell_seed:
 *
 * Tells a seed that was drawn, which nobody could know else.
 */
void
pent_cli_progress_tell_seed (PentCliProgress *self, gint64 seed)
{
  if (self->mode == PENT_CLI_PROGRESS_JSON)
    {
      JsonObject *object = json_object_new ();
      json_object_set_string_member (object, "stage", "start");
      json_object_set_int_member (object, "seed", seed);
      put_json (object);
      return;
    }
  g_autofree char *line = g_strdup_printf ("seed %" G_GINT64_FORMAT "\n", seed);
  put (line);
}

void
pent_cli_progress_warn (PentCliProgress *self, const char *sentence)
{
  clear_bar (self);
  if (self->mode != PENT_CLI_PROGRESS_JSON)
    {
      pent_cli_warn (sentence);
      return;
    }
  JsonObject *object = json_object_new ();
  json_object_set_string_member (object, "warning", sentence);
  put_json (object);
}

/**
 * pent_cli_progress_finish:
 *
 * Takes the bar away, so that the next words have the line to themselves.
 */
void
pent_cli_progress_finish (PentCliProgress *self)
{
  clear_bar (self);
}
