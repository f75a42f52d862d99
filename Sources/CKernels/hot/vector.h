// Vectors of LANES floats. Like every file in this folder it is compiled once per instruction set, from kernels_*.c.

// Vectors wider than the registers (the doubles) are passed as arguments, but only to functions that are always
// inlined.
#pragma GCC diagnostic ignored "-Wpsabi"

#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("GCC unroll 64")

typedef float vector __attribute__((vector_size(4 * LANES)));
typedef int32_t integers __attribute__((vector_size(4 * LANES)));
typedef double doubles __attribute__((vector_size(8 * LANES)));
typedef float loose_vector __attribute__((vector_size(4 * LANES), aligned(4), may_alias));
typedef int32_t loose_integers __attribute__((vector_size(4 * LANES), aligned(4), may_alias));
typedef float loose_quad __attribute__((vector_size(16), aligned(4), may_alias));

INLINE vector load(const float *p) { return *(const loose_vector *)p; }
INLINE void store(float *p, vector v) { *(loose_vector *)p = v; }
// With `streams`, stores bypass the caches: numbers that are not read again soon need not be fetched to be overwritten.
// p must then be aligned to a vector, and the caller ends with end_streams().
INLINE void put(float *p, vector v, int streams) {
#if __has_builtin(__builtin_nontemporal_store)
  if (streams) return __builtin_nontemporal_store(v, (vector *)p);
#endif
  store(p, v);
}
INLINE void end_streams(int streams) {
#if defined(__x86_64__)
  if (streams) __builtin_ia32_sfence();
#endif
}
INLINE void store_integers(int32_t *p, integers v) { *(loose_integers *)p = v; }
INLINE vector splat(float value) { return value - (vector){0}; }
INLINE vector zero(void) { return (vector){0}; }

// Not inlined, and in memory: ends of ranges are rare, and their code would be larger than the rest.
static __attribute__((noinline)) void copy_lanes(float *to, const float *from, int64_t count) {
  for (int64_t i = 0; i < count; i++) to[i] = from[i];
}

INLINE vector load_partial(const float *p, int64_t count, float rest) {
  float lanes[LANES];
  store(lanes, splat(rest));
  copy_lanes(lanes, p, count);
  return load(lanes);
}

INLINE void store_partial(float *p, int64_t count, vector v) {
  float lanes[LANES];
  store(lanes, v);
  copy_lanes(p, lanes, count);
}

INLINE vector select(integers mask, vector yes, vector no) {
  return (vector)((mask & (integers)yes) | (~mask & (integers)no));
}

// Comparisons with NaN are false and give the second argument: pass the one whose NaN must propagate there.
INLINE vector larger(vector a, vector b) { return select(a > b, a, b); }
INLINE vector smaller(vector a, vector b) { return select(a < b, a, b); }
INLINE vector absolute(vector v) { return (vector)((integers)v & 0x7fffffff); }

INLINE vector square_root(vector v) {
#if defined(__clang__)
  return __builtin_elementwise_sqrt(v);
#else
  for (int i = 0; i < LANES; i++) v[i] = sqrtf(v[i]);
  return v;
#endif
}

INLINE doubles widen(vector v) { return __builtin_convertvector(v, doubles); }
INLINE vector narrow(doubles v) { return __builtin_convertvector(v, vector); }

// Lanes are added in a fixed order.
INLINE double total(doubles v) {
  double sum = 0;
  for (int i = 0; i < LANES; i++) sum += v[i];
  return sum;
}

INLINE float largest(vector v) {
  float best = v[0];
  for (int i = 1; i < LANES; i++) best = v[i] > best ? v[i] : best;
  return best;
}

/// eˣ, within about one unit in the last place. Overflows to infinity, underflows through the subnormals.
INLINE vector exponential(vector x) {
  x = smaller(splat(89.0f), larger(splat(-104.0f), x));
  // Adding 1.5·2^23 rounds to the nearest integer and leaves it in the low bits.
  const vector shift = splat(12582912.0f);
  vector shifted = x * 1.44269504f + shift;
  vector n = shifted - shift;
  integers power = (integers)shifted - (integers)shift;
  vector r = (x - n * 0.693359375f) + n * 2.12194440e-4f;
  vector p = splat(1.9875691500e-4f);
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * (r * r) + r;
  p = p + 1.0f;
  // In two steps, since 2^power alone may be outside the range of normal numbers.
  integers half = power >> 1;
  integers low = (half + 127) << 23, high = (power - half + 127) << 23;
  return p * (vector)low * (vector)high;
}

/// ln x, within about one unit in the last place; −infinity at 0, NaN below.
INLINE vector logarithm(vector x) {
  const vector tiny = splat(1.17549435e-38f);
  integers subnormal = x < tiny;
  vector scaled = select(subnormal, x * 8388608.0f, x);
  integers bits = (integers)scaled;
  integers power = ((bits >> 23) & 0xff) - 126 - (subnormal & 23);
  vector m = (vector)((bits & 0x007fffff) | 0x3f000000);
  integers small = m < splat(0.707106781f);
  power += small;
  m = m + select(small, m, zero()) - 1.0f;
  vector e = __builtin_convertvector(power, vector);
  vector z = m * m;
  vector p = splat(7.0376836292e-2f);
  p = p * m - 1.1514610310e-1f;
  p = p * m + 1.1676998740e-1f;
  p = p * m - 1.2420140846e-1f;
  p = p * m + 1.4249322787e-1f;
  p = p * m - 1.6668057665e-1f;
  p = p * m + 2.0000714765e-1f;
  p = p * m - 2.4999993993e-1f;
  p = p * m + 3.3333331174e-1f;
  p = p * m * z;
  p = p - e * 2.12194440e-4f;
  p = p - z * 0.5f;
  vector result = (m + p) + e * 0.693359375f;
  result = select(x == zero(), splat(-INFINITY), result);
  result = select(x == splat(INFINITY), x, result);
  return select(x >= zero(), result, splat(NAN));
}
