// The parts of batch normalisation that go together with a convolution.
#ifndef LACUNA_BATCH_NORM_H
#define LACUNA_BATCH_NORM_H

#include "internal.h"

/// Mean and biased variance of `rows` rows, from means and sums of squared distances of parts of `part_rows` rows; the
/// last may be smaller. [parts, channels]
void lacuna_batch_norm_merge(int64_t rows, int64_t part_rows, int64_t channels, const double *means,
                             const double *squares, float *mean, float *variance);
/// The backward pass but for dx, and what the kernel of dx needs; it points into the workspace.
batch_norm_gradient lacuna_batch_norm_sums(const lacuna_batch_norm_gradient *g, float *workspace);

#endif
