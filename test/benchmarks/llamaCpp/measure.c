/*
 * What llama.cpp's own sampler chains take for the settings of the benchmarks: `measure rows.f32 vocabSize rounds` reads 64
 * rows of f32 and prints a line for each round of each setting: its name, microseconds a row, and those of a plain read of the
 * rows (a maximum, by 128-bit vectors) just after. Built and run by measure.ts, against the library that it finds.
 *
 * Timed as llama.cpp works: the array of candidates is filled from the row, then the chain is applied, the draw included.
 * What is called is declared here, as llama.h of v0.5.0 has it: the library comes without its headers.
 */
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <xmmintrin.h>

typedef int32_t llama_token;
typedef struct { llama_token id; float logit, p; } llama_token_data;
typedef struct { llama_token_data *data; size_t size; int64_t selected; bool sorted; } llama_token_data_array;
typedef struct { bool no_perf; } llama_sampler_chain_params;
struct llama_sampler;
typedef struct llama_sampler sampler;

llama_sampler_chain_params llama_sampler_chain_default_params(void);
sampler *llama_sampler_chain_init(llama_sampler_chain_params params);
void llama_sampler_chain_add(sampler *chain, sampler *link);
void llama_sampler_accept(sampler *chain, llama_token token);
void llama_sampler_apply(sampler *chain, llama_token_data_array *candidates);
void llama_sampler_free(sampler *chain);
sampler *llama_sampler_init_greedy(void);
sampler *llama_sampler_init_dist(uint32_t seed);
sampler *llama_sampler_init_top_k(int32_t k);
sampler *llama_sampler_init_top_p(float p, size_t min_keep);
sampler *llama_sampler_init_min_p(float p, size_t min_keep);
sampler *llama_sampler_init_typical(float p, size_t min_keep);
sampler *llama_sampler_init_temp(float t);
sampler *llama_sampler_init_top_n_sigma(float n);
sampler *llama_sampler_init_mirostat_v2(uint32_t seed, float tau, float eta);
sampler *llama_sampler_init_penalties(int32_t n_vocab, int32_t last_n, float repeat, float freq, float present);

enum { ROWS = 64, LEAST_US = 25000, SLOW_ROWS = 4 };

static float *rows;
static int V;
static llama_token_data *candidates;

static double now_us(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e6 + t.tv_nsec / 1e3;
}

static int ascending(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static volatile int64_t chosen;
static void apply(sampler *chain, const float *row) {
  for (int i = 0; i < V; i++) candidates[i] = (llama_token_data){i, row[i], 0};
  llama_token_data_array array = {candidates, V, -1, false};
  llama_sampler_apply(chain, &array);
  chosen = array.selected;
  if (chosen < 0) exit(3); /* no draw: the library is another */
}

static volatile float sink;
static void read_row(sampler *unused, const float *row) {
  (void)unused;
  __m128 most[8];
  for (int k = 0; k < 8; k++) most[k] = _mm_loadu_ps(row + 4 * k);
  for (int i = 0; i + 32 <= V; i += 32)
    for (int k = 0; k < 8; k++) most[k] = _mm_max_ps(most[k], _mm_loadu_ps(row + i + 4 * k));
  for (int k = 1; k < 8; k++) most[0] = _mm_max_ps(most[0], most[k]);
  sink = _mm_cvtss_f32(most[0]);
}

/* Median over the rows, all of them in turn for a while; a slow chain sees a few of them. */
static double median_us(void (*work)(sampler *, const float *), sampler *chain) {
  static double times[1 << 16];
  int count = 0;
  const double begin = now_us();
  while (count < SLOW_ROWS || (now_us() - begin < LEAST_US && count < (int)(sizeof times / sizeof *times))) {
    const double start = now_us();
    work(chain, rows + (size_t)(count % ROWS) * V);
    times[count++] = now_us() - start;
  }
  qsort(times, count, sizeof *times, ascending);
  return times[count / 2];
}

#define STAGE(link) llama_sampler_chain_add(chain, llama_sampler_init_##link)
static void add_default_chain(sampler *chain) {
  STAGE(top_k(40));
  STAGE(top_p(0.95f, 0));
  STAGE(min_p(0.05f, 0));
  STAGE(temp(0.8f));
}

/* Builds the chain of a setting; returns its name, NULL after the last. */
static const char *add_setting(sampler *chain, int index) {
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

int main(int argc, char **argv) {
  FILE *file = argc == 4 ? fopen(argv[1], "rb") : NULL;
  if (!file) return 2;
  V = atoi(argv[2]);
  const size_t count = (size_t)V * ROWS;
  rows = malloc(sizeof *rows * count);
  candidates = malloc(sizeof *candidates * V);
  if (fread(rows, sizeof *rows, count, file) != count) return 2;
  for (int round = 0; round < atoi(argv[3]); round++) {
    for (int index = 0;; index++) {
      sampler *chain = llama_sampler_chain_init(llama_sampler_chain_default_params());
      const char *name = add_setting(chain, index);
      /* greedy and mirostat choose a token themselves */
      if (name && index != 0 && index != 11) STAGE(dist(1));
      if (name) printf("%s\t%.3f\t%.3f\n", name, median_us(apply, chain), median_us(read_row, NULL));
      llama_sampler_free(chain);
      if (!name) break;
    }
  }
  return 0;
}
