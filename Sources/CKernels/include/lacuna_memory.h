// Counts the tensor memory that the calling thread holds, so that the memory of one call can be measured apart from
// other work in the same process.
#ifndef LACUNA_MEMORY_H
#define LACUNA_MEMORY_H

#include <stdint.h>

/// Adds `bytes` to what the calling thread holds; negative when memory is released.
void lacuna_meter_add(int64_t bytes);
/// The bytes that the calling thread holds now.
int64_t lacuna_meter_current(void);
/// Starts a new measurement: the peak becomes the current value. Returns the old peak, for lacuna_meter_end.
int64_t lacuna_meter_begin(void);
/// Ends the measurement: returns its peak, and restores max(its peak, `outer`) as the outer measurement's peak.
int64_t lacuna_meter_end(int64_t outer);

#endif
