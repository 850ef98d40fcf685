// Reading through the client's own reader.
#include "support/stream_client.h"

#include <utility>

namespace headgate::test_support {

HttpResponse StreamClient::receive(std::string_view method, std::chrono::milliseconds within) {
  return read_response(reader(), method, Deadline(within));
}

HttpResponse StreamClient::exchange(std::string_view request, std::string_view method) {
  send(request);
  return receive(method);
}

std::string StreamClient::read_exactly(std::size_t size, std::chrono::milliseconds within) {
  const Deadline deadline(within);
  std::string& buffer = reader().buffer();
  while (buffer.size() < size && reader().fill(deadline) == ReadEnd::data) {
  }
  std::string taken = buffer.substr(0, size);
  buffer.erase(0, taken.size());
  return taken;
}

std::string StreamClient::read_until_close(ReadEnd& end, std::chrono::milliseconds within) {
  const Deadline deadline(within);
  do {
    end = reader().fill(deadline);
  } while (end == ReadEnd::data);
  return std::exchange(reader().buffer(), {});
}

bool StreamClient::closed_by_peer(std::chrono::milliseconds within) {
  if (!reader().buffer().empty()) return false;
  const ReadEnd end = reader().fill(Deadline(within));
  return end == ReadEnd::closed || end == ReadEnd::reset;
}

}  // namespace headgate::test_support
