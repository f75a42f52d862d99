// Counts the tensor memory that the calling thread holds, so that the cost of one call can be told apart from its
// neighbours' in the same process.
#ifndef LACUNA_MEMORY_H
#define LACUNA_MEMORY_H

#include <stdint.h>

/// Adds `bytes` (negative: gives back) to what the calling thread holds.
void lacuna_meter_add(int64_t bytes);
/// What the calling thread holds now.
int64_t lacuna_meter_current(void);
/// Starts a new measurement: the peak becomes the current value. Returns the old peak, for lacuna_meter_end.
int64_t lacuna_meter_begin(void);
/// Ends the measurement: returns its peak and makes max(that, `outer`) the peak again.
int64_t lacuna_meter_end(int64_t outer);

#endif
