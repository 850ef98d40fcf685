// Lines of the access log for a file, a pipe, a terminal or a socket.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>

#include "observe/log_target.h"

namespace headgate::observe {

class DescriptorTarget final : public LogTarget {
 public:
  // `fd` is not owned; its mode is left as it is, for other processes may share it.
  explicit DescriptorTarget(int fd);
  ~DescriptorTarget() override;
  DescriptorTarget(const DescriptorTarget&) = delete;
  DescriptorTarget& operator=(const DescriptorTarget&) = delete;

  // A descriptor that is not ready is waited for; one that is broken loses what it does not take.
  std::uint64_t write(const LogBuffer& buffer, const OutOfTime& out_of_time) override;

 private:
  enum class Kind : std::uint8_t { regular, stream, socket };

  [[nodiscard]] static Kind kind_of(int fd);
  [[nodiscard]] bool wait_writable(const OutOfTime& out_of_time) const;
  [[nodiscard]] ssize_t write_some(const char* data, std::size_t size) const;

  const int fd_;
  const Kind kind_;
  int own_fd_ = -1;  // a stream's: the same one, opened again so that it does not block
  std::size_t write_limit_ = SIZE_MAX;
};

}  // namespace headgate::observe
