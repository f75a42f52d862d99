// Direct convolution with an image in each lane.
//
// With few output channels most lanes of a vector of channels are empty: ten of sixteen with the six channels of
// LeNet. Here a block of as many images as a vector has lanes is transposed, so that each vector holds one number of
// every image. The sums are those of the direct convolution in the same order, so which of the two computes an output,
// which depends on the number of images, does not change its bits.
#include <string.h>

#include "image_lanes.h"

enum {
  cached_image = 1 << 18,   // numbers of a block of images that stay in the L2 cache
  cached_rows = 1 << 13,    // numbers of some output rows of a block that stay in the L1 cache
  cached_weights = 1 << 13,
  most_strip_channels = 10,  // backward to the weights; with more the direct convolution measured faster
  most_chunks = 16,
};

int lacuna_image_lanes_suit(const lacuna_convolution *c, lanes_pass pass) {
  int64_t lanes = lacuna_kernels()->lanes;
  if (c->stride != 1 || c->groups != 1) return 0;
  int64_t produced = pass == lanes_backward_data ? c->in_channels : c->out_channels;
  int64_t reduced = pass == lanes_backward_data ? c->out_channels : c->in_channels;
  // The direct convolution has the same order of sums where it fuses the taps of a row and does not split channels.
  int is_fused = c->kernel_width == 2 || c->kernel_width == 3 || c->kernel_width == 5;
  if (pass != lanes_backward_weights
      && (!is_fused || c->kernel_height * c->kernel_width * reduced * lanes > cached_weights))
    return 0;
  if (pass == lanes_backward_weights && produced > most_strip_channels) return 0;
  int64_t pixels = lacuna_maximum(c->in_height * (c->in_width + 2 * c->padding), c->out_height * c->out_width);
  if (pixels * reduced * lanes > cached_image) return 0;
  // Empty lanes of the last block of images, and of vectors of channels.
  int64_t blocks = lacuna_divide_up(c->batch, lanes), vectors = lacuna_divide_up(produced, lanes);
  return 4 * vectors * c->batch >= 5 * blocks * produced;
}

// ---- Layout ---------------------------------------------------------------------------------------------------------

/// Images from [image][count] to [count][lane], with zeros in the lanes of images past the last one.
static void to_lanes(int64_t images, int64_t count, const float *in, int64_t in_pitch, float *out) {
  const kernel_table *kernels = lacuna_kernels();
  if (images < kernels->lanes) memset(out, 0, (size_t)(count * kernels->lanes) * sizeof(float));
  kernels->transpose(images, count, in, in_pitch, out, kernels->lanes);
}

/// Images from [count][lane] to [image][count].
static void from_lanes(int64_t images, int64_t count, const float *in, float *out, int64_t out_pitch) {
  const kernel_table *kernels = lacuna_kernels();
  int64_t lanes = kernels->lanes, whole = count / lanes * lanes;
  kernels->transpose(whole, images, in, lanes, out, out_pitch);
  for (int64_t image = 0; image < images; image++)
    for (int64_t i = whole; i < count; i++)
      memcpy(out + image * out_pitch + i, in + i * lanes + image, sizeof(float));  // the numbers may be integers
}

// ---- Forward, and backward to the data ------------------------------------------------------------------------------

typedef struct {
  lanes_block block;
  int64_t batch, lanes, rows, rows_together;
  const float *x;
  float *y;
  int32_t *chosen;  // NULL, or the output is max-pooled
} plan;

