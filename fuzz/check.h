// What a fuzz target says when a promise is broken: the promise, on stderr, and a core.
#pragma once

#include <cstdio>
#include <cstdlib>

#define FUZZ_CHECK(promise)                                                              \
  do {                                                                                   \
    if (!(promise)) {                                                                    \
      std::fprintf(stderr, "%s:%d: broken promise: %s\n", __FILE__, __LINE__, #promise); \
      std::abort();                                                                      \
    }                                                                                    \
  } while (false)
