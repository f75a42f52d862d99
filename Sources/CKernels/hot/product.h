// Dense products in registers: one tile of rows by vectors of columns at a time.

// `by_columns`: a is [depth][rows], so the rows of a tile are adjacent; otherwise it is [rows][depth].
INLINE void product_tile(const product_block *p, const float *a, float *out, const int height, const int vectors,
                         const int by_columns) {
  vector sums[32];
  UNROLL for (int y = 0; y < height; y++)
    UNROLL for (int v = 0; v < vectors; v++)
      sums[y * vectors + v] = p->adds ? load(out + y * p->out_pitch + v * LANES) : zero();
  const float *b = p->b;
  const int64_t pitch = p->a_pitch, step = p->b_pitch;
  for (int64_t k = 0; k < p->depth; k++, b += step) {
    vector w[4];
    UNROLL for (int v = 0; v < vectors; v++) w[v] = load(b + v * LANES);
    UNROLL for (int y = 0; y < height; y++) {
      vector number = splat(by_columns ? a[k * pitch + y] : a[y * pitch + k]);
      UNROLL for (int v = 0; v < vectors; v++) sums[y * vectors + v] += number * w[v];
    }
  }
  if (p->bias)
    UNROLL for (int v = 0; v < vectors; v++) {
      vector shift = load(p->bias + v * LANES);
      UNROLL for (int y = 0; y < height; y++) sums[y * vectors + v] += shift;
    }
  if (p->relu)
    UNROLL for (int i = 0; i < height * vectors; i++) sums[i] = larger(zero(), sums[i]);
  UNROLL for (int y = 0; y < height; y++)
    UNROLL for (int v = 0; v < vectors; v++) store(out + y * p->out_pitch + v * LANES, sums[y * vectors + v]);
}

typedef void (*product_kernel)(const product_block *p, const float *a, float *out);

#define PRODUCT(HEIGHT, VECTORS)                                                                                       \
  static void rows_##HEIGHT##_##VECTORS(const product_block *p, const float *a, float *out) {                          \
    product_tile(p, a, out, HEIGHT, VECTORS, 0);                                                                       \
  }                                                                                                                    \
  static void columns_##HEIGHT##_##VECTORS(const product_block *p, const float *a, float *out) {                       \
    product_tile(p, a, out, HEIGHT, VECTORS, 1);                                                                       \
  }
#define PRODUCTS_6(V) PRODUCT(1, V) PRODUCT(2, V) PRODUCT(3, V) PRODUCT(4, V) PRODUCT(5, V) PRODUCT(6, V)
#define PRODUCTS_12(V)                                                                                                 \
  PRODUCTS_6(V) PRODUCT(7, V) PRODUCT(8, V) PRODUCT(9, V) PRODUCT(10, V) PRODUCT(11, V) PRODUCT(12, V)
#define PRODUCT_NAMES_6(BY, V) BY##_1_##V, BY##_2_##V, BY##_3_##V, BY##_4_##V, BY##_5_##V, BY##_6_##V
#define PRODUCT_NAMES_12(BY, V)                                                                                        \
  PRODUCT_NAMES_6(BY, V), BY##_7_##V, BY##_8_##V, BY##_9_##V, BY##_10_##V, BY##_11_##V, BY##_12_##V

// As many sums as the registers allow: 32 registers with AVX-512, 16 otherwise.
#if LANES == 16
PRODUCTS_12(1) PRODUCTS_12(2) PRODUCTS_6(3) PRODUCTS_6(4)
static const product_kernel products[2][4][12] = {
  {{PRODUCT_NAMES_12(rows, 1)}, {PRODUCT_NAMES_12(rows, 2)}, {PRODUCT_NAMES_6(rows, 3)}, {PRODUCT_NAMES_6(rows, 4)}},
  {{PRODUCT_NAMES_12(columns, 1)},
   {PRODUCT_NAMES_12(columns, 2)},
   {PRODUCT_NAMES_6(columns, 3)},
   {PRODUCT_NAMES_6(columns, 4)}},
};
static const int64_t highest_product[] = {12, 12, 6, 6};
enum { product_vectors = 4 };
#else
PRODUCTS_12(1) PRODUCTS_6(2)
static const product_kernel products[2][2][12] = {
  {{PRODUCT_NAMES_12(rows, 1)}, {PRODUCT_NAMES_6(rows, 2)}},
  {{PRODUCT_NAMES_12(columns, 1)}, {PRODUCT_NAMES_6(columns, 2)}},
};
static const int64_t highest_product[] = {12, 6};
enum { product_vectors = 2 };
#endif

static void multiply(const product_block *p) {
  const product_kernel *kernels = products[p->by_columns ? 1 : 0][p->vectors - 1];
  int64_t pieces = lacuna_divide_up(p->rows, highest_product[p->vectors - 1]);
  for (int64_t piece = 0; piece < pieces; piece++) {
    int64_t start = p->rows * piece / pieces, end = p->rows * (piece + 1) / pieces;
    kernels[end - start - 1](p, p->a + (p->by_columns ? start : start * p->a_pitch), p->out + start * p->out_pitch);
  }
}
