// A double of the Kubernetes API server for tests: real HTTP (or HTTPS) on a port of 127.0.0.1, the kinds
// that the product uses, lists, watches, writes, and faults on demand. Its answers are those of a real server
// as far as tests/fakeapi/golden_test.cpp compares them with recordings.
//
//   FakeApi api;                                     // runs until it is destroyed
//   api.create(R"(
//     apiVersion: v1
//     kind: Service
//     metadata: {name: shop, namespace: default}
//     spec: {ports: [{port: 80}]}
//   )");
//   MyClient client(api.url());                      // http://127.0.0.1:41234
//   ASSERT_TRUE(api.wait_for_watches("services", 1));
//   api.inject({.verb = "watch", .resource = "services", .times = 0, .status = 429, .retry_after = 1s});
//   api.close_connections();
//   ASSERT_TRUE(api.wait_until([&] { return api.count_requests("watch", "services") >= 3; }));
//
// With TLS and a token:
//
//   FakeApi api({.tls = true, .token = "secret"});
//   write_file(ca, api.ca_certificate());            // names: localhost, kubernetes.default.svc; 127.0.0.1,
//   ::1 write_file(kubeconfig, api.kubeconfig());
//
// Threads: it runs on one of its own. Every function may be called from any other thread; it is carried out
// on that one, between two requests, and is over when the call returns. What a call changes is sent to the
// watches soon after: wait_for_delivery(). Failures of calls (an object that exists already, malformed text)
// are std::runtime_error or std::invalid_argument, whose text names the object.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fakeapi/fault.h"
#include "fakeapi/knobs.h"
#include "fakeapi/request_record.h"
#include "support/deadline.h"

namespace headgate::fakeapi {

struct FakeApiOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;  // 0: one that is free
  bool tls = false;        // with a certificate of an authority of its own
  // Not empty: the one token that is let in, as system:serviceaccount:headgate:headgate.
  std::string token{};
  std::string
      client_ca{};  // PEM; not empty: clients may show certificates of this authority instead of a token
  bool managed_fields = true;  // objects carry metadata.managedFields like a real server's
  bool validation = true;      // off: takes objects that a real server refuses
  Knobs knobs{};
};

// An object as the server stores it.
struct ObjectInfo {
  std::string namespace_name;
  std::string name;
  std::string uid;
  std::uint64_t revision = 0;  // metadata.resourceVersion
  std::string json;            // with kind and apiVersion

  friend bool operator==(const ObjectInfo&, const ObjectInfo&) = default;
};

class FakeApi {
 public:
  // Throws std::runtime_error where the port is taken.
  explicit FakeApi(const FakeApiOptions& options = {});
  ~FakeApi();
  FakeApi(const FakeApi&) = delete;
  FakeApi& operator=(const FakeApi&) = delete;

