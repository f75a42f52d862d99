// Winograd's convolution, forward and backward to the data; backward, dy is convolved with the rotated weights.
//
// Source: Lavin and Gray, CVPR 2016, arXiv:1509.09308, section 4.2 (F(4×4, 3×3)); for stride 2 the decomposition of
// Huang, Zhang, Zhang, et al., AAAI 2020, arXiv:2002.00552.
#include "winograd.h"

#include <stdatomic.h>
#include <stdlib.h>

// ---- Choice ---------------------------------------------------------------------------------------------------------

enum { not_chosen = -1 };
static atomic_int chosen = not_chosen;

int lacuna_winograd(void) {
  int enabled = atomic_load_explicit(&chosen, memory_order_relaxed);
  if (enabled != not_chosen) return enabled;
  const char *wanted = getenv("LACUNA_WINOGRAD");
  int found = wanted == NULL || strcmp(wanted, "off") != 0;
  atomic_compare_exchange_strong(&chosen, &enabled, found);
  return enabled == not_chosen ? found : enabled;
}

void lacuna_set_winograd(int enabled) { atomic_store(&chosen, enabled != 0); }

// With fewer channels the transforms cost more than the saved products.
enum { least_channels = 16, least_strided_channels = 32 };

int lacuna_winograd_suits(const lacuna_convolution *c) {
  if (!lacuna_winograd() || c->kernel_height != 3 || c->kernel_width != 3 || c->groups != 1) return 0;
  if (c->stride == 2 ? c->padding != 1 : c->stride != 1 || c->padding > 2) return 0;
  int64_t least = c->stride == 2 ? least_strided_channels : least_channels;
  if (lacuna_minimum(c->in_channels, c->out_channels) < least) return 0;
  // Tiles at the borders may be mostly outside. The direct algorithm must need so many more products that the
  // transforms pay off: twice as many at stride 1, a quarter more at stride 2.
  int64_t tiles = lacuna_divide_up(c->out_height, 4) * lacuna_divide_up(c->out_width, 4);
  int64_t direct = 9 * c->out_height * c->out_width;
  return c->stride == 2 ? 4 * direct >= 5 * 81 * tiles : direct >= 2 * 36 * tiles;
}

// ---- Plan -----------------------------------------------------------------------------------------------------------

// least_own_tiles: of 36 numbers.
enum { least_own_tiles = 24, tiles_per_call = 16 };

static int64_t own_tiles(const winograd_plan *p) {
  int64_t tiles = lacuna_tiles_of(p->algorithm, own_numbers, p->in_pitch, p->out_pitch);
  return lacuna_maximum(least_own_tiles * 36 / p->numbers, tiles);
}

/// Splits `tiles` tiles evenly into blocks of about `together`, a multiple of the rows that a product processes.
static void cut(winograd_plan *p, int64_t tiles, int64_t together) {
  int64_t unit = p->split ? split_rows : 6;
  p->tiles_together = lacuna_round_up(lacuna_divide_up(tiles, lacuna_divide_up(tiles, together)), unit);
  p->in_plane = p->tiles_together * p->in_pitch + plane_gap;
  p->out_plane = p->tiles_together * p->out_pitch + plane_gap;
}

void lacuna_winograd_cut(winograd_plan *p, int64_t images) { cut(p, images * p->tiles_y * p->tiles_x, own_tiles(p)); }

winograd_plan lacuna_winograd_plan(const lacuna_convolution *c, int backward) {
  const kernel_table *kernels = lacuna_kernels();
  const winograd_algorithm *algorithm = lacuna_winograd_algorithm(c);
  winograd_plan p = {.c = c, .algorithm = algorithm, .backward = backward, .lanes = kernels->lanes};
  p.numbers = algorithm->side * algorithm->side;
  if (backward) {
    p.in_height = c->out_height, p.in_width = c->out_width, p.reduced = c->out_channels;
    p.out_height = c->in_height, p.out_width = c->in_width, p.produced = c->in_channels;
    p.padding = c->stride == 1 ? 2 - c->padding : 0;
  } else {
    p.in_height = c->in_height, p.in_width = c->in_width, p.reduced = c->in_channels;
    p.out_height = c->out_height, p.out_width = c->out_width, p.produced = c->out_channels;
    p.padding = c->padding;
  }
  p.in_pitch = lacuna_round_up(p.reduced, p.lanes);
  p.out_pitch = lacuna_round_up(p.produced, p.lanes);
  p.panel = kernels->product_vectors * p.lanes;
  p.split = lacuna_winograd_split(p.in_pitch, p.out_pitch);
  // A tile is 4×4 pixels of y; of dx in the backward pass it is larger by the factor of the stride.
  int64_t tile = backward ? 4 * c->stride : 4;
  p.tiles_y = lacuna_divide_up(p.out_height, tile);
  p.tiles_x = lacuna_divide_up(p.out_width, tile);
  p.tiles = c->batch * p.tiles_y * p.tiles_x;
  int64_t own = own_tiles(&p), shared = lacuna_tiles_of(p.algorithm, shared_numbers, p.in_pitch, p.out_pitch);
  // Split products split the weights for each block, so blocks should be large.
  p.shares_blocks = p.split || p.in_pitch * p.out_pitch > cached_matrix || p.tiles < 4 * own;
  cut(&p, p.tiles, p.shares_blocks ? lacuna_maximum(least_shared_tiles, shared) : own);
  return p;
}