/// Max-pools rows of a block of images, which starts at image `first`.
static void pool_rows(const plan *p, const lanes_block *b, int64_t first, int64_t images) {
  int64_t row = b->columns * b->produced, image = p->rows * row, count = b->rows * row / 4;
  float *small = lacuna_scratch(scratch_between, (size_t)(2 * count * p->lanes) * sizeof(float));
  float *chosen = small + count * p->lanes;
  int64_t start = first * image + b->first_row * row;
  lacuna_kernels()->pool_lanes(&(lanes_pool){
    .rows = b->rows, .columns = b->columns, .channels = b->produced, .large = b->out, .small = small,
    .chosen = (int32_t *)chosen, .first = (int32_t)start, .image = (int32_t)image,
  });
  int64_t place = first * image / 4 + b->first_row * row / 4;
  from_lanes(images, count, small, p->y + place, image / 4);
  from_lanes(images, count, chosen, (float *)p->chosen + place, image / 4);
}

static void run_item(void *context, int64_t index) {
  const plan *p = context;
  lanes_block b = p->block;
  int64_t first = index * p->lanes, images = lacuna_minimum(p->lanes, p->batch - first);
  int64_t in_count = b.in_rows * b.in_columns * b.channels, row_count = b.columns * b.produced;
  float *in = lacuna_scratch(scratch_image, (size_t)(in_count * p->lanes) * sizeof(float));
  b.out = lacuna_scratch(scratch_out, (size_t)(p->rows_together * row_count * p->lanes) * sizeof(float));
  b.in = in;
  to_lanes(images, in_count, p->x + first * in_count, in_count, in);
  for (b.first_row = 0; b.first_row < p->rows; b.first_row += b.rows) {
    b.rows = lacuna_minimum(p->rows_together, p->rows - b.first_row);
    lacuna_kernels()->convolve_lanes(&b);
    if (p->chosen) pool_rows(p, &b, first, images);
    else from_lanes(images, b.rows * row_count, b.out, p->y + (first * p->rows + b.first_row) * row_count,
                    p->rows * row_count);
  }
}

/// Weights [KH, KW, IC, OC] from the last tap to the first, with the channels exchanged.
static void flip_weights(const lacuna_convolution *c, const float *w, float *out) {
  int64_t taps = c->kernel_height * c->kernel_width, count = c->in_channels * c->out_channels;
  for (int64_t tap = 0; tap < taps; tap++)
    for (int64_t i = 0; i < c->in_channels; i++)
      for (int64_t o = 0; o < c->out_channels; o++)
        out[(taps - 1 - tap) * count + o * c->in_channels + i] = w[tap * count + i * c->out_channels + o];
}

static void convolve(const lacuna_convolution *c, int backward, const float *x, const float *w, const float *bias,
                     int relu, float *y, int32_t *chosen, float *workspace) {
  plan p = {.batch = c->batch, .lanes = lacuna_kernels()->lanes, .x = x, .y = y, .chosen = chosen};
  p.block = (lanes_block){
    .kernel_height = c->kernel_height, .kernel_width = c->kernel_width, .weights = w, .bias = bias, .relu = relu,
  };
  if (backward) {
    flip_weights(c, w, workspace);
    p.block.weights = workspace;
    p.block.in_rows = c->out_height, p.block.in_columns = c->out_width, p.block.channels = c->out_channels;
    p.rows = c->in_height, p.block.columns = c->in_width, p.block.produced = c->in_channels;
    p.block.top = c->kernel_height - 1 - c->padding, p.block.left = c->kernel_width - 1 - c->padding;
  } else {
    p.block.in_rows = c->in_height, p.block.in_columns = c->in_width, p.block.channels = c->in_channels;
    p.rows = c->out_height, p.block.columns = c->out_width, p.block.produced = c->out_channels;
    p.block.top = p.block.left = c->padding;
  }
  p.rows_together = lacuna_maximum(1, cached_rows / (p.block.columns * p.block.produced * p.lanes));
  if (chosen) p.rows_together = lacuna_round_up(p.rows_together, 2);
  lacuna_parallel(lacuna_divide_up(c->batch, p.lanes), run_item, &p);
}

void lacuna_image_lanes_convolution(const lacuna_convolution *c, int backward, const float *x, const float *w,
                                    const float *bias, int relu, float *y, float *workspace) {
  convolve(c, backward, x, w, bias, relu, y, NULL, workspace);
}

