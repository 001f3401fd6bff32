/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-cli-generate-options.h"

#include "pent-cli-device.h"
#include "pent-request.h"
#include "pent-sampler-info.h"

static const char *
sampler_word (int index)
{
  return index < PENT_N_SAMPLERS ? pent_sampler_get_info (index)->name : NULL;
}

static const char *
schedule_word (int index)
{
  return index < PENT_N_SCHEDULES ? pent_schedule_type_name (index) : NULL;
}

static const char *
spacing_word (int index)
{
  return index < PENT_N_SPACINGS ? pent_spacing_name (index) : NULL;
}

static const char *
rng_word (int index)
{
  static const char *const words[] = { "philox", "torch", NULL };
  return words[index];
}

static const char *
prediction_word (int index)
{
  static const char *const words[] = { "auto", "epsilon", "v", NULL };
  return words[index];
}

static const char *
fit_word (int index)
{
  static const char *const words[] = { "crop", "scale", "pad", NULL };
  return words[index];
}

static const char *
fill_word (int index)
{
  return index <= PENT_FILL_NEUTRAL ? pent_fill_name (index) : NULL;
}

static const char *
region_word (int index)
{
  return index <= PENT_REGION_MASKED ? pent_region_name (index) : NULL;
}

static const char *
composite_word (int index)
{
  return index <= PENT_COMPOSITE_NONE ? pent_composite_name (index) : NULL;
}

static const char *
progress_word (int index)
{
  static const char *const words[] = { "auto", "bar", "plain", "json", "none", NULL };
  return words[index];
}

#define HEADING(text) { NULL, PENT_CLI_FLAG, NULL, text, NULL, 0, 0, NULL }
#define FLAG(name, help) { name, PENT_CLI_FLAG, NULL, help, NULL, 0, 0, NULL }
#define TEXT(name, help) { name, PENT_CLI_TEXT, "TEXT", help, NULL, 0, 0, NULL }
#define PATH(name, value, help, preset) { name, PENT_CLI_PATH, value, help, preset, 0, 0, NULL }
#define WORD(name, words, help, preset) { name, PENT_CLI_WORD, "NAME", help, preset, 0, 0, words }
#define WHOLE(name, value, min, max, help, preset) { name, PENT_CLI_WHOLE, value, help, preset, min, max, NULL }
#define REAL(name, min, max, help, preset) { name, PENT_CLI_REAL, "X", help, preset, min, max, NULL }

