// The connection to the Kubernetes API server: where it is, what opens its door, and the client that speaks
// to it.
#pragma once

#include <memory>
#include <string>

#include <boost/asio/io_context.hpp>

#include "k8swatch/api_client.h"
#include "k8swatch/api_config.h"
#include "k8swatch/api_credentials.h"

namespace headgate::app {

// Owned by the Server; control thread only. There is none without an API server, because the client starts a
// thread for the rest of the process's life.
class ClusterConnection {
 public:
  // `io`: the control thread's, which must outlive this.
  ClusterConnection(boost::asio::io_context& io, k8swatch::ApiTarget target);
  ClusterConnection(const ClusterConnection&) = delete;
  ClusterConnection& operator=(const ClusterConnection&) = delete;

  [[nodiscard]] k8swatch::ApiTransport& transport() { return client_; }
  [[nodiscard]] const k8swatch::ApiTarget& target() const { return credentials_.target(); }

 private:
  k8swatch::ApiCredentials credentials_;
  k8swatch::ApiClient client_;
};

}  // namespace headgate::app
