// The kernels for any processor, in vectors of four floats.
#include <math.h>
#include <string.h>

#include "internal.h"

#define LANES 4
#define TABLE lacuna_kernels_portable
#define TABLE_NAME "portable"
#define TAP_PRODUCTS 0
#include "hot/all.h"
