/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pent-prompt.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

/* What one bracket does, the most that all of them together may do (past it a
 * picture is noise), and the most that is read from one, so that no product is
 * ever infinite. */
#define BRACKET_FACTOR 1.1
#define MAX_WEIGHT 1000.0
#define MAX_FACTOR 10000.0

/* Brackets open at once, of each kind. Deeper ones are plain text: 1.1 to this
 * power is past every use, and a prompt of brackets alone takes linear time. */
#define MAX_DEPTH 64

typedef enum
{
  BRACKET_ROUND,
  BRACKET_SQUARE,
  N_BRACKETS,
} Bracket;

typedef struct
{
  GArray *runs;
  guint   open[N_BRACKETS][MAX_DEPTH];  /* the run each open bracket begins at */
  guint   n_open[N_BRACKETS];
} Parser;

static void
run_clear (gpointer data)
{
  g_free (((PentPromptRun *) data)->text);
}

static void
add_run (Parser     *self,
         const char *text,
         gsize       length,
         gboolean    is_break)
{
  PentPromptRun run = { .text = g_strndup (text, length), .weight = 1, .is_break = is_break };

  g_array_append_val (self->runs, run);
}

static void
multiply (Parser *self,
          guint   from,
          double  factor)
{
  for (guint i = from; i < self->runs->len; i++)
    g_array_index (self->runs, PentPromptRun, i).weight *= factor;
}

static void
add_text (Parser     *self,
          const char *text,
          gsize       length)
{
  add_run (self, text, length, FALSE);
}

static gboolean
open_bracket (Parser *self,
              Bracket bracket)
{
  if (self->n_open[bracket] == MAX_DEPTH)
    return FALSE;
  self->open[bracket][self->n_open[bracket]++] = self->runs->len;
  return TRUE;
}

static gboolean
close_bracket (Parser *self,
               Bracket bracket,
               double  factor)
{
  if (self->n_open[bracket] == 0)
    return FALSE;
  multiply (self, self->open[bracket][--self->n_open[bracket]], factor);
  return TRUE;
}

static const char *
skip_blanks (const char *p)
{
  while (g_unichar_isspace (g_utf8_get_char (p)))
    p = g_utf8_next_char (p);
  return p;
}

/* Reads ": 1.2)" at @text. Returns its length, 0 where there is no weight. */
static gsize
match_weight (const char *text,
              double     *weight)
{
  const char *number, *p;
  char *end;
  char digits[64];

  if (*text != ':')
    return 0;
  number = p = skip_blanks (text + 1);
  if (*p == '+' || *p == '-')
    p++;
  p += strspn (p, ".0123456789");
  if (p == number || (gsize) (p - number) >= sizeof digits)
    return 0;
  memcpy (digits, number, p - number);
  digits[p - number] = '\0';
  *weight = g_ascii_strtod (digits, &end);
  if (*end != '\0' || end == digits)
    return 0;
  *weight = CLAMP (*weight, -MAX_FACTOR, MAX_FACTOR);
  p = skip_blanks (p);
  return *p == ')' ? (gsize) (p + 1 - text) : 0;
}

static gboolean
is_word (gunichar c)
{
  return c == '_' || g_unichar_isalnum (c);
}

/* The next BREAK that stands as a word of its own in @text. */
static const char *
find_break (const char *text,
            const char *from,
            const char *end)
{
  for (const char *p = from; (p = g_strstr_len (p, end - p, "BREAK")) != NULL; p += 5)
    if ((p == text || !is_word (g_utf8_get_char (g_utf8_prev_char (p))))
        && (p + 5 == end || !is_word (g_utf8_get_char (p + 5))))
      return p;
  return NULL;
}

/* Plain text, with the BREAKs in it. The white space round a BREAK belongs to
 * it. */
static void
add_plain (Parser     *self,
           const char *text,
           gsize       length)
{
  const char *end = text + length, *from = text, *found;

  while ((found = find_break (text, from, end)) != NULL)
    {
      const char *stop = found;

      while (stop > from && g_unichar_isspace (g_utf8_get_char (g_utf8_prev_char (stop))))
        stop = g_utf8_prev_char (stop);
      add_text (self, from, stop - from);
      add_run (self, "", 0, TRUE);
      for (from = found + 5; from < end && g_unichar_isspace (g_utf8_get_char (from));)
        from = g_utf8_next_char (from);
    }
  add_text (self, from, end - from);
}

/* Takes one piece of the syntax at @p and returns its length. */
static gsize
parse_piece (Parser     *self,
             const char *p)
{
  double weight;
  gsize n;

  switch (*p)
    {
    case '\\':
      /* A lone backslash vanishes. */
      n = p[1] != '\0' && strchr ("()[]\\", p[1]) != NULL ? 1 : 0;
      add_text (self, p + 1, n);
      return 1 + n;

    case '(':
    case '[':
      if (!open_bracket (self, *p == '(' ? BRACKET_ROUND : BRACKET_SQUARE))
        add_text (self, p, 1);
      return 1;

    case ':':
      n = match_weight (p, &weight);
      if (n == 0)
        add_text (self, p, n = 1);
      else if (!close_bracket (self, BRACKET_ROUND, weight))
        add_text (self, p, n);
      return n;

    case ')':
      if (!close_bracket (self, BRACKET_ROUND, BRACKET_FACTOR))
        add_text (self, p, 1);
      return 1;

    case ']':
      if (!close_bracket (self, BRACKET_SQUARE, 1 / BRACKET_FACTOR))
        add_text (self, p, 1);
      return 1;

    default:
      n = strcspn (p, "\\()[]:");
      add_plain (self, p, n);
      return n;
    }
}

