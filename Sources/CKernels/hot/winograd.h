// The transforms of Winograd's F(4×4, 3×3): 4×4 outputs of a 3×3 convolution from 6×6 inputs by 36 products.
//
// With the matrices B, G and A of the algorithm, an output tile is Aᵀ·[(G·g·Gᵀ) ⊙ (Bᵀ·d·B)]·A, for the taps g and the
// input tile d. Each transform runs over LANES channels at a time, first down the columns, then along the rows.

// Bᵀ·d: six numbers to six.
INLINE void to_input(const vector *d, const int step, vector *o) {
  vector d0 = d[0], d1 = d[step], d2 = d[2 * step], d3 = d[3 * step], d4 = d[4 * step], d5 = d[5 * step];
  vector even = d4 - 4.0f * d2, odd = d3 - 4.0f * d1, far = d4 - d2, near = 2.0f * (d3 - d1);
  o[0] = 4.0f * d0 + (d4 - 5.0f * d2);
  o[1] = even + odd;
  o[2] = even - odd;
  o[3] = far + near;
  o[4] = far - near;
  o[5] = 4.0f * d1 + (d5 - 5.0f * d3);
}

// Aᵀ·m: six numbers to four.
INLINE void to_output(const vector *m, const int step, vector *o) {
  vector m1 = m[step], m2 = m[2 * step], m3 = m[3 * step], m4 = m[4 * step];
  vector sum = m1 + m2, difference = m1 - m2, far_sum = m3 + m4, far_difference = m3 - m4;
  o[0] = m[0] + sum + far_sum;
  o[1] = difference + 2.0f * far_difference;
  o[2] = sum + 4.0f * far_sum;
  o[3] = difference + 8.0f * far_difference + m[5 * step];
}

// A·y: four numbers to six.
INLINE void from_output(const vector *y, const int step, vector *o) {
  vector y0 = y[0], y1 = y[step], y2 = y[2 * step], y3 = y[3 * step];
  vector even = y0 + y2, odd = y1 + y3, far_even = y0 + 4.0f * y2, far_odd = 2.0f * y1 + 8.0f * y3;
  o[0] = y0;
  o[1] = even + odd;
  o[2] = even - odd;
  o[3] = far_even + far_odd;
  o[4] = far_even - far_odd;
  o[5] = y3;
}

// G·g: three numbers to six.
INLINE void to_weights(const vector *g, const int step, vector *o) {
  vector g0 = g[0], g1 = g[step], g2 = g[2 * step];
  vector sum = (g0 + g2) * (-1.0f / 6), far = g0 * (1.0f / 24) + g2 * (1.0f / 6);
  o[0] = g0 * 0.25f;
  o[1] = sum - g1 * (1.0f / 6);
  o[2] = sum + g1 * (1.0f / 6);
  o[3] = far + g1 * (1.0f / 12);
  o[4] = far - g1 * (1.0f / 12);
  o[5] = g2;
}

// Gᵀ·m: six numbers to three.
INLINE void from_weights(const vector *m, const int step, vector *o) {
  vector sum = m[step] + m[2 * step], difference = m[2 * step] - m[step];
  vector far_sum = m[3 * step] + m[4 * step], far_difference = m[3 * step] - m[4 * step];
  o[0] = m[0] * 0.25f - sum * (1.0f / 6) + far_sum * (1.0f / 24);
  o[1] = difference * (1.0f / 6) + far_difference * (1.0f / 12);
  o[2] = (far_sum - sum) * (1.0f / 6) + m[5 * step];
}

INLINE vector load_lanes(const float *p, int64_t lanes, const int whole) {
  return whole ? load(p) : load_partial(p, lanes, 0);
}

INLINE void store_lanes(float *p, vector v, int64_t lanes, const int whole) {
  if (whole) store(p, v);
  else store_partial(p, lanes, v);
}

// ---- Images to tiles ------------------------------------------------------------------------------------------------

// A tile's place: its image, and its row and column among the tiles of the image.
typedef struct {
  int64_t image, row, column;
} place;

INLINE place first_place(const winograd_tiles *t) {
  int64_t per_image = t->tiles_y * t->tiles_x, rest = t->first % per_image;
  return (place){.image = t->first / per_image, .row = rest / t->tiles_x, .column = rest % t->tiles_x};
}

// The place of the next tile, without a division.
INLINE void advance(const winograd_tiles *t, place *p) {
  if (++p->column < t->tiles_x) return;
  p->column = 0;
  if (++p->row < t->tiles_y) return;
  p->row = 0;
  p->image++;
}

// The `side`×`side` pixels of a tile: those of the columns first..<end lie in the image, and rows[y] is where the first
// of these does, or zeros where the row is outside.
typedef struct {
  const float *rows[6];
  int64_t first, end;
} window;

