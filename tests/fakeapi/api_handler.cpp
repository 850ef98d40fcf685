#include "fakeapi/api_handler.h"

#include <utility>

#include "fakeapi/discovery.h"
#include "fakeapi/lister.h"
#include "fakeapi/manifest_text.h"

namespace headgate::fakeapi {
namespace {

bool wants_metadata_only(const ApiRequest& request) {
  return request.accept.find("as=PartialObjectMetadata") != std::string::npos;
}

// JSON is all there is.
bool accepts_json(const std::string& accept) {
  if (accept.empty()) return true;
  return accept.find("application/json") != std::string::npos || accept.find("*/*") != std::string::npos ||
         accept.find("application/*") != std::string::npos;
}

WriteOptions write_options(const ApiRequest& request) {
  WriteOptions options;
  options.part = request.subresource == "status" ? Part::status : Part::main;
  options.manager = request.parameter("fieldManager");
  if (options.manager.empty()) options.manager = request.user_agent.substr(0, request.user_agent.find('/'));
  if (options.manager.empty()) options.manager = "unknown";
  const std::string dry_run = request.parameter("dryRun");
  if (!dry_run.empty() && dry_run != "All") {
    throw ApiError::bad_request("dryRun: Unsupported value: \"" + dry_run + "\": supported values: \"All\"");
  }
  options.dry_run = dry_run == "All";
  return options;
}

Json parse_body(const ApiRequest& request) {
  const std::string type = request.content_type.substr(0, request.content_type.find(';'));
  if (type == "application/yaml" || type == "application/apply-patch+yaml") return json_of(request.body);
  if (type == "application/vnd.kubernetes.protobuf") {
    throw ApiError(415, "UnsupportedMediaType",
                   "the body of the request was in an unknown format - accepted media types include: "
                   "application/json, application/yaml",
                   Json::object());
  }
  return Json::parse(request.body);
}

PatchType patch_type(const ApiRequest& request) {
  const std::string type = request.content_type.substr(0, request.content_type.find(';'));
  if (type == "application/json-patch+json") return PatchType::json;
  if (type == "application/merge-patch+json") return PatchType::merge;
  if (type == "application/strategic-merge-patch+json") return PatchType::strategic;
  if (type == "application/apply-patch+yaml") return PatchType::apply;
  throw ApiError(415, "UnsupportedMediaType", "415: Unsupported Media Type", Json::object());
}

ApiAnswer object_answer(const ObjectRef& object, int status = 200) {
  ApiAnswer answer;
  answer.status = status;
  answer.body = object->full_text() + "\n";  // as Go's encoder ends it
  return answer;
}

ApiError method_not_allowed() {
  return {405, "MethodNotAllowed", "the server does not allow this method on the requested resource",
          Json::object()};
}

}  // namespace

ApiAnswer error_answer(const ApiError& error) {
  ApiAnswer answer;
  answer.status = error.code();
  answer.body = error.body() + "\n";
  if (error.retry_after()) {
    answer.headers.emplace_back("Retry-After", std::to_string(error.retry_after()->count()));
  }
  return answer;
}

ApiAnswer ApiHandler::answer(const ApiRequest& request) {
  try {
    access_.check(request);
    if (auto about = answer_about_server(request)) return *std::move(about);
    if (request.kind == nullptr) throw ApiError::no_such_resource();
    if (!accepts_json(request.accept)) {
      throw ApiError(406, "NotAcceptable", "406: Not Acceptable", Json::object());
    }
    return answer_resource(request);
  } catch (const ApiError& error) {
    return error_answer(error);
  } catch (const Json::exception& error) {
    return error_answer(
        ApiError::bad_request(std::string("the object provided is unrecognized: ") + error.what()));
  } catch (const std::invalid_argument& error) {
    return error_answer(ApiError::bad_request(error.what()));
  }
}

ApiAnswer ApiHandler::answer_resource(const ApiRequest& request) {
  if (!request.subresource.empty() && (request.subresource != "status" || !request.kind->has_status)) {
    throw ApiError::no_such_resource();
  }
  Lister lister(store_, knobs_);
  const bool metadata_only = wants_metadata_only(request);
  if (request.verb == "list") return lister.list(request, metadata_only);
  if (request.verb == "watch") return lister.watch(request, metadata_only);
  if (request.verb == "get") {
    const ObjectRef object = store_.get(*request.kind, request.namespace_name, request.name);
    ApiAnswer answer = object_answer(object);
    if (metadata_only) answer.body = object->metadata_text() + "\n";
    return answer;
  }
  if (request.verb == "create") return create(request);
  if (request.name.empty()) throw method_not_allowed();
  if (request.verb == "update") return update(request);
  if (request.verb == "patch") return patch(request);
  if (request.verb == "delete") return remove(request);
  throw method_not_allowed();
}

ApiAnswer ApiHandler::create(const ApiRequest& request) {
  if (!request.name.empty() || (request.kind->namespaced && request.namespace_name.empty())) {
    throw method_not_allowed();
  }
  return object_answer(
      store_.create(*request.kind, request.namespace_name, parse_body(request), write_options(request)), 201);
}

ApiAnswer ApiHandler::update(const ApiRequest& request) {
  return object_answer(store_.update(*request.kind, request.namespace_name, request.name, parse_body(request),
                                     write_options(request)));
}

ApiAnswer ApiHandler::patch(const ApiRequest& request) {
  const PatchType type = patch_type(request);
  if (type == PatchType::apply && request.parameter("fieldManager").empty()) {
    throw ApiError(422, "Invalid",
                   "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is required for "
                   "apply patch");
  }
  bool created = false;
  const ObjectRef object = store_.patch(*request.kind, request.namespace_name, request.name, type,
                                        parse_body(request), write_options(request), created);
  return object_answer(object, created ? 201 : 200);
}

ApiAnswer ApiHandler::remove(const ApiRequest& request) {
  if (!request.subresource.empty()) throw method_not_allowed();
  const ObjectRef object = store_.get(*request.kind, request.namespace_name, request.name);
  const Json wanted = request.body.empty() ? Json() : parse_body(request);
  const bool dry_run = write_options(request).dry_run;
  const ObjectRef remaining =
      store_.remove(*request.kind, request.namespace_name, request.name, wanted, dry_run);
  if (remaining != nullptr) return object_answer(remaining);

  Json status{{"kind", "Status"}, {"apiVersion", "v1"}};
  status["metadata"] = Json::object();
  status["status"] = "Success";
  Json& details = status["details"];
  details["name"] = object->name;
  if (!request.kind->group.empty()) details["group"] = request.kind->group;
  details["kind"] = request.kind->plural;
  details["uid"] = object->uid;
  ApiAnswer answer;
  answer.body = text_of(status) + "\n";
  return answer;
}

}  // namespace headgate::fakeapi
