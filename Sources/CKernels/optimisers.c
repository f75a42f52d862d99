// Optimiser steps, in chunks of parameters.
#include <math.h>

#include "internal.h"

typedef struct {
  int64_t count;
  float *parameter, *first, *second;
  const float *gradient, *mask;
  sgd_setting sgd;
  adam_setting adam;
} task;

static void sgd_chunk(void *context, int64_t index) {
  const task *t = context;
  int64_t start = index * chunk_numbers, count = lacuna_minimum(chunk_numbers, t->count - start);
  lacuna_kernels()->sgd(count, t->parameter + start, t->gradient + start, t->first ? t->first + start : NULL,
                        t->mask ? t->mask + start : NULL, &t->sgd);
}

void lacuna_sgd(int64_t count, float *parameter, const float *gradient, float *velocity, const float *mask,
                float learning_rate, float momentum, float weight_decay, int nesterov) {
  task t = {
    .count = count, .parameter = parameter, .first = velocity, .gradient = gradient, .mask = mask,
    .sgd = {learning_rate, momentum, weight_decay, nesterov},
  };
  lacuna_parallel(lacuna_divide_up(count, chunk_numbers), sgd_chunk, &t);
}

static void adam_chunk(void *context, int64_t index) {
  const task *t = context;
  int64_t start = index * chunk_numbers, count = lacuna_minimum(chunk_numbers, t->count - start);
  lacuna_kernels()->adam(count, t->parameter + start, t->gradient + start, t->first + start, t->second + start,
                         t->mask ? t->mask + start : NULL, &t->adam);
}

void lacuna_adam(int64_t count, float *parameter, const float *gradient, float *first, float *second,
                 const float *mask, int64_t step, float learning_rate, float beta1, float beta2, float epsilon,
                 float weight_decay, int decoupled) {
  // The corrections are close to 1 late and to 0 early: computed in double.
  double correction1 = 1 - pow(beta1, (double)step), correction2 = 1 - pow(beta2, (double)step);
  task t = {
    .count = count, .parameter = parameter, .first = first, .second = second, .gradient = gradient, .mask = mask,
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
  lacuna_parallel(lacuna_divide_up(count, chunk_numbers), adam_chunk, &t);
}
