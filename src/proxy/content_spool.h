// Where contents of buffered requests and answers are kept: how much of them there may be in memory and in
// files, and the folder that the files are made in. One for all Workers.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

#include "proxy/namespace_budget.h"
#include "proxy/shared_byte_budget.h"

namespace headgate::proxy {

// Thread-safe. Owned by the DataPlane, outlives its Workers.
class ContentSpool {
 public:
  // `folder`: empty for $TMPDIR, else /tmp. Nothing is made or looked at before the first file.
  ContentSpool(std::string folder, std::uint64_t most_in_memory, std::uint64_t most_in_files);
  ContentSpool(const ContentSpool&) = delete;
  ContentSpool& operator=(const ContentSpool&) = delete;

  // A new file that has no name: it is gone with its descriptor, whatever becomes of this process. -1: there
  // is none, errno says why.
  [[nodiscard]] int open_file() const;

  // A warning in the process log, the first time each, for what only an admin can do something about. How
  // often requests are answered with errors for it, the counters say.
  void tell_no_file(int error);
  void tell_full();
  // The same of an answer: nobody gets an error, but a slow client holds its pod.
  void tell_no_answer_file(int error);
  // A file that was written cannot be read: its answer is cut.
  void tell_lost_answer_file(int error);

  // Of requests and answers.
  [[nodiscard]] SharedByteBudget& memory() { return memory_; }
  [[nodiscard]] SharedByteBudget& files() { return files_.all(); }
  // What the requests of one namespace may have of files().
  [[nodiscard]] SharedByteBudget& files_of(std::string_view namespace_name) {
    return files_.of(namespace_name);
  }
  // What answers may have of memory() and files(): half, for there are always clients that are slow, and an
  // upload without room is an error while an answer without room only waits.
  [[nodiscard]] NamespaceBudget& answers_in_memory() { return answers_in_memory_; }
  [[nodiscard]] NamespaceBudget& answers_in_files() { return answers_in_files_; }
  [[nodiscard]] const std::string& folder() const { return folder_; }

 private:
  std::string folder_;
  SharedByteBudget memory_;
  NamespaceBudget files_;
  NamespaceBudget answers_in_memory_;
  NamespaceBudget answers_in_files_;
  std::atomic<bool> told_no_file_{false};
  std::atomic<bool> told_full_{false};
  std::atomic<bool> told_no_answer_file_{false};
  std::atomic<bool> told_lost_answer_file_{false};
};

}  // namespace headgate::proxy
