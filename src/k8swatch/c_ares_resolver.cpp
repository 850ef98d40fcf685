#include "k8swatch/c_ares_resolver.h"

#include <ares.h>
#include <arpa/nameser.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <deque>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "k8swatch/search_list.h"

namespace headgate::k8swatch {
namespace {

using Outcome = NameAnswer::Outcome;
using Descriptor = boost::asio::posix::stream_descriptor;

constexpr int kMostRecords = 4096;  // as many as 64 KiB of answer can hold

struct FreeOptions {
  void operator()(ares_options* options) const {
    ares_destroy_options(options);
    delete options;
  }
};

// What a status of c-ares means for one query.
QueryResult not_found(int status) {
  switch (status) {
    case ARES_ENOTFOUND:
      return {Outcome::absent, {}, {}, "there is no such name (NXDOMAIN)"};
    case ARES_ENODATA:
      return {Outcome::absent, {}, {}, "the name has no address"};
    case ARES_ETIMEOUT:
      return {Outcome::failed, {}, {}, "no DNS server answered in time"};
    case ARES_ECONNREFUSED:  // c-ares has tried all servers, and says so too where each one has answered so
      return {
          Outcome::failed, {}, {}, "no DNS server gave a usable answer (SERVFAIL, REFUSED or none at all)"};
    default:
      return {Outcome::failed, {}, {}, ares_strerror(status)};
  }
}

QueryResult parse_a(const unsigned char* reply, int size) {
  std::vector<ares_addrttl> records(kMostRecords);
  int count = kMostRecords;
  if (const int status = ares_parse_a_reply(reply, size, nullptr, records.data(), &count);
      status != ARES_SUCCESS)
    return not_found(status);
  QueryResult result{Outcome::found, {}, std::chrono::seconds::max(), {}};
  for (int i = 0; i < count; ++i) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr = records[i].ipaddr;
    result.addresses.push_back(SocketAddress::from_sockaddr(reinterpret_cast<sockaddr*>(&address)));
    result.ttl = std::min(result.ttl, std::chrono::seconds(std::max(records[i].ttl, 0)));
  }
  return count > 0 ? result : not_found(ARES_ENODATA);
}

QueryResult parse_aaaa(const unsigned char* reply, int size) {
  std::vector<ares_addr6ttl> records(kMostRecords);
  int count = kMostRecords;
  if (const int status = ares_parse_aaaa_reply(reply, size, nullptr, records.data(), &count);
      status != ARES_SUCCESS)
    return not_found(status);
  QueryResult result{Outcome::found, {}, std::chrono::seconds::max(), {}};
  for (int i = 0; i < count; ++i) {
    sockaddr_in6 address{};
    address.sin6_family = AF_INET6;
    std::memcpy(&address.sin6_addr, &records[i].ip6addr, sizeof address.sin6_addr);
    result.addresses.push_back(SocketAddress::from_sockaddr(reinterpret_cast<sockaddr*>(&address)));
    result.ttl = std::min(result.ttl, std::chrono::seconds(std::max(records[i].ttl, 0)));
  }
  return count > 0 ? result : not_found(ARES_ENODATA);
}

// Asks the kernel; nothing is sent.
bool has_route(const char* somewhere) {
  const SocketAddress address = *SocketAddress::parse(somewhere, 9);
  const int socket = ::socket(address.family(), SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (socket < 0) return false;
  const bool has = ::connect(socket, address.data(), address.size()) == 0;
  ::close(socket);
  return has;
}

// To addresses of the documentation (RFC 5737, RFC 3849): where the rest of the world is.
MachineRoutes routes_now() { return {has_route("192.0.2.1"), has_route("2001:db8::1")}; }

// Tells one version of a file from the next.
struct FileVersion {
  ino_t inode = 0;
  off_t size = 0;
  std::int64_t seconds = 0;
  std::int64_t nanoseconds = 0;
  friend bool operator==(const FileVersion&, const FileVersion&) = default;
};

FileVersion version_of(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return {};
  return {status.st_ino, status.st_size, status.st_mtim.tv_sec, status.st_mtim.tv_nsec};
}

}  // namespace

// c-ares calls back from within its own functions; what such a callback finds out is put aside, and acted
// upon by pump() once they have returned.
class CAresResolver::Impl {
 public:
  Impl(boost::asio::io_context& io, CAresOptions options, std::function<void()> answered)
      : io_(io), options_(std::move(options)), answered_(std::move(answered)), timer_(io), wake_(io) {
    if (!options_.routes) options_.routes = routes_now;
    ares_library_init(ARES_LIB_INIT_ALL);
  }
  ~Impl() {
    close_channel();
    ares_library_cleanup();
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  void resolve(const std::string& name, Done done) {
    waiting_.push_back({name, std::move(done)});
    if (waiting_.size() > 1) return;  // pump() is on its way, or every place is taken
    wake_.expires_after(std::chrono::seconds(0));
    wake_.async_wait([this](const boost::system::error_code& error) {
      if (!error) pump();
    });
  }

 private:
  struct Request {
    std::string name;
    Done done;
  };
  struct Running {
    NameLookup lookup;
    Done done;
  };
  using LookupId = std::uint64_t;
  // One query on its way; c-ares holds the pointer and gives it back exactly once.
  struct Query {
    Impl* owner;
    LookupId lookup;
    int type;
  };
  // A socket of c-ares, which closes it.
  struct Socket {
    explicit Socket(boost::asio::io_context& io) : descriptor(io) {}
    Descriptor descriptor;
    bool is_open = true;
    bool wants_read = false;
    bool wants_write = false;
    bool reads = false;  // a wait is under way
    bool writes = false;
  };

  // --- the channel

  // Empty: it is open.
  std::string open_channel() {
    const FileVersion version = version_of(options_.resolv_conf);
    if (channel_ != nullptr && (version == version_ || !running_.empty())) return {};
    close_channel();
    version_ = version;
    ares_options wanted{};
    wanted.timeout = static_cast<int>(options_.query_timeout.count());
    wanted.tries = options_.tries;
    wanted.sock_state_cb = [](void* self, ares_socket_t socket, int readable, int writable) {
      static_cast<Impl*>(self)->watch(socket, readable != 0, writable != 0);
    };
    wanted.sock_state_cb_data = this;
    wanted.resolvconf_path = options_.resolv_conf.data();
    int status =
        ares_init_options(&channel_, &wanted,
                          ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_SOCK_STATE_CB | ARES_OPT_RESOLVCONF);
    if (status == ARES_SUCCESS && !options_.servers.empty())
      status = ares_set_servers_ports_csv(channel_, options_.servers.c_str());
    if (status == ARES_SUCCESS) status = read_search_rules();
    if (status == ARES_SUCCESS) return {};
    close_channel();
    return std::string("the DNS cannot be asked: ") + ares_strerror(status);
  }

  int read_search_rules() {
    std::unique_ptr<ares_options, FreeOptions> saved(new ares_options{});
    int mask = 0;
    if (const int status = ares_save_options(channel_, saved.get(), &mask); status != ARES_SUCCESS)
      return status;
    rules_ = {};
    rules_.ndots = saved->ndots;
    for (int i = 0; i < saved->ndomains; ++i) rules_.domains.emplace_back(saved->domains[i]);
    return ARES_SUCCESS;
  }

  void close_channel() {
    if (channel_ == nullptr) return;
    closing_ = true;
    ares_destroy(std::exchange(channel_, nullptr));  // gives every Query back and closes its sockets
    closing_ = false;
  }

  // --- look-ups

  // Starts what there is room for, then tells what has been answered, until nothing is left to do at once.
  void pump() {
    bool told = false;
    do {
      while (!results_.empty()) take_result();
      while (running_.size() < options_.most_at_once && !waiting_.empty()) start_next();
      // Whoever is told may resolve() more: pump() begins anew.
      for (auto& [done, answer] : std::exchange(answers_, {})) {
        done(std::move(answer));
        told = true;
      }
    } while (!results_.empty() || !answers_.empty() ||
             (running_.size() < options_.most_at_once && !waiting_.empty()));
    arm_timer();
    if (told) answered_();
  }

  void start_next() {
    Request request = std::move(waiting_.front());
    waiting_.pop_front();
    if (std::string error = open_channel(); !error.empty()) {
      answers_.emplace_back(std::move(request.done), NameAnswer{Outcome::failed, {}, {}, std::move(error)});
      return;
    }
    NameLookup lookup(search_list(request.name, rules_));
    const LookupId id = ++last_id_;
    const auto at = running_.emplace(id, Running{std::move(lookup), std::move(request.done)}).first;
    if (at->second.lookup.done())
      finish(at);
    else
      ask(id, at->second.lookup.name());
  }

  void ask(LookupId id, const std::string& name) {
    for (const int type : {ns_t_a, ns_t_aaaa})
      ares_query(channel_, name.c_str(), ns_c_in, type, &on_reply, new Query{this, id, type});
  }

  static void on_reply(void* argument, int status, int /*timeouts*/, unsigned char* reply, int size) {
    const std::unique_ptr<Query> query(static_cast<Query*>(argument));
    if (query->owner->closing_) return;
    QueryResult result = status != ARES_SUCCESS  ? not_found(status)
                         : query->type == ns_t_a ? parse_a(reply, size)
                                                 : parse_aaaa(reply, size);
    query->owner->results_.emplace_back(query->lookup, std::move(result));
  }

  void take_result() {
    auto [id, result] = std::move(results_.front());
    results_.pop_front();
    const auto at = running_.find(id);
    if (!at->second.lookup.take(std::move(result))) return;
    if (at->second.lookup.done())
      finish(at);
    else
      ask(id, at->second.lookup.name());
  }

  void finish(std::map<LookupId, Running>::iterator at) {
    NameAnswer answer = std::move(at->second.lookup).answer();
    keep_reachable(answer.addresses, options_.routes());
    answers_.emplace_back(std::move(at->second.done), std::move(answer));
    running_.erase(at);
  }

  // --- sockets and time

  void watch(ares_socket_t number, bool readable, bool writable) {
    auto at = sockets_.find(number);
    if (!readable && !writable) {  // about to be closed
      if (at == sockets_.end()) return;
      at->second->is_open = false;
      at->second->descriptor.release();
      sockets_.erase(at);
      return;
    }
    if (at == sockets_.end()) {
      auto socket = std::make_shared<Socket>(io_);
      boost::system::error_code error;
      socket->descriptor.assign(number, error);
      if (error) return;  // not watched: its queries time out
      at = sockets_.emplace(number, std::move(socket)).first;
    }
    at->second->wants_read = readable;
    at->second->wants_write = writable;
    wait(at->second, number);
  }

  void wait(const std::shared_ptr<Socket>& socket, ares_socket_t number) {
    const auto on_ready = [this, socket, number](bool Socket::*waits, bool Socket::*wants, bool reading) {
      return [this, socket, number, waits, wants, reading](const boost::system::error_code& error) {
        (*socket).*waits = false;
        if (error || !socket->is_open) return;
        if ((*socket).*wants)
          ares_process_fd(channel_, reading ? number : ARES_SOCKET_BAD, reading ? ARES_SOCKET_BAD : number);
        if (socket->is_open) wait(socket, number);
        pump();
      };
    };
    if (socket->wants_read && !std::exchange(socket->reads, true))
      socket->descriptor.async_wait(Descriptor::wait_read,
                                    on_ready(&Socket::reads, &Socket::wants_read, true));
    if (socket->wants_write && !std::exchange(socket->writes, true))
      socket->descriptor.async_wait(Descriptor::wait_write,
                                    on_ready(&Socket::writes, &Socket::wants_write, false));
  }

  void arm_timer() {
    timer_.cancel();
    timeval left{};
    if (channel_ == nullptr || ares_timeout(channel_, nullptr, &left) == nullptr) return;
    // A little later than asked for: c-ares looks at whole milliseconds.
    timer_.expires_after(std::chrono::seconds(left.tv_sec) + std::chrono::microseconds(left.tv_usec) +
                         std::chrono::milliseconds(1));
    timer_.async_wait([this](const boost::system::error_code& error) {
      if (error) return;
      ares_process_fd(channel_, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
      pump();
    });
  }

  boost::asio::io_context& io_;
  CAresOptions options_;
  std::function<void()> answered_;
  boost::asio::steady_timer timer_;  // c-ares' next time-out
  boost::asio::steady_timer wake_;   // pump(), from resolve()
  ares_channel channel_ = nullptr;
  bool closing_ = false;
  FileVersion version_;
  SearchRules rules_;
  std::map<ares_socket_t, std::shared_ptr<Socket>> sockets_;
  std::deque<Request> waiting_;
  std::map<LookupId, Running> running_;
  LookupId last_id_ = 0;
  std::deque<std::pair<LookupId, QueryResult>> results_;
  std::vector<std::pair<Done, NameAnswer>> answers_;
};

CAresResolver::CAresResolver(boost::asio::io_context& io, CAresOptions options,
                             std::function<void()> answered)
    : impl_(std::make_unique<Impl>(io, std::move(options), std::move(answered))) {}

CAresResolver::~CAresResolver() = default;

void CAresResolver::resolve(const std::string& name, Done done) { impl_->resolve(name, std::move(done)); }

}  // namespace headgate::k8swatch
