// Per-thread counters of tensor memory; see lacuna_memory.h.
#include "include/lacuna_memory.h"

static _Thread_local int64_t current = 0;
static _Thread_local int64_t peak = 0;

void lacuna_meter_add(int64_t bytes) {
  current += bytes;
  if (current > peak) peak = current;
}

int64_t lacuna_meter_current(void) { return current; }

int64_t lacuna_meter_begin(void) {
  int64_t outer = peak;
  peak = current;
  return outer;
}

int64_t lacuna_meter_end(int64_t outer) {
  int64_t measured = peak;
  if (outer > peak) peak = outer;
  return measured;
}
