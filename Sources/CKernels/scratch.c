// Scratch buffers of a thread: they grow on demand, are reused by the next kernel, and are freed when the thread ends.
#define _POSIX_C_SOURCE 200809L

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "internal.h"

typedef struct {
  void *memory[scratch_count];
  size_t bytes[scratch_count];
} buffers;

static pthread_key_t key;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void release(void *value) {
  buffers *own = value;
  for (int slot = 0; slot < scratch_count; slot++) free(own->memory[slot]);
  free(own);
}

static void create_key(void) {
  if (pthread_key_create(&key, release) != 0) {
    fputs("lacuna: no thread-specific key is left\n", stderr);
    abort();
  }
}

int lacuna_has_memory(size_t bytes) {
  // Volatile, since a compiler may leave out an allocation that nobody uses.
  void *volatile place = malloc(bytes);
  int found = place != NULL;
  free(place);
  return found;
}

void *lacuna_scratch(scratch_slot slot, size_t bytes) {
  pthread_once(&once, create_key);
  buffers *own = pthread_getspecific(key);
  if (own == NULL) {
    own = calloc(1, sizeof *own);
    if (own == NULL || pthread_setspecific(key, own) != 0) lacuna_refuse(sizeof *own);
  }
  if (own->bytes[slot] < bytes || own->memory[slot] == NULL) {
    free(own->memory[slot]);
    own->memory[slot] = NULL;
    own->bytes[slot] = 0;
    size_t size = (bytes + 4095) / 4096 * 4096 + 4096;
    if (posix_memalign(&own->memory[slot], 64, size) != 0) lacuna_refuse(size);
    own->bytes[slot] = size;
  }
  return own->memory[slot];
}
