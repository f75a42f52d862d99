// Direct convolution, forward and backward to the data: both are sums over taps, computed by the same micro kernel.
//
// Forward, the taps of an output pixel are the kernel's. Backward, a stride s splits the pixels of dx into s·s phases
// by their position modulo s; all pixels of one phase read the same taps of dy, at unit stride. So no work is done for
// the zeros that a transposed convolution would insert between the pixels of dy.
#include <string.h>

#include "convolution_products.h"
#include "image_lanes.h"
#include "internal.h"
#include "winograd.h"

// A sum over taps: out[pixel] = Σ in[pixel · in_step + first + tap] · w[tap], for pixels of the phase.
typedef struct {
  int64_t start_y, start_x, rows, columns;  // pixels start + i · out_step of `out`
  int64_t first_y, first_x;                 // position in `in` of pixel 0's first tap; may be outside
  int64_t taps_y, taps_x;
  int64_t weight_y, weight_x, weight_step;  // tap i is row weight_y + i · weight_step of the weights
} phase;

typedef struct {
  const lacuna_convolution *c;
  int backward;
  int64_t in_height, in_width, in_channels, out_height, out_width, out_channels;  // of all groups
  int64_t reduced, produced;        // channels of one group: summed over, and written
  int64_t in_step, out_step;
  int64_t reduced_pitch, produced_pitch;  // steps in the weights
  // Origin and layout of the part of the input that is read, borders included: [row][channel][column modulo
  // in_step][column / in_step].
  int64_t top, left, padded_rows, padded_columns, column_pitch;
  int64_t lanes, vectors;           // of produced channels, of one group
  int64_t images_together, images_per_item, items, slices;
  size_t weights_of_group;          // floats of packed weights
  const float *x, *w, *bias, *residual;
  int relu;
  float *y, *packed, *packed_bias;
} plan;

/// Pixels, taps and offsets of a phase along one axis; `at` is the phase's index on that axis.
static void lay_axis(const plan *p, int64_t at, int64_t out_size, int64_t kernel, int64_t *start, int64_t *count,
                     int64_t *first, int64_t *taps, int64_t *weight) {
  int64_t padding = p->c->padding;
  *start = at;
  if (!p->backward) {
    *count = out_size;
    *first = -padding;
    *taps = kernel;
    *weight = 0;
    return;
  }
  // Pixel at + i·s gets dy[(at + i·s + padding − k) / s]·w[k] for each k that divides evenly. The taps run from the
  // largest k down, so that they are ascending in dy.
  int64_t stride = p->c->stride, lowest = (at + padding) % stride;
  *count = at < out_size ? lacuna_divide_up(out_size - at, stride) : 0;
  *taps = lowest < kernel ? lacuna_divide_up(kernel - lowest, stride) : 0;
  *weight = lowest + (*taps - 1) * stride;
  *first = (at + padding - *weight) / stride;  // exact
}

static phase lay_phase(const plan *p, int64_t index) {
  phase f;
  int64_t side = p->out_step;
  lay_axis(p, index / side, p->out_height, p->c->kernel_height, &f.start_y, &f.rows, &f.first_y, &f.taps_y,
           &f.weight_y);
  lay_axis(p, index % side, p->out_width, p->c->kernel_width, &f.start_x, &f.columns, &f.first_x, &f.taps_x,
           &f.weight_x);
  f.weight_step = p->backward ? -p->c->stride : 1;
  return f;
}

/// The number of taps that share input loads: a whole kernel row if a fused micro kernel exists and is faster.
static int64_t fused_taps(const plan *p, const phase *f, int64_t vectors) {
  if (vectors > 1 || p->in_step > 1) return 1;
  return f->taps_x == 2 || f->taps_x == 3 || f->taps_x == 5 ? f->taps_x : 1;
}

/// Input channels per block: the weights of a block must fit the L1 cache.
static int64_t block_channels(const plan *p, const phase *f, int64_t vectors) {
  int64_t floats = f->taps_y * f->taps_x * vectors * p->lanes;
  int64_t most = lacuna_maximum(1, 8192 / lacuna_maximum(1, floats));
  return lacuna_divide_up(p->reduced, lacuna_divide_up(p->reduced, most));
}

