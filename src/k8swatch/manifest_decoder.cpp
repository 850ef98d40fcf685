#include "k8swatch/manifest_decoder.h"

#include <algorithm>
#include <map>

#include "base/log.h"
#include "k8swatch/json_scanner.h"
#include "k8swatch/object_decoder.h"
#include "k8swatch/yaml_converter.h"

namespace headgate::k8swatch {
namespace {

std::string at_line(std::string_view origin, std::size_t line) {
  return std::string(origin) + ':' + std::to_string(line);
}

}  // namespace

struct ManifestDecoder::Scratch {
  JsonReader reader;
  YamlConverter yaml;
};

class ManifestDecoder::Work {
 public:
  Work(Scratch& scratch, const DecodeOptions& options, const ManifestDocument& document,
       std::string_view origin)
      : reader_(scratch.reader),
        yaml_(scratch.yaml),
        options_(options),
        document_(document),
        origin_(origin) {}

  DocumentResult run();

 private:
  // `base`: offset of `json` in the converted document.
  void decode_text(std::string_view json, std::size_t base, bool may_be_list);
  void decode_list(std::string_view json);
  void report(std::optional<ObjectKey> key, JsonError error, std::size_t base);
  void report_unreadable(std::size_t line, std::string reason);
  [[nodiscard]] std::string location(std::size_t offset) const;

  JsonReader& reader_;
  YamlConverter& yaml_;
  const DecodeOptions& options_;
  const ManifestDocument& document_;
  std::string_view origin_;
  DocumentResult result_;
};

DocumentResult ManifestDecoder::Work::run() {
  if (!document_.error.empty()) {
    report_unreadable(document_.error_line, document_.error);
  } else if (document_.is_json) {
    decode_text(document_.text, 0, false);
  } else if (!yaml_.convert(document_.text)) {
    report_unreadable(document_.line + yaml_.error_line(), yaml_.error());
  } else if (yaml_.json() != "null") {
    decode_text(yaml_.json(), 0, true);
    yaml_.shrink();
  }
  return std::move(result_);
}

void ManifestDecoder::Work::decode_text(std::string_view json, std::size_t base, bool may_be_list) {
  TypeMeta type;
  if (!reader_.open(json) || !decode_type(reader_, type)) {
    report(std::nullopt, reader_.error(), base);
    return;
  }
  if (may_be_list && type.kind.ends_with("List")) {
    decode_list(json);
    return;
  }
  Kind kind{};
  switch (support_of(type, kind)) {
    case TypeSupport::foreign:
      if (log::enabled(log::Level::debug)) {
        log::debug(location(base) + ": skipped, a " + type.kind + " of " + type.api_version);
      }
      return;
    case TypeSupport::old_version:
      report(
          decode_identity(reader_, kind),
          {"apiVersion",
           type.api_version + " is not supported; convert the object to " + std::string(api_version_of(kind)),
           0},
          base);
      return;
    case TypeSupport::supported:
      break;
  }
  auto object = decode_object(reader_, kind, options_);
  if (object) {
    result_.objects.push_back(std::move(*object));
    return;
  }
  JsonError error = reader_.error();
  report(decode_identity(reader_, kind), std::move(error), base);
}

void ManifestDecoder::Work::decode_list(std::string_view json) {
  JsonScanner scanner(json);
  JsonDocument list;
  if (scanner.next(list) != JsonScanner::Step::document) {
    report(std::nullopt, {"", scanner.error(), scanner.error_offset()}, 0);
    return;
  }
  for (const JsonSpan& item : list.elements) {
    decode_text(json.substr(item.begin, item.end - item.begin), item.begin, false);
  }
}

void ManifestDecoder::Work::report(std::optional<ObjectKey> key, JsonError error, std::size_t base) {
  std::string where = location(base + error.offset);
  if (key) {
    result_.findings.push_back(
        {Severity::error, to_string(*key), std::move(error.field), error.reason + " (" + where + ')'});
    result_.broken.push_back(std::move(*key));
  } else {
    result_.findings.push_back(
        {Severity::error, std::move(where), std::move(error.field), std::move(error.reason)});
    result_.has_unknown_broken = true;
  }
}

void ManifestDecoder::Work::report_unreadable(std::size_t line, std::string reason) {
  result_.findings.push_back({Severity::error, at_line(origin_, line), "", std::move(reason)});
  result_.has_unknown_broken = true;
}

std::string ManifestDecoder::Work::location(std::size_t offset) const {
  if (!document_.is_json) return at_line(origin_, document_.line + yaml_.line_of(offset));
  const std::string_view before = document_.text.substr(0, offset);
  return at_line(origin_,
                 document_.line + static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n')));
}

ManifestDecoder::ManifestDecoder(const DecodeOptions& options)
    : options_(options), scratch_(std::make_unique<Scratch>()) {}

ManifestDecoder::~ManifestDecoder() = default;

DocumentResult ManifestDecoder::decode(const ManifestDocument& document, std::string_view origin) {
  return Work(*scratch_, options_, document, origin).run();
}

DecodedManifest decode_manifest_text(std::string_view text, std::string_view origin,
                                     const DecodeOptions& options) {
  const std::string padded = padded_copy(text);
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
