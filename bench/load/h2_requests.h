// The requests of Messages as HTTP/2 header blocks, made once before the run.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "load/messages.h"

namespace headgate::bench {

// A connection stays with one host, as a browser's does. Its first request fills the HPACK table with all
// that stays the same (the host and 12 fields); the later ones refer to it and differ in their path, which is
// never indexed. Immutable after construction.
class H2Requests {
 public:
  H2Requests(const Messages& messages, std::size_t hosts);

  [[nodiscard]] std::size_t host_count() const { return hosts_.size(); }
  [[nodiscard]] const std::string& host_name(std::size_t host) const { return hosts_[host].name; }
  [[nodiscard]] std::string_view first(std::size_t host) const { return hosts_[host].first; }
  [[nodiscard]] std::string_view later(std::size_t host, std::size_t number) const {
    return hosts_[host].later[number % hosts_[host].later.size()];
  }

 private:
  struct Host {
    std::string name;
    std::string first;
    std::vector<std::string> later;  // by path
  };
  std::vector<Host> hosts_;
};

}  // namespace headgate::bench
