// Shared by the C files of this target: the table of kernels of one instruction set, scratch memory, and chunking.
#ifndef LACUNA_INTERNAL_H
#define LACUNA_INTERNAL_H

#include <string.h>

#include "include/CKernels.h"
#include "split_products.h"

// ---- Scratch memory -------------------------------------------------------------------------------------------------

// Buffers of the calling thread, one per purpose, so that a kernel and the kernels that it calls never share one.
typedef enum {
  scratch_image,
  scratch_gradient,
  scratch_between,
  scratch_out,
  scratch_taps,
  scratch_parameters,
  scratch_partials,
  scratch_left,
  scratch_right,
  scratch_count
} scratch_slot;

/// At least `bytes` bytes, 64-byte aligned, contents undefined. Stays valid until the thread asks for the slot again.
void *lacuna_scratch(scratch_slot slot, size_t bytes);

// ---- Chunks ---------------------------------------------------------------------------------------------------------

// Below this many numbers a second thread costs more than it saves. Chunks have this size, too, so that results depend
// only on the shape.
enum { chunk_numbers = 16384 };

static inline int64_t lacuna_minimum(int64_t a, int64_t b) { return a < b ? a : b; }
static inline int64_t lacuna_maximum(int64_t a, int64_t b) { return a > b ? a : b; }
static inline int64_t lacuna_divide_up(int64_t a, int64_t b) { return (a + b - 1) / b; }
static inline int64_t lacuna_round_up(int64_t a, int64_t b) { return lacuna_divide_up(a, b) * b; }

/// Rows per chunk of a [rows, columns] array for chunks of about `numbers` numbers.
static inline int64_t lacuna_chunk_rows(int64_t columns, int64_t numbers) {
  return lacuna_maximum(1, numbers / lacuna_maximum(1, columns));
}

/// Whether an output of `count` numbers should bypass the caches: it would be evicted before it is read.
static inline int lacuna_streams(int64_t count, int64_t channels, int64_t lanes, const float *out) {
  return count >= 1 << 19 && channels % lanes == 0 && ((uintptr_t)out & 63) == 0;
}

/// The first 64-byte boundary at or after p.
static inline void *lacuna_align(void *p) { return (void *)(((uintptr_t)p + 63) & ~(uintptr_t)63); }

/// Copies a few floats in steps of fixed size, because a call of memcpy would take longer than the copy.
static inline void lacuna_copy_few(float *to, const float *from, int64_t count) {
  for (; count >= 32; count -= 32, to += 32, from += 32) memcpy(to, from, 32 * sizeof(float));
  if (count & 16) memcpy(to, from, 16 * sizeof(float)), to += 16, from += 16;
  if (count & 8) memcpy(to, from, 8 * sizeof(float)), to += 8, from += 8;
  if (count & 4) memcpy(to, from, 4 * sizeof(float)), to += 4, from += 4;
  if (count & 2) memcpy(to, from, 2 * sizeof(float)), to += 2, from += 2;
  if (count & 1) *to = *from;
}

// ---- Kernels of one instruction set ---------------------------------------------------------------------------------

typedef enum {
  operation_fill,
  operation_add,
  operation_subtract,
  operation_multiply,
  operation_divide,
  operation_affine,
  operation_linear_combination,
  operation_relu,
  operation_relu_backward,
  operation_exp,
  operation_log,
  operation_sqrt,
  operation_abs,
  operation_sign,
  operation_clamp,
  operation_count
} operation;

typedef void (*range_kernel)(int64_t count, const float *a, const float *b, float *out, float s, float t);
typedef void (*row_kernel)(int64_t rows, int64_t columns, const float *a, const float *b, float *out);

typedef struct {
  int64_t channels;
  const float *dy, *x, *y;                    // y may be NULL
  const float *mean, *scale, *slope, *shift;  // dx = scale·g + slope·(x − mean) + shift
  // With a ReLU, g is dy where y > 0, or without y where scale·(x − mean) + beta > 0; else g is dy.
  const float *beta;
  int relu;
  float *masked;                              // may be NULL; else it is read or written as g
  int streams_masked;
} batch_norm_gradient;

