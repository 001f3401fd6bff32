/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The first word of numpy's SeedSequence with a pool of 24 words: O'Neill
 * 2015, "Developing a seed_seq alternative". All arithmetic modulo 2^32. */

#define G_LOG_DOMAIN "pentimento"

#include "pent-brownian-seed.h"

#define POOL_SIZE 24
/* Two words of path and one of depth past the pool. */
#define MAX_WORDS (POOL_SIZE + 3)

static guint32
hash (guint32 value, guint32 *state)
{
  value ^= *state;
  *state *= 0x931E8875u;
  value *= *state;
  return value ^ (value >> 16);
}

static guint32
mix (guint32 x, guint32 y)
{
  guint32 result = x * 0xCA01F9DDu - y * 0x4973F715u;
  return result ^ (result >> 16);
}

/* Output word 0 depends on pool[0] alone. */
static guint32
first_output (guint32 value)
{
  const guint32 state = 0x8B51F9DDu;

  value ^= state;
  value *= state * 0x58F38DEDu;
  return value ^ (value >> 16);
}

static guint32
seed_from_words (const guint32 *word, int n_words)
{
  guint32 pool[POOL_SIZE];
  guint32 state = 0x43B0D7E5u;

  for (int i = 0; i < POOL_SIZE; i++)
    pool[i] = hash (word[i], &state);
  for (int i = 0; i < POOL_SIZE; i++)
    for (int j = 0; j < POOL_SIZE; j++)
      if (i != j)
        pool[j] = mix (pool[j], hash (pool[i], &state));
  for (int i = POOL_SIZE; i < n_words; i++)
    for (int j = 0; j < POOL_SIZE; j++)
      pool[j] = mix (pool[j], hash (word[i], &state));
  return first_output (pool[0]);
}

/**
 * pent_brownian_seed_root:
 *
 * Returns: SeedSequence (entropy, pool_size=24).generate_state (1)[0]
 */
guint32
pent_brownian_seed_root (guint64 entropy)
{
  guint32 word[MAX_WORDS] = { (guint32) entropy, (guint32) (entropy >> 32) };
  return seed_from_words (word, POOL_SIZE);
}

/**
 * pent_brownian_seed_node:
 * @path: the node's place in its row, from 0 at the left
 * @depth: the node's row, 0 for the whole interval
 *
 * Returns: the first word of SeedSequence (entropy, spawn_key=(path, depth),
 *   pool_size=24)
 */
guint32
pent_brownian_seed_node (guint64 entropy, guint64 path, guint32 depth)
{
  guint32 word[MAX_WORDS] = { (guint32) entropy, (guint32) (entropy >> 32) };
  int n_words = POOL_SIZE;

  word[n_words++] = (guint32) path;
  if (path >> 32)
    word[n_words++] = (guint32) (path >> 32);
  word[n_words++] = depth;
  return seed_from_words (word, n_words);
}