static int64_t weight_floats(const winograd_plan *p) {
  return matrices * (p->reduced * p->out_pitch + lacuna_divide_up(p->out_pitch, p->panel) * plane_gap);
}

size_t lacuna_winograd_plan_floats(const winograd_plan *p) {
  return (size_t)(9 * p->in_pitch + p->out_pitch + weight_floats(p)) + 64;
}

size_t lacuna_winograd_workspace(const lacuna_convolution *c, int backward) {
  winograd_plan p = lacuna_winograd_plan(c, backward);
  return lacuna_winograd_plan_floats(&p) + (p.shares_blocks ? (size_t)(p.numbers * (p.in_plane + p.out_plane)) : 0);
}

static int64_t panel_width(const winograd_plan *p, int64_t first) { return lacuna_minimum(p->panel, p->out_pitch - first); }

static int64_t weight_plane(const winograd_plan *p, int64_t width) { return p->reduced * width + plane_gap; }

/// Matrix q of the panel that starts at channel `first`.
static float *panel_weights(const winograd_plan *p, int64_t first, int64_t q) {
  return p->weights + matrices * first / p->panel * weight_plane(p, p->panel) + q * weight_plane(p, panel_width(p, first));
}

// ---- Weights --------------------------------------------------------------------------------------------------------

enum { depth_together = 16 };

static void transform_weights(void *context, int64_t index) {
  const winograd_plan *p = context;
  const lacuna_convolution *c = p->c;
  int64_t start = index * depth_together, end = lacuna_minimum(p->reduced, start + depth_together);
  int64_t tap_floats = c->in_channels * c->out_channels;
  float *turned = NULL;
  if (p->backward) {
    // From [tap][in][out] to [rotated tap][out][in], for these `out`.
    turned = lacuna_scratch(scratch_taps, (size_t)(9 * depth_together * p->out_pitch) * sizeof(float));
    for (int64_t tap = 0; tap < 9; tap++)
      lacuna_kernels()->transpose(p->produced, end - start, p->w + tap * tap_floats + start, c->out_channels,
                                  turned + (8 - tap) * depth_together * p->out_pitch, p->out_pitch);
  }
  for (int64_t first = 0; first < p->out_pitch; first += p->panel) {
    int64_t width = panel_width(p, first), count = lacuna_minimum(width, p->produced - first);
    for (int64_t k = start; k < end; k++) {
      float *out = panel_weights(p, first, 0) + k * width;
      if (p->backward)
        p->algorithm->weights(count, turned + (k - start) * p->out_pitch + first, depth_together * p->out_pitch, out,
                              weight_plane(p, width));
      else
        p->algorithm->weights(count, p->w + k * c->out_channels + first, tap_floats, out, weight_plane(p, width));
    }
  }
}

// ---- Tiles ----------------------------------------------------------------------------------------------------------

static const winograd_pass *pass_of(const winograd_plan *p) {
  return p->backward ? &p->algorithm->backward : &p->algorithm->forward;
}

/// Transforms the tiles first..<first + count of x to `in`, where tile `first` comes first.
static void read_tiles(const winograd_plan *p, int64_t first, int64_t count, float *in) {
  winograd_tiles tiles = {
    .first = first, .count = count, .tiles_y = p->tiles_y, .tiles_x = p->tiles_x, .height = p->in_height,
    .width = p->in_width, .channels = p->reduced, .padding = p->padding, .image = p->x, .zeros = p->zeros,
    .numbers = in, .plane = p->in_plane, .pitch = p->in_pitch,
  };
  pass_of(p)->input(&tiles);
}

/// Product number q of `count` tiles, from `in` to `out`, with split products.
static void multiply_split(const winograd_plan *p, int64_t q, int64_t count, const float *in, float *out) {
  void *left = lacuna_scratch(scratch_left, (size_t)lacuna_split_bytes(count, p->reduced));
  void *right = lacuna_scratch(scratch_right, (size_t)lacuna_split_bytes(p->panel, p->reduced));
  p->split->split_left(count, p->reduced, in + q * p->in_plane, p->in_pitch, left);
  for (int64_t channel = 0; channel < p->out_pitch; channel += p->panel) {
    int64_t width = panel_width(p, channel);
    const float *weights = panel_weights(p, channel, lacuna_winograd_matrix(p->algorithm, q));
    p->split->split_right(p->reduced, width, weights, width, right);
    p->split->multiply(count, width, p->reduced, left, right, 0, out + q * p->out_plane + channel, p->out_pitch);
  }
}

