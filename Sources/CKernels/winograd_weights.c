// Winograd's convolution, backward to the weights: products over all tiles, of x's numbers with those of dy.
//
// dw = Gᵀ·[Σ (Bᵀ·d·B) ⊙ (A·dy·Aᵀ)]·G, the transpose of the forward algorithm.
#include "winograd.h"

// least_own_tiles: of 36 numbers; depth_together: tiles of a product whose numbers fit the L1 cache.
enum { least_own_tiles = 48, most_slices = 8, tiles_per_call = 32, depth_together = 96 };

static int64_t own_tiles(const winograd_weights_plan *p) {
  int64_t tiles = lacuna_tiles_of(p->algorithm, own_numbers, p->in_pitch, p->out_pitch);
  return lacuna_maximum(least_own_tiles * 36 / p->numbers, tiles);
}

/// Splits `tiles` tiles evenly into blocks of about `together`, a multiple of the depth that a product processes.
static void cut(winograd_weights_plan *p, int64_t tiles, int64_t together) {
  int64_t unit = p->split ? split_depth : 1;
  p->tiles_together = lacuna_round_up(lacuna_divide_up(tiles, lacuna_divide_up(tiles, together)), unit);
  p->in_plane = p->tiles_together * p->in_pitch + plane_gap;
  p->out_plane = p->tiles_together * p->out_pitch + plane_gap;
}

void lacuna_winograd_weights_cut(winograd_weights_plan *p, int64_t images) {
  cut(p, images * p->tiles_y * p->tiles_x, own_tiles(p));
}

winograd_weights_plan lacuna_winograd_weights_plan(const lacuna_convolution *c) {
  const kernel_table *kernels = lacuna_kernels();
  winograd_weights_plan p = {.c = c, .algorithm = lacuna_winograd_algorithm(c), .lanes = kernels->lanes};
  p.numbers = p.algorithm->side * p.algorithm->side;
  p.in_pitch = lacuna_round_up(c->in_channels, p.lanes);
  p.out_pitch = lacuna_round_up(c->out_channels, p.lanes);
  p.split = lacuna_winograd_split(p.in_pitch, p.out_pitch);
  // What is split should be used for all channels of the other operand.
  p.panel = p.split ? p.out_pitch : kernels->product_vectors * p.lanes;
  p.tiles_y = lacuna_divide_up(c->out_height, 4);
  p.tiles_x = lacuna_divide_up(c->out_width, 4);
  p.tiles = c->batch * p.tiles_y * p.tiles_x;
  int64_t own = own_tiles(&p), shared = lacuna_tiles_of(p.algorithm, shared_numbers, p.in_pitch, p.out_pitch);
  int64_t slices = p.in_pitch * p.out_pitch > cached_matrix ? 1 : lacuna_minimum(most_slices, p.tiles / (2 * own));
  p.slices = lacuna_maximum(1, slices);
  cut(&p, lacuna_divide_up(p.tiles, p.slices), p.slices > 1 ? own : lacuna_maximum(least_shared_tiles, shared));
  p.sum_plane = p.in_pitch * p.out_pitch + plane_gap;
  return p;
}

size_t lacuna_winograd_weights_plan_floats(const winograd_weights_plan *p) {
  return (size_t)(9 * lacuna_maximum(p->in_pitch, p->out_pitch) + p->slices * matrices * p->sum_plane) + 64;
}

size_t lacuna_winograd_weights_workspace(const lacuna_convolution *c) {
  winograd_weights_plan p = lacuna_winograd_weights_plan(c);
  return lacuna_winograd_weights_plan_floats(&p) + (p.slices > 1 ? 0 : (size_t)(p.numbers * (p.in_plane + p.out_plane)));
}

void lacuna_winograd_weights_prepare(winograd_weights_plan *p, float *workspace) {
  int64_t zeros = 9 * lacuna_maximum(p->in_pitch, p->out_pitch);
  p->zeros = lacuna_align(workspace);
  p->sums = p->zeros + zeros;
  memset(p->zeros, 0, (size_t)zeros * sizeof(float));
}

