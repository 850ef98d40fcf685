// The test vectors of HTTP/1: the whole, the body and the target of each message, so that every target finds
// what is its own.
#include "fuzz/seeds.h"
#include "vectors/vectors.h"

namespace headgate::fuzz {
namespace {

void add_parts(const std::string& raw, std::vector<std::string>& seeds) {
  seeds.push_back(raw);
  if (const std::size_t body = raw.find("\r\n\r\n"); body != std::string::npos)
    seeds.push_back(raw.substr(body + 4));
  const std::size_t first = raw.find(' ');
  const std::size_t second = raw.find(' ', first + 1);
  if (second != std::string::npos) seeds.push_back(raw.substr(first + 1, second - first - 1));
}

}  // namespace

std::vector<std::string> seeds() {
  std::vector<std::string> result;
  for (const auto& vector : test::load_request_vectors()) add_parts(vector.raw, result);
  for (const auto& vector : test::load_response_vectors()) add_parts(vector.raw, result);
  return result;
}

}  // namespace headgate::fuzz
