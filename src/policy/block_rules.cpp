#include "policy/block_rules.h"

namespace headgate::policy {
namespace {

bool is_listed(const TextList& list, const http::Field* field) {
  return !list.empty() && field != nullptr && list.contains(field->value);
}

}  // namespace

bool BlockRules::blocks_fields(const RequestView& request) const {
  return is_listed(user_agents, request.facts.user_agent) || is_listed(referers, request.facts.referer);
}

void BlockRules::describe(std::string& out) const {
  const auto add = [&out](std::string_view name, const std::vector<std::string>& entries) {
    if (entries.empty()) return;
    out.append("blocked ").append(name).append(": ");
    for (std::size_t i = 0; i < entries.size(); ++i) out.append(i == 0 ? "" : ", ").append(entries[i]);
    out += "\n";
  };
  std::vector<std::string> blocks;
  for (const Cidr& block : addresses.blocks()) blocks.push_back(block.to_string());
  add("addresses", blocks);
  add("user agents", user_agents.entries());
  add("referers", referers.entries());
}

}  // namespace headgate::policy