static const PentCliOption options[] = {
  HEADING ("What to paint"),
  TEXT ("prompt", "what the picture shows; (word:1.2) counts more, [word] less, BREAK starts a new part"),
  TEXT ("negative", "what it is to stay away from"),
  WHOLE ("seed", "N", 0, G_MAXINT64, "start of the random numbers, 0 to 9223372036854775807; picture i of several "
         "has the seed N + i", "random, and told"),
  WHOLE ("count", "N", 1, 9999, "how many pictures", "1"),
  WHOLE ("width", "PX", 1, G_MAXINT, "width in pixels, a multiple of 8", "the model's own, or the source's"),
  WHOLE ("height", "PX", 1, G_MAXINT, "height in pixels, a multiple of 8", "the model's own, or the source's"),
  { "template", PENT_CLI_TEXT, "NAME", "a template in place of --prompt, or NAME@VERSION; SLOT=WORDS after the options fill it",
    NULL, 0, 0, NULL },
  HEADING ("The model"),
  PATH ("model", "PATH", "a .safetensors file or a diffusers folder; starter-inpaint comes with the program", "the starter model"),
  PATH ("vae", "PATH", "another VAE: a file or a folder", "the model's own"),
  WHOLE ("clip-skip", "N", 1, 24, "how many layers from the end the text encoder is read; 1 is the last", "1"),
  WORD ("prediction", prediction_word, "what the model predicts", "auto"),
  HEADING ("How it is painted"),
  WHOLE ("steps", "N", 1, 10000, "steps of denoising", "20"),
  WHOLE ("stop-after", "N", 1, 10000, "keep the picture as it is predicted after N steps", "all steps"),
  REAL ("cfg", 0, 1000, "how closely the prompt is followed; 1 leaves the negative prompt out and is twice as fast",
        "7"),
  REAL ("cfg-from", 0, 1, "the share of the steps after which --cfg begins: before it the negative prompt is not run",
        "0"),
  REAL ("cfg-to", 0, 1, "the share of the steps after which --cfg ends", "1"),
  WHOLE ("step-cache", "N", 1, 10, "run the whole model every Nth step only, and between them its outermost level: "
         "faster, a little different", "1: every step"),
  WORD ("sampler", sampler_word, "the update rule", "dpmpp-2m"),
  WORD ("schedule", schedule_word, "the noise levels", "automatic: what suits the sampler"),
  WORD ("spacing", spacing_word, "the timesteps; leading and trailing are diffusers' and go with the schedules normal "
        "and automatic", "linspace"),
  WORD ("rng", rng_word, "the random numbers: A1111's \"NV\", or those of torch's CPU generator", "philox"),
  REAL ("hires", 1, 8, "paint in two passes: as large as asked for, then enlarged so many times and painted over", NULL),
  REAL ("hires-strength", 0, 1, "how much the second pass may change", "0.5"),
  WHOLE ("tile", "PX", 64, 16384, "paint a whole picture, or the second pass, in tiles of this side that overlap",
         "whole, or in tiles of the model's size where memory is short"),
  HEADING ("From a picture"),
  PATH ("init", "PICTURE", "paint from this picture: PNG, JPEG or WebP", NULL),
  REAL ("strength", 0, 1, "how much of it may change", "0.75; 1 with --outpaint or a mask that is filled anew"),
  WORD ("fit", fit_word, "how it comes to a --width and --height of other proportions", "crop"),
  PATH ("mask", "PICTURE", "repaint where this picture is white and keep where it is black; needs --init", NULL),
  WORD ("fill", fill_word, "what lies under the mask at the start", "original; the picture's edge goes on into margins"),
  { "outpaint", PENT_CLI_PATH, "L,T,R,B", "add margins of so many pixels left of, above, right of and below the picture; "
    "needs --init", NULL, 0, 0, NULL },
  WORD ("region", region_word, "what is computed: the whole picture, or the masked part at the model's size", "auto: the whole of a picture that "
        "the model paints well, else the masked part"),
  WHOLE ("grow", "PX", 0, 16384, "widen the mask", "by the mask's size"),
  WHOLE ("feather", "PX", 0, 16384, "soften the mask's edge", "by the mask's size"),
  WHOLE ("blend", "PX", 0, 16384, "how far inside the mask new and old go over into one another", "by the mask's size"),
  REAL ("match", 0, 1, "how far the new colours are brought to those around them",
        "1; 0 with --grow 0 --feather 0"),
  WORD ("composite", composite_word, "what is kept comes back byte for byte, or as the model decodes it", "exact"),
  HEADING ("Where it is computed"),
  PATH ("device", "NAME", "auto, cpu, vulkan, or vulkan:N for the Nth; see pentimento-cli devices", "auto"),
  WORD ("precision", pent_cli_precision_word, "auto is the fastest that is safe; f32 is the reference; int8 is faster and less exact", "auto"),
  WHOLE ("memory-limit", "MIB", 1, G_MAXINT64 >> 20, "use no more memory than this many MiB", "what the device has"),
  HEADING ("What comes out"),
  PATH ("output", "PICTURE", "a name that ends in .png, .jpg or .webp; several pictures become NAME-1 to NAME-N",
        "pentimento-SEED.png in the current folder, numbered if it exists"),
  PATH ("preview-dir", "DIR", "write a preview of each step there, as preview-PICTURE-STEP.png", NULL),
  WHOLE ("preview-every", "N", 1, 10000, "only of every Nth step and the last", "1"),
  PATH ("keep-edit", "FILE", "also keep the edit, to be joined anew with pentimento-cli recompose, as an .ora file, which "
        "Krita and GIMP open", NULL),
  PATH ("latents", "FILE", "also write the final latents, to a .safetensors file", NULL),
  FLAG ("library", "store the picture in the library; --output may then be left out"),
  HEADING ("Many pictures"),
  { "requests", PENT_CLI_PATH, "FILE", "one request a line, as JSON objects with these options as members; - reads standard input",
    NULL, 0, 0, NULL },
  FLAG ("again", "with --requests: paint what the library has by the very same request all the same"),
  { "grid", PENT_CLI_TEXT, "KEY=A,B", "a picture for each combination, as in --grid steps=10,20 cfg=4,7, on one sheet",
    NULL, 0, 0, NULL },
  HEADING ("How it is told"),
  FLAG ("json", "print one JSON object in place of the files' names"),
  WORD ("progress", progress_word, "how progress is told on standard error", "auto: a bar on a terminal, else plain"),
  FLAG ("dry-run", "check everything and print what would be done, but do nothing"),
};

/**
 * pent_cli_generate_options:
 *
 * Returns: (array length=n_options): what "generate" understands
 */
const PentCliOption *
pent_cli_generate_options (gsize *n_options)
{
  *n_options = G_N_ELEMENTS (options);
  return options;
}
