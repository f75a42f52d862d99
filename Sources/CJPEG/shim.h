#ifndef LACUNA_CJPEG_SHIM_H
#define LACUNA_CJPEG_SHIM_H
// jpeglib.h needs FILE and size_t.
#include <stdio.h>

#include <jpeglib.h>
#endif
