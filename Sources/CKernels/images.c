// Batches of images from stored bytes: gather, shift, mirror and normalize in one pass.
#include "internal.h"

// A block is sixteen pixels of up to four channels.
enum { most_channels = 4, block_pixels = 16, most_block = most_channels * block_pixels };

typedef struct {
  int64_t batch, together, height, width, channels;
  const uint8_t *pixels;
  const int64_t *index;
  const int32_t *shift_y, *shift_x;
  const uint8_t *mirror;
  const float *scale, *offset;
  float *out;
  // Scale and offset of the numbers of a block, with up to four channels.
  float block_scale[most_block], block_offset[most_block];
} task;

// Normalizes `pixels` pixels in their order, by blocks: a loop over the channels of a pixel is too short for vectors.
static void normalize(const task *t, int64_t pixels, const uint8_t *from, float *to) {
  int64_t channels = t->channels, count = pixels * channels, block = channels * block_pixels, done = 0;
  if (channels <= most_channels)
    for (; done + block <= count; done += block)
      for (int64_t k = 0; k < block; k++)
        to[done + k] = (float)from[done + k] * t->block_scale[k] + t->block_offset[k];
  for (int64_t c = 0; done < count; done++, c = c + 1 == channels ? 0 : c + 1)
    to[done] = (float)from[done] * t->scale[c] + t->offset[c];
}

// Writes `pixels` pixels that show no part of the image.
static void uncover(const task *t, int64_t pixels, float *to) {
  for (int64_t x = 0; x < pixels; x++, to += t->channels)
    for (int64_t c = 0; c < t->channels; c++) to[c] = 0 * t->scale[c] + t->offset[c];
}

static void reverse(const task *t, float *row) {
  int64_t channels = t->channels;
  for (float *left = row, *right = row + (t->width - 1) * channels; left < right; left += channels, right -= channels)
    for (int64_t c = 0; c < channels; c++) {
      float kept = left[c];
      left[c] = right[c], right[c] = kept;
    }
}

static void assemble(const task *t, int64_t image) {
  int64_t height = t->height, width = t->width, channels = t->channels;
  const uint8_t *source = t->pixels + t->index[image] * height * width * channels;
  int64_t down = t->shift_y ? t->shift_y[image] : 0, right = t->shift_x ? t->shift_x[image] : 0;
  int mirrored = t->mirror && t->mirror[image];
  // Columns [first, end) of the shifted image show the source; the others are uncovered.
  int64_t first = lacuna_minimum(width, lacuna_maximum(0, right));
  int64_t end = lacuna_maximum(first, lacuna_minimum(width, width + right));
  float *out = t->out + image * height * width * channels;
  if (!down && !right && !mirrored) {
    normalize(t, height * width, source, out);
    return;
  }
  for (int64_t y = 0; y < height; y++, out += width * channels) {
    int64_t from_y = y - down;
    if (from_y < 0 || from_y >= height) {
      uncover(t, width, out);
      continue;
    }
    uncover(t, first, out);
    normalize(t, end - first, source + (from_y * width + first - right) * channels, out + first * channels);
    uncover(t, width - end, out + end * channels);
    if (mirrored) reverse(t, out);
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
    shift_y, shift_x, mirror, scale, offset, out, {0}, {0},
  };
  for (int64_t k = 0; channels <= most_channels && k < channels * block_pixels; k++)
    t.block_scale[k] = scale[k % channels], t.block_offset[k] = offset[k % channels];
  lacuna_parallel(lacuna_divide_up(batch, t.together), assemble_images, &t);
}
