// The kernels for x86-64 with AVX2 and FMA.
#if defined(__x86_64__)

#include <math.h>
#include <string.h>

#include "internal.h"

// Code above this line must run on any processor, code below may use the whole instruction set.
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#else
#pragma GCC target("avx2,fma")
#endif

#define LANES 8
#define TABLE lacuna_kernels_avx2
#define TABLE_NAME "avx2"
#define TAP_PRODUCTS 0
#include "hot/all.h"

#if defined(__clang__)
#pragma clang attribute pop
#endif
#endif
