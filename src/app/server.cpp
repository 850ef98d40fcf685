#include "app/server.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include "app/admin_pages.h"
#include "app/admin_server.h"
#include "app/admission_answers.h"
#include "app/certificate_list.h"
#include "app/cluster_writers.h"
#include "app/config_hash.h"
#include "app/control_loop.h"
#include "app/control_state.h"
#include "app/descriptor_limit.h"
#include "app/finding_log.h"
#include "app/log_outputs.h"
#include "app/object_feed.h"
#include "app/ocsp_stapler.h"
#include "app/options_of.h"
#include "app/process_follower.h"
#include "app/shutdown_sequence.h"
#include "app/span_exporter.h"
#include "app/version.h"
#include "app/webhook_server.h"
#include "base/log.h"
#include "k8swatch/c_ares_resolver.h"
#include "k8swatch/controller.h"
#include "k8swatch/snapshot_file.h"
#include "observe/metrics.h"
#include "proxy/data_plane.h"

namespace headgate::app {
namespace {

using namespace std::chrono_literals;

// How long a debug page waits for the control thread.
constexpr auto kDumpPatience = 2s;

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

// Who we are, as the pod template tells; both empty outside a cluster.
struct PodIdentity {
  std::string namespace_name = environment("POD_NAMESPACE");
  std::string name = environment("POD_NAME");
};

k8swatch::ControllerOptions with_resolver(k8swatch::ControllerOptions options,
                                          k8swatch::NameResolver& resolver) {
  options.resolver = &resolver;
  return options;
}

std::string describe(const proxy::DataPlaneConfig& config) {
  return app::describe(config.listen) + " with " + std::to_string(config.workers) +
         (config.workers == 1 ? " worker" : " workers");
}

// Everything, in the order it is built; destroyed the other way round.
class Server {
 public:
  // `cluster`: nothing with --manifests.
  Server(const Flags& flags, LogFile log_file, std::optional<k8swatch::ApiTarget> cluster);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  Result<void> start();
  void run() { io_.run(); }

 private:
  std::unique_ptr<ClusterWriters> make_writers();
  Result<void> bind_webhook();
  void publish(std::shared_ptr<const router::Publication> publication);
  void after_work();
  void follow_settings();
  void update_findings();
  void tell_of_collector(const std::string& problem);
  void tell_of_process();
  void tell_of_webhook(const std::optional<k8swatch::Finding>& problem);
  [[nodiscard]] observe::MetricsSources metrics_sources();
  [[nodiscard]] ShutdownActions shutdown_actions();
  std::optional<std::string> dump_from_control_thread();

  const Flags& flags_;
  const PodIdentity pod_;
  boost::asio::io_context io_{1};  // the control thread's
  ControlState state_;
  ConfigHash config_hash_;
  k8swatch::CAresResolver resolver_;
  LogOutputs access_log_;
  proxy::DataPlane data_plane_;
  k8swatch::Controller controller_;
  ObjectFeed feed_;
  std::unique_ptr<ClusterWriters>
      writers_;  // null without an API server, and where it is not known who we are
  OcspStapler ocsp_stapler_;
  SpanExporter span_exporter_;
  ControlLoop control_loop_;
  ShutdownSequence shutdown_;
  ProcessFollower process_follower_;
  AdmissionAnswers admission_;
  std::optional<WebhookServer> webhook_;  // with --validating-webhook
  observe::Metrics metrics_;
  AdminPages admin_pages_;
  AdminServer admin_;

