// The server's side of HTTP/2 by nghttp2.
#include "support/otlp_collector.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <nghttp2/nghttp2.h>

#include <algorithm>
#include <new>
#include <protozero/pbf_writer.hpp>

namespace headgate::test_support {
// One connection: calls come and are answered in their order.
class OtlpCollector::Connection {
 public:
  Connection(OtlpCollector& owner, int fd) : owner_(owner), fd_(fd) {}
  ~Connection() { nghttp2_session_del(session_); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void run() {
    begin();
    std::uint8_t bytes[16384];
    while (send_all()) {
      const ssize_t size = ::recv(fd_, bytes, sizeof bytes, 0);
      if (size <= 0 || nghttp2_session_mem_recv(session_, bytes, static_cast<std::size_t>(size)) < 0) return;
    }
  }

 private:
  struct Call {
    std::map<std::string, std::string> fields;
    std::string body;
    std::string answer;
  };

  void begin() {
    nghttp2_session_callbacks* callbacks = nullptr;
    if (nghttp2_session_callbacks_new(&callbacks) != 0) throw std::bad_alloc();
    nghttp2_session_callbacks_set_on_header_callback(
        callbacks,
        [](nghttp2_session*, const nghttp2_frame* frame, const std::uint8_t* name, std::size_t name_size,
           const std::uint8_t* value, std::size_t value_size, std::uint8_t, void* self) {
          const auto text = [](const std::uint8_t* begin, std::size_t size) {
            return std::string(reinterpret_cast<const char*>(begin), size);
          };
          static_cast<Connection*>(self)->calls_[frame->hd.stream_id].fields[text(name, name_size)] =
              text(value, value_size);
          return 0;
        });
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(
        callbacks, [](nghttp2_session*, std::uint8_t, std::int32_t stream, const std::uint8_t* data,
                      std::size_t size, void* self) {
          static_cast<Connection*>(self)->calls_[stream].body.append(reinterpret_cast<const char*>(data),
                                                                     size);
          return 0;
        });
    nghttp2_session_callbacks_set_on_frame_recv_callback(
        callbacks, [](nghttp2_session*, const nghttp2_frame* frame, void* self) {
          if ((frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0 &&
              (frame->hd.type == NGHTTP2_DATA || frame->hd.type == NGHTTP2_HEADERS))
            static_cast<Connection*>(self)->answer(frame->hd.stream_id);
          return 0;
        });
    const int made = nghttp2_session_server_new(&session_, callbacks, this);
    nghttp2_session_callbacks_del(callbacks);
    if (made != 0) throw std::bad_alloc();
    nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, nullptr, 0);
  }

  static nghttp2_nv field(std::string_view name, std::string_view value) {
    return {reinterpret_cast<std::uint8_t*>(const_cast<char*>(name.data())),
            reinterpret_cast<std::uint8_t*>(const_cast<char*>(value.data())), name.size(), value.size(),
            NGHTTP2_NV_FLAG_NONE};
  }

  void answer(std::int32_t stream) {
    Call& call = calls_[stream];
    const int code = owner_.take(call.fields, call.body, call.answer);
    const std::string text = std::to_string(code);
    if (code != 0) {  // "Trailers-Only"
      const nghttp2_nv fields[] = {field(":status", "200"), field("content-type", "application/grpc"),
                                   field("grpc-status", text), field("grpc-message", "not now")};
      nghttp2_submit_response(session_, stream, fields, std::size(fields), nullptr);
      return;
    }
    const nghttp2_nv fields[] = {field(":status", "200"), field("content-type", "application/grpc")};
    nghttp2_data_provider provider;
    provider.source.ptr = &call;
    provider.read_callback = [](nghttp2_session* session, std::int32_t id, std::uint8_t* out,
                                std::size_t most, std::uint32_t* flags, nghttp2_data_source* source,
                                void*) -> ssize_t {
      auto& content = static_cast<Call*>(source->ptr)->answer;
      const std::size_t size = std::min(most, content.size());
      std::copy_n(content.data(), size, out);
      content.erase(0, size);
      if (content.empty()) {
        *flags |= NGHTTP2_DATA_FLAG_EOF | NGHTTP2_DATA_FLAG_NO_END_STREAM;
        const nghttp2_nv trailer = field("grpc-status", "0");
        nghttp2_submit_trailer(session, id, &trailer, 1);
      }
      return static_cast<ssize_t>(size);
    };
    nghttp2_submit_response(session_, stream, fields, std::size(fields), &provider);
  }

  bool send_all() {
    for (;;) {
      const std::uint8_t* data = nullptr;
      ssize_t size = nghttp2_session_mem_send(session_, &data);
      if (size < 0) return false;
      if (size == 0) return true;
      while (size > 0) {
        const ssize_t sent = ::send(fd_, data, static_cast<std::size_t>(size), MSG_NOSIGNAL);
        if (sent <= 0) return false;
        data += sent;
        size -= sent;
      }
    }
  }

  OtlpCollector& owner_;
  const int fd_;
  nghttp2_session* session_ = nullptr;
  std::map<std::int32_t, Call> calls_;
};

OtlpCollector::OtlpCollector() : pod_([this](int fd) { serve(fd); }) {}

void OtlpCollector::serve(int fd) {
  const int on = 1;  // frames are sent one by one
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  Connection(*this, fd).run();
}

int OtlpCollector::take(std::map<std::string, std::string> fields, std::string_view body,
                        std::string& answer) {
  const std::lock_guard<std::mutex> guard(mutex_);
  ++calls_;
  fields_ = std::move(fields);
  changed_.notify_all();
  if (refusals_ > 0) {
    --refusals_;
    return refusal_;
  }
  constexpr int kInternal = 13;
  constexpr std::size_t kPrefix = 5;
  if (body.size() < kPrefix || body[0] != '\0') return kInternal;
  std::size_t size = 0;
  for (std::size_t i = 1; i < kPrefix; ++i) size = size << 8 | static_cast<unsigned char>(body[i]);
  if (size != body.size() - kPrefix) return kInternal;
  const std::vector<CollectedSpan> taken = read_export(body.substr(kPrefix));
  largest_call_ = std::max(largest_call_, taken.size());
  spans_.insert(spans_.end(), taken.begin(), taken.end());
  std::string message;
  if (rejected_ != 0) {
    protozero::pbf_writer out(message);
    protozero::pbf_writer partial(out, 1);
    partial.add_int64(1, static_cast<std::int64_t>(rejected_));
    partial.add_string(2, "too old");
  }
  answer = std::string(kPrefix - 1, '\0') + static_cast<char>(message.size()) + message;
  return 0;
}

void OtlpCollector::refuse(int code, int times) {
  const std::lock_guard<std::mutex> guard(mutex_);
  refusal_ = code;
  refusals_ = times;
}

void OtlpCollector::reject(std::uint64_t spans) {
  const std::lock_guard<std::mutex> guard(mutex_);
  rejected_ = spans;
}

std::vector<CollectedSpan> OtlpCollector::spans() const {
  const std::lock_guard<std::mutex> guard(mutex_);
  return spans_;
}

std::size_t OtlpCollector::calls() const {
  const std::lock_guard<std::mutex> guard(mutex_);
  return calls_;
}

std::size_t OtlpCollector::largest_call() const {
  const std::lock_guard<std::mutex> guard(mutex_);
  return largest_call_;
}

std::map<std::string, std::string> OtlpCollector::fields() const {
  const std::lock_guard<std::mutex> guard(mutex_);
  return fields_;
}

bool OtlpCollector::wait_for_spans(std::size_t count, std::chrono::milliseconds within) const {
  std::unique_lock<std::mutex> lock(mutex_);
  return changed_.wait_for(lock, within, [&] { return spans_.size() >= count; });
}

bool OtlpCollector::wait_for_calls(std::size_t count, std::chrono::milliseconds within) const {
  std::unique_lock<std::mutex> lock(mutex_);
  return changed_.wait_for(lock, within, [&] { return calls_ >= count; });
}

}  // namespace headgate::test_support
