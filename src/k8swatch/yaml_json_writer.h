// The yaml-cpp event handler behind YamlConverter. Internal.
#pragma once

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/mark.h>

#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "k8swatch/json_scanner.h"
#include "k8swatch/yaml_converter.h"

namespace headgate::k8swatch {

// Writes events as JSON text. What it refuses it throws as YAML::ParserException, as the parser itself does.
class YamlJsonWriter : public YAML::EventHandler {
 public:
  YamlJsonWriter(std::string& out, std::vector<LineMark>& marks) : out_(out), marks_(marks) {}

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override;
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override;
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override;
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value style) override;
  void OnSequenceEnd() override;
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value style) override;
  void OnMapEnd() override;

 private:
  // A collection that is open.
  struct Frame {
    bool is_map = false;
    bool expects_key = false;  // maps: whether the next event is a key
    bool merging = false;      // maps: the value being read belongs to a merge key
    bool is_empty = true;
    YAML::anchor_t anchor = 0;
    std::size_t begin = 0;      // in out_
    std::size_t first_key = 0;  // in keys_
    std::size_t merge_begin = 0;
    std::vector<std::string> merges;  // values of merge keys, as JSON
  };
  struct Key {
    JsonSpan span;  // in out_, with the quotes
    int line = 0;
  };

  bool at_key() const { return !frames_.empty() && frames_.back().is_map && frames_.back().expects_key; }
  void write_key(const YAML::Mark& mark, const std::string& tag, const std::string& value);
  void begin_value(const YAML::Mark& mark);
  void end_value(YAML::anchor_t anchor, std::size_t begin);
  void open(const YAML::Mark& mark, YAML::anchor_t anchor, bool is_map);
  void write_scalar(const YAML::Mark& mark, const std::string& tag, const std::string& value);
  void remember(YAML::anchor_t anchor, std::size_t begin);
  void spend_alias_bytes(const YAML::Mark& mark, std::size_t bytes);
  void refuse_duplicates(const Frame& frame);
  void merge_into(const Frame& frame);
  void merge_object(std::set<std::string, std::less<>>& known, std::string_view object);
  [[nodiscard]] std::string_view text_of(const Key& key) const {
    return std::string_view(out_).substr(key.span.begin, key.span.end - key.span.begin);
  }

  std::string& out_;
  std::vector<LineMark>& marks_;
  std::vector<Frame> frames_;
  std::vector<Key> keys_;             // of the open maps, innermost last
  std::vector<std::string> anchors_;  // JSON by anchor id; empty while the anchored node is open
  std::size_t alias_bytes_ = 0;
  YAML::Mark last_mark_;
};

}  // namespace headgate::k8swatch