/* Runs of one weight that touch are one text, and split into words as one. */
static void
join_runs (GArray *runs)
{
  GArray *joined = g_array_new (FALSE, FALSE, sizeof (PentPromptRun));
  g_autoptr(GString) text = g_string_new (NULL);

  for (guint i = 0; i < runs->len;)
    {
      PentPromptRun run = g_array_index (runs, PentPromptRun, i);

      g_string_assign (text, run.text);
      for (i++; i < runs->len && !run.is_break; i++)
        {
          const PentPromptRun *next = &g_array_index (runs, PentPromptRun, i);

          if (next->is_break || next->weight != run.weight)
            break;
          g_string_append (text, next->text);
        }
      run.text = g_strndup (text->str, text->len);
      g_array_append_val (joined, run);
    }

  g_array_set_size (runs, 0);
  g_array_append_vals (runs, joined->data, joined->len);
  g_array_unref (joined);
}

static void
limit_weights (PentPrompt *self)
{
  for (guint i = 0; i < self->runs->len; i++)
    {
      PentPromptRun *run = &g_array_index (self->runs, PentPromptRun, i);

      if (run->is_break)
        run->weight = 1;
      if (fabs (run->weight) <= MAX_WEIGHT)
        continue;
      run->weight = run->weight > 0 ? MAX_WEIGHT : -MAX_WEIGHT;
      g_ptr_array_add (self->warnings, g_strdup_printf (_("The weight of “%s” is taken as %g, the most there is."),
                                                        run->text, run->weight));
    }
}

/* "<lora:name:weight>" at @text: its length, 0 where there is none. */
static gsize
match_network (const char *text)
{
  static const char *const kinds[] = { "lora", "lyco", "hypernet" };

  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      gsize n = strlen (kinds[i]);

      if (g_ascii_strncasecmp (text + 1, kinds[i], n) == 0 && text[1 + n] == ':')
        {
          gsize inside = strcspn (text + n + 2, ">");

          return inside > 0 && text[n + 2 + inside] == '>' ? n + inside + 3 : 0;
        }
    }
  return 0;
}

/**
 * pent_prompt_find_network:
 * @from: where to begin, in bytes
 * @start: (out): of the first "<lora:name:weight>", likewise with lyco and
 *   hypernet, in bytes
 * @end: (out): behind it
 *
 * Returns: whether there is one from there on
 */
gboolean
pent_prompt_find_network (const char *text,
                          gsize       from,
                          gsize      *start,
                          gsize      *end)
{
  const char *last_end = strrchr (text + from, '>');

  if (last_end == NULL)
    return FALSE;
  for (const char *p = strchr (text + from, '<'); p != NULL && p < last_end; p = strchr (p + 1, '<'))
    {
      gsize n = match_network (p);

      if (n == 0)
        continue;
      *start = p - text;
      *end = *start + n;
      return TRUE;
    }
  return FALSE;
}

/* Other programs' prompts load further weights by "<lora:name:weight>". The
 * text encoder must not read that as words. */
static char *
remove_networks (const char *text,
                 GPtrArray  *warnings)
{
  GString *rest = g_string_sized_new (strlen (text) + 1);
  gsize from = 0, start, end;

  while (pent_prompt_find_network (text, from, &start, &end))
    {
      int kind_length = strcspn (text + start + 1, ":");

      g_string_append_len (rest, text + from, start - from);
      g_ptr_array_add (warnings, g_strdup_printf (_("“%.*s” was taken out of the prompt: Pentimento does not load "
                                                    "%.*s files."), (int) (end - start), text + start, kind_length,
                                                  text + start + 1));
      from = end;
    }
  g_string_append (rest, text + from);
  return g_string_free (rest, FALSE);
}

/**
 * pent_prompt_parse:
 * @text: a prompt; bytes that are not UTF-8 count as U+FFFD
 *
 * A1111's syntax: "(x)" weighs x by 1.1 and "[x]" by 1/1.1, "(x:1.3)" by 1.3,
 * and brackets in brackets multiply. "\(" is a bracket to be painted; a lone
 * backslash vanishes. Brackets left open act to the end, and closing ones that
 * nothing opened are text. BREAK, as a word in capitals, ends a chunk.
 * "<lora:name:1>", and the same with lyco and hypernet, is taken out with a
 * warning.
 *
 * Unlike there, BREAK inside brackets is still a break (there it becomes the
 * word, with a weight below zero), "(x:1.2.3)" is text rather than an error,
 * brackets past 64 deep are text, and no weight is beyond 1000 or -1000.
 */
PentPrompt *
pent_prompt_parse (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  g_autofree char *rest = NULL;
  PentPrompt *self = g_new0 (PentPrompt, 1);
  Parser parser = { 0 };

  self->runs = g_array_new (FALSE, FALSE, sizeof (PentPromptRun));
  g_array_set_clear_func (self->runs, run_clear);
  self->warnings = g_ptr_array_new_with_free_func (g_free);

  rest = remove_networks (valid, self->warnings);
  parser.runs = self->runs;
  for (const char *p = rest; *p != '\0';)
    p += parse_piece (&parser, p);
  while (close_bracket (&parser, BRACKET_ROUND, BRACKET_FACTOR))
    ;
  while (close_bracket (&parser, BRACKET_SQUARE, 1 / BRACKET_FACTOR))
    ;
  if (self->runs->len == 0)
    add_text (&parser, "", 0);

  join_runs (self->runs);
  limit_weights (self);
  return self;
}

void
pent_prompt_free (PentPrompt *self)
{
  g_array_unref (self->runs);
  g_clear_pointer (&self->warnings, g_ptr_array_unref);
  g_free (self);
}
