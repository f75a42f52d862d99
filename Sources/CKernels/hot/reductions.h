// Sums, accumulated in double precision, in an order that depends only on the shape.

static double range_dot(int64_t count, const float *a, const float *b) {
  doubles first = {0}, second = {0};
  int64_t i = 0;
  for (; i + 2 * LANES <= count; i += 2 * LANES) {
    first += widen(load(a + i)) * widen(load(b + i));
    second += widen(load(a + i + LANES)) * widen(load(b + i + LANES));
  }
  double sum = total(first + second);
  for (; i < count; i++) sum += (double)a[i] * (double)b[i];
  return sum;
}

static double range_sum(int64_t count, const float *x) {
  doubles first = {0}, second = {0};
  int64_t i = 0;
  for (; i + 2 * LANES <= count; i += 2 * LANES) {
    first += widen(load(x + i));
    second += widen(load(x + i + LANES));
  }
  double sum = total(first + second);
  for (; i < count; i++) sum += x[i];
  return sum;
}

static int range_all_finite(int64_t count, const float *x) {
  // x − x is 0 for a finite number and NaN for any other, and NaN propagates through the sum.
  vector first = zero(), second = zero();
  int64_t i = 0;
  for (; i + 2 * LANES <= count; i += 2 * LANES) {
    vector a = load(x + i), b = load(x + i + LANES);
    first += a - a;
    second += b - b;
  }
  first += second;
  for (; i < count; i++) first[0] += x[i] - x[i];
  for (int lane = 0; lane < LANES; lane++)
    if (first[lane] != 0) return 0;
  return 1;
}

// Rows narrower than a vector: column c is in the same lanes of every `columns`-th vector.
static void narrow_rows_sum(int64_t rows, int64_t columns, const float *x, double *out) {
  doubles sums[LANES] = {{0}};
  const int64_t count = rows * columns, period = columns * LANES;
  int64_t i = 0;
  for (; i + period <= count; i += period)
    for (int64_t v = 0; v < columns; v++) sums[v] += widen(load(x + i + v * LANES));
  for (int64_t c = 0; c < columns; c++) out[c] = 0;
  for (int64_t k = 0; k < period; k++) out[k % columns] += sums[k / LANES][k % LANES];
  for (; i < count; i++) out[i % columns] += x[i];
}

static void rows_sum(int64_t rows, int64_t columns, const float *x, double *out) {
  if (columns < LANES) return narrow_rows_sum(rows, columns, x, out);
  int64_t c = 0;
  for (; c + LANES <= columns; c += LANES) {
    doubles sum = {0};
    for (int64_t r = 0; r < rows; r++) sum += widen(load(x + r * columns + c));
    memcpy(out + c, &sum, sizeof sum);
  }
  for (; c < columns; c++) {
    double sum = 0;
    for (int64_t r = 0; r < rows; r++) sum += x[r * columns + c];
    out[c] = sum;
  }
}
