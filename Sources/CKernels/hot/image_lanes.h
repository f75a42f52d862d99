// Direct convolution at stride 1 with an image in each lane, for so few output channels that vectors of channels would
// be mostly empty. All arrays but the weights end in [LANES].

// ---- Forward, and backward to the data ------------------------------------------------------------------------------

// A tile of one row: `count` of `width` columns by `produced` channels. Sums have the order of `tile` with fused taps,
// so both kernels give the same bits.
INLINE void lanes_tile(const lanes_block *b, int64_t row, int64_t column, int64_t count, int64_t channel, float *out,
                       const int width, const int produced) {
  vector sums[32];
  UNROLL for (int o = 0; o < produced; o++) {
    vector bias = b->bias ? splat(b->bias[channel + o]) : zero();
    UNROLL for (int x = 0; x < width; x++) sums[x * produced + o] = bias;
  }
  const int64_t top = row - b->top, left = column - b->left;
  const int64_t first = lacuna_maximum(0, -top), end = lacuna_minimum(b->kernel_height, b->in_rows - top);
  const int64_t pixel = b->channels * LANES, taps = b->kernel_width;
  const int is_inside = count == width && left >= 0 && left + width + taps - 1 <= b->in_columns;
  for (int64_t ky = first; ky < end; ky++)
    for (int64_t c = 0; c < b->channels; c++) {
      const float *numbers = b->in + ((top + ky) * b->in_columns + left) * pixel + c * LANES;
      const float *weights = b->weights + (ky * taps * b->channels + c) * b->produced + channel;
      for (int64_t kx = 0; kx < taps; kx++, numbers += pixel, weights += b->channels * b->produced) {
        vector w[6];
        UNROLL for (int o = 0; o < produced; o++) w[o] = splat(weights[o]);
        if (is_inside) {
          UNROLL for (int x = 0; x < width; x++) {
            vector number = load(numbers + x * pixel);
            UNROLL for (int o = 0; o < produced; o++) sums[x * produced + o] += number * w[o];
          }
        } else {
          UNROLL for (int x = 0; x < width; x++) {
            int64_t at = left + kx + x;
            if (x >= count || at < 0 || at >= b->in_columns) continue;
            vector number = load(numbers + x * pixel);
            UNROLL for (int o = 0; o < produced; o++) sums[x * produced + o] += number * w[o];
          }
        }
      }
    }
  UNROLL for (int x = 0; x < width; x++) {
    if (x >= count) break;
    UNROLL for (int o = 0; o < produced; o++) {
      vector sum = sums[x * produced + o];
      store(out + (x * b->produced + o) * LANES, b->relu ? larger(zero(), sum) : sum);
    }
  }
}

typedef void (*lanes_kernel)(const lanes_block *b, int64_t row, int64_t column, int64_t count, int64_t channel,
                             float *out);

#define LANES_TILE(WIDTH, PRODUCED)                                                                                    \
  static void lanes_tile_##PRODUCED(const lanes_block *b, int64_t row, int64_t column, int64_t count, int64_t channel, \
                                    float *out) {                                                                      \
    lanes_tile(b, row, column, count, channel, out, WIDTH, PRODUCED);                                                  \
  }
// As many sums as the registers allow beside the weights: 32 registers with AVX-512, 16 otherwise.
#if LANES == 16
LANES_TILE(8, 1) LANES_TILE(8, 2) LANES_TILE(8, 3) LANES_TILE(6, 4) LANES_TILE(4, 5) LANES_TILE(4, 6)
static const lanes_kernel lanes_tiles[] = {
  lanes_tile_1, lanes_tile_2, lanes_tile_3, lanes_tile_4, lanes_tile_5, lanes_tile_6,
};
static const int64_t lanes_widths[] = {8, 8, 8, 6, 4, 4};
enum { most_tile_outputs = 6 };
#else
LANES_TILE(6, 1) LANES_TILE(4, 2) LANES_TILE(3, 3) LANES_TILE(2, 4) LANES_TILE(2, 5)
static const lanes_kernel lanes_tiles[] = {lanes_tile_1, lanes_tile_2, lanes_tile_3, lanes_tile_4, lanes_tile_5};
static const int64_t lanes_widths[] = {6, 4, 3, 2, 2};
enum { most_tile_outputs = 5 };
#endif

static void convolve_lanes(const lanes_block *b) {
  int64_t blocks = lacuna_divide_up(b->produced, most_tile_outputs);
  for (int64_t row = 0; row < b->rows; row++)
    for (int64_t block = 0; block < blocks; block++) {
      int64_t channel = b->produced * block / blocks, produced = b->produced * (block + 1) / blocks - channel;
      int64_t width = lanes_widths[produced - 1];
      for (int64_t column = 0; column < b->columns; column += width)
        lanes_tiles[produced - 1](b, b->first_row + row, column, lacuna_minimum(width, b->columns - column), channel,
                                  b->out + ((row * b->columns + column) * b->produced + channel) * LANES);
    }
}

// ---- Backward to the weights ----------------------------------------------------------------------------------------

