// Element-wise operations over a range. `out` may be an input, so a vector is read before it is written.

#define RANGE(NAME, EXPRESSION)                                                                                        \
  static void NAME(int64_t count, const float *a, const float *b, float *out, float s, float t) {                      \
    (void)a, (void)b, (void)s, (void)t;                                                                                \
    int64_t i = 0;                                                                                                     \
    for (; i + LANES <= count; i += LANES) {                                                                           \
      vector x = READ_FIRST(load(a + i)), y = READ_SECOND(load(b + i));                                                \
      (void)x, (void)y;                                                                                                \
      store(out + i, EXPRESSION);                                                                                      \
    }                                                                                                                  \
    if (i < count) {                                                                                                   \
      int64_t rest = count - i;                                                                                        \
      vector x = READ_FIRST(load_partial(a + i, rest, 1)), y = READ_SECOND(load_partial(b + i, rest, 1));              \
      (void)x, (void)y;                                                                                                \
      store_partial(out + i, rest, EXPRESSION);                                                                        \
    }                                                                                                                  \
  }

#define READ_FIRST(READ) zero()
#define READ_SECOND(READ) zero()
RANGE(range_fill, splat(s))

#undef READ_FIRST
#define READ_FIRST(READ) READ
RANGE(range_affine, x * s + t)
RANGE(range_relu, larger(zero(), x))
RANGE(range_exp, exponential(x))
RANGE(range_log, logarithm(x))
RANGE(range_sqrt, square_root(x))
RANGE(range_abs, absolute(x))
RANGE(range_sign, select(x > zero(), splat(1), select(x < zero(), splat(-1), x - x)))
RANGE(range_clamp, smaller(splat(t), larger(splat(s), x)))

#undef READ_SECOND
#define READ_SECOND(READ) READ
RANGE(range_add, x + y)
RANGE(range_subtract, x - y)
RANGE(range_multiply, x *y)
RANGE(range_divide, x / y)
RANGE(range_linear_combination, x *s + y * t)
RANGE(range_relu_backward, select(y > zero(), x, zero()))

static void add_row(int64_t rows, int64_t columns, const float *x, const float *row, float *out) {
  for (int64_t r = 0; r < rows; r++) range_add(columns, x + r * columns, row, out + r * columns, 0, 0);
}

static void scale_rows(int64_t rows, int64_t columns, const float *x, const float *column, float *out) {
  for (int64_t r = 0; r < rows; r++) range_affine(columns, x + r * columns, NULL, out + r * columns, column[r], 0);
}

static void range_stream(int64_t count, const float *in, float *out) {
  for (int64_t i = 0; i < count; i += LANES) put(out + i, load(in + i), 1);
  end_streams(1);
}
