#include <png.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include "CPictures.h"

typedef struct {
  const uint8_t *bytes;
  size_t count, position;
  lacuna_picture_report *report;
  jmp_buf exit;
} reader;

static void read_bytes(png_structp png, png_bytep out, size_t size) {
  reader *r = png_get_io_ptr(png);
  if (size > r->count - r->position) png_error(png, "the file ends in the middle of its data");
  memcpy(out, r->bytes + r->position, size);
  r->position += size;
}

static void fail(png_structp png, png_const_charp message) {
  reader *r = png_get_error_ptr(png);
  snprintf(r->report->problem, sizeof r->report->problem, "%s", message);
  longjmp(r->exit, 1);
}

static void warn(png_structp png, png_const_charp message) {
  reader *r = png_get_error_ptr(png);
  // In the pixel data only faults after the last pixel are harmless; a wrong checksum is not.
  int is_pixels = strncmp(message, "IDAT: ", 6) == 0;
  int is_surplus = strstr(message, "Extra compressed data") || strstr(message, "Too much image data");
  if (is_pixels && !is_surplus) fail(png, message);
  if (r->report->warnings++ == 0)
    snprintf(r->report->first_warning, sizeof r->report->first_warning, "%s", message);
}

static void decode(png_structp png, png_infop info, uint8_t *pixels, size_t size) {
  reader *r = png_get_io_ptr(png);
  png_set_benign_errors(png, 1);
  // A wrong checksum means damage in any chunk.
  png_set_crc_action(png, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
  png_read_info(png, info);
  r->report->width = png_get_image_width(png, info);
  r->report->height = png_get_image_height(png, info);
  if (!pixels) return;
  size_t stride = (size_t)3 * r->report->width;
  if (size != stride * r->report->height) png_error(png, "the header changed");

  int depth = png_get_bit_depth(png, info), type = png_get_color_type(png, info);
  if (depth == 16) png_set_strip_16(png);
  // Palette indices are expanded here, since libpng does not report which exceed the palette after it has expanded
  // them.
  if (type == PNG_COLOR_TYPE_PALETTE) png_set_packing(png);
  if (type == PNG_COLOR_TYPE_GRAY && depth < 8) png_set_expand_gray_1_2_4_to_8(png);
  if (!(type & PNG_COLOR_MASK_COLOR)) png_set_gray_to_rgb(png);
  png_set_strip_alpha(png);
  int passes = png_set_interlace_handling(png);
  png_read_update_info(png, info);
  size_t row_size = type == PNG_COLOR_TYPE_PALETTE ? r->report->width : stride;
  if (png_get_rowbytes(png, info) != row_size) png_error(png, "its pixels cannot be made three bytes each");
  for (int pass = 0; pass < passes; pass++)
    for (size_t row = 0; row < r->report->height; row++) png_read_row(png, pixels + row * stride, NULL);

  if (type != PNG_COLOR_TYPE_PALETTE) return;
  png_colorp palette = NULL;
  int colors = 0;
  png_get_PLTE(png, info, &palette, &colors);
  for (size_t row = 0; row < r->report->height; row++) {
    uint8_t *line = pixels + row * stride;
    // From right to left, so that no index is overwritten before it is used.
    for (size_t place = r->report->width; place-- > 0;) {
      if (line[place] >= colors) png_error(png, "a pixel has a color beyond the palette");
      png_color color = palette[line[place]];
      line[3 * place] = color.red;
      line[3 * place + 1] = color.green;
      line[3 * place + 2] = color.blue;
    }
  }
}

// Reads the chunks after the pixels; an error in them does not prevent the use of the picture.
static void read_rest(png_structp png, png_infop info) { png_read_end(png, info); }

int lacuna_decode_png(
    const uint8_t *bytes, size_t count, uint8_t *pixels, size_t size, lacuna_picture_report *report) {
  reader r = {.bytes = bytes, .count = count, .report = report};
  png_structp volatile png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &r, fail, warn);
  png_infop volatile info = NULL;
  volatile int has_pixels = 0;
  if (!png) {
    snprintf(report->problem, sizeof report->problem, "no memory for a PNG decoder");
    return 0;
  }
  if (setjmp(r.exit) == 0) {
    info = png_create_info_struct(png);
    if (!info) png_error(png, "no memory for a PNG decoder");
    png_set_read_fn(png, &r, read_bytes);
    decode(png, info, pixels, size);
    has_pixels = 1;
    if (pixels) read_rest(png, info);
  } else if (has_pixels) {
    if (report->warnings++ == 0)
      snprintf(report->first_warning, sizeof report->first_warning, "after the pixels: %.140s", report->problem);
    report->problem[0] = 0;
  }
  png_structp made = png;
  png_infop known = info;
  png_destroy_read_struct(&made, known ? &known : NULL, NULL);
  return has_pixels;
}
