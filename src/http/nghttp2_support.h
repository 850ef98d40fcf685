// What both sides of HTTP/2 need of nghttp2's C interface. Only the files that hold a session include it.
#pragma once

#include <nghttp2/nghttp2.h>

#include <cstddef>
#include <cstdint>
#include <new>
#include <string_view>

namespace headgate::http {

// nghttp2's only failure that is nobody's fault. Other results are for a stream that is gone: nothing to do.
inline int checked(int result) {
  if (result == NGHTTP2_ERR_NOMEM) throw std::bad_alloc();
  return result;
}

inline std::string_view text_of(const std::uint8_t* text, std::size_t size) {
  return {reinterpret_cast<const char*>(text), size};
}

// Callbacks that mean the same to either side: `Session`, which nghttp2 hands back as its user data, has
// on_header(frame, name, value) and on_stream_closed(id, error).
template <typename Session>
void set_shared_callbacks(nghttp2_session_callbacks* callbacks) {
  nghttp2_session_callbacks_set_on_header_callback(
      callbacks,
      [](nghttp2_session*, const nghttp2_frame* frame, const std::uint8_t* name, std::size_t name_size,
         const std::uint8_t* value, std::size_t value_size, std::uint8_t, void* self) {
        return static_cast<Session*>(self)->on_header(*frame, text_of(name, name_size),
                                                      text_of(value, value_size));
      });
  nghttp2_session_callbacks_set_on_stream_close_callback(
      callbacks, [](nghttp2_session*, std::int32_t stream, std::uint32_t error, void* self) {
        static_cast<Session*>(self)->on_stream_closed(stream, error);
        return 0;
      });
}

}  // namespace headgate::http
