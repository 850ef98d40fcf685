#include "k8swatch/exec_runner.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <ctime>
#include <system_error>
#include <utility>

namespace headgate::k8swatch {
namespace {

bool is_expired(const ExecCredential& credential) {
  return credential.expires_at && std::time(nullptr) >= *credential.expires_at;
}

// On the plugin's thread.
Result<ExecCredential> ask(const ExecCommand& command, const ExecPlugin& plugin, int stop) {
  Result<std::string> text = run_command(command, stop);
  if (!text) {
    const std::string hint = plugin.install_hint.empty() ? "" : " (" + plugin.install_hint + ")";
    return fail("exec plugin " + text.error().message + hint);
  }
  Result<ExecCredential> credential = parse_exec_credential(*std::move(text), plugin.api_version);
  if (!credential)
    return fail("exec plugin " + plugin.command +
                " printed no ExecCredential: " + credential.error().message);
  if (is_expired(*credential))
    return fail("exec plugin " + plugin.command + " gave a credential that has expired");
  return credential;
}

}  // namespace

ExecRunner::ExecRunner(ExecPlugin plugin, std::function<std::string()> cluster, ControlPost::Post post)
    : plugin_(std::move(plugin)),
      cluster_(std::move(cluster)),
      post_(std::make_shared<ControlPost>(std::move(post))),
      stop_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

ExecRunner::~ExecRunner() {
  post_->close();
  if (stop_ >= 0) ::eventfd_write(stop_, 1);
  if (thread_.joinable()) thread_.join();
  if (stop_ >= 0) ::close(stop_);
}

void ExecRunner::get(Ready ready) {
  if (credential_ && !is_expired(*credential_)) return ready(*credential_);
  credential_.reset();
  if (failure_ && Clock::now() < failed_at_ + kRest) return ready(fail(failure_->message));
  waiting_.push_back(std::move(ready));
  if (waiting_.size() == 1) run();
}

void ExecRunner::run() {
  ExecCommand command;
  command.program = plugin_.command;
  command.arguments = plugin_.arguments;
  command.environment = plugin_.environment;
  command.environment.emplace_back("KUBERNETES_EXEC_INFO", exec_info(plugin_.api_version, cluster_()));
  try {
    thread_ = std::thread([this, post = post_, command = std::move(command), stop = stop_] {
      auto outcome = std::make_shared<Result<ExecCredential>>(ask(command, plugin_, stop));
      // Not posted once the runner is being destroyed, which waits for this thread.
      (*post)([this, post, outcome] {
        if (post->is_open()) on_ended(std::move(*outcome));
      });
    });
  } catch (const std::system_error& error) {
    on_ended(fail(std::string("exec plugin: no thread: ") + error.what()));
  }
}

void ExecRunner::on_ended(Result<ExecCredential> outcome) {
  if (thread_.joinable()) thread_.join();
  failure_.reset();
  if (outcome) {
    credential_ = *outcome;
  } else {
    failure_ = outcome.error();
    failed_at_ = Clock::now();
  }
  // They may ask again, or destroy this object.
  const std::vector<Ready> waiting = std::exchange(waiting_, {});
  for (const Ready& ready : waiting) ready(outcome);
}

}  // namespace headgate::k8swatch
