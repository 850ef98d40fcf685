// Everything a Worker owns, without its thread: the test calls, and sets the clock.
#pragma once

#include <chrono>

#include "proxy/connection_list.h"
#include "proxy/context.h"
#include "proxy/inbound_connection.h"
#include "proxy/inbound_list.h"

namespace headgate::proxy {

struct WorkerFixture {
  WorkerFixture() {
    context.listeners = std::make_shared<const router::ListenerSettings>();
    upstreams.set_context(context);
    loop.on_wake([] {});
    loop.on_tick(TimerWheel::kTick, [] {});
  }
  ~WorkerFixture() { connections.close_all(); }

  // Time passes, and what is due fires.
  void advance(std::chrono::milliseconds time) {
    context.now += time;
    timers.advance(context.now);
  }

  DataPlaneConfig config;
  observe::AccessLogSink sink{-1};
  observe::WorkerStats stats;
  TimerWheel timers{Clock::now()};
  IoLoop loop;
  UpstreamPools upstreams{0, 0};
  TableHolder tables{[](std::shared_ptr<const void>) {}};
  ExchangePool exchanges;
  H2StreamPool h2_streams;
  observe::AccessLog access_log{sink};
  observe::SpanQueue spans{{}};
  Scratch scratch;
  http::DateCache date;
  Random random;
  ConnectionList connections;
  InboundList inbound;
  WorkerContext context{config, loop,         timers, upstreams,   tables,  exchanges, h2_streams,
                        stats,  access_log,   spans,  scratch,     date,    random,    {},
                        {},     Clock::now(), false,  connections, inbound, {},        {},
                        {},     {},           {},     {}};
};

}  // namespace headgate::proxy