static plan make_plan(const lacuna_convolution *c, int backward) {
  plan p = {.c = c, .backward = backward, .lanes = lacuna_kernels()->lanes};
  int64_t in_of_group = c->in_channels / c->groups, out_of_group = c->out_channels / c->groups;
  if (backward) {
    p.in_height = c->out_height, p.in_width = c->out_width, p.in_channels = c->out_channels;
    p.out_height = c->in_height, p.out_width = c->in_width, p.out_channels = c->in_channels;
    p.reduced = out_of_group, p.produced = in_of_group;
    p.reduced_pitch = 1, p.produced_pitch = c->out_channels;
    p.in_step = 1, p.out_step = c->stride;
  } else {
    p.in_height = c->in_height, p.in_width = c->in_width, p.in_channels = c->in_channels;
    p.out_height = c->out_height, p.out_width = c->out_width, p.out_channels = c->out_channels;
    p.reduced = in_of_group, p.produced = out_of_group;
    p.reduced_pitch = c->out_channels, p.produced_pitch = 1;
    p.in_step = c->stride, p.out_step = 1;
  }
  int64_t bottom = INT64_MIN, right = INT64_MIN, pixels = 1;
  p.top = p.left = INT64_MAX;
  for (int64_t i = 0; i < p.out_step * p.out_step; i++) {
    phase f = lay_phase(&p, i);
    if (f.rows * f.columns * f.taps_y * f.taps_x == 0) continue;
    p.top = lacuna_minimum(p.top, f.first_y);
    p.left = lacuna_minimum(p.left, f.first_x);
    bottom = lacuna_maximum(bottom, f.first_y + (f.rows - 1) * p.in_step + f.taps_y);
    right = lacuna_maximum(right, f.first_x + (f.columns - 1) * p.in_step + f.taps_x);
    pixels = lacuna_maximum(pixels, f.rows * f.columns);
  }
  if (bottom == INT64_MIN) p.top = p.left = bottom = right = 0;
  p.padded_rows = bottom - p.top;
  p.padded_columns = right - p.left;
  // Room for the zeros that the transposition may write past the end.
  p.column_pitch = lacuna_round_up(lacuna_divide_up(p.padded_columns, p.in_step), 4) + 4;
  p.vectors = lacuna_divide_up(p.produced, p.lanes);
  p.weights_of_group = (size_t)(c->kernel_height * c->kernel_width * p.reduced * p.vectors * p.lanes);

  // Several small maps are processed together, so that a block of weights is reused once it is loaded.
  p.images_together = lacuna_maximum(1, lacuna_minimum(lacuna_minimum(8, c->batch), 128 / pixels));
  p.images_per_item = lacuna_round_up(lacuna_divide_up(c->batch, 32), p.images_together);
  p.items = lacuna_divide_up(c->batch, p.images_per_item);
  p.slices = lacuna_minimum(lacuna_divide_up(p.vectors, 2), lacuna_divide_up(4, lacuna_maximum(1, p.items)));
  p.slices = lacuna_maximum(1, p.slices);
  return p;
}

static size_t workspace(const lacuna_convolution *c, int backward) {
  if (lacuna_winograd_suits(c)) return lacuna_winograd_workspace(c, backward);
  if (lacuna_products_suit(c, backward)) return lacuna_products_workspace(c);
  plan p = make_plan(c, backward);
  return (size_t)c->groups * (p.weights_of_group + (size_t)(p.vectors * p.lanes)) + 64;
}

// ---- Weights --------------------------------------------------------------------------------------------------------

/// Packs weights as [phase][two vectors of produced channels][block of reduced channels][taps][channel][fused][lanes].
static void pack(void *context, int64_t index) {
  const plan *p = context;
  const kernel_table *kernels = lacuna_kernels();
  int64_t pairs = lacuna_divide_up(p->vectors, 2), group = index / pairs, vector = index % pairs * 2;
  int64_t vectors = lacuna_minimum(2, p->vectors - vector), width = vectors * p->lanes;
  int64_t valid = lacuna_minimum(width, p->produced - vector * p->lanes);
  const float *source = p->w + vector * p->lanes * p->produced_pitch
                        + group * (p->backward ? p->reduced * p->reduced_pitch : p->produced * p->produced_pitch);
  float *target = p->packed + (size_t)group * p->weights_of_group;
  for (int64_t i = 0; i < p->out_step * p->out_step; i++) {
    phase f = lay_phase(p, i);
    int64_t taps = f.taps_y * f.taps_x;
    float *to = target + vector * p->lanes * taps * p->reduced;
    target += p->vectors * p->lanes * taps * p->reduced;
    if (taps == 0) continue;
    if (valid < width) memset(to, 0, (size_t)(width * taps * p->reduced) * sizeof(float));
    int64_t fused = fused_taps(p, &f, vectors), block = block_channels(p, &f, vectors);
    for (int64_t first = 0; first < p->reduced; first += block) {
      int64_t channels = lacuna_minimum(block, p->reduced - first);
      for (int64_t tap = 0; tap < taps; tap++) {
        int64_t ky = f.weight_y + tap / f.taps_x * f.weight_step, kx = f.weight_x + tap % f.taps_x * f.weight_step;
        int64_t tap_floats = p->c->in_channels / p->c->groups * p->c->out_channels;
        const float *from = source + (ky * p->c->kernel_width + kx) * tap_floats + first * p->reduced_pitch;
        float *out = to + (tap / fused * channels * fused + tap % fused) * width;
        if (p->backward) {
          kernels->transpose(valid, channels, from, p->produced_pitch, out, fused * width);
        } else {
          for (int64_t r = 0; r < channels; r++)
            memcpy(out + r * fused * width, from + r * p->reduced_pitch, (size_t)valid * sizeof(float));
        }
      }
      to += taps * channels * width;
    }
  }
}

