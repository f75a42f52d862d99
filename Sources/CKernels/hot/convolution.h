// The micro kernels of direct convolution: a tile of output pixels by output channels stays in registers while input
// numbers are broadcast and multiplied by vectors of weights.

// ---- Forward, and backward to the data ------------------------------------------------------------------------------

// The input layout is [row][channel][column], so the pixels of a tile are adjacent and a broadcast's address is a
// constant offset. With `fused` adjacent taps, each broadcast is used by all of them.
INLINE void tile(const tap_block *b, const float *in, float *out, const int height, const int width, const int vectors,
                 const int fused) {
  vector sums[32];
  const int64_t pixel = b->out_pixel, row = b->out_row;
  if (b->bias) {
    UNROLL for (int i = 0; i < height * width; i++)
      UNROLL for (int v = 0; v < vectors; v++) sums[i * vectors + v] = load(b->bias + v * LANES);
  } else {
    UNROLL for (int y = 0; y < height; y++)
      UNROLL for (int x = 0; x < width; x++)
        UNROLL for (int v = 0; v < vectors; v++)
          sums[(y * width + x) * vectors + v] = load(out + y * row + x * pixel + v * LANES);
  }
  const float *weights = b->weights;
  for (int64_t run = 0; run < b->tap_runs; run++) {
    const float *numbers = in + b->taps[run];
    for (int64_t c = 0; c < b->channels; c++) {
      vector w[12];
      UNROLL for (int i = 0; i < fused * vectors; i++) w[i] = load(weights + i * LANES);
      UNROLL for (int y = 0; y < height; y++)
        UNROLL for (int x = 0; x < width + fused - 1; x++) {
          vector number = splat(numbers[y * b->in_row + x]);
          UNROLL for (int k = 0; k < fused; k++)
            if (x - k >= 0 && x - k < width)
              UNROLL for (int v = 0; v < vectors; v++)
                sums[(y * width + x - k) * vectors + v] += number * w[k * vectors + v];
        }
      numbers += b->channel_pitch;
      weights += fused * vectors * LANES;
    }
  }
  if (b->residual) {
    const float *residual = b->residual + (out - b->out);
    UNROLL for (int y = 0; y < height; y++)
      UNROLL for (int x = 0; x < width; x++)
        UNROLL for (int v = 0; v < vectors; v++)
          sums[(y * width + x) * vectors + v] += load(residual + y * row + x * pixel + v * LANES);
  }
  if (b->relu)
    UNROLL for (int i = 0; i < height * width * vectors; i++) sums[i] = larger(zero(), sums[i]);
  UNROLL for (int y = 0; y < height; y++)
    UNROLL for (int x = 0; x < width; x++)
      UNROLL for (int v = 0; v < vectors; v++)
        store(out + y * row + x * pixel + v * LANES, sums[(y * width + x) * vectors + v]);
}

typedef void (*tile_kernel)(const tap_block *b, const float *in, float *out);

#define TILE(HEIGHT, WIDTH, VECTORS, FUSED)                                                                            \
  static void tile_##HEIGHT##_##WIDTH##_##VECTORS##_##FUSED(const tap_block *b, const float *in, float *out) {         \
    tile(b, in, out, HEIGHT, WIDTH, VECTORS, FUSED);                                                                   \
  }
#define TILES_4(H, V, F) TILE(H, 1, V, F) TILE(H, 2, V, F) TILE(H, 3, V, F) TILE(H, 4, V, F)
#define TILES_8(H, V, F) TILES_4(H, V, F) TILE(H, 5, V, F) TILE(H, 6, V, F) TILE(H, 7, V, F) TILE(H, 8, V, F)
#define TILES_12(H, V, F) TILES_8(H, V, F) TILE(H, 9, V, F) TILE(H, 10, V, F) TILE(H, 11, V, F) TILE(H, 12, V, F)
#define TILES_16(H, V, F) TILES_12(H, V, F) TILE(H, 13, V, F) TILE(H, 14, V, F) TILE(H, 15, V, F) TILE(H, 16, V, F)
#define NAMES_4(H, V, F) tile_##H##_1_##V##_##F, tile_##H##_2_##V##_##F, tile_##H##_3_##V##_##F, tile_##H##_4_##V##_##F
#define NAMES_8(H, V, F)                                                                                               \
  NAMES_4(H, V, F), tile_##H##_5_##V##_##F, tile_##H##_6_##V##_##F, tile_##H##_7_##V##_##F, tile_##H##_8_##V##_##F
#define NAMES_12(H, V, F)                                                                                              \
  NAMES_8(H, V, F), tile_##H##_9_##V##_##F, tile_##H##_10_##V##_##F, tile_##H##_11_##V##_##F, tile_##H##_12_##V##_##F
#define NAMES_16(H, V, F)                                                                                              \
  NAMES_12(H, V, F), tile_##H##_13_##V##_##F, tile_##H##_14_##V##_##F, tile_##H##_15_##V##_##F, tile_##H##_16_##V##_##F

