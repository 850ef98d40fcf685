// Reading answers without the help of an HTTP library, so that nothing of their form is lost.
#include "cluster/wire_recorder.h"

#include <charconv>
#include <cstdlib>
#include <sstream>

#include "cluster/api_server.h"

namespace headgate::cluster_test {
namespace {

using test_support::Deadline;
using test_support::ReadEnd;

std::string marked(std::string_view text, std::string_view mark) {
  std::string result;
  std::istringstream lines{std::string(text)};
  for (std::string line; std::getline(lines, line);) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (line.starts_with("Authorization: ")) line = "Authorization: Bearer ...";
    result += std::string(mark) + (line.empty() ? "" : " ") + line + "\n";
  }
  return result;
}

}  // namespace

WireExchange::WireExchange(ApiClient client, std::string_view method, std::string_view path,
                           std::string_view body, std::string_view content_type)
    : client_(std::move(client)),
      request_(client_.head(method, path, body, content_type)),
      request_body_(body) {
  client_.connection().send(request_ + request_body_);
}

bool WireExchange::read_until(const std::function<bool()>& enough, std::chrono::milliseconds within) {
  const Deadline deadline(within);
  while (true) {
    while (take_some()) {
      if (enough && enough()) return true;
    }
    if (ended_) return !enough;
    if (client_.connection().reader().fill(deadline) != ReadEnd::data) return false;
  }
}

bool WireExchange::read_until_text(std::string_view text) {
  return read_until([&] { return body_.find(text) != std::string::npos; });
}

bool WireExchange::take_some() {
  std::string& buffer = client_.connection().reader().buffer();
  if (framing_ == Framing::unknown) {
    const std::size_t end = buffer.find("\r\n\r\n");
    if (end == std::string::npos) return false;
    test_support::parse_head(std::string_view(buffer).substr(0, end), head_);
    head_.status = std::atoi(head_.start_line.c_str() + std::min<std::size_t>(head_.start_line.size(), 9));
    buffer.erase(0, end + 4);
    framing_ = head_.lists("Transfer-Encoding", "chunked") ? Framing::chunked : Framing::length;
    left_ = static_cast<std::size_t>(std::atol(head_.field("Content-Length").value_or("0").c_str()));
    ended_ = framing_ == Framing::length && left_ == 0;
    return true;
  }
  if (ended_) return false;
  if (framing_ == Framing::length) {
    if (buffer.size() < left_) return false;
    body_ = buffer.substr(0, left_);
    buffer.erase(0, left_);
    ended_ = true;
    return true;
  }
  const std::size_t line = buffer.find("\r\n");
  if (line == std::string::npos) return false;
  std::size_t size = 0;
  std::from_chars(buffer.data(), buffer.data() + line, size, 16);
  if (buffer.size() < line + 2 + size + 2) return false;
  body_ += buffer.substr(line + 2, size);
  buffer.erase(0, line + 2 + size + 2);
  if (size == 0) {
    ended_ = true;
  } else {
    chunks_.push_back(size);
  }
  return true;
}

std::vector<std::string> WireExchange::lines() const {
  std::vector<std::string> whole;
  std::size_t begin = 0;
  for (std::size_t end = 0; (end = body_.find('\n', begin)) != std::string::npos; begin = end + 1)
    whole.push_back(body_.substr(begin, end - begin));
  return whole;
}

std::string WireExchange::transcript(std::string_view label) const {
  std::string text = "### " + std::string(label) + "\n" + marked(request_, ">") + marked(request_body_, ">");
  text += "< " + head_.start_line + "\n";
  for (const auto& [name, value] : head_.fields) text += "< " + name + ": " + value + "\n";
  text += "<\n" + marked(body_, "<");
  if (framing_ == Framing::chunked) {
    text += "# chunks of";
    for (const std::size_t size : chunks_) text += " " + std::to_string(size);
    text += ended_ ? ", then the last one\n" : ", not ended\n";
  }
  return text + "\n";
}

Transcript::~Transcript() {
  const char* wanted = std::getenv("HEADGATE_RECORD");
  if (wanted == nullptr || std::string_view(wanted) != "1") return;
  write_file(std::string(HEADGATE_CLUSTER_TRANSCRIPTS) + "/" + name_ + ".txt", text_);
}

}  // namespace headgate::cluster_test