INLINE void lanes_strip(const lanes_weights *b, int64_t start, int64_t channel, const int length, const int produced) {
  vector sums[32];
  float *dw = b->dw + (start * b->produced + channel) * LANES;
  UNROLL for (int j = 0; j < length; j++)
    UNROLL for (int o = 0; o < produced; o++) sums[j * produced + o] = load(dw + (j * b->produced + o) * LANES);
  const int64_t x_pixel = b->channels * LANES, dy_pixel = b->produced * LANES;
  for (int64_t row = 0; row < b->rows; row++) {
    const float *x = b->x + row * b->x_row + start * LANES;
    const float *dy = b->dy + row * b->columns * dy_pixel + channel * LANES;
    for (int64_t column = 0; column < b->columns; column++, x += x_pixel, dy += dy_pixel) {
      vector g[6];
      UNROLL for (int o = 0; o < produced; o++) g[o] = load(dy + o * LANES);
      UNROLL for (int j = 0; j < length; j++) {
        vector number = load(x + j * LANES);
        UNROLL for (int o = 0; o < produced; o++) sums[j * produced + o] += number * g[o];
      }
    }
  }
  UNROLL for (int j = 0; j < length; j++)
    UNROLL for (int o = 0; o < produced; o++) store(dw + (j * b->produced + o) * LANES, sums[j * produced + o]);
}

typedef void (*lanes_strip_kernel)(const lanes_weights *b, int64_t start, int64_t channel);

#define LANES_STRIP(LENGTH, PRODUCED)                                                                                  \
  static void lanes_strip_##LENGTH##_##PRODUCED(const lanes_weights *b, int64_t start, int64_t channel) {              \
    lanes_strip(b, start, channel, LENGTH, PRODUCED);                                                                  \
  }
#define LANES_STRIPS(P) LANES_STRIP(1, P) LANES_STRIP(2, P) LANES_STRIP(3, P) LANES_STRIP(4, P) LANES_STRIP(5, P)
#define LANES_STRIP_NAMES(P)                                                                                           \
  {lanes_strip_1_##P, lanes_strip_2_##P, lanes_strip_3_##P, lanes_strip_4_##P, lanes_strip_5_##P}

enum { longest_strip = 5 };
#if LANES == 16
LANES_STRIPS(1) LANES_STRIPS(2) LANES_STRIPS(3) LANES_STRIPS(4)
static const lanes_strip_kernel lanes_strips[][longest_strip] = {
  LANES_STRIP_NAMES(1), LANES_STRIP_NAMES(2), LANES_STRIP_NAMES(3), LANES_STRIP_NAMES(4),
};
enum { most_strip_outputs = 4 };
#else
LANES_STRIPS(1) LANES_STRIPS(2)
static const lanes_strip_kernel lanes_strips[][longest_strip] = {LANES_STRIP_NAMES(1), LANES_STRIP_NAMES(2)};
enum { most_strip_outputs = 2 };
#endif

static void convolve_weights_lanes(const lanes_weights *b) {
  int64_t pieces = lacuna_divide_up(b->length, longest_strip);
  int64_t blocks = lacuna_divide_up(b->produced, most_strip_outputs);
  for (int64_t piece = 0; piece < pieces; piece++)
    for (int64_t block = 0; block < blocks; block++) {
      int64_t start = b->length * piece / pieces, length = b->length * (piece + 1) / pieces - start;
      int64_t channel = b->produced * block / blocks, produced = b->produced * (block + 1) / blocks - channel;
      lanes_strips[produced - 1][length - 1](b, start, channel);
    }
}

// ---- Max-pooling of 2×2 windows --------------------------------------------------------------------------------------

INLINE void lanes_windows(const lanes_pool *p, const int unpools) {
  integers lane;
  for (int i = 0; i < LANES; i++) lane[i] = i * p->image;
  const int64_t row = p->columns * p->channels;
  const int64_t steps[4] = {0, p->channels, row, row + p->channels};
  int64_t place = 0;
  for (int64_t y = 0; y < p->rows; y += 2)
    for (int64_t x = 0; x < p->columns; x += 2)
      for (int64_t c = 0; c < p->channels; c++, place += LANES) {
        const int64_t first = y * row + x * p->channels + c;
        integers at[4];
        UNROLL for (int k = 0; k < 4; k++) at[k] = lane + (int32_t)(p->first + first + steps[k]);
        if (unpools) {
          vector gradient = load(p->small + place);
          integers chosen = *(const loose_integers *)(p->chosen + place);
          UNROLL for (int k = 0; k < 4; k++)
            store(p->large + (first + steps[k]) * LANES, select(chosen == at[k], gradient, zero()));
        } else {
          // As in max_pool: the first of equal numbers, and NaN before all.
          vector best = load(p->large + first * LANES);
          integers best_at = at[0];
          UNROLL for (int k = 1; k < 4; k++) {
            vector value = load(p->large + (first + steps[k]) * LANES);
            integers better = (value > best) | (value != value);
            best = select(better, value, best);
            best_at = (better & at[k]) | (~better & best_at);
          }
          store(p->small + place, best);
          store_integers(p->chosen + place, best_at);
        }
      }
}

static void pool_lanes(const lanes_pool *p) { lanes_windows(p, 0); }
static void unpool_lanes(const lanes_pool *p) { lanes_windows(p, 1); }