  FindingLog finding_log_;
  std::optional<std::uint64_t> findings_version_;
  bool serving_ = false;
  bool process_is_untold_ = false;  // findings of process_follower_
};

Server::Server(const Flags& flags, LogFile log_file, std::optional<k8swatch::ApiTarget> cluster)
    : flags_(flags),
      resolver_(io_, resolver_options(flags), [this] { control_loop_.wake(); }),
      access_log_(io_, std::move(log_file), log_place(flags.access_log_path), resolver_,
                  [this] { tell_of_process(); }),
      data_plane_(
          data_plane_config(flags), access_log_.sinks(),
          // Tables are big: a Worker only lets go of them, the control thread frees them.
          [this](std::shared_ptr<const void> old) { boost::asio::post(io_, [old = std::move(old)] {}); }),
      controller_(with_resolver(controller_options(flags), resolver_),
                  [this](std::shared_ptr<const router::Publication> p) { publish(std::move(p)); }),
      feed_(io_, flags, std::move(cluster), controller_),
      writers_(make_writers()),
      ocsp_stapler_(io_, ocsp_fetch_options(flags)),
      span_exporter_(io_, resolver_, data_plane_.span_queues(),
                     {"", pod_.namespace_name, pod_.name, std::string(version())},
                     [this](const std::string& problem) { tell_of_collector(problem); }),
      control_loop_(io_, feed_.source(), controller_, [this] { after_work(); }),
      shutdown_(io_, flags.shutdown_grace_period, flags.worker_shutdown_timeout, shutdown_actions()),
      process_follower_(flags, access_log_, data_plane_, shutdown_),
      admission_(io_, review_options(flags),
                 [this](const k8swatch::AdmissionReview& review) { return controller_.admit(review); }),
      metrics_(metrics_sources()),
      admin_pages_(
          state_, metrics_, [this] { return data_plane_.adopted_generation(); },
          [this] { return dump_from_control_thread(); }, [this] { return data_plane_.health_page(); }),
      admin_([this](const AdminRequest& request) { return admin_pages_.answer(request); }) {}

Server::~Server() {
  if (webhook_) webhook_->stop();
  admin_.stop();
  data_plane_.stop();
}

Result<void> Server::start() {
  data_plane_.on_spans([this] { boost::asio::post(io_, [this] { span_exporter_.wake(); }); });
  if (Result<void> bound = data_plane_.bind(); !bound) return bound;
  const SocketAddress admin = admin_address(flags_);
  if (Result<void> bound = admin_.bind(admin); !bound) return bound;
  if (Result<void> bound = bind_webhook(); !bound) return bound;
  log::info(describe(data_plane_config(flags_)) + "; admin port " + admin.to_string());
  shutdown_.start();
  admin_.start();
  if (webhook_) webhook_->start();
  return control_loop_.start();
}

std::unique_ptr<ClusterWriters> Server::make_writers() {
  if (feed_.cluster() == nullptr) return nullptr;
  if (pod_.namespace_name.empty() || pod_.name.empty()) {
    log::warning(
        "POD_NAMESPACE and POD_NAME are not both set: no leader election, no status of Ingresses and "
        "no Events");
    return nullptr;
  }
  return std::make_unique<ClusterWriters>(io_, feed_.cluster()->transport(), controller_,
                                          cluster_writer_options(flags_, pod_.namespace_name, pod_.name));
}

Result<void> Server::bind_webhook() {
  if (flags_.webhook_port == 0) return {};
  webhook_.emplace(
      WebhookOptions{flags_.webhook_certificate, flags_.webhook_key},
      [this](std::string body, WebhookServer::Respond respond) {
        admission_.answer(std::move(body), std::move(respond));
      },
      [this](std::optional<k8swatch::Finding> problem) {
        boost::asio::post(io_, [this, problem = std::move(problem)] { tell_of_webhook(problem); });
      });
  const SocketAddress address = webhook_address(flags_);
  if (Result<void> bound = webhook_->bind(address); !bound) return bound;
  log::info("admission webhook on " + address.to_string());
  return {};
}

void Server::tell_of_collector(const std::string& problem) {
  std::vector<k8swatch::Finding> findings;
  if (!problem.empty())
    findings.push_back(
        {k8swatch::Severity::warning, "ConfigMap " + flags_.configmap, "data.otlp-collector-host", problem});
  controller_.set_source_findings("tracing", std::move(findings));
  update_findings();
}

void Server::tell_of_webhook(const std::optional<k8swatch::Finding>& problem) {
  std::vector<k8swatch::Finding> findings;
  if (problem) findings.push_back(*problem);
  controller_.set_source_findings("admission webhook", std::move(findings));
  update_findings();
}

// Called by the Controller, on the control thread.
void Server::publish(std::shared_ptr<const router::Publication> publication) {
  const std::uint64_t generation = publication->generation;
  data_plane_.publish(std::move(publication));
  if (!serving_) {
    process_is_untold_ = process_follower_.follow(controller_.process_settings());  // before the first client
    serving_ = true;
    data_plane_.start();
    log::info("serving: the first routing table is there");
  }
  state_.update([&](ControlSnapshot& state) {
    state.synced = true;  // the Controller publishes nothing before
    state.listening = true;
    if (state.first_generation == 0) state.first_generation = generation;
    state.facts.published_generation = generation;
    state.facts.last_apply_ok = true;
    state.facts.last_apply_time =
        std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
    ++state.facts.applies;
  });
}

void Server::after_work() {
  follow_settings();
  state_.update([&](ControlSnapshot& state) {
    state.table = controller_.table();
    state.certificates = controller_.certificates();
    state.watches = feed_.watches();
  });
  span_exporter_.update(controller_.collector());
  update_findings();
  const auto listeners = controller_.listeners();
  const bool staple = listeners != nullptr && listeners->tls != nullptr && listeners->tls->settings().ocsp;
  ocsp_stapler_.update(controller_.certificates(), staple);
}

void Server::follow_settings() {
  access_log_.look_up_names();
  if (!serving_) return;  // nothing is known of the ConfigMap
  if (process_follower_.follow(controller_.process_settings())) process_is_untold_ = true;
  if (std::exchange(process_is_untold_, false)) tell_of_process();
}

void Server::tell_of_process() {
  controller_.set_source_findings("process", process_follower_.findings());
  update_findings();
}

void Server::update_findings() {
  if (findings_version_ == controller_.findings_version()) return;
  findings_version_ = controller_.findings_version();
  auto findings = std::make_shared<const std::vector<k8swatch::Finding>>(controller_.findings());
  finding_log_.update(*findings);
  if (writers_ != nullptr) writers_->set_findings(findings);
  const auto errors = static_cast<std::uint64_t>(
      std::count_if(findings->begin(), findings->end(),
                    [](const k8swatch::Finding& f) { return f.severity == k8swatch::Severity::error; }));
  state_.update([&](ControlSnapshot& state) {
    state.facts.errors = errors;
    state.facts.warnings = findings->size() - errors;
    state.findings = std::move(findings);
  });
}

observe::MetricsSources Server::metrics_sources() {
  observe::MetricsSources sources;
  sources.controller_namespace = pod_.namespace_name;
  sources.controller_class = flags_.controller_class;
  sources.controller_pod = pod_.name;
  if (writers_ != nullptr && flags_.leader_election) sources.leader_election = election_id(flags_);
  sources.release = version();
  sources.build = build();
  sources.repository = repository();
  sources.workers = [this] { return data_plane_.stats(); };
  sources.control = [this] {
    const ControlSnapshot state = state_.snapshot();
    observe::ControlFacts facts = state.facts;
    facts.config_hash = config_hash_.of(state.table);
    if (writers_ != nullptr) {
      facts.is_leader = writers_->is_leader();
      facts.dropped_events = writers_->dropped_events();
    }
    return facts;
  };
  sources.certificates = [this] {
    const auto certificates = state_.snapshot().certificates;
    return certificates == nullptr ? std::vector<observe::CertificateSeries>()
                                   : certificate_series(*certificates);
  };
  sources.watches = [this] { return state_.snapshot().watches; };
  if (flags_.webhook_port != 0) sources.admission = [this] { return admission_.totals(); };
  sources.health = [this] { return data_plane_.health_series(); };
  sources.adopted_generation = [this] { return data_plane_.adopted_generation(); };
  sources.dropped_log_lines = [this] { return access_log_.lost_lines(); };
  sources.spans = [this] { return span_exporter_.totals(); };
  return sources;
}

ShutdownActions Server::shutdown_actions() {
  ShutdownActions actions;
  actions.announce = [this] {
    state_.update([](ControlSnapshot& state) { state.shutting_down = true; });
    if (writers_ != nullptr) writers_->begin_end();
  };
  actions.begin_drain = [this] { data_plane_.begin_drain(shutdown_.drain_timeout()); };
  actions.drained = [this] {
    if ((serving_ && !data_plane_.drained()) || (writers_ != nullptr && !writers_->is_over())) return false;
    span_exporter_.begin_end();  // no request is left that makes one
    return span_exporter_.is_over();
  };
  actions.reopen_logs = [this] {
    process_follower_.reopen_logs();
    tell_of_process();
  };
  return actions;
}

// Called on the admin thread. The Controller belongs to the control thread, so the question goes there.
std::optional<std::string> Server::dump_from_control_thread() {
  auto answer = std::make_shared<std::promise<std::string>>();
  std::future<std::string> text = answer->get_future();
  boost::asio::post(io_, [this, answer] { answer->set_value(controller_.dump()); });
  if (text.wait_for(kDumpPatience) != std::future_status::ready) return std::nullopt;
  return text.get();
}

}  // namespace

int run_server(const Flags& flags) {
  log::info("headgate " + std::string(version()) + " (" + std::string(build()) + ") starts, process " +
            std::to_string(::getpid()) + ", up to " + std::to_string(raise_descriptor_limit()) +
            " descriptors");
  std::signal(SIGPIPE, SIG_IGN);
  Result<LogFile> log_file = LogFile::open(log_place(flags.access_log_path));
  if (!log_file) {
    log::error("access log: " + log_file.error().message);
    return 1;
  }
  std::optional<k8swatch::ApiTarget> cluster;
  if (flags.manifests.empty()) {
    Result<k8swatch::ApiTarget> found = find_api_target(api_config_options(flags));
    if (!found) {
      log::error("nothing to serve: there is no --manifests, and no Kubernetes API server: " +
                 found.error().message);
      return 1;
    }
    cluster = *std::move(found);
    if (!flags.snapshot_dir.empty()) {
      if (const Result<void> ready = k8swatch::prepare_snapshot_folder(flags.snapshot_dir); !ready) {
        log::error("--snapshot-dir: " + ready.error().message);
        return 1;
      }
    }
    log::info("following the API server " + cluster->server + " as " + cluster->origin + " says");
  }
  Server server(flags, *std::move(log_file), std::move(cluster));
  if (const Result<void> started = server.start(); !started) {
    log::error(started.error().message);
    return 1;
  }
  server.run();
  log::info("ended");
  return 0;
}

}  // namespace headgate::app
