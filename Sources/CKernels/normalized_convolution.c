// A fused convolution and batch normalization.
//
// Forward, the statistics of the convolution's output are computed while it is in the cache. Backward, the gradient
// between normalization and convolution is computed for a few images at a time, and both backward passes of the
// convolution read it before the next images replace it. This works where Winograd's algorithm processes whole images
// on one thread.
#include "batch_norm.h"
#include "winograd.h"

// With more channels the sums of the weights' gradients evict the images from the L2 cache.
enum { most_channels = 64 };

int lacuna_normalized_convolution_suits(const lacuna_convolution *c) {
  return lacuna_winograd_suits(c) && c->in_channels <= most_channels && c->out_channels <= most_channels
         && !lacuna_winograd_plan(c, 0).shares_blocks && !lacuna_winograd_plan(c, 1).shares_blocks
         && lacuna_winograd_weights_plan(c).slices > 1;
}

static int64_t rows_of_image(const lacuna_convolution *c) { return c->out_height * c->out_width; }

static int64_t rows(const lacuna_convolution *c) { return c->batch * rows_of_image(c); }

static int64_t in_numbers(const lacuna_convolution *c) { return c->in_height * c->in_width * c->in_channels; }

static int64_t out_numbers(const lacuna_convolution *c) { return rows_of_image(c) * c->out_channels; }

/// Images that a thread processes together: about as many tiles as a block of Winograd's algorithm, and a multiple of 3
/// images, because products process 6 or 12 tiles at a time.
static int64_t images_together(const lacuna_convolution *c, const winograd_plan *p) {
  int64_t images = lacuna_tiles_of(p->algorithm, own_numbers, p->in_pitch, p->out_pitch) / (p->tiles_y * p->tiles_x);
  return lacuna_minimum(c->batch, images < 3 ? lacuna_maximum(1, images) : images / 3 * 3);
}

/// An output that a thread computes a few images at a time, in a buffer of its own if its stores bypass the caches.
typedef struct {
  float *out;
  int64_t numbers, together;  // numbers of one image
  int streams;
} image_output;

static image_output make_output(const lacuna_convolution *c, float *out, int64_t numbers, int64_t together) {
  int streams = out && lacuna_streams(c->batch * numbers, numbers, lacuna_kernels()->lanes, out);
  return (image_output){.out = out, .numbers = numbers, .together = together, .streams = streams};
}

static float *begin_images(const image_output *o, int64_t first) {
  if (!o->streams) return o->out + first * o->numbers;
  return lacuna_scratch(scratch_out, (size_t)(o->together * o->numbers) * sizeof(float));
}

static void end_images(const image_output *o, int64_t first, int64_t images, const float *made) {
  if (o->streams) lacuna_kernels()->stream(images * o->numbers, made, o->out + first * o->numbers);
}

// ---- Forward --------------------------------------------------------------------------------------------------------

typedef struct {
  const lacuna_convolution *c;
  winograd_plan plan;
  int64_t images_together;
  const float *x;
  image_output h;
  double *means, *squares;  // of each call, [calls, channels]
} forward_task;

static void convolve_images(void *context, int64_t index) {
  const forward_task *t = context;
  const lacuna_convolution *c = t->c;
  int64_t first = index * t->images_together, images = lacuna_minimum(t->images_together, c->batch - first);
  float *h = begin_images(&t->h, first);
  lacuna_winograd_images(&t->plan, images, t->x + first * in_numbers(c), h);
  lacuna_kernels()->batch_norm_statistics(images * rows_of_image(c), c->out_channels, h,
                                          t->means + index * c->out_channels, t->squares + index * c->out_channels);
  end_images(&t->h, first, images, h);
}

static size_t forward_workspace(const lacuna_convolution *c) {
  winograd_plan plan = lacuna_winograd_plan(c, 0);
  int64_t calls = lacuna_divide_up(c->batch, images_together(c, &plan));
  return lacuna_winograd_plan_floats(&plan) + (size_t)(4 * calls * c->out_channels + 64);
}

