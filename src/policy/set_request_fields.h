// Fields of requests to the pods: proxy-set-headers, proxy-add-original-uri-header and
// connection-proxy-header of ingress-nginx. Values shared by all threads.
#pragma once

#include <string>
#include <vector>

#include "policy/request_edit.h"
#include "policy/request_view.h"
#include "policy/template.h"

namespace headgate::policy {

// In place of the client's, and of those that Headgate sets. A value that is empty for a request means that
// it has no such field.
struct SetRequestFields {
  struct Field {
    std::string name;  // one that check_field() lets through
    Template value;
    friend bool operator==(const Field&, const Field&) = default;
  };
  std::vector<Field> fields;

  void apply(const RequestView& request, RequestEdit& edit) const;
  void describe(std::string& out) const;  // " request-fields=X-A,X-B"
  friend bool operator==(const SetRequestFields&, const SetRequestFields&) = default;
};

// Connection: of "keep-alive", "close" and "upgrade". Without the last there is no other protocol.
struct UpstreamConnectionOptions {
  std::string options;

  void apply(const RequestView&, RequestEdit& edit) const { edit.connection = options; }
  void describe(std::string& out) const { out += " upstream-connection=" + options; }
  friend bool operator==(const UpstreamConnectionOptions&, const UpstreamConnectionOptions&) = default;
};

}  // namespace headgate::policy
