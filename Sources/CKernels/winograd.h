// Winograd's F(4×4, 3×3) for convolutions of stride 1: a quarter of the products of the direct algorithm.
#ifndef LACUNA_WINOGRAD_H
#define LACUNA_WINOGRAD_H

#include "internal.h"

/// Whether the algorithm is switched on, can do this convolution, and is faster than the direct one, in all three passes.
int lacuna_winograd_suits(const lacuna_convolution *c);

// How all passes cut tiles into blocks: a thread does all of a block where the 36 matrices and the block's numbers stay in
// its second cache; else the threads share a greater block.
enum {
  cached_matrix = 128 * 128,  // numbers of one of the 36 matrices
  own_numbers = 1 << 18,      // of a thread's block
  shared_numbers = 1 << 22,
  least_shared_tiles = 128,
  // The 36 planes must not be a power of two apart, or they would compete for the same lines of the cache.
  plane_gap = 16,
};

size_t lacuna_winograd_workspace(const lacuna_convolution *c, int backward);
/// Forward: y from x, w, bias and residual (both may be NULL). Backward: dx (as y) from dy (as x) and w.
void lacuna_winograd_convolution(const lacuna_convolution *c, int backward, const float *x, const float *w,
                                 const float *bias, const float *residual, int relu, float *y, float *workspace);
size_t lacuna_winograd_weights_workspace(const lacuna_convolution *c);
void lacuna_winograd_backward_weights(const lacuna_convolution *c, const float *x, const float *dy, float *dw,
                                      float *workspace);

#endif
