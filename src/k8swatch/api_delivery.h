// Carries one answer from the thread that reads it to the control thread, in order, and holds the reader
// back while the control thread is behind. Shared by both sides.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "k8swatch/api_transport.h"

namespace headgate::k8swatch {

// The way to the control thread, for as long as there is one. Any thread.
class ControlPost {
 public:
  using Post = std::function<void(std::function<void()>)>;
  // `post` must not run the function inside the call.
  explicit ControlPost(Post post) : post_(std::move(post)) {}

  void operator()(std::function<void()> work) {
    const std::lock_guard lock(mutex_);
    if (post_) post_(std::move(work));
  }
  [[nodiscard]] bool is_open() {
    const std::lock_guard lock(mutex_);
    return post_ != nullptr;
  }
  // From now on nothing is posted.
  void close() {
    const std::lock_guard lock(mutex_);
    post_ = nullptr;
  }

 private:
  std::mutex mutex_;
  Post post_;
};

class ApiDelivery : public std::enable_shared_from_this<ApiDelivery> {
 public:
  // Control thread. `handler` is called until drop(). With more than `bytes_ahead` on their way the reader is
  // told to wait.
  ApiDelivery(std::shared_ptr<ControlPost> post, ApiStreamHandler& handler, std::size_t bytes_ahead)
      : post_(std::move(post)), bytes_ahead_(bytes_ahead), handler_(&handler) {}

  // The reader's side; one thread.
  void head(ApiHead head);
  // False: enough for now; `resume` will be called.
  bool bytes(std::string_view bytes);
  void end(std::optional<ApiError> error);

  // The control thread's side.
  void drop() { handler_ = nullptr; }
  [[nodiscard]] bool dropped() const { return handler_ == nullptr; }
  // Called on the control thread, once for each time bytes() said false.
  void set_resume(std::function<void()> resume) { resume_ = std::move(resume); }

 private:
  struct Parcel {
    std::optional<ApiHead> head;
    std::string bytes;
    bool ended = false;
    std::optional<ApiError> error;
  };
  void post_unless_posted();  // mutex_ is held
  void deliver();

  const std::shared_ptr<ControlPost> post_;
  const std::size_t bytes_ahead_;

  ApiStreamHandler* handler_;  // control thread; null: nobody listens any more
  std::function<void()> resume_;

  std::mutex mutex_;
  Parcel parcel_;
  bool posted_ = false;
  bool paused_ = false;
  std::size_t delivering_ = 0;  // bytes the handler is busy with
};

}  // namespace headgate::k8swatch
