#ifndef LACUNA_CTURBOJPEG_SHIM_H
#define LACUNA_CTURBOJPEG_SHIM_H
#include <turbojpeg.h>
#endif
