#include "k8swatch/api_client.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <map>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include <cpprest/http_client.h>
#include <pplx/threadpool.h>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "base/clock.h"
#include "k8swatch/api_failure.h"
#include "k8swatch/api_head.h"

namespace headgate::k8swatch {
namespace {

using web::http::http_request;
using web::http::http_response;
using web::http::client::http_client;
using web::http::client::http_client_config;
using TlsStream = boost::asio::ssl::stream<boost::asio::ip::tcp::socket&>;

// The library's own idle timer covers neither name resolution nor differs between requests of one client; it
// is put out of the way, and each exchange has one of its own.
constexpr auto kNever = std::chrono::hours(24 * 365);

// Half a minute without an answer to probes, or with unacknowledged bytes, and the peer is gone.
void enable_keepalive(int socket) {
  const auto set = [socket](int level, int option, int value) {
    // A refusal costs only the early notice.
    (void)::setsockopt(socket, level, option, &value, sizeof(value));
  };
  set(SOL_SOCKET, SO_KEEPALIVE, 1);
  set(IPPROTO_TCP, TCP_KEEPIDLE, 20);
  set(IPPROTO_TCP, TCP_KEEPINTVL, 5);
  set(IPPROTO_TCP, TCP_KEEPCNT, 3);
  set(IPPROTO_TCP, TCP_USER_TIMEOUT, 35'000);
}

// The library's thread.
boost::asio::io_service& pool() {
  static const bool started = [] {
    crossplat::threadpool::initialize_with_threads(1);
    return true;
  }();
  (void)started;
  return crossplat::threadpool::shared_instance().service();
}

// Where the library puts the bytes of an answer: handed on at once. The library waits for the returned task
// before it reads on.
class Sink final : public Concurrency::streams::details::streambuf_state_manager<std::uint8_t> {
  using Base = Concurrency::streams::details::streambuf_state_manager<std::uint8_t>;

 public:
  using Write = std::function<pplx::task<std::size_t>(std::string_view)>;
  explicit Sink(Write write) : Base(std::ios_base::out), write_(std::move(write)) {}

  bool can_seek() const override { return false; }
  bool has_size() const override { return false; }
  std::size_t buffer_size(std::ios_base::openmode) const override { return 0; }
  void set_buffer_size(std::size_t, std::ios_base::openmode) override {}
  std::size_t in_avail() const override { return 0; }
  pos_type getpos(std::ios_base::openmode) const override { return traits::eof(); }
  pos_type seekpos(pos_type, std::ios_base::openmode) override { return traits::eof(); }
  pos_type seekoff(off_type, std::ios_base::seekdir, std::ios_base::openmode) override {
    return traits::eof();
  }
  bool acquire(std::uint8_t*&, std::size_t&) override { return false; }
  void release(std::uint8_t*, std::size_t) override {}

 protected:
  pplx::task<int_type> _putc(std::uint8_t byte) override {
    return write_({reinterpret_cast<const char*>(&byte), 1}).then([byte](std::size_t) -> int_type {
      return byte;
    });
  }
  pplx::task<std::size_t> _putn(const std::uint8_t* data, std::size_t size) override {
    return write_({reinterpret_cast<const char*>(data), size});
  }
  pplx::task<bool> _sync() override { return pplx::task_from_result(true); }
  std::uint8_t* _alloc(std::size_t) override { return nullptr; }
  void _commit(std::size_t) override {}
  // Nobody reads from it.
  pplx::task<int_type> _bumpc() override { return pplx::task_from_result<int_type>(traits::eof()); }
  int_type _sbumpc() override { return traits::eof(); }
  pplx::task<int_type> _getc() override { return pplx::task_from_result<int_type>(traits::eof()); }
  int_type _sgetc() override { return traits::eof(); }
  pplx::task<int_type> _nextc() override { return pplx::task_from_result<int_type>(traits::eof()); }
  pplx::task<int_type> _ungetc() override { return pplx::task_from_result<int_type>(traits::eof()); }
  pplx::task<std::size_t> _getn(std::uint8_t*, std::size_t) override {
    return pplx::task_from_result<std::size_t>(0);
  }
  std::size_t _scopy(std::uint8_t*, std::size_t) override { return 0; }

 private:
  const Write write_;
};

// One client of the library, which keeps the connections of its requests. Pool thread.
struct Lane {
  std::string server;
  std::string server_name;
  std::shared_ptr<const tls::PeerTrust> trust;
  std::shared_ptr<http_client> client;
  std::shared_ptr<tls::HandshakeNotes> notes;

  [[nodiscard]] bool leads_to(const ApiAccess& access) const {
    return client != nullptr && server == access.server && server_name == access.server_name &&
           trust == access.trust;
  }
};

// Throws what the library throws.
Lane open_lane(const ApiAccess& access) {
  Lane lane{access.server, access.server_name, access.trust, nullptr,
            std::make_shared<tls::HandshakeNotes>()};
  lane.notes->on_start = [](void* socket) {
    enable_keepalive(static_cast<boost::asio::ip::tcp::socket*>(socket)->native_handle());
  };
  http_client_config config;
  config.set_max_redirects(0);  // the library would send the credential along
  config.set_timeout(kNever);
  if (const auto trust = access.trust; trust != nullptr) {
    config.set_validate_certificates(!trust->any_server());
    config.set_ssl_context_callback([trust](boost::asio::ssl::context& context) {
      if (!trust->apply(context.native_handle())) throw std::runtime_error("OpenSSL refuses the identity");
    });
    // New connections are not open yet here, so their options are set when the handshake starts.
    config.set_nativehandle_options([notes = lane.notes](web::http::client::native_handle handle) {
      auto* stream = static_cast<TlsStream*>(handle);
      auto& socket = stream->next_layer();
      tls::watch_handshakes(stream->native_handle(), notes.get(), &socket);
      if (socket.is_open()) enable_keepalive(socket.native_handle());
    });
  } else {
    config.set_nativehandle_options([](web::http::client::native_handle handle) {
      auto* socket = static_cast<boost::asio::ip::tcp::socket*>(handle);
      if (socket->is_open()) enable_keepalive(socket->native_handle());
    });
  }
  lane.client = std::make_shared<http_client>(web::uri(access.server), config);
  return lane;
}

// How many exchanges there are, for the end.
class Census {
 public:
  void add(int change) {
    const std::lock_guard lock(mutex_);
    count_ += change;
    if (count_ == 0) none_.notify_all();
  }
  void wait_for_none(std::chrono::milliseconds within) {
    std::unique_lock lock(mutex_);
    none_.wait_for(lock, within, [this] { return count_ == 0; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable none_;
  int count_ = 0;
};

// One request and its answer. Made on the control thread, from then on of the pool thread; kept alive by the
// library's callbacks.
class Exchange : public std::enable_shared_from_this<Exchange> {
 public:
  Exchange(ApiRequest request, ApiAccess access, std::shared_ptr<ApiDelivery> delivery,
           std::shared_ptr<Census> census, std::chrono::milliseconds connect_patience)
      : request_(std::move(request)),
        access_(std::move(access)),
        delivery_(std::move(delivery)),
        census_(std::move(census)),
        patience_(std::min(connect_patience, request_.idle_timeout)),
        timer_(pool()) {
    census_->add(1);
  }
  ~Exchange() { census_->add(-1); }
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  [[nodiscard]] const ApiRequest& request() const { return request_; }
  [[nodiscard]] const ApiAccess& access() const { return access_; }

  void start(const Lane& lane, const std::string& user_agent);
  void resume();
  void cancel();
  void fail(ApiFailure failure, const std::string& reason) {
    finish(ApiError{failure, access_.server + ": " + reason});
  }

 private:
  [[nodiscard]] http_request library_request(const std::string& user_agent);
  pplx::task<std::size_t> write(std::string_view bytes);
  void on_response(const pplx::task<http_response>& task);
  void on_complete(const pplx::task<http_response>& task);
  void on_fault(const std::exception_ptr& thrown);
  void finish(std::optional<ApiError> error);
  void abort();
  void touch() { last_event_ = Clock::now(); }
  void watch_idleness();

  const ApiRequest request_;
  const ApiAccess access_;
  const std::shared_ptr<ApiDelivery> delivery_;
  const std::shared_ptr<Census> census_;
  std::chrono::milliseconds patience_;  // connect_patience, then idle_timeout
  boost::asio::steady_timer timer_;
  TimePoint last_event_{};
  std::shared_ptr<tls::HandshakeNotes> notes_;
  pplx::cancellation_token_source canceller_;
  std::string early_;           // bytes that came before the library told us of the head
  std::size_t held_bytes_ = 0;  // what `held_` answers
  std::optional<pplx::task_completion_event<std::size_t>> held_;  // set: the library waits for us
  bool has_head_ = false;
  bool finished_ = false;
};

http_request Exchange::library_request(const std::string& user_agent) {
  http_request request(request_.method);
  request.set_request_uri(web::uri(request_.target));
  if (!request_.content_type.empty()) request.set_body(request_.body, request_.content_type);
  auto& fields = request.headers();
  // The library checks the certificate against this field where it is set.
  if (!access_.server_name.empty()) fields.add(web::http::header_names::host, access_.server_name);
  if (!access_.authorization.empty())
    fields.add(web::http::header_names::authorization, access_.authorization);
  fields.add(web::http::header_names::user_agent, user_agent);
  fields.add(web::http::header_names::accept, "application/json");
  const auto write = [weak = weak_from_this()](std::string_view bytes) {
    const auto self = weak.lock();
    return self == nullptr ? pplx::task_from_result(bytes.size()) : self->write(bytes);
  };
  request.set_response_stream(
      Concurrency::streams::streambuf<std::uint8_t>(std::make_shared<Sink>(write)).create_ostream());
  request.set_progress_handler([weak = weak_from_this()](web::http::message_direction::direction, auto) {
    const auto self = weak.lock();
    if (self == nullptr) return;
    self->patience_ = self->request_.idle_timeout;  // connected, and the request is on its way
    self->touch();
  });
  return request;
}

void Exchange::start(const Lane& lane, const std::string& user_agent) {
  notes_ = lane.notes;
  touch();
  watch_idleness();
  try {
    lane.client->request(library_request(user_agent), canceller_.get_token())
        .then(
            [self = shared_from_this()](const pplx::task<http_response>& task) { self->on_response(task); });
  } catch (const std::exception& error) {
    fail(ApiFailure::config, request_.target + ": " + error.what());
  }
}

// Bytes are copied, so `bytes` need not live until the task is done.
pplx::task<std::size_t> Exchange::write(std::string_view bytes) {
  touch();
  bool go_on = finished_;
  if (!go_on && has_head_) go_on = delivery_->bytes(bytes);
  if (!go_on && !has_head_) early_.append(bytes);
  if (go_on) return pplx::task_from_result(bytes.size());
  held_bytes_ = bytes.size();
  held_.emplace();
  return pplx::create_task(*held_);
}

void Exchange::resume() {
  if (!held_) return;
  touch();
  const auto held = *std::exchange(held_, std::nullopt);
  held.set(held_bytes_);
}

void Exchange::on_response(const pplx::task<http_response>& task) {
  http_response response;
  try {
    response = task.get();
  } catch (...) {
    return on_fault(std::current_exception());
  }
  // Asked for at once: an error of the body that nobody looks at ends the process.
  response.content_ready().then(
      [self = shared_from_this()](const pplx::task<http_response>& whole) { self->on_complete(whole); });
  touch();
  has_head_ = true;
  if (finished_) return resume();
  ApiHead head;
  head.status = response.status_code();
  const auto& fields = response.headers();
  if (const auto field = fields.find(web::http::header_names::retry_after); field != fields.end())
    head.retry_after = parse_retry_after(field->second);
  if (const auto field = fields.find("Warning"); field != fields.end())
    head.warnings = split_warnings(field->second);
  delivery_->head(std::move(head));
  if (const std::string early = std::exchange(early_, {}); !early.empty())
    if (!delivery_->bytes(early)) return;
  resume();
}

void Exchange::on_complete(const pplx::task<http_response>& task) {
  try {
    task.get();
  } catch (...) {
    return on_fault(std::current_exception());
  }
  finish(std::nullopt);
}

void Exchange::on_fault(const std::exception_ptr& thrown) {
  LibraryFault fault;
  try {
    std::rethrow_exception(thrown);
  } catch (const web::http::http_exception& error) {
    fault = {error.error_code().value(), error.what()};
  } catch (const std::exception& error) {
    return fail(ApiFailure::reset, error.what());
  }
  const std::string expected =
      access_.server_name.empty() ? web::uri(access_.server).host() : access_.server_name;
  finish(api_error(access_.server, fault, *notes_, expected));
}

void Exchange::cancel() {
  finished_ = true;
  abort();
}

// The library closes the connection; what it waits for from us, it gets.
void Exchange::abort() {
  timer_.cancel();
  canceller_.cancel();
  resume();
}

void Exchange::finish(std::optional<ApiError> error) {
  if (finished_) return;
  finished_ = true;
  timer_.cancel();
  delivery_->end(std::move(error));
}

// One timer, armed anew when it is due: events only note the time.
void Exchange::watch_idleness() {
  timer_.expires_at(last_event_ + patience_);
  timer_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
    const auto self = weak.lock();
    if (error || self == nullptr || self->finished_) return;
    if (self->held_) self->touch();  // it is us who are slow
    if (Clock::now() < self->last_event_ + self->patience_) return self->watch_idleness();
    self->fail(ApiFailure::timeout,
               "nothing happened for " + std::to_string(self->patience_.count()) + " ms");
    self->abort();
  });
}

}  // namespace

// What outlives the client while the library lets go of its requests.
struct ApiClient::Core : std::enable_shared_from_this<ApiClient::Core> {
  Core(ApiClientOptions with, ApiAccessSource& from, ControlPost::Post how)
      : options(std::move(with)), source(&from), post(std::make_shared<ControlPost>(std::move(how))) {}

  void begin(ApiRequest request, Call& call);
  // Pool thread.
  void start(Exchange& exchange);
  Lane& lane_for(const Exchange& exchange);
  void close();

  const ApiClientOptions options;
  ApiAccessSource* source;  // control thread; null: the client is gone
  const std::shared_ptr<ControlPost> post;
  const std::shared_ptr<Census> census = std::make_shared<Census>();
  // Pool thread.
  std::map<std::string, Lane> lanes;
  std::vector<std::weak_ptr<Exchange>> exchanges;
};

// Stands between the delivery and the caller's handler, to hear of refused credentials. Control thread.
class ApiClient::Call final : public ApiCall, public ApiStreamHandler {
 public:
  Call(std::shared_ptr<Core> core, ApiStreamHandler& handler)
      : core_(std::move(core)),
        handler_(handler),
        delivery_(std::make_shared<ApiDelivery>(core_->post, *this, core_->options.bytes_ahead)) {}
  ~Call() override {
    delivery_->drop();
    tell([](Exchange& exchange) { exchange.cancel(); });
  }

  // Each may end this object when it calls the handler. Once the client is gone nothing is passed on.
  void on_head(const ApiHead& head) override {
    constexpr int kUnauthorized = 401;
    constexpr int kForbidden = 403;
    if (core_->source == nullptr) return;
    if (head.status == kUnauthorized) core_->source->refused(access_);
    if (head.status != kUnauthorized && head.status != kForbidden) {
      handler_.on_head(head);
      return;
    }
    ApiHead refusal = head;
    refusal.server = access_.server;
    handler_.on_head(refusal);
  }
  void on_bytes(std::string_view bytes) override {
    if (core_->source != nullptr) handler_.on_bytes(bytes);
  }
  void on_end(std::optional<ApiError> error) override {
    if (core_->source == nullptr) return;
    if (error && error->failure == ApiFailure::tls) core_->source->distrusted();
    handler_.on_end(std::move(error));
  }
  [[nodiscard]] const std::string& server() const { return access_.server; }

 private:
  friend struct Core;

  // Has the exchange do something, on the pool thread, if there is one.
  template <typename Work>
  void tell(Work work) {
    if (exchange_.expired()) return;
    boost::asio::post(pool(), [weak = exchange_, work] {
      if (const auto exchange = weak.lock()) work(*exchange);
    });
  }

  const std::shared_ptr<Core> core_;
  ApiStreamHandler& handler_;
  const std::shared_ptr<ApiDelivery> delivery_;
  ApiAccess access_;
  std::weak_ptr<Exchange> exchange_;
};

// Collects a whole answer. Control thread.
class ApiClient::UnaryCall final : public ApiCall, public ApiStreamHandler {
 public:
  UnaryCall(const std::shared_ptr<Core>& core, std::function<void(ApiOutcome)> done)
      : most_bytes_(core->options.most_unary_bytes),
        done_(std::move(done)),
        call_(std::make_unique<Call>(core, *this)) {}

  [[nodiscard]] Call& call() { return *call_; }

  void on_head(const ApiHead& head) override { response_.head = head; }
  void on_bytes(std::string_view bytes) override {
    if (response_.body.size() + bytes.size() <= most_bytes_) {
      response_.body.append(bytes);
      return;
    }
    const std::string server = call_->server();
    call_.reset();
    finish(ApiError{ApiFailure::too_large,
                    server + ": the answer is longer than " + std::to_string(most_bytes_) + " bytes"});
  }
  void on_end(std::optional<ApiError> error) override {
    if (error) return finish(*std::move(error));
    finish(std::move(response_));
  }

 private:
  // The last thing done here: `done` may destroy this object.
  void finish(ApiOutcome outcome) {
    const auto done = std::move(done_);
    done(std::move(outcome));
  }

  const std::size_t most_bytes_;
  std::function<void(ApiOutcome)> done_;
  ApiResponse response_;
  std::unique_ptr<Call> call_;
};

void ApiClient::Core::begin(ApiRequest request, Call& call) {
  source->get([core = shared_from_this(), request = std::move(request), &call,
               delivery = call.delivery_](const Result<ApiAccess>& access) {
    if (core->source == nullptr || delivery->dropped()) return;  // so there is no `call` either
    if (!access) return delivery->end(ApiError{ApiFailure::config, access.error().message});
    call.access_ = *access;
    auto exchange =
        std::make_shared<Exchange>(request, *access, delivery, core->census, core->options.connect_patience);
    call.exchange_ = exchange;
    delivery->set_resume([weak = call.exchange_] {
      boost::asio::post(pool(), [weak] {
        if (const auto held = weak.lock()) held->resume();
      });
    });
    // The pool thread gets the only reference.
    boost::asio::post(pool(), [core, exchange = std::move(exchange)] { core->start(*exchange); });
  });
}

void ApiClient::Core::start(Exchange& exchange) {
  std::erase_if(exchanges, [](const std::weak_ptr<Exchange>& weak) { return weak.expired(); });
  exchanges.push_back(exchange.weak_from_this());
  try {
    exchange.start(lane_for(exchange), options.user_agent);
  } catch (const std::exception& error) {
    exchange.fail(ApiFailure::config, error.what());
  }
}

// Throws what the library throws.
Lane& ApiClient::Core::lane_for(const Exchange& exchange) {
  Lane& lane = lanes[exchange.request().lane];
  if (exchange.request().fresh_connection || !lane.leads_to(exchange.access()))
    lane = open_lane(exchange.access());
  return lane;
}

void ApiClient::Core::close() {
  for (const std::weak_ptr<Exchange>& weak : exchanges)
    if (const auto exchange = weak.lock()) exchange->cancel();
  exchanges.clear();
  lanes.clear();
}

ApiClient::ApiClient(ApiClientOptions options, ApiAccessSource& source, ControlPost::Post post)
    : core_(std::make_shared<Core>(std::move(options), source, std::move(post))) {
  (void)pool();
}

ApiClient::~ApiClient() {
  core_->source = nullptr;
  core_->post->close();
  boost::asio::post(pool(), [core = core_] { core->close(); });
  core_->census->wait_for_none(kEndPatience);
}

std::unique_ptr<ApiCall> ApiClient::unary(ApiRequest request, std::function<void(ApiOutcome)> done) {
  auto call = std::make_unique<UnaryCall>(core_, std::move(done));
  core_->begin(std::move(request), call->call());
  return call;
}

std::unique_ptr<ApiCall> ApiClient::stream(ApiRequest request, ApiStreamHandler& handler) {
  auto call = std::make_unique<Call>(core_, handler);
  core_->begin(std::move(request), *call);
  return call;
}

}  // namespace headgate::k8swatch
