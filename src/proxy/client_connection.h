// What every client connection is to its Worker, whatever it speaks: an InboundConnection that does not know
// yet, HTTP/1, HTTP/2 or a passthrough.
#pragma once

#include <boost/intrusive/list.hpp>

#include "proxy/io_loop.h"
#include "proxy/timer_wheel.h"

namespace headgate::proxy {

using ConnectionHook =
    boost::intrusive::list_base_hook<boost::intrusive::tag<struct ConnectionTag>,
                                     boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

// Destroys itself (at the end of a batch) once closed, or once it has handed its Transport to another.
class ClientConnection : public IoHandler, public Timer, public ConnectionHook {
 public:
  // Idle: closes now, or soon where a request may be on its way. Busy: ends with what is running.
  virtual void drain() = 0;
  // Ends at once, whatever is going on.
  virtual void close() = 0;
};

}  // namespace headgate::proxy
