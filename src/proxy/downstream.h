// The client side of an Exchange, whatever protocol the client speaks: an HTTP/1 connection or a stream of
// HTTP/2. The Exchange decides what is said; the Downstream decides how it is written.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "base/clock.h"
#include "http/framing.h"
#include "http/local_reply.h"
#include "http/message.h"

namespace headgate::proxy {

struct ClientInfo;
class Tunnel;
class UpstreamConnection;

// How an Exchange leaves its client.
enum class Ending : std::uint8_t {
  complete,  // the answer is whole
  cut,       // the answer was begun and cannot be ended: the client must see that
};

class Downstream {
 public:
  virtual ~Downstream() = default;

  // A 1xx head other than 101. Not sent to HTTP/1.0 clients.
  virtual void send_interim(http::ResponseHead& head) = 0;
  // 100 Continue of our own.
  virtual void send_continue() = 0;
  // The final head with the first `size` bytes of the body; `last`: nothing follows. `data` may be written
  // over, and so may Scratch::kHeadroom bytes before it and kTailroom behind it where it lies in the Worker's
  // scratch.
  virtual void send_head(http::ResponseHead& head, const http::ResponseFacts& facts, char* data,
                         std::size_t size, bool last) = 0;
  virtual void send_body(char* data, std::size_t size, bool last) = 0;
  // The end of the body, with trailer fields: lines "name: value\r\n". Left out for clients that do not take
  // any.
  virtual void send_trailers(std::string_view lines) = 0;
  // Asked about the answer to a request that wants another protocol: false where this client would take it
  // for what it is not, or for one to another request. Nothing of it may be sent then.
  [[nodiscard]] virtual bool accepts(const http::ResponseHead& head) const = 0;
  // The head of a 101; the connection or stream then belongs to the tunnel. Returns the status the client
  // sees.
  virtual int send_switching(http::ResponseHead& head, std::string_view protocol) = 0;
  // Returns the bytes of content sent.
  virtual std::uint64_t send_local_reply(http::LocalReply reply) = 0;
  // Joins the client's byte stream and the upstream's; both sides then talk to `tunnel` only.
  virtual void become_tunnel(std::unique_ptr<Tunnel> tunnel, UpstreamConnection& upstream) = 0;

  // Bytes wait to be taken by the client: stop reading the response until Exchange::on_downstream_drained.
  [[nodiscard]] virtual bool congested() const = 0;
  // Bytes of the response that are welcome at once, where it is not congested.
  [[nodiscard]] virtual std::size_t room() const = 0;
  // The client's connection has sent its last byte: legal while it waits for the answer, and all that is seen
  // of one that left.
  [[nodiscard]] virtual bool half_closed() const = 0;
  // The upstream takes bytes of the request again.
  virtual void resume_request_body() = 0;
  // The rest of the request's body is of no interest: the connection or stream ends after the answer.
  virtual void abandon_request_body() = 0;

  // The Exchange is over (recorded, upstream released) and is handed back with this call.
  virtual void exchange_finished(Ending ending) = 0;

  // Bytes given to the transport for this Exchange, heads included.
  [[nodiscard]] virtual std::uint64_t bytes_sent() const = 0;
  // Bytes of this request as received, head included.
  [[nodiscard]] virtual std::uint64_t bytes_received() const = 0;
  [[nodiscard]] virtual TimePoint request_started() const = 0;
  // Requests on the client's connection so far.
  [[nodiscard]] virtual std::uint64_t connection_requests() const = 0;
  [[nodiscard]] virtual const ClientInfo& client() const = 0;
};

}  // namespace headgate::proxy
