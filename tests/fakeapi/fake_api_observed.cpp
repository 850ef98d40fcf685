// The part of FakeApi that looks: requests, watches, connections, and how to reach it.
#include <utility>

#include <algorithm>

#include "fakeapi/base64url.h"
#include "fakeapi/fake_api_impl.h"

namespace headgate::fakeapi {
namespace {

bool is_any_or(std::string_view wanted, std::string_view is) { return wanted == "*" || wanted == is; }

bool is_running_watch(const RequestRecord& record, std::string_view resource) {
  return record.running && record.verb == "watch" && record.status == 200 &&
         is_any_or(resource, record.resource);
}

}  // namespace

std::string FakeApi::kubeconfig() const {
  std::string text = "apiVersion: v1\nkind: Config\ncurrent-context: fakeapi\n";
  text += "clusters:\n- name: fakeapi\n  cluster:\n    server: " + url() + "\n";
  const std::string ca = ca_certificate();
  if (!ca.empty()) text += "    certificate-authority-data: " + base64_encode(ca) + "\n";
  text += "contexts:\n- name: fakeapi\n  context: {cluster: fakeapi, user: fakeapi, namespace: default}\n";
  const std::string token = impl_->run([this] { return impl_->token; });
  text += "users:\n- name: fakeapi\n  user:";
  return text + (token.empty() ? " {}\n" : "\n    token: " + token + "\n");
}

std::vector<RequestRecord> FakeApi::requests() const {
  return impl_->run([this] {
    std::vector<RequestRecord> records;
    for (const auto& [number, record] : impl_->state.records) records.push_back(record);
    return records;
  });
}

std::size_t FakeApi::count_requests(std::string_view verb, std::string_view resource) const {
  return impl_->run([&] {
    return static_cast<std::size_t>(
        std::count_if(impl_->state.records.begin(), impl_->state.records.end(), [&](const auto& entry) {
          return is_any_or(verb, entry.second.verb) && is_any_or(resource, entry.second.resource);
        }));
  });
}

void FakeApi::clear_requests() {
  impl_->run([this] { impl_->state.forget_finished_requests(); });
}

std::size_t FakeApi::count_watches(std::string_view resource) const {
  return impl_->run([&] {
    return static_cast<std::size_t>(
        std::count_if(impl_->state.records.begin(), impl_->state.records.end(),
                      [&](const auto& entry) { return is_running_watch(entry.second, resource); }));
  });
}

std::size_t FakeApi::count_connections() const {
  return impl_->run([this] { return impl_->state.connections.size(); });
}

std::size_t FakeApi::accepted() const {
  return impl_->run([this] { return impl_->state.accepted; });
}

bool FakeApi::wait_for_watches(std::string_view resource, std::size_t count,
                               std::chrono::milliseconds within) const {
  return wait_until([&] { return count_watches(resource) == count; }, within);
}

bool FakeApi::wait_for_delivery(std::string_view resource, std::chrono::milliseconds within) const {
  const auto is_delivered = [&] {
    bool found = false;
    for (const auto& [number, record] : impl_->state.records) {
      if (!is_running_watch(record, resource)) continue;
      found = true;
      if (record.sent_revision < impl_->state.store.revision()) return false;
    }
    return found;
  };
  return wait_until([&] { return impl_->run(is_delivered); }, within);
}

}  // namespace headgate::fakeapi
