// Convolution as one dense product per tap, forward and backward to the data.
//
// Within a row of the output, the pixels that one tap reads are `stride` pixels apart and form the rows of a matrix in
// place: nothing is copied, and pixels outside the image are skipped. Backward the roles are swapped: rows of dy are
// read, and rows of dx, `stride` pixels apart, are added to.
#include "convolution_products.h"

enum { least_reduced = 32, least_produced = 64, block_floats = 1 << 18, block_depth = 128 };

typedef struct {
  const lacuna_convolution *c;
  int backward;
  int64_t in_height, in_width, reduced, out_height, out_width, produced;
  int64_t lanes, panel, panels, images_together;
  const float *x, *w, *bias, *residual;
  int relu;
  float *y, *packed;  // packed: [panel][tap][reduced][channels of the panel]
} plan;

int lacuna_products_suit(const lacuna_convolution *c, int backward) {
  int64_t reduced = backward ? c->out_channels : c->in_channels, produced = backward ? c->in_channels : c->out_channels;
  // For 3×3 taps at stride 1 the products load and store their sums nine times as often as the direct kernel.
  if (c->stride == 1 && c->kernel_height * c->kernel_width > 1) return 0;
  const kernel_table *kernels = lacuna_kernels();
  return kernels->tap_products && c->groups == 1 && produced % kernels->lanes == 0 && produced >= least_produced
         && reduced >= least_reduced;
}

static plan make_plan(const lacuna_convolution *c, int backward) {
  const kernel_table *kernels = lacuna_kernels();
  plan p = {.c = c, .backward = backward, .lanes = kernels->lanes};
  if (backward) {
    p.in_height = c->out_height, p.in_width = c->out_width, p.reduced = c->out_channels;
    p.out_height = c->in_height, p.out_width = c->in_width, p.produced = c->in_channels;
  } else {
    p.in_height = c->in_height, p.in_width = c->in_width, p.reduced = c->in_channels;
    p.out_height = c->out_height, p.out_width = c->out_width, p.produced = c->out_channels;
  }
  p.panel = kernels->product_vectors * p.lanes;
  p.panels = lacuna_divide_up(p.produced, p.panel);
  int64_t width = lacuna_minimum(p.panel, p.produced);
  int64_t floats = p.in_height * p.in_width * p.reduced + p.out_height * p.out_width * width;
  p.images_together = lacuna_minimum(lacuna_divide_up(c->batch, 8), lacuna_maximum(1, block_floats / floats));
  return p;
}

size_t lacuna_products_workspace(const lacuna_convolution *c) {
  return (size_t)(c->kernel_height * c->kernel_width * c->in_channels * c->out_channels) + 64;
}

static int64_t panel_width(const plan *p, int64_t first) { return lacuna_minimum(p->panel, p->produced - first); }

/// Packs the weights of one tap for one panel.
static void pack(void *context, int64_t index) {
  const plan *p = context;
  const lacuna_convolution *c = p->c;
  int64_t taps = c->kernel_height * c->kernel_width, first = index / taps * p->panel, tap = index % taps;
  int64_t width = panel_width(p, first);
  const float *from = p->w + tap * c->in_channels * c->out_channels;
  float *to = p->packed + first * taps * p->reduced + tap * p->reduced * width;
  if (p->backward) {
    lacuna_kernels()->transpose(width, p->reduced, from + first * c->out_channels, c->out_channels, to, width);
  } else {
    for (int64_t r = 0; r < p->reduced; r++)
      lacuna_copy_few(to + r * width, from + r * c->out_channels + first, width);
  }
}

/// Initializes the sums of one image and panel: bias plus residual, or zero.
static void start_image(const plan *p, int64_t image, int64_t first, int64_t width) {
  size_t bytes = (size_t)width * sizeof(float);
  int64_t pixels = p->out_height * p->out_width, start = image * pixels * p->produced + first;
  for (int64_t i = 0; i < pixels; i++) {
    float *to = p->y + start + i * p->produced;
    if (p->residual) memcpy(to, p->residual + start + i * p->produced, bytes);
    else if (p->bias) memcpy(to, p->bias + first, bytes);
    else memset(to, 0, bytes);
    if (p->residual && p->bias) lacuna_kernels()->elementwise[operation_add](width, to, p->bias + first, to, 0, 0);
  }
}

