// The transforms of Winograd's algorithms between images, tiles, and weights; one-dimensional ones are in
// winograd_axes.h.
#include "winograd_axes.h"

// A one-dimensional transform.
typedef void (*axis)(const vector *in, vector *out);

INLINE vector load_lanes(const float *p, int64_t lanes, const int whole) {
  return whole ? load(p) : load_partial(p, lanes, 0);
}

INLINE void store_lanes(float *p, vector v, int64_t lanes, const int whole) {
  if (whole) store(p, v);
  else store_partial(p, lanes, v);
}

// ---- Images to tiles ------------------------------------------------------------------------------------------------

// The position of a tile: its image, and its row and column in the image's grid of tiles.
typedef struct {
  int64_t image, row, column;
} place;

INLINE place first_place(const winograd_tiles *t) {
  int64_t per_image = t->tiles_y * t->tiles_x, rest = t->first % per_image;
  return (place){.image = t->first / per_image, .row = rest / t->tiles_x, .column = rest % t->tiles_x};
}

// The position of the next tile, without a division.
INLINE void advance(const winograd_tiles *t, place *p) {
  if (++p->column < t->tiles_x) return;
  p->column = 0;
  if (++p->row < t->tiles_y) return;
  p->row = 0;
  p->image++;
}

// The `side`×`side` pixels of a tile. The columns first..<end are inside the image; rows[y] points to the first of
// these, or to zeros if the row is outside.
typedef struct {
  const float *rows[9];
  int64_t first, end;
} window;

INLINE void find_window(const winograd_tiles *t, const place *p, const int side, const int step, window *w) {
  int64_t top = p->row * step - t->padding, left = p->column * step - t->padding;
  w->first = lacuna_maximum(0, -left);
  w->end = lacuna_minimum(side, t->width - left);
  const float *image = t->image + (p->image * t->height * t->width + left + w->first) * t->channels;
  UNROLL for (int y = 0; y < side; y++) {
    int inside = top + y >= 0 && top + y < t->height;
    w->rows[y] = inside ? image + (top + y) * t->width * t->channels : t->zeros;
  }
}

// Loads the pixels of column x; they are 0 if it is outside the image.
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

// Prefetches the rows that the tile below adds, which is read one row of tiles later: the hardware prefetcher does not
// follow tiles with short rows. Only `step` pixels of each row, because the others belong to neighboring tiles.
INLINE void fetch_below(const winograd_tiles *t, const window *w, const int side, const int step) {
  if (t->channels > thin_channels) return;
  const int64_t below = step * t->width * t->channels * (int64_t)sizeof(float);
  for (int y = side - step; y < side; y++)
    for (int64_t i = 0; i < step * t->channels; i += line_floats)
      __builtin_prefetch((const void *)((uintptr_t)(w->rows[y] + i) + (uintptr_t)below));
}

INLINE void read_lanes(const window *w, int64_t channels, int64_t c, int64_t lanes, const int whole, float *out,
                       int64_t plane, const int side, const int numbers, const axis transform) {
  vector d[81], rows[9];
  UNROLL for (int x = 0; x < side; x++) {
    vector column[9], o[9];
    load_column(w, side, x, channels, c, lanes, whole, column);
    transform(column, o);
    UNROLL for (int y = 0; y < numbers; y++) d[y * side + x] = o[y];
  }
  UNROLL for (int y = 0; y < numbers; y++) {
    transform(d + y * side, rows);
    UNROLL for (int x = 0; x < numbers; x++, out += plane) store(out, rows[x]);
  }
}

// Transforms tiles of `side` pixels, `step` apart, to `numbers` along each axis.
INLINE void read_tiles(const winograd_tiles *t, const int side, const int step, const int numbers, const axis transform) {
  place p = first_place(t);
  for (int64_t i = 0; i < t->count; i++, advance(t, &p)) {
    window w;
    find_window(t, &p, side, step, &w);
    fetch_below(t, &w, side, step);
    float *out = t->numbers + i * t->pitch;
    int64_t c = 0;
    for (; c + LANES <= t->channels; c += LANES)
      read_lanes(&w, t->channels, c, LANES, 1, out + c, t->plane, side, numbers, transform);
    if (c < t->channels)
      read_lanes(&w, t->channels, c, t->channels - c, 0, out + c, t->plane, side, numbers, transform);
  }
}