INLINE void find_window(const winograd_tiles *t, const place *p, const int side, window *w) {
  int64_t top = p->row * 4 - t->padding, left = p->column * 4 - t->padding;
  w->first = lacuna_maximum(0, -left);
  w->end = lacuna_minimum(side, t->width - left);
  const float *image = t->image + (p->image * t->height * t->width + left + w->first) * t->channels;
  UNROLL for (int y = 0; y < side; y++) {
    int inside = top + y >= 0 && top + y < t->height;
    w->rows[y] = inside ? image + (top + y) * t->width * t->channels : t->zeros;
  }
}

// The pixels of column x, all of them 0 where it is outside.
INLINE void load_column(const window *w, const int side, int x, int64_t channels, int64_t c, int64_t lanes,
                        const int whole, vector *column) {
  if (x < w->first || x >= w->end) {
    UNROLL for (int y = 0; y < side; y++) column[y] = zero();
    return;
  }
  int64_t at = (x - w->first) * channels + c;
  UNROLL for (int y = 0; y < side; y++) column[y] = load_lanes(w->rows[y] + at, lanes, whole);
}

enum { thin_channels = 32, line_floats = 16 };

// Asks for the rows `first` to `side` of the tile below, which is read a row of tiles later: the processor's own guesses do
// not follow tiles whose rows are short. Of a row four pixels, for the others belong to neighbours.
INLINE void fetch_below(const winograd_tiles *t, const window *w, const int first, const int side) {
  if (t->channels > thin_channels) return;
  const int64_t below = 4 * t->width * t->channels * (int64_t)sizeof(float);
  for (int y = first; y < side; y++)
    for (int64_t i = 0; i < 4 * t->channels; i += line_floats)
      __builtin_prefetch((const void *)((uintptr_t)(w->rows[y] + i) + (uintptr_t)below));
}

INLINE void input_lanes(const window *w, int64_t channels, int64_t c, int64_t lanes, const int whole, float *out,
                        int64_t plane) {
  vector d[36], rows[6];
  UNROLL for (int x = 0; x < 6; x++) {
    vector column[6], o[6];
    load_column(w, 6, x, channels, c, lanes, whole, column);
    to_input(column, 1, o);
    UNROLL for (int y = 0; y < 6; y++) d[y * 6 + x] = o[y];
  }
  UNROLL for (int y = 0; y < 6; y++) {
    to_input(d + y * 6, 1, rows);
    UNROLL for (int x = 0; x < 6; x++) store(out + (y * 6 + x) * plane, rows[x]);
  }
}

// Bᵀ·d·B of input tiles.
static void winograd_input(const winograd_tiles *t) {
  place p = first_place(t);
  for (int64_t i = 0; i < t->count; i++, advance(t, &p)) {
    window w;
    find_window(t, &p, 6, &w);
    fetch_below(t, &w, 2, 6);
    float *out = t->numbers + i * t->pitch;
    int64_t c = 0;
    for (; c + LANES <= t->channels; c += LANES) input_lanes(&w, t->channels, c, LANES, 1, out + c, t->plane);
    if (c < t->channels) input_lanes(&w, t->channels, c, t->channels - c, 0, out + c, t->plane);
  }
}

INLINE void gradient_lanes(const window *w, int64_t channels, int64_t c, int64_t lanes, const int whole, float *out,
                           int64_t plane) {
  vector d[24], rows[6];
  UNROLL for (int x = 0; x < 4; x++) {
    vector column[4], o[6];
    load_column(w, 4, x, channels, c, lanes, whole, column);
    from_output(column, 1, o);
    UNROLL for (int y = 0; y < 6; y++) d[y * 4 + x] = o[y];
  }
  UNROLL for (int y = 0; y < 6; y++) {
    from_output(d + y * 4, 1, rows);
    UNROLL for (int x = 0; x < 6; x++) store(out + (y * 6 + x) * plane, rows[x]);
  }
}

// A·dy·Aᵀ of tiles of the output's gradient.
static void winograd_gradient(const winograd_tiles *t) {
  place p = first_place(t);
  for (int64_t i = 0; i < t->count; i++, advance(t, &p)) {
    window w;
    find_window(t, &p, 4, &w);
    fetch_below(t, &w, 0, 4);
    float *out = t->numbers + i * t->pitch;
    int64_t c = 0;
    for (; c + LANES <= t->channels; c += LANES) gradient_lanes(&w, t->channels, c, LANES, 1, out + c, t->plane);
    if (c < t->channels) gradient_lanes(&w, t->channels, c, t->channels - c, 0, out + c, t->plane);
  }
}

// ---- Tiles to images ------------------------------------------------------------------------------------------------

