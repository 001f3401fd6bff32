/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "golden-file.h"

#include "pent-error.h"
#include "pent-sampler.h"

#include <math.h>

/* A model that predicts noise: the same function as in make-goldens.py. */
typedef struct
{
  gsize n;
  int n_calls;
  int fails_at;
} Toy;

static gboolean
toy_denoise (gpointer data, const float *x, double sigma, double timestep, float *denoised, GError **error)
{
  Toy *toy = data;
  const float scale = (float) pent_model_input_scale (sigma);
  const float a = 0.2f + 0.0007f * (float) timestep;

  g_assert_cmpfloat (sigma, >, 0);
  if (toy->n_calls++ == toy->fails_at)
    {
      g_set_error_literal (error, PENT_ERROR, PENT_ERROR_CANCELLED, "stopped");
      return FALSE;
    }
  for (gsize i = 0; i < toy->n; i++)
    {
      float input = x[i] * scale;
      denoised[i] = input * (a / (1.0f + 0.125f * input * input));
    }
  pent_denoised_from_epsilon (sigma, toy->n, x, denoised, denoised);
  return TRUE;
}

typedef struct
{
  int n_calls;
  int n_steps;
  double last_sigma;
  float last_x;
} Steps;

static void
count_step (gpointer data, int step, int n_steps, double sigma, const float *x, const float *denoised)
{
  Steps *steps = data;

  g_assert_cmpint (step, ==, steps->n_calls);
  g_assert_cmpint (n_steps, ==, steps->n_steps);
  g_assert_cmpfloat (sigma, <, steps->last_sigma);
  g_assert_true (isfinite (x[0]) && isfinite (denoised[0]));
  steps->n_calls++;
  steps->last_sigma = sigma;
  steps->last_x = x[0];
}

typedef struct
{
  PentSampler sampler;
  PentScheduleType type;
  PentSpacing spacing;
  int steps;
  PentRngKind kind;
  guint64 seed;
  int start;
  gsize n;
} Case;

static Case
parse_case (const char *line)
{
  g_auto (GStrv) word = g_strsplit (line, " ", -1);
  Case c;

  g_assert_true (pent_sampler_from_name (word[0], &c.sampler));
  g_assert_true (pent_schedule_type_from_name (word[1], &c.type));
  g_assert_true (pent_spacing_from_name (word[2], &c.spacing));
  c.steps = atoi (word[3]);
  g_assert_true (pent_rng_kind_from_name (word[4], &c.kind));
  c.seed = g_ascii_strtoull (word[5], NULL, 10);
  c.start = atoi (word[6]);
  c.n = atoi (word[7]);
  return c;
}

static PentSchedule *
schedule_of (const Case *c)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PentDiffusion) diffusion = pent_diffusion_new (0.00085, 0.012, TRUE, 1000, &error);
  g_assert_no_error (error);
  PentSchedule *schedule = pent_schedule_new (diffusion, c->sampler, c->type, c->spacing, c->steps, &error);
  g_assert_no_error (error);
  return schedule;
}

/* Runs the case; the finished latent, to be freed. */
static float *
run_case (const Case *c, PentStepFunc step, gpointer step_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PentSchedule) schedule = schedule_of (c);
  g_autoptr (PentSamplerNoise) noise = pent_sampler_noise_new (c->kind, c->seed);
  Toy toy = { c->n, 0, -1 };
  float *x = g_new (float, c->n);

  pent_sampler_noise_draw (noise, x, c->n);
  for (gsize i = 0; i < c->n; i++)
    if (c->start == 0)
      x[i] *= (float) schedule->initial_scale;
    else
      x[i] = (float) (i * 37 % 101) / 50.0f - 1.0f + x[i] * schedule->sigmas[c->start];

  gboolean done =
      pent_sampler_run (schedule, c->start, c->n, x, noise, toy_denoise, &toy, step, step_data, &error);
  g_assert_no_error (error);
  g_assert_true (done);
  g_assert_cmpint (toy.n_calls, ==, pent_schedule_count_calls (schedule, c->start));
  return x;
}

static double
relative_rms (const float *a, const float *b, gsize n)
{
  double difference = 0, size = 0;
  for (gsize i = 0; i < n; i++)
    {
      difference += ((double) a[i] - b[i]) * ((double) a[i] - b[i]);
      size += (double) b[i] * b[i];
    }
  return sqrt (difference / size);
}

/* Float32 rounding over up to 21 steps. A Brownian tree changes its noise by
 * up to 1e-3 of its size where a level's last bit differs, which it does for
 * one level in a hundred: vector libraries round their logarithms each in
 * their own way. So few such runs may be wider. */
#define BOUND 5e-6
#define BROWNIAN_BOUND 2e-4

