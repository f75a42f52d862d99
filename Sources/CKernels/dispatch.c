// Chooses the instruction set once, when the first kernel runs.
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

static const kernel_table *table;
#if defined(__x86_64__)
static kernel_table with_split_products;
#endif
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void choose(void) {
  table = &lacuna_kernels_portable;
#if defined(__x86_64__)
  const char *wanted = getenv("LACUNA_INSTRUCTION_SET");
  if (wanted != NULL && strcmp(wanted, "portable") == 0) return;
  __builtin_cpu_init();
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) return;
  table = &lacuna_kernels_avx2;
  if (wanted != NULL && strcmp(wanted, "avx2") == 0) return;
  if (!__builtin_cpu_supports("avx512f") || !__builtin_cpu_supports("avx512bw") || !__builtin_cpu_supports("avx512dq")
      || !__builtin_cpu_supports("avx512vl"))
    return;
  table = &lacuna_kernels_avx512;
  if (wanted != NULL && strcmp(wanted, "avx512") == 0) return;
  const split_products *split = lacuna_find_split_products();
  if (split == NULL) return;
  with_split_products = lacuna_kernels_avx512;
  with_split_products.name = "amx";
  with_split_products.split = split;
  table = &with_split_products;
#endif
}

const kernel_table *lacuna_kernels(void) {
  pthread_once(&once, choose);
  return table;
}

const char *lacuna_instruction_set(void) { return lacuna_kernels()->name; }
