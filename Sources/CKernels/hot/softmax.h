// Softmax and log softmax of rows, and their gradients.

INLINE float row_largest(int64_t columns, const float *x) {
  vector best = splat(-INFINITY);
  int64_t c = 0;
  for (; c + LANES <= columns; c += LANES) best = larger(best, load(x + c));
  if (c < columns) best = larger(best, load_partial(x + c, columns - c, -INFINITY));
  return largest(best);
}

static void softmax_rows(int64_t rows, int64_t columns, const float *x, const float *unused, float *y) {
  (void)unused;
  for (int64_t r = 0; r < rows; r++, x += columns, y += columns) {
    vector shift = splat(row_largest(columns, x));
    doubles sums = {0};
    int64_t c = 0;
    for (; c + LANES <= columns; c += LANES) {
      vector e = exponential(load(x + c) - shift);
      sums += widen(e);
      store(y + c, e);
    }
    if (c < columns) {
      vector e = exponential(load_partial(x + c, columns - c, -INFINITY) - shift);
      sums += widen(e);
      store_partial(y + c, columns - c, e);
    }
    range_affine(columns, y, NULL, y, (float)(1 / total(sums)), 0);
  }
}

static void log_softmax_rows(int64_t rows, int64_t columns, const float *x, const float *unused, float *y) {
  (void)unused;
  for (int64_t r = 0; r < rows; r++, x += columns, y += columns) {
    float shift = row_largest(columns, x);
    doubles sums = {0};
    int64_t c = 0;
    for (; c + LANES <= columns; c += LANES) sums += widen(exponential(load(x + c) - shift));
    if (c < columns) sums += widen(exponential(load_partial(x + c, columns - c, -INFINITY) - shift));
    // Subtracted one after the other: the largest entry's difference is exact, and small logarithms keep their digits.
    float logarithm_of_sum = (float)log(total(sums));
    for (c = 0; c + LANES <= columns; c += LANES) store(y + c, load(x + c) - shift - logarithm_of_sum);
    for (; c < columns; c++) y[c] = x[c] - shift - logarithm_of_sum;
  }
}

static void softmax_backward_rows(int64_t rows, int64_t columns, const float *dy, const float *y, float *dx) {
  for (int64_t r = 0; r < rows; r++, dy += columns, y += columns, dx += columns) {
    float mean = (float)range_dot(columns, dy, y);
    int64_t c = 0;
    for (; c + LANES <= columns; c += LANES) store(dx + c, load(y + c) * (load(dy + c) - mean));
    for (; c < columns; c++) dx[c] = y[c] * (dy[c] - mean);
  }
}

static void log_softmax_backward_rows(int64_t rows, int64_t columns, const float *dy, const float *y, float *dx) {
  for (int64_t r = 0; r < rows; r++, dy += columns, y += columns, dx += columns) {
    float sum = (float)range_sum(columns, dy);
    int64_t c = 0;
    for (; c + LANES <= columns; c += LANES) store(dx + c, load(dy + c) - exponential(load(y + c)) * sum);
    if (c < columns) {
      vector e = exponential(load_partial(y + c, columns - c, 0));
      store_partial(dx + c, columns - c, load_partial(dy + c, columns - c, 0) - e * sum);
    }
  }
}
