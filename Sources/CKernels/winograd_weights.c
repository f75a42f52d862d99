// Winograd's convolution, backward to the weights: 36 products over all tiles, of x's tiles with those of dy.
//
// dw = Gᵀ·[Σ (Bᵀ·d·B) ⊙ (A·dy·Aᵀ)]·G, the transposition of the forward algorithm.
#include "winograd.h"

typedef struct {
  const lacuna_convolution *c;
  int64_t lanes, in_pitch, out_pitch, panel;
  int64_t tiles_y, tiles_x, tiles;
  // Where the 36 matrices of sums fit the second cache, tiles are cut into slices with sums of their own, and a thread
  // does all of a slice, block by block; else the threads share a block, each with some of the 36 products.
  int64_t slices, tiles_together;
  int64_t in_plane, out_plane, sum_plane;
  const float *x, *dy;
  float *zeros, *in, *out, *sums, *dw;  // sums: [slice][36][in channel][out_pitch]
  int64_t first, count;                 // the shared block
} plan;

// depth_together: tiles of a product whose numbers stay in the first cache.
enum { least_own_tiles = 48, most_slices = 8, tiles_per_call = 32, depth_together = 96 };

static plan make_plan(const lacuna_convolution *c) {
  const kernel_table *kernels = lacuna_kernels();
  plan p = {.c = c, .lanes = kernels->lanes};
  p.in_pitch = lacuna_round_up(c->in_channels, p.lanes);
  p.out_pitch = lacuna_round_up(c->out_channels, p.lanes);
  p.panel = kernels->product_vectors * p.lanes;
  p.tiles_y = lacuna_divide_up(c->out_height, 4);
  p.tiles_x = lacuna_divide_up(c->out_width, 4);
  p.tiles = c->batch * p.tiles_y * p.tiles_x;
  int64_t numbers = 36 * (p.in_pitch + p.out_pitch);
  int64_t own = lacuna_maximum(least_own_tiles, own_numbers / numbers);
  int64_t shared = lacuna_maximum(least_shared_tiles, shared_numbers / numbers);
  int64_t slices = p.in_pitch * p.out_pitch > cached_matrix ? 1 : lacuna_minimum(most_slices, p.tiles / (2 * own));
  p.slices = lacuna_maximum(1, slices);
  int64_t tiles = lacuna_divide_up(p.tiles, p.slices);
  p.tiles_together = lacuna_divide_up(tiles, lacuna_divide_up(tiles, p.slices > 1 ? own : shared));
  p.in_plane = p.tiles_together * p.in_pitch + plane_gap;
  p.out_plane = p.tiles_together * p.out_pitch + plane_gap;
  p.sum_plane = c->in_channels * p.out_pitch + plane_gap;
  return p;
}

size_t lacuna_winograd_weights_workspace(const lacuna_convolution *c) {
  plan p = make_plan(c);
  int64_t block = p.slices > 1 ? 0 : 36 * (p.in_plane + p.out_plane);
  return (size_t)(lacuna_maximum(p.in_pitch, p.out_pitch) + block + p.slices * 36 * p.sum_plane) + 64;
}

/// The 36 numbers of tiles first..<first + count of x and of dy.
static void transform_tiles(const plan *p, int64_t first, int64_t count, float *in, float *out) {
  const lacuna_convolution *c = p->c;
  winograd_tiles tiles = {
    .first = first, .count = count, .tiles_y = p->tiles_y, .tiles_x = p->tiles_x, .height = c->in_height,
    .width = c->in_width, .channels = c->in_channels, .padding = c->padding, .image = p->x, .zeros = p->zeros,
    .numbers = in, .plane = p->in_plane, .pitch = p->in_pitch,
  };
  lacuna_kernels()->winograd_input(&tiles);
  tiles.height = c->out_height, tiles.width = c->out_width, tiles.channels = c->out_channels, tiles.padding = 0;
  tiles.image = p->dy, tiles.numbers = out, tiles.plane = p->out_plane, tiles.pitch = p->out_pitch;
  lacuna_kernels()->winograd_gradient(&tiles);
}