static void
test_goldens (void)
{
  g_auto (GStrv) lines = golden_lines ("samplers", "runs.txt");
  g_autoptr (GBytes) bytes = golden_floats ("samplers", "runs.f32");
  double worst[PENT_N_SAMPLERS] = { 0 };
  int n_brownian = 0, n_wide = 0;
  gsize offset = 0;

  for (int i = 0; lines[i] != NULL; i++)
    {
      Case c = parse_case (lines[i]);
      gboolean brownian = pent_sampler_get_info (c.sampler)->brownian;
      g_autofree float *x = run_case (&c, NULL, NULL);
      double rms = relative_rms (x, golden_take (bytes, &offset, c.n), c.n);

      if (!(rms < (brownian ? BROWNIAN_BOUND : BOUND)))
        {
          g_test_message ("%s: relative RMS %g", lines[i], rms);
          g_test_fail ();
        }
      n_brownian += brownian;
      n_wide += brownian && rms >= BOUND;
      worst[c.sampler] = MAX (worst[c.sampler], rms);
    }
  g_assert_cmpuint (offset, ==, g_bytes_get_size (bytes));
  g_assert_cmpint (n_wide * 20, <, n_brownian);
  for (int i = 0; i < PENT_N_SAMPLERS; i++)
    g_test_message ("%s: worst relative RMS %g", pent_sampler_get_info (i)->name, worst[i]);
  g_test_message ("%d of %d Brownian runs beyond %g", n_wide, n_brownian, BOUND);
}

typedef void (*CaseFunc) (const Case *c);

static void
for_each_sampler (CaseFunc function)
{
  for (int sampler = 0; sampler < PENT_N_SAMPLERS; sampler++)
    for (int spacing = 0; spacing < PENT_N_SPACINGS; spacing++)
      for (int steps = 1; steps <= 9; steps += 4)
        for (int start = 0; start < steps; start += 3)
          {
            Case c = { sampler, PENT_SCHEDULE_AUTOMATIC, spacing, steps, PENT_RNG_PHILOX, 7, start, 40 };
            function (&c);
          }
}

static void
check_steps (const Case *c)
{
  Steps steps = { 0, c->steps - c->start, INFINITY, 0 };
  g_autofree float *watched = run_case (c, count_step, &steps);
  g_autofree float *alone = run_case (c, NULL, NULL);

  g_assert_cmpint (steps.n_calls, ==, c->steps - c->start);
  g_assert_cmpfloat (steps.last_sigma, ==, 0);
  g_assert_cmpfloat (steps.last_x, ==, watched[0]);
  g_assert_cmpmem (watched, c->n * sizeof (float), alone, c->n * sizeof (float));
}

/* Watching a run does not change it; steps come once each, in order. */
static void
test_steps (void)
{
  for_each_sampler (check_steps);
}

static void
check_seed (const Case *c)
{
  Case other = *c;
  other.seed++;
  g_autofree float *x = run_case (c, NULL, NULL);
  g_autofree float *y = run_case (&other, NULL, NULL);

  g_assert_cmpfloat (relative_rms (x, y, c->n), >, 1e-3);
}

static void
test_seeds (void)
{
  for_each_sampler (check_seed);
}

static void
check_failure (const Case *c)
{
  g_autoptr (PentSchedule) schedule = schedule_of (c);
  int n_calls = pent_schedule_count_calls (schedule, c->start);

  for (int fails_at = 0; fails_at < n_calls; fails_at++)
    {
      g_autoptr (PentSamplerNoise) noise = pent_sampler_noise_new (c->kind, c->seed);
      g_autoptr (GError) error = NULL;
      g_autofree float *x = g_new0 (float, c->n);
      Toy toy = { c->n, 0, fails_at };

      g_assert_false (
          pent_sampler_run (schedule, c->start, c->n, x, noise, toy_denoise, &toy, NULL, NULL, &error));
      g_assert_error (error, PENT_ERROR, PENT_ERROR_CANCELLED);
      g_assert_cmpint (toy.n_calls, ==, fails_at + 1);
    }
}

/* Whichever model call fails, the run ends there with its error. */
static void
test_failures (void)
{
  for_each_sampler (check_failure);
}

static void
test_nothing_to_run (void)
{
  Case c = {
    PENT_SAMPLER_DPMPP_SDE, PENT_SCHEDULE_AUTOMATIC, PENT_SPACING_LINSPACE, 4, PENT_RNG_TORCH, 1, 4, 3
  };
  g_autoptr (PentSchedule) schedule = schedule_of (&c);
  g_autoptr (PentSamplerNoise) noise = pent_sampler_noise_new (c.kind, c.seed);
  float x[3] = { 1, 2, 3 };
  Toy toy = { 3, 0, -1 };

  g_assert_true (pent_sampler_run (schedule, 4, 3, x, noise, toy_denoise, &toy, NULL, NULL, NULL));
  g_assert_cmpint (toy.n_calls, ==, 0);
  g_assert_cmpfloat (x[2], ==, 3);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/samplers/run/goldens", test_goldens);
  g_test_add_func ("/samplers/run/steps", test_steps);
  g_test_add_func ("/samplers/run/seeds", test_seeds);
  g_test_add_func ("/samplers/run/failures", test_failures);
  g_test_add_func ("/samplers/run/nothing-to-run", test_nothing_to_run);
  return g_test_run ();
}
