// The parts of batch normalization that are shared with the fused convolution.
#ifndef LACUNA_BATCH_NORM_H
#define LACUNA_BATCH_NORM_H

#include "internal.h"

/// Mean and biased variance of `rows` rows, merged from the means and the sums of squared deviations of parts of
/// `part_rows` rows, [parts, channels]; the last part may be smaller.
void lacuna_batch_norm_merge(int64_t rows, int64_t part_rows, int64_t channels, const double *means,
                             const double *squares, float *mean, float *variance);
/// The backward pass except for dx, and the arguments of the dx kernel; the result points into the workspace.
batch_norm_gradient lacuna_batch_norm_sums(const lacuna_batch_norm_gradient *g, float *workspace);

#endif
