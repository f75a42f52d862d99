// Pooling of one image, a vector of channels at a time.

// `base` is the flat index of the image's first number in the whole batch.
//
// A vector may extend past the channels of its pixel as long as it stays in the image: the excess is written to the
// next pixels, which are overwritten later.
static void max_pool(const pool_shape *s, int64_t base, const float *x, float *y, int32_t *chosen) {
  const int64_t in_end = s->height * s->width * s->channels;
  const float *y_end = y + s->out_height * s->out_width * s->channels;
  integers lane;
  for (int i = 0; i < LANES; i++) lane[i] = i;
  for (int64_t oy = 0; oy < s->out_height; oy++) {
    int64_t top = oy * s->stride - s->padding;
    int64_t first_y = lacuna_maximum(top, 0), end_y = lacuna_minimum(top + s->size, s->height);
    for (int64_t ox = 0; ox < s->out_width; ox++) {
      int64_t left = ox * s->stride - s->padding;
      int64_t first_x = lacuna_maximum(left, 0), end_x = lacuna_minimum(left + s->size, s->width);
      int64_t first = (first_y * s->width + first_x) * s->channels;
      int64_t last = ((end_y - 1) * s->width + end_x - 1) * s->channels;
      int64_t c = 0;
      for (; c < s->channels && last + c + LANES <= in_end && y + c + LANES <= y_end; c += LANES) {
        vector best = splat(-INFINITY);
        integers best_at = lane + (int32_t)(base + first + c);
        for (int64_t iy = first_y; iy < end_y; iy++)
          for (int64_t ix = first_x; ix < end_x; ix++) {
            int64_t at = (iy * s->width + ix) * s->channels + c;
            vector value = load(x + at);
            integers better = (value > best) | (value != value);
            best = select(better, value, best);
            best_at = (better & (lane + (int32_t)(base + at))) | (~better & best_at);
          }
        store(y + c, best);
        store_integers(chosen + c, best_at);
      }
      for (; c < s->channels; c++) {
        float best = -INFINITY;
        int64_t best_at = base + first + c;
        for (int64_t iy = first_y; iy < end_y; iy++)
          for (int64_t ix = first_x; ix < end_x; ix++) {
            int64_t at = (iy * s->width + ix) * s->channels + c;
            if (x[at] > best || x[at] != x[at]) best = x[at], best_at = base + at;
          }
        y[c] = best;
        chosen[c] = (int32_t)best_at;
      }
      y += s->channels;
      chosen += s->channels;
    }
  }
}

static void average_pool(const pool_shape *s, const float *x, float *y) {
  float share = 1.0f / (float)(s->size * s->size);
  for (int64_t oy = 0; oy < s->out_height; oy++)
    for (int64_t ox = 0; ox < s->out_width; ox++, y += s->channels) {
      const float *corner = x + (oy * s->stride * s->width + ox * s->stride) * s->channels;
      int64_t c = 0;
      for (; c + LANES <= s->channels; c += LANES) {
        vector sum = zero();
        for (int64_t iy = 0; iy < s->size; iy++)
          for (int64_t ix = 0; ix < s->size; ix++) sum += load(corner + (iy * s->width + ix) * s->channels + c);
        store(y + c, sum * share);
      }
      for (; c < s->channels; c++) {
        float sum = 0;
        for (int64_t iy = 0; iy < s->size; iy++)
          for (int64_t ix = 0; ix < s->size; ix++) sum += corner[(iy * s->width + ix) * s->channels + c];
        y[c] = sum * share;
      }
    }
}

static void average_pool_backward(const pool_shape *s, const float *dy, float *dx) {
  float share = 1.0f / (float)(s->size * s->size);
  memset(dx, 0, (size_t)(s->height * s->width * s->channels) * sizeof(float));
  for (int64_t oy = 0; oy < s->out_height; oy++)
    for (int64_t ox = 0; ox < s->out_width; ox++, dy += s->channels)
      for (int64_t iy = 0; iy < s->size; iy++)
        for (int64_t ix = 0; ix < s->size; ix++) {
          float *out = dx + ((oy * s->stride + iy) * s->width + ox * s->stride + ix) * s->channels;
          range_linear_combination(s->channels, out, dy, out, 1, share);
        }
}
