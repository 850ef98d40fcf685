// Why a request goes where it goes, in words: for people who ask, never on the request path.
#pragma once

#include <string>
#include <string_view>

#include "router/routing_table.h"

namespace headgate::router {

// Names the host that was chosen and why, every Route of it that matches the path, and the winner. Arguments
// as for RoutingTable::match.
std::string explain(const RoutingTable& table, std::string_view host, std::string_view path);

}  // namespace headgate::router
