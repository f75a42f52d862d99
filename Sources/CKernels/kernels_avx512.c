// The kernels for x86-64 with AVX-512.
#if defined(__x86_64__)

#include <math.h>
#include <string.h>

#include "internal.h"

// Code above this line must run on any processor, code below may use the whole instruction set.
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma"))),                   \
                             apply_to = function)
#else
#pragma GCC target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")
#endif

#define LANES 16
#define TABLE lacuna_kernels_avx512
#define TABLE_NAME "avx512"
#define TAP_PRODUCTS 1
#include "hot/all.h"

#if defined(__clang__)
#pragma clang attribute pop
#endif
#endif