/// Transforms the tiles first..<first + count of x and of dy.
static void transform_tiles(const winograd_weights_plan *p, int64_t first, int64_t count, float *in, float *out) {
  const lacuna_convolution *c = p->c;
  winograd_tiles tiles = {
    .first = first, .count = count, .tiles_y = p->tiles_y, .tiles_x = p->tiles_x, .height = c->in_height,
    .width = c->in_width, .channels = c->in_channels, .padding = c->padding, .image = p->x, .zeros = p->zeros,
    .numbers = in, .plane = p->in_plane, .pitch = p->in_pitch,
  };
  p->algorithm->forward.input(&tiles);
  tiles.height = c->out_height, tiles.width = c->out_width, tiles.channels = c->out_channels, tiles.padding = 0;
  tiles.image = p->dy, tiles.numbers = out, tiles.plane = p->out_plane, tiles.pitch = p->out_pitch;
  p->algorithm->gradient(&tiles);
}

enum { split_tiles = 128 };

/// Product number q of `count` tiles, with split products; written or added to the sums of its matrix.
static void add_split(const winograd_weights_plan *p, int64_t q, int64_t count, const float *in, const float *out, int adds,
                      float *sums) {
  int64_t channels = p->c->in_channels;
  float *turned = lacuna_scratch(scratch_taps, (size_t)(channels * split_tiles) * sizeof(float));
  void *left = lacuna_scratch(scratch_left, (size_t)lacuna_split_bytes(channels, split_tiles));
  void *right = lacuna_scratch(scratch_right, (size_t)lacuna_split_bytes(p->out_pitch, split_tiles));
  sums += lacuna_winograd_matrix(p->algorithm, q) * p->sum_plane;
  for (int64_t tile = 0; tile < count; tile += split_tiles, adds = 1) {
    int64_t depth = lacuna_minimum(split_tiles, count - tile);
    lacuna_kernels()->transpose(depth, channels, in + q * p->in_plane + tile * p->in_pitch, p->in_pitch, turned,
                                split_tiles);
    p->split->split_left(channels, depth, turned, split_tiles, left);
    p->split->split_right(depth, p->out_pitch, out + q * p->out_plane + tile * p->out_pitch, p->out_pitch, right);
    p->split->multiply(channels, p->out_pitch, depth, left, right, adds, sums, p->out_pitch);
  }
}

/// Product number q of `count` tiles, for the panel that starts at `channel`; written or added to the sums of its
/// matrix.
static void add_product(const winograd_weights_plan *p, int64_t q, int64_t channel, int64_t count, const float *in,
                        const float *out, int adds, float *sums) {
  product_block product = {
    .rows = p->c->in_channels, .vectors = lacuna_minimum(p->panel, p->out_pitch - channel) / p->lanes,
    .a_pitch = p->in_pitch, .b_pitch = p->out_pitch, .by_columns = 1, .out_pitch = p->out_pitch,
    .out = sums + lacuna_winograd_matrix(p->algorithm, q) * p->sum_plane + channel,
  };
  for (int64_t tile = 0; tile < count; tile += depth_together) {
    product.depth = lacuna_minimum(depth_together, count - tile);
    product.a = in + q * p->in_plane + tile * p->in_pitch;
    product.b = out + q * p->out_plane + tile * p->out_pitch + channel;
    product.adds = adds || tile > 0;
    lacuna_kernels()->multiply(&product);
  }
}

/// The part of one matrix of sums in one panel: the products of all numbers that belong to it.
static void add_matrix(const winograd_weights_plan *p, int64_t matrix, int64_t channel, int64_t count, const float *in,
                       const float *out, int adds, float *sums) {
  int64_t side = p->algorithm->side, row = matrix / 6, column = matrix % 6;
  for (int64_t y = row; y < (row == 5 ? side : row + 1); y++)
    for (int64_t x = column; x < (column == 5 ? side : column + 1); x++, adds = 1)
      if (p->split) add_split(p, y * side + x, count, in, out, adds, sums);
      else add_product(p, y * side + x, channel, count, in, out, adds, sums);
}

