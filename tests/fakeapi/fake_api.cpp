#include <utility>

#include "fakeapi/fake_api.h"

#include "fakeapi/fake_api_impl.h"
#include "fakeapi/manifest_text.h"
#include "fakeapi/preload.h"

namespace headgate::fakeapi {
namespace {

constexpr const char* kUser = "system:serviceaccount:headgate:headgate";

ObjectInfo info_of(const ObjectRef& object) {
  return {object->namespace_name, object->name, object->uid, object->revision, object->full_text()};
}

// A manifest with what it is about.
struct Manifest {
  const Kind* kind;
  std::string namespace_name;
  std::string name;
  Json object;
};

Manifest manifest_of(Json object) {
  const std::string kind_name = string_member(object, "kind");
  const std::string version = string_member(object, "apiVersion");
  const Kind* const kind = find_kind(version, kind_name);
  if (kind == nullptr) {
    throw std::invalid_argument("the fake API server has no kind \"" + kind_name + "\" of " + version);
  }
  const Json& metadata = object_member(object, "metadata");
  std::string namespace_name = string_member(metadata, "namespace");
  if (kind->namespaced && namespace_name.empty()) namespace_name = "default";
  if (!kind->namespaced) namespace_name.clear();
  std::string name = string_member(metadata, "name");
  return {kind, std::move(namespace_name), std::move(name), std::move(object)};
}

WriteOptions whole() { return {Part::whole, "test", false}; }

}  // namespace

FakeApi::FakeApi(const FakeApiOptions& options) : impl_(std::make_unique<Impl>(options)) {
  ServerState& state = impl_->state;
  state.knobs = options.knobs;
  state.store.managed_fields = options.managed_fields;
  state.store.validation = options.validation;
  for (auto& [kind, collection] : state.store.collections()) collection.limit_history(options.knobs.history);
  impl_->listener = std::make_unique<Listener>(state, options.address, options.port);
  if (options.tls) impl_->use_new_certificate();
  impl_->token = options.token;
  if (!options.token.empty()) state.access.allow_token(options.token, kUser);
  if (!options.client_ca.empty()) state.access.require();
  impl_->thread = std::thread([this] { impl_->io.run(); });
}

FakeApi::~FakeApi() {
  impl_->run([this] {
    impl_->listener->close();
    impl_->drop_connections(false);
    impl_->keeps_running.reset();
  });
  impl_->thread.join();  // every coroutine has ended
}

std::uint16_t FakeApi::port() const { return impl_->listener->port(); }

std::string FakeApi::url() const {
  const std::string& address = impl_->options.address;
  return std::string(impl_->options.tls ? "https" : "http") + "://" +
         (address.find(':') == std::string::npos ? address : "[" + address + "]") + ":" +
         std::to_string(port());
}

std::string FakeApi::ca_certificate() const {
  return impl_->run([this] { return impl_->certificate.ca; });
}

ObjectInfo FakeApi::create(std::string_view text) {
  Manifest manifest = manifest_of(json_of(text));
  return impl_->write([&] {
    return info_of(impl_->state.store.create(*manifest.kind, manifest.namespace_name,
                                             std::move(manifest.object), whole()));
  });
}

ObjectInfo FakeApi::update(std::string_view text) {
  Manifest manifest = manifest_of(json_of(text));
  return impl_->write([&] {
    return info_of(impl_->state.store.update(*manifest.kind, manifest.namespace_name, manifest.name,
                                             std::move(manifest.object), whole()));
  });
}

std::size_t FakeApi::apply(std::string_view text) {
  std::vector<Manifest> manifests;
  for (Json& document : documents_of(text)) manifests.push_back(manifest_of(std::move(document)));
  impl_->write([&] {
    ObjectStore& store = impl_->state.store;
    for (Manifest& m : manifests) {
      if (store.collection(*m.kind).find(object_key(m.namespace_name, m.name)) == nullptr) {
        store.create(*m.kind, m.namespace_name, std::move(m.object), whole());
      } else {
        store.update(*m.kind, m.namespace_name, m.name, std::move(m.object), whole());
      }
    }
  });
  return manifests.size();
}

ObjectInfo FakeApi::patch(std::string_view resource, std::string_view namespace_name, std::string_view name,
                          std::string_view merge_patch) {
  const Json patch = json_of(merge_patch);
  return impl_->write([&] {
    bool created = false;
    return info_of(impl_->state.store.patch(resource_named(resource), std::string(namespace_name),
                                            std::string(name), PatchType::merge, patch, whole(), created));
  });
}

bool FakeApi::remove(std::string_view resource, std::string_view namespace_name, std::string_view name) {
  return impl_->write([&] {
    const Kind& kind = resource_named(resource);
    ObjectStore& store = impl_->state.store;
    if (!store.collection(kind).find(object_key(std::string(namespace_name), std::string(name))))
      return false;
    store.remove(kind, std::string(namespace_name), std::string(name), nullptr, false);
    return true;
  });
}

void FakeApi::remove_all(std::string_view resource) {
  impl_->write([&] {
    const Kind& kind = resource_named(resource);
    const Collection::Objects objects = impl_->state.store.collection(kind).objects();
    for (const auto& [key, object] : objects) {
      impl_->state.store.remove(kind, object->namespace_name, object->name, nullptr, false);
    }
  });
}

std::optional<ObjectInfo> FakeApi::get(std::string_view resource, std::string_view namespace_name,
                                       std::string_view name) const {
  return impl_->run([&]() -> std::optional<ObjectInfo> {
    const ObjectRef object = impl_->state.store.collection(resource_named(resource))
                                 .find(object_key(std::string(namespace_name), std::string(name)));
    if (object == nullptr) return std::nullopt;
    return info_of(object);
  });
}

std::vector<ObjectInfo> FakeApi::list(std::string_view resource) const {
  return impl_->run([&] {
    std::vector<ObjectInfo> objects;
    for (const auto& [key, object] : impl_->state.store.collection(resource_named(resource)).objects()) {
      objects.push_back(info_of(object));
    }
    return objects;
  });
}

std::string FakeApi::value(std::string_view resource, std::string_view namespace_name, std::string_view name,
                           const std::string& json_pointer) const {
  const std::optional<ObjectInfo> object = get(resource, namespace_name, name);
  if (!object) return "";
  const Json json = Json::parse(object->json);
  const Json::json_pointer pointer(json_pointer);
  if (!json.contains(pointer)) return "";
  const Json& found = json.at(pointer);
  return found.is_string() ? found.get<std::string>() : found.dump();
}

std::uint64_t FakeApi::revision() const {
  return impl_->run([this] { return impl_->state.store.revision(); });
}

void FakeApi::preload(std::size_t count, const std::string& ingress_class) {
  impl_->write([&] { fakeapi::preload(impl_->state.store, 0, count, ingress_class); });
}

int FakeApi::inject(const Fault& fault) {
  return impl_->run([&] { return impl_->state.faults.add(fault); });
}

void FakeApi::remove_fault(int id) {
  impl_->run([&] { impl_->state.faults.remove(id); });
}

void FakeApi::clear_faults() {
  impl_->run([&] { impl_->state.faults.clear(); });
}

int FakeApi::fault_hits(int id) const {
  return impl_->run([&] { return impl_->state.faults.hits(id); });
}

void FakeApi::release_stalls() {
  impl_->write([&] { ++impl_->state.stall_releases; });
}

void FakeApi::set_knobs(const Knobs& knobs) {
  impl_->write([&] {
    impl_->state.knobs = knobs;
    for (auto& [kind, collection] : impl_->state.store.collections()) collection.limit_history(knobs.history);
  });
}

Knobs FakeApi::knobs() const {
  return impl_->run([&] { return impl_->state.knobs; });
}

void FakeApi::send_bookmarks() {
  impl_->write([&] { ++impl_->state.bookmark_rounds; });
}

void FakeApi::close_connections(bool with_reset) {
  impl_->run([&] { impl_->drop_connections(with_reset); });
}

void FakeApi::refuse_connections(bool refused) {
  impl_->run([&] { impl_->listener->refuse(refused); });
}

void FakeApi::restart() {
  impl_->run([&] {
    ObjectStore& store = impl_->state.store;
    store.set_revision(store.revision() + 1);
    for (auto& [kind, collection] : store.collections()) collection.forget_watch_cache(store.revision());
    impl_->drop_connections(false);
  });
}

void FakeApi::compact() {
  impl_->run([&] {
    ObjectStore& store = impl_->state.store;
    for (auto& [kind, collection] : store.collections()) collection.compact(store.revision());
  });
}

void FakeApi::go_back_to(std::uint64_t revision) {
  impl_->run([&] {
    ObjectStore& store = impl_->state.store;
    for (auto& [kind, collection] : store.collections()) {
      if (!collection.objects_at(revision)) {
        throw std::runtime_error("the history of " + std::string(kind->plural) + " does not reach back to " +
                                 std::to_string(revision));
      }
    }
    for (auto& [kind, collection] : store.collections()) collection.go_back_to(revision);
    store.set_revision(revision);
    impl_->drop_connections(false);
  });
}

void FakeApi::skip_revisions(std::uint64_t count) {
  impl_->write([&] { impl_->state.store.set_revision(impl_->state.store.revision() + count); });
}

void FakeApi::set_token(const std::string& token) {
  impl_->run([&] {
    impl_->state.access.revoke_tokens();
    impl_->state.access.allow_token(token, kUser);
    impl_->token = token;
  });
}

void FakeApi::forbid(const std::string& verb, const std::string& resource) {
  impl_->run([&] { impl_->state.access.forbid(verb, resource); });
}

void FakeApi::forbid_nothing() {
  impl_->run([&] { impl_->state.access.forbid_nothing(); });
}

void FakeApi::rotate_certificates() {
  impl_->run([&] {
    if (!impl_->options.tls) throw std::logic_error("a FakeApi without TLS has no certificates to rotate");
    impl_->use_new_certificate();
  });
}

}  // namespace headgate::fakeapi