void lacuna_normalized_convolution_forward(const lacuna_convolution *c, const float *x, const float *w, float *h,
                                           float *mean, float *variance, float *workspace) {
  forward_task t = {.c = c, .plan = lacuna_winograd_plan(c, 0), .x = x};
  t.images_together = images_together(c, &t.plan);
  t.h = make_output(c, h, out_numbers(c), t.images_together);
  int64_t calls = lacuna_divide_up(c->batch, t.images_together);
  t.means = lacuna_align(workspace);
  t.squares = t.means + calls * c->out_channels;
  lacuna_winograd_cut(&t.plan, t.images_together);
  lacuna_winograd_prepare(&t.plan, w, (float *)(t.squares + calls * c->out_channels));
  lacuna_parallel(calls, convolve_images, &t);
  lacuna_batch_norm_merge(rows(c), t.images_together * rows_of_image(c), c->out_channels, t.means, t.squares, mean,
                          variance);
}

// ---- Backward -------------------------------------------------------------------------------------------------------

typedef struct {
  const lacuna_convolution *c;
  const batch_norm_gradient *normalization;
  winograd_plan data;
  winograd_weights_plan weights;
  int64_t images_together;
  const float *x;
  image_output dx;  // of NULL if it is not needed
} backward_task;

static void run_slice(void *context, int64_t slice) {
  const backward_task *t = context;
  const lacuna_convolution *c = t->c;
  float *dh = lacuna_scratch(scratch_between, (size_t)(t->images_together * out_numbers(c)) * sizeof(float));
  int64_t start = c->batch * slice / t->weights.slices, end = c->batch * (slice + 1) / t->weights.slices;
  for (int64_t first = start; first < end; first += t->images_together) {
    int64_t images = lacuna_minimum(t->images_together, end - first);
    lacuna_kernels()->batch_norm_gradient(t->normalization, first * rows_of_image(c), images * rows_of_image(c), 0, dh);
    lacuna_winograd_weights_images(&t->weights, slice, images, t->x + first * in_numbers(c), dh, first > start);
    if (!t->dx.out) continue;
    float *dx = begin_images(&t->dx, first);
    lacuna_winograd_images(&t->data, images, dh, dx);
    end_images(&t->dx, first, images, dx);
  }
}

static size_t backward_workspace(const lacuna_convolution *c) {
  size_t sums = lacuna_batch_norm_workspace(rows(c), c->out_channels);
  winograd_plan data = lacuna_winograd_plan(c, 1);
  winograd_weights_plan weights = lacuna_winograd_weights_plan(c);
  return sums + lacuna_winograd_plan_floats(&data) + lacuna_winograd_weights_plan_floats(&weights);
}

void lacuna_normalized_convolution_backward(const lacuna_convolution *c, const lacuna_batch_norm_gradient *g,
                                            const float *x, const float *w, float *dx, float *dw, float *workspace) {
  batch_norm_gradient normalization = lacuna_batch_norm_sums(g, workspace);
  workspace += lacuna_batch_norm_workspace(g->rows, g->channels);
  backward_task t = {.c = c, .normalization = &normalization, .data = lacuna_winograd_plan(c, 1),
                     .weights = lacuna_winograd_weights_plan(c), .x = x};
  t.images_together = images_together(c, &t.data);
  t.dx = make_output(c, dx, in_numbers(c), t.images_together);
  lacuna_winograd_cut(&t.data, t.images_together);
  lacuna_winograd_weights_cut(&t.weights, t.images_together);
  if (dx) lacuna_winograd_prepare(&t.data, w, workspace);
  lacuna_winograd_weights_prepare(&t.weights, workspace + lacuna_winograd_plan_floats(&t.data));
  lacuna_parallel(t.weights.slices, run_slice, &t);
  lacuna_winograd_weights_finish(&t.weights, dw);
}

size_t lacuna_normalized_convolution_workspace(const lacuna_convolution *c) {
  size_t forward = forward_workspace(c), backward = backward_workspace(c);
  return forward > backward ? forward : backward;
}
