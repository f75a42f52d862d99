#ifndef LACUNA_CSVM_SHIM_H
#define LACUNA_CSVM_SHIM_H
#include <libsvm/svm.h>
#endif
