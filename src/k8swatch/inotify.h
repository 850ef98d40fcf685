// One inotify descriptor (inotify(7)): adding and dropping watches, reading what happened. Non-blocking.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace headgate::k8swatch {

class Inotify {
 public:
  Inotify();
  ~Inotify();
  Inotify(const Inotify&) = delete;
  Inotify& operator=(const Inotify&) = delete;

  // -1 where the system has no inotify instance left for us.
  [[nodiscard]] int descriptor() const { return descriptor_; }

  // The watch's number, or -errno. Watching the same inode again gives the same number and adds to its mask.
  int add(const std::string& path, std::uint32_t mask);
  void drop(int watch);

  struct Event {
    int watch = -1;
    std::uint32_t mask = 0;
    std::string_view name;  // of the entry of a watched folder; valid during the call
  };
  // Calls on_event for what is in the queue now. Returns after kMaxReads buffers even if there is more.
  template <typename OnEvent>
  void read(OnEvent&& on_event);

 private:
  static constexpr int kMaxReads = 64;
  static constexpr std::size_t kBufferBytes = 16 * 1024;

  // Bytes read into buffer_; 0: the queue is empty.
  std::size_t fill();
  // Decodes the event at `offset` and moves it behind the event.
  Event event_at(std::size_t& offset) const;

  int descriptor_;
  alignas(8) char buffer_[kBufferBytes];
};

template <typename OnEvent>
void Inotify::read(OnEvent&& on_event) {
  for (int i = 0; i < kMaxReads; ++i) {
    const std::size_t size = fill();
    if (size == 0) return;
    for (std::size_t offset = 0; offset < size;) on_event(event_at(offset));
  }
}

}  // namespace headgate::k8swatch
