// What a format of the access log names of a request and its answers, kept until the line is written: their
// heads are gone by then. Made for Exchanges that end in a format of the ConfigMap; all others pay nothing.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/byte_buffer.h"
#include "http/framing.h"
#include "http/local_reply.h"
#include "http/message.h"
#include "observe/log_format.h"

namespace headgate::proxy {

struct ClientInfo;

// What a connection tells of its client, for requests and for relays.
void tell_client(const ClientInfo& client, observe::LogDetails& details);

// Since 1970.
std::int64_t wall_milliseconds();

// Owned by its Exchange, used again for its next ones; one thread.
class LogNotes {
 public:
  // All values together; what does not fit is cut.
  static constexpr std::size_t kMostBytes = std::size_t{64} * 1024;

  // `format` stays until clear().
  void begin(const observe::LogFormat& format);
  void clear();

  void note(observe::LogVariable variable, std::string_view text);
  // $http_NAME and $cookie_NAME. `with_underscores`: fields with '_' in their names count.
  void note_request(const http::RequestHead& head, std::string_view host_as_sent, bool with_underscores);
  // $upstream_http_NAME, of the pod that answered last.
  void note_upstream(const http::ResponseHead& head);
  void forget_upstream();
  // $sent_http_NAME, of what the client gets: fields of the connection alone (Connection, Keep-Alive,
  // Transfer-Encoding) are not among them. `has_length`: the pod's Content-Length is passed on.
  void note_answer(const http::ResponseHead& head, bool has_length, bool has_date, std::string_view date);
  void note_answer(const http::LocalReply& reply, std::string_view date);

  // Adds all of it; the views are good until this is changed.
  void fill(observe::LogDetails& details);

 private:
  using From = observe::LogCapture::From;
  struct Span {
    std::uint32_t begin = 0;
    std::uint32_t size = 0;
    bool found = false;
  };

  template <typename Visit>
  void for_each_capture(From from, Visit visit);
  // Begins a value, or goes on with it.
  void add(Span& span, std::string_view separator, std::string_view text);
  void add_text(Span& span, std::string_view text);
  [[nodiscard]] std::string_view view(const Span& span) const;

  const observe::LogFormat* format_ = nullptr;
  ByteBuffer text_;
  std::array<Span, observe::kLogTexts> texts_;
  std::vector<Span> captured_;           // as format_->captures()
  std::vector<std::string_view> views_;  // of captured_, for fill()
};

}  // namespace headgate::proxy