// ---- Images ---------------------------------------------------------------------------------------------------------

/// Copies the part of one image and group that is read to the padded, columns-last layout; the borders are already
/// zero.
static void pad_image(const plan *p, const float *x, float *padded) {
  const kernel_table *kernels = lacuna_kernels();
  int64_t row_pitch = p->reduced * p->in_step * p->column_pitch;
  // With a stride, rows and columns that no tap reads are skipped.
  int64_t used_y = p->backward ? 1 : lacuna_minimum(p->in_step, p->c->kernel_height);
  int64_t used_x = p->backward ? 1 : lacuna_minimum(p->in_step, p->c->kernel_width);
  for (int64_t row = 0; row < p->padded_rows; row++) {
    int64_t y = row + p->top;
    if (y < 0 || y >= p->in_height || row % p->in_step >= used_y) continue;
    for (int64_t part = 0; part < used_x; part++) {
      // Padded column part + i · in_step holds column x = left + part + i · in_step of the image.
      int64_t origin = p->left + part, skipped = origin < 0 ? lacuna_divide_up(-origin, p->in_step) : 0;
      int64_t from = origin + skipped * p->in_step, end = lacuna_minimum(p->in_width, p->left + p->padded_columns);
      if (from >= end) continue;
      kernels->transpose(lacuna_divide_up(end - from, p->in_step), p->reduced,
                         x + (y * p->in_width + from) * p->in_channels, p->in_step * p->in_channels,
                         padded + row * row_pitch + part * p->column_pitch + skipped, p->in_step * p->column_pitch);
    }
  }
}

static void clear_phase(const plan *p, const phase *f, float *y, int64_t images) {
  for (int64_t image = 0; image < images; image++)
    for (int64_t row = 0; row < f->rows; row++)
      for (int64_t column = 0; column < f->columns; column++)
        memset(y + ((image * p->out_height + f->start_y + row * p->out_step) * p->out_width + f->start_x
                    + column * p->out_step) * p->out_channels,
               0, (size_t)p->produced * sizeof(float));
}

/// Computes all output channels of a slice for the images in `padded`.
static void convolve_images(const plan *p, const float *padded, int64_t images, int64_t group, int64_t slice,
                            int64_t *offsets, float *y) {
  const kernel_table *kernels = lacuna_kernels();
  int64_t row_pitch = p->reduced * p->in_step * p->column_pitch, pairs = lacuna_divide_up(p->vectors, 2);
  const float *weights = p->packed + (size_t)group * p->weights_of_group;
  for (int64_t i = 0; i < p->out_step * p->out_step; i++) {
    phase f = lay_phase(p, i);
    int64_t taps = f.taps_y * f.taps_x;
    const float *phase_weights = weights;
    weights += p->vectors * p->lanes * taps * p->reduced;
    if (f.rows * f.columns == 0) continue;
    if (taps == 0) {
      if (slice == 0) clear_phase(p, &f, y, images);
      continue;
    }
    tap_block b = {
      .taps = offsets,
      .channel_pitch = p->in_step * p->column_pitch,
      .images = images,
      .in_image = p->padded_rows * row_pitch,
      .out_image = p->out_height * p->out_width * p->out_channels,
      .rows = f.rows,
      .in_row = p->in_step * row_pitch,
      .out_row = p->out_step * p->out_width * p->out_channels,
      .columns = f.columns,
      .out_pixel = p->out_step * p->out_channels,
    };
    for (int64_t pair = pairs * slice / p->slices; pair < pairs * (slice + 1) / p->slices; pair++) {
      int64_t vector = pair * 2, first_channel = vector * p->lanes;
      b.vectors = lacuna_minimum(2, p->vectors - vector);
      b.tail = lacuna_minimum(p->lanes, p->produced - first_channel - (b.vectors - 1) * p->lanes);
      b.fused = fused_taps(p, &f, b.vectors);
      b.tap_runs = taps / b.fused;
      for (int64_t run = 0; run < b.tap_runs; run++) {
        int64_t tap = run * b.fused, row = f.first_y - p->top + tap / f.taps_x;
        int64_t column = f.first_x - p->left + tap % f.taps_x;
        offsets[run] = row * row_pitch + column % p->in_step * p->column_pitch + column / p->in_step;
      }
      b.out = y + (f.start_y * p->out_width + f.start_x) * p->out_channels + first_channel;
      int64_t block = block_channels(p, &f, b.vectors);
      const float *block_weights = phase_weights + first_channel * taps * p->reduced;
      for (int64_t first = 0; first < p->reduced; first += block) {
        b.channels = lacuna_minimum(block, p->reduced - first);
        b.in = padded + first * b.channel_pitch;
        b.weights = block_weights + first * taps * b.vectors * p->lanes;
        b.bias = first == 0 ? p->packed_bias + (group * p->vectors + vector) * p->lanes : NULL;
        int is_last = first + block >= p->reduced;
        b.residual = is_last && p->residual ? p->residual + (b.out - p->y) : NULL;
        b.relu = is_last && p->relu;
        kernels->convolve(&b);
      }
    }
  }
}