// ---- Backward to the weights ----------------------------------------------------------------------------------------

typedef struct {
  const lacuna_convolution *c;
  int64_t lanes, blocks, chunks;     // blocks of images, and chunks of blocks
  int64_t columns;                   // of the padded image
  int64_t rows_together, size;       // size: numbers of dw
  const float *x, *dy;
  const int32_t *chosen;             // NULL, or dy is the gradient of the max-pooled output
  float *partials;                   // [chunk][dw][lane]
} weights_plan;

static weights_plan make_weights_plan(const lacuna_convolution *c) {
  weights_plan p = {.c = c, .lanes = lacuna_kernels()->lanes, .columns = c->in_width + 2 * c->padding};
  p.blocks = lacuna_divide_up(c->batch, p.lanes);
  p.chunks = lacuna_minimum(p.blocks, most_chunks);
  int64_t row = c->out_width * c->out_channels + p.columns * c->in_channels;
  p.rows_together = lacuna_minimum(c->out_height, lacuna_maximum(1, cached_rows / (row * p.lanes)));
  p.size = c->kernel_height * c->kernel_width * c->in_channels * c->out_channels;
  return p;
}

size_t lacuna_image_lanes_weights_workspace(const lacuna_convolution *c) {
  weights_plan p = make_weights_plan(c);
  return (size_t)(p.chunks * p.size * p.lanes) + 64;
}

/// Rows of the output's gradient, for `images` images from `image` on.
static void load_gradient(const weights_plan *p, int64_t image, int64_t images, int64_t first_row, int64_t rows,
                          float *dy) {
  const lacuna_convolution *c = p->c;
  int64_t row = c->out_width * c->out_channels, pitch = c->out_height * row;
  int64_t start = image * pitch + first_row * row;
  if (p->chosen == NULL) return to_lanes(images, rows * row, p->dy + start, pitch, dy);
  int64_t count = rows * row / 4, place = image * pitch / 4 + first_row * row / 4;
  float *small = lacuna_scratch(scratch_between, (size_t)(2 * count * p->lanes) * sizeof(float));
  float *chosen = small + count * p->lanes;
  to_lanes(images, count, p->dy + place, pitch / 4, small);
  to_lanes(images, count, (const float *)p->chosen + place, pitch / 4, chosen);
  lacuna_kernels()->unpool_lanes(&(lanes_pool){
    .rows = rows, .columns = c->out_width, .channels = c->out_channels, .large = dy, .small = small,
    .chosen = (int32_t *)chosen, .first = (int32_t)start, .image = (int32_t)pitch,
  });
}

/// Adds the products of some rows of dy, which are in `dy`, to dw.
static void add_rows(const weights_plan *p, const float *x, const float *dy, int64_t first_row, int64_t rows,
                     float *dw) {
  const lacuna_convolution *c = p->c;
  lanes_weights b = {
    .x_row = p->columns * c->in_channels * p->lanes, .columns = c->out_width, .channels = c->in_channels,
    .produced = c->out_channels, .length = c->kernel_width * c->in_channels,
  };
  for (int64_t ky = 0; ky < c->kernel_height; ky++) {
    // Rows of dy whose tap is inside the image.
    int64_t first = lacuna_maximum(first_row, c->padding - ky);
    int64_t end = lacuna_minimum(first_row + rows, c->in_height + c->padding - ky);
    if (first >= end) continue;
    b.rows = end - first;
    b.x = x + (first + ky - c->padding) * b.x_row;
    b.dy = dy + (first - first_row) * c->out_width * c->out_channels * p->lanes;
    b.dw = dw + ky * b.length * c->out_channels * p->lanes;
    lacuna_kernels()->convolve_weights_lanes(&b);
  }
}

