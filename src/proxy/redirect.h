// Where the redirects of Headgate's own lead: to HTTPS, and to the same path with a '/'. ingress-nginx's
// forms, byte for byte.
#pragma once

#include <string>
#include <string_view>

#include "http/target.h"
#include "router/model.h"
#include "router/site_settings.h"

namespace headgate::proxy {

// "https://host/target". `host_as_sent`: with or without port, not empty. `request_target`: as the client
// sent it; of an absolute-form its path and query are taken. One '/' that ends the target, wherever it stands
// ("/a/", "/?q=/"), goes unless the rules preserve it.
std::string https_location(std::string_view host_as_sent, std::string_view request_target,
                           const http::Target& target, const router::RedirectRules& rules,
                           const router::SiteSettings& site);

// The path as it is forwarded, with '/' behind it, and the query. Absolute where the client named a host,
// unless the rules say relative; with `port`, where they ask for one and it is not the scheme's own.
std::string slash_location(std::string_view scheme, std::string_view host_as_sent, std::string_view port,
                           const http::Target& target, const router::RedirectRules& rules);

}  // namespace headgate::proxy
