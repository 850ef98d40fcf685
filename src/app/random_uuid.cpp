#include "app/random_uuid.h"

#include <cstdint>
#include <random>
#include <string_view>

namespace headgate::app {

std::string random_uuid() {
  constexpr std::string_view kDigits = "0123456789abcdef";
  constexpr std::string_view kPattern = "xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx";
  std::random_device random;
  std::string text(kPattern);
  for (char& c : text) {
    const unsigned bits = random() & 15U;
    if (c == 'x') c = kDigits[bits];
    if (c == 'y') c = kDigits[8U | (bits & 3U)];  // the variant
  }
  return text;
}

}  // namespace headgate::app
