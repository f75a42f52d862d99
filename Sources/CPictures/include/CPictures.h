#ifndef LACUNA_CPICTURES_H
#define LACUNA_CPICTURES_H

#include <stddef.h>
#include <stdint.h>

// Decoding of whole files in memory. libpng and libjpeg leave by longjmp, which must not cross a Swift frame, so their
// calls stay inside these functions.

typedef struct {
  // Size of the picture; set as soon as its header is read.
  uint32_t width, height;
  // Number of faults that affect no pixel, and the text of the first.
  uint32_t warnings;
  char first_warning[160];
  // The reason if the picture cannot be decoded.
  char problem[160];
} lacuna_picture_report;

// Each decodes bytes[0..<count] to height × width × 3 bytes of red, green and blue at `pixels`, which has exactly that
// size. If `pixels` is NULL, only the header is read. Returns 1, or 0 with report->problem.

// PNG of every color type and depth; alpha is dropped, 16 bits are cut to the upper 8, color-space chunks are
// ignored.
int lacuna_decode_png(const uint8_t *bytes, size_t count, uint8_t *pixels, size_t size, lacuna_picture_report *report);

// JPEG in gray, YCbCr or RGB; orientation tags are ignored.
int lacuna_decode_jpeg(const uint8_t *bytes, size_t count, uint8_t *pixels, size_t size, lacuna_picture_report *report);

// Versions of the libraries at compile time, for example "libjpeg-turbo 2.1.5, libpng 1.6.39".
const char *lacuna_picture_libraries(void);

#endif
