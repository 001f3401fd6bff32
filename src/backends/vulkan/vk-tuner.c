/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "vk-tuner.h"

#include "vk-pipeline-file.h"

#define GROUP "fastest"

/* A trial should take so long that its start does not count, and no longer
 * than nobody minds: on a fast device the work is repeated, on a slow one a
 * part of it is done. */
#define TRIAL_SECONDS 1e-3
#define FIRST_WORK 1e9
#define MAX_REPEATS 32

struct _PentVkTuner
{
  PentVkDevice    *device;
  PentVkPipelines *pipelines;
  GKeyFile        *found;
  char            *fixed;     /* or NULL: the choice that is always taken where there is one of that name */
  gboolean         has_new;
};

/* What is on disk is a gift: whatever is no word of ours is found anew. */
PentVkTuner *
pent_vk_tuner_new (PentVkDevice *device, PentVkPipelines *pipelines)
{
  PentVkTuner *self = g_new0 (PentVkTuner, 1);
  g_autofree char *path = pent_vk_cache_path (&device->facts, "tuning");

  self->device = pent_vk_device_ref (device);
  self->pipelines = pipelines;
  self->found = g_key_file_new ();
  g_key_file_load_from_file (self->found, path, G_KEY_FILE_NONE, NULL);
  return self;
}

void
pent_vk_tuner_free (PentVkTuner *self)
{
  g_key_file_unref (self->found);
  g_free (self->fixed);
  pent_vk_device_unref (self->device);
  g_free (self);
}

/**
 * pent_vk_tuner_fix:
 * @name: of the choice to take from now on wherever it is offered, untried
 */
void
pent_vk_tuner_fix (PentVkTuner *self, const char *name)
{
  g_free (self->fixed);
  self->fixed = g_strdup (name);
}

/* The first @units of a step's whole work */
static PentVkStep
cut (const PentVkStep *step, guint units)
{
  PentVkStep part = *step;
  guint *groups = &part.groups[part.split_axis];
  guint all = *groups;

  *groups = MIN (all, (units + part.split_unit - 1) / part.split_unit);
  part.work *= (double) *groups / all;
  return part;
}

/* Seconds that it takes to do @step @repeats times, from the second time on */
static gboolean
time_step (PentVkTuner *self, const PentVkStep *step, guint repeats, double *seconds, GError **error)
{
  g_autoptr (PentVkTape) tape = pent_vk_tape_new (self->device, self->pipelines);

  for (guint i = 0; i < repeats; i++)
    if (!pent_vk_tape_add (tape, step, error))
      return FALSE;
  if (!pent_vk_tape_finish (tape, error) || !pent_vk_tape_play (tape, NULL, error))
    return FALSE;

  gint64 begin = g_get_monotonic_time ();
  if (!pent_vk_tape_play (tape, NULL, error))
    return FALSE;
  *seconds = (g_get_monotonic_time () - begin) * 1e-6;
  return TRUE;
}

/* How much of the work a trial does: @units of it, @repeats times */
typedef struct
{
  guint units;
  guint repeats;
} Trial;

static gboolean
plan_trial (PentVkTuner *self, const PentVkStep *step, guint units, Trial *trial, GError **error)
{
  double share = FIRST_WORK / step->work, seconds;

  for (;; share *= 8)
    {
      trial->units = share < 1 ? MAX (share * units, 1) : units;
      PentVkStep part = cut (step, trial->units);
      if (!time_step (self, &part, 1, &seconds, error))
        return FALSE;
      if (seconds >= TRIAL_SECONDS || share >= 1)
        break;
    }
  trial->repeats = CLAMP (TRIAL_SECONDS / MAX (seconds, 1e-6), 1, MAX_REPEATS);
  return TRUE;
}

static gboolean
try_choices (PentVkTuner *self, guint units, const PentVkChoice *choices, guint n, guint *best, GError **error)
{
  double least = G_MAXDOUBLE;
  Trial trial;

  if (!plan_trial (self, &choices[0].step, units, &trial, error))
    return FALSE;
  for (guint i = 0; i < n; i++)
    {
      PentVkStep part = cut (&choices[i].step, trial.units);
      double seconds;
      if (!time_step (self, &part, trial.repeats, &seconds, error))
        return FALSE;
      /* A part of it is done in whole groups, which are not the same for all. */
      seconds *= (double) trial.units / CLAMP (part.groups[part.split_axis] * part.split_unit, trial.units, units);
      if (seconds < least)
        {
          least = seconds;
          *best = i;
        }
    }
  return TRUE;
}

static gboolean
find_name (const char *name, const PentVkChoice *choices, guint n, guint *best)
{
  for (guint i = 0; name != NULL && i < n; i++)
    if (g_str_equal (name, choices[i].name))
      {
        *best = i;
        return TRUE;
      }
  return FALSE;
}

/**
 * pent_vk_tuner_choose:
 * @work: names the work and its size: equal works have equal names
 * @units: of which split_unit of each step counts a group's
 * @choices: (array length=n): which overwrite their outputs with anything
 * @best: (out): the index of the one to take
 *
 * Nothing is tried where there is but one, or where the device is a processor:
 * compiling a shader takes longer there than it could win.
 */
gboolean
pent_vk_tuner_choose (PentVkTuner *self, const char *work, guint units, const PentVkChoice *choices, guint n,
                      guint *best, GError **error)
{
  g_autofree char *name = g_key_file_get_string (self->found, GROUP, work, NULL);

  *best = 0;
  if (n == 1 || find_name (self->fixed, choices, n, best) || find_name (name, choices, n, best)
      || self->device->facts.type == VK_PHYSICAL_DEVICE_TYPE_CPU)
    return TRUE;
  if (!try_choices (self, units, choices, n, best, error))
    return FALSE;
  g_key_file_set_string (self->found, GROUP, work, choices[*best].name);
  self->has_new = TRUE;
  return TRUE;
}

/**
 * pent_vk_tuner_save:
 *
 * Writes what was found to disk, if there is news. Failure is not worth a
 * word: it is found again next time.
 */
void
pent_vk_tuner_save (PentVkTuner *self)
{
  g_autofree char *path = pent_vk_cache_path (&self->device->facts, "tuning");
  g_autofree char *folder = g_path_get_dirname (path);
  gsize size;

  if (!self->has_new || g_mkdir_with_parents (folder, 0700) != 0)
    return;
  g_autofree char *text = g_key_file_to_data (self->found, &size, NULL);
  g_file_set_contents_full (path, text, size, G_FILE_SET_CONTENTS_CONSISTENT, 0600, NULL);
  self->has_new = FALSE;
}
