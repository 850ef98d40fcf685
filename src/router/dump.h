// The canonical text of a RoutingTable: sorted, without generations, slots or addresses in memory, so that
// equal tables give equal bytes. For golden tests, /debug/routes and `headgate translate`.
#pragma once

#include <string>

#include "router/routing_table.h"

namespace headgate::router {

std::string dump(const RoutingTable& table);

// One Route as dump and explain write it: "prefix /foo -> forward default-web-80 (Ingress default/web)".
std::string to_string(const Route& route);
// The same for one expression of a host of such: "regex ^/foo(/|$) -> forward …". `route`: that of `entry`.
std::string to_string(const RegexIndex::Entry& entry, const Route& route);
// The same for what a host asks of clients' certificates.
std::string to_string(const ClientCertificateRule& rule);
// What becomes of the host's TLS connections and what they must show: one line, or nothing where nothing is
// special. A rule for clients' certificates is not named where TLS never meets it.
std::string tls_of(const VirtualHost& host);

}  // namespace headgate::router
