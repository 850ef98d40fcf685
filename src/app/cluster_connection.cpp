#include "app/cluster_connection.h"

#include <functional>
#include <utility>

#include <boost/asio/post.hpp>

#include "app/version.h"

namespace headgate::app {
namespace {

k8swatch::ApiClientOptions client_options() {
  k8swatch::ApiClientOptions options;
  options.user_agent = "headgate/" + std::string(version()) + " (linux) kubernetes/" + std::string(build());
  return options;
}

k8swatch::ControlPost::Post post_to(boost::asio::io_context& io) {
  return [&io](std::function<void()> work) { boost::asio::post(io, std::move(work)); };
}

}  // namespace

ClusterConnection::ClusterConnection(boost::asio::io_context& io, k8swatch::ApiTarget target)
    : credentials_(std::move(target), post_to(io)), client_(client_options(), credentials_, post_to(io)) {}

}  // namespace headgate::app
