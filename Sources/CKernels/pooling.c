// Pooling: max, average and global average, forward and backward, image by image.
#include <string.h>

#include "internal.h"

typedef struct {
  pool_shape shape;
  int64_t batch, together;  // images per item
  int64_t in_count, out_count;
  const float *in;
  const int32_t *places;
  float *out;
  int32_t *chosen;
} task;

/// The number of images per item that makes starting a task worthwhile.
static int64_t images_together(int64_t count) { return lacuna_maximum(1, chunk_numbers / lacuna_maximum(1, count)); }

static void run(task *t, void (*body)(void *, int64_t)) {
  t->together = images_together(lacuna_maximum(t->in_count, t->out_count));
  lacuna_parallel(lacuna_divide_up(t->batch, t->together), body, t);
}

static task make_task(int64_t batch, int64_t height, int64_t width, int64_t channels, int64_t size, int64_t stride,
                      int64_t padding) {
  int64_t out_height = (height + 2 * padding - size) / stride + 1;
  int64_t out_width = (width + 2 * padding - size) / stride + 1;
  return (task){
    .shape = {height, width, channels, size, stride, padding, out_height, out_width},
    .batch = batch,
    .in_count = height * width * channels,
    .out_count = out_height * out_width * channels,
  };
}

// ---- Max ------------------------------------------------------------------------------------------------------------

static void max_images(void *context, int64_t index) {
  const task *t = context;
  int64_t end = lacuna_minimum(t->batch, (index + 1) * t->together);
  for (int64_t n = index * t->together; n < end; n++)
    lacuna_kernels()->max_pool(&t->shape, n * t->in_count, t->in + n * t->in_count, t->out + n * t->out_count,
                               t->chosen + n * t->out_count);
}

void lacuna_max_pool(int64_t batch, int64_t height, int64_t width, int64_t channels, int64_t size, int64_t stride,
                     int64_t padding, const float *x, float *y, int32_t *chosen) {
  task t = make_task(batch, height, width, channels, size, stride, padding);
  t.in = x, t.out = y, t.chosen = chosen;
  run(&t, max_images);
}

static void max_images_backward(void *context, int64_t index) {
  const task *t = context;
  int64_t start = index * t->together, end = lacuna_minimum(t->batch, start + t->together);
  memset(t->out + start * t->in_count, 0, (size_t)((end - start) * t->in_count) * sizeof(float));
  for (int64_t i = start * t->out_count; i < end * t->out_count; i++) t->out[t->places[i]] += t->in[i];
}

void lacuna_max_pool_backward(int64_t batch, int64_t input_count, int64_t output_count, const float *dy,
                              const int32_t *chosen, float *dx) {
  if (batch == 0) return;
  task t = {
    .batch = batch, .in_count = input_count / batch, .out_count = output_count / batch, .in = dy, .places = chosen,
    .out = dx,
  };
  run(&t, max_images_backward);
}

// ---- Average --------------------------------------------------------------------------------------------------------

static void average_images(void *context, int64_t index) {
  const task *t = context;
  int64_t end = lacuna_minimum(t->batch, (index + 1) * t->together);
  for (int64_t n = index * t->together; n < end; n++)
    lacuna_kernels()->average_pool(&t->shape, t->in + n * t->in_count, t->out + n * t->out_count);
}

void lacuna_average_pool(int64_t batch, int64_t height, int64_t width, int64_t channels, int64_t size, int64_t stride,
                         const float *x, float *y) {
  task t = make_task(batch, height, width, channels, size, stride, 0);
  t.in = x, t.out = y;
  run(&t, average_images);
}

static void average_images_backward(void *context, int64_t index) {
  const task *t = context;
  int64_t end = lacuna_minimum(t->batch, (index + 1) * t->together);
  for (int64_t n = index * t->together; n < end; n++)
    lacuna_kernels()->average_pool_backward(&t->shape, t->in + n * t->out_count, t->out + n * t->in_count);
}

void lacuna_average_pool_backward(int64_t batch, int64_t height, int64_t width, int64_t channels, int64_t size,
                                  int64_t stride, const float *dy, float *dx) {
  task t = make_task(batch, height, width, channels, size, stride, 0);
  t.in = dy, t.out = dx;
  run(&t, average_images_backward);
}

// ---- Global average -------------------------------------------------------------------------------------------------

static void global_images(void *context, int64_t index) {
  const task *t = context;
  const kernel_table *kernels = lacuna_kernels();
  int64_t area = t->shape.height, channels = t->shape.channels;
  int64_t end = lacuna_minimum(t->batch, (index + 1) * t->together);
  double *sums = lacuna_scratch(scratch_partials, (size_t)channels * sizeof(double));
  for (int64_t n = index * t->together; n < end; n++) {
    kernels->sum_rows(area, channels, t->in + n * t->in_count, sums);
    for (int64_t c = 0; c < channels; c++) t->out[n * channels + c] = (float)(sums[c] / (double)area);
  }
}

void lacuna_global_average_pool(int64_t batch, int64_t area, int64_t channels, const float *x, float *y) {
  task t = {
    .shape = {.height = area, .channels = channels}, .batch = batch, .in_count = area * channels,
    .out_count = channels, .in = x, .out = y,
  };
  run(&t, global_images);
}

static void global_images_backward(void *context, int64_t index) {
  const task *t = context;
  int64_t area = t->shape.height, channels = t->shape.channels;
  int64_t end = lacuna_minimum(t->batch, (index + 1) * t->together);
  for (int64_t n = index * t->together; n < end; n++) {
    float *dx = t->out + n * t->in_count;
    lacuna_kernels()->elementwise[operation_affine](channels, t->in + n * channels, NULL, dx, 1 / (float)area, 0);
    for (int64_t i = 1; i < area; i++) memcpy(dx + i * channels, dx, (size_t)channels * sizeof(float));
  }
}

void lacuna_global_average_pool_backward(int64_t batch, int64_t area, int64_t channels, const float *dy, float *dx) {
  task t = {
    .shape = {.height = area, .channels = channels}, .batch = batch, .in_count = area * channels,
    .out_count = channels, .in = dy, .out = dx,
  };
  run(&t, global_images_backward);
}
