#include "router/virtual_host.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <utility>

namespace headgate::router {
namespace {

using KeyMap = std::map<std::pair<std::string, bool>, std::uint32_t>;  // (text, subtree) → route

// First claim wins, so claims are made in order of strength.
void claim(KeyMap& keys, std::string text, bool subtree, std::size_t route) {
  keys.emplace(std::pair(std::move(text), subtree), static_cast<std::uint32_t>(route));
}

bool is_exact(const RouteDraft& draft) { return draft.route.path_type == PathType::exact; }

bool ends_in_slash(const RouteDraft& draft) { return draft.match_path.back() == '/'; }

// To each Prefix that ends in '/' the redirect from the same path without it, unless that path has a Route.
void add_slash_redirects(std::vector<RouteDraft>& drafts) {
  std::set<std::string> taken;
  for (const RouteDraft& each : drafts) taken.insert(each.match_path);
  const std::size_t count = drafts.size();
  for (std::size_t i = 0; i < count; ++i) {
    if (is_exact(drafts[i]) || !ends_in_slash(drafts[i]) || drafts[i].match_path == "/") continue;
    RouteDraft redirect = drafts[i];
    redirect.match_path.pop_back();
    if (!taken.insert(redirect.match_path).second) continue;
    redirect.route.action = RouteAction::add_trailing_slash;
    redirect.route.path_type = PathType::exact;
    redirect.route.path = redirect.match_path;
    redirect.route.cluster = nullptr;
    redirect.route.backends = {};
    redirect.route.others.clear();  // it is answered before any Step would ask them
    drafts.push_back(std::move(redirect));
  }
}

using GuestEntries = std::pair<std::string, std::vector<RegexIndex::Entry>>;

std::vector<RegexIndex::Entry>& entries_of(std::vector<GuestEntries>& guests, const std::string& name) {
  for (GuestEntries& each : guests)
    if (each.first == name) return each.second;
  return guests.emplace_back(name, std::vector<RegexIndex::Entry>()).second;
}

bool same_expressions(const RegexIndex* a, const RegexIndex* b) {
  if (a == nullptr || b == nullptr) return a == b;
  return std::equal(a->entries().begin(), a->entries().end(), b->entries().begin(), b->entries().end(),
                    [](const RegexIndex::Entry& x, const RegexIndex::Entry& y) {
                      return x.text == y.text && x.pattern == y.pattern && x.route == y.route;
                    });
}

bool same_guests(const GuestPaths* a, const GuestPaths* b) {
  if (a == nullptr || b == nullptr) return a == b;
  return std::equal(a->guests().begin(), a->guests().end(), b->guests().begin(), b->guests().end(),
                    [](const GuestPaths::Guest& x, const GuestPaths::Guest& y) {
                      return x.namespace_name == y.namespace_name &&
                             same_expressions(&x.expressions, &y.expressions);
                    });
}

}  // namespace

VirtualHost::VirtualHost(HostDraft& draft)
    : host_(std::move(draft.host)),
      server_name_(host_),
      unclaimed_redirects_(draft.unclaimed_redirects),
      client_certificate_(std::move(draft.client_certificate)),
      passthrough_(std::move(draft.passthrough)),
      app_root_(std::move(draft.app_root)) {}

bool VirtualHost::same_as(const VirtualHost& other) const {
  if (host_ != other.host_ || routes_ != other.routes_ ||
      unclaimed_redirects_ != other.unclaimed_redirects_ || passthrough_ != other.passthrough_ ||
      !same_expressions(expressions_.get(), other.expressions_.get()) ||
      !same_guests(guests_.get(), other.guests_.get()))
    return false;
  if (app_root_ != other.app_root_ &&
      (app_root_ == nullptr || other.app_root_ == nullptr || !(*app_root_ == *other.app_root_)))
    return false;
  const ClientCertificateRule* const a = client_certificate();
  const ClientCertificateRule* const b = other.client_certificate();
  return a == b || (a != nullptr && b != nullptr && *a == *b);
}

void VirtualHost::add_expressions(std::vector<RouteDraft> drafts) {
  std::vector<RegexIndex::Entry> own;
  std::vector<GuestEntries> guests;
  for (RouteDraft& each : drafts) {
    std::vector<RegexIndex::Entry>& entries =
        each.is_guest ? entries_of(guests, each.route.namespace_name) : own;
    for (RouteExpression& expression : each.expressions)
      entries.push_back({std::move(expression.text), std::move(expression.pattern),
                         static_cast<std::uint32_t>(routes_.size())});
    routes_.push_back(std::move(each.route));
  }
  if (!own.empty()) expressions_ = std::make_shared<const RegexIndex>(std::move(own));
  if (guests.empty()) return;
  std::vector<GuestPaths::Guest> made;
  for (GuestEntries& each : guests)
    made.push_back({std::move(each.first), RegexIndex(std::move(each.second))});
  guests_ = std::make_shared<const GuestPaths>(std::move(made));
}

std::uint32_t VirtualHost::find_among_guests(std::string_view path) const {
  GuestPaths::Claim claim;
  if (expressions_ != nullptr) {
    policy::PatternBudget budget{RegexIndex::kMostSteps};
    const RegexIndex::Found found = expressions_->look(path, budget);
    // One that has given up keeps the path from all who come after it.
    if (found.entry != nullptr) claim = {found.route, found.entry->text.size() + 1};
  } else if (const std::uint32_t at = paths_.find(path); at != PathIndex::kNone) {
    // Of "/foo" for "/foo/bar" the "/" counts, too: it is what "/foo/" claims.
    claim = {at, std::min<std::size_t>(path.size(), path_sizes_[at] + 1) + 1};
  }
  return guests_->find(path, claim);
}

std::shared_ptr<const VirtualHost> VirtualHost::alias_of(const VirtualHost& host, std::string name) {
  std::shared_ptr<VirtualHost> alias(new VirtualHost(host));
  alias->host_ = std::move(name);
  return alias;
}

std::shared_ptr<const VirtualHost> VirtualHost::make(HostDraft draft) {
  std::shared_ptr<VirtualHost> made(new VirtualHost(draft));
  std::vector<RouteDraft>& drafts = draft.routes;
  const auto expressions =
      draft.has_expressions ? drafts.begin()
                            : std::stable_partition(drafts.begin(), drafts.end(), [](const RouteDraft& each) {
                                return each.expressions.empty();
                              });
  std::vector<RouteDraft> others(std::make_move_iterator(expressions), std::make_move_iterator(drafts.end()));
  drafts.erase(expressions, drafts.end());
  const bool has_others = !others.empty();
  made->add_literal(std::move(drafts));
  if (has_others) made->add_expressions(std::move(others));
  return made;
}

void VirtualHost::add_literal(std::vector<RouteDraft> drafts) {
  add_slash_redirects(drafts);
  std::stable_sort(drafts.begin(), drafts.end(), [](const RouteDraft& a, const RouteDraft& b) {
    const int order = a.match_path.compare(b.match_path);
    return order != 0 ? order < 0 : is_exact(a) && !is_exact(b);
  });

  KeyMap keys;
  for (std::size_t i = 0; i < drafts.size(); ++i)
    if (is_exact(drafts[i])) claim(keys, drafts[i].match_path, false, i);
  for (std::size_t i = 0; i < drafts.size(); ++i)
    if (!is_exact(drafts[i]) && ends_in_slash(drafts[i])) claim(keys, drafts[i].match_path, true, i);
  for (std::size_t i = 0; i < drafts.size(); ++i) {
    if (is_exact(drafts[i]) || ends_in_slash(drafts[i])) continue;
    claim(keys, drafts[i].match_path, false, i);
    claim(keys, drafts[i].match_path + '/', true, i);
  }

  std::vector<PathIndex::Key> index_keys;
  index_keys.reserve(keys.size());
  for (const auto& [key, route] : keys) index_keys.push_back({key.first, key.second, route});
  paths_ = PathIndex(std::move(index_keys));
  routes_.reserve(drafts.size());
  for (RouteDraft& each : drafts) {
    path_sizes_.push_back(static_cast<std::uint32_t>(each.match_path.size()));
    routes_.push_back(std::move(each.route));
  }
}

}  // namespace headgate::router
