// The thread pool: lacuna_parallel, the thread limit, and the number of concurrent jobs.
#define _POSIX_C_SOURCE 200809L

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "internal.h"

enum { most_helpers = 1023, spin_nanoseconds = 40000 };

static atomic_int chosen_limit;  // 0: not set, use the number of cores
static atomic_int job_count;

// One task runs at a time; the thread that holds `taken` owns the pool and writes the task.
static atomic_flag taken = ATOMIC_FLAG_INIT;
static void (*task_body)(void *, int64_t);
static void *task_context;

// The task's indices are split into as many ranges as there are threads. A thread processes its own range and then
// steals from the others, so it mostly works on data that it used in the previous task and that are still in its cache.
typedef struct {
  _Alignas(64) atomic_int_fast64_t next;
  int64_t end;
} range;

static range ranges[most_helpers + 1];
static int range_count;

// The task's number, the number of helpers that may still enter it, and the number inside. In one word, so that a late
// helper can never enter a task that has ended: entering is a compare-and-swap on all three.
static _Atomic uint64_t gate;
enum { places_shift = 16, number_shift = 32 };
static const uint64_t count_mask = 0xffff;

static atomic_int helper_count;          // threads that can help; it grows only under `taken`
static atomic_size_t refused_bytes;      // the memory that a helper of the task was refused; 0 for none
static void (*_Atomic refusal_handler)(size_t bytes);
static pthread_mutex_t sleep_mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t wake = PTHREAD_COND_INITIALIZER;
static atomic_int sleepers;

static _Thread_local bool inside_task;
static _Thread_local bool holds_pool;  // while it holds `taken`
static _Thread_local bool is_helper;   // set for good in threads of the pool
static _Thread_local int own_jobs;     // what this thread added to job_count

static uint64_t inside(uint64_t word) { return word & count_mask; }
static uint64_t places(uint64_t word) { return word >> places_shift & count_mask; }
static uint64_t number(uint64_t word) { return word >> number_shift; }

static void relax(void) {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

static int64_t nanoseconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void cut_task(int64_t count, int64_t threads) {
  range_count = (int)threads;
  for (int64_t i = 0; i < threads; i++) {
    ranges[i].end = count * (i + 1) / threads;
    atomic_store_explicit(&ranges[i].next, count * i / threads, memory_order_relaxed);
  }
}

static void work(int thread) {
  for (int i = 0; i < range_count; i++) {
    range *r = &ranges[(thread + i) % range_count];
    while (atomic_load_explicit(&r->next, memory_order_relaxed) < r->end) {
      int64_t index = atomic_fetch_add_explicit(&r->next, 1, memory_order_relaxed);
      if (index < r->end) task_body(task_context, index);
    }
  }
}

/// Waits until the gate shows a task other than `seen`: spins briefly, then sleeps.
static uint64_t wait_for_task(uint64_t seen) {
  int64_t end = 0;
  for (int turn = 1;; turn++) {
    uint64_t word = atomic_load_explicit(&gate, memory_order_acquire);
    if (number(word) != seen) return word;
    if (turn % 32 == 0) {
      int64_t now = nanoseconds();
      if (end == 0) end = now + spin_nanoseconds;
      if (now > end) break;
    }
    relax();
  }
  // A sleeper is counted before it reads the gate again, and the caller opens the gate before it reads the count; both
  // are sequentially consistent, so at least one of the two sees the other.
  pthread_mutex_lock(&sleep_mutex);
  atomic_fetch_add(&sleepers, 1);
  uint64_t word;
  while (number(word = atomic_load(&gate)) == seen) pthread_cond_wait(&wake, &sleep_mutex);
  atomic_fetch_sub(&sleepers, 1);
  pthread_mutex_unlock(&sleep_mutex);
  return word;
}

/// The main function of a helper thread; `argument` is its number, from 1.
static void *help(void *argument) {
  inside_task = true;  // parallel calls of a body run inline
  is_helper = true;
  uint64_t seen = 0;
  for (;;) {
    uint64_t word = wait_for_task(seen);
    seen = number(word);
    while (number(word) == seen && places(word) > 0) {
      uint64_t entered = word - ((uint64_t)1 << places_shift) + 1;
      if (atomic_compare_exchange_weak_explicit(&gate, &word, entered, memory_order_acq_rel, memory_order_acquire)) {
        work((int)(intptr_t)argument);
        atomic_fetch_sub_explicit(&gate, 1, memory_order_release);
        break;
      }
    }
  }
  return NULL;
}

/// Starts threads until there are `wanted`, or as many as the system allows.
static void start_helpers(int wanted) {
  int count;
  while ((count = atomic_load(&helper_count)) < wanted) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, help, (void *)(intptr_t)(count + 1)) != 0) return;
    pthread_detach(thread);
    atomic_fetch_add(&helper_count, 1);
  }
}

