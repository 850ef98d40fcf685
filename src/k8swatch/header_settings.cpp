#include "k8swatch/header_settings.h"

#include <algorithm>
#include <utility>

#include "base/quoted.h"
#include "k8swatch/annotations/values.h"
#include "k8swatch/name_key.h"
#include "k8swatch/names.h"
#include "policy/field_rules.h"

namespace headgate::k8swatch {
namespace {

constexpr std::uint32_t kMostKilobytes = 64U * 1024 * 1024;

// The ConfigMap that `key` names; null: none, or it is told why not.
const ConfigMap* named_by(ConfigMapReader& reader, std::string_view key, const Store& store) {
  const std::string* const text = reader.text(key);
  if (text == nullptr) return nullptr;
  const std::string_view name = trimmed(*text);
  if (!split_name_key(name)) {
    reader.tell(key, quoted(*text) + " is not of the form 'namespace/name'; no fields are set");
    return nullptr;
  }
  const ConfigMap* const found = store.find_config_map(name);
  if (found == nullptr)
    reader.tell(key, "ConfigMap " + std::string(name) + " does not exist; no fields are set");
  return found;
}

// Visits each field of it that may be set; the others are told.
template <typename Visit>
void for_each_field(ConfigMapReader& reader, std::string_view key, const ConfigMap& named,
                    const Visit& visit) {
  for (const auto& [name, value] : named.data) {
    Result<void> fits = policy::check_field(name, value);
    if (fits) fits = visit(name, value);
    if (!fits)
      reader.tell(key, "ConfigMap " + name_key(named.metadata) + ": " + fits.error().message +
                           "; the field is left out");
  }
}

void read_replacement(ConfigMapReader& reader, std::string_view key, Replacement& value) {
  const std::string* const text = reader.text(key);
  if (text == nullptr) return;
  auto parsed = parse_cookie_replacement(trimmed(*text));
  if (parsed)
    value = *std::move(parsed);
  else
    reader.refuse(key, parsed.error().message);
}

void read_redirect(ConfigMapReader& reader, Replacement& value) {
  const std::string* const from = reader.text("proxy-redirect-from");
  const std::string* const to = reader.text("proxy-redirect-to");
  if (from == nullptr || *from == "off" || *from == "default") return;
  if (to == nullptr || *to == "off")
    reader.tell("proxy-redirect-from", "has no effect without proxy-redirect-to");
  else if (auto checked = check_redirect_replacement(*from, *to); !checked)
    reader.refuse("proxy-redirect-from", checked.error().message);
  else
    value = {*from, *to};
}

policy::SetRequestFields read_request_fields(ConfigMapReader& reader, const Store& store) {
  policy::SetRequestFields result;
  bool original_uri = false;
  reader.boolean("proxy-add-original-uri-header", original_uri);
  if (original_uri) result.fields.push_back({"X-Original-URI", *policy::Template::parse("$request_uri")});
  if (const ConfigMap* const named = named_by(reader, "proxy-set-headers", store))
    for_each_field(reader, "proxy-set-headers", *named,
                   [&result](const std::string& name, const std::string& value) -> Result<void> {
                     auto text = policy::Template::parse(value);
                     if (!text) return fail(text.error().message);
                     result.fields.push_back({name, *std::move(text)});
                     return {};
                   });
  return result;
}

policy::FixedFields read_answer_fields(ConfigMapReader& reader, const Store& store) {
  std::vector<std::pair<std::string, std::string>> fields;
  std::size_t size = 0;
  if (const ConfigMap* const named = named_by(reader, "add-headers", store))
    for_each_field(reader, "add-headers", *named,
                   [&](const std::string& name, const std::string& value) -> Result<void> {
                     if (size + name.size() + value.size() + 4 > policy::FixedFields::kMostBytes)
                       return fail("with " + quoted(name) + " they are more than 16 KiB");
                     size += name.size() + value.size() + 4;
                     fields.emplace_back(name, value);
                     return {};
                   });
  return policy::FixedFields(std::move(fields));
}

}  // namespace

std::vector<std::string> split_list(std::string_view text) {
  std::vector<std::string> entries;
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    if (const std::string_view entry = trimmed(text.substr(0, comma)); !entry.empty())
      entries.emplace_back(entry);
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return entries;
}

HeaderDefaults read_header_defaults(ConfigMapReader& reader, const Store& store) {
  HeaderDefaults defaults;
  defaults.access.settings_namespace = reader.config_map().metadata.namespace_name;
  // Told where it is read for all.
  if (const std::string* text = reader.text("allow-cross-namespace-resources"))
    defaults.access.cross_namespace = parse_go_bool(*text).value_or(false);
  if (const std::string* names = reader.text("global-allowed-response-headers"))
    defaults.allowed = split_list(*names);
  defaults.request = read_request_fields(reader, store);
  read_redirect(reader, defaults.redirect);
  read_replacement(reader, "proxy-cookie-domain", defaults.cookie_domain);
  read_replacement(reader, "proxy-cookie-path", defaults.cookie_path);
  reader.count("limit-rate", 0, kMostKilobytes, defaults.limit_rate);
  reader.count("limit-rate-after", 0, kMostKilobytes, defaults.limit_rate_after);
  return defaults;
}

void read_answer_settings(ConfigMapReader& reader, const Store& store, router::SiteSettings& site) {
  site.add_fields = read_answer_fields(reader, store);
  if (const std::string* names = reader.text("hide-headers"))
    for (std::string& name : split_list(*names)) {
      if (const auto fits = policy::check_field(name, ""); fits)
        site.hidden_fields.push_back(std::move(name));
      else
        reader.tell("hide-headers", fits.error().message + "; it is left out of the list");
    }
  reader.boolean("allow-backend-server-header", site.pass_server);
  reader.boolean("server-tokens", site.name_server);
  reader.boolean("generate-request-id", site.generate_request_id);
  reader.boolean("enable-underscores-in-headers", site.pass_underscores);
  bool drop_invalid = true;
  reader.boolean("ignore-invalid-headers", drop_invalid);
  site.pass_unusual = !drop_invalid;
}

}  // namespace headgate::k8swatch
