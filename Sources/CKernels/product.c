// Dense products: row blocks times panels of columns, computed in registers. Packs only what is not in the required
// layout: a transposed right side, or one whose number of columns is not a multiple of LANES.
#include "internal.h"

enum { block_rows = 48, block_depth = 512, pack_depth = 64, few_blocks = 4 };

typedef struct {
  int64_t m, n, k, lanes, width, panel, panels;  // width: columns in whole vectors
  const float *a, *b, *bias;
  int relu;
  int a_transposed, b_transposed, packs;
  float *packed, *out;                           // packed: [panel][k][columns of the panel]
} plan;

static plan make_plan(int64_t m, int64_t n, int64_t k, int b_transposed) {
  const kernel_table *kernels = lacuna_kernels();
  plan p = {.m = m, .n = n, .k = k, .lanes = kernels->lanes, .b_transposed = b_transposed};
  p.width = lacuna_round_up(n, p.lanes);
  p.panel = kernels->product_vectors * p.lanes;
  p.panels = lacuna_divide_up(p.width, p.panel);
  p.packs = b_transposed || p.width != n;
  return p;
}

size_t lacuna_product_workspace(int64_t m, int64_t n, int64_t k, int b_transposed) {
  plan p = make_plan(m, n, k, b_transposed);
  return p.packs ? (size_t)(p.k * p.width) + 64 : 0;
}

static int64_t panel_width(const plan *p, int64_t first) { return lacuna_minimum(p->panel, p->width - first); }

/// Packs rows start..<start + pack_depth of the panel that starts at column `first`.
static void pack(const plan *p, int64_t first, int64_t start) {
  int64_t width = panel_width(p, first), valid = lacuna_minimum(width, p->n - first);
  int64_t rows = lacuna_minimum(pack_depth, p->k - start);
  float *to = p->packed + first * p->k + start * width;
  if (valid < width) memset(to, 0, (size_t)(rows * width) * sizeof(float));
  if (p->b_transposed) {
    lacuna_kernels()->transpose(valid, rows, p->b + first * p->k + start, p->k, to, width);
  } else {
    for (int64_t r = 0; r < rows; r++) lacuna_copy_few(to + r * width, p->b + (start + r) * p->n + first, valid);
  }
}

/// Computes rows row..<row + block_rows of the product, for one panel.
static void multiply_block(const plan *p, int64_t first, int64_t row) {
  int64_t width = panel_width(p, first);
  product_block product = {
    .rows = lacuna_minimum(block_rows, p->m - row), .vectors = width / p->lanes,
    .a_pitch = p->a_transposed ? p->m : p->k, .by_columns = p->a_transposed,
    .b_pitch = p->packs ? width : p->n, .out = p->out + row * p->n + first, .out_pitch = p->n,
  };
  // If the last vector of a row is partial, the block and its bias go through buffers.
  int64_t valid = lacuna_minimum(width, p->n - first);
  const float *bias = p->bias ? p->bias + first : NULL;
  if (valid < width) {
    product.out = lacuna_scratch(scratch_image, (size_t)(block_rows * width) * sizeof(float));
    product.out_pitch = width;
    if (bias) {
      float *whole = lacuna_scratch(scratch_parameters, (size_t)width * sizeof(float));
      memset(whole, 0, (size_t)width * sizeof(float));
      bias = memcpy(whole, bias, (size_t)valid * sizeof(float));
    }
  }
  for (int64_t depth = 0; depth < p->k; depth += block_depth) {
    product.depth = lacuna_minimum(block_depth, p->k - depth);
    product.a = p->a + (p->a_transposed ? depth * p->m + row : row * p->k + depth);
    product.b = p->packs ? p->packed + first * p->k + depth * width : p->b + depth * p->n + first;
    product.adds = depth > 0;
    if (depth + product.depth == p->k) {
      product.bias = bias;
      product.relu = p->relu;
    }
    lacuna_kernels()->multiply(&product);
  }
  if (valid < width)
    for (int64_t r = 0; r < product.rows; r++)
      lacuna_copy_few(p->out + (row + r) * p->n + first, product.out + r * width, valid);
}

static void run_pack(void *context, int64_t index) {
  const plan *p = context;
  pack(p, index % p->panels * p->panel, index / p->panels * pack_depth);
}

static void run_block(void *context, int64_t index) {
  const plan *p = context;
  int64_t blocks = lacuna_divide_up(p->m, block_rows);
  multiply_block(p, index / blocks * p->panel, index % blocks * block_rows);
}

static void run_panel(void *context, int64_t index) {
  const plan *p = context;
  for (int64_t start = 0; start < p->k; start += pack_depth) pack(p, index * p->panel, start);
  for (int64_t row = 0; row < p->m; row += block_rows) multiply_block(p, index * p->panel, row);
}

void lacuna_product(int64_t m, int64_t n, int64_t k, const float *a, int a_transposed, const float *b,
                    int b_transposed, const float *bias, int relu, float *out, float *workspace) {
  plan p = make_plan(m, n, k, b_transposed);
  p.a = a, p.b = b, p.a_transposed = a_transposed, p.bias = bias, p.relu = relu, p.out = out;
  int64_t blocks = lacuna_divide_up(m, block_rows);
  if (p.packs) {
    p.packed = lacuna_align(workspace);
    // A panel used by few blocks is fastest on the core that packed it: moving it to another core would take longer.
    if (blocks <= few_blocks) return lacuna_parallel(p.panels, run_panel, &p);
    lacuna_parallel(p.panels * lacuna_divide_up(k, pack_depth), run_pack, &p);
  }
  lacuna_parallel(p.panels * blocks, run_block, &p);
}
