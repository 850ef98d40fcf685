#include "router/virtual_host.h"

#include <algorithm>
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

}  // namespace

VirtualHost::VirtualHost(HostDraft draft, std::vector<Route> routes, PathIndex paths,
                         std::shared_ptr<const RegexIndex> expressions)
    : host_(std::move(draft.host)),
      server_name_(host_),
      routes_(std::move(routes)),
      unclaimed_redirects_(draft.unclaimed_redirects),
      client_certificate_(std::move(draft.client_certificate)),
      passthrough_(std::move(draft.passthrough)),
      paths_(std::move(paths)),
      expressions_(std::move(expressions)),
      app_root_(std::move(draft.app_root)) {}

bool VirtualHost::same_as(const VirtualHost& other) const {
  if (host_ != other.host_ || routes_ != other.routes_ ||
      unclaimed_redirects_ != other.unclaimed_redirects_ || passthrough_ != other.passthrough_ ||
      (expressions_ == nullptr) != (other.expressions_ == nullptr))
    return false;
  if (app_root_ != other.app_root_ &&
      (app_root_ == nullptr || other.app_root_ == nullptr || !(*app_root_ == *other.app_root_)))
    return false;
  const ClientCertificateRule* const a = client_certificate();
  const ClientCertificateRule* const b = other.client_certificate();
  return a == b || (a != nullptr && b != nullptr && *a == *b);
}

std::shared_ptr<const VirtualHost> VirtualHost::make_with_expressions(HostDraft draft) {
  std::vector<RegexIndex::Entry> entries;
  std::vector<Route> routes;
  routes.reserve(draft.routes.size());
  for (RouteDraft& each : draft.routes) {
    for (RouteExpression& expression : each.expressions)
      entries.push_back({std::move(expression.text), std::move(expression.pattern),
                         static_cast<std::uint32_t>(routes.size())});
    routes.push_back(std::move(each.route));
  }
  return std::shared_ptr<const VirtualHost>(
      new VirtualHost(std::move(draft), std::move(routes), PathIndex(),
                      std::make_shared<const RegexIndex>(std::move(entries))));
}

std::shared_ptr<const VirtualHost> VirtualHost::alias_of(const VirtualHost& host, std::string name) {
  std::shared_ptr<VirtualHost> alias(new VirtualHost(host));
  alias->host_ = std::move(name);
  return alias;
}

std::shared_ptr<const VirtualHost> VirtualHost::make(HostDraft draft) {
  if (draft.has_expressions) return make_with_expressions(std::move(draft));
  std::vector<RouteDraft>& drafts = draft.routes;
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
  std::vector<Route> routes;
  routes.reserve(drafts.size());
  for (RouteDraft& each : drafts) routes.push_back(std::move(each.route));
  return std::shared_ptr<const VirtualHost>(
      new VirtualHost(std::move(draft), std::move(routes), PathIndex(std::move(index_keys)), nullptr));
}

}  // namespace headgate::router
