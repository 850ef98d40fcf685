// Whether the answer to a request is compressed, and how: the gzip-*, brotli-* and zstd-* keys of the
// ConfigMap, for all Routes. Pure rules, no state.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "http/compressor.h"
#include "http/framing.h"
#include "http/message.h"

namespace re2 {
class RE2;
}

namespace headgate::policy {

// One coding. Types are lower case, without parameters; "*" is any; text/html always is one.
struct CodingRules {
  bool enabled = false;
  int level = 1;
  std::uint64_t min_length = 256;  // of a body whose length is known
  std::vector<std::string> types;
  friend bool operator==(const CodingRules&, const CodingRules&) = default;
};

// Of one request: what its client takes, best first; identity where there is no more.
using AcceptedCodings = std::array<http::ContentCoding, 3>;

class Compression {
 public:
  Compression() = default;
  // `gzip_disable`: clients whose User-Agent it matches get no gzip; empty: all do. Fails with one sentence
  // where it is no regular expression.
  static Result<Compression> make(CodingRules gzip, CodingRules brotli, CodingRules zstd,
                                  const std::string& gzip_disable);

  [[nodiscard]] bool enabled() const { return gzip_.enabled || brotli_.enabled || zstd_.enabled; }
  [[nodiscard]] const CodingRules& rules_of(http::ContentCoding coding) const;

  // By Accept-Encoding (RFC 9110 §12.5.3), of the codings that are enabled. HTTP/1.0 takes none.
  [[nodiscard]] AcceptedCodings accepted(const http::RequestHead& request) const;

  struct Choice {
    http::ContentCoding coding = http::ContentCoding::identity;
    bool varies = false;  // another client might get another coding: Vary says so
  };
  // For an answer with a body. Never one that is encoded already, must not be transformed, is a part of
  // something (206), or carries a digest of its bytes.
  [[nodiscard]] Choice choose(const AcceptedCodings& accepted, const http::ResponseHead& head,
                              const http::ResponseFacts& facts) const;

  void describe(std::string& out) const;
  friend bool operator==(const Compression& a, const Compression& b) {
    return a.gzip_ == b.gzip_ && a.brotli_ == b.brotli_ && a.zstd_ == b.zstd_ &&
           a.gzip_disable_ == b.gzip_disable_;
  }

 private:
  CodingRules gzip_;
  CodingRules brotli_;
  CodingRules zstd_;
  std::string gzip_disable_;
  std::shared_ptr<const re2::RE2> no_gzip_;
};

// Makes `head` that of the encoded body: Content-Encoding, no length, a weak ETag, Vary. `lines` gets what is
// added. For identity only Vary.
void mark_encoded(http::ResponseHead& head, const Compression::Choice& choice, std::string& lines);

}  // namespace headgate::policy