static void winograd_input(const winograd_tiles *t) { read_tiles(t, 6, 4, 6, to_input); }
static void winograd_gradient(const winograd_tiles *t) { read_tiles(t, 4, 4, 6, from_output); }
static void winograd_strided_input(const winograd_tiles *t) { read_tiles(t, 9, 8, 9, to_strided_input); }
static void winograd_strided_data_input(const winograd_tiles *t) { read_tiles(t, 5, 4, 9, to_strided_data_input); }
static void winograd_strided_gradient(const winograd_tiles *t) { read_tiles(t, 4, 4, 9, from_strided_output); }

// ---- Tiles to images ------------------------------------------------------------------------------------------------

INLINE void write_lanes(const winograd_tiles *t, const float *in, int64_t c, int64_t lanes, const int whole, int64_t rows,
                        int64_t columns, float *out, const int numbers, const int side, const axis transform) {
  vector d[72];
  UNROLL for (int x = 0; x < numbers; x++) {
    vector column[9], o[8];
    UNROLL for (int y = 0; y < numbers; y++) column[y] = load(in + (y * numbers + x) * t->plane);
    transform(column, o);
    UNROLL for (int y = 0; y < side; y++) d[y * numbers + x] = o[y];
  }
  const vector bias = load(t->bias + c);
  const int64_t pixel = t->channels, row = t->width * pixel;
  const float *residual = t->residual ? t->residual + (out - t->out) : NULL;
  UNROLL for (int y = 0; y < side; y++, out += row) {
    vector o[8];
    transform(d + y * numbers, o);
    UNROLL for (int x = 0; x < side; x++) o[x] += bias;
    if (rows == side && columns == side) {
      if (residual)
        UNROLL for (int x = 0; x < side; x++) o[x] += load_lanes(residual + y * row + x * pixel, lanes, whole);
      if (t->relu) UNROLL for (int x = 0; x < side; x++) o[x] = larger(zero(), o[x]);
      UNROLL for (int x = 0; x < side; x++) store_lanes(out + x * pixel, o[x], lanes, whole);
    } else if (y < rows) {
      // A copy, because an array with variable indices cannot stay in registers.
      vector edge[8];
      UNROLL for (int x = 0; x < side; x++) edge[x] = o[x];
      for (int64_t x = 0; x < columns; x++) {
        vector number = edge[x];
        if (residual) number += load_lanes(residual + y * row + x * pixel, lanes, whole);
        store_lanes(out + x * pixel, t->relu ? larger(zero(), number) : number, lanes, whole);
      }
    }
  }
}

// Transforms tiles of `numbers` along each axis to `side` pixels; then adds bias and residual and applies the ReLU.
INLINE void write_tiles(const winograd_tiles *t, const int numbers, const int side, const axis transform) {
  place p = first_place(t);
  for (int64_t i = 0; i < t->count; i++, advance(t, &p)) {
    int64_t top = p.row * side, left = p.column * side;
    int64_t rows = lacuna_minimum(side, t->height - top), columns = lacuna_minimum(side, t->width - left);
    float *out = t->out + ((p.image * t->height + top) * t->width + left) * t->channels;
    const float *in = t->numbers + i * t->pitch;
    int64_t c = 0;
    for (; c + LANES <= t->channels; c += LANES)
      write_lanes(t, in + c, c, LANES, 1, rows, columns, out + c, numbers, side, transform);
    if (c < t->channels)
      write_lanes(t, in + c, c, t->channels - c, 0, rows, columns, out + c, numbers, side, transform);
  }
}

