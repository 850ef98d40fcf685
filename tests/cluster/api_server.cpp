// Starting the API server and knowing when it serves.
#include "cluster/api_server.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "cluster/private_network.h"

namespace headgate::cluster_test {
namespace {

constexpr std::chrono::seconds kReadyWithin{60};  // 3 s where nothing else runs

}  // namespace

ApiServer::ApiServer(std::filesystem::path folder, std::uint16_t port, std::vector<std::string> flags)
    : folder_(std::move(folder)), port_(port), flags_(std::move(flags)) {
  start();
}

void ApiServer::start(const std::vector<std::string>& further) {
  std::vector<std::string> command{cluster_program("apiserver"), folder_.string(), kNodeAddress,
                                   std::to_string(port_)};
  command.insert(command.end(), flags_.begin(), flags_.end());
  command.insert(command.end(), further.begin(), further.end());
  process_ = std::make_unique<test_support::ChildProcess>(command);
  const auto is_ready = [&] {
    if (process_->wait(std::chrono::milliseconds(0))) return true;
    try {
      const std::string users = read_file(file("tokens.csv"));
      token_ = users.substr(0, users.find(','));
      return client().get("/readyz").status == 200;
    } catch (const std::runtime_error&) {
      return false;  // no file, or nobody listens: not yet
    }
  };
  if (test_support::eventually(is_ready, kReadyWithin) && !process_->wait(std::chrono::milliseconds(0)))
    return;
  process_->signal(SIGKILL);
  process_->wait();
  const std::string log = process_->standard_error();
  throw std::runtime_error("the API server did not become ready; the end of its log:\n" +
                           log.substr(log.size() - std::min<std::size_t>(log.size(), 4000)));
}

void ApiServer::kill() {
  process_->signal(SIGKILL);
  process_->wait();
}

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + path.string());
  return {std::istreambuf_iterator<char>(file), {}};
}

void write_file(const std::filesystem::path& path, const std::string& content) {
  std::ofstream file(path, std::ios::binary);
  if (!(file << content << std::flush)) throw std::runtime_error("cannot write " + path.string());
}

std::string cluster_program(const std::string& name) {
  std::string path = std::string(HEADGATE_CLUSTER_PROGRAMS) + "/" + name;
  if (!std::filesystem::exists(path))
    throw std::runtime_error(path + " is missing: make test-cluster makes it");
  return path;
}

}  // namespace headgate::cluster_test
