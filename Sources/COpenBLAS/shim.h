#ifndef LACUNA_COPENBLAS_SHIM_H
#define LACUNA_COPENBLAS_SHIM_H

#include <cblas.h>
#include <stdlib.h>
#include <string.h>

// OpenBLAS contains LAPACK, but its header does not declare it.
extern void dsyev_(const char *job, const char *triangle, const int *order, double *matrix, const int *leading,
                   double *eigenvalues, double *work, const int *work_size, int *info);

// Exported by OpenBLAS builds that choose their kernels at run time; absent from others.
extern void gotoblas_dynamic_init(void) __attribute__((weak));
extern void gotoblas_dynamic_quit(void) __attribute__((weak));

/// Makes OpenBLAS choose its kernels anew, as the core type `name`, unless the user chose one. Older versions take newer
/// processors for far older ones. Call it before any other thread uses OpenBLAS.
static inline void lacuna_blas_choose_core(const char *name) {
  if (getenv("OPENBLAS_CORETYPE") != NULL || !gotoblas_dynamic_init || !gotoblas_dynamic_quit) return;
  setenv("OPENBLAS_CORETYPE", name, 1);
  gotoblas_dynamic_quit();
  gotoblas_dynamic_init();
  unsetenv("OPENBLAS_CORETYPE");
}

#endif
