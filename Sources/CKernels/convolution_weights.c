// Convolution backward to the weights.
//
// Within a row of x, the numbers that one number of dy is multiplied by, for all taps of a kernel row and all channels,
// are contiguous: KW·IC numbers from the first tap's pixel on. So dw's rows are strips of (kx, ic) pairs, each
// multiplied by vectors of output channels that stay in registers during the loop over pixels.
#include <string.h>

#include "image_lanes.h"
#include "internal.h"
#include "winograd.h"

// The limit for the partial sums of all chunks of images, in floats.
enum { partial_floats = 4 << 20, most_chunks = 16, least_items = 8 };

typedef struct {
  const lacuna_convolution *c;
  int64_t in_channels, out_channels;        // of one group
  int64_t lanes, vectors, width;            // padded output channels: width = vectors · lanes
  int64_t rows, columns;                    // of the padded image
  int copies_x, copies_dy;                  // else the caller's memory already has the required layout
  int64_t chunks, slices, units;            // units: (ky, pair of vectors)
  int64_t images_together, rows_together;
  int64_t strip;                            // KW · IC
  int64_t size;                             // floats of dw, one group, padded
  const float *x, *dy;
  float *partials, *dw;
} plan;

static plan make_plan(const lacuna_convolution *c) {
  plan p = {.c = c, .lanes = lacuna_kernels()->lanes};
  p.in_channels = c->in_channels / c->groups;
  p.out_channels = c->out_channels / c->groups;
  p.vectors = lacuna_divide_up(p.out_channels, p.lanes);
  p.width = p.vectors * p.lanes;
  p.copies_x = c->groups > 1 || c->padding > 0;
  p.copies_dy = c->groups > 1 || p.width != p.out_channels;
  p.rows = p.copies_x ? (c->out_height - 1) * c->stride + c->kernel_height : c->in_height;
  p.columns = p.copies_x ? (c->out_width - 1) * c->stride + c->kernel_width : c->in_width;
  p.strip = c->kernel_width * p.in_channels;
  p.size = c->kernel_height * p.strip * p.width;
  p.units = c->kernel_height * lacuna_divide_up(p.vectors, 2);
  p.chunks = lacuna_minimum(most_chunks, partial_floats / lacuna_maximum(1, p.size * c->groups));
  p.chunks = lacuna_maximum(1, lacuna_minimum(c->batch, p.chunks));
  p.slices = lacuna_minimum(p.units, lacuna_divide_up(least_items, p.chunks));
  // Enough pixels for each pass of a strip through the registers, but no more than the L1 cache holds.
  int64_t row_floats = p.columns * p.in_channels * c->stride + c->out_width * lacuna_minimum(p.width, 2 * p.lanes);
  int64_t least = lacuna_divide_up(64, c->out_width);
  p.rows_together = lacuna_minimum(c->out_height, lacuna_maximum(least, 8192 / lacuna_maximum(1, row_floats)));
  int64_t pixels = c->out_height * c->out_width;
  p.images_together = lacuna_maximum(1, lacuna_minimum(lacuna_divide_up(c->batch, p.chunks), 128 / pixels));
  return p;
}

size_t lacuna_convolution_backward_weights_workspace(const lacuna_convolution *c) {
  if (lacuna_winograd_suits(c)) return lacuna_winograd_weights_workspace(c);
  if (lacuna_image_lanes_suit(c, lanes_backward_weights)) return lacuna_image_lanes_weights_workspace(c);
  plan p = make_plan(c);
  return (size_t)(p.chunks * p.size * c->groups) + 64;
}

static void copy_image(const plan *p, const float *x, float *padded) {
  const lacuna_convolution *c = p->c;
  int64_t left = c->padding, count = lacuna_minimum(c->in_width, p->columns - left);
  for (int64_t row = 0; row < p->rows; row++) {
    int64_t y = row - c->padding;
    if (y < 0 || y >= c->in_height) continue;
    const float *from = x + y * c->in_width * c->in_channels;
    float *to = padded + (row * p->columns + left) * p->in_channels;
    if (c->groups == 1) {
      if (count > 0) memcpy(to, from, (size_t)(count * p->in_channels) * sizeof(float));
    } else {
      for (int64_t i = 0; i < count; i++)
        memcpy(to + i * p->in_channels, from + i * c->in_channels, (size_t)p->in_channels * sizeof(float));
    }
  }
}

static void copy_gradient(const plan *p, const float *dy, float *padded) {
  for (int64_t i = 0; i < p->c->out_height * p->c->out_width; i++)
    lacuna_copy_few(padded + i * p->width, dy + i * p->c->out_channels, p->out_channels);
}

