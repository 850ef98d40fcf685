#include "router/virtual_host.h"

#include <algorithm>
#include <map>
#include <utility>

namespace headgate::router {
namespace {

using KeyMap = std::map<std::pair<std::string, bool>, std::uint32_t>;  // (text, subtree) → route

// First claim wins, so claims are made in order of strength.
bool claim(KeyMap& keys, std::string text, bool subtree, std::size_t route) {
  return keys.emplace(std::pair(std::move(text), subtree), static_cast<std::uint32_t>(route)).second;
}

bool ends_in_slash(const std::string& path) { return path.back() == '/'; }

std::string without_slash(const std::string& path) { return path.substr(0, path.size() - 1); }

// The redirect to a Prefix that ends in '/', for the same path without it.
RouteDraft slash_redirect(const RouteDraft& to) {
  RouteDraft redirect{to.route, without_slash(to.match_path)};
  redirect.route.action = RouteAction::add_trailing_slash;
  redirect.route.path_type = PathType::exact;
  redirect.route.path = redirect.match_path;
  redirect.route.cluster = nullptr;
  return redirect;
}

}  // namespace

VirtualHost::VirtualHost(std::string host, std::vector<Route> routes, PathIndex paths)
    : host_(std::move(host)), routes_(std::move(routes)), paths_(std::move(paths)) {}

std::shared_ptr<const VirtualHost> VirtualHost::make(HostDraft draft) {
  std::vector<RouteDraft>& drafts = draft.routes;
  std::stable_sort(drafts.begin(), drafts.end(), [](const RouteDraft& a, const RouteDraft& b) {
    const int order = a.match_path.compare(b.match_path);
    if (order != 0) return order < 0;
    return a.route.path_type == PathType::exact && b.route.path_type != PathType::exact;
  });

  KeyMap keys;
  const std::size_t count = drafts.size();
  const auto is_exact = [&](std::size_t i) { return drafts[i].route.path_type == PathType::exact; };
  for (std::size_t i = 0; i < count; ++i)
    if (is_exact(i)) claim(keys, drafts[i].match_path, false, i);
  for (std::size_t i = 0; i < count; ++i)
    if (!is_exact(i) && ends_in_slash(drafts[i].match_path)) claim(keys, drafts[i].match_path, true, i);
  for (std::size_t i = 0; i < count; ++i) {
    if (is_exact(i) || ends_in_slash(drafts[i].match_path)) continue;
    claim(keys, drafts[i].match_path, false, i);
    claim(keys, drafts[i].match_path + '/', true, i);
  }
  for (std::size_t i = 0; i < count; ++i) {
    if (is_exact(i) || !ends_in_slash(drafts[i].match_path) || drafts[i].match_path == "/") continue;
    if (claim(keys, without_slash(drafts[i].match_path), false, drafts.size()))
      drafts.push_back(slash_redirect(drafts[i]));
  }

  std::vector<PathIndex::Key> index_keys;
  index_keys.reserve(keys.size());
  for (const auto& [key, route] : keys) index_keys.push_back({key.first, key.second, route});
  std::vector<Route> routes;
  routes.reserve(drafts.size());
  for (RouteDraft& each : drafts) routes.push_back(std::move(each.route));
  return std::shared_ptr<const VirtualHost>(
      new VirtualHost(std::move(draft.host), std::move(routes), PathIndex(std::move(index_keys))));
}

}  // namespace headgate::router
