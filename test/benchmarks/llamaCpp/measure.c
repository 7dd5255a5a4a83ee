/*
 * What llama.cpp's own sampler chains take for the settings of the benchmarks, a row of V = 128,256 f32 at a time out of 64.
 * With the source package of llama-cpp-python 0.3.36 unpacked in $P:
 *
 *   cmake -S $P/vendor/llama.cpp -B $P/build -DCMAKE_BUILD_TYPE=Release && cmake --build $P/build --target llama
 *   cc -O3 -I $P/vendor/llama.cpp/include -I $P/vendor/llama.cpp/ggml/include measure.c -L $P/build/bin -lllama -lm -o measure
 *   LD_LIBRARY_PATH=$P/build/bin ./measure
 *
 * Timed as llama.cpp works: the array of candidates is filled from the row, then the chain is applied, the draw included.
 * `read` is a plain maximum over the same rows with 128-bit vectors. Medians in microseconds.
 */
#include "llama.h"
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <xmmintrin.h>

enum { V = 128256, ROWS = 64, ROUNDS = 8 };

static float *rows;
static llama_token_data *candidates;

static double now_us(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e6 + t.tv_nsec / 1e3;
}

static uint32_t state;
static double uniform(void) {
  state += 0x6d2b79f5u;
  uint32_t t = (state ^ (state >> 15)) * (state | 1);
  t ^= t + (t ^ (t >> 7)) * (t | 61);
  return (t ^ (t >> 14)) / 4294967296.0;
}

/* peaked: eight tokens far above the rest; Gaussian: sigma 2.5; flat: sigma 1 */
static void fill(const char *kind) {
  const double sigma = kind[0] == 'f' ? 1 : 2.5;
  for (int r = 0; r < ROWS; r++) {
    float *row = rows + (size_t)r * V;
    state = r + 1;
    for (int i = 0; i < V; i += 2) {
      const double radius = sigma * sqrt(-2 * log(1 - uniform())), angle = 6.283185307179586 * uniform();
      row[i] = radius * cos(angle);
      row[i + 1] = radius * sin(angle);
    }
    for (int i = 0; kind[0] == 'p' && i < 8; i++) row[(int)(uniform() * V)] = 15 - i + 5 * uniform();
  }
}

static int ascending(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static void apply(struct llama_sampler *chain, const float *row) {
  for (int i = 0; i < V; i++) candidates[i] = (llama_token_data){i, row[i], 0};
  llama_token_data_array array = {candidates, V, -1, false};
  llama_sampler_apply(chain, &array);
}

static volatile float sink;
static void read_row(struct llama_sampler *unused, const float *row) {
  (void)unused;
  __m128 most[8];
  for (int k = 0; k < 8; k++) most[k] = _mm_loadu_ps(row + 4 * k);
  for (int i = 0; i < V; i += 32)
    for (int k = 0; k < 8; k++) most[k] = _mm_max_ps(most[k], _mm_loadu_ps(row + i + 4 * k));
  for (int k = 1; k < 8; k++) most[0] = _mm_max_ps(most[0], most[k]);
  sink = _mm_cvtss_f32(most[0]);
}

static double median_us(void (*work)(struct llama_sampler *, const float *), struct llama_sampler *chain) {
  static double times[ROWS * ROUNDS];
  int count = 0;
  for (int round = 0; round < ROUNDS; round++)
    for (int r = 0; r < ROWS; r++) {
      const double start = now_us();
      work(chain, rows + (size_t)r * V);
      times[count++] = now_us() - start;
      if (times[0] > 2000 && count == ROWS) round = ROUNDS; /* the slow ones once */
    }
  qsort(times, count, sizeof *times, ascending);
  return times[count / 2];
}

#define STAGE(sampler) llama_sampler_chain_add(chain, llama_sampler_init_##sampler)
static void add_default_chain(struct llama_sampler *chain) {
  STAGE(top_k(40));
  STAGE(top_p(0.95f, 0));
  STAGE(min_p(0.05f, 0));
  STAGE(temp(0.8f));
}

/* Builds the chain of a setting; returns its name, NULL after the last. */
static const char *add_setting(struct llama_sampler *chain, int index) {
  switch (index) {
  case 0: STAGE(greedy()); return "greedy";
  case 1: STAGE(temp(0.8f)); return "full vocabulary, T 0.8";
  case 2: STAGE(top_k(40)); return "top-k 40";
  case 3: STAGE(min_p(0.05f, 0)); return "min-p 0.05";
  case 4: STAGE(top_p(0.9f, 0)); return "top-p 0.9";
  case 5: add_default_chain(chain); return "llama.cpp default chain";
  case 6:
    STAGE(penalties(V, 64, 1.1f, 0.1f, 0.1f));
    for (int i = 0; i < 64; i++) llama_sampler_accept(chain, (llama_token)(i * 7919L % V));
    add_default_chain(chain);
    return "the same, penalties over 64";
  case 7: STAGE(top_k(1000)); STAGE(top_p(0.9f, 0)); return "top-k 1000, top-p 0.9";
  case 8: STAGE(top_p(0.9f, 0)); STAGE(min_p(0.05f, 0)); return "top-p 0.9, min-p 0.05";
  case 9: STAGE(top_n_sigma(1)); return "top-n-sigma 1";
  case 10: STAGE(typical(0.95f, 0)); return "typical 0.95";
  case 11: STAGE(mirostat_v2(1, 5, 0.1f)); return "mirostat 2";
  default: return NULL;
  }
}

int main(void) {
  const char *kinds[] = {"peaked", "gaussian", "flat"};
  rows = malloc(sizeof *rows * V * ROWS);
  candidates = malloc(sizeof *candidates * V);
  for (int k = 0; k < 3; k++) {
    fill(kinds[k]);
    printf("%-9s %-28s %9.1f\n", kinds[k], "read", median_us(read_row, NULL));
    for (int index = 0;; index++) {
      struct llama_sampler *chain = llama_sampler_chain_init(llama_sampler_chain_default_params());
      const char *name = add_setting(chain, index);
      /* greedy and mirostat choose a token themselves */
      if (name && index != 0 && index != 11) STAGE(dist(1));
      if (name) printf("%-9s %-28s %9.1f\n", kinds[k], name, median_us(apply, chain));
      llama_sampler_free(chain);
      if (!name) break;
    }
  }
  return 0;
}
