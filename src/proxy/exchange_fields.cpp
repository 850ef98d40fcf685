// Exchange: fields that the ConfigMap and Steps change on their way to the pod and back.
#include <algorithm>
#include <variant>

#include "http/ascii.h"
#include "http/scan.h"
#include "proxy/context.h"
#include "proxy/exchange.h"
#include "proxy/head_writer.h"
#include "router/virtual_host.h"

namespace headgate::proxy {
namespace {

// CGI and WSGI read "X_Forwarded_For" as "X-Forwarded-For", some "X.Forwarded.For" too: what a client may not
// say in one spelling, it may not say in the other.
bool is_ours_with_hyphens(std::string_view name, std::string& spelling) {
  spelling = name;
  for (char& c : spelling) {
    http::scan::OddBytes odd;
    odd.note(c);
    if (odd.underscore || odd.unusual) c = '-';
  }
  return http::field_id_of(spelling) != http::FieldId::other;
}

}  // namespace

// enable-underscores-in-headers, ignore-invalid-headers: to nginx an underscore is a case of the invalid.
void Exchange::let_odd_names_pass(http::FieldList& fields) const {
  const router::SiteSettings& site = table_->table->site();
  if (!site.pass_underscores && !site.pass_unusual) return;
  std::string spelling;
  for (http::Field& field : fields) {
    const bool may_pass = field.id == http::FieldId::with_underscore ||
                          (field.id == http::FieldId::unusual && site.pass_unusual);
    if (may_pass && !is_ours_with_hyphens(field.name, spelling)) field.drop = false;
  }
}

// What the Steps of the Route and the ConfigMap do to the fields of the pod's answer (`head`), or want of one
// of our own (null). Adds to answer_fields_.
void Exchange::change_answer(http::ResponseHead* head) {
  if (table_ == nullptr) return;
  if (head != nullptr && route_ != nullptr && route_->policy.chain != nullptr)
    for (const policy::ResponseStep& step : route_->policy.chain->response)
      std::visit([&](const auto& each) { each.apply(*head, answer_fields_); }, step);
  const router::SiteSettings& site = table_->table->site();
  if (!site.changes_answers()) return;
  bool has_server = false;
  if (head != nullptr)
    for (http::Field& field : head->fields) {
      if (field.id == http::FieldId::server && site.pass_server) {
        field.drop = false;
        has_server = true;
      }
      for (const std::string& hidden : site.hidden_fields)
        if (http::same_name(field.name, hidden)) field.drop = true;
    }
  site.add_fields.fill_in(answer_fields_);
  if (site.name_server && !has_server && !answer_fields_.has("Server"))
    answer_fields_.set("Server", "headgate");
}

// --- limit-rate ---

void Exchange::begin_pace() {
  if (settings().limit_rate == 0) return;
  if (pace_ == nullptr) pace_ = std::make_unique<AnswerPace>(*this);
  pace_->begin(settings().limit_rate, settings().limit_rate_after, context_->now);
}

void Exchange::keep_pace() {
  if (pace_ != nullptr && pace_->has_begun())
    pace_->sent(downstream_->bytes_sent(), context_->now, context_->timers);
}

bool Exchange::is_paced_out() const {
  return pace_ != nullptr && pace_->has_begun() && pace_->room(context_->now) == 0;
}

std::size_t Exchange::client_room() const {
  const std::size_t room = downstream_->room();
  if (pace_ != nullptr && pace_->has_begun()) {
    const std::size_t least = compressor_ != nullptr ? AnswerPace::kPackedRoom : 0;
    return std::min(room, std::max(least, pace_->room(context_->now)));
  }
  return settings().limit_rate == 0 ? room : std::min(room, AnswerPace::kHeadRoom);
}

void Exchange::on_pace() {
  if (!head_sent_ || response_done_ || (upstream_ == nullptr && answer_ == nullptr)) return;
  if (is_paced_out())
    keep_pace();
  else if (answer_ != nullptr)
    send_buffered_answer();
  else if (!downstream_->congested())
    upstream_->resume_response();
}

bool Exchange::is_logged() const {
  if (table_ == nullptr) return true;
  const router::SiteSettings& site = table_->table->site();
  if (!site.access_log || (route_ != nullptr && !route_->settings.access_log)) return false;
  if (route_ == &table_->table->default_route() && host_->server_name() == router::kDefaultHost &&
      !site.log_default_backend)
    return false;
  if (site.unlogged_urls.empty()) return true;
  // As the client wrote it: "GET /healthz HTTP/1.1".
  const std::size_t begin = request_line_.find(' ');
  if (begin == std::string_view::npos) return true;
  std::string_view path = request_line_.substr(begin + 1, request_line_.rfind(' ') - begin - 1);
  path = path.substr(0, path.find('?'));
  return std::find(site.unlogged_urls.begin(), site.unlogged_urls.end(), path) == site.unlogged_urls.end();
}

}  // namespace headgate::proxy
