#ifndef LACUNA_CPNG_SHIM_H
#define LACUNA_CPNG_SHIM_H
#include <png.h>

// Swift does not see the macros that are expressions.
static const png_uint_32 lacuna_png_format_rgba = PNG_FORMAT_RGBA;
#endif
