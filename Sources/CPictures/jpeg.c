// jpeglib.h needs FILE and size_t.
#include <stdio.h>

#include <jerror.h>
#include <jpeglib.h>
#include <png.h>
#include <setjmp.h>
#include <string.h>

#include "CPictures.h"

typedef struct {
  struct jpeg_error_mgr base;
  lacuna_picture_report *report;
  jmp_buf exit;
} handler;

static void fail(j_common_ptr codec) {
  handler *h = (handler *)codec->err;
  char text[JMSG_LENGTH_MAX];
  codec->err->format_message(codec, text);
  snprintf(h->report->problem, sizeof h->report->problem, "%.150s", text);
  longjmp(h->exit, 1);
}

static void quiet(j_common_ptr codec) { (void)codec; }

// Whether a warning does not concern the pixels.
static int is_harmless(int code) {
  return code == JWRN_EXTRANEOUS_DATA || code == JWRN_JFIF_MAJOR || code == JWRN_ADOBE_XFORM;
}

static void emit(j_common_ptr codec, int level) {
  if (level >= 0) return;
  handler *h = (handler *)codec->err;
  if (!is_harmless(codec->err->msg_code)) fail(codec);
  if (h->report->warnings++ > 0) return;
  char text[JMSG_LENGTH_MAX];
  codec->err->format_message(codec, text);
  snprintf(h->report->first_warning, sizeof h->report->first_warning, "%.150s", text);
}

static void fail_with(struct jpeg_decompress_struct *codec, const char *problem) {
  handler *h = (handler *)codec->err;
  snprintf(h->report->problem, sizeof h->report->problem, "%s", problem);
  longjmp(h->exit, 1);
}

static void decode(struct jpeg_decompress_struct *codec, handler *h, uint8_t *pixels, size_t size) {
  jpeg_read_header(codec, TRUE);
  h->report->width = codec->image_width;
  h->report->height = codec->image_height;
  if (codec->jpeg_color_space == JCS_CMYK || codec->jpeg_color_space == JCS_YCCK)
    fail_with(codec, "its colors are CMYK; convert it to RGB");
  if (!pixels) return;
  size_t stride = (size_t)3 * codec->image_width;
  if (size != stride * codec->image_height) fail_with(codec, "the header changed");
  codec->out_color_space = JCS_RGB;
  jpeg_start_decompress(codec);
  while (codec->output_scanline < codec->output_height) {
    JSAMPROW row = pixels + codec->output_scanline * stride;
    jpeg_read_scanlines(codec, &row, 1);
  }
}

int lacuna_decode_jpeg(
    const uint8_t *bytes, size_t count, uint8_t *pixels, size_t size, lacuna_picture_report *report) {
  struct jpeg_decompress_struct codec;
  handler h = {.report = report};
  memset(&codec, 0, sizeof codec);
  codec.err = jpeg_std_error(&h.base);
  h.base.error_exit = fail;
  h.base.emit_message = emit;
  h.base.output_message = quiet;
  volatile int is_done = 0;
  if (setjmp(h.exit) == 0) {
    jpeg_create_decompress(&codec);
    jpeg_mem_src(&codec, bytes, count);
    decode(&codec, &h, pixels, size);
    if (pixels) jpeg_finish_decompress(&codec);
    is_done = 1;
  }
  jpeg_destroy_decompress(&codec);
  return is_done;
}

#define TEXT(macro) TEXT_OF(macro)
#define TEXT_OF(value) #value
#ifdef LIBJPEG_TURBO_VERSION
#define JPEG_VERSION "libjpeg-turbo " TEXT(LIBJPEG_TURBO_VERSION)
#else
#define JPEG_VERSION "libjpeg " TEXT(JPEG_LIB_VERSION)
#endif

const char *lacuna_picture_libraries(void) { return JPEG_VERSION ", libpng " PNG_LIBPNG_VER_STRING; }
