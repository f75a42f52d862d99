// Winograd's algorithm for 3×3 convolutions, 4×4 output pixels at a time: F(4×4, 3×3) at stride 1, with a quarter of
// the products of the direct algorithm; at stride 2, even and odd pixels are separated, with 81 products instead of
// 144.
#ifndef LACUNA_WINOGRAD_H
#define LACUNA_WINOGRAD_H

#include "internal.h"

/// Whether the algorithm is enabled, supports this convolution, and is faster than the direct one in all three passes.
int lacuna_winograd_suits(const lacuna_convolution *c);

// How all passes split tiles into blocks: one thread processes a block if the matrices and the block's numbers fit its
// L2 cache; otherwise the threads share a larger block.
enum {
  matrices = 36,              // of weights, or of sums of their gradients
  cached_matrix = 128 * 128,  // numbers of one of them
  own_numbers = 1 << 18,      // of a thread's block
  shared_numbers = 1 << 22,
  least_shared_tiles = 128,
  // The planes must not be a power of two apart, or they would map to the same lines of the cache.
  plane_gap = 16,
  // Split products: with fewer channels the splitting costs more than the saved products.
  least_split_channels = 128,
};

static inline const winograd_algorithm *lacuna_winograd_algorithm(const lacuna_convolution *c) {
  return &lacuna_kernels()->winograd[c->stride - 1];
}

/// The index of the matrix that number q of a tile is multiplied by: at stride 2 the four odd numbers of an axis share
/// one.
static inline int64_t lacuna_winograd_matrix(const winograd_algorithm *a, int64_t q) {
  return lacuna_minimum(5, q / a->side) * 6 + lacuna_minimum(5, q % a->side);
}

/// The number of tiles that have `numbers` numbers in total, over all channels on both sides.
static inline int64_t lacuna_tiles_of(const winograd_algorithm *a, int64_t numbers, int64_t in_pitch, int64_t out_pitch) {
  return numbers / (a->side * a->side * (in_pitch + out_pitch));
}

/// The split products of a pass if they are supported and faster, else NULL.
static inline const split_products *lacuna_winograd_split(int64_t in_pitch, int64_t out_pitch) {
  return lacuna_minimum(in_pitch, out_pitch) < least_split_channels ? NULL : lacuna_kernels()->split;
}

// ---- Forward, and backward to the data ------------------------------------------------------------------------------

size_t lacuna_winograd_workspace(const lacuna_convolution *c, int backward);
/// Forward: y from x, w, bias and residual (both may be NULL). Backward: dx (as y) from dy (as x) and w.
void lacuna_winograd_convolution(const lacuna_convolution *c, int backward, const float *x, const float *w,
                                 const float *bias, const float *residual, int relu, float *y, float *workspace);

typedef struct {
  const lacuna_convolution *c;
  const winograd_algorithm *algorithm;
  int backward;
  int64_t numbers;                            // of a tile and channel
  int64_t in_height, in_width, reduced, out_height, out_width, produced, padding;
  int64_t lanes, in_pitch, out_pitch, panel;  // reduced and produced channels in whole vectors; channels of one panel
  int64_t tiles_y, tiles_x, tiles;
  // Blocks of tiles. If the matrices of weights fit the L2 cache, a thread processes a whole block; otherwise the
  // threads share a block, each with some of the products, so that every weight is read once per block.
  int shares_blocks;
  const split_products *split;                // may be NULL
  int64_t tiles_together, in_plane, out_plane;
  const float *x, *w, *residual;
  int relu;
  float *zeros, *bias, *weights, *y;          // weights: [panel][matrix][reduced][channels of the panel]
  float *in, *out;                            // the numbers of a shared block
  int64_t first, count;                       // the shared block
} winograd_plan;

winograd_plan lacuna_winograd_plan(const lacuna_convolution *c, int backward);
/// Plans blocks for calls with at most `images` images.
void lacuna_winograd_cut(winograd_plan *p, int64_t images);
/// Floats of the workspace of a plan that does not share blocks.
size_t lacuna_winograd_plan_floats(const winograd_plan *p);
/// Transforms the weights, into the workspace, for calls with some images.
void lacuna_winograd_prepare(winograd_plan *p, const float *w, float *workspace);
/// Computes y of `images` images from their x, on the calling thread; not for shared blocks.
void lacuna_winograd_images(const winograd_plan *p, int64_t images, const float *x, float *y);

// ---- Backward to the weights ----------------------------------------------------------------------------------------

size_t lacuna_winograd_weights_workspace(const lacuna_convolution *c);
void lacuna_winograd_backward_weights(const lacuna_convolution *c, const float *x, const float *dy, float *dw,
                                      float *workspace);

typedef struct {
  const lacuna_convolution *c;
  const winograd_algorithm *algorithm;
  int64_t numbers;                      // of a tile and channel
  int64_t lanes, in_pitch, out_pitch, panel;
  int64_t tiles_y, tiles_x, tiles;
  // If the matrices of sums fit the L2 cache, tiles are split into slices with sums of their own, and a thread
  // processes all of a slice, block by block; otherwise the threads share a block, each with some of the matrices.
  int64_t slices, tiles_together;
  const split_products *split;          // may be NULL
  int64_t in_plane, out_plane, sum_plane;
  const float *x, *dy;
  float *zeros, *in, *out, *sums, *dw;  // sums: [slice][matrix][in channel][out_pitch]
  int64_t first, count;                 // the shared block
} winograd_weights_plan;

winograd_weights_plan lacuna_winograd_weights_plan(const lacuna_convolution *c);
/// Plans blocks for calls with at most `images` images.
void lacuna_winograd_weights_cut(winograd_weights_plan *p, int64_t images);
size_t lacuna_winograd_weights_plan_floats(const winograd_weights_plan *p);
void lacuna_winograd_weights_prepare(winograd_weights_plan *p, float *workspace);
/// Writes the contribution of `images` images to the sums of a slice, or adds it, on the calling thread.
void lacuna_winograd_weights_images(const winograd_weights_plan *p, int64_t slice, int64_t images, const float *x,
                                    const float *dy, int adds);
/// Computes dw from the sums of all slices.
void lacuna_winograd_weights_finish(winograd_weights_plan *p, float *dw);

#endif
