#include "vectors/vectors.h"

#include <yaml-cpp/yaml.h>

#include <fstream>
#include <functional>
#include <stdexcept>

namespace headgate::test {
namespace {

// The files write a byte as the character of that number; YAML hands it over as UTF-8.
std::string bytes_of(const std::string& utf8) {
  std::string bytes;
  for (std::size_t i = 0; i < utf8.size(); ++i) {
    const auto lead = static_cast<unsigned char>(utf8[i]);
    if (lead < 0x80) {
      bytes += utf8[i];
      continue;
    }
    if ((lead != 0xC2 && lead != 0xC3) || i + 1 == utf8.size())
      throw std::runtime_error("a character above U+00FF");
    bytes += static_cast<char>((lead & 3U) << 6U | (static_cast<unsigned char>(utf8[++i]) & 0x3FU));
  }
  return bytes;
}

// "{{TEXT*N}}" is TEXT N times.
std::string expand(std::string text) {
  for (std::size_t open = text.find("{{"); open != std::string::npos; open = text.find("{{", open)) {
    const std::size_t close = text.find("}}", open);
    const std::size_t star = text.rfind('*', close);
    if (close == std::string::npos || star == std::string::npos || star < open)
      throw std::runtime_error("an open {{");
    const std::string unit = text.substr(open + 2, star - open - 2);
    std::string run;
    for (unsigned long n = std::stoul(text.substr(star + 1, close - star - 1)); n > 0; --n) run += unit;
    text.replace(open, close + 2 - open, run);
    open += run.size();
  }
  return text;
}

std::string raw_bytes(const YAML::Node& node) { return expand(bytes_of(node.as<std::string>())); }

std::vector<std::string> strings(const YAML::Node& node) {
  std::vector<std::string> result;
  for (const YAML::Node& item : node) result.push_back(item.as<std::string>());
  return result;
}

std::vector<int> numbers(const YAML::Node& node) {
  std::vector<int> result;
  for (const YAML::Node& item : node) result.push_back(item.as<int>());
  return result;
}

template <typename T>
std::optional<T> if_set(const YAML::Node& node) {
  if (!node.IsDefined() || node.IsNull()) return std::nullopt;
  return node.as<T>();
}

bool flag(const YAML::Node& node) { return if_set<bool>(node).value_or(false); }

RequestVector request_vector(const YAML::Node& line) {
  RequestVector vector;
  vector.id = line["id"].as<std::string>();
  vector.why = line["why"].as<std::string>();
  vector.raw = raw_bytes(line["raw"]);
  for (const YAML::Node& segment : line["segments_after"]) vector.raw += raw_bytes(segment[1]);
  const YAML::Node expect = line["expect"];
  vector.statuses = numbers(expect["status"]);
  vector.close = if_set<bool>(expect["close"]);
  vector.forwarded = expect["forwarded"].as<std::string>();
  vector.then = numbers(line["then"]);
  vector.then_alternative = numbers(line["then_alt"]);
  vector.max_forwarded = if_set<std::size_t>(line["max_fwd"]).value_or(1);
  vector.max_responses = if_set<std::size_t>(line["max_resp"]);
  vector.deny = strings(line["deny"]);
  vector.need = strings(line["need"]);
  vector.each = strings(line["each"]);
  vector.routes = strings(line["route"]);
  vector.slow = flag(line["slow"]);
  return vector;
}

ResponseVector response_vector(const YAML::Node& line) {
  ResponseVector vector;
  vector.id = line["id"].as<std::string>();
  vector.why = line["why"].as<std::string>();
  if (const YAML::Node request = line["request"]) vector.request = raw_bytes(request);
  for (const YAML::Node& step : line["steps"]) {
    const auto text = step.as<std::string>();
    if (text == "CLOSE" || text == "RST") {
      vector.closes = true;
      vector.resets = text == "RST";
    } else if (double pause = 0; !YAML::convert<double>::decode(step, pause)) {
      vector.raw += raw_bytes(step);
    }
  }
  const YAML::Node expect = line["expect"];
  vector.statuses = numbers(expect["status"]);
  vector.complete = if_set<bool>(expect["complete"]);
  if (const auto body = if_set<std::string>(expect["body"])) vector.body = expand(bytes_of(*body));
  vector.deny = strings(line["deny"]);
  vector.need = strings(line["need"]);
  vector.slow = flag(line["slow"]);
  return vector;
}

template <typename Vector>
std::vector<Vector> load(const std::string& name, Vector (*convert)(const YAML::Node&)) {
  const std::string path = std::string(HEADGATE_VECTORS) + "/" + name;
  std::ifstream file(path);
  if (!file) throw std::runtime_error(path + ": cannot be opened");
  std::vector<Vector> vectors;
  std::string line;
  for (int number = 1; std::getline(file, line); ++number) {
    try {
      if (!line.empty()) vectors.push_back(convert(YAML::Load(line)));
    } catch (const std::exception& error) {
      throw std::runtime_error(path + ":" + std::to_string(number) + ": " + error.what());
    }
  }
  return vectors;
}

}  // namespace

std::vector<RequestVector> load_request_vectors() { return load("h1_vectors.jsonl", &request_vector); }
std::vector<ResponseVector> load_response_vectors() {
  return load("h1_response_vectors.jsonl", &response_vector);
}

}  // namespace headgate::test
