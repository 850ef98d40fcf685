// Where contents of buffered requests are kept: how much of them there may be in memory and in files, and the
// folder that the files are made in. One for all Workers.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include "proxy/shared_byte_budget.h"

namespace headgate::proxy {

// Thread-safe. Owned by the DataPlane, outlives its Workers.
class RequestSpool {
 public:
  // `folder`: empty for $TMPDIR, else /tmp. Nothing is made or looked at before the first file.
  RequestSpool(std::string folder, std::uint64_t most_in_memory, std::uint64_t most_in_files);
  RequestSpool(const RequestSpool&) = delete;
  RequestSpool& operator=(const RequestSpool&) = delete;

  // A new file that has no name: it is gone with its descriptor, whatever becomes of this process. -1: there
  // is none, errno says why.
  [[nodiscard]] int open_file() const;

  // A warning in the process log, the first time each: requests are answered with errors for a reason that
  // only an admin can do something about. How often it happens afterwards, the counters say.
  void tell_no_file(int error);
  void tell_full();

  [[nodiscard]] SharedByteBudget& memory() { return memory_; }
  [[nodiscard]] SharedByteBudget& files() { return files_; }
  // What one namespace may have of files(): half, so that nobody's clients take it all. Namespaces whose
  // names hash alike share it.
  [[nodiscard]] SharedByteBudget& files_of(std::string_view namespace_name);
  [[nodiscard]] const std::string& folder() const { return folder_; }

 private:
  std::string folder_;
  SharedByteBudget memory_;
  SharedByteBudget files_;
  std::deque<SharedByteBudget> shares_;  // of namespaces; a deque, for they cannot move
  std::atomic<bool> told_no_file_{false};
  std::atomic<bool> told_full_{false};
};

}  // namespace headgate::proxy