  // ---- where it is ----

  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] std::string url() const;             // "http://127.0.0.1:41234", without a slash
  [[nodiscard]] std::string ca_certificate() const;  // PEM; empty without TLS
  // The text of a kubeconfig with one context: url, CA and token.
  [[nodiscard]] std::string kubeconfig() const;

  // ---- objects: what other clients of the API server do ----
  // `text` is YAML or JSON; without a namespace it is "default". The status in it is stored too, unlike over
  // HTTP. All return what is stored now.

  ObjectInfo create(std::string_view text);
  // Replaces; with a resourceVersion in the text only that version.
  ObjectInfo update(std::string_view text);
  // Creates or replaces every document of `text`. Returns how many.
  std::size_t apply(std::string_view text);
  // Merge patch (RFC 7386) on everything, the status too.
  ObjectInfo patch(std::string_view resource, std::string_view namespace_name, std::string_view name,
                   std::string_view merge_patch);
  // False: there is none. `resource` is the plural; namespace_name empty: cluster-scoped.
  bool remove(std::string_view resource, std::string_view namespace_name, std::string_view name);
  void remove_all(std::string_view resource);

  [[nodiscard]] std::optional<ObjectInfo> get(std::string_view resource, std::string_view namespace_name,
                                              std::string_view name) const;
  // In the order of a list.
  [[nodiscard]] std::vector<ObjectInfo> list(std::string_view resource) const;
  // The JSON text of one value, for expectations: value("ingresses", "default", "a", "/status/loadBalancer").
  // A string comes without quotes; empty: no such object or value.
  [[nodiscard]] std::string value(std::string_view resource, std::string_view namespace_name,
                                  std::string_view name, const std::string& json_pointer) const;
  // The newest revision: resourceVersion of a list taken now.
  [[nodiscard]] std::uint64_t revision() const;

  // `count` Ingresses i0000 … in namespace "default" with class `ingress_class`, each with its Service and an
  // EndpointSlice: see preload.h.
  void preload(std::size_t count, const std::string& ingress_class = "nginx");

  // ---- what clients did ----

  // The last 20,000 requests.
  [[nodiscard]] std::vector<RequestRecord> requests() const;
  // Since the start or clear_requests(); "*" is any.
  [[nodiscard]] std::size_t count_requests(std::string_view verb, std::string_view resource = "*") const;
  // Forgets those that are over; watches that run stay.
  void clear_requests();
  // Watches that run now.
  [[nodiscard]] std::size_t count_watches(std::string_view resource) const;
  [[nodiscard]] std::size_t count_connections() const;
  // Connections accepted since the start.
  [[nodiscard]] std::size_t accepted() const;

  // Asks again and again until `condition` holds; false: not within the time.
  static bool wait_until(const std::function<bool()>& condition,
                         std::chrono::milliseconds within = test_support::kPatience) {
    return test_support::eventually(condition, within);
  }
  // Until exactly so many run.
  [[nodiscard]] bool wait_for_watches(std::string_view resource, std::size_t count,
                                      std::chrono::milliseconds within = test_support::kPatience) const;
  // Until at least one watch runs and all that run have been sent every change so far.
  [[nodiscard]] bool wait_for_delivery(std::string_view resource,
                                       std::chrono::milliseconds within = test_support::kPatience) const;

  // ---- faults and behaviour ----

  // Returns a number for remove_fault() and fault_hits().
  int inject(const Fault& fault);
  void remove_fault(int id);
  void clear_faults();
  // How many requests have met it so far, also when it is spent.
  [[nodiscard]] int fault_hits(int id) const;
  // Lets everything that hangs in Cut::stall go on.
  void release_stalls();

  void set_knobs(const Knobs& knobs);
  [[nodiscard]] Knobs knobs() const;
  // A bookmark to every watch of the resource's clients that takes them, now.
  void send_bookmarks();

  // Ends every connection: FIN, or RST.
  void close_connections(bool with_reset = false);
  // While on, the port answers connections with RST; those that are open go on.
  void refuse_connections(bool refused);
  // As a restart of the server: all connections end, and watches from older revisions get 410.
  void restart();
  // As a compaction of etcd: lists of older revisions, later pages among them, get 410.
  void compact();
  // As etcd restored from a backup: objects and revision are those of `revision` again, all connections end,
  // what clients have is from the future. Throws std::runtime_error where the history does not reach back.
  void go_back_to(std::uint64_t revision);
  // Counts the revision up without a write, as writes of kinds that are not here would.
  void skip_revisions(std::uint64_t count);

  // ---- who may ----

  // Replaces every token; the old ones get 401.
  void set_token(const std::string& token);
  // From now on this verb on this resource ("update", "ingresses/status"; "*" is any) gets 403.
  void forbid(const std::string& verb, const std::string& resource);
  void forbid_nothing();
  // A new authority and certificate for connections from now on; ca_certificate() and kubeconfig() follow.
  void rotate_certificates();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace headgate::fakeapi
