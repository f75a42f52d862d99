// Element-wise operations: long ranges are cut into chunks that run in parallel.
#include "internal.h"

typedef struct {
  range_kernel kernel;
  int64_t count;
  const float *a, *b;
  float *out;
  float s, t;
} range_task;

static void run_chunk(void *context, int64_t index) {
  const range_task *task = context;
  int64_t start = index * chunk_numbers, count = lacuna_minimum(chunk_numbers, task->count - start);
  task->kernel(count, task->a ? task->a + start : NULL, task->b ? task->b + start : NULL, task->out + start, task->s,
               task->t);
}

static void run(operation o, int64_t count, const float *a, const float *b, float *out, float s, float t) {
  range_kernel kernel = lacuna_kernels()->elementwise[o];
  if (count <= chunk_numbers) {
    kernel(count, a, b, out, s, t);
    return;
  }
  range_task task = {kernel, count, a, b, out, s, t};
  lacuna_parallel(lacuna_divide_up(count, chunk_numbers), run_chunk, &task);
}

void lacuna_fill(int64_t count, float value, float *out) { run(operation_fill, count, NULL, NULL, out, value, 0); }

void lacuna_add(int64_t count, const float *a, const float *b, float *out) {
  run(operation_add, count, a, b, out, 0, 0);
}

void lacuna_subtract(int64_t count, const float *a, const float *b, float *out) {
  run(operation_subtract, count, a, b, out, 0, 0);
}

void lacuna_multiply(int64_t count, const float *a, const float *b, float *out) {
  run(operation_multiply, count, a, b, out, 0, 0);
}

void lacuna_divide(int64_t count, const float *a, const float *b, float *out) {
  run(operation_divide, count, a, b, out, 0, 0);
}

void lacuna_affine(int64_t count, const float *a, float scale, float shift, float *out) {
  run(operation_affine, count, a, NULL, out, scale, shift);
}

void lacuna_linear_combination(int64_t count, float alpha, const float *a, float beta, const float *b, float *out) {
  run(operation_linear_combination, count, a, b, out, alpha, beta);
}

void lacuna_relu(int64_t count, const float *x, float *out) { run(operation_relu, count, x, NULL, out, 0, 0); }

void lacuna_relu_backward(int64_t count, const float *dy, const float *y, float *out) {
  run(operation_relu_backward, count, dy, y, out, 0, 0);
}

void lacuna_exp(int64_t count, const float *x, float *out) { run(operation_exp, count, x, NULL, out, 0, 0); }

void lacuna_log(int64_t count, const float *x, float *out) { run(operation_log, count, x, NULL, out, 0, 0); }

void lacuna_sqrt(int64_t count, const float *x, float *out) { run(operation_sqrt, count, x, NULL, out, 0, 0); }

void lacuna_abs(int64_t count, const float *x, float *out) { run(operation_abs, count, x, NULL, out, 0, 0); }

void lacuna_sign(int64_t count, const float *x, float *out) { run(operation_sign, count, x, NULL, out, 0, 0); }

void lacuna_clamp(int64_t count, const float *x, float low, float high, float *out) {
  run(operation_clamp, count, x, NULL, out, low, high);
}

// ---- Rows -----------------------------------------------------------------------------------------------------------

typedef struct {
  row_kernel kernel;
  int64_t rows, columns, chunk;
  const float *x, *other;
  int64_t other_step;  // numbers of `other` per row
  float *out;
} row_task;

static void run_rows(void *context, int64_t index) {
  const row_task *task = context;
  int64_t first = index * task->chunk, rows = lacuna_minimum(task->chunk, task->rows - first);
  task->kernel(rows, task->columns, task->x + first * task->columns, task->other + first * task->other_step,
               task->out + first * task->columns);
}

void lacuna_add_row(int64_t rows, int64_t columns, const float *x, const float *row, float *out) {
  int64_t chunk = lacuna_chunk_rows(columns, chunk_numbers);
  row_task task = {lacuna_kernels()->add_row, rows, columns, chunk, x, row, 0, out};
  lacuna_parallel(lacuna_divide_up(rows, chunk), run_rows, &task);
}

void lacuna_scale_rows(int64_t rows, int64_t columns, const float *x, const float *column, float *out) {
  int64_t chunk = lacuna_chunk_rows(columns, chunk_numbers);
  row_task task = {lacuna_kernels()->scale_rows, rows, columns, chunk, x, column, 1, out};
  lacuna_parallel(lacuna_divide_up(rows, chunk), run_rows, &task);
}
