#include "tls/client_hello.h"

#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <memory>
#include <string>

#include "support/client_hello.h"

namespace headgate::tls {
namespace {

using namespace headgate::test_support;

HelloStatus status_of(std::string_view data) { return read_client_hello(data).status; }

// The name of a hello that must be whole, and must not be before its last byte.
std::string name_in(const std::string& records) {
  for (std::size_t size = 0; size < records.size(); ++size)
    EXPECT_EQ(status_of(std::string_view(records).substr(0, size)), HelloStatus::incomplete) << size;
  const ClientHello hello = read_client_hello(records);
  EXPECT_EQ(hello.status, HelloStatus::complete);
  return std::string(hello.server_name());
}

std::string with_extensions(std::string extensions) {
  HelloParts parts;
  parts.extensions = std::move(extensions);
  return record(hello_message(parts));
}

// What OpenSSL's client says first.
std::string openssl_hello(const char* name, int version) {
  const std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> context(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
  SSL_CTX_set_min_proto_version(context.get(), version);
  SSL_CTX_set_max_proto_version(context.get(), version);
  const std::unique_ptr<SSL, void (*)(SSL*)> ssl(SSL_new(context.get()), SSL_free);
  if (name != nullptr) {
    EXPECT_EQ(SSL_set_tlsext_host_name(ssl.get(), name), 1);
  }
  BIO* const wire = BIO_new(BIO_s_mem());
  SSL_set_bio(ssl.get(), BIO_new(BIO_s_mem()), wire);
  EXPECT_LT(SSL_connect(ssl.get()), 0);  // it waits for the answer
  char* data = nullptr;
  const long size = BIO_get_mem_data(wire, &data);
  return {data, static_cast<std::size_t>(size)};
}

TEST(ClientHello, NamesTheServerOfARealClient) {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    EXPECT_EQ(name_in(openssl_hello("Some.Example.Org", version)), "some.example.org");
    EXPECT_EQ(name_in(openssl_hello(nullptr, version)), "");
  }
}

TEST(ClientHello, IsReadFromRecordsOfAnySize) {
  const std::string message = large_hello_message("one.example");
  for (const std::size_t size : {1U, 2U, 3U, 4U, 5U, 6U, 100U, 1000U}) {
    EXPECT_EQ(name_in(in_records(message, size)), "one.example") << size;
  }
  const std::string real = openssl_hello("one.example", TLS1_3_VERSION).substr(5);
  EXPECT_EQ(name_in(in_records(real, 1)), "one.example");
}

TEST(ClientHello, TakesPostQuantumSizesAndGrease) {
  EXPECT_EQ(name_in(record(large_hello_message("one.example"))), "one.example");
  EXPECT_EQ(name_in(in_records(large_hello_message("one.example", 8000), 16384)), "one.example");
}

TEST(ClientHello, IsCompleteWhateverFollowsItsRecords) {
  const std::string data = record(hello_message()) + record("\x01", 20) + record("early data", 23);
  const ClientHello hello = read_client_hello(data);
  EXPECT_EQ(hello.status, HelloStatus::complete);
  EXPECT_EQ(hello.server_name(), "one.example");
}

TEST(ClientHello, MayNameNobody) {
  EXPECT_EQ(name_in(with_extensions("")), "");
  EXPECT_EQ(name_in(with_extensions(extension(10, "abcd"))), "");
  const std::string whole = hello_message({.extensions = ""});
  const std::string without = std::string(1, '\x01') + prefixed(whole.substr(4, whole.size() - 6), 3);
  EXPECT_EQ(name_in(record(without)), "") << "TLS 1.2 without the block of extensions";
}

TEST(ClientHello, NormalisesTheName) {
  EXPECT_EQ(name_in(with_extensions(server_name_extension("ONE.Example."))), "one.example");
  EXPECT_EQ(name_in(with_extensions(server_name_extension("192.0.2.7"))), "");
  EXPECT_EQ(name_in(with_extensions(server_name_extension(std::string("one\0.example", 12)))), "");
  EXPECT_EQ(name_in(with_extensions(server_name_extension(std::string(256, 'a')))), "");
}

TEST(ClientHello, IsNotTlsWhereItBeginsOtherwise) {
  for (const char* data : {"GET / HTTP/1.1\r\n", "PRI * HTTP/2.0", "\x80\x2e\x01\x03\x01", "SSH-2.0-x\r\n",
                           "PROXY TCP4 1.2.3.4", "\x16\x02\x01", "\x15\x03\x01", "\x17\x03\x03"})
    EXPECT_EQ(status_of(data), HelloStatus::not_tls) << data;
  EXPECT_EQ(status_of(std::string_view("\0", 1)), HelloStatus::not_tls);
}

TEST(ClientHello, RefusesLengthsThatLie) {
  const std::string good = hello_message();
  // The record: none, more than a record may hold, more than the hello needs.
  EXPECT_EQ(status_of(std::string("\x16\x03\x01\0\0", 5)), HelloStatus::malformed);
  EXPECT_EQ(status_of("\x16\x03\x01\x40\x01"), HelloStatus::malformed);
  EXPECT_EQ(status_of(record(good + "x")), HelloStatus::malformed);
  EXPECT_EQ(status_of(record(good + good)), HelloStatus::malformed);
  // The message: less than its fields need, more than is ever taken.
  std::string shorter = good;
  shorter[3] = static_cast<char>(shorter[3] - 1);
  EXPECT_EQ(status_of(record(shorter)), HelloStatus::malformed);
  EXPECT_EQ(status_of(record(std::string_view("\x01\0\0\0", 4))), HelloStatus::malformed);
  EXPECT_EQ(status_of(record("\x01\xff\xff\xff")), HelloStatus::malformed);
  EXPECT_EQ(status_of(record(std::string("\x01\0\x40\0", 4))), HelloStatus::malformed);
}

TEST(ClientHello, RefusesRecordsOfOtherKindsInTheMiddle) {
  const std::string message = hello_message();
  const std::string begun = record(message.substr(0, 20));
  EXPECT_EQ(status_of(begun + record("\x02\x28", 21)), HelloStatus::malformed);
  EXPECT_EQ(status_of(begun + "\x16\x02"), HelloStatus::malformed);
  EXPECT_EQ(status_of(begun + std::string("\x16\x03\x01\0\0", 5)), HelloStatus::malformed)
      << "empty fragment";
  EXPECT_EQ(status_of(record("\x02")), HelloStatus::malformed) << "a ServerHello";
}

TEST(ClientHello, RefusesEveryCutOfItsFields) {
  // The message shortened to every size, with a length that agrees: something inside always does not. The one
  // exception is the hello that ends before its extensions.
  const std::string body = hello_message().substr(4);
  const std::size_t before_extensions = body.size() - (server_name_extension("one.example").size() + 2);
  for (std::size_t size = 0; size < body.size(); ++size) {
    const std::string message = std::string(1, '\x01') + prefixed(body.substr(0, size), 3);
    EXPECT_EQ(status_of(record(message)),
              size == before_extensions ? HelloStatus::complete : HelloStatus::malformed)
        << size;
  }
}

TEST(ClientHello, RefusesFieldsThatCannotBe) {
  const auto status_with = [](HelloParts parts) { return status_of(record(hello_message(parts))); };
  EXPECT_EQ(status_with({.version = "\x02\x03"}), HelloStatus::malformed);
  EXPECT_EQ(status_with({.session_id = std::string(33, 's')}), HelloStatus::malformed);
  EXPECT_EQ(status_with({.ciphers = ""}), HelloStatus::malformed);
  EXPECT_EQ(status_with({.ciphers = "\x13\x01\x13"}), HelloStatus::malformed);
  EXPECT_EQ(status_with({.compressions = ""}), HelloStatus::malformed);
}

TEST(ClientHello, RefusesServerNamesThatContradictThemselves) {
  const std::string name = server_name_extension("one.example");
  const std::string host("\0\0\x03one", 6);
  for (const std::string& extensions :
       {name + name, extension(0, ""), extension(0, prefixed("", 2)), extension(0, prefixed(host, 2) + "x"),
        extension(0, prefixed(host + host, 2)), extension(0, prefixed(std::string("\0\0\0", 3), 2)),
        extension(0, prefixed(std::string("\x01\0\x03one", 6), 2)), extension(0, big_endian(7, 2) + host),
        extension(0, big_endian(5, 2) + host), extension(0, prefixed(std::string("\0\0\x04one", 6), 2)),
        extension(0, prefixed(std::string("\0\0\x02one", 6), 2)), std::string("\0\0\0", 3), name + "\xff"})
    EXPECT_EQ(status_of(with_extensions(extensions)), HelloStatus::malformed);
}

TEST(ClientHello, IsBoundedInBytesOnTheWire) {
  // One byte in each record: six bytes on the wire for each.
  const std::string message = large_hello_message("one.example", kMaxHello / 6);
  const std::string records = in_records(message, 1);
  ASSERT_GT(records.size(), kMaxHello);
  EXPECT_EQ(status_of(std::string_view(records).substr(0, kMaxHello - 1)), HelloStatus::incomplete);
  EXPECT_EQ(status_of(std::string_view(records).substr(0, kMaxHello)), HelloStatus::malformed);
  EXPECT_EQ(status_of(records), HelloStatus::malformed);
}

TEST(ClientHello, MayBeAsLargeAsTheBound) {
  const std::size_t around = record(large_hello_message("one.example", 0)).size();
  const std::string largest = record(large_hello_message("one.example", kMaxHello - around));
  ASSERT_EQ(largest.size(), kMaxHello);
  EXPECT_EQ(read_client_hello(largest).server_name(), "one.example");
  EXPECT_EQ(status_of(record(large_hello_message("one.example", kMaxHello - around + 1))),
            HelloStatus::malformed);
}

}  // namespace
}  // namespace headgate::tls
