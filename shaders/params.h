/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What the compute shaders are told with each dispatch, as push constants.
 * Included by GLSL and by C, so it keeps to what both read alike: structs of
 * int and float, at most 128 bytes.
 *
 * An "item" is what one texel fetch reads and one store writes: four
 * neighbouring channels where the channels divide by four, else one. A "row"
 * is one pixel of one picture, all its channels. */

/* matmul-wide.comp, matmul-tile.comp: x is (n, h, w, c), y is rows of columns.
 * A linear layer is a 1x1 convolution of one row of pixels. */
struct PentVkMatmul
{
  int first_row; /* this dispatch begins here, a multiple of the tile */
  int rows;      /* n * out_h * out_w */
  int columns;   /* of y; half of the weight's where it is gated */
  int panels;    /* of 32 columns of the weight */
  int h, w, c;
  int steps;     /* of four channels in c, rounded up */
  int out_h, out_w;
  int kh, kw;
  int stride;
  int pad_top, pad_left;
};

/* attention-wide.comp, attention-tile.comp */
struct PentVkAttention
{
  int   first_tile; /* of queries */
  int   queries;
  int   keys;
  int   heads;
  int   width;      /* of one head */
  float scale;      /* 1 / sqrt (width) */
};

/* group-norm-stats.comp, group-norm-fold.comp, group-norm-apply.comp */
struct PentVkGroupNorm
{
  int   first_chunk;
  int   pixels;       /* of one picture */
  int   channels;
  int   groups;
  int   chunk;        /* pixels that one partial sum covers */
  int   chunks;
  float eps;
};

/* layer-norm.comp */
struct PentVkLayerNorm
{
  int   first_row;
  int   items;     /* of a row */
  int   channels;
  float eps;
};

/* concat.comp */
struct PentVkConcat
{
  int first_block; /* of CONCAT_ROWS rows */
  int rows;
  int a, b;        /* items of a row of either input */
};

#define CONCAT_ROWS 8

/* upsample.comp */
struct PentVkUpsample
{
  int first_line;  /* of the output: picture * out_h + y */
  int items;
  int h, w;
  int out_h, out_w;
};

/* add.comp, cast.comp */
struct PentVkFlat
{
  int first;
  int items;
};
