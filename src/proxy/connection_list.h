// All client connections of one Worker, for draining and for the end.
#pragma once

#include <boost/intrusive/list.hpp>

#include "proxy/client_connection.h"

namespace headgate::proxy {

class ConnectionList {
 public:
  void add(ClientConnection& connection) { list_.push_back(connection); }
  [[nodiscard]] bool empty() const { return list_.empty(); }
  void close_all() {
    while (!list_.empty()) list_.front().close();
  }
  void drain_all() {
    for (auto at = list_.begin(); at != list_.end();) {
      ClientConnection& connection = *at++;  // may unlink itself
      connection.drain();
    }
  }

 private:
  boost::intrusive::list<ClientConnection, boost::intrusive::base_hook<ConnectionHook>,
                         boost::intrusive::constant_time_size<false>>
      list_;
};

}  // namespace headgate::proxy
