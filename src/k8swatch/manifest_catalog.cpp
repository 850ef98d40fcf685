#include "k8swatch/manifest_catalog.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "base/hash.h"

namespace headgate::k8swatch {
namespace {

std::uint64_t key_hash(const Object& object) {
  const Metadata& metadata = metadata_of(object);
  IncrementalHash hash(hash_seed());
  hash.add(static_cast<char>(kind_of(object)));
  hash.add(metadata.namespace_name);
  hash.add('/');
  hash.add(metadata.name);
  return hash.value();
}

bool same_key(const Object& a, const Object& b) {
  const Metadata& left = metadata_of(a);
  const Metadata& right = metadata_of(b);
  return a.index() == b.index() && left.name == right.name && left.namespace_name == right.namespace_name;
}

bool counts_before(const ManifestCatalog::Definition& a, const ManifestCatalog::Definition& b) {
  return std::tie(*a.file->key, a.ordinal) < std::tie(*b.file->key, b.ordinal);
}

Finding shadowed_finding(const ManifestCatalog::Definition& loser,
                         const ManifestCatalog::Definition& winner) {
  std::string reason = winner.file == loser.file
                           ? "is defined more than once in " + loser.file->key->path + "; the last one counts"
                           : "is defined in " + loser.file->key->path + " and again in " +
                                 winner.file->key->path + "; the last in path order counts";
  return {Severity::warning, to_string(key_of(loser.object)), "", std::move(reason)};
}

}  // namespace

std::unordered_set<std::uint64_t> ManifestCatalog::known_documents(const File& file) {
  std::unordered_set<std::uint64_t> hashes;
  for (const Definition* definition : file.definitions) {
    if (definition->document_hash != 0) hashes.insert(definition->document_hash);
  }
  return hashes;
}

std::size_t ManifestCatalog::apply(File& file, std::vector<Document> documents, Vanished vanished) {
  std::unordered_multimap<std::uint64_t, Definition*> by_document;
  for (Definition* definition : file.definitions) {
    definition->taken = false;
    by_document.emplace(definition->document_hash, definition);
  }
  std::vector<Definition*> current;
  std::vector<Definition*> changed;
  std::vector<ObjectKey> broken;
  bool has_unknown_broken = false;
  file.findings = {};
  for (Document& document : documents) {
    if (document.unchanged) {
      const std::size_t first = current.size();
      const auto [begin, end] = by_document.equal_range(document.hash);
      for (auto it = begin; it != end; ++it) {
        if (!std::exchange(it->second->taken, true)) current.push_back(it->second);
      }
      std::sort(current.begin() + static_cast<std::ptrdiff_t>(first), current.end(),
                [](const Definition* a, const Definition* b) { return a->ordinal < b->ordinal; });
      continue;
    }
    // A document with something to complain about is decoded anew each time, so that the complaint stays.
    const std::uint64_t hash = document.result.findings.empty() ? document.hash : 0;
    for (Object& object : document.result.objects) {
      Definition* definition = find_untaken(file, object);
      if (definition == nullptr) {
        definition = &insert(file, std::move(object));
        changed.push_back(definition);
      } else if (!same_content(definition->object, object)) {
        definition->object = std::move(object);
        definition->changed = true;
        changed.push_back(definition);
      }
      definition->taken = true;
      definition->document_hash = hash;
      current.push_back(definition);
    }
    std::move(document.result.findings.begin(), document.result.findings.end(),
              std::back_inserter(file.findings));
    std::move(document.result.broken.begin(), document.result.broken.end(), std::back_inserter(broken));
    has_unknown_broken |= document.result.has_unknown_broken;
  }
  documents = {};

  std::size_t kept_for_now = 0;
  std::vector<Definition*> kept;
  std::vector<Definition*> removed;
  for (Definition* definition : file.definitions) {
    if (definition->taken) continue;
    const bool is_broken = has_unknown_broken || std::find(broken.begin(), broken.end(),
                                                           key_of(definition->object)) != broken.end();
    if (is_broken || vanished == Vanished::keep) {
      if (!is_broken) ++kept_for_now;
      definition->document_hash = 0;
      kept.push_back(definition);
    } else {
      removed.push_back(definition);
    }
  }
  kept.insert(kept.end(), current.begin(), current.end());
  kept.shrink_to_fit();
  file.definitions = std::move(kept);
  for (std::uint32_t i = 0; i < file.definitions.size(); ++i) {
    file.definitions[i]->ordinal = i;
    // A loser that moved within the file may win now.
    if (file.definitions[i]->shadowed) changed.push_back(file.definitions[i]);
  }

  for (const Definition* definition : changed) resolve(definition->object, false);
  resolve_removed(removed);
  affected_.insert(&file);
  for (File* affected : affected_) say_findings(*affected);
  affected_.clear();
  return kept_for_now;
}

void ManifestCatalog::set_unreadable(File& file, std::string reason) {
  file.findings.clear();
  file.findings.push_back({Severity::error, file.key->path, "", std::move(reason)});
  say_findings(file);
}

void ManifestCatalog::remove(File& file) { apply(file, {}, Vanished::remove); }

ManifestCatalog::Definition* ManifestCatalog::find_untaken(const File& file, const Object& object) {
  const auto [begin, end] = index_.equal_range(key_hash(object));
  for (auto it = begin; it != end; ++it) {
    Definition& definition = it->second;
    if (definition.file == &file && !definition.taken && same_key(definition.object, object)) {
      return &definition;
    }
  }
  return nullptr;
}

ManifestCatalog::Definition& ManifestCatalog::insert(File& file, Object object) {
  const std::uint64_t hash = key_hash(object);
  Definition definition;
  definition.object = std::move(object);
  definition.file = &file;
  return index_.emplace(hash, std::move(definition))->second;
}

Object ManifestCatalog::extract(Definition& definition) {
  const auto [begin, end] = index_.equal_range(key_hash(definition.object));
  const auto found =
      std::find_if(begin, end, [&](const auto& entry) { return &entry.second == &definition; });
  Object object = std::move(definition.object);
  index_.erase(found);
  return object;
}

void ManifestCatalog::resolve(const Object& object, bool gone) {
  const auto [begin, end] = index_.equal_range(key_hash(object));
  Definition* winner = nullptr;
  Definition* delivered = nullptr;
  for (auto it = begin; it != end; ++it) {
    Definition& candidate = it->second;
    if (!same_key(candidate.object, object)) continue;
    if (winner == nullptr || counts_before(*winner, candidate)) winner = &candidate;
    if (candidate.delivered) delivered = &candidate;
  }
  if (winner == nullptr) {
    if (gone) sink_.remove(key_of(object));
    return;
  }
  for (auto it = begin; it != end; ++it) {
    Definition& candidate = it->second;
    if (!same_key(candidate.object, object)) continue;
    // The text of a loser's Finding names the winner, so say it again whenever the contest is held.
    if (candidate.shadowed || &candidate != winner) affected_.insert(candidate.file);
    candidate.shadowed = &candidate != winner;
  }
  const bool sink_is_current = (delivered != nullptr && !delivered->changed &&
                                (delivered == winner || same_content(delivered->object, winner->object))) ||
                               (gone && same_content(object, winner->object));
  if (delivered != nullptr) delivered->delivered = delivered->changed = false;
  winner->delivered = true;
  winner->changed = false;
  if (!sink_is_current) sink_.upsert(winner->object);
}

void ManifestCatalog::resolve_removed(const std::vector<Definition*>& removed) {
  for (Definition* definition : removed) {
    const bool was_delivered = definition->delivered;
    const Object object = extract(*definition);
    resolve(object, was_delivered);
  }
}

void ManifestCatalog::say_findings(File& file) {
  std::vector<Finding> findings = file.findings;
  for (const Definition* definition : file.definitions) {
    if (!definition->shadowed) continue;
    const auto [begin, end] = index_.equal_range(key_hash(definition->object));
    for (auto it = begin; it != end; ++it) {
      if (it->second.shadowed || !same_key(it->second.object, definition->object)) continue;
      findings.push_back(shadowed_finding(*definition, it->second));
    }
  }
  if (findings.empty() && !file.has_said_findings) return;
  file.has_said_findings = !findings.empty();
  sink_.set_source_findings(file.key->path, std::move(findings));
}

}  // namespace headgate::k8swatch
