// Answers requests from the ObjectStore: verbs, lists, watches, errors. No I/O; used on the double's thread
// only.
#pragma once

#include <string>

#include "fakeapi/access.h"
#include "fakeapi/api_answer.h"
#include "fakeapi/api_error.h"
#include "fakeapi/api_request.h"
#include "fakeapi/knobs.h"
#include "fakeapi/object_store.h"

namespace headgate::fakeapi {

class ApiHandler {
 public:
  ApiHandler(ObjectStore& store, const Knobs& knobs, const Access& access)
      : store_(store), knobs_(knobs), access_(access) {}

  // Never throws for what a client sends.
  ApiAnswer answer(const ApiRequest& request);

 private:
  ApiAnswer answer_resource(const ApiRequest& request);
  ApiAnswer create(const ApiRequest& request);
  ApiAnswer update(const ApiRequest& request);
  ApiAnswer patch(const ApiRequest& request);
  ApiAnswer remove(const ApiRequest& request);

  ObjectStore& store_;
  const Knobs& knobs_;
  const Access& access_;
};

ApiAnswer error_answer(const ApiError& error);

}  // namespace headgate::fakeapi
