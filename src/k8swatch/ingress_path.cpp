#include "k8swatch/ingress_path.h"

#include <array>
#include <cstddef>
#include <vector>

#include "base/hash.h"
#include "base/quoted.h"

namespace headgate::k8swatch {
namespace {

// A request line is at most this long, and so is any path that can match.
constexpr std::size_t kMaxPathBytes = 8192;

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Of bytes that normalise_ingress_path() does not always leave as they are; '/' and '.' are a matter of
// place.
constexpr std::array<bool, 256> kIsOdd = [] {
  std::array<bool, 256> odd{};
  for (std::size_t c = 0; c < 0x20; ++c) odd[c] = true;
  for (const char c : {'%', '?', '#', '\x7f'}) odd[static_cast<unsigned char>(c)] = true;
  return odd;
}();

// Most paths are in their normal form as they are written; a false "no" only costs time.
bool is_surely_normal(std::string_view path) {
  if (path.empty() || path.front() != '/') return false;
  bool after_slash = false;
  for (const char c : path) {
    if (kIsOdd[static_cast<unsigned char>(c)] || (after_slash && (c == '/' || c == '.'))) return false;
    after_slash = c == '/';
  }
  return true;
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

// Empty message: decoded into `out`.
std::string_view decode(std::string_view written, std::string& out) {
  for (std::size_t i = 0; i < written.size(); ++i) {
    char c = written[i];
    if (c == '?' || c == '#') return "a path holds no query and no fragment";
    if (c == '%') {
      const int high = i + 1 < written.size() ? hex_digit(written[i + 1]) : -1;
      const int low = i + 2 < written.size() ? hex_digit(written[i + 2]) : -1;
      if (high < 0 || low < 0) return "'%' is not followed by two hexadecimal digits";
      c = static_cast<char>(high * 16 + low);
      i += 2;
    }
    if (is_control(c)) return "it holds a control byte";
    out += c;
  }
  return {};
}

}  // namespace

Result<std::string> normalise_ingress_path(std::string_view written) {
  if (written.empty()) return std::string("/");
  const auto refuse = [written](std::string_view why) {
    return fail(quoted(written) + " is not a path: " + std::string(why));
  };
  if (written.front() != '/') return refuse("it does not begin with '/'");
  if (written.size() > kMaxPathBytes) return refuse("longer than 8192 bytes");
  std::string decoded;
  decoded.reserve(written.size());
  if (const std::string_view why = decode(written, decoded); !why.empty()) return refuse(why);

  std::vector<std::string_view> segments;
  bool ends_in_slash = false;
  for (std::string_view rest = decoded; !rest.empty();) {
    rest.remove_prefix(1);  // the '/'
    const std::string_view segment = rest.substr(0, rest.find('/'));
    rest.remove_prefix(segment.size());
    const bool is_dots = segment == "." || segment == "..";
    ends_in_slash = segment.empty() || is_dots;
    if (!ends_in_slash) segments.push_back(segment);
    if (segment != "..") continue;
    if (segments.empty()) return refuse("'..' climbs above the root");
    segments.pop_back();
  }
  std::string path;
  path.reserve(decoded.size());
  for (const std::string_view segment : segments) path.append("/").append(segment);
  if (ends_in_slash || path.empty()) path += '/';
  return path;
}

std::uint32_t normal_path_bits(std::string_view normal) {
  const std::uint64_t hash = hash_of(normal, hash_seed());
  std::uint32_t three = 0;
  for (unsigned i = 0; i < 3; ++i) three |= std::uint32_t{1} << ((hash >> (5 * i)) % 32);
  return three;
}

std::uint32_t path_bits(std::string_view written) {
  if (is_surely_normal(written)) return normal_path_bits(written);
  const Result<std::string> normal = normalise_ingress_path(written);
  return normal ? normal_path_bits(*normal) : 0;
}

std::optional<router::PathType> parse_path_type(std::string_view written) {
  if (written == "Exact") return router::PathType::exact;
  if (written == "Prefix") return router::PathType::prefix;
  if (written == "ImplementationSpecific" || written.empty())
    return router::PathType::implementation_specific;
  return std::nullopt;
}

}  // namespace headgate::k8swatch
