// Parameters of a query string ("host=a&path=%2Fb"), for the debug pages.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace headgate::app {

// The first value of `name`, with %XX decoded (and '+' left alone); nothing where it is missing or badly
// escaped.
std::optional<std::string> query_value(std::string_view query, std::string_view name);

// Everything after "NAME=" of the first parameter of that name, as it is written: '&' and %XX included. For a
// value that is itself a piece of a request. Nothing where the parameter is missing.
std::optional<std::string_view> query_rest(std::string_view query, std::string_view name);

}  // namespace headgate::app
