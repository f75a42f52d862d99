#ifndef LACUNA_CZLIB_SHIM_H
#define LACUNA_CZLIB_SHIM_H
#include <zlib.h>
#endif