/// Computes the units of one slice for the images at b->x and b->dy.
static void run_units(const plan *p, weights_block *b, int64_t slice, float *dw) {
  const lacuna_convolution *c = p->c;
  const kernel_table *kernels = lacuna_kernels();
  const float *x = b->x, *dy = b->dy;
  int64_t first = p->units * slice / p->slices, end = p->units * (slice + 1) / p->slices;
  for (int64_t row = 0; row < c->out_height; row += p->rows_together) {
    b->rows = lacuna_minimum(p->rows_together, c->out_height - row);
    for (int64_t unit = first; unit < end; unit++) {
      int64_t ky = unit % c->kernel_height, vector = unit / c->kernel_height * 2;
      b->vectors = lacuna_minimum(2, p->vectors - vector);
      b->x = x + row * b->x_row + ky * p->columns * p->in_channels;
      b->dy = dy + row * b->dy_row + vector * p->lanes;
      b->dw = dw + ky * p->strip * p->width + vector * p->lanes;
      kernels->convolve_weights(b);
    }
  }
}

static void run_item(void *context, int64_t index) {
  const plan *p = context;
  const lacuna_convolution *c = p->c;
  int64_t chunk = index / p->slices, slice = index % p->slices;
  int64_t start = c->batch * chunk / p->chunks, end = c->batch * (chunk + 1) / p->chunks;
  int64_t pixels = c->out_height * c->out_width, first_unit = p->units * slice / p->slices;
  int64_t end_unit = p->units * (slice + 1) / p->slices;
  int64_t image_floats = p->rows * p->columns * p->in_channels;
  float *x = NULL, *dy = NULL;
  if (p->copies_x) {
    size_t bytes = (size_t)(p->images_together * image_floats) * sizeof(float);
    x = memset(lacuna_scratch(scratch_image, bytes), 0, bytes);
  }
  if (p->copies_dy) {
    size_t bytes = (size_t)(p->images_together * pixels * p->width) * sizeof(float);
    dy = memset(lacuna_scratch(scratch_gradient, bytes), 0, bytes);
  }
  weights_block b = {
    .columns = c->out_width,
    .x_image = image_floats,
    .x_row = c->stride * p->columns * p->in_channels,
    .x_pixel = c->stride * p->in_channels,
    .dy_image = pixels * p->width,
    .dy_row = c->out_width * p->width,
    .dy_pixel = p->width,
    .length = p->strip,
    .dw_pitch = p->width,
  };
  for (int64_t group = 0; group < c->groups; group++) {
    float *dw = p->partials + (chunk * c->groups + group) * p->size;
    for (int64_t unit = first_unit; unit < end_unit; unit++) {
      int64_t ky = unit % c->kernel_height, vector = unit / c->kernel_height * 2;
      int64_t lanes = lacuna_minimum(2, p->vectors - vector) * p->lanes;
      for (int64_t j = 0; j < p->strip; j++)
        memset(dw + (ky * p->strip + j) * p->width + vector * p->lanes, 0, (size_t)lanes * sizeof(float));
    }
    for (int64_t first = start; first < end; first += p->images_together) {
      b.images = lacuna_minimum(p->images_together, end - first);
      const float *images = p->x + first * c->in_height * c->in_width * c->in_channels;
      const float *gradients = p->dy + first * pixels * c->out_channels;
      for (int64_t i = 0; i < b.images; i++) {
        if (p->copies_x)
          copy_image(p, images + i * c->in_height * c->in_width * c->in_channels + group * p->in_channels,
                     x + i * image_floats);
        if (p->copies_dy)
          copy_gradient(p, gradients + i * pixels * c->out_channels + group * p->out_channels,
                        dy + i * pixels * p->width);
      }
      b.x = p->copies_x ? x : images;
      b.dy = p->copies_dy ? dy : gradients;
      run_units(p, &b, slice, dw);
    }
  }
}

/// Adds the sums of the chunks, in order, for one row of taps.
static void add_chunks(void *context, int64_t ky) {
  const plan *p = context;
  const lacuna_convolution *c = p->c;
  const kernel_table *kernels = lacuna_kernels();
  int64_t count = p->strip * p->width;
  for (int64_t group = 0; group < c->groups; group++) {
    float *sum = p->partials + group * p->size + ky * count;
    for (int64_t chunk = 1; chunk < p->chunks; chunk++)
      kernels->elementwise[operation_add](count, sum, sum + chunk * c->groups * p->size, sum, 0, 0);
    for (int64_t j = 0; j < p->strip; j++)
      memcpy(p->dw + (ky * p->strip + j) * c->out_channels + group * p->out_channels, sum + j * p->width,
             (size_t)p->out_channels * sizeof(float));
  }
}

void lacuna_convolution_backward_weights(const lacuna_convolution *c, const float *x, const float *dy, float *dw,
                                         float *dbias, float *memory) {
  if (lacuna_winograd_suits(c)) {
    lacuna_winograd_backward_weights(c, x, dy, dw, memory);
  } else if (lacuna_image_lanes_suit(c, lanes_backward_weights)) {
    lacuna_image_lanes_backward_weights(c, x, dy, dw, memory);
  } else {
    plan p = make_plan(c);
    p.x = x, p.dy = dy, p.dw = dw;
    p.partials = lacuna_align(memory);
    lacuna_parallel(p.chunks * p.slices, run_item, &p);
    lacuna_parallel(c->kernel_height, add_chunks, &p);
  }
  if (dbias) lacuna_sum_rows(c->batch * c->out_height * c->out_width, c->out_channels, dy, dbias);
}