typedef struct {
  float learning_rate, momentum, weight_decay;
  int nesterov;
} sgd_setting;

typedef struct {
  float keep, gradient_decay, beta1, beta2, step, inverse_correction, epsilon;
} adam_setting;

typedef struct {
  int64_t height, width, channels, size, stride, padding, out_height, out_width;
} pool_shape;

/// One block of output channels and one block of input channels of a direct convolution, over whole images.
typedef struct {
  const float *in;             // [row][channel][column] with zero borders, at the first tap's origin
  const int64_t *taps;         // offset of each run of `fused` taps, in floats
  int64_t tap_runs, fused;     // taps of one run are adjacent and share their input loads
  int64_t vectors, tail;       // vectors of output channels (1 or 2), and lanes used of the last one
  int64_t channels, channel_pitch;
  const float *weights;        // [tap run][channel][fused][vectors · lanes]
  const float *bias;           // padded to whole vectors; if NULL, adds to `out`
  int64_t images, in_image, out_image, rows, in_row, out_row, columns, out_pixel;
  float *out;
  const float *residual;       // laid out like `out`, added to it; may be NULL
  int relu;                    // whether max(0, ·) follows
} tap_block;

/// Weight gradients of one row of taps and one block of output channels, over a block of output rows.
typedef struct {
  const float *x, *dy;
  int64_t images, rows, columns;
  int64_t x_image, x_row, x_pixel, dy_image, dy_row, dy_pixel;
  int64_t length, vectors;     // (kx, ic) pairs, adjacent in x; vectors of output channels (1 or 2)
  float *dw;                   // [length][dw_pitch], added to
  int64_t dw_pitch;
} weights_block;

/// Rows of a convolution at stride 1 of as many images as a vector has lanes; all arrays but the weights end in [lane].
typedef struct {
  const float *in;             // [in_rows][in_columns][channels]
  int64_t in_rows, in_columns, channels;
  int64_t kernel_height, kernel_width, top, left;  // output 0's first tap is at −top, −left
  const float *weights;        // [kernel_height][kernel_width][channels][produced]
  const float *bias;           // [produced]; may be NULL
  int relu;                    // whether max(0, ·) follows
  int64_t first_row, rows, columns, produced;  // of the output
  float *out;                  // [rows][columns][produced]
} lanes_block;

/// 2×2 max-pooling of some rows of as many images as a vector has lanes; all arrays end in [lane].
typedef struct {
  int64_t rows, columns, channels;  // of the larger side; rows and columns are even
  float *large, *small;             // [rows][columns][channels], [rows / 2][columns / 2][channels]
  int32_t *chosen;                  // laid out like `small`
  int32_t first, image;             // flat index of lane 0's first number, and the distance of two lanes
} lanes_pool;

/// Weight gradients of one row of taps, over some output rows of as many images as a vector has lanes; all arrays end in
/// [lane].
typedef struct {
  const float *x;              // [row][column][channels], at the first tap's pixel, with zeros beside the image
  const float *dy;             // [rows][columns][produced]
  int64_t rows, columns, x_row;
  int64_t channels, produced;
  int64_t length;              // (kx, ic) pairs, adjacent in x
  float *dw;                   // [length][produced], added to
} lanes_weights;

/// out [rows, vectors · lanes] (+)= a · b, with b [depth, vectors · lanes]; then bias and ReLU.
typedef struct {
  int64_t rows, depth, vectors;   // vectors: 1 to product_vectors
  const float *a, *b;
  int64_t a_pitch, b_pitch;
  int by_columns;                 // a is [depth][rows], else [rows][depth]
  float *out;
  int64_t out_pitch;
  int adds;                       // whether the product is added to `out`
  const float *bias;              // [vectors · lanes], added to the sums; may be NULL
  int relu;                       // whether max(0, ·) follows
} product_block;

/// Tiles of images, and the transformed numbers of each tile and channel in Winograd's algorithm.
typedef struct {
  int64_t first, count, tiles_y, tiles_x;    // the range of tiles, and the tiles of one image
  int64_t height, width, channels, padding;  // of the images; a tile starts `padding` before its position
  const float *image, *zeros;                // read; 9·`channels` zeros
  float *numbers;                            // [number][tile][pitch], the numbers are `plane` apart
  int64_t plane, pitch;
  const float *bias, *residual;              // residual is laid out like `out`; may be NULL
  int relu;                                  // whether max(0, ·) follows
  float *out;                                // written
} winograd_tiles;

