// Batches of images from stored bytes: gather, shift, mirror and normalize in one pass.
#include "internal.h"

typedef struct {
  int64_t batch, together, height, width, channels;
  const uint8_t *pixels;
  const int64_t *index;
  const int32_t *shift_y, *shift_x;
  const uint8_t *mirror;
  const float *scale, *offset;
  float *out;
} task;

static void assemble(const task *t, int64_t image) {
  int64_t height = t->height, width = t->width, channels = t->channels;
  const uint8_t *source = t->pixels + t->index[image] * height * width * channels;
  int64_t down = t->shift_y ? t->shift_y[image] : 0, right = t->shift_x ? t->shift_x[image] : 0;
  int mirrored = t->mirror && t->mirror[image];
  // Columns [first, end) of the shifted image show the source; the others are uncovered.
  int64_t first = lacuna_minimum(width, lacuna_maximum(0, right));
  int64_t end = lacuna_maximum(first, lacuna_minimum(width, width + right));
  float *out = t->out + image * height * width * channels;
  for (int64_t y = 0; y < height; y++, out += width * channels) {
    int64_t from_y = y - down, inside = from_y >= 0 && from_y < height;
    int64_t row_first = inside ? first : width, row_end = inside ? end : width;
    const uint8_t *row = source + (from_y * width - right) * channels;
    int64_t step = mirrored ? -channels : channels;
    float *to = mirrored ? out + (width - 1) * channels : out;
    for (int64_t x = 0; x < width; x++, to += step) {
      if (x >= row_first && x < row_end)
        for (int64_t c = 0; c < channels; c++) to[c] = (float)row[x * channels + c] * t->scale[c] + t->offset[c];
      else
        for (int64_t c = 0; c < channels; c++) to[c] = 0 * t->scale[c] + t->offset[c];
    }
  }
}

static void assemble_images(void *context, int64_t index) {
  const task *t = context;
  int64_t end = lacuna_minimum(t->batch, (index + 1) * t->together);
  for (int64_t image = index * t->together; image < end; image++) assemble(t, image);
}

void lacuna_assemble_images(int64_t batch, int64_t height, int64_t width, int64_t channels, const uint8_t *pixels,
                            const int64_t *index, const int32_t *shift_y, const int32_t *shift_x, const uint8_t *mirror,
                            const float *scale, const float *offset, float *out) {
  task t = {
    batch, lacuna_chunk_rows(height * width * channels, chunk_numbers), height, width, channels, pixels, index,
    shift_y, shift_x, mirror, scale, offset, out,
  };
  lacuna_parallel(lacuna_divide_up(batch, t.together), assemble_images, &t);
}
