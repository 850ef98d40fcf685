#include "k8swatch/access_settings.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/quoted.h"
#include "http/ascii.h"
#include "k8swatch/annotations/values.h"

namespace headgate::k8swatch {
namespace {

policy::TextList read_list(ConfigMapReader& reader, std::string_view key) {
  policy::TextList list;
  const std::string* const text = reader.text(key);
  if (text == nullptr) return list;
  http::for_each_member(*text, [&](std::string_view entry) {
    if (const auto added = list.add(entry); !added)
      reader.tell(key, added.error().message + "; the entry is left out");
  });
  return list;
}

bool is_name_byte(char c) {
  const char lower = http::to_lower(c);
  return (lower >= 'a' && lower <= 'z') || http::is_digit(c) || c == '-' || c == '_';
}

void read_name(ConfigMapReader& reader, std::string_view key, std::string& name) {
  const std::string* const text = reader.text(key);
  if (text == nullptr) return;
  std::string written(trimmed(*text));
  if (written.empty() || !std::all_of(written.begin(), written.end(), is_name_byte)) {
    reader.refuse(key, quoted(written) + " is no field name");
    return;
  }
  std::transform(written.begin(), written.end(), written.begin(), http::to_lower);
  name = std::move(written);
}

}  // namespace

policy::BlockRules read_block_rules(ConfigMapReader& reader) {
  policy::BlockRules rules;
  constexpr std::string_view kAddresses = "block-cidrs";
  if (const std::string* const text = reader.text(kAddresses)) {
    std::vector<Error> errors;
    rules.addresses = CidrList::parse_good(*text, errors);
    for (const Error& error : errors) reader.tell(kAddresses, error.message + "; the entry is left out");
  }
  rules.user_agents = read_list(reader, "block-user-agents");
  rules.referers = read_list(reader, "block-referers");
  return rules;
}

policy::ForwardingRules read_forwarding_rules(ConfigMapReader& reader, const CidrList& trusted) {
  constexpr std::string_view kAll = "use-forwarded-headers";
  constexpr std::string_view kAddress = "enable-real-ip";
  policy::ForwardingRules rules;
  reader.boolean(kAll, rules.all_fields);
  reader.boolean(kAddress, rules.address);
  reader.boolean("compute-full-forwarded-for", rules.append);
  read_name(reader, "forwarded-for-header", rules.for_field);
  read_name(reader, "forwarded-host-header", rules.host_field);
  const bool trusts_all = trusted == CidrList::everyone();
  if (trusts_all && (rules.all_fields || rules.address))
    reader.tell(rules.all_fields ? kAll : kAddress,
                "believes every client, since proxy-real-ip-cidr does not say whom: lists of addresses and "
                "limits are whatever a client claims");
  rules.address |= rules.all_fields;
  if (rules.address) rules.trusted = trusted;
  return rules;
}

}  // namespace headgate::k8swatch
