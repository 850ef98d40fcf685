// Every object of the double under one revision counter (as etcd counts), and the rules of writing: what a
// create, update, patch or delete makes of metadata, status and revision. Pure but for the clock and the
// random uids; used on the double's thread only. Refusals are thrown as ApiError.
#pragma once

#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <string_view>

#include "fakeapi/collection.h"
#include "fakeapi/json.h"
#include "fakeapi/kind.h"

namespace headgate::fakeapi {

// Which part of an object a write may change.
enum class Part {
  main,    // all but the status (of kinds with a status subresource)
  status,  // nothing but the status
  whole,   // both at once: for tests that play a controller
};

struct WriteOptions {
  Part part = Part::main;
  std::string manager = "fakeapi";  // named in managedFields
  bool dry_run = false;
};

enum class PatchType { json, merge, strategic, apply };

class ObjectStore {
 public:
  ObjectStore();

  // `body` has kind and apiVersion of `kind`, or neither. `namespace_name` empty: cluster-scoped.
  ObjectRef create(const Kind& kind, const std::string& namespace_name, Json body,
                   const WriteOptions& options);
  ObjectRef update(const Kind& kind, const std::string& namespace_name, const std::string& name, Json body,
                   const WriteOptions& options);
  // An apply patch creates what is not there: `created` tells.
  ObjectRef patch(const Kind& kind, const std::string& namespace_name, const std::string& name,
                  PatchType type, const Json& patch, const WriteOptions& options, bool& created);
  // `wanted` are the DeleteOptions, null for none. The object when it stays for its finalizers, else null.
  ObjectRef remove(const Kind& kind, const std::string& namespace_name, const std::string& name,
                   const Json& wanted, bool dry_run);

  [[nodiscard]] std::uint64_t revision() const { return revision_; }
  // Jumps, forwards or back, without a write.
  void set_revision(std::uint64_t revision) { revision_ = revision; }

  Collection& collection(const Kind& kind) { return collections_.at(&kind); }
  // Throws ApiError NotFound.
  ObjectRef get(const Kind& kind, const std::string& namespace_name, const std::string& name);
  std::map<const Kind*, Collection>& collections() { return collections_; }

  // managedFields like a real server's, about 500 bytes an object; off: none.
  bool managed_fields = true;
  // The rules of validation.h; off for objects that a server would refuse.
  bool validation = true;

 private:
  ObjectRef commit(const Kind& kind, Json object, const WriteOptions& options);
  std::string make_uid();

  std::map<const Kind*, Collection> collections_;
  std::uint64_t revision_ = 1;
  std::uint32_t next_cluster_ip_ = 1;
  std::mt19937_64 random_;
};

// "2026-11-22T11:46:16Z"
std::string now_rfc3339();
// "default/name", or "name" where the namespace is empty.
std::string object_key(const std::string& namespace_name, const std::string& name);

}  // namespace headgate::fakeapi
