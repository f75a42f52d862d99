// Intel's AMX: eight tiles of 16 rows of 64 bytes; one instruction multiplies two tiles and adds the product to a
// third.
#define _GNU_SOURCE
#include "split_products.h"

#if defined(__x86_64__) && defined(__linux__) && defined(__clang__)

#include <cpuid.h>
#include <immintrin.h>
#include <sys/syscall.h>
#include <unistd.h>

#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,amx-tile,amx-bf16"))),           \
                             apply_to = function)

enum { split_parts = 3, tile_bytes = 1024, row_bytes = 64 };

// The three parts of 32 numbers; numbers 16 positions apart share a word, as its low and high half.
static inline void split(__m512 low, __m512 high, uint8_t *parts) {
  const __m512i half = _mm512_set1_epi32(0x8000), top = _mm512_set1_epi32((int)0xffff0000);
  for (int part = 0; part < split_parts; part++) {
    __m512i l = _mm512_and_si512(_mm512_add_epi32(_mm512_castps_si512(low), half), top);
    __m512i h = _mm512_and_si512(_mm512_add_epi32(_mm512_castps_si512(high), half), top);
    _mm512_store_si512(parts + part * tile_bytes, _mm512_or_si512(_mm512_srli_epi32(l, 16), h));
    low = _mm512_sub_ps(low, _mm512_castsi512_ps(l));
    high = _mm512_sub_ps(high, _mm512_castsi512_ps(h));
  }
}

static __mmask16 lanes(int64_t count) { return count >= 16 ? 0xffff : count <= 0 ? 0 : (__mmask16)((1 << count) - 1); }

static void split_left(int64_t rows, int64_t depth, const float *a, int64_t pitch, void *parts) {
  uint8_t *to = parts;
  for (int64_t row = 0; row < rows; row += split_rows)
    for (int64_t k = 0; k < depth; k += split_depth, to += split_block_bytes)
      for (int64_t r = 0; r < split_rows; r++) {
        const float *from = a + (row + r) * pitch + k;
        int there = row + r < rows;
        split(_mm512_maskz_loadu_ps(there ? lanes(depth - k) : 0, from),
              _mm512_maskz_loadu_ps(there ? lanes(depth - k - 16) : 0, from + 16), to + r * row_bytes);
      }
}

static void split_right(int64_t depth, int64_t columns, const float *b, int64_t pitch, void *parts) {
  uint8_t *to = parts;
  for (int64_t column = 0; column < columns; column += split_rows)
    for (int64_t k = 0; k < depth; k += split_depth, to += split_block_bytes)
      for (int64_t r = 0; r < split_depth / 2; r++) {
        const float *from = b + (k + r) * pitch + column;
        split(_mm512_maskz_loadu_ps(k + r < depth ? 0xffff : 0, from),
              _mm512_maskz_loadu_ps(k + r + 16 < depth ? 0xffff : 0, from + 16 * pitch), to + r * row_bytes);
      }
}

#define LEFT(PART)                                                                                                     \
  _tile_loadd(4, a + (PART) * tile_bytes, row_bytes), _tile_loadd(5, a + (PART) * tile_bytes + a_step, row_bytes)
#define RIGHT(PART)                                                                                                    \
  _tile_loadd(6, b + (PART) * tile_bytes, row_bytes), _tile_loadd(7, b + (PART) * tile_bytes + b_step, row_bytes)
#define PRODUCTS                                                                                                       \
  _tile_dpbf16ps(0, 4, 6), _tile_dpbf16ps(1, 4, 7), _tile_dpbf16ps(2, 5, 6), _tile_dpbf16ps(3, 5, 7)

static void multiply(int64_t rows, int64_t columns, int64_t depth, const void *left, const void *right, int adds,
                     float *out, int64_t pitch) {
  struct {
    uint8_t palette, start, reserved[14];
    uint16_t bytes[16];
    uint8_t rows[16];
  } shape = {.palette = 1};
  for (int tile = 0; tile < 8; tile++) shape.bytes[tile] = row_bytes, shape.rows[tile] = split_rows;
  _tile_loadconfig(&shape);
  int64_t strip = lacuna_split_strip(depth);
  for (int64_t column = 0; column < columns; column += 32) {
    const uint8_t *b_first = (const uint8_t *)right + column / 16 * strip;
    // A strip without a neighbor is paired with itself: the second result is not stored.
    int64_t b_step = column + 16 < columns ? strip : 0;
    for (int64_t row = 0; row < rows; row += 32) {
      const uint8_t *b = b_first, *a = (const uint8_t *)left + row / 16 * strip;
      int64_t a_step = row + 16 < rows ? strip : 0;
      float *to = out + row * pitch + column;
      size_t bytes = (size_t)pitch * sizeof(float);
      _tile_zero(0), _tile_zero(1), _tile_zero(2), _tile_zero(3);
      if (adds) {
        _tile_loadd(0, to, bytes);
        if (b_step) _tile_loadd(1, to + 16, bytes);
        if (a_step) _tile_loadd(2, to + 16 * pitch, bytes);
        if (a_step && b_step) _tile_loadd(3, to + 16 * pitch + 16, bytes);
      }
      for (const uint8_t *end = a + strip; a < end; a += split_block_bytes, b += split_block_bytes) {
        // Each step changes one operand. The small products come first.
        LEFT(2), RIGHT(0), PRODUCTS;
        LEFT(1), PRODUCTS;
        RIGHT(1), PRODUCTS;
        LEFT(0), PRODUCTS;
        RIGHT(2), PRODUCTS;
        RIGHT(0), PRODUCTS;
      }
      _tile_stored(0, to, bytes);
      if (b_step) _tile_stored(1, to + 16, bytes);
      if (a_step) _tile_stored(2, to + 16 * pitch, bytes);
      if (a_step && b_step) _tile_stored(3, to + 16 * pitch + 16, bytes);
    }
  }
  _tile_release();
}

#pragma clang attribute pop

static const split_products found = {.split_left = split_left, .split_right = split_right, .multiply = multiply};

const split_products *lacuna_find_split_products(void) {
  enum { bf16_bit = 22, tile_bit = 24, request_permission = 0x1023, tile_data = 18 };
  unsigned a, b, c, d;
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d) || !(d >> bf16_bit & 1) || !(d >> tile_bit & 1)) return NULL;
  // The system preserves the tiles of a thread only for processes that have requested it.
  return syscall(SYS_arch_prctl, request_permission, tile_data) == 0 ? &found : NULL;
}

#else

const split_products *lacuna_find_split_products(void) { return NULL; }

#endif