static void run_item(void *context, int64_t index) {
  const plan *p = context;
  int64_t slice = index % p->slices, start = index / p->slices * p->images_per_item;
  int64_t end = lacuna_minimum(p->c->batch, start + p->images_per_item);
  size_t image_floats = (size_t)(p->padded_rows * p->reduced * p->in_step * p->column_pitch);
  size_t bytes = (size_t)p->images_together * image_floats * sizeof(float);
  float *padded = lacuna_scratch(scratch_image, bytes);
  int64_t *offsets = lacuna_scratch(scratch_taps, (size_t)(p->c->kernel_height * p->c->kernel_width) * sizeof(int64_t));
  memset(padded, 0, bytes);  // once: every image and group writes the same elements
  for (int64_t first = start; first < end; first += p->images_together) {
    int64_t images = lacuna_minimum(p->images_together, end - first);
    for (int64_t group = 0; group < p->c->groups; group++) {
      for (int64_t i = 0; i < images; i++)
        pad_image(p, p->x + (first + i) * p->in_height * p->in_width * p->in_channels + group * p->reduced,
                  padded + (size_t)i * image_floats);
      convolve_images(p, padded, images, group, slice, offsets,
                      p->y + first * p->out_height * p->out_width * p->out_channels + group * p->produced);
    }
  }
}

static void run(plan *p, float *memory) {
  p->packed = lacuna_align(memory);
  p->packed_bias = p->packed + (size_t)p->c->groups * p->weights_of_group;
  memset(p->packed_bias, 0, (size_t)(p->c->groups * p->vectors * p->lanes) * sizeof(float));
  if (p->bias)
    for (int64_t group = 0; group < p->c->groups; group++)
      memcpy(p->packed_bias + group * p->vectors * p->lanes, p->bias + group * p->produced,
             (size_t)p->produced * sizeof(float));
  lacuna_parallel(p->c->groups * lacuna_divide_up(p->vectors, 2), pack, p);
  lacuna_parallel(p->items * p->slices, run_item, p);
}

// ---- Interface ------------------------------------------------------------------------------------------------------

size_t lacuna_convolution_forward_workspace(const lacuna_convolution *c) { return workspace(c, 0); }

void lacuna_convolution_forward(const lacuna_convolution *c, const float *x, const float *w, const float *bias,
                                const float *residual, int relu, float *y, float *memory) {
  if (lacuna_winograd_suits(c)) return lacuna_winograd_convolution(c, 0, x, w, bias, residual, relu, y, memory);
  if (lacuna_products_suit(c, 0)) return lacuna_products_convolution(c, 0, x, w, bias, residual, relu, y, memory);
  if (residual == NULL && lacuna_image_lanes_suit(c, lanes_forward))
    return lacuna_image_lanes_convolution(c, 0, x, w, bias, relu, y, memory);
  plan p = make_plan(c, 0);
  p.x = x, p.w = w, p.bias = bias, p.residual = residual, p.relu = relu, p.y = y;
  run(&p, memory);
}

size_t lacuna_convolution_backward_data_workspace(const lacuna_convolution *c) { return workspace(c, 1); }

void lacuna_convolution_backward_data(const lacuna_convolution *c, const float *dy, const float *w, float *dx,
                                      float *memory) {
  if (lacuna_winograd_suits(c)) return lacuna_winograd_convolution(c, 1, dy, w, NULL, NULL, 0, dx, memory);
  if (lacuna_products_suit(c, 1)) return lacuna_products_convolution(c, 1, dy, w, NULL, NULL, 0, dx, memory);
  if (lacuna_image_lanes_suit(c, lanes_backward_data))
    return lacuna_image_lanes_convolution(c, 1, dy, w, NULL, 0, dx, memory);
  plan p = make_plan(c, 1);
  p.x = dy, p.w = w, p.y = dx;
  run(&p, memory);
}
