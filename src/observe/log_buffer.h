// A block of finished access log lines on its way from a Worker to the sink. Fixed capacity, moved, recycled.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

namespace headgate::observe {

struct LogBuffer {
  // Uninitialised on purpose: every byte handed on has been written by the formatter.
  static LogBuffer with_capacity(std::size_t capacity) {
    return LogBuffer{std::unique_ptr<char[]>(new char[capacity]), capacity, 0, 0};
  }

  std::unique_ptr<char[]> data;
  std::size_t capacity = 0;
  std::size_t size = 0;
  std::uint32_t lines = 0;
};

}  // namespace headgate::observe
