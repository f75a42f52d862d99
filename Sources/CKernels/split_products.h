// Products of float32 matrices on a processor that multiplies tiles of bfloat16 numbers (AMX): each number is exactly
// the sum of three bfloat16 numbers, and six of the nine products of parts give the product of two numbers to float32
// precision; the other three are below it.
#ifndef LACUNA_SPLIT_PRODUCTS_H
#define LACUNA_SPLIT_PRODUCTS_H

#include <stddef.h>
#include <stdint.h>

enum { split_rows = 16, split_depth = 32, split_block_bytes = 3 * 1024 };

/// Bytes of 16 rows (or columns) in parts: [32 of the depth][part][row], rounded up to whole tiles.
static inline int64_t lacuna_split_strip(int64_t depth) {
  return (depth + split_depth - 1) / split_depth * split_block_bytes;
}

/// Bytes of a matrix in parts: [16 rows or columns] strips.
static inline int64_t lacuna_split_bytes(int64_t rows, int64_t depth) {
  return (rows + split_rows - 1) / split_rows * lacuna_split_strip(depth);
}

typedef struct {
  /// Splits the left operand [rows, depth] into parts, padded with zeros to whole tiles.
  void (*split_left)(int64_t rows, int64_t depth, const float *a, int64_t pitch, void *parts);
  /// Splits the right operand [depth, columns], whose columns fill whole vectors, into parts.
  void (*split_right)(int64_t depth, int64_t columns, const float *b, int64_t pitch, void *parts);
  /// out [rows, columns] (+)= a · b. Works in whole tiles: writes rows up to the next multiple of 16.
  void (*multiply)(int64_t rows, int64_t columns, int64_t depth, const void *a, const void *b, int adds, float *out,
                   int64_t pitch);
} split_products;

/// NULL if the processor or the system does not support AMX.
const split_products *lacuna_find_split_products(void);

#endif
