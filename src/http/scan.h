// The scans over untrusted bytes that the head parser, the target and the chunked decoder share. With SSE2
// (all of x86-64) 16 bytes a step; elsewhere a table. No scan reads a byte at or behind `end`.
#pragma once

#include <array>
#include <cstdint>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace headgate::http::scan {

namespace detail {

constexpr std::array<bool, 256> make_token_table() {
  std::array<bool, 256> table{};
  for (int c = '0'; c <= '9'; ++c) table[static_cast<std::size_t>(c)] = true;
  for (int c = 'A'; c <= 'Z'; ++c)
    table[static_cast<std::size_t>(c)] = table[static_cast<std::size_t>(c) + 32] = true;
  for (const char c : {'!', '#', '$', '%', '&', '\'', '*', '+', '-', '.', '^', '_', '`', '|', '~'})
    table[static_cast<unsigned char>(c)] = true;
  return table;
}
inline constexpr std::array<bool, 256> kToken = make_token_table();

#if defined(__SSE2__)
inline __m128i load(const char* p) { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(p)); }
inline unsigned mask_of(__m128i bytes) { return static_cast<unsigned>(_mm_movemask_epi8(bytes)); }
// 0xFF where low <= byte <= low + span.
inline __m128i in_range(__m128i bytes, char low, char span) {
  const __m128i shifted = _mm_sub_epi8(bytes, _mm_set1_epi8(low));
  return _mm_cmpeq_epi8(_mm_min_epu8(shifted, _mm_set1_epi8(span)), shifted);
}
#endif

}  // namespace detail

// tchar of RFC 9110 §5.6.2.
constexpr bool is_token_char(char c) { return detail::kToken[static_cast<unsigned char>(c)]; }
// What a field value, a reason phrase or a chunk extension may hold: everything but control characters, plus
// HTAB (RFC 9110 §5.5).
constexpr bool is_field_char(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte >= 0x20 && byte != 0x7F) || byte == '\t';
}
constexpr bool is_visible_ascii(char c) { return c > 0x20 && c < 0x7F; }

// The first byte in [p, end) that is not a field character, or `end`.
inline const char* field_end(const char* p, const char* end) {
#if defined(__SSE2__)
  for (; end - p >= 16; p += 16) {
    const __m128i bytes = detail::load(p);
    const __m128i control = detail::in_range(bytes, 0x00, 0x1F);
    const __m128i tab = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\t'));
    const __m128i del = _mm_cmpeq_epi8(bytes, _mm_set1_epi8(0x7F));
    const unsigned mask = detail::mask_of(_mm_or_si128(_mm_andnot_si128(tab, control), del));
    if (mask != 0) return p + __builtin_ctz(mask);
  }
#endif
  while (p != end && is_field_char(*p)) ++p;
  return p;
}

// The first byte in [p, end) that is not visible ASCII (SP, controls, DEL and 8-bit bytes are not), or `end`.
inline const char* visible_end(const char* p, const char* end) {
#if defined(__SSE2__)
  for (; end - p >= 16; p += 16) {
    const __m128i bytes = detail::load(p);
    const __m128i low = _mm_cmplt_epi8(bytes, _mm_set1_epi8(0x21));  // signed: 0x80 and up are negative
    const __m128i del = _mm_cmpeq_epi8(bytes, _mm_set1_epi8(0x7F));
    const unsigned mask = detail::mask_of(_mm_or_si128(low, del));
    if (mask != 0) return p + __builtin_ctz(mask);
  }
#endif
  while (p != end && is_visible_ascii(*p)) ++p;
  return p;
}

// What a token holds beside letters, digits and '-'.
struct OddBytes {
  bool underscore = false;
  bool unusual = false;  // any other

  // `c` is a token character.
  void note(char c) {
    const char lower = static_cast<char>(c | 0x20);
    if (c == '_')
      underscore = true;
    else if (c != '-' && !(lower >= 'a' && lower <= 'z') && !(c >= '0' && c <= '9'))
      unusual = true;
  }
};

// The first byte in [p, end) that is not a token character, or `end`. Notes what was passed in `odd`.
inline const char* token_end(const char* p, const char* end, OddBytes& odd) {
#if defined(__SSE2__)
  // Letters, digits and '-' are nearly every name there is; anything else is left to the table.
  while (end - p >= 16) {
    const __m128i bytes = detail::load(p);
    const __m128i lower = _mm_or_si128(bytes, _mm_set1_epi8(0x20));
    const __m128i letter = detail::in_range(lower, 'a', 25);
    const __m128i digit = detail::in_range(bytes, '0', 9);
    const __m128i dash = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('-'));
    const unsigned plain = detail::mask_of(_mm_or_si128(_mm_or_si128(letter, digit), dash));
    if (plain == 0xFFFF) {
      p += 16;
      continue;
    }
    p += __builtin_ctz(~plain);
    if (!is_token_char(*p)) return p;
    odd.note(*p);
    ++p;
  }
#endif
  for (; p != end && is_token_char(*p); ++p) odd.note(*p);
  return p;
}

}  // namespace headgate::http::scan
