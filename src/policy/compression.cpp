#include "policy/compression.h"

#include <re2/re2.h>

#include <algorithm>
#include <utility>

#include "http/ascii.h"

namespace headgate::policy {
namespace {

using http::ContentCoding;

constexpr std::size_t kMostPattern = 1024;
constexpr std::int64_t kMostPatternMemory = std::int64_t{1} << 20;

// RFC 9110 §12.4.2, in thousandths; what is malformed is as good as 0.
int weight_of(std::string_view parameters) {
  const std::string_view text = http::trim(parameters);
  if (text.empty()) return 1000;
  if (text.size() < 3 || http::to_lower(text[0]) != 'q' || text[1] != '=') return 0;
  if (text[2] != '0' && text[2] != '1') return 0;
  int weight = (text[2] - '0') * 1000;
  int scale = 100;
  for (std::size_t i = 4; i < text.size() && text[3] == '.'; ++i, scale /= 10) {
    if (text[i] < '0' || text[i] > '9' || scale == 0) return 0;
    weight += (text[i] - '0') * scale;
  }
  return std::min(weight, 1000);
}

bool is_any_of(std::string_view name, std::initializer_list<std::string_view> lower_names) {
  return std::any_of(lower_names.begin(), lower_names.end(),
                     [name](std::string_view each) { return http::equals_ignoring_case(name, each); });
}

bool has_element(std::string_view list, std::string_view lower_name) {
  bool found = false;
  http::for_each_member(list, [&](std::string_view element) {
    found = found || http::equals_ignoring_case(element, lower_name);
  });
  return found;
}

bool is_of_type(const CodingRules& rules, std::string_view type) {
  if (http::equals_ignoring_case(type, "text/html")) return true;
  return std::any_of(rules.types.begin(), rules.types.end(), [type](const std::string& each) {
    return each == "*" || http::equals_ignoring_case(type, each);
  });
}

}  // namespace

Result<Compression> Compression::make(CodingRules gzip, CodingRules brotli, CodingRules zstd,
                                      const std::string& gzip_disable) {
  Compression made;
  made.gzip_ = std::move(gzip);
  made.brotli_ = std::move(brotli);
  made.zstd_ = std::move(zstd);
  made.gzip_disable_ = gzip_disable;
  if (gzip_disable.empty()) return made;
  if (gzip_disable.size() > kMostPattern)
    return fail("the pattern is longer than " + std::to_string(kMostPattern) + " bytes");
  RE2::Options options;
  options.set_log_errors(false);
  options.set_case_sensitive(false);  // as nginx
  options.set_max_mem(kMostPatternMemory);
  auto pattern = std::make_shared<const RE2>(gzip_disable, options);
  if (!pattern->ok()) return fail("is no regular expression: " + pattern->error());
  made.no_gzip_ = std::move(pattern);
  return made;
}

const CodingRules& Compression::rules_of(ContentCoding coding) const {
  switch (coding) {
    case ContentCoding::brotli:
      return brotli_;
    case ContentCoding::zstd:
      return zstd_;
    case ContentCoding::gzip:
    case ContentCoding::identity:
      break;
  }
  return gzip_;
}

AcceptedCodings Compression::accepted(const http::RequestHead& request) const {
  struct Offer {
    ContentCoding coding;
    std::string_view name;
    int weight;
  };
  // Of equal weight the one before: the better first.
  std::array<Offer, 3> offers = {{{ContentCoding::brotli, "br", -1},
                                  {ContentCoding::zstd, "zstd", -1},
                                  {ContentCoding::gzip, "gzip", -1}}};
  AcceptedCodings result{};
  if (request.minor_version == 0) return result;
  int others = 0;  // "*"
  bool user_agent_refuses = false;
  for (const http::Field& field : request.fields) {
    if (field.id == http::FieldId::user_agent && no_gzip_ != nullptr)
      user_agent_refuses = RE2::PartialMatch({field.value.data(), field.value.size()}, *no_gzip_);
    if (!http::equals_ignoring_case(field.name, "accept-encoding")) continue;
    http::for_each_member(field.value, [&](std::string_view element) {
      const std::size_t semicolon = element.find(';');
      const std::string_view name = http::trim(element.substr(0, semicolon));
      const int weight =
          semicolon == std::string_view::npos ? 1000 : weight_of(element.substr(semicolon + 1));
      if (name == "*") others = weight;
      for (Offer& offer : offers)
        if (http::equals_ignoring_case(name, offer.name)) offer.weight = weight;
    });
  }
  for (Offer& offer : offers) {
    if (offer.weight < 0) offer.weight = others;
    if (!rules_of(offer.coding).enabled) offer.weight = 0;
    if (offer.coding == ContentCoding::gzip && user_agent_refuses) offer.weight = 0;
  }
  std::stable_sort(offers.begin(), offers.end(),
                   [](const Offer& a, const Offer& b) { return a.weight > b.weight; });
  for (std::size_t i = 0; i < offers.size() && offers[i].weight > 0; ++i) result[i] = offers[i].coding;
  return result;
}

Compression::Choice Compression::choose(const AcceptedCodings& accepted, const http::ResponseHead& head,
                                        const http::ResponseFacts& facts) const {
  Choice choice;
  if (facts.body == http::BodyKind::none) return choice;
  if (head.status != 200 && head.status != 403 && head.status != 404) return choice;  // nginx's
  std::string_view type;
  for (const http::Field& field : head.fields) {
    if (field.drop) continue;
    if (field.id == http::FieldId::content_type) type = field.value;
    if (is_any_of(field.name, {"content-encoding", "content-range", "content-digest", "repr-digest", "digest",
                               "content-md5"}))
      return choice;
    if (http::equals_ignoring_case(field.name, "cache-control") && has_element(field.value, "no-transform"))
      return choice;
  }
  type = http::trim(type.substr(0, type.find(';')));
  if (type.empty()) return choice;
  const auto suits = [&](ContentCoding coding) {
    const CodingRules& rules = rules_of(coding);
    if (!rules.enabled || !is_of_type(rules, type)) return false;
    return !facts.has_content_length || facts.content_length >= rules.min_length;
  };
  for (const ContentCoding coding : {ContentCoding::brotli, ContentCoding::zstd, ContentCoding::gzip})
    choice.varies = choice.varies || suits(coding);
  for (const ContentCoding coding : accepted) {
    if (coding == ContentCoding::identity) break;
    if (!suits(coding)) continue;
    choice.coding = coding;
    break;
  }
  return choice;
}

void Compression::describe(std::string& out) const {
  for (const ContentCoding coding : {ContentCoding::brotli, ContentCoding::zstd, ContentCoding::gzip}) {
    const CodingRules& rules = rules_of(coding);
    if (!rules.enabled) continue;
    out.append(" ").append(http::to_string(coding)).append(" level=").append(std::to_string(rules.level));
    out.append(" min-length=").append(std::to_string(rules.min_length));
  }
}

void mark_encoded(http::ResponseHead& head, const Compression::Choice& choice, std::string& lines) {
  bool says_vary = false;
  const bool encoded = choice.coding != ContentCoding::identity;
  for (http::Field& field : head.fields) {
    if (field.drop) continue;
    if (http::equals_ignoring_case(field.name, "vary")) {
      says_vary = says_vary || has_element(field.value, "accept-encoding") || has_element(field.value, "*");
    } else if (encoded && http::equals_ignoring_case(field.name, "accept-ranges")) {
      field.drop = true;  // of the bytes as they were
    } else if (encoded && http::equals_ignoring_case(field.name, "etag") && !field.value.starts_with("W/")) {
      field.drop = true;  // RFC 9110 §8.8.3.3: the bytes are others now
      lines.append("ETag: W/").append(field.value).append("\r\n");
    }
  }
  if (encoded) lines.append("Content-Encoding: ").append(http::to_string(choice.coding)).append("\r\n");
  if (choice.varies && !says_vary) lines.append("Vary: Accept-Encoding\r\n");
}

}  // namespace headgate::policy
