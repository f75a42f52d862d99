// All kernels of one instruction set, and their table. The including file defines LANES, TABLE and TABLE_NAME, and
// TAP_PRODUCTS: whether strided and 1×1 convolutions measured faster as one product per tap with these kernels.
#include "vector.h"

#include "elementwise.h"
#include "reductions.h"

#include "batch_norm.h"
#include "convolution.h"
#include "image_lanes.h"
#include "optimizers.h"
#include "pooling.h"
#include "product.h"
#include "softmax.h"
#include "transpose.h"
#include "winograd.h"

const kernel_table TABLE = {
  .name = TABLE_NAME,
  .lanes = LANES,
  .elementwise =
    {
      [operation_fill] = range_fill,
      [operation_add] = range_add,
      [operation_subtract] = range_subtract,
      [operation_multiply] = range_multiply,
      [operation_divide] = range_divide,
      [operation_affine] = range_affine,
      [operation_linear_combination] = range_linear_combination,
      [operation_relu] = range_relu,
      [operation_relu_backward] = range_relu_backward,
      [operation_exp] = range_exp,
      [operation_log] = range_log,
      [operation_sqrt] = range_sqrt,
      [operation_abs] = range_abs,
      [operation_sign] = range_sign,
      [operation_clamp] = range_clamp,
    },
  .add_row = add_row,
  .scale_rows = scale_rows,
  .sum = range_sum,
  .dot = range_dot,
  .all_finite = range_all_finite,
  .stream = range_stream,
  .sum_rows = rows_sum,
  .batch_norm_statistics = batch_norm_statistics,
  .batch_norm_apply = batch_norm_apply,
  .batch_norm_sums = batch_norm_sums,
  .batch_norm_gradient = batch_norm_dx,
  .softmax = softmax_rows,
  .log_softmax = log_softmax_rows,
  .softmax_backward = softmax_backward_rows,
  .log_softmax_backward = log_softmax_backward_rows,
  .sgd = sgd,
  .adam = adam,
  .max_pool = max_pool,
  .average_pool = average_pool,
  .average_pool_backward = average_pool_backward,
  .transpose = transpose,
  .convolve = convolve,
  .convolve_weights = convolve_weights,
  .convolve_lanes = convolve_lanes,
  .convolve_weights_lanes = convolve_weights_lanes,
  .pool_lanes = pool_lanes,
  .unpool_lanes = unpool_lanes,
  .tap_products = TAP_PRODUCTS,
  .product_vectors = product_vectors,
  .multiply = multiply,
  .winograd = WINOGRAD,
};
