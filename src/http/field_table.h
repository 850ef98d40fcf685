// The perfect hash behind field_id_of(), inline for the head parser.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "http/ascii.h"
#include "http/field_id.h"
#include "http/scan.h"

namespace headgate::http::field_table {

struct Entry {
  std::string_view name;  // lower case
  FieldId id = FieldId::other;
};

inline constexpr std::size_t kSlots = 128;

// Length, first and last two characters tell every known name from every other (checked below).
constexpr std::size_t slot_of(std::string_view name) {
  const auto lower = [](char c) { return static_cast<std::size_t>(static_cast<unsigned char>(c)) | 0x20; };
  return (name.size() * 19 + lower(name[0]) + lower(name[name.size() - 1]) + lower(name[name.size() - 2])) %
         kSlots;
}

inline constexpr std::array<Entry, 43> kKnown = {{
    {"host", FieldId::host},
    {"connection", FieldId::connection},
    {"content-length", FieldId::content_length},
    {"transfer-encoding", FieldId::transfer_encoding},
    {"te", FieldId::te},
    {"trailer", FieldId::trailer},
    {"upgrade", FieldId::upgrade},
    {"keep-alive", FieldId::keep_alive},
    {"proxy-connection", FieldId::proxy_connection},
    {"http2-settings", FieldId::http2_settings},
    {"expect", FieldId::expect},
    {"forwarded", FieldId::forwarded},
    {"x-forwarded-for", FieldId::x_forwarded_for},
    {"x-forwarded-host", FieldId::x_forwarded_host},
    {"x-forwarded-port", FieldId::x_forwarded_port},
    {"x-forwarded-proto", FieldId::x_forwarded_proto},
    {"x-forwarded-scheme", FieldId::x_forwarded_scheme},
    {"x-forwarded-prefix", FieldId::x_forwarded_prefix},
    {"x-forwarded-server", FieldId::x_forwarded_server},
    {"x-original-forwarded-for", FieldId::x_original_forwarded_for},
    {"x-original-forwarded-host", FieldId::x_original_forwarded_host},
    {"x-original-url", FieldId::x_original_url},
    {"x-original-uri", FieldId::x_original_uri},
    {"x-rewrite-url", FieldId::x_rewrite_url},
    {"x-real-ip", FieldId::x_real_ip},
    {"x-request-id", FieldId::x_request_id},
    {"x-scheme", FieldId::x_scheme},
    {"proxy", FieldId::proxy},
    {"user-agent", FieldId::user_agent},
    {"referer", FieldId::referer},
    {"server", FieldId::server},
    {"date", FieldId::date},
    {"location", FieldId::location},
    {"strict-transport-security", FieldId::strict_transport_security},
    {"content-type", FieldId::content_type},
    {"proxy-authenticate", FieldId::proxy_authenticate},
    {"proxy-authorization", FieldId::proxy_authorization},
    {"authorization", FieldId::authorization},
    {"x-accel-buffering", FieldId::x_accel_buffering},
    {"x-accel-redirect", FieldId::x_accel_other},
    {"x-accel-expires", FieldId::x_accel_other},
    {"x-accel-limit-rate", FieldId::x_accel_other},
    {"x-accel-charset", FieldId::x_accel_other},
}};

// What a lookup reads: half a line of memory for a known name, nothing of it for nearly all others.
struct alignas(32) KnownName {
  std::array<char, 30> name{};
  std::uint8_t size = 0;
  FieldId id = FieldId::other;
};
constexpr std::array<KnownName, kKnown.size()> make_names() {
  std::array<KnownName, kKnown.size()> names{};
  for (std::size_t i = 0; i < kKnown.size(); ++i) {
    const std::string_view name = kKnown[i].name;
    if (name.size() > names[i].name.size()) throw "too long: make KnownName larger";  // stops compilation
    for (std::size_t at = 0; at < name.size(); ++at) names[i].name[at] = name[at];
    names[i].size = static_cast<std::uint8_t>(name.size());
    names[i].id = kKnown[i].id;
  }
  return names;
}
inline constexpr std::array<KnownName, kKnown.size()> kNames = make_names();

// From slot to the index in kNames, plus one; 0 where there is none.
constexpr std::array<std::uint8_t, kSlots> make_slots() {
  std::array<std::uint8_t, kSlots> slots{};
  for (std::size_t i = 0; i < kKnown.size(); ++i) {
    std::uint8_t& slot = slots[slot_of(kKnown[i].name)];
    if (slot != 0) throw "two names in one slot: change slot_of()";  // stops compilation
    slot = static_cast<std::uint8_t>(i + 1);
  }
  return slots;
}
inline constexpr std::array<std::uint8_t, kSlots> kSlotTable = make_slots();

// Both of `size` bytes, `name` a token, `lower` made of lower-case letters, digits and '-': setting bit 5 of
// a token character makes none of those out of another character.
inline bool same_token(const char* name, const char* lower, std::size_t size) {
  const auto word = [](const char* p) {
    std::uint64_t value;
    std::memcpy(&value, p, sizeof value);
    return value;
  };
  constexpr std::uint64_t kCase = 0x2020202020202020ULL;
  std::size_t i = 0;
  for (; i + 8 <= size; i += 8)
    if ((word(name + i) | kCase) != word(lower + i)) return false;
  if (size >= 8) return (word(name + size - 8) | kCase) == word(lower + size - 8);
  for (; i < size; ++i)
    if ((name[i] | 0x20) != lower[i]) return false;
  return true;
}

// The id of a token of letters, digits and '-'.
inline FieldId lookup(std::string_view name) {
  if (name.size() < 2) return FieldId::other;
  if (const std::uint8_t slot = kSlotTable[slot_of(name)]; slot != 0) {
    const KnownName& known = kNames[slot - 1U];
    if (known.size == name.size() && same_token(name.data(), known.name.data(), name.size())) return known.id;
  }
  const char first = to_lower(name[0]);
  if (first == 'x') {
    if (starts_with_ignoring_case(name, "x-forwarded-") || starts_with_ignoring_case(name, "x-original-"))
      return FieldId::forwarding_other;
  } else if (first == 's' && starts_with_ignoring_case(name, "ssl-client-")) {
    return FieldId::ssl_client;
  }
  return FieldId::other;
}

// The id of a token that holds these bytes beside.
inline FieldId id_of(std::string_view name, const scan::OddBytes& odd) {
  if (odd.unusual) return FieldId::unusual;
  return odd.underscore ? FieldId::with_underscore : lookup(name);
}

}  // namespace headgate::http::field_table
