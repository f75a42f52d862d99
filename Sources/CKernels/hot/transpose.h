// From channels last to columns last, in squares of LANES × LANES.

#if LANES == 4
#define LOW_HALVES 0, 4, 1, 5
#define HIGH_HALVES 2, 6, 3, 7
#elif LANES == 8
#define LOW_HALVES 0, 8, 1, 9, 2, 10, 3, 11
#define HIGH_HALVES 4, 12, 5, 13, 6, 14, 7, 15
#else
#define LOW_HALVES 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23
#define HIGH_HALVES 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31
#endif

#if defined(__clang__)
#define SHUFFLE(A, B, ...) __builtin_shufflevector(A, B, __VA_ARGS__)
#else
#define SHUFFLE(A, B, ...) __builtin_shuffle(A, B, (integers){__VA_ARGS__})
#endif

// Interleaving the rows i and i + LANES/2, log2(LANES) times, transposes the square.
INLINE void transpose_square(vector *rows) {
  UNROLL for (int step = 1; step < LANES; step *= 2) {
    vector next[LANES];
    UNROLL for (int i = 0; i < LANES / 2; i++) {
      next[2 * i] = SHUFFLE(rows[i], rows[i + LANES / 2], LOW_HALVES);
      next[2 * i + 1] = SHUFFLE(rows[i], rows[i + LANES / 2], HIGH_HALVES);
    }
    UNROLL for (int i = 0; i < LANES; i++) rows[i] = next[i];
  }
}

static void transpose(int64_t count, int64_t channels, const float *in, int64_t in_pitch, float *out,
                      int64_t out_pitch) {
  int64_t c = 0;
  for (; c + LANES <= channels; c += LANES) {
    int64_t i = 0;
    for (; i + LANES <= count; i += LANES) {
      vector rows[LANES];
      UNROLL for (int k = 0; k < LANES; k++) rows[k] = load(in + (i + k) * in_pitch + c);
      transpose_square(rows);
      UNROLL for (int k = 0; k < LANES; k++) store(out + (c + k) * out_pitch + i, rows[k]);
    }
    if (i < count) {
      vector rows[LANES];
      UNROLL for (int k = 0; k < LANES; k++) rows[k] = i + k < count ? load(in + (i + k) * in_pitch + c) : zero();
      transpose_square(rows);
      // A whole vector would overwrite the next channel, so the rest is copied in fours. The inner loop is over
      // channels, since a loop over the fours of one channel would be compiled to a call of memcpy.
      float square[LANES * LANES];
      UNROLL for (int k = 0; k < LANES; k++) store(square + k * LANES, rows[k]);
      for (int64_t q = 0; i + q < count; q += 4)
        for (int k = 0; k < LANES; k++)
          *(loose_quad *)(out + (c + k) * out_pitch + i + q) = *(const loose_quad *)(square + k * LANES + q);
    }
  }
  for (; c < channels; c++)
    for (int64_t i = 0; i < count; i++) out[c * out_pitch + i] = in[i * in_pitch + c];
}