INLINE void output_lanes(const winograd_tiles *t, const float *in, int64_t c, int64_t lanes, const int whole,
                         int64_t rows, int64_t columns, float *out) {
  vector d[24], pixels[16];
  UNROLL for (int x = 0; x < 6; x++) {
    vector column[6], o[4];
    UNROLL for (int y = 0; y < 6; y++) column[y] = load(in + (y * 6 + x) * t->plane);
    to_output(column, 1, o);
    UNROLL for (int y = 0; y < 4; y++) d[y * 6 + x] = o[y];
  }
  vector bias = load(t->bias + c);
  UNROLL for (int y = 0; y < 4; y++) {
    to_output(d + y * 6, 1, pixels + y * 4);
    UNROLL for (int x = 0; x < 4; x++) pixels[y * 4 + x] += bias;
  }
  const int64_t row = t->width * t->channels;
  const float *residual = t->residual ? t->residual + (out - t->out) : NULL;
  if (rows == 4 && columns == 4) {
    if (residual)
      UNROLL for (int y = 0; y < 4; y++)
        UNROLL for (int x = 0; x < 4; x++)
          pixels[y * 4 + x] += load_lanes(residual + y * row + x * t->channels, lanes, whole);
    if (t->relu) UNROLL for (int i = 0; i < 16; i++) pixels[i] = larger(zero(), pixels[i]);
    UNROLL for (int y = 0; y < 4; y++)
      UNROLL for (int x = 0; x < 4; x++)
        store_lanes(out + y * row + x * t->channels, pixels[y * 4 + x], lanes, whole);
  } else {
    for (int64_t y = 0; y < rows; y++)
      for (int64_t x = 0; x < columns; x++) {
        int64_t at = y * row + x * t->channels;
        vector pixel = pixels[y * 4 + x];
        if (residual) pixel += load_lanes(residual + at, lanes, whole);
        store_lanes(out + at, t->relu ? larger(zero(), pixel) : pixel, lanes, whole);
      }
  }
}

// Aᵀ·m·A, the bias and the residual, and the ReLU.
static void winograd_output(const winograd_tiles *t) {
  place p = first_place(t);
  for (int64_t i = 0; i < t->count; i++, advance(t, &p)) {
    int64_t top = p.row * 4, left = p.column * 4;
    int64_t rows = lacuna_minimum(4, t->height - top), columns = lacuna_minimum(4, t->width - left);
    float *out = t->out + ((p.image * t->height + top) * t->width + left) * t->channels;
    const float *in = t->numbers + i * t->pitch;
    int64_t c = 0;
    for (; c + LANES <= t->channels; c += LANES) output_lanes(t, in + c, c, LANES, 1, rows, columns, out + c);
    if (c < t->channels) output_lanes(t, in + c, c, t->channels - c, 0, rows, columns, out + c);
  }
}

// ---- Weights --------------------------------------------------------------------------------------------------------

// G·g·Gᵀ: 9 taps, `tap_pitch` apart, to 36 numbers, `plane` apart, for `count` neighbours.
static void winograd_weights(int64_t count, const float *taps, int64_t tap_pitch, float *out, int64_t plane) {
  for (int64_t c = 0; c < count; c += LANES) {
    int64_t lanes = lacuna_minimum(LANES, count - c);
    vector g[9], d[18], rows[6];
    UNROLL for (int i = 0; i < 9; i++)
      g[i] = lanes == LANES ? load(taps + i * tap_pitch + c) : load_partial(taps + i * tap_pitch + c, lanes, 0);
    UNROLL for (int x = 0; x < 3; x++) {
      to_weights(g + x, 3, rows);
      UNROLL for (int y = 0; y < 6; y++) d[y * 3 + x] = rows[y];
    }
    UNROLL for (int y = 0; y < 6; y++) {
      to_weights(d + y * 3, 1, rows);
      UNROLL for (int x = 0; x < 6; x++) store(out + (y * 6 + x) * plane + c, rows[x]);
    }
  }
}

// Gᵀ·m·G: 36 numbers, `plane` apart, to 9 taps, `tap_pitch` apart, for `count` neighbours.
static void winograd_weights_gradient(int64_t count, const float *in, int64_t plane, float *taps, int64_t tap_pitch) {
  for (int64_t c = 0; c < count; c += LANES) {
    int64_t lanes = lacuna_minimum(LANES, count - c);
    vector d[18], o[3];
    UNROLL for (int x = 0; x < 6; x++) {
      vector column[6];
      UNROLL for (int y = 0; y < 6; y++) column[y] = load(in + (y * 6 + x) * plane + c);
      from_weights(column, 1, o);
      UNROLL for (int y = 0; y < 3; y++) d[y * 6 + x] = o[y];
    }
    UNROLL for (int y = 0; y < 3; y++) {
      from_weights(d + y * 6, 1, o);
      UNROLL for (int x = 0; x < 3; x++) {
        float *to = taps + (y * 3 + x) * tap_pitch + c;
        if (lanes == LANES) store(to, o[x]);
        else store_partial(to, lanes, o[x]);
      }
    }
  }
}
