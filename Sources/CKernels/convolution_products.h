// Convolution as one dense product per tap: for the strides that Winograd's algorithm does not support, and for 1×1.
#ifndef LACUNA_CONVOLUTION_PRODUCTS_H
#define LACUNA_CONVOLUTION_PRODUCTS_H

#include "internal.h"

/// Whether the algorithm supports this convolution and is faster than the direct one.
int lacuna_products_suit(const lacuna_convolution *c, int backward);

size_t lacuna_products_workspace(const lacuna_convolution *c);
/// Forward: y from x, w, bias and residual (both may be NULL). Backward: dx (as y) from dy (as x) and w.
void lacuna_products_convolution(const lacuna_convolution *c, int backward, const float *x, const float *w,
                                 const float *bias, const float *residual, int relu, float *y, float *workspace);

#endif
