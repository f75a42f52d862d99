// Reductions: each chunk is summed separately, and the sums of the chunks are added in order.
#include "internal.h"

typedef struct {
  int64_t count;
  const float *a, *b;  // b is NULL for a plain sum
  double *partials;
} sum_task;

static void sum_chunk(void *context, int64_t index) {
  const sum_task *task = context;
  const kernel_table *kernels = lacuna_kernels();
  int64_t start = index * chunk_numbers, count = lacuna_minimum(chunk_numbers, task->count - start);
  task->partials[index] =
    task->b ? kernels->dot(count, task->a + start, task->b + start) : kernels->sum(count, task->a + start);
}

static double sum_all(int64_t count, const float *a, const float *b) {
  int64_t chunks = lacuna_divide_up(count, chunk_numbers);
  double *partials = lacuna_scratch(scratch_partials, (size_t)chunks * sizeof(double));
  sum_task task = {count, a, b, partials};
  lacuna_parallel(chunks, sum_chunk, &task);
  double sum = 0;
  for (int64_t i = 0; i < chunks; i++) sum += partials[i];
  return sum;
}

double lacuna_sum(int64_t count, const float *x) { return sum_all(count, x, NULL); }

double lacuna_dot(int64_t count, const float *a, const float *b) { return sum_all(count, a, b); }

static void check_chunk(void *context, int64_t index) {
  const sum_task *task = context;
  int64_t start = index * chunk_numbers, count = lacuna_minimum(chunk_numbers, task->count - start);
  task->partials[index] = lacuna_kernels()->all_finite(count, task->a + start);
}

int lacuna_all_finite(int64_t count, const float *x) {
  int64_t chunks = lacuna_divide_up(count, chunk_numbers);
  double *finite = lacuna_scratch(scratch_partials, (size_t)chunks * sizeof(double));
  sum_task task = {count, x, NULL, finite};
  lacuna_parallel(chunks, check_chunk, &task);
  for (int64_t i = 0; i < chunks; i++)
    if (finite[i] == 0) return 0;
  return 1;
}

typedef struct {
  int64_t rows, columns, chunk;
  const float *x;
  double *partials;
  float *out;
} axis_task;

static void sum_rows_of_chunk(void *context, int64_t index) {
  const axis_task *task = context;
  int64_t first = index * task->chunk, rows = lacuna_minimum(task->chunk, task->rows - first);
  lacuna_kernels()->sum_rows(rows, task->columns, task->x + first * task->columns,
                             task->partials + index * task->columns);
}

void lacuna_sum_rows(int64_t rows, int64_t columns, const float *x, float *out) {
  int64_t chunk = lacuna_chunk_rows(columns, 2 * chunk_numbers), chunks = lacuna_divide_up(rows, chunk);
  double *partials = lacuna_scratch(scratch_partials, (size_t)(chunks * columns) * sizeof(double));
  axis_task task = {rows, columns, chunk, x, partials, out};
  lacuna_parallel(chunks, sum_rows_of_chunk, &task);
  for (int64_t c = 0; c < columns; c++) {
    double sum = 0;
    for (int64_t i = 0; i < chunks; i++) sum += partials[i * columns + c];
    out[c] = (float)sum;
  }
}

static void sum_columns_of_chunk(void *context, int64_t index) {
  const axis_task *task = context;
  int64_t end = lacuna_minimum(task->rows, (index + 1) * task->chunk);
  for (int64_t r = index * task->chunk; r < end; r++)
    task->out[r] = (float)lacuna_kernels()->sum(task->columns, task->x + r * task->columns);
}

void lacuna_sum_columns(int64_t rows, int64_t columns, const float *x, float *out) {
  int64_t chunk = lacuna_chunk_rows(columns, chunk_numbers);
  axis_task task = {rows, columns, chunk, x, NULL, out};
  lacuna_parallel(lacuna_divide_up(rows, chunk), sum_columns_of_chunk, &task);
}
