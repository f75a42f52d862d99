// Batch normalisation of a range of rows of [rows, channels]. Channels run in blocks of WIDE vectors while they last,
// then in single vectors, then alone.

// Float sums run over this many rows at most before they are added in double.
enum { segment_rows = 64, wide = 4 };

// Sums of x − centre and, when `squared`, of (x − centre)² over rows, for `vectors` vectors of channels.
INLINE void column_sums(int64_t rows, int64_t channels, const float *x, const vector *centre, int squared, int vectors,
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
          a -= centre[v], b -= centre[v];
          even[v] += a * a, odd[v] += b * b;
        } else {
          even[v] += a, odd[v] += b;
        }
      }
    }
    for (; r < end; r++)
      UNROLL for (int v = 0; v < vectors; v++) {
        vector a = load(x + r * channels + v * LANES);
        if (squared) a = (a - centre[v]) * (a - centre[v]);
        even[v] += a;
      }
    UNROLL for (int v = 0; v < vectors; v++) sums[v] += widen(even[v]) + widen(odd[v]);
  }
}

INLINE void statistics_block(int64_t rows, int64_t channels, const float *x, int vectors, double *mean,
                             double *squares) {
  doubles sums[wide];
  vector centre[wide];
  column_sums(rows, channels, x, centre, 0, vectors, sums);
  UNROLL for (int v = 0; v < vectors; v++) {
    doubles exact = sums[v] / (double)rows;
    memcpy(mean + v * LANES, &exact, sizeof exact);
    centre[v] = narrow(exact);
  }
  column_sums(rows, channels, x, centre, 1, vectors, sums);
  UNROLL for (int v = 0; v < vectors; v++) {
    // The centre is the mean rounded to float; take out what the rounding added.
    doubles exact;
    memcpy(&exact, mean + v * LANES, sizeof exact);
    doubles off = exact - widen(centre[v]);
    doubles result = sums[v] - off * off * (double)rows;
    memcpy(squares + v * LANES, &result, sizeof result);
  }
}

// Means, and sums of squared distances from the means, of these rows.
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
                       const float *beta, const float *residual, int has_residual, int relu, float *y) {
  for (int64_t r = 0; r < rows; r++, x += channels, y += channels) {
    int64_t c = 0;
    for (; c + LANES <= channels; c += LANES) {
      vector value = (load(x + c) - load(mean + c)) * load(scale + c) + load(beta + c);
      if (has_residual) value += load(residual + c);
      store(y + c, relu ? larger(zero(), value) : value);
    }
    for (; c < channels; c++) {
      float value = (x[c] - mean[c]) * scale[c] + beta[c];
      if (has_residual) value += residual[c];
      y[c] = relu && value < 0 ? 0 : value;
    }
    if (has_residual) residual += channels;
  }
}

static void batch_norm_apply(int64_t rows, int64_t channels, const float *x, const float *mean, const float *scale,
                             const float *beta, const float *residual, int relu, float *y) {
  if (residual && relu) apply_rows(rows, channels, x, mean, scale, beta, residual, 1, 1, y);
  else if (residual) apply_rows(rows, channels, x, mean, scale, beta, residual, 1, 0, y);
  else if (relu) apply_rows(rows, channels, x, mean, scale, beta, residual, 0, 1, y);
  else apply_rows(rows, channels, x, mean, scale, beta, residual, 0, 0, y);
}

// Sums of g and of g·(x − mean), where g is dy where y > 0; g is written to `masked` on the way.
INLINE void gradient_sums_block(const batch_norm_gradient *b, int64_t start, int64_t rows, int64_t c, int vectors,
                                int relu, int masked, double *plain, double *weighted) {
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
      int64_t at = start + r * b->channels + c;
      UNROLL for (int v = 0; v < vectors; v++, at += LANES) {
        vector g = load(b->dy + at);
        if (relu) g = select(load(b->y + at) > zero(), g, zero());
        if (masked) store(b->masked + at, g);
        sum[v] += g;
        weighted_sum[v] += g * (load(b->x + at) - mean[v]);
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

INLINE void gradient_sums(const batch_norm_gradient *b, int64_t start, int64_t rows, int relu, int masked,
                          double *plain, double *weighted) {
  int64_t c = 0;
  for (; c + wide * LANES <= b->channels; c += wide * LANES)
    gradient_sums_block(b, start, rows, c, wide, relu, masked, plain, weighted);
  for (; c + LANES <= b->channels; c += LANES)
    gradient_sums_block(b, start, rows, c, 1, relu, masked, plain, weighted);
  for (; c < b->channels; c++) {
    double sum = 0, weighted_sum = 0;
    for (int64_t r = 0; r < rows; r++) {
      int64_t at = start + r * b->channels + c;
      float g = relu && !(b->y[at] > 0) ? 0 : b->dy[at];
      if (masked) b->masked[at] = g;
      sum += g;
      weighted_sum += (double)g * (b->x[at] - b->mean[c]);
    }
    plain[c] = sum;
    weighted[c] = weighted_sum;
  }
}

static void batch_norm_sums(const batch_norm_gradient *b, int64_t first, int64_t rows, double *plain,
                            double *weighted) {
  int64_t start = first * b->channels;
  if (b->y && b->masked) gradient_sums(b, start, rows, 1, 1, plain, weighted);
  else if (b->y) gradient_sums(b, start, rows, 1, 0, plain, weighted);
  else if (b->masked) gradient_sums(b, start, rows, 0, 1, plain, weighted);
  else gradient_sums(b, start, rows, 0, 0, plain, weighted);
}

INLINE void gradient_rows(const batch_norm_gradient *b, const float *gradient, int64_t start, int64_t rows, int relu) {
  for (int64_t r = 0; r < rows; r++, start += b->channels) {
    const float *dy = gradient + start, *x = b->x + start;
    float *dx = b->dx + start;
    int64_t c = 0;
    for (; c + LANES <= b->channels; c += LANES) {
      vector g = load(dy + c);
      if (relu) g = select(load(b->y + start + c) > zero(), g, zero());
      vector correction = (load(x + c) - load(b->mean + c)) * load(b->slope + c) + load(b->shift + c);
      store(dx + c, g * load(b->scale + c) + correction);
    }
    for (; c < b->channels; c++) {
      float g = relu && !(b->y[start + c] > 0) ? 0 : dy[c];
      dx[c] = b->scale[c] * g + ((x[c] - b->mean[c]) * b->slope[c] + b->shift[c]);
    }
  }
}

static void batch_norm_dx(const batch_norm_gradient *b, int64_t first, int64_t rows) {
  int64_t start = first * b->channels;
  if (b->masked) gradient_rows(b, b->masked, start, rows, 0);
  else if (b->y) gradient_rows(b, b->dy, start, rows, 1);
  else gradient_rows(b, b->dy, start, rows, 0);
}
