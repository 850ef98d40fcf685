// The client side of one TLS connection: to a pod.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "tls/client_context.h"
#include "tls/session.h"

struct ssl_ctx_st;
struct ssl_session_st;

namespace headgate::tls {

// What a later connection to the same pod begins with in place of a full handshake. Belongs to one thread.
using ResumableSession = std::shared_ptr<ssl_session_st>;

// What is special about one connection.
struct ClientStart {
  std::string_view name;        // checked and sent where the settings name none and ask for either
  bool http2 = false;           // offers h2 by ALPN, and takes nothing else
  ResumableSession resumption;  // of an earlier ClientSession of the same ClientContext and name, or null
};

class ClientSession final : public Session {
 public:
  ClientSession(const ClientContext& context, const ClientStart& start, Wire& wire);
  ~ClientSession() override;
  ClientSession(const ClientSession&) = delete;
  ClientSession& operator=(const ClientSession&) = delete;

  SessionStatus handshake() override;
  SessionResult read(char* data, std::size_t size) override;
  [[nodiscard]] bool has_buffered() const override;
  [[nodiscard]] bool has_ended() const override;
  [[nodiscard]] bool was_said_goodbye() const override;
  SessionResult write(const char* data, std::size_t size) override;
  void close() override;
  // "certificate verify failed: self-signed certificate", "no application protocol", "tlsv13 alert
  // certificate required" ….
  [[nodiscard]] std::string_view failure() const override;

  // The newest session the pod has given, with or after the handshake; null: none yet, or it cannot be
  // resumed.
  [[nodiscard]] const ResumableSession& resumption() const;
  [[nodiscard]] bool was_resumed() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Makes SSLs of `context` tell their ClientSession of sessions to resume.
void keep_sessions(ssl_ctx_st* context);

}  // namespace headgate::tls
