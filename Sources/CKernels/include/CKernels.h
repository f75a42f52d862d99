// The hot loops of the engine, in C, built for several instruction sets in one binary and chosen at run time.
//
// Conventions of all functions below:
//   * All numbers are dense, row-major float32. Images are NHWC. Convolution weights are [KH, KW, IC / groups, OC].
//   * Work is split by size, never by the number of threads, and sums have a fixed order: same input, same bits, for
//   any number of threads.
//   * Output buffers are overwritten, not accumulated into, and buffers do not overlap, unless noted otherwise.
//   * The caller provides scratch memory of the size that the matching *_workspace function returns (in floats).
#ifndef LACUNA_CKERNELS_H
#define LACUNA_CKERNELS_H

#include <stddef.h>
#include <stdint.h>

#include "lacuna_memory.h"

#ifdef __cplusplus
extern "C" {
#endif

// ---- Pool -----------------------------------------------------------------------------------------------------------

/// The number of threads that the process may keep busy; by default the number of online cores.
int lacuna_thread_limit(void);
/// Sets the limit; at least 1. May be called at any time between kernels.
void lacuna_set_thread_limit(int limit);
/// Registers one more (+1) or one fewer (-1) concurrent job. Each job may use max(1, limit / jobs) threads. Calls of
/// lacuna_parallel outside any job count as one job.
void lacuna_change_jobs(int change);
/// Releases what the calling thread, which will not use the pool again, holds of it: its jobs, and the pool itself
/// during lacuna_parallel. Other threads finish that call's task first; what its context points to must stay valid.
void lacuna_leave_pool(void);
/// Starts a thread outside the pool with `stack` bytes of stack, which calls body(context) and ends. Returns 0, and calls
/// nothing, where the system refuses a thread.
int lacuna_start_thread(size_t stack, void *(*body)(void *context), void *context);
/// Returns at once on a thread that is not of the pool. A thread of the pool whose memory was refused never returns:
/// the other threads finish the task without it, lacuna_parallel then calls lacuna_refuse on the thread that called it,
/// and later tasks get another thread. What the thread holds is lost.
void lacuna_leave_task(size_t bytes);
/// Sets what lacuna_refuse does on threads outside the pool; `handler` must not return.
void lacuna_set_refusal_handler(void (*handler)(size_t bytes));
/// Whether the system would give `bytes` of memory now.
int lacuna_has_memory(size_t bytes);
/// Called where `bytes` of memory were refused; never returns. Without a handler the process ends.
void lacuna_refuse(size_t bytes);
/// The number of threads that lacuna_parallel may use now: the limit divided among the jobs; at least 1.
int lacuna_thread_share(void);
/// Sets whether parallel calls of the calling thread run inline; returns the previous setting.
int lacuna_set_inline(int runs_inline);
/// Calls body(context, index) for every index in 0..<count, on the caller's thread and on idle threads of the pool, and
/// returns when all calls have returned. Runs inline when the pool is busy, when only one thread is allowed, or when
/// nested.
void lacuna_parallel(int64_t count, void (*body)(void *context, int64_t index), void *context);
/// The instruction set in use: "amx", "avx512", "avx2" or "portable". The environment variable LACUNA_INSTRUCTION_SET
/// can force a lower one.
const char *lacuna_instruction_set(void);

// ---- Convolution ----------------------------------------------------------------------------------------------------

/// Whether 3×3 convolutions of stride 1 and 2 may use Winograd's algorithm, which is faster but has larger rounding
/// errors: on unless the environment variable LACUNA_WINOGRAD is "off".
int lacuna_winograd(void);
/// Switches it on or off; not allowed between the query of a workspace's size and the call that uses the workspace.
void lacuna_set_winograd(int enabled);

typedef struct {
  int64_t batch;                                   // N
  int64_t in_height, in_width, in_channels;        // H, W, IC
  int64_t out_height, out_width, out_channels;     // OH, OW, OC;  OH = (H + 2·padding − KH) / stride + 1
  int64_t kernel_height, kernel_width;             // KH, KW
  int64_t stride, padding, groups;
} lacuna_convolution;

size_t lacuna_convolution_forward_workspace(const lacuna_convolution *c);
/// y[n,oy,ox,oc] = bias[oc] + Σ x[n, oy·stride+ky−padding, ox·stride+kx−padding, ic] · w[ky,kx,ic,oc]
/// [+ residual[n,oy,ox,oc]], then max(0, ·) when relu != 0. bias and residual may be NULL.
void lacuna_convolution_forward(const lacuna_convolution *c, const float *x, const float *w, const float *bias,
                                const float *residual, int relu, float *y, float *workspace);
size_t lacuna_convolution_backward_data_workspace(const lacuna_convolution *c);
/// dx from dy and w.
void lacuna_convolution_backward_data(const lacuna_convolution *c, const float *dy, const float *w, float *dx,
                                      float *workspace);
size_t lacuna_convolution_backward_weights_workspace(const lacuna_convolution *c);
/// dw (same layout as w) and, when dbias is not NULL, dbias[oc] = Σ dy.
void lacuna_convolution_backward_weights(const lacuna_convolution *c, const float *x, const float *dy, float *dw,
                                         float *dbias, float *workspace);

// ---- A convolution and max-pooling of its output by 2×2 windows ------------------------------------------------------

/// Whether fusing the two is faster; the other functions may be called only then.
int lacuna_pooled_convolution_suits(const lacuna_convolution *c);
/// y and chosen [N, OH / 2, OW / 2, OC] are those of lacuna_max_pool for the convolution's output, which is not stored.
/// bias may be NULL.
void lacuna_pooled_convolution_forward(const lacuna_convolution *c, const float *x, const float *w, const float *bias,
                                       float *y, int32_t *chosen);
size_t lacuna_pooled_convolution_workspace(const lacuna_convolution *c);
/// dw and, when dbias is not NULL, dbias from the gradient dy of y. For dx, lacuna_max_pool_backward comes first.
void lacuna_pooled_convolution_backward_weights(const lacuna_convolution *c, const float *x, const float *dy,
                                                const int32_t *chosen, float *dw, float *dbias, float *workspace);

// ---- Dense products -------------------------------------------------------------------------------------------------

size_t lacuna_product_workspace(int64_t m, int64_t n, int64_t k, int b_transposed);
/// out [m, n] = op(a)·op(b) + bias [n], then an optional ReLU, with op(a) [m, k] and op(b) [k, n]; m, n, k ≥ 1. bias
/// may be NULL, and so may the workspace if its size is 0.
void lacuna_product(int64_t m, int64_t n, int64_t k, const float *a, int a_transposed, const float *b,
                    int b_transposed, const float *bias, int relu, float *out, float *workspace);

// ---- Batch normalization over rows; x is [rows, channels] -----------------------------------------------------------

size_t lacuna_batch_norm_workspace(int64_t rows, int64_t channels);
/// mean[c] and the biased variance[c] (divided by rows) of x; sums are accumulated in double or compensated.
void lacuna_batch_norm_statistics(int64_t rows, int64_t channels, const float *x, float *mean, float *variance,
                                  float *workspace);
/// y = (x − mean)·inverse_deviation·gamma + beta [+ residual], then max(0, ·) when relu != 0. residual may be NULL.
void lacuna_batch_norm_apply(int64_t rows, int64_t channels, const float *x, const float *mean,
                             const float *inverse_deviation, const float *gamma, const float *beta,
                             const float *residual, int relu, float *y);

/// The backward pass of the operation above with its residual and its ReLU. All of dgamma, dbeta and dresidual are
/// written.
typedef struct {
  int64_t rows, channels;
  int fixed;             // whether the statistics are constants instead of the batch's, so no gradient flows into them
  int relu;              // if set, dy counts only where the output is positive
  const float *dy, *x;
  const float *y;        // the output; may be NULL without a residual, where x gives the same sign with fewer reads
  const float *mean, *inverse_deviation, *gamma, *beta;
  float *dgamma, *dbeta;
  float *dresidual;      // may be NULL
} lacuna_batch_norm_gradient;
void lacuna_batch_norm_backward(const lacuna_batch_norm_gradient *g, float *dx, float *workspace);

// ---- A convolution without bias, and the batch normalization of its output ------------------------------------------

/// Whether fusing the two is faster; the other functions may be called only then.
int lacuna_normalized_convolution_suits(const lacuna_convolution *c);
size_t lacuna_normalized_convolution_workspace(const lacuna_convolution *c);
/// The convolution's output h, and the per-channel mean and biased variance of h.
void lacuna_normalized_convolution_forward(const lacuna_convolution *c, const float *x, const float *w, float *h,
                                           float *mean, float *variance, float *workspace);
/// dx and dw of the convolution, from the normalization's gradient g, whose x is h. dx may be NULL. The gradient
/// between normalization and convolution is not stored.
void lacuna_normalized_convolution_backward(const lacuna_convolution *c, const lacuna_batch_norm_gradient *g,
                                            const float *x, const float *w, float *dx, float *dw, float *workspace);

// ---- Element-wise operations ----------------------------------------------------------------------------------------
// out may be the same buffer as an input in this section.

void lacuna_fill(int64_t count, float value, float *out);
void lacuna_add(int64_t count, const float *a, const float *b, float *out);
void lacuna_subtract(int64_t count, const float *a, const float *b, float *out);
void lacuna_multiply(int64_t count, const float *a, const float *b, float *out);
void lacuna_divide(int64_t count, const float *a, const float *b, float *out);
/// out = scale·a + shift
void lacuna_affine(int64_t count, const float *a, float scale, float shift, float *out);
/// out = alpha·a + beta·b
void lacuna_linear_combination(int64_t count, float alpha, const float *a, float beta, const float *b, float *out);
void lacuna_relu(int64_t count, const float *x, float *out);
/// out = dy where y > 0, else 0
void lacuna_relu_backward(int64_t count, const float *dy, const float *y, float *out);
void lacuna_exp(int64_t count, const float *x, float *out);
void lacuna_log(int64_t count, const float *x, float *out);
void lacuna_sqrt(int64_t count, const float *x, float *out);
void lacuna_abs(int64_t count, const float *x, float *out);
void lacuna_sign(int64_t count, const float *x, float *out);
void lacuna_clamp(int64_t count, const float *x, float low, float high, float *out);
/// out[r,c] = x[r,c] + row[c]
void lacuna_add_row(int64_t rows, int64_t columns, const float *x, const float *row, float *out);
/// out[r,c] = x[r,c] · column[r]
void lacuna_scale_rows(int64_t rows, int64_t columns, const float *x, const float *column, float *out);

// ---- Reductions; fixed order, accumulated in double -----------------------------------------------------------------

double lacuna_sum(int64_t count, const float *x);
double lacuna_dot(int64_t count, const float *a, const float *b);
/// 1 if all numbers are finite, else 0.
int lacuna_all_finite(int64_t count, const float *x);
/// out[c] = Σ_r x[r,c]
void lacuna_sum_rows(int64_t rows, int64_t columns, const float *x, float *out);
/// out[r] = Σ_c x[r,c]
void lacuna_sum_columns(int64_t rows, int64_t columns, const float *x, float *out);

// ---- Pooling --------------------------------------------------------------------------------------------------------

/// Window `size`×`size`, no dilation. Padding counts as −∞. OH = (H + 2·padding − size)/stride + 1. chosen[n,oy,ox,c]
/// is the flat index, in the whole of x, of the first maximum; x must therefore have fewer than 2³¹ numbers.
void lacuna_max_pool(int64_t batch, int64_t height, int64_t width, int64_t channels, int64_t size, int64_t stride,
                     int64_t padding, const float *x, float *y, int32_t *chosen);
/// dx (input_count numbers in the whole batch) is 0 plus the numbers of dy (output_count) added at the chosen indices.
/// Both buffers hold `batch` images of equal size, one after another.
void lacuna_max_pool_backward(int64_t batch, int64_t input_count, int64_t output_count, const float *dy,
                              const int32_t *chosen, float *dx);
/// Mean over the window (no padding).
void lacuna_average_pool(int64_t batch, int64_t height, int64_t width, int64_t channels, int64_t size, int64_t stride,
                         const float *x, float *y);
void lacuna_average_pool_backward(int64_t batch, int64_t height, int64_t width, int64_t channels, int64_t size,
                                  int64_t stride, const float *dy, float *dx);
/// y[n,c] = mean over the `area` pixels of image n.
void lacuna_global_average_pool(int64_t batch, int64_t area, int64_t channels, const float *x, float *y);
void lacuna_global_average_pool_backward(int64_t batch, int64_t area, int64_t channels, const float *dy, float *dx);

// ---- Softmax --------------------------------------------------------------------------------------------------------

/// Row-wise softmax, numerically stable; entries of −infinity give probability 0.
void lacuna_softmax(int64_t rows, int64_t columns, const float *x, float *y);
/// Row-wise log softmax, numerically stable.
void lacuna_log_softmax(int64_t rows, int64_t columns, const float *x, float *y);
/// dx = y ⊙ (dy − Σ_c dy·y)
void lacuna_softmax_backward(int64_t rows, int64_t columns, const float *dy, const float *y, float *dx);
/// dx = dy − exp(y)·Σ_c dy, with y the log softmax
void lacuna_log_softmax_backward(int64_t rows, int64_t columns, const float *dy, const float *y, float *dx);

// ---- Optimizer steps, in place --------------------------------------------------------------------------------------

/// One tensor of `count` numbers that an optimizer updates. `first` is the velocity of SGD (NULL without momentum) or
/// Adam's first moment, `second` Adam's second moment. Where mask (may be NULL) is 0, the parameter keeps its value and
/// its state becomes 0.
typedef struct {
  int64_t count;
  float *parameter;
  const float *gradient;
  float *first, *second;
  const float *mask;
} lacuna_optimized;

/// g ← gradient + weight_decay·parameter;  velocity ← momentum·velocity + g;
/// parameter ← parameter − learning_rate·(nesterov ? g + momentum·velocity : velocity).
void lacuna_sgd(int64_t tensor_count, const lacuna_optimized *tensors, float learning_rate, float momentum,
                float weight_decay, int nesterov);
/// Adam with bias correction for step number `step` (from 1). decoupled != 0: AdamW (parameter ← parameter·(1 − lr·wd)
/// first); else weight decay is added to the gradient.
void lacuna_adam(int64_t tensor_count, const lacuna_optimized *tensors, int64_t step, float learning_rate, float beta1,
                 float beta2, float epsilon, float weight_decay, int decoupled);

// ---- Batches --------------------------------------------------------------------------------------------------------

/// Image i of the batch is image index[i] of `pixels` (uint8 NHWC), shifted by (shift_y[i], shift_x[i]) (uncovered
/// pixels are 0 before normalization), mirrored left to right if mirror[i] != 0, then out = value·scale[c] + offset[c].
/// shift_y, shift_x and mirror may be NULL.
void lacuna_assemble_images(int64_t batch, int64_t height, int64_t width, int64_t channels, const uint8_t *pixels,
                            const int64_t *index, const int32_t *shift_y, const int32_t *shift_x, const uint8_t *mirror,
                            const float *scale, const float *offset, float *out);

#ifdef __cplusplus
}
#endif
#endif
