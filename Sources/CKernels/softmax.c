// Softmax and log softmax of rows, and their gradients.
#include "internal.h"

typedef struct {
  row_kernel kernel;
  int64_t rows, columns, chunk;
  const float *first, *second;  // second may be NULL
  float *out;
} task;

static void run_chunk(void *context, int64_t index) {
  const task *t = context;
  int64_t start = index * t->chunk * t->columns, rows = lacuna_minimum(t->chunk, t->rows - index * t->chunk);
  t->kernel(rows, t->columns, t->first + start, t->second ? t->second + start : NULL, t->out + start);
}

static void run(row_kernel kernel, int64_t rows, int64_t columns, const float *first, const float *second, float *out) {
  task t = {kernel, rows, columns, lacuna_chunk_rows(columns, chunk_numbers / 4), first, second, out};
  lacuna_parallel(lacuna_divide_up(rows, t.chunk), run_chunk, &t);
}

void lacuna_softmax(int64_t rows, int64_t columns, const float *x, float *y) {
  run(lacuna_kernels()->softmax, rows, columns, x, NULL, y);
}

void lacuna_softmax_backward(int64_t rows, int64_t columns, const float *dy, const float *y, float *dx) {
  run(lacuna_kernels()->softmax_backward, rows, columns, dy, y, dx);
}

void lacuna_log_softmax(int64_t rows, int64_t columns, const float *x, float *y) {
  run(lacuna_kernels()->log_softmax, rows, columns, x, NULL, y);
}

void lacuna_log_softmax_backward(int64_t rows, int64_t columns, const float *dy, const float *y, float *dx) {
  run(lacuna_kernels()->log_softmax_backward, rows, columns, dy, y, dx);
}
