// Batch normalization of a range of rows of [rows, channels]. Channels are processed in blocks of `wide` vectors, then
// in single vectors, then one by one.

// Single-precision sums run over at most this many rows before they are added in double precision.
enum { segment_rows = 64, wide = 4 };

// Sums of x − center and, when `squared`, of (x − center)² over rows, for `vectors` vectors of channels.
INLINE void column_sums(int64_t rows, int64_t channels, const float *x, const vector *center, int squared, int vectors,
                        doubles *sums) {
  UNROLL for (int v = 0; v < vectors; v++) sums[v] = (doubles){0};
  for (int64_t r = 0; r < rows;) {
    int64_t end = lacuna_minimum(rows, r + segment_rows);
    vector even[wide], odd[wide];
    UNROLL for (int v = 0; v < vectors; v++) even[v] = odd[v] = zero();
    for (; r + 2 <= end; r += 2) {
      const float *row = x + r * channels;
      UNROLL for (int v = 0; v < vectors; v++) {
        vector a = load(row + v * LANES), b = load(row + channels + v * LANES);
        if (squared) {
          a -= center[v], b -= center[v];
          even[v] += a * a, odd[v] += b * b;
        } else {
          even[v] += a, odd[v] += b;
        }
      }
    }
    for (; r < end; r++)
      UNROLL for (int v = 0; v < vectors; v++) {
        vector a = load(x + r * channels + v * LANES);
        if (squared) a = (a - center[v]) * (a - center[v]);
        even[v] += a;
      }
    UNROLL for (int v = 0; v < vectors; v++) sums[v] += widen(even[v]) + widen(odd[v]);
  }
}

INLINE void statistics_block(int64_t rows, int64_t channels, const float *x, int vectors, double *mean,
                             double *squares) {
  doubles sums[wide];
  vector center[wide];
  column_sums(rows, channels, x, center, 0, vectors, sums);
  UNROLL for (int v = 0; v < vectors; v++) {
    doubles exact = sums[v] / (double)rows;
    memcpy(mean + v * LANES, &exact, sizeof exact);
    center[v] = narrow(exact);
  }
  column_sums(rows, channels, x, center, 1, vectors, sums);
  UNROLL for (int v = 0; v < vectors; v++) {
    // The center is the mean rounded to float; subtract what the rounding added.
    doubles exact;
    memcpy(&exact, mean + v * LANES, sizeof exact);
    doubles off = exact - widen(center[v]);
    doubles result = sums[v] - off * off * (double)rows;
    memcpy(squares + v * LANES, &result, sizeof result);
  }
}

// Means, and sums of squared deviations from the means, of these rows.
static void batch_norm_statistics(int64_t rows, int64_t channels, const float *x, double *mean, double *squares) {
  int64_t c = 0;
  for (; c + wide * LANES <= channels; c += wide * LANES)
    statistics_block(rows, channels, x + c, wide, mean + c, squares + c);
  for (; c + LANES <= channels; c += LANES) statistics_block(rows, channels, x + c, 1, mean + c, squares + c);
  for (; c < channels; c++) {
    double sum = 0, sum_of_squares = 0;
    for (int64_t r = 0; r < rows; r++) sum += x[r * channels + c];
    mean[c] = sum / (double)rows;
    for (int64_t r = 0; r < rows; r++) {
      double d = x[r * channels + c] - mean[c];
      sum_of_squares += d * d;
    }
    squares[c] = sum_of_squares;
  }
}

INLINE void apply_rows(int64_t rows, int64_t channels, const float *x, const float *mean, const float *scale,
                       const float *beta, const float *residual, const int has_residual, const int relu, int streams,
                       float *y) {
  for (int64_t r = 0; r < rows; r++, x += channels, y += channels) {
    int64_t c = 0;
    for (; c + LANES <= channels; c += LANES) {
      vector value = (load(x + c) - load(mean + c)) * load(scale + c) + load(beta + c);
      if (has_residual) value += load(residual + c);
      put(y + c, relu ? larger(zero(), value) : value, streams);
    }
    for (; c < channels; c++) {
      float value = (x[c] - mean[c]) * scale[c] + beta[c];
      if (has_residual) value += residual[c];
      y[c] = relu && value < 0 ? 0 : value;
    }
    if (has_residual) residual += channels;
  }
  end_streams(streams);
}

static void batch_norm_apply(int64_t rows, int64_t channels, const float *x, const float *mean, const float *scale,
                             const float *beta, const float *residual, int relu, int streams, float *y) {
  if (residual && relu) apply_rows(rows, channels, x, mean, scale, beta, residual, 1, 1, streams, y);
  else if (residual) apply_rows(rows, channels, x, mean, scale, beta, residual, 1, 0, streams, y);
  else if (relu) apply_rows(rows, channels, x, mean, scale, beta, residual, 0, 1, streams, y);
  else apply_rows(rows, channels, x, mean, scale, beta, residual, 0, 0, streams, y);
}

// What passes the ReLU: everything without a ReLU, else decided by the output or, with fewer reads, by the input.
typedef enum { passes_all, passes_by_output, passes_by_input } passing;

INLINE passing passing_of(const batch_norm_gradient *b) {
  return !b->relu ? passes_all : b->y ? passes_by_output : passes_by_input;
}

// g of the channels c..<c + LANES of the row at `row`; x is centered.
INLINE vector passed_lanes(const batch_norm_gradient *b, const float *dy, int64_t row, int64_t c, vector x,
                           const passing rule) {
  vector g = load(dy + row + c);
  if (rule == passes_by_output) return select(load(b->y + row + c) > zero(), g, zero());
  if (rule == passes_by_input) return select(x * load(b->scale + c) + load(b->beta + c) > zero(), g, zero());
  return g;
}

