#include "load/h2_requests.h"

#include <nghttp2/nghttp2.h>

#include <cctype>
#include <memory>
#include <stdexcept>
#include <utility>

namespace headgate::bench {
namespace {

constexpr std::size_t kAuthority = 2;
constexpr std::size_t kPath = 3;
using Fields = std::vector<std::pair<std::string, std::string>>;

struct DeflaterFree {
  void operator()(nghttp2_hd_deflater* deflater) const { nghttp2_hd_deflate_del(deflater); }
};
using Deflater = std::unique_ptr<nghttp2_hd_deflater, DeflaterFree>;

// An HTTP/1.1 request head as the fields of HTTP/2 (RFC 9113 §8.3.1).
Fields fields_of(std::string_view head) {
  Fields fields;
  const std::string_view line = head.substr(0, head.find("\r\n"));
  const std::size_t space = line.find(' ');
  const std::string_view path = line.substr(space + 1, line.rfind(' ') - space - 1);
  fields = {{":method", std::string(line.substr(0, space))}, {":scheme", "https"}, {":authority", ""}};
  fields.emplace_back(":path", path);
  for (head.remove_prefix(line.size() + 2); head != "\r\n"; head.remove_prefix(head.find("\r\n") + 2)) {
    std::string name(head.substr(0, head.find(':')));
    const std::string_view value = head.substr(name.size() + 2, head.find("\r\n") - name.size() - 2);
    for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    if (name == "host") {
      fields[kAuthority].second = value;
    } else if (name != "connection") {
      fields.emplace_back(std::move(name), value);
    }
  }
  return fields;
}

unsigned char* bytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

std::string deflated(nghttp2_hd_deflater* deflater, Fields fields) {
  std::vector<nghttp2_nv> pairs;
  for (auto& [name, value] : fields)
    pairs.push_back({bytes(name), bytes(value), name.size(), value.size(), NGHTTP2_NV_FLAG_NONE});
  std::string block(nghttp2_hd_deflate_bound(deflater, pairs.data(), pairs.size()), '\0');
  const auto size = nghttp2_hd_deflate_hd(deflater, bytes(block), block.size(), pairs.data(), pairs.size());
  if (size < 0) throw std::runtime_error(nghttp2_strerror(static_cast<int>(size)));
  block.resize(static_cast<std::size_t>(size));
  return block;
}

}  // namespace

H2Requests::H2Requests(const Messages& messages, std::size_t hosts) {
  hosts_.resize(hosts);
  for (std::size_t i = 0; i < hosts; ++i) {
    Host& host = hosts_[i];
    nghttp2_hd_deflater* raw = nullptr;
    if (nghttp2_hd_deflate_new(&raw, 4096) != 0) throw std::bad_alloc();
    const Deflater deflater(raw);
    const Fields first = fields_of(messages.request_head(i));
    host.name = first[kAuthority].second;
    host.first = deflated(raw, first);
    for (std::size_t request = i; request < messages.request_count(); request += hosts) {
      Fields later = first;
      later[kPath] = fields_of(messages.request_head(request))[kPath];
      host.later.push_back(deflated(raw, later));
    }
    // Nothing may be added to the table any more, or blocks could not be sent in any order.
    if (deflated(raw, first) != host.later.front()) throw std::logic_error("a header block with a memory");
  }
}

}  // namespace headgate::bench
