// Paths of Ingresses as regular expressions: what becomes of them on a host where one Ingress has asked for
// that (use-regex, rewrite-target).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "router/host_draft.h"
#include "router/model.h"

namespace headgate::k8swatch {

// Of an Ingress that asks for it itself; `path` as written. Fails with the reason: it does not begin with
// '/', holds a control byte, or is no regular expression that can be used.
Result<router::RouteExpression> parse_path_expression(std::string_view path);

// ingress-nginx's strict-validate-path-type: what Exact and Prefix paths may hold.
bool is_strict_path(std::string_view path);
// What is said of another one.
std::string not_strict(std::string_view path, std::string_view path_type);

// Of another Ingress of the same host, as ingress-nginx has it: an Exact path is no longer exact, and a
// Prefix path is one expression that ends in '/' and, unless `has_exact` says that an Exact path of the same
// text stands for it, one that does not.
struct NeighbourExpressions {
  std::vector<router::RouteExpression> expressions;
  bool is_quoted = false;  // it is no regular expression, and is matched as it stands
};
// `match_path`: its normal form.
NeighbourExpressions neighbour_expressions(const std::string& path, const std::string& match_path,
                                           router::PathType type, bool has_exact);

}  // namespace headgate::k8swatch