// A family of tiles of one shape: at most `widest` columns, `height` rows.
typedef struct {
  int64_t height, widest;
  const tile_kernel *kernels;
} tile_family;

// As wide as the registers allow: 32 of them with AVX-512, 16 otherwise.
#if LANES == 16
TILES_16(1, 1, 1) TILES_16(1, 1, 2) TILES_16(1, 1, 3) TILES_16(1, 1, 5) TILES_12(1, 2, 1) TILES_8(2, 1, 1)
TILES_8(2, 2, 1) TILES_4(3, 2, 1)
static const tile_kernel single[] = {NAMES_16(1, 1, 1)}, single_2[] = {NAMES_16(1, 1, 2)};
static const tile_kernel single_3[] = {NAMES_16(1, 1, 3)}, single_5[] = {NAMES_16(1, 1, 5)};
static const tile_kernel two[] = {NAMES_12(1, 2, 1)}, single_high[] = {NAMES_8(2, 1, 1)};
static const tile_kernel two_high[] = {NAMES_8(2, 2, 1)}, two_higher[] = {NAMES_4(3, 2, 1)};
static const tile_family families_single[] = {{2, 8, single_high}, {1, 16, single}};
static const tile_family families_2[] = {{1, 16, single_2}}, families_3[] = {{1, 16, single_3}};
static const tile_family families_5[] = {{1, 16, single_5}};
static const tile_family families_two[] = {{3, 4, two_higher}, {2, 7, two_high}, {1, 12, two}};
#else
TILES_12(1, 1, 1) TILES_8(1, 1, 2) TILES_8(1, 1, 3) TILES_8(1, 1, 5) TILES_8(1, 2, 1) TILES_4(2, 1, 1)
TILES_4(2, 2, 1)
static const tile_kernel single[] = {NAMES_12(1, 1, 1)}, single_2[] = {NAMES_8(1, 1, 2)};
static const tile_kernel single_3[] = {NAMES_8(1, 1, 3)}, single_5[] = {NAMES_8(1, 1, 5)};
static const tile_kernel two[] = {NAMES_8(1, 2, 1)}, single_high[] = {NAMES_4(2, 1, 1)};
static const tile_kernel two_high[] = {NAMES_4(2, 2, 1)};
static const tile_family families_single[] = {{2, 4, single_high}, {1, 12, single}};
static const tile_family families_2[] = {{1, 8, single_2}}, families_3[] = {{1, 8, single_3}};
static const tile_family families_5[] = {{1, 8, single_5}};
static const tile_family families_two[] = {{2, 3, two_high}, {1, 6, two}};
#endif

static const tile_family *family_for(const tap_block *b) {
  if (b->fused == 2) return families_2;
  if (b->fused == 3) return families_3;
  if (b->fused == 5) return families_5;
  const tile_family *family = b->vectors == 1 ? families_single : families_two;
  // The last family takes any width, in several tiles; the earlier ones need the whole row in one.
  while (family->height > 1 && (b->columns > family->widest || b->rows < family->height)) family += 1;
  return family;
}

// Adds the residual at `offset` and applies the ReLU, for `count` channels of one pixel.
static void finish_few(const tap_block *b, float *numbers, int64_t offset, int64_t count) {
  for (int64_t c = 0; c < count; c++) {
    float number = b->residual ? numbers[c] + b->residual[offset + c] : numbers[c];
    numbers[c] = b->relu && number < 0 ? 0 : number;
  }
}

// Computes a tile whose last vector of channels is partial, through a buffer of whole vectors.
static void run_partial(const tap_block *b, tile_kernel kernel, const float *in, float *out, int64_t height,
                        int64_t width) {
  float whole[32 * LANES];
  tap_block buffered = *b;
  buffered.residual = NULL;
  buffered.relu = 0;
  buffered.out_pixel = b->vectors * LANES;
  buffered.out_row = width * buffered.out_pixel;
  int64_t count = (b->vectors - 1) * LANES + b->tail;
  if (!b->bias)
    for (int64_t y = 0; y < height; y++)
      for (int64_t x = 0; x < width; x++)
        lacuna_copy_few(whole + y * buffered.out_row + x * buffered.out_pixel,
                        out + y * b->out_row + x * b->out_pixel, count);
  kernel(&buffered, in, whole);
  if (b->residual || b->relu)
    for (int64_t y = 0; y < height; y++)
      for (int64_t x = 0; x < width; x++)
        finish_few(b, whole + y * buffered.out_row + x * buffered.out_pixel,
                   out + y * b->out_row + x * b->out_pixel - b->out, count);
  for (int64_t y = 0; y < height; y++)
    for (int64_t x = 0; x < width; x++)
      lacuna_copy_few(out + y * b->out_row + x * b->out_pixel,
                      whole + y * buffered.out_row + x * buffered.out_pixel, count);
}