static void run_chunk(void *context, int64_t chunk) {
  const weights_plan *p = context;
  const lacuna_convolution *c = p->c;
  float *dw = p->partials + chunk * p->size * p->lanes;
  memset(dw, 0, (size_t)(p->size * p->lanes) * sizeof(float));
  int64_t row_count = c->in_width * c->in_channels, in_count = c->in_height * row_count;
  int64_t dy_row = c->out_width * c->out_channels;
  int64_t padded_row = p->columns * c->in_channels * p->lanes;
  size_t bytes = (size_t)(c->in_height * padded_row) * sizeof(float);
  // Zeros at the left and the right of each row, which no block overwrites.
  float *x = memset(lacuna_scratch(scratch_image, bytes), 0, bytes);
  float *dy = lacuna_scratch(scratch_gradient, (size_t)(p->rows_together * dy_row * p->lanes) * sizeof(float));
  for (int64_t block = p->blocks * chunk / p->chunks; block < p->blocks * (chunk + 1) / p->chunks; block++) {
    int64_t image = block * p->lanes, images = lacuna_minimum(p->lanes, c->batch - image);
    for (int64_t row = 0; row < c->in_height; row++)
      to_lanes(images, row_count, p->x + image * in_count + row * row_count, in_count,
               x + row * padded_row + c->padding * c->in_channels * p->lanes);
    for (int64_t row = 0; row < c->out_height; row += p->rows_together) {
      int64_t rows = lacuna_minimum(p->rows_together, c->out_height - row);
      load_gradient(p, image, images, row, rows, dy);
      add_rows(p, x, dy, row, rows, dw);
    }
  }
}

static void backward_weights(const lacuna_convolution *c, const float *x, const float *dy, const int32_t *chosen,
                             float *dw, float *workspace) {
  weights_plan p = make_weights_plan(c);
  p.x = x, p.dy = dy, p.chosen = chosen, p.partials = lacuna_align(workspace);
  if (chosen) p.rows_together = lacuna_round_up(p.rows_together, 2);
  lacuna_parallel(p.chunks, run_chunk, &p);
  // The lanes of each chunk, in order.
  for (int64_t i = 0; i < p.size; i++) {
    float sum = 0;
    for (int64_t chunk = 0; chunk < p.chunks; chunk++)
      for (int64_t lane = 0; lane < p.lanes; lane++) sum += p.partials[(chunk * p.size + i) * p.lanes + lane];
    dw[i] = sum;
  }
}

void lacuna_image_lanes_backward_weights(const lacuna_convolution *c, const float *x, const float *dy, float *dw,
                                         float *workspace) {
  backward_weights(c, x, dy, NULL, dw, workspace);
}

// ---- Followed by max-pooling ----------------------------------------------------------------------------------------

int lacuna_pooled_convolution_suits(const lacuna_convolution *c) {
  return c->out_height % 2 == 0 && c->out_width % 2 == 0
         && c->batch * c->out_height * c->out_width * c->out_channels <= INT32_MAX
         && lacuna_image_lanes_suit(c, lanes_forward) && lacuna_image_lanes_suit(c, lanes_backward_weights);
}

void lacuna_pooled_convolution_forward(const lacuna_convolution *c, const float *x, const float *w, const float *bias,
                                       float *y, int32_t *chosen) {
  convolve(c, 0, x, w, bias, 0, y, chosen, NULL);
}

size_t lacuna_pooled_convolution_workspace(const lacuna_convolution *c) {
  return lacuna_image_lanes_weights_workspace(c);
}

void lacuna_pooled_convolution_backward_weights(const lacuna_convolution *c, const float *x, const float *dy,
                                                const int32_t *chosen, float *dw, float *dbias, float *workspace) {
  backward_weights(c, x, dy, chosen, dw, workspace);
  if (dbias) lacuna_sum_rows(c->batch * c->out_height * c->out_width / 4, c->out_channels, dy, dbias);
}