/// Product number q of `count` tiles, for the panel that begins with `channel`, to or added to `sums`.
static void add_product(const plan *p, int64_t q, int64_t channel, int64_t count, const float *in, const float *out,
                        int adds, float *sums) {
  product_block product = {
    .rows = p->c->in_channels, .vectors = lacuna_minimum(p->panel, p->out_pitch - channel) / p->lanes,
    .a_pitch = p->in_pitch, .b_pitch = p->out_pitch, .by_columns = 1, .out = sums + q * p->sum_plane + channel,
    .out_pitch = p->out_pitch,
  };
  for (int64_t tile = 0; tile < count; tile += depth_together) {
    product.depth = lacuna_minimum(depth_together, count - tile);
    product.a = in + q * p->in_plane + tile * p->in_pitch;
    product.b = out + q * p->out_plane + tile * p->out_pitch + channel;
    product.adds = adds || tile > 0;
    lacuna_kernels()->multiply(&product);
  }
}

static void run_slice(void *context, int64_t slice) {
  const plan *p = context;
  float *in = lacuna_scratch(scratch_image, (size_t)(36 * p->in_plane) * sizeof(float));
  float *out = lacuna_scratch(scratch_gradient, (size_t)(36 * p->out_plane) * sizeof(float));
  int64_t start = p->tiles * slice / p->slices, end = p->tiles * (slice + 1) / p->slices;
  for (int64_t first = start; first < end; first += p->tiles_together) {
    int64_t count = lacuna_minimum(p->tiles_together, end - first);
    transform_tiles(p, first, count, in, out);
    for (int64_t q = 0; q < 36; q++)
      for (int64_t channel = 0; channel < p->out_pitch; channel += p->panel)
        add_product(p, q, channel, count, in, out, first > start, p->sums + slice * 36 * p->sum_plane);
  }
}

static void transform_shared(void *context, int64_t index) {
  const plan *p = context;
  int64_t start = index * tiles_per_call;
  transform_tiles(p, p->first + start, lacuna_minimum(tiles_per_call, p->count - start), p->in + start * p->in_pitch,
                  p->out + start * p->out_pitch);
}

static void multiply_shared(void *context, int64_t index) {
  const plan *p = context;
  int64_t panels = lacuna_divide_up(p->out_pitch, p->panel);
  add_product(p, index / panels, index % panels * p->panel, p->count, p->in, p->out, p->first > 0, p->sums);
}

enum { rows_together = 4 };

/// The gradients of some input channels: the slices' sums, in order, and their transform.
static void find_gradient(void *context, int64_t index) {
  const plan *p = context;
  const lacuna_convolution *c = p->c;
  int64_t start = index * rows_together, rows = lacuna_minimum(rows_together, c->in_channels - start);
  for (int64_t slice = 1; slice < p->slices; slice++)
    for (int64_t q = 0; q < 36; q++) {
      float *sum = p->sums + q * p->sum_plane + start * p->out_pitch;
      lacuna_kernels()->elementwise[operation_add](rows * p->out_pitch, sum, sum + slice * 36 * p->sum_plane, sum, 0, 0);
    }
  for (int64_t k = start; k < start + rows; k++)
    lacuna_kernels()->winograd_weights_gradient(c->out_channels, p->sums + k * p->out_pitch, p->sum_plane,
                                                p->dw + k * c->out_channels, c->in_channels * c->out_channels);
}

void lacuna_winograd_backward_weights(const lacuna_convolution *c, const float *x, const float *dy, float *dw,
                                      float *workspace) {
  plan p = make_plan(c);
  p.x = x, p.dy = dy, p.dw = dw;
  p.zeros = lacuna_align(workspace);
  int64_t zeros = lacuna_maximum(p.in_pitch, p.out_pitch);
  memset(p.zeros, 0, (size_t)zeros * sizeof(float));
  p.sums = p.zeros + zeros;
  p.in = p.sums + p.slices * 36 * p.sum_plane;
  p.out = p.in + 36 * p.in_plane;
  if (p.slices > 1) {
    lacuna_parallel(p.slices, run_slice, &p);
  } else {
    int64_t panels = lacuna_divide_up(p.out_pitch, p.panel);
    for (p.first = 0; p.first < p.tiles; p.first += p.tiles_together) {
      p.count = lacuna_minimum(p.tiles_together, p.tiles - p.first);
      lacuna_parallel(lacuna_divide_up(p.count, tiles_per_call), transform_shared, &p);
      lacuna_parallel(36 * panels, multiply_shared, &p);
    }
  }
  lacuna_parallel(lacuna_divide_up(c->in_channels, rows_together), find_gradient, &p);
}