/// Product number q of `count` tiles, from `in` to `out`.
static void multiply_tiles(const winograd_plan *p, int64_t q, int64_t count, const float *in, float *out) {
  if (p->split) return multiply_split(p, q, count, in, out);
  for (int64_t channel = 0; channel < p->out_pitch; channel += p->panel) {
    int64_t width = panel_width(p, channel);
    product_block product = {
      .rows = count, .depth = p->reduced, .vectors = width / p->lanes, .a = in + q * p->in_plane,
      .b = panel_weights(p, channel, lacuna_winograd_matrix(p->algorithm, q)), .a_pitch = p->in_pitch, .b_pitch = width,
      .out = out + q * p->out_plane + channel, .out_pitch = p->out_pitch,
    };
    lacuna_kernels()->multiply(&product);
  }
}

/// Transforms `out` to the tiles first..<first + count of y.
static void write_tiles(const winograd_plan *p, int64_t first, int64_t count, float *out) {
  winograd_tiles tiles = {
    .first = first, .count = count, .tiles_y = p->tiles_y, .tiles_x = p->tiles_x, .height = p->out_height,
    .width = p->out_width, .channels = p->produced, .numbers = out, .plane = p->out_plane, .pitch = p->out_pitch,
    .bias = p->bias, .residual = p->residual, .relu = p->relu, .out = p->y,
  };
  pass_of(p)->output(&tiles);
}

static void run_own_block(void *context, int64_t index) {
  const winograd_plan *p = context;
  int64_t first = index * p->tiles_together, count = lacuna_minimum(p->tiles_together, p->tiles - first);
  float *in = lacuna_scratch(scratch_image, (size_t)(p->numbers * p->in_plane) * sizeof(float));
  float *out = lacuna_scratch(scratch_gradient, (size_t)(p->numbers * p->out_plane) * sizeof(float));
  read_tiles(p, first, count, in);
  for (int64_t q = 0; q < p->numbers; q++) multiply_tiles(p, q, count, in, out);
  write_tiles(p, first, count, out);
}

void lacuna_winograd_images(const winograd_plan *p, int64_t images, const float *x, float *y) {
  winograd_plan some = *p;
  some.x = x, some.y = y, some.tiles = images * p->tiles_y * p->tiles_x;
  for (int64_t block = 0; block * p->tiles_together < some.tiles; block++) run_own_block(&some, block);
}

static void read_shared(void *context, int64_t index) {
  const winograd_plan *p = context;
  int64_t start = index * tiles_per_call;
  read_tiles(p, p->first + start, lacuna_minimum(tiles_per_call, p->count - start), p->in + start * p->in_pitch);
}

static void multiply_shared(void *context, int64_t q) {
  const winograd_plan *p = context;
  multiply_tiles(p, q, p->count, p->in, p->out);
}

static void write_shared(void *context, int64_t index) {
  const winograd_plan *p = context;
  int64_t start = index * tiles_per_call;
  write_tiles(p, p->first + start, lacuna_minimum(tiles_per_call, p->count - start), p->out + start * p->out_pitch);
}

void lacuna_winograd_prepare(winograd_plan *p, const float *w, float *workspace) {
  p->w = w;
  p->zeros = lacuna_align(workspace);
  p->bias = p->zeros + 9 * p->in_pitch;
  p->weights = p->bias + p->out_pitch;
  memset(p->zeros, 0, (size_t)(9 * p->in_pitch + p->out_pitch) * sizeof(float));
  lacuna_parallel(lacuna_divide_up(p->reduced, depth_together), transform_weights, p);
}

void lacuna_winograd_convolution(const lacuna_convolution *c, int backward, const float *x, const float *w,
                                 const float *bias, const float *residual, int relu, float *y, float *workspace) {
  winograd_plan p = lacuna_winograd_plan(c, backward);
  lacuna_winograd_prepare(&p, w, workspace);
  p.x = x, p.residual = residual, p.relu = relu, p.y = y;
  if (bias) memcpy(p.bias, bias, (size_t)p.produced * sizeof(float));
  p.in = p.weights + weight_floats(&p);
  p.out = p.in + p.numbers * p.in_plane;
  if (!p.shares_blocks) return lacuna_parallel(lacuna_divide_up(p.tiles, p.tiles_together), run_own_block, &p);
  for (p.first = 0; p.first < p.tiles; p.first += p.tiles_together) {
    p.count = lacuna_minimum(p.tiles_together, p.tiles - p.first);
    int64_t calls = lacuna_divide_up(p.count, tiles_per_call);
    lacuna_parallel(calls, read_shared, &p);
    lacuna_parallel(p.numbers, multiply_shared, &p);
    lacuna_parallel(calls, write_shared, &p);
  }
}
