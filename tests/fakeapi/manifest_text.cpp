#include "fakeapi/manifest_text.h"

#include <stdexcept>
#include <utility>

#include "fakeapi/base64url.h"
#include "k8swatch/document_splitter.h"
#include "k8swatch/yaml_converter.h"

namespace headgate::fakeapi {
namespace {

constexpr std::size_t kJsonPadding = 64;

Json parse_json(std::string_view text) {
  try {
    return Json::parse(text);
  } catch (const Json::exception& error) {
    throw std::invalid_argument(error.what());
  }
}

// stringData is for writing only: the server keeps data.
void encode_string_data(Json& object) {
  if (string_member(object, "kind") != "Secret" || !object.contains("stringData")) return;
  const Json plain = object["stringData"];
  object.erase("stringData");
  for (const auto& [name, value] : plain.items()) {
    if (!value.is_string()) throw std::invalid_argument("stringData." + name + " is not a string");
    object["data"][name] = base64_encode(value.get<std::string>());
  }
}

}  // namespace

Json json_of(std::string_view text) {
  const std::vector<Json> documents = documents_of(text);
  if (documents.size() != 1) {
    throw std::invalid_argument("one object expected, " + std::to_string(documents.size()) +
                                " found in: " + std::string(text.substr(0, 200)));
  }
  return documents.front();
}

std::vector<Json> documents_of(std::string_view text) {
  std::string padded(text);
  padded.reserve(padded.size() + kJsonPadding);
  std::vector<Json> documents;
  for (const auto& document : k8swatch::split_documents(padded, k8swatch::ManifestFormat::yaml)) {
    if (!document.error.empty()) throw std::invalid_argument(document.error);
    Json value;
    if (document.is_json) {
      value = parse_json(document.text);
    } else {
      k8swatch::YamlConverter converter;
      if (!converter.convert(document.text)) {
        throw std::invalid_argument("line " + std::to_string(document.line + converter.error_line()) + ": " +
                                    converter.error());
      }
      value = parse_json(converter.json());
    }
    if (value.is_null()) continue;
    if (string_member(value, "kind").ends_with("List") && value.contains("items")) {
      for (Json& item : value["items"]) documents.push_back(std::move(item));
    } else {
      documents.push_back(std::move(value));
    }
  }
  for (Json& document : documents) encode_string_data(document);
  return documents;
}

}  // namespace headgate::fakeapi