/// Writes the sums of a slice over the tiles first..<end, or adds to them if `adds` is set.
static void sum_tiles(const winograd_weights_plan *p, int64_t slice, int64_t first, int64_t end, int adds) {
  float *in = lacuna_scratch(scratch_image, (size_t)(p->numbers * p->in_plane) * sizeof(float));
  float *out = lacuna_scratch(scratch_gradient, (size_t)(p->numbers * p->out_plane) * sizeof(float));
  for (; first < end; first += p->tiles_together, adds = 1) {
    int64_t count = lacuna_minimum(p->tiles_together, end - first);
    transform_tiles(p, first, count, in, out);
    for (int64_t matrix = 0; matrix < matrices; matrix++)
      for (int64_t channel = 0; channel < p->out_pitch; channel += p->panel)
        add_matrix(p, matrix, channel, count, in, out, adds, p->sums + slice * matrices * p->sum_plane);
  }
}

static void run_slice(void *context, int64_t slice) {
  const winograd_weights_plan *p = context;
  sum_tiles(p, slice, p->tiles * slice / p->slices, p->tiles * (slice + 1) / p->slices, 0);
}

void lacuna_winograd_weights_images(const winograd_weights_plan *p, int64_t slice, int64_t images, const float *x,
                                    const float *dy, int adds) {
  winograd_weights_plan some = *p;
  some.x = x, some.dy = dy;
  sum_tiles(&some, slice, 0, images * p->tiles_y * p->tiles_x, adds);
}

static void transform_shared(void *context, int64_t index) {
  const winograd_weights_plan *p = context;
  int64_t start = index * tiles_per_call;
  transform_tiles(p, p->first + start, lacuna_minimum(tiles_per_call, p->count - start), p->in + start * p->in_pitch,
                  p->out + start * p->out_pitch);
}

static void multiply_shared(void *context, int64_t index) {
  const winograd_weights_plan *p = context;
  // The last matrix has the most products; it comes first, or the other threads would wait for it.
  int64_t panels = lacuna_divide_up(p->out_pitch, p->panel), matrix = matrices - 1 - index / panels;
  add_matrix(p, matrix, index % panels * p->panel, p->count, p->in, p->out, p->first > 0, p->sums);
}

enum { rows_together = 4 };

/// The gradients for some input channels: adds the sums of the slices, in order, and transforms them.
static void find_gradient(void *context, int64_t index) {
  const winograd_weights_plan *p = context;
  const lacuna_convolution *c = p->c;
  int64_t start = index * rows_together, rows = lacuna_minimum(rows_together, c->in_channels - start);
  for (int64_t slice = 1; slice < p->slices; slice++)
    for (int64_t matrix = 0; matrix < matrices; matrix++) {
      float *sum = p->sums + matrix * p->sum_plane + start * p->out_pitch;
      const float *part = sum + slice * matrices * p->sum_plane;
      lacuna_kernels()->elementwise[operation_add](rows * p->out_pitch, sum, part, sum, 0, 0);
    }
  for (int64_t k = start; k < start + rows; k++)
    p->algorithm->weights_gradient(c->out_channels, p->sums + k * p->out_pitch, p->sum_plane,
                                   p->dw + k * c->out_channels, c->in_channels * c->out_channels);
}

void lacuna_winograd_weights_finish(winograd_weights_plan *p, float *dw) {
  p->dw = dw;
  lacuna_parallel(lacuna_divide_up(p->c->in_channels, rows_together), find_gradient, p);
}

void lacuna_winograd_backward_weights(const lacuna_convolution *c, const float *x, const float *dy, float *dw,
                                      float *workspace) {
  winograd_weights_plan p = lacuna_winograd_weights_plan(c);
  lacuna_winograd_weights_prepare(&p, workspace);
  p.x = x, p.dy = dy;
  if (p.slices > 1) {
    lacuna_parallel(p.slices, run_slice, &p);
  } else {
    p.in = p.sums + matrices * p.sum_plane;
    p.out = p.in + p.numbers * p.in_plane;
    int64_t panels = lacuna_divide_up(p.out_pitch, p.panel);
    for (p.first = 0; p.first < p.tiles; p.first += p.tiles_together) {
      p.count = lacuna_minimum(p.tiles_together, p.tiles - p.first);
      lacuna_parallel(lacuna_divide_up(p.count, tiles_per_call), transform_shared, &p);
      lacuna_parallel(matrices * panels, multiply_shared, &p);
    }
  }
  lacuna_winograd_weights_finish(&p, dw);
}
