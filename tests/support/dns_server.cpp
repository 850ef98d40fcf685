#include "support/dns_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <utility>

namespace headgate::test_support {
namespace {

constexpr std::size_t kHeaderBytes = 12;
constexpr unsigned kTypeA = 1;
constexpr unsigned kTypeAaaa = 28;

void put16(std::string& out, unsigned value) {
  out += static_cast<char>(value >> 8U & 0xffU);
  out += static_cast<char>(value & 0xffU);
}

unsigned get16(std::string_view text, std::size_t at) {
  return static_cast<unsigned char>(text[at]) << 8U | static_cast<unsigned char>(text[at + 1]);
}

// The question's name, and where it ends; 0: not a query.
std::pair<std::string, std::size_t> question_name(std::string_view query) {
  std::string name;
  std::size_t at = kHeaderBytes;
  while (at < query.size() && query[at] != 0) {
    const auto length = static_cast<unsigned char>(query[at]);
    if (length > 63 || at + 1 + length > query.size()) return {};
    if (!name.empty()) name += '.';
    for (const char c : query.substr(at + 1, length))
      name += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    at += 1U + length;
  }
  return at + 5 <= query.size() ? std::pair(name, at + 1) : std::pair<std::string, std::size_t>{};
}

// Of that type; the name is that of the question.
std::string record(const std::string& address, unsigned type, std::uint32_t ttl) {
  std::array<unsigned char, sizeof(in6_addr)> bytes{};
  const int family = address.find(':') == std::string::npos ? AF_INET : AF_INET6;
  if ((type == kTypeA) != (family == AF_INET) || ::inet_pton(family, address.c_str(), bytes.data()) != 1)
    return {};
  const std::size_t size = family == AF_INET ? sizeof(in_addr) : sizeof(in6_addr);
  std::string out;
  put16(out, 0xc000U | kHeaderBytes);
  put16(out, type);
  put16(out, 1);
  put16(out, ttl >> 16U);
  put16(out, ttl & 0xffffU);
  put16(out, static_cast<unsigned>(size));
  return out.append(reinterpret_cast<const char*>(bytes.data()), size);
}

}  // namespace

DnsServer::DnsServer() : socket_(bind_socket(SOCK_DGRAM)), stop_event_(::eventfd(0, EFD_CLOEXEC)) {
  thread_ = std::thread([this] { serve(); });
}

DnsServer::~DnsServer() {
  const std::uint64_t one = 1;
  if (::write(stop_event_.get(), &one, sizeof one) != sizeof one) std::terminate();
  thread_.join();
}

void DnsServer::set(const std::string& name, DnsRecords records) {
  const std::lock_guard lock(mutex_);
  names_[name] = std::move(records);
}

std::size_t DnsServer::queries(const std::string& name) const {
  const std::lock_guard lock(mutex_);
  const auto at = queries_.find(name);
  return at == queries_.end() ? 0 : at->second;
}

bool DnsServer::wait_for_queries(const std::string& name, std::size_t count,
                                 std::chrono::milliseconds within) const {
  std::unique_lock lock(mutex_);
  return asked_.wait_for(lock, within, [&] {
    const auto at = queries_.find(name);
    return at != queries_.end() && at->second >= count;
  });
}

void DnsServer::serve() {
  std::array<pollfd, 2> waited{{{socket_.fd.get(), POLLIN, 0}, {stop_event_.get(), POLLIN, 0}}};
  while (::poll(waited.data(), waited.size(), -1) >= 0 && waited[1].revents == 0) {
    std::array<char, 1500> buffer{};
    sockaddr_in peer{};
    socklen_t size = sizeof peer;
    const ssize_t got = ::recvfrom(socket_.fd.get(), buffer.data(), buffer.size(), 0,
                                   reinterpret_cast<sockaddr*>(&peer), &size);
    if (got < 0) continue;
    const std::string reply = answer({buffer.data(), static_cast<std::size_t>(got)});
    if (!reply.empty())
      ::sendto(socket_.fd.get(), reply.data(), reply.size(), 0, reinterpret_cast<sockaddr*>(&peer), size);
  }
}

std::string DnsServer::answer(std::string_view query) {
  if (query.size() < kHeaderBytes) return {};
  const auto [name, end] = question_name(query);
  if (end == 0) return {};
  const unsigned type = get16(query, end);
  DnsRecords records{{}, 0, DnsRecords::kNoSuchName};
  {
    const std::lock_guard lock(mutex_);
    ++queries_[name];
    if (const auto at = names_.find(name); at != names_.end()) records = at->second;
  }
  asked_.notify_all();
  if (records.code == DnsRecords::kSilence) return {};
  std::string answers;
  unsigned count = 0;
  if (records.code == DnsRecords::kNoError)
    for (const std::string& address : records.addresses)
      if (std::string one = record(address, type, records.ttl); !one.empty()) {
        answers += one;
        ++count;
      }
  std::string reply(query.substr(0, 2));
  put16(reply, 0x8180U | static_cast<unsigned>(records.code));  // a response; recursion was to be had
  put16(reply, 1);
  put16(reply, count);
  put16(reply, 0);
  put16(reply, 0);
  reply += query.substr(kHeaderBytes, end + 4 - kHeaderBytes);
  return reply + answers;
}

}  // namespace headgate::test_support
