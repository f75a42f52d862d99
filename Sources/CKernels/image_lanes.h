// Convolutions with an image in each lane; see image_lanes.c.
#ifndef LACUNA_IMAGE_LANES_H
#define LACUNA_IMAGE_LANES_H

#include "internal.h"

typedef enum { lanes_forward, lanes_backward_data, lanes_backward_weights } lanes_pass;

/// Whether this way is supported and faster than the direct one.
int lacuna_image_lanes_suit(const lacuna_convolution *c, lanes_pass pass);
/// Forward: y from x, w, and bias, which may be NULL. Backward: dx (as y) from dy (as x) and w, with room for the weights
/// in `workspace`.
void lacuna_image_lanes_convolution(const lacuna_convolution *c, int backward, const float *x, const float *w,
                                    const float *bias, int relu, float *y, float *workspace);
size_t lacuna_image_lanes_weights_workspace(const lacuna_convolution *c);
void lacuna_image_lanes_backward_weights(const lacuna_convolution *c, const float *x, const float *dy, float *dw,
                                         float *workspace);

#endif
