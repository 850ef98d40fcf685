#include "proxy/password_queue.h"

#include <utility>

namespace headgate::proxy {

bool PasswordQueue::push(Question&& question) {
  const policy::PasswordList* const users = question.users.get();
  auto tenant = tenants_.find(question.tenant);
  if (tenant == tenants_.end()) {
    if (tenants_.size() == kMostTenants) return false;
    tenant = tenants_.emplace(question.tenant, Tenant{}).first;
    turns_.push_back(tenant);
  }
  Tenant& of = tenant->second;
  if (of.waiting == kMostOfTenant) return false;
  const auto line = of.lines.find(users);
  if (line == of.lines.end()) {
    of.lines[users].push_back(std::move(question));
    of.turns.push_back(users);
  } else {
    if (line->second.size() == kMostOfList) return false;
    line->second.push_back(std::move(question));
  }
  ++of.waiting;
  return true;
}

PasswordQueue::Question PasswordQueue::pop() {
  const Tenants::iterator tenant = turns_.front();
  turns_.pop_front();
  Tenant& of = tenant->second;
  const policy::PasswordList* const users = of.turns.front();
  of.turns.pop_front();
  const auto line = of.lines.find(users);
  Question question = std::move(line->second.front());
  line->second.pop_front();
  if (line->second.empty())
    of.lines.erase(line);
  else
    of.turns.push_back(users);
  if (--of.waiting == 0)
    tenants_.erase(tenant);
  else
    turns_.push_back(tenant);
  return question;
}

}  // namespace headgate::proxy
