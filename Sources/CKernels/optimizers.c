// Optimizer steps: one pass over all parameters of a model, cut into chunks of numbers.
#include <math.h>

#include "internal.h"

typedef struct {
  const lacuna_optimized *tensors;
  int64_t *first_chunk;  // of each tensor, counted over all; then the number of chunks
  int64_t tensor_count;
  sgd_setting sgd;
  adam_setting adam;
} task;

static int64_t count_chunks(task *t) {
  t->first_chunk = lacuna_scratch(scratch_partials, (size_t)(t->tensor_count + 1) * sizeof(int64_t));
  int64_t chunks = 0;
  for (int64_t i = 0; i < t->tensor_count; i++) {
    t->first_chunk[i] = chunks;
    chunks += lacuna_divide_up(t->tensors[i].count, chunk_numbers);
  }
  t->first_chunk[t->tensor_count] = chunks;
  return chunks;
}

/// The part of a tensor that belongs to chunk `index`.
static lacuna_optimized chunk(const task *t, int64_t index) {
  int64_t low = 0, high = t->tensor_count;
  while (high - low > 1) {
    int64_t middle = (low + high) / 2;
    if (t->first_chunk[middle] <= index) low = middle; else high = middle;
  }
  const lacuna_optimized *whole = &t->tensors[low];
  int64_t start = (index - t->first_chunk[low]) * chunk_numbers;
  return (lacuna_optimized){
    .count = lacuna_minimum(chunk_numbers, whole->count - start),
    .parameter = whole->parameter + start,
    .gradient = whole->gradient + start,
    .first = whole->first ? whole->first + start : NULL,
    .second = whole->second ? whole->second + start : NULL,
    .mask = whole->mask ? whole->mask + start : NULL,
  };
}

static void sgd_chunk(void *context, int64_t index) {
  const task *t = context;
  lacuna_optimized c = chunk(t, index);
  lacuna_kernels()->sgd(c.count, c.parameter, c.gradient, c.first, c.mask, &t->sgd);
}

void lacuna_sgd(int64_t tensor_count, const lacuna_optimized *tensors, float learning_rate, float momentum,
                float weight_decay, int nesterov) {
  task t = {
    .tensors = tensors, .tensor_count = tensor_count, .sgd = {learning_rate, momentum, weight_decay, nesterov},
  };
  lacuna_parallel(count_chunks(&t), sgd_chunk, &t);
}

static void adam_chunk(void *context, int64_t index) {
  const task *t = context;
  lacuna_optimized c = chunk(t, index);
  lacuna_kernels()->adam(c.count, c.parameter, c.gradient, c.first, c.second, c.mask, &t->adam);
}

void lacuna_adam(int64_t tensor_count, const lacuna_optimized *tensors, int64_t step, float learning_rate, float beta1,
                 float beta2, float epsilon, float weight_decay, int decoupled) {
  // The corrections approach 1 late and 0 early in training, so they are computed in double precision.
  double correction1 = 1 - pow(beta1, (double)step), correction2 = 1 - pow(beta2, (double)step);
  task t = {
    .tensors = tensors, .tensor_count = tensor_count,
    .adam = {
      .keep = decoupled ? 1 - learning_rate * weight_decay : 1,
      .gradient_decay = decoupled ? 0 : weight_decay,
      .beta1 = beta1,
      .beta2 = beta2,
      .step = (float)(learning_rate / correction1),
      .inverse_correction = (float)(1 / sqrt(correction2)),
      .epsilon = epsilon,
    },
  };
  lacuna_parallel(count_chunks(&t), adam_chunk, &t);
}
