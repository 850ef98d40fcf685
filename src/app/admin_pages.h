// What the admin port says: one function for each path. No I/O of its own; called on the admin thread.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "app/admin_reply.h"
#include "app/control_state.h"
#include "observe/metrics.h"

namespace headgate::app {

// Owned by the Server; what it refers to must outlive it.
class AdminPages {
 public:
  // `adopted_generation`: of the Publication every Worker serves. `dump`: the canonical text of the table and
  // the Clusters, or nothing when the control thread is too busy to say. `health`: the endpoints watched,
  // empty where none are. All callable from any thread.
  AdminPages(const ControlState& control, const observe::Metrics& metrics,
             std::function<std::uint64_t()> adopted_generation,
             std::function<std::optional<std::string>()> dump, std::function<std::string()> health);

  //   /healthz        200 "ok"; 500 once the end has begun
  //   /readyz         200 "ok" when ready means serving; 503 naming what is missing
  //   /metrics        Prometheus text
  //   /debug/routes   the canonical routing table and the endpoints of its Clusters
  //   /debug/findings what is refused, ignored or unusable, and why
  //   /debug/health   which endpoints are ejected, why, and for how long
  //   /debug/certificates  which certificate serves which host, never a key
  //   /debug/explain?host=H&path=P   why such a request goes where it goes; P is everything to the end, as a
  //                                  request line would spell it ("/a%20b")
  [[nodiscard]] AdminReply answer(const AdminRequest& request) const;

 private:
  [[nodiscard]] AdminReply healthz() const;
  [[nodiscard]] AdminReply readyz() const;
  [[nodiscard]] AdminReply metrics_page() const;
  [[nodiscard]] AdminReply routes() const;
  [[nodiscard]] AdminReply findings() const;
  [[nodiscard]] AdminReply health() const;
  [[nodiscard]] AdminReply certificates() const;
  [[nodiscard]] AdminReply explain(std::string_view query) const;

  const ControlState& control_;
  const observe::Metrics& metrics_;
  std::function<std::uint64_t()> adopted_generation_;
  std::function<std::optional<std::string>()> dump_;
  std::function<std::string()> health_;
};

}  // namespace headgate::app
