#include "k8swatch/manifest_decoder.h"

#include <algorithm>
#include <map>

#include "base/log.h"
#include "k8swatch/json_scanner.h"

namespace headgate::k8swatch {
namespace {

std::string at_line(std::string_view origin, std::size_t line) {
  return std::string(origin) + ':' + std::to_string(line);
}

}  // namespace

DocumentResult ManifestDecoder::decode(const ManifestDocument& document, std::string_view origin) {
  DocumentResult result;
  const Place place{origin, document, 0};
  if (!document.error.empty()) {
    result.has_unknown_broken = true;
    result.findings.push_back({Severity::error, at_line(origin, document.error_line), "", document.error});
    return result;
  }
  if (document.is_json) {
    decode_text(document.text, place, false, result);
    return result;
  }
  if (!yaml_.convert(document.text)) {
    result.has_unknown_broken = true;
    result.findings.push_back(
        {Severity::error, at_line(origin, document.line + yaml_.error_line()), "", yaml_.error()});
    return result;
  }
  if (yaml_.json() != "null") decode_text(yaml_.json(), place, true, result);
  yaml_.shrink();
  return result;
}

void ManifestDecoder::decode_text(std::string_view json, const Place& place, bool may_be_list,
                                  DocumentResult& out) {
  TypeMeta type;
  if (!reader_.open(json) || !decode_type(reader_, type)) {
    report(place, std::nullopt, reader_.error(), out);
    return;
  }
  if (may_be_list && type.kind.ends_with("List")) {
    decode_list(json, place, out);
    return;
  }
  Kind kind{};
  switch (support_of(type, kind)) {
    case TypeSupport::foreign:
      if (log::enabled(log::Level::debug)) {
        log::debug(location(place, 0) + ": skipped, a " + type.kind + " of " + type.api_version);
      }
      return;
    case TypeSupport::old_version: {
      auto key = decode_identity(reader_, kind);
      report(
          place, std::move(key),
          {"apiVersion",
           type.api_version + " is not supported; convert the object to " + std::string(api_version_of(kind)),
           0},
          out);
      return;
    }
    case TypeSupport::supported:
      break;
  }
  auto object = decode_object(reader_, kind, options_);
  if (object) {
    out.objects.push_back(std::move(*object));
    return;
  }
  JsonError error = reader_.error();
  report(place, decode_identity(reader_, kind), std::move(error), out);
}

void ManifestDecoder::decode_list(std::string_view json, const Place& place, DocumentResult& out) {
  JsonScanner scanner(json);
  JsonDocument document;
  if (scanner.next(document) != JsonScanner::Step::document) {
    report(place, std::nullopt, {"", scanner.error(), scanner.error_offset()}, out);
    return;
  }
  for (const JsonSpan& item : document.elements) {
    decode_text(json.substr(item.begin, item.end - item.begin), {place.origin, place.document, item.begin},
                false, out);
  }
}

void ManifestDecoder::report(const Place& place, std::optional<ObjectKey> key, JsonError error,
                             DocumentResult& out) {
  std::string where = location(place, error.offset);
  if (key) {
    out.findings.push_back(
        {Severity::error, to_string(*key), std::move(error.field), error.reason + " (" + where + ')'});
    out.broken.push_back(std::move(*key));
  } else {
    out.findings.push_back(
        {Severity::error, std::move(where), std::move(error.field), std::move(error.reason)});
    out.has_unknown_broken = true;
  }
}

std::string ManifestDecoder::location(const Place& place, std::size_t offset) const {
  const ManifestDocument& document = place.document;
  if (!document.is_json) return at_line(place.origin, document.line + yaml_.line_of(place.base + offset));
  const std::string_view before = document.text.substr(0, offset);
  return at_line(place.origin,
                 document.line + static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n')));
}

DecodedManifest decode_manifest_text(std::string_view text, std::string_view origin,
                                     const DecodeOptions& options) {
  std::string padded;
  padded.reserve(text.size() + kJsonPadding);
  padded = text;
  ManifestDecoder decoder(options);
  DecodedManifest all;
  std::map<ObjectKey, std::size_t> places;
  for (const ManifestDocument& document : split_documents(padded, format_of(origin))) {
    DocumentResult result = decoder.decode(document, origin);
    std::move(result.findings.begin(), result.findings.end(), std::back_inserter(all.findings));
    for (Object& object : result.objects) {
      ObjectKey key = key_of(object);
      const auto [known, is_new] = places.try_emplace(key, all.objects.size());
      if (is_new) {
        all.objects.push_back(std::move(object));
        continue;
      }
      all.objects[known->second] = std::move(object);
      all.findings.push_back(
          {Severity::warning, to_string(key), "",
           "is defined more than once in " + std::string(origin) + "; the last one counts"});
    }
  }
  return all;
}

}  // namespace headgate::k8swatch
