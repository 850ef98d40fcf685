// What the Steps of a Route change of a request on its way to the pod. Filled by RequestSteps, then written
// by the proxy.
#pragma once

#include <string>
#include <string_view>

#include "base/reject_reason.h"
#include "http/field_id.h"
#include "http/message.h"

namespace headgate::policy {

struct RequestEdit {
  http::FieldList& fields;  // of the client; mark `drop` on what is replaced or not for the pod
  // In place of what the client sent; empty: that.
  std::string host{};  // Host
  std::string path{};  // begins with '/', encoded, without query
  // The query in place of the client's, with its '?'; meaningful where `path` is not empty and
  // `replaces_query` is set.
  std::string query{};
  bool replaces_query = false;
  std::string lines{};  // fields of ours, whole lines, each with its CRLF
  // Fields that Headgate sets by itself (X-Real-IP …) and need not: `lines` has them, or nobody is to have
  // them.
  http::FieldSet written{};
  std::string connection{};  // options of Connection in place of ours; empty: ours
  // `traceparent` with a line end, where the request is traced. Whoever says that field in `lines`, or that
  // nobody is to have it, is obeyed: a pod gets one at most.
  std::string_view trace_line{};

  // The request cannot be sent on: answered with this status, where it is not 0.
  int refused_status = 0;
  RejectReason refused_reason = RejectReason::none;

  void refuse(int status, RejectReason reason) {
    refused_status = status;
    refused_reason = reason;
  }
  // Drops the client's fields of that name and writes ours; without CR and LF.
  void set(std::string_view name, std::string_view value);
  // In any case, and with '-' and '_' as one: many pods read them so, and what a client may not say in one
  // spelling, it may not say in the other.
  void drop(std::string_view name);
  // The same, and nothing of ours in its place.
  void remove(std::string_view name);
};

}  // namespace headgate::policy
