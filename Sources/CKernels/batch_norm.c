// Batch normalization: statistics, forward pass, and the gradients in train mode and in evaluate mode.
#include "batch_norm.h"

enum { rows_numbers = 2 * chunk_numbers };

typedef struct {
  int64_t rows, channels, chunk;
  const float *x, *mean, *scale, *beta, *residual;
  int relu, streams;
  float *y;
  double *first, *second;  // partial sums, [chunks, channels] each
  const batch_norm_gradient *gradient;
  float *dx;
} task;

static task make_task(int64_t rows, int64_t channels) {
  return (task){.rows = rows, .channels = channels, .chunk = lacuna_chunk_rows(channels, rows_numbers)};
}

static int64_t chunks_of(const task *t) { return lacuna_divide_up(t->rows, t->chunk); }

static int64_t rows_of(const task *t, int64_t index) {
  return lacuna_minimum(t->chunk, t->rows - index * t->chunk);
}

size_t lacuna_batch_norm_workspace(int64_t rows, int64_t channels) {
  task t = make_task(rows, channels);
  // Two partial sums in double per chunk and channel, and three rows of factors.
  return (size_t)(4 * chunks_of(&t) * channels + 3 * channels + 64);
}

static void lay_workspace(task *t, float *workspace) {
  t->first = lacuna_align(workspace);
  t->second = t->first + chunks_of(t) * t->channels;
}

// ---- Forward --------------------------------------------------------------------------------------------------------

static void find_statistics(void *context, int64_t index) {
  const task *t = context;
  lacuna_kernels()->batch_norm_statistics(rows_of(t, index), t->channels, t->x + index * t->chunk * t->channels,
                                          t->first + index * t->channels, t->second + index * t->channels);
}

void lacuna_batch_norm_merge(int64_t rows, int64_t part_rows, int64_t channels, const double *means,
                             const double *squares, float *mean, float *variance) {
  for (int64_t c = 0; c < channels; c++) {
    // Chan's parallel variance: accurate for any mean, where a plain sum of squares would suffer from cancellation.
    double average = 0, sum = 0;
    for (int64_t start = 0, at = c; start < rows; start += part_rows, at += channels) {
      double count = (double)start, more = (double)lacuna_minimum(part_rows, rows - start), away = means[at] - average;
      average += away * more / (count + more);
      sum += squares[at] + away * away * count * more / (count + more);
    }
    mean[c] = (float)average;
    variance[c] = (float)(sum > 0 || sum != sum ? sum / (double)rows : 0);
  }
}

void lacuna_batch_norm_statistics(int64_t rows, int64_t channels, const float *x, float *mean, float *variance,
                                  float *workspace) {
  task t = make_task(rows, channels);
  t.x = x;
  lay_workspace(&t, workspace);
  lacuna_parallel(chunks_of(&t), find_statistics, &t);
  lacuna_batch_norm_merge(rows, t.chunk, channels, t.first, t.second, mean, variance);
}

static void apply_chunk(void *context, int64_t index) {
  const task *t = context;
  int64_t start = index * t->chunk * t->channels;
  lacuna_kernels()->batch_norm_apply(rows_of(t, index), t->channels, t->x + start, t->mean, t->scale, t->beta,
                                     t->residual ? t->residual + start : NULL, t->relu, t->streams, t->y + start);
}

void lacuna_batch_norm_apply(int64_t rows, int64_t channels, const float *x, const float *mean,
                             const float *inverse_deviation, const float *gamma, const float *beta,
                             const float *residual, int relu, float *y) {
  task t = make_task(rows, channels);
  float *scale = lacuna_scratch(scratch_parameters, (size_t)channels * sizeof(float));
  for (int64_t c = 0; c < channels; c++) scale[c] = inverse_deviation[c] * gamma[c];
  t.x = x, t.mean = mean, t.scale = scale, t.beta = beta, t.residual = residual, t.relu = relu, t.y = y;
  t.streams = lacuna_streams(rows * channels, channels, lacuna_kernels()->lanes, y);
  lacuna_parallel(chunks_of(&t), apply_chunk, &t);
}

// ---- Backward -------------------------------------------------------------------------------------------------------

static void sum_chunk(void *context, int64_t index) {
  const task *t = context;
  lacuna_kernels()->batch_norm_sums(t->gradient, index * t->chunk, rows_of(t, index), t->first + index * t->channels,
                                    t->second + index * t->channels);
}

batch_norm_gradient lacuna_batch_norm_sums(const lacuna_batch_norm_gradient *g, float *workspace) {
  task t = make_task(g->rows, g->channels);
  lay_workspace(&t, workspace);
  int64_t chunks = chunks_of(&t), channels = g->channels;
  float *scale = (float *)(t.second + chunks * channels), *slope = scale + channels, *shift = slope + channels;
  batch_norm_gradient gradient = {
    .channels = channels, .dy = g->dy, .x = g->x, .y = g->y, .mean = g->mean, .scale = scale, .slope = slope,
    .shift = shift, .beta = g->beta, .relu = g->relu, .masked = g->dresidual,
    .streams_masked = lacuna_streams(g->rows * channels, channels, lacuna_kernels()->lanes, g->dresidual),
  };
  t.gradient = &gradient;
  for (int64_t c = 0; c < channels; c++) scale[c] = g->inverse_deviation[c] * g->gamma[c];
  lacuna_parallel(chunks, sum_chunk, &t);
  for (int64_t c = 0; c < channels; c++) {
    double plain = 0, weighted = 0;
    for (int64_t i = 0; i < chunks; i++) plain += t.first[i * channels + c], weighted += t.second[i * channels + c];
    double inverse = g->inverse_deviation[c], factor = scale[c], rows = (double)g->rows;
    g->dbeta[c] = (float)plain;
    g->dgamma[c] = (float)(weighted * inverse);
    // With batch statistics, dx is orthogonal to 1 and to x: these components of g are subtracted.
    slope[c] = g->fixed ? 0 : (float)(-factor * weighted * inverse * inverse / rows);
    shift[c] = g->fixed ? 0 : (float)(-factor * plain / rows);
  }
  return gradient;
}

static void find_gradient(void *context, int64_t index) {
  const task *t = context;
  int64_t first = index * t->chunk;
  lacuna_kernels()->batch_norm_gradient(t->gradient, first, rows_of(t, index), t->streams,
                                        t->dx + first * t->channels);
}

void lacuna_batch_norm_backward(const lacuna_batch_norm_gradient *g, float *dx, float *workspace) {
  batch_norm_gradient gradient = lacuna_batch_norm_sums(g, workspace);
  task t = make_task(g->rows, g->channels);
  t.gradient = &gradient, t.dx = dx;
  t.streams = lacuna_streams(g->rows * g->channels, g->channels, lacuna_kernels()->lanes, dx);
  lacuna_parallel(chunks_of(&t), find_gradient, &t);
}