static void winograd_output(const winograd_tiles *t) { write_tiles(t, 6, 4, to_output); }
static void winograd_strided_output(const winograd_tiles *t) { write_tiles(t, 9, 4, to_strided_output); }
static void winograd_strided_data_output(const winograd_tiles *t) { write_tiles(t, 9, 8, to_strided_data_output); }

// ---- Weights --------------------------------------------------------------------------------------------------------

// G·g·Gᵀ: 9 taps, `tap_pitch` apart, to 36 numbers, `plane` apart, for `count` adjacent elements.
INLINE void transform_weights(int64_t count, const float *taps, int64_t tap_pitch, float *out, int64_t plane,
                              const axis transform) {
  for (int64_t c = 0; c < count; c += LANES) {
    int64_t lanes = lacuna_minimum(LANES, count - c);
    vector d[18], rows[6];
    UNROLL for (int x = 0; x < 3; x++) {
      vector column[3];
      UNROLL for (int y = 0; y < 3; y++)
        column[y] = load_lanes(taps + (y * 3 + x) * tap_pitch + c, lanes, lanes == LANES);
      transform(column, rows);
      UNROLL for (int y = 0; y < 6; y++) d[y * 3 + x] = rows[y];
    }
    UNROLL for (int y = 0; y < 6; y++) {
      transform(d + y * 3, rows);
      UNROLL for (int x = 0; x < 6; x++) store(out + (y * 6 + x) * plane + c, rows[x]);
    }
  }
}

static void winograd_weights(int64_t count, const float *taps, int64_t tap_pitch, float *out, int64_t plane) {
  transform_weights(count, taps, tap_pitch, out, plane, to_weights);
}

static void winograd_strided_weights(int64_t count, const float *taps, int64_t tap_pitch, float *out, int64_t plane) {
  transform_weights(count, taps, tap_pitch, out, plane, to_strided_weights);
}

// Gᵀ·m·G: 36 numbers, `plane` apart, to 9 taps, `tap_pitch` apart, for `count` adjacent elements.
INLINE void transform_sums(int64_t count, const float *in, int64_t plane, float *taps, int64_t tap_pitch,
                           const axis transform) {
  for (int64_t c = 0; c < count; c += LANES) {
    int64_t lanes = lacuna_minimum(LANES, count - c);
    vector d[18], o[3];
    UNROLL for (int x = 0; x < 6; x++) {
      vector column[6];
      UNROLL for (int y = 0; y < 6; y++) column[y] = load(in + (y * 6 + x) * plane + c);
      transform(column, o);
      UNROLL for (int y = 0; y < 3; y++) d[y * 6 + x] = o[y];
    }
    UNROLL for (int y = 0; y < 3; y++) {
      transform(d + y * 6, o);
      UNROLL for (int x = 0; x < 3; x++) store_lanes(taps + (y * 3 + x) * tap_pitch + c, o[x], lanes, lanes == LANES);
    }
  }
}

static void winograd_weights_gradient(int64_t count, const float *in, int64_t plane, float *taps, int64_t tap_pitch) {
  transform_sums(count, in, plane, taps, tap_pitch, from_weights);
}

static void winograd_strided_weights_gradient(int64_t count, const float *in, int64_t plane, float *taps,
                                              int64_t tap_pitch) {
  transform_sums(count, in, plane, taps, tap_pitch, from_strided_weights);
}

#define WINOGRAD                                                                                                         {                                                                                                                        {                                                                                                                        .side = 6, .forward = {winograd_input, winograd_output}, .backward = {winograd_input, winograd_output},                .gradient = winograd_gradient, .weights = winograd_weights, .weights_gradient = winograd_weights_gradient,           },                                                                                                                     {                                                                                                                        .side = 9, .forward = {winograd_strided_input, winograd_strided_output},                                               .backward = {winograd_strided_data_input, winograd_strided_data_output},                                               .gradient = winograd_strided_gradient, .weights = winograd_strided_weights,                                            .weights_gradient = winograd_strided_weights_gradient,                                                               },                                                                                                                   }