INLINE float passed(const batch_norm_gradient *b, const float *dy, int64_t row, int64_t c, float x,
                    const passing rule) {
  int passes = rule == passes_all || (rule == passes_by_output ? b->y[row + c] : x * b->scale[c] + b->beta[c]) > 0;
  return passes ? dy[row + c] : 0;
}

// Sums of g and of g·(x − mean); also writes g to `masked`.
INLINE void gradient_sums_block(const batch_norm_gradient *b, int64_t start, int64_t rows, int64_t c,
                                const int vectors, const passing rule, const int masked, double *plain,
                                double *weighted) {
  doubles sums[wide], weighted_sums[wide];
  vector mean[wide];
  UNROLL for (int v = 0; v < vectors; v++) {
    sums[v] = weighted_sums[v] = (doubles){0};
    mean[v] = load(b->mean + c + v * LANES);
  }
  for (int64_t r = 0; r < rows;) {
    int64_t end = lacuna_minimum(rows, r + segment_rows);
    vector sum[wide], weighted_sum[wide];
    UNROLL for (int v = 0; v < vectors; v++) sum[v] = weighted_sum[v] = zero();
    for (; r < end; r++) {
      int64_t row = start + r * b->channels;
      UNROLL for (int v = 0; v < vectors; v++) {
        int64_t channel = c + v * LANES;
        vector x = load(b->x + row + channel) - mean[v];
        vector g = passed_lanes(b, b->dy, row, channel, x, rule);
        if (masked) put(b->masked + row + channel, g, b->streams_masked);
        sum[v] += g;
        weighted_sum[v] += g * x;
      }
    }
    UNROLL for (int v = 0; v < vectors; v++) {
      sums[v] += widen(sum[v]);
      weighted_sums[v] += widen(weighted_sum[v]);
    }
  }
  memcpy(plain + c, sums, (size_t)vectors * sizeof(doubles));
  memcpy(weighted + c, weighted_sums, (size_t)vectors * sizeof(doubles));
}

INLINE void gradient_sums(const batch_norm_gradient *b, int64_t start, int64_t rows, const passing rule,
                          const int masked, double *plain, double *weighted) {
  int64_t c = 0;
  for (; c + wide * LANES <= b->channels; c += wide * LANES)
    gradient_sums_block(b, start, rows, c, wide, rule, masked, plain, weighted);
  for (; c + LANES <= b->channels; c += LANES)
    gradient_sums_block(b, start, rows, c, 1, rule, masked, plain, weighted);
  for (; c < b->channels; c++) {
    double sum = 0, weighted_sum = 0;
    for (int64_t r = 0; r < rows; r++) {
      int64_t row = start + r * b->channels;
      float x = b->x[row + c] - b->mean[c], g = passed(b, b->dy, row, c, x, rule);
      if (masked) b->masked[row + c] = g;
      sum += g;
      weighted_sum += (double)g * x;
    }
    plain[c] = sum;
    weighted[c] = weighted_sum;
  }
  if (masked) end_streams(b->streams_masked);
}

static void batch_norm_sums(const batch_norm_gradient *b, int64_t first, int64_t rows, double *plain,
                            double *weighted) {
  int64_t start = first * b->channels;
  switch (passing_of(b)) {
    case passes_all:
      if (b->masked) return gradient_sums(b, start, rows, passes_all, 1, plain, weighted);
      return gradient_sums(b, start, rows, passes_all, 0, plain, weighted);
    case passes_by_output:
      if (b->masked) return gradient_sums(b, start, rows, passes_by_output, 1, plain, weighted);
      return gradient_sums(b, start, rows, passes_by_output, 0, plain, weighted);
    case passes_by_input:
      if (b->masked) return gradient_sums(b, start, rows, passes_by_input, 1, plain, weighted);
      return gradient_sums(b, start, rows, passes_by_input, 0, plain, weighted);
  }
}

INLINE void gradient_rows(const batch_norm_gradient *b, const float *dy, int64_t row, int64_t rows,
                          const passing rule, int streams, float *dx) {
  for (int64_t r = 0; r < rows; r++, row += b->channels, dx += b->channels) {
    int64_t c = 0;
    for (; c + LANES <= b->channels; c += LANES) {
      vector x = load(b->x + row + c) - load(b->mean + c);
      vector g = passed_lanes(b, dy, row, c, x, rule);
      vector correction = x * load(b->slope + c) + load(b->shift + c);
      put(dx + c, g * load(b->scale + c) + correction, streams);
    }
    for (; c < b->channels; c++) {
      float x = b->x[row + c] - b->mean[c];
      dx[c] = b->scale[c] * passed(b, dy, row, c, x, rule) + (x * b->slope[c] + b->shift[c]);
    }
  }
  end_streams(streams);
}

static void batch_norm_dx(const batch_norm_gradient *b, int64_t first, int64_t rows, int streams, float *dx) {
  int64_t start = first * b->channels;
  if (b->masked) return gradient_rows(b, b->masked, start, rows, passes_all, streams, dx);
  switch (passing_of(b)) {
    case passes_all: return gradient_rows(b, b->dy, start, rows, passes_all, streams, dx);
    case passes_by_output: return gradient_rows(b, b->dy, start, rows, passes_by_output, streams, dx);
    case passes_by_input: return gradient_rows(b, b->dy, start, rows, passes_by_input, streams, dx);
  }
}
