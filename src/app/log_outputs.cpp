#include "app/log_outputs.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include "base/clock.h"
#include "base/quoted.h"
#include "observe/syslog_target.h"

namespace headgate::app {
namespace {

std::string name_of_machine() {
  char name[256] = "";
  if (::gethostname(name, sizeof name - 1) != 0 || name[0] == '\0') return "localhost";
  return name;
}

std::string name_of(const k8swatch::SyslogSettings& syslog) {
  return "syslog " + syslog.host + " " + std::to_string(syslog.port);
}

}  // namespace

struct LogOutputs::Place {
  std::string name;             // log_place(), or name_of() a syslog server
  std::optional<LogFile> file;  // outlives the sink
  std::unique_ptr<observe::AccessLogSink> sink;
};

// Places that nobody writes to any more, while their sinks try to write what is queued: a reader that hangs
// has a second, and nobody waits for it. Control thread.
class LogOutputs::Leaving : public std::enable_shared_from_this<Leaving> {
 public:
  explicit Leaving(boost::asio::io_context& io) : timer_(io) {}

  void add(std::unique_ptr<Place> place) {
    place->sink->begin_end();
    places_.push_back(std::move(place));
    if (places_.size() == 1) look_again();
  }

 private:
  void look_again() {
    timer_.expires_after(kBetweenLooks);
    timer_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
      const auto self = weak.lock();
      if (error || self == nullptr) return;
      std::erase_if(self->places_, [](const auto& place) { return place->sink->is_over(); });
      if (!self->places_.empty()) self->look_again();
    });
  }

  static constexpr std::chrono::milliseconds kBetweenLooks{100};

  boost::asio::steady_timer timer_;
  std::vector<std::unique_ptr<Place>> places_;
};

LogOutputs::PlaceRef LogOutputs::make_place(std::string name) const {
  auto place = std::make_unique<Place>();
  place->name = std::move(name);
  return {place.release(), [leaving = std::weak_ptr<Leaving>(leaving_)](Place* last) {
            std::unique_ptr<Place> owned(last);
            const auto to = leaving.lock();
            if (to != nullptr && owned->sink != nullptr) to->add(std::move(owned));
          }};
}

LogOutputs::LogOutputs(boost::asio::io_context& io, LogFile by_flag, std::string flag_place,
                       k8swatch::NameResolver& resolver, std::function<void()> changed)
    : names_(&resolver, Clock::now,
             [this] {
               set_server_address();
               changed_();
             }),
      timer_(io),
      changed_(std::move(changed)),
      leaving_(std::make_shared<Leaving>(io)),
      by_flag_(make_place(std::move(flag_place))) {
  by_flag_->sink = std::make_unique<observe::AccessLogSink>(by_flag.descriptor(), lost_);
  by_flag_->file.emplace(std::move(by_flag));
  http_ = stream_ = by_flag_;
}

LogOutputs::~LogOutputs() = default;

observe::AccessLogSinks LogOutputs::sinks() const {
  return {std::shared_ptr<observe::AccessLogSink>(http_, http_->sink.get()),
          std::shared_ptr<observe::AccessLogSink>(stream_, stream_->sink.get())};
}

// Two sinks for one place would write into each other's lines.
LogOutputs::PlaceRef LogOutputs::find(const std::string& name) const {
  for (const PlaceRef& place : {by_flag_, http_, stream_})
    if (place->name == name) return place;
  return nullptr;
}

void LogOutputs::follow_path(const k8swatch::ProcessSettings::Path& path, PlaceRef& current) {
  if (path.text.empty()) {
    current = by_flag_;
    return;
  }
  const std::string name = log_place(path.text);
  if (PlaceRef known = find(name)) {
    current = std::move(known);
    return;
  }
  Result<LogFile> file = LogFile::open(name);
  if (!file) {
    k8swatch::Finding finding =
        settings_.finding(path.key, file.error().message + "; lines go on where they went before");
    // Both kinds of lines may follow one key.
    if (findings_.empty() || findings_.back() != finding) findings_.push_back(std::move(finding));
    return;
  }
  current = make_place(name);
  current->sink = std::make_unique<observe::AccessLogSink>(file->descriptor(), lost_);
  current->file.emplace(*std::move(file));
}

LogOutputs::PlaceRef LogOutputs::syslog_place(const k8swatch::SyslogSettings& syslog) {
  if (PlaceRef known = find(name_of(syslog))) return known;
  server_ = std::make_shared<observe::SyslogServer>();
  PlaceRef place = make_place(name_of(syslog));
  place->sink = std::make_unique<observe::AccessLogSink>(
      std::make_unique<observe::SyslogTarget>(server_, name_of_machine()), lost_);
  return place;
}

bool LogOutputs::follow(const k8swatch::ProcessSettings& settings) {
  settings_ = settings;
  findings_.clear();
  const PlaceRef http = http_;
  const PlaceRef stream = stream_;
  follow_path(settings_.stream_log, stream_);
  if (settings_.syslog)
    http_ = syslog_place(*settings_.syslog);
  else
    follow_path(settings_.http_log, http_);
  follow_name(settings_.syslog ? settings_.syslog->host : "");
  return http != http_ || stream != stream_;
}

void LogOutputs::follow_name(const std::string& host) {
  const std::string name = SocketAddress::parse(host, 0) ? "" : host;
  if (name != looked_up_) {
    if (!name.empty()) names_.acquire(name);
    if (!looked_up_.empty()) names_.release(looked_up_);
    looked_up_ = name;
  }
  if (host.empty()) server_.reset();
  set_server_address();
  look_up_names();
}

void LogOutputs::set_server_address() {
  if (server_ == nullptr || !settings_.syslog) return;
  std::optional<SocketAddress> address;
  const std::uint16_t port = settings_.syslog->port;
  if (looked_up_.empty()) {
    address = *SocketAddress::parse(settings_.syslog->host, port);
  } else if (const k8swatch::NameState& state = names_.state(looked_up_); !state.addresses.empty()) {
    address = *SocketAddress::parse(state.addresses.front().ip_string(), port);
  }
  server_->set(address);
}

void LogOutputs::look_up_names() {
  names_.run_due(Clock::now());
  const std::optional<TimePoint> due = names_.deadline();
  if (!due) return;
  timer_.expires_at(*due);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) look_up_names();
  });
}

std::vector<k8swatch::Finding> LogOutputs::findings() const {
  std::vector<k8swatch::Finding> all = findings_;
  if (looked_up_.empty()) return all;
  const k8swatch::NameState& state = names_.state(looked_up_);
  if (state.answered && state.addresses.empty())
    all.push_back(settings_.finding("syslog-host", quoted(looked_up_) + " has no address: " + state.error +
                                                       "; lines are lost until it has one"));
  return all;
}

std::vector<Error> LogOutputs::reopen() {
  std::vector<Error> errors;
  std::vector<PlaceRef> done;
  for (const PlaceRef& place : {by_flag_, http_, stream_}) {
    if (!place->file || std::find(done.begin(), done.end(), place) != done.end()) continue;
    done.push_back(place);
    if (const Result<void> reopened = place->file->reopen(); !reopened) errors.push_back(reopened.error());
  }
  return errors;
}

}  // namespace headgate::app
