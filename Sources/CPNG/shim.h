#ifndef LACUNA_CPNG_SHIM_H
#define LACUNA_CPNG_SHIM_H
#include <png.h>
#endif