static void convolve(const tap_block *b) {
  const tile_family *family = family_for(b);
  const tile_family *last = family;
  while (last->height > 1) last += 1;
  for (int64_t image = 0; image < b->images; image++)
    for (int64_t y = 0; y < b->rows;) {
      const tile_family *now = b->rows - y >= family->height ? family : last;
      const float *in = b->in + image * b->in_image + y * b->in_row;
      float *out = b->out + image * b->out_image + y * b->out_row;
      int64_t pieces = lacuna_divide_up(b->columns, now->widest);
      for (int64_t piece = 0; piece < pieces; piece++) {
        // Pieces of nearly equal width, since a narrow one would not keep the multipliers busy.
        int64_t start = b->columns * piece / pieces, end = b->columns * (piece + 1) / pieces;
        tile_kernel kernel = now->kernels[end - start - 1];
        float *to = out + start * b->out_pixel;
        if (b->tail == LANES) kernel(b, in + start, to);
        else run_partial(b, kernel, in + start, to, now->height, end - start);
      }
      y += now->height;
    }
}

// ---- Backward to the weights ----------------------------------------------------------------------------------------

INLINE void weights_tile(const weights_block *b, const float *x, float *dw, const int length, const int vectors) {
  vector sums[32];
  UNROLL for (int j = 0; j < length; j++)
    UNROLL for (int v = 0; v < vectors; v++) sums[j * vectors + v] = load(dw + j * b->dw_pitch + v * LANES);
  const int64_t x_pixel = b->x_pixel, dy_pixel = b->dy_pixel;
  for (int64_t image = 0; image < b->images; image++)
    for (int64_t row = 0; row < b->rows; row++) {
      const float *numbers = x + image * b->x_image + row * b->x_row;
      const float *gradient = b->dy + image * b->dy_image + row * b->dy_row;
      for (int64_t column = 0; column < b->columns; column++, numbers += x_pixel, gradient += dy_pixel) {
        vector g[2];
        UNROLL for (int v = 0; v < vectors; v++) g[v] = load(gradient + v * LANES);
        UNROLL for (int j = 0; j < length; j++) {
          vector number = splat(numbers[j]);
          UNROLL for (int v = 0; v < vectors; v++) sums[j * vectors + v] += number * g[v];
        }
      }
    }
  UNROLL for (int j = 0; j < length; j++)
    UNROLL for (int v = 0; v < vectors; v++) store(dw + j * b->dw_pitch + v * LANES, sums[j * vectors + v]);
}

typedef void (*weights_kernel)(const weights_block *b, const float *x, float *dw);

#define STRIP(LENGTH, VECTORS)                                                                                         \
  static void strip_##LENGTH##_##VECTORS(const weights_block *b, const float *x, float *dw) {                          \
    weights_tile(b, x, dw, LENGTH, VECTORS);                                                                           \
  }
#define STRIPS_6(V) STRIP(1, V) STRIP(2, V) STRIP(3, V) STRIP(4, V) STRIP(5, V) STRIP(6, V)
#define STRIPS_12(V) STRIPS_6(V) STRIP(7, V) STRIP(8, V) STRIP(9, V) STRIP(10, V) STRIP(11, V) STRIP(12, V)
#define STRIPS_24(V)                                                                                                   \
  STRIPS_12(V) STRIP(13, V) STRIP(14, V) STRIP(15, V) STRIP(16, V) STRIP(17, V) STRIP(18, V) STRIP(19, V)              \
  STRIP(20, V) STRIP(21, V) STRIP(22, V) STRIP(23, V) STRIP(24, V)
#define STRIP_NAMES_6(V) strip_1_##V, strip_2_##V, strip_3_##V, strip_4_##V, strip_5_##V, strip_6_##V
#define STRIP_NAMES_12(V)                                                                                              \
  STRIP_NAMES_6(V), strip_7_##V, strip_8_##V, strip_9_##V, strip_10_##V, strip_11_##V, strip_12_##V
#define STRIP_NAMES_24(V)                                                                                              \
  STRIP_NAMES_12(V), strip_13_##V, strip_14_##V, strip_15_##V, strip_16_##V, strip_17_##V, strip_18_##V, strip_19_##V, \
    strip_20_##V, strip_21_##V, strip_22_##V, strip_23_##V, strip_24_##V

#if LANES == 16
STRIPS_24(1) STRIPS_12(2)
static const weights_kernel strips_single[] = {STRIP_NAMES_24(1)}, strips_two[] = {STRIP_NAMES_12(2)};
enum { longest_single = 24, longest_two = 12 };
#else
STRIPS_12(1) STRIPS_6(2)
static const weights_kernel strips_single[] = {STRIP_NAMES_12(1)}, strips_two[] = {STRIP_NAMES_6(2)};
enum { longest_single = 12, longest_two = 6 };
#endif

static void convolve_weights(const weights_block *b) {
  const weights_kernel *kernels = b->vectors == 1 ? strips_single : strips_two;
  int64_t pieces = lacuna_divide_up(b->length, b->vectors == 1 ? longest_single : longest_two);
  for (int64_t piece = 0; piece < pieces; piece++) {
    int64_t start = b->length * piece / pieces, end = b->length * (piece + 1) / pieces;
    kernels[end - start - 1](b, b->x + start, b->dw + start * b->dw_pitch);
  }
}