static void end_image(const plan *p, int64_t image, int64_t first, int64_t width) {
  int64_t pixels = p->out_height * p->out_width;
  for (int64_t i = 0; i < pixels; i++) {
    float *at = p->y + (image * pixels + i) * p->produced + first;
    lacuna_kernels()->elementwise[operation_relu](width, at, NULL, at, 0, 0);
  }
}

/// The outputs first..<end of 0..<count whose tap k reads inside the `size` inputs.
static void find_range(const lacuna_convolution *c, int64_t k, int64_t size, int64_t count, int64_t *first,
                       int64_t *end) {
  int64_t shift = k - c->padding;
  *first = shift < 0 ? lacuna_divide_up(-shift, c->stride) : 0;
  *end = shift < size ? lacuna_minimum(count, (size - 1 - shift) / c->stride + 1) : 0;
}

/// Adds one tap's products to one image, for a block of the reduced channels.
static void add_tap(const plan *p, product_block *b, int64_t image, int64_t ky, int64_t kx, int64_t depth,
                    int64_t first_channel) {
  const lacuna_convolution *c = p->c;
  int64_t top, bottom, left, right;
  find_range(c, ky, c->in_height, c->out_height, &top, &bottom);
  find_range(c, kx, c->in_width, c->out_width, &left, &right);
  if (left >= right) return;
  b->rows = right - left;
  for (int64_t row = top; row < bottom; row++) {
    int64_t far = (row * c->stride + ky - c->padding) * c->in_width + left * c->stride + kx - c->padding;
    int64_t near = row * c->out_width + left;
    int64_t in = image * p->in_height * p->in_width + (p->backward ? near : far);
    int64_t out = image * p->out_height * p->out_width + (p->backward ? far : near);
    b->a = p->x + in * p->reduced + depth;
    b->out = p->y + out * p->produced + first_channel;
    lacuna_kernels()->multiply(b);
  }
}

/// Computes one panel for some images.
static void run_item(void *context, int64_t index) {
  const plan *p = context;
  const lacuna_convolution *c = p->c;
  int64_t first = index % p->panels * p->panel, width = panel_width(p, first);
  int64_t start = index / p->panels * p->images_together;
  int64_t end = lacuna_minimum(c->batch, start + p->images_together);
  const float *weights = p->packed + first * c->kernel_height * c->kernel_width * p->reduced;
  product_block b = {
    .vectors = width / p->lanes, .a_pitch = p->reduced * (p->backward ? 1 : c->stride), .b_pitch = width,
    .out_pitch = p->produced * (p->backward ? c->stride : 1), .adds = 1,
  };
  for (int64_t image = start; image < end; image++) start_image(p, image, first, width);
  for (int64_t ky = 0; ky < c->kernel_height; ky++)
    for (int64_t kx = 0; kx < c->kernel_width; kx++, weights += p->reduced * width)
      for (int64_t depth = 0; depth < p->reduced; depth += block_depth) {
        b.depth = lacuna_minimum(block_depth, p->reduced - depth);
        b.b = weights + depth * width;
        for (int64_t image = start; image < end; image++) add_tap(p, &b, image, ky, kx, depth, first);
      }
  if (p->relu)
    for (int64_t image = start; image < end; image++) end_image(p, image, first, width);
}

void lacuna_products_convolution(const lacuna_convolution *c, int backward, const float *x, const float *w,
                                 const float *bias, const float *residual, int relu, float *y, float *workspace) {
  plan p = make_plan(c, backward);
  p.x = x, p.w = w, p.bias = bias, p.residual = residual, p.relu = relu, p.y = y;
  p.packed = lacuna_align(workspace);
  lacuna_parallel(p.panels * c->kernel_height * c->kernel_width, pack, &p);
  lacuna_parallel(p.panels * lacuna_divide_up(c->batch, p.images_together), run_item, &p);
}
