// What one run of the load program does; the fields are its command line.
#pragma once

#include <netinet/in.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace headgate::bench {

struct Options {
  sockaddr_in target{};            // --target a.b.c.d:port, the proxy
  std::uint16_t backend_port = 0;  // --backend-port, on 127.0.0.1

  std::size_t connections = 128;  // --connections, each with one request under way
  double warmup = 0.5;            // --warmup, seconds before the measured window
  double seconds = 2;             // --seconds, length of the window
  std::uint64_t requests = 0;     // --requests, ends the window after so many answers instead (0: by time)

  std::size_t body = 1024;  // --body, bytes of an answer's body
  std::size_t upload = 0;   // --upload, bytes of a request's body; 0 sends GET
  bool minimal = false;     // --minimal: GET with Host only
  bool chunked = false;     // --chunked: answers come as chunks of 4 KiB
  bool reconnect = false;   // --reconnect: one request for each connection; the client closes
  std::size_t sources = 1;  // --sources, client addresses 127.0.1.1 … to spread TIME_WAIT over
  std::size_t hosts = 100;  // --hosts, h0.bench.test …
  bool hold = false;        // --hold: one request on each connection, then keep them all open; each byte on
                            // standard input asks for as many more, its end ends the run

  std::string tls_certificate;  // --tls FILE: TLS 1.3, where the proxy shows this certificate (PEM)
  bool resume = false;  // --resume: with --tls and --reconnect, each connection resumes the session before
  std::size_t streams = 0;  // --streams N: HTTP/2 over TLS, N requests under way on each connection

  std::vector<int> watch;           // --watch PID, repeatable: processes whose CPU time is taken
  bool count_syscalls = false;      // --count-syscalls of the watched processes (needs tracefs)
  std::string allocation_counters;  // --allocation-counters FILE written by liballoc_count
};

// Throws std::invalid_argument with the reason.
Options parse_options(int argc, char** argv);

// One line for each option.
std::string usage();

}  // namespace headgate::bench
