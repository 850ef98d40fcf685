// HTTP/2 connections: requests and content of every shape, and every frame that means something.
#include "fuzz/seeds.h"
#include "support/h2_frames.h"

namespace headgate::fuzz {

std::vector<std::string> seeds() {
  using namespace headgate::test_support;
  const auto post = [](std::uint32_t stream, const FieldList& more) {
    return h2_frame(h2::headers, h2::end_headers, stream,
                    h2_block(h2_request_fields("POST", "x.test", "/", more)));
  };
  const std::string get = h2_get(1, "x.test", "/a?b", {{"cookie", "a=1"}, {"x-a", "b"}, {"cookie", "b=2"}});
  const std::string block = h2_block(h2_request_fields("GET", "x.test", "/"));
  const std::string indexed = std::string("\x40\x03x-k", 5) + "\x05value";
  std::string many;
  for (std::uint32_t stream = 1; stream < 40; stream += 2) many += h2_get(stream, "x.test", "/");
  std::string cancelled;
  for (std::uint32_t stream = 1; stream < 500; stream += 2)
    cancelled += h2_get(stream, "x.test", "/") + h2_frame(h2::rst_stream, 0, stream, h2_number(h2::cancel));
  return {
      "",
      std::string(h2::preface),
      std::string(h2::preface) + h2_settings({{h2::initial_window_size, 0}}) + get,
      "PRI * HTTP/1.1\r\n\r\n",
      get,
      get + h2_frame(h2::data, h2::end_stream, 1, "late"),
      get + h2_frame(h2::rst_stream, 0, 1, h2_number(h2::cancel)) + get,
      many,
      cancelled,
      post(1, {{"content-length", "5"}}) + h2_frame(h2::data, h2::end_stream, 1, "hello"),
      post(1, {{"content-length", "5"}}) + h2_frame(h2::data, 0, 1, "hel") +
          h2_frame(h2::data, h2::end_stream, 1, "l"),
      post(1, {{"expect", "100-continue"}}) + h2_frame(h2::data, 8, 1, std::string("\2ab\0\0", 5)) +
          h2_frame(h2::headers, h2::end_stream | h2::end_headers, 1, h2_block({{"x-trailer", "t"}})),
      h2_frame(h2::headers, h2::end_stream, 1, block.substr(0, 10)) +
          h2_frame(h2::continuation, 0, 1, block.substr(10, 7)) +
          h2_frame(h2::continuation, h2::end_headers, 1, block.substr(17)),
      h2_frame(h2::headers, h2::end_stream | h2::end_headers, 1, block + indexed) +
          h2_frame(h2::headers, h2::end_stream | h2::end_headers, 3, block + std::string(20, '\xbe')),
      h2_frame(h2::headers, h2::end_stream | h2::end_headers, 1, block + indexed + std::string(2000, '\xbe')),
      h2_frame(h2::headers, h2::end_headers, 1,
               h2_block({{":method", "CONNECT"},
                         {":protocol", "websocket"},
                         {":scheme", "https"},
                         {":authority", "x.test"},
                         {":path", "/"},
                         {"sec-websocket-key", "k"}})) +
          h2_frame(h2::data, 0, 1, "tunnel") + h2_frame(h2::data, h2::end_stream, 1),
      h2_frame(h2::headers, h2::end_headers, 1,
               h2_block({{":method", "CONNECT"}, {":authority", "x.test:22"}})),
      h2_get(1, "x.test", "/",
             {{"host", "y.test"}, {"te", "trailers"}, {"x_under", "1"}, {"priority", "u=1, i"}}),
      h2_settings(
          {{1, 0}, {1, 4096}, {2, 0}, {3, 1}, {h2::initial_window_size, 70000}, {5, 20000}, {6, 100}}) +
          get,
      h2_frame(h2::settings, h2::ack, 0) + h2_frame(h2::ping, 0, 0, "12345678") +
          h2_frame(h2::priority, 0, 3, h2_number(1) + "\x10") +
          h2_frame(h2::window_update, 0, 0, h2_number(1000)) + h2_frame(16, 0, 0, h2_number(1) + "u=2") +
          h2_frame(0xaa, 0, 9, "grease") + get + h2_frame(h2::window_update, 0, 1, h2_number(1)) +
          h2_frame(h2::goaway, 0, 0, h2_number(0) + h2_number(0)),
      h2_frame(h2::headers, 0x2d, 1,
               std::string("\2") + h2_number(3) + "\x10" + block + std::string(2, '\0')),
  };
}

}  // namespace headgate::fuzz
