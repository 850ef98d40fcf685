// An ApiTransport for tests: keeps the requests and lets the test play the server, call by call.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "k8swatch/api_transport.h"

namespace headgate::k8swatch::testing {

class ScriptedTransport : public ApiTransport {
  struct Record {
    ApiRequest request;
    ApiStreamHandler* handler;
    bool is_open = true;
  };

  class Call final : public ApiCall {
   public:
    explicit Call(std::shared_ptr<Record> record) : record_(std::move(record)) {}
    ~Call() override { record_->is_open = false; }

   private:
    std::shared_ptr<Record> record_;
  };

 public:
  std::unique_ptr<ApiCall> unary(ApiRequest, std::function<void(ApiOutcome)>) override {
    ADD_FAILURE() << "nobody asks for that";
    return nullptr;
  }
  std::unique_ptr<ApiCall> stream(ApiRequest request, ApiStreamHandler& handler) override {
    for (const auto& record : records_)
      EXPECT_FALSE(record->is_open && record->request.lane == request.lane) << "two streams of one lane";
    records_.push_back(std::make_shared<Record>(Record{std::move(request), &handler}));
    return std::make_unique<Call>(records_.back());
  }

  // The paths of the calls that are open, in the order they were made.
  [[nodiscard]] std::vector<std::string> open_paths() const {
    std::vector<std::string> paths;
    for (const auto& record : records_)
      if (record->is_open) paths.push_back(path_of(*record));
    return paths;
  }
  [[nodiscard]] std::size_t call_count() const { return records_.size(); }
  // Of the open call whose path ends like this.
  [[nodiscard]] const ApiRequest& request(std::string_view path_end) const { return find(path_end)->request; }

  // What the server does with the open call whose path ends like this.
  void head(std::string_view path_end, int code) {
    ApiHead head;
    head.status = code;
    find(path_end)->handler->on_head(head);
  }
  void bytes(std::string_view path_end, std::string_view text) { find(path_end)->handler->on_bytes(text); }
  void end(std::string_view path_end) { find(path_end)->handler->on_end(std::nullopt); }
  void fail(std::string_view path_end, ApiFailure failure, std::string message) {
    find(path_end)->handler->on_end(ApiError{failure, std::move(message)});
  }
  void answer(std::string_view path_end, int code, std::string_view text) {
    head(path_end, code);
    bytes(path_end, text);
    end(path_end);
  }

 private:
  static std::string path_of(const Record& record) {
    return record.request.target.substr(0, record.request.target.find('?'));
  }
  [[nodiscard]] std::shared_ptr<Record> find(std::string_view path_end) const {
    for (const auto& record : records_)
      if (record->is_open && path_of(*record).ends_with(path_end)) return record;
    ADD_FAILURE() << "no call to " << path_end << " is open";
    throw std::runtime_error("no such call");
  }

  std::vector<std::shared_ptr<Record>> records_;
};

}  // namespace headgate::k8swatch::testing
