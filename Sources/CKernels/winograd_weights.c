// Winograd's convolution, backward to the weights: 36 products over all tiles, of x's tiles with those of dy.
//
// dw = Gᵀ·[Σ (Bᵀ·d·B) ⊙ (A·dy·Aᵀ)]·G, the transposition of the forward algorithm.
#include "winograd.h"

typedef struct {
  const lacuna_convolution *c;
  int64_t lanes, in_pitch, out_pitch, panel;
  int64_t tiles_y, tiles_x, tiles, tiles_together, first, count;
  int64_t in_plane, out_plane, sum_plane;
  const float *x, *dy;
  float *zeros, *in, *out, *sums, *dw;
} plan;

// Tiles transformed by one call, and numbers of the tiles whose products are summed in one go.
enum { tiles_per_call = 32, block_numbers = 1 << 20 };

static plan make_plan(const lacuna_convolution *c) {
  const kernel_table *kernels = lacuna_kernels();
  plan p = {.c = c, .lanes = kernels->lanes};
  p.in_pitch = lacuna_round_up(c->in_channels, p.lanes);
  p.out_pitch = lacuna_round_up(c->out_channels, p.lanes);
  p.panel = kernels->product_vectors * p.lanes;
  p.tiles_y = lacuna_divide_up(c->out_height, 4);
  p.tiles_x = lacuna_divide_up(c->out_width, 4);
  p.tiles = c->batch * p.tiles_y * p.tiles_x;
  int64_t most = lacuna_maximum(128, block_numbers / (36 * (p.in_pitch + p.out_pitch)));
  p.tiles_together = lacuna_divide_up(p.tiles, lacuna_divide_up(p.tiles, most));
  p.in_plane = p.tiles_together * p.in_pitch + 16;
  p.out_plane = p.tiles_together * p.out_pitch + 16;
  p.sum_plane = c->in_channels * p.out_pitch + 16;
  return p;
}

size_t lacuna_winograd_weights_workspace(const lacuna_convolution *c) {
  plan p = make_plan(c);
  return (size_t)(lacuna_maximum(p.in_pitch, p.out_pitch) + 36 * (p.in_plane + p.out_plane + p.sum_plane)) + 64;
}

static void transform_tiles(void *context, int64_t index) {
  const plan *p = context;
  const lacuna_convolution *c = p->c;
  int64_t start = index * tiles_per_call;
  winograd_tiles tiles = {
    .first = p->first + start, .count = lacuna_minimum(tiles_per_call, p->count - start), .tiles_y = p->tiles_y,
    .tiles_x = p->tiles_x, .height = c->in_height, .width = c->in_width, .channels = c->in_channels,
    .padding = c->padding, .image = p->x, .zeros = p->zeros, .numbers = p->in + start * p->in_pitch,
    .plane = p->in_plane, .pitch = p->in_pitch,
  };
  lacuna_kernels()->winograd_input(&tiles);
  tiles.height = c->out_height, tiles.width = c->out_width, tiles.channels = c->out_channels, tiles.padding = 0;
  tiles.image = p->dy, tiles.numbers = p->out + start * p->out_pitch;
  tiles.plane = p->out_plane, tiles.pitch = p->out_pitch;
  lacuna_kernels()->winograd_gradient(&tiles);
}

static void add_products(void *context, int64_t index) {
  const plan *p = context;
  int64_t panels = lacuna_divide_up(p->out_pitch, p->panel), q = index / panels, channel = index % panels * p->panel;
  product_block product = {
    .rows = p->c->in_channels, .depth = p->count,
    .vectors = lacuna_minimum(p->panel, p->out_pitch - channel) / p->lanes, .a = p->in + q * p->in_plane,
    .b = p->out + q * p->out_plane + channel, .a_pitch = p->in_pitch, .b_pitch = p->out_pitch, .by_columns = 1,
    .out = p->sums + q * p->sum_plane + channel, .out_pitch = p->out_pitch, .adds = p->first > 0,
  };
  lacuna_kernels()->multiply(&product);
}

enum { rows_together = 4 };

static void find_gradient(void *context, int64_t index) {
  const plan *p = context;
  const lacuna_convolution *c = p->c;
  int64_t start = index * rows_together, end = lacuna_minimum(c->in_channels, start + rows_together);
  for (int64_t k = start; k < end; k++)
    lacuna_kernels()->winograd_weights_gradient(c->out_channels, p->sums + k * p->out_pitch, p->sum_plane,
                                                p->dw + k * c->out_channels, c->in_channels * c->out_channels);
}

void lacuna_winograd_backward_weights(const lacuna_convolution *c, const float *x, const float *dy, float *dw,
                                      float *workspace) {
  plan p = make_plan(c);
  p.x = x, p.dy = dy, p.dw = dw;
  p.zeros = lacuna_align(workspace);
  int64_t zeros = lacuna_maximum(p.in_pitch, p.out_pitch);
  p.in = p.zeros + zeros;
  p.out = p.in + 36 * p.in_plane;
  p.sums = p.out + 36 * p.out_plane;
  memset(p.zeros, 0, (size_t)zeros * sizeof(float));
  int64_t panels = lacuna_divide_up(p.out_pitch, p.panel);
  for (p.first = 0; p.first < p.tiles; p.first += p.tiles_together) {
    p.count = lacuna_minimum(p.tiles_together, p.tiles - p.first);
    lacuna_parallel(lacuna_divide_up(p.count, tiles_per_call), transform_tiles, &p);
    lacuna_parallel(36 * panels, add_products, &p);
  }
  lacuna_parallel(lacuna_divide_up(c->in_channels, rows_together), find_gradient, &p);
}
