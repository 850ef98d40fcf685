// Fixture: OnePod met by a client that speaks HTTP/2 with prior knowledge on the plain port.
#pragma once

#include "integration/one_pod.h"
#include "support/h2_client.h"
#include "support/metrics.h"

namespace headgate::test_support {

// A connection and what is spoken on it.
struct H2Connected {
  explicit H2Connected(std::uint16_t port, const H2Client::Settings& settings = {},
                       const ClientOptions& options = {})
      : socket(port, options), client(socket, settings) {}
  H2Client* operator->() { return &client; }

  // HEADERS of a request whose content follows; its stream.
  std::uint32_t begin(std::string_view method, std::string_view path, const FieldList& more = {}) {
    const std::uint32_t stream = client.next_stream();
    client.send(h2_frame(h2::headers, h2::end_headers, stream,
                         h2_block(h2_request_fields(method, "x.test", path, more))));
    return stream;
  }
  std::uint32_t begin_get(std::string_view path, const FieldList& more = {}) {
    const std::uint32_t stream = client.next_stream();
    client.send(h2_get(stream, "x.test", path, more));
    return stream;
  }
  H2Response get(std::string_view path, const FieldList& more = {}) {
    return client.get("x.test", path, more);
  }
  // A whole POST that ends with trailers; its stream.
  std::uint32_t post_with_trailers(std::string_view path, std::string_view content,
                                   const FieldList& trailers) {
    const std::uint32_t stream = begin("POST", path);
    client.send(h2_frame(h2::data, 0, stream, content) +
                h2_frame(h2::headers, h2::end_headers | h2::end_stream, stream, h2_block(trailers)));
    return stream;
  }
  void open_window(std::uint32_t stream, std::uint32_t size) {
    client.send(h2_frame(h2::window_update, 0, stream, h2_number(size)));
  }
  void reset(std::uint32_t stream) {
    client.send(h2_frame(h2::rst_stream, 0, stream, h2_number(h2::cancel)));
  }
  // Frames are taken until `condition` holds.
  template <typename Condition>
  bool until(Condition condition, std::chrono::milliseconds within = kPatience) {
    const Deadline deadline(within);
    while (!condition()) {
      if (!client.step(deadline)) return condition();
    }
    return true;
  }

  RawClient socket;
  H2Client client;
};

class OnePodOverH2 : public OnePod {
 protected:
  [[nodiscard]] H2Connected connect(const H2Client::Settings& settings = {}) const {
    return H2Connected(headgate->http_port(), settings);
  }
  [[nodiscard]] double metric(std::string_view name, std::string_view label = "") const {
    return test_support::metric(headgate->admin("/metrics").body, name, label);
  }
};

}  // namespace headgate::test_support
