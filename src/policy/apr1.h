// Apache's variant of MD5-crypt, "$apr1$" (apr_md5.c of the Apache Portable Runtime).
#pragma once

#include <string>
#include <string_view>

namespace headgate::policy {

// "$apr1$<salt>$<22 characters>". `salt`: at most 8 bytes of it count.
std::string apr1(std::string_view password, std::string_view salt);

}  // namespace headgate::policy