/// The two transforms of a convolution by Winograd's algorithm: images to tiles, and tiles to images.
typedef struct {
  void (*input)(const winograd_tiles *tiles);
  void (*output)(const winograd_tiles *tiles);
} winograd_pass;

/// Winograd's algorithm for one stride. A tile has 4×4 pixels of the convolution's output and `side`² numbers.
typedef struct {
  int64_t side;
  winograd_pass forward, backward;  // backward to the data
  void (*gradient)(const winograd_tiles *tiles);
  void (*weights)(int64_t count, const float *taps, int64_t tap_pitch, float *out, int64_t plane);
  void (*weights_gradient)(int64_t count, const float *in, int64_t plane, float *taps, int64_t tap_pitch);
} winograd_algorithm;

typedef struct {
  const char *name;
  int64_t lanes;

  range_kernel elementwise[operation_count];
  row_kernel add_row, scale_rows;

  double (*sum)(int64_t count, const float *x);
  double (*dot)(int64_t count, const float *a, const float *b);
  int (*all_finite)(int64_t count, const float *x);
  /// Copies with stores that bypass the caches; out is aligned to a cache line and count is a multiple of LANES.
  void (*stream)(int64_t count, const float *in, float *out);
  void (*sum_rows)(int64_t rows, int64_t columns, const float *x, double *out);

  void (*batch_norm_statistics)(int64_t rows, int64_t channels, const float *x, double *mean, double *squares);
  void (*batch_norm_apply)(int64_t rows, int64_t channels, const float *x, const float *mean, const float *scale,
                           const float *beta, const float *residual, int relu, int streams, float *y);
  void (*batch_norm_sums)(const batch_norm_gradient *g, int64_t first, int64_t rows, double *plain, double *weighted);
  /// Writes the gradient of row `first` at dx.
  void (*batch_norm_gradient)(const batch_norm_gradient *g, int64_t first, int64_t rows, int streams, float *dx);

  row_kernel softmax, log_softmax, softmax_backward, log_softmax_backward;

  void (*sgd)(int64_t count, float *parameter, const float *gradient, float *velocity, const float *mask,
              const sgd_setting *setting);
  void (*adam)(int64_t count, float *parameter, const float *gradient, float *first, float *second, const float *mask,
               const adam_setting *setting);

  void (*max_pool)(const pool_shape *s, int64_t base, const float *x, float *y, int32_t *chosen);
  void (*average_pool)(const pool_shape *s, const float *x, float *y);
  void (*average_pool_backward)(const pool_shape *s, const float *dy, float *dx);

  /// out[c · out_pitch + i] = in[i · in_pitch + c]; may also write zeros up to the next multiple of 4 after `count`.
  void (*transpose)(int64_t count, int64_t channels, const float *in, int64_t in_pitch, float *out, int64_t out_pitch);
  void (*convolve)(const tap_block *block);
  void (*convolve_weights)(const weights_block *block);
  void (*convolve_lanes)(const lanes_block *block);
  void (*convolve_weights_lanes)(const lanes_weights *block);
  void (*pool_lanes)(const lanes_pool *pool);    // from `large` to `small` and `chosen`
  void (*unpool_lanes)(const lanes_pool *pool);  // from `small` and `chosen` to `large`, the gradients

  int tap_products;         // whether convolution_products.c is faster where it applies; see hot/all.h

  int64_t product_vectors;  // the largest number of vectors of a product_block
  void (*multiply)(const product_block *block);
  winograd_algorithm winograd[2];  // for strides of 1 and 2
  const split_products *split;     // NULL if not supported
} kernel_table;

/// The table in use.
const kernel_table *lacuna_kernels(void);

extern const kernel_table lacuna_kernels_portable;
#if defined(__x86_64__)
extern const kernel_table lacuna_kernels_avx2;
extern const kernel_table lacuna_kernels_avx512;
#endif

#endif