static void run_inline(int64_t count, void (*body)(void *, int64_t), void *context) {
  for (int64_t index = 0; index < count; index++) body(context, index);
}

/// Waits for the helpers inside the task, and releases the pool; returns the bytes that one of them was refused, or 0.
static size_t end_task(void) {
  // No helper may enter any more; those inside process the last indices.
  atomic_fetch_and_explicit(&gate, ~(count_mask << places_shift), memory_order_acq_rel);
  for (int turn = 1; inside(atomic_load_explicit(&gate, memory_order_acquire)) > 0; turn++) {
    if (turn % 1024 == 0) sched_yield();
    relax();
  }
  size_t refused = atomic_exchange(&refused_bytes, 0);
  inside_task = false;
  holds_pool = false;
  atomic_flag_clear_explicit(&taken, memory_order_release);
  return refused;
}

void lacuna_leave_task(size_t bytes) {
  if (!is_helper) return;
  atomic_store(&refused_bytes, bytes);
  atomic_fetch_sub(&helper_count, 1);
  atomic_fetch_sub_explicit(&gate, 1, memory_order_release);
  for (;;) pause();
}

void lacuna_set_refusal_handler(void (*handler)(size_t bytes)) { atomic_store(&refusal_handler, handler); }

void lacuna_refuse(size_t bytes) {
  lacuna_leave_task(bytes);
  void (*handler)(size_t) = atomic_load(&refusal_handler);
  if (handler != NULL) handler(bytes);
  fprintf(stderr, "lacuna: out of memory: %zu bytes were refused\n", bytes);
  abort();
}

void lacuna_parallel(int64_t count, void (*body)(void *context, int64_t index), void *context) {
  int64_t helpers = lacuna_minimum(lacuna_minimum(lacuna_thread_share(), count) - 1, most_helpers);
  if (helpers < 1 || inside_task || atomic_flag_test_and_set_explicit(&taken, memory_order_acquire)) {
    run_inline(count, body, context);
    return;
  }
  inside_task = true;
  holds_pool = true;
  start_helpers((int)helpers);
  task_body = body;
  task_context = context;
  cut_task(count, helpers + 1);
  uint64_t next = (number(atomic_load_explicit(&gate, memory_order_relaxed)) + 1) & 0xffffffff;
  atomic_store(&gate, next << number_shift | (uint64_t)helpers << places_shift);
  if (atomic_load(&sleepers) > 0) {
    pthread_mutex_lock(&sleep_mutex);
    for (int64_t i = 0; i < helpers; i++) pthread_cond_signal(&wake);
    pthread_mutex_unlock(&sleep_mutex);
  }

  work(0);
  size_t refused = end_task();
  if (refused > 0) lacuna_refuse(refused);
}

int lacuna_start_thread(size_t stack, void *(*body)(void *), void *context) {
  pthread_attr_t attributes;
  pthread_t thread;
  if (pthread_attr_init(&attributes) != 0) return 0;
  int started = pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED) == 0 &&
                pthread_attr_setstacksize(&attributes, stack) == 0 &&
                pthread_create(&thread, &attributes, body, context) == 0;
  pthread_attr_destroy(&attributes);
  return started;
}

int lacuna_thread_limit(void) {
  int limit = atomic_load_explicit(&chosen_limit, memory_order_relaxed);
  if (limit > 0) return limit;
  // The number of cores is looked up once; a limit set in the meantime takes precedence.
  long cores = sysconf(_SC_NPROCESSORS_ONLN);
  int found = cores < 1 ? 1 : (int)cores;
  atomic_compare_exchange_strong(&chosen_limit, &limit, found);
  return limit > 0 ? limit : found;
}

int lacuna_thread_share(void) {
  int jobs = atomic_load_explicit(&job_count, memory_order_relaxed);
  return (int)lacuna_maximum(1, lacuna_thread_limit() / lacuna_maximum(1, jobs));
}

int lacuna_set_inline(int runs_inline) {
  int before = inside_task;
  inside_task = runs_inline != 0;
  return before;
}

void lacuna_set_thread_limit(int limit) { atomic_store(&chosen_limit, limit < 1 ? 1 : limit); }

void lacuna_change_jobs(int change) {
  own_jobs += change;
  atomic_fetch_add(&job_count, change);
}

void lacuna_leave_pool(void) {
  if (holds_pool) end_task();
  lacuna_change_jobs(-own_jobs);
}
