#include "app/admin_pages.h"

#include <sstream>
#include <utility>

#include "app/certificate_list.h"
#include "app/query.h"
#include "http/target.h"
#include "router/explain.h"

namespace headgate::app {
namespace {

constexpr char kNoTable[] = "no routing table yet\n";

constexpr char kIndex[] =
    "Headgate's admin port\n"
    "  /healthz         alive?\n"
    "  /readyz          serving?\n"
    "  /metrics         numbers, for Prometheus\n"
    "  /debug/routes    the routing table\n"
    "  /debug/findings  what is refused, ignored or unusable in the manifests, and why\n"
    "  /debug/health    the endpoints whose health is watched: who is ejected, why, and for how long\n"
    "  /debug/certificates  which certificate serves which host\n"
    "  /debug/explain?host=HOST&path=/PATH   why a request goes where it goes (the path last, as in a "
    "request)\n";

}  // namespace

AdminPages::AdminPages(const ControlState& control, const observe::Metrics& metrics,
                       std::function<std::uint64_t()> adopted_generation,
                       std::function<std::optional<std::string>()> dump, std::function<std::string()> health)
    : control_(control),
      metrics_(metrics),
      adopted_generation_(std::move(adopted_generation)),
      dump_(std::move(dump)),
      health_(std::move(health)) {}

AdminReply AdminPages::answer(const AdminRequest& request) const {
  if (request.path == "/healthz") return healthz();
  if (request.path == "/readyz") return readyz();
  if (request.path == "/metrics") return metrics_page();
  if (request.path == "/debug/routes") return routes();
  if (request.path == "/debug/findings") return findings();
  if (request.path == "/debug/health") return health();
  if (request.path == "/debug/certificates") return certificates();
  if (request.path == "/debug/explain") return explain(request.query);
  if (request.path == "/") return {200, kIndex};
  return {404, "no such page; / lists them\n"};
}

AdminReply AdminPages::healthz() const {
  if (control_.snapshot().shutting_down) return {500, "shutting down\n"};
  return {200, "ok"};
}

AdminReply AdminPages::readyz() const {
  const ControlSnapshot state = control_.snapshot();
  if (state.shutting_down) return {503, "shutting down\n"};
  std::string missing;
  if (!state.synced) missing += "the source of objects is not read yet\n";
  if (!state.listening) missing += "the listeners are not open yet\n";
  if (state.first_generation == 0 || adopted_generation_() < state.first_generation)
    missing += "the first routing table is not adopted by every Worker yet\n";
  if (!missing.empty()) return {503, std::move(missing)};
  return {200, "ok"};
}

AdminReply AdminPages::metrics_page() const {
  std::ostringstream out;
  metrics_.write_text(out);
  return {200, std::move(out).str(), "text/plain; version=0.0.4; charset=utf-8"};
}

AdminReply AdminPages::routes() const {
  if (control_.snapshot().table == nullptr) return {503, kNoTable};
  std::optional<std::string> text = dump_();
  if (!text) return {503, "the control thread is busy; try again\n"};
  return {200, *std::move(text)};
}

AdminReply AdminPages::findings() const {
  const ControlSnapshot state = control_.snapshot();  // keeps the Findings alive while they are read
  std::string text;
  for (const k8swatch::Finding& finding : *state.findings) text += to_string(finding) + "\n";
  return {200, std::move(text)};
}

AdminReply AdminPages::health() const {
  std::string text = health_();
  if (text.empty()) text = "no Service asks for outlier detection, health checks or slow start\n";
  return {200, std::move(text)};
}

AdminReply AdminPages::certificates() const {
  const ControlSnapshot state = control_.snapshot();
  if (state.certificates == nullptr) return {503, kNoTable};
  return {200, certificate_page(*state.certificates)};
}

AdminReply AdminPages::explain(std::string_view query) const {
  // The path as a request would spell it, so not decoded here, and to the end: it may hold a query.
  const std::optional<std::string_view> path_text = query_rest(query, "path");
  const std::optional<std::string> host_text =
      query_value(query.substr(0, query.size() - path_text.value_or("").size()), "host");
  if (!host_text || !path_text)
    return {400, "usage: /debug/explain?host=HOST&path=/PATH (the path last, as a request spells it)\n"};
  const ControlSnapshot state = control_.snapshot();
  if (state.table == nullptr) return {503, kNoTable};

  // Through the same doors as a request, so that the answer is about what a request would meet.
  std::string host_buffer(host_text->size(), '\0');
  const std::string_view host = http::normalise_host(*host_text, host_buffer.data());
  if (host.empty() && !host_text->empty()) return {400, "not a host\n"};
  std::string scratch(2 * path_text->size() + 2, '\0');
  http::Target target;
  const http::ParseResult parsed = http::parse_target(http::Method::get, *path_text, scratch.data(), target);
  if (parsed.status != http::ParseStatus::complete || target.form != http::TargetForm::origin)
    return {400, "not a path: a request for it is refused\n"};
  return {200, router::explain(*state.table, host, target.match_path)};
}

}  // namespace headgate::app
