#include "k8swatch/yaml_scalar.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>

namespace headgate::k8swatch {
namespace {

constexpr std::array<std::string_view, 11> kTrue = {"true", "True", "TRUE", "yes", "Yes", "YES",
                                                    "on",   "On",   "ON",   "y",   "Y"};
constexpr std::array<std::string_view, 11> kFalse = {"false", "False", "FALSE", "no", "No", "NO",
                                                     "off",   "Off",   "OFF",   "n",  "N"};
constexpr std::array<std::string_view, 12> kNotANumber = {
    ".nan", ".NaN", ".NAN", ".inf", ".Inf", ".INF", "-.inf", "-.Inf", "-.INF", "+.inf", "+.Inf", "+.INF"};
constexpr std::size_t kLongestNumber = 400;  // longer digit strings are strings; no real number is that long

template <std::size_t N>
bool is_one_of(std::string_view text, const std::array<std::string_view, N>& words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Go's strconv.ParseInt(text, 0, 64): an optional sign, then 0x, 0o, 0b, 0 (octal) or decimal.
std::optional<std::string> as_integer(std::string_view text) {
  const bool negative = text.front() == '-';
  if (negative || text.front() == '+') text.remove_prefix(1);
  int base = 10;
  if (text.size() > 1 && text.front() == '0') {
    const char prefix = static_cast<char>(text[1] | 0x20);
    base = prefix == 'x' ? 16 : prefix == 'b' ? 2 : 8;
    text.remove_prefix(prefix == 'x' || prefix == 'b' || prefix == 'o' ? 2 : 1);
  }
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return (negative && value != 0 ? "-" : "") + std::to_string(value);
}

// [-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?
bool looks_like_float(std::string_view text) {
  std::size_t i = 0;
  const auto digits = [&] {
    const std::size_t first = i;
    while (i < text.size() && is_digit(text[i])) ++i;
    return i - first;
  };
  if (text[0] == '-' || text[0] == '+') ++i;
  const std::size_t whole = digits();
  if (i < text.size() && text[i] == '.') {
    ++i;
    if (digits() == 0 && whole == 0) return false;
  } else if (whole == 0) {
    return false;
  }
  if (i < text.size() && (text[i] | 0x20) == 'e') {
    ++i;
    if (i < text.size() && (text[i] == '-' || text[i] == '+')) ++i;
    if (digits() == 0) return false;
  }
  return i == text.size();
}

std::optional<std::string> as_float(std::string_view text) {
  if (!looks_like_float(text)) return std::nullopt;
  if (text.front() == '+') text.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  constexpr double kLargestPlain = 1e21;  // as Go's encoding/json: whole numbers without exponent
  const bool plain = std::trunc(value) == value && std::fabs(value) < kLargestPlain;
  std::array<char, 64> buffer;
  const auto written =
      plain ? std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::fixed)
            : std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  return std::string(buffer.data(), written.ptr);
}

}  // namespace

PlainScalar resolve_plain_scalar(std::string_view text) {
  if (text.empty()) return {};
  const char first = text.front();
  if (std::string_view("yYnNtTfFoO").find(first) != std::string_view::npos) {
    if (is_one_of(text, kTrue)) return {ScalarType::boolean, "true"};
    if (is_one_of(text, kFalse)) return {ScalarType::boolean, "false"};
    return {};
  }
  if (!is_digit(first) && first != '+' && first != '-' && first != '.') return {};
  if (is_one_of(text, kNotANumber)) return {ScalarType::not_a_number, ""};
  if (text.size() > kLongestNumber) return {};
  std::string digits(text);
  std::erase(digits, '_');
  if (digits.empty()) return {};
  if (auto number = as_integer(digits)) return {ScalarType::number, std::move(*number)};
  if (auto number = as_float(digits)) return {ScalarType::number, std::move(*number)};
  return {};
}

}  // namespace headgate::k8swatch
