#include "k8swatch/kubeconfig.h"

#include <algorithm>
#include <filesystem>

#include "base/base64.h"
#include "k8swatch/credential_file.h"
#include "k8swatch/document_splitter.h"
#include "k8swatch/json_reader.h"
#include "k8swatch/yaml_converter.h"

namespace headgate::k8swatch {
namespace {

constexpr std::string_view kExecExtension = "client.authentication.k8s.io/exec";

// Reads one file; each function fills its value and says whether it could.
class Parser {
 public:
  Parser(const std::string& path, JsonReader& reader)
      : folder_(std::filesystem::absolute(path).parent_path()), reader_(reader) {}

  bool read(JsonValue& root, Kubeconfig& out) {
    reader_.set_confidential(true);
    return reader_.object(root, [&](std::string_view key, JsonValue& value) {
      if (key == "kind") return expect_text(value, "Config");
      if (key == "apiVersion") return expect_text(value, "v1");
      if (key == "current-context") return reader_.string(value, out.current_context);
      if (key == "clusters") return named_list(value, "cluster", out.clusters, &Parser::cluster);
      if (key == "users") return named_list(value, "user", out.users, &Parser::user);
      if (key == "contexts") return named_list(value, "context", out.contexts, &Parser::context);
      return true;
    });
  }

 private:
  bool expect_text(JsonValue& value, std::string_view wanted) {
    std::string_view text;
    if (!reader_.view(value, text)) return false;
    if (text.empty() || text == wanted) return true;
    return reader_.fail(value, "expected " + std::string(wanted));
  }

  // [{name: …, <entry>: {…}}, …]
  template <typename T>
  bool named_list(JsonValue& list, std::string_view entry, std::vector<T>& out,
                  bool (Parser::*read_entry)(JsonValue&, T&)) {
    return reader_.array(list, [&](JsonValue& element) {
      T item;
      if (!reader_.object(element, [&](std::string_view key, JsonValue& value) {
            if (key == "name") return reader_.string(value, item.name);
            if (key == entry) return (this->*read_entry)(value, item);
            return true;
          })) {
        return false;
      }
      if (item.name.empty()) return reader_.fail_missing(element, "name", "is missing");
      const auto same = [&](const T& other) { return other.name == item.name; };
      if (std::any_of(out.begin(), out.end(), same))
        return reader_.fail_missing(element, "name", "'" + item.name + "' is there twice");
      out.push_back(std::move(item));
      return true;
    });
  }

  bool flag(JsonValue& value, bool& out) {
    std::optional<bool> read;
    if (!reader_.boolean(value, read)) return false;
    out = read.value_or(false);
    return true;
  }

  bool file(JsonValue& value, std::string& out) {
    std::string_view text;
    if (!reader_.view(value, text)) return false;
    out = text.empty() ? "" : (folder_ / text).lexically_normal().string();
    return true;
  }

  bool data(JsonValue& value, std::string& out) {
    std::string_view text;
    if (!reader_.view(value, text)) return false;
    auto decoded = decode_base64(text);
    if (!decoded) return reader_.fail(value, "is not base64: " + decoded.error().message);
    out = *std::move(decoded);
    return true;
  }

  bool cluster(JsonValue& object, KubeCluster& out) {
    return reader_.object(object, [&](std::string_view key, JsonValue& value) {
      if (key == "server") return reader_.string(value, out.server);
      if (key == "tls-server-name") return reader_.string(value, out.tls_server_name);
      if (key == "insecure-skip-tls-verify") return flag(value, out.insecure_skip_tls_verify);
      if (key == "certificate-authority") return file(value, out.certificate_authority.path);
      if (key == "certificate-authority-data") return data(value, out.certificate_authority.text);
      if (key == "proxy-url") return reader_.string(value, out.proxy_url);
      if (key == "extensions") return extensions(value, out);
      return true;
    });
  }

  bool extensions(JsonValue& list, KubeCluster& out) {
    return reader_.array(list, [&](JsonValue& element) {
      std::string name;
      std::string config;
      if (!reader_.object(element, [&](std::string_view key, JsonValue& value) {
            if (key == "name") return reader_.string(value, name);
            if (key != "extension") return true;
            std::string_view raw;
            if (value.type() != simdjson::ondemand::json_type::object) return true;
            simdjson::ondemand::object object;
            if (value.get_object().get(object) != simdjson::SUCCESS ||
                object.raw_json().get(raw) != simdjson::SUCCESS)
              return reader_.fail(value, "cannot be read");
            config = raw;
            return true;
          })) {
        return false;
      }
      if (name == kExecExtension) out.exec_config = std::move(config);
      return true;
    });
  }

  bool user(JsonValue& object, KubeUser& out) {
    return reader_.object(object, [&](std::string_view key, JsonValue& value) {
      if (key == "client-certificate") return file(value, out.client_certificate.path);
      if (key == "client-certificate-data") return data(value, out.client_certificate.text);
      if (key == "client-key") return file(value, out.client_key.path);
      if (key == "client-key-data") return data(value, out.client_key.text);
      if (key == "token") return reader_.string(value, out.token.text);
      if (key == "tokenFile") return file(value, out.token.path);
      if (key == "exec") {
        if (reader_.is_null(value)) return true;
        return exec(value, out.exec.emplace());
      }
      constexpr std::string_view kUnsupported[] = {"username", "password",  "auth-provider", "as",
                                                   "as-uid",   "as-groups", "as-user-extra"};
      if (std::find(std::begin(kUnsupported), std::end(kUnsupported), key) != std::end(kUnsupported))
        return unsupported(key, value, out.unsupported);
      return true;
    });
  }

  bool unsupported(std::string_view key, JsonValue& value, std::string& out) {
    if (reader_.is_null(value)) return true;
    std::string_view text = "something";
    if (reader_.is_string(value) && !reader_.view(value, text)) return false;
    if (!text.empty() && out.empty()) out = key;
    return true;
  }

  bool exec(JsonValue& object, ExecPlugin& out) {
    return reader_.object(object, [&](std::string_view key, JsonValue& value) {
      if (key == "apiVersion") return reader_.string(value, out.api_version);
      if (key == "command") {
        if (!reader_.string(value, out.command)) return false;
        if (out.command.find('/') != std::string::npos)
          out.command = (folder_ / out.command).lexically_normal().string();
        return true;
      }
      if (key == "args") {
        return reader_.array(
            value, [&](JsonValue& one) { return reader_.string(one, out.arguments.emplace_back()); });
      }
      if (key == "env") return environment(value, out);
      if (key == "interactiveMode") return reader_.string(value, out.interactive_mode);
      if (key == "provideClusterInfo") return flag(value, out.provide_cluster_info);
      if (key == "installHint") return reader_.string(value, out.install_hint);
      return true;
    });
  }

  bool environment(JsonValue& list, ExecPlugin& out) {
    return reader_.array(list, [&](JsonValue& element) {
      auto& [name, text] = out.environment.emplace_back();
      if (!reader_.object(element,
                          [&, &variable = name, &content = text](std::string_view key, JsonValue& value) {
                            if (key == "name") return reader_.string(value, variable);
                            if (key == "value") return reader_.string(value, content);
                            return true;
                          })) {
        return false;
      }
      if (name.empty() || name.find('=') != std::string::npos)
        return reader_.fail_missing(element, "name", "is no name of a variable");
      return true;
    });
  }

  bool context(JsonValue& object, KubeContext& out) {
    return reader_.object(object, [&](std::string_view key, JsonValue& value) {
      if (key == "cluster") return reader_.string(value, out.cluster);
      if (key == "user") return reader_.string(value, out.user);
      if (key == "namespace") return reader_.string(value, out.namespace_name);
      return true;
    });
  }

  const std::filesystem::path folder_;
  JsonReader& reader_;
};

template <typename T>
void merge_list(std::vector<T>& first, std::vector<T> second) {
  const std::size_t own = first.size();
  for (T& item : second) {
    const auto end = first.begin() + static_cast<std::ptrdiff_t>(own);
    if (std::none_of(first.begin(), end, [&](const T& other) { return other.name == item.name; }))
      first.push_back(std::move(item));
  }
}

bool has_several_documents(std::string_view text) {
  const std::string padded = padded_copy(text);
  const std::vector<ManifestDocument> documents = split_documents(padded, ManifestFormat::yaml);
  return std::count_if(documents.begin(), documents.end(), [](const ManifestDocument& each) {
           return each.text.find_first_not_of("-. \t\r\n") != std::string_view::npos;
         }) > 1;
}

}  // namespace

Result<Kubeconfig> parse_kubeconfig(std::string_view text, const std::string& path) {
  YamlConverter yaml;
  const bool is_read = yaml.convert(text);
  if (!is_read && has_several_documents(text))
    return fail("kubeconfig " + path +
                " holds several documents (separated by \"---\"); only one is allowed");
  if (!is_read)
    return fail("kubeconfig " + path + ", line " + std::to_string(yaml.error_line() + 1) + ": " +
                yaml.error());
  Kubeconfig config;
  if (yaml.json() == "null") return config;  // an empty file is an empty kubeconfig
  JsonReader reader;
  JsonValue root;
  if (reader.open(yaml.json()) && reader.root(root) && Parser(path, reader).read(root, config)) return config;
  const JsonError& error = reader.error();
  return fail("kubeconfig " + path + ", line " + std::to_string(yaml.line_of(error.offset) + 1) + ": " +
              (error.field.empty() ? "" : error.field + ": ") + error.reason);
}

void merge_kubeconfig(Kubeconfig& first, Kubeconfig second) {
  merge_list(first.clusters, std::move(second.clusters));
  merge_list(first.users, std::move(second.users));
  merge_list(first.contexts, std::move(second.contexts));
  if (first.current_context.empty()) first.current_context = std::move(second.current_context);
}

Result<Kubeconfig> read_kubeconfig(const std::vector<std::string>& paths) {
  Kubeconfig merged;
  for (const std::string& path : paths) {
    std::error_code ignored;  // what cannot be looked at, is said when it is read
    if (paths.size() > 1 && !std::filesystem::exists(path, ignored)) continue;
    const Result<std::string> text = read_credential_file(path);
    if (!text) return fail("kubeconfig " + text.error().message);
    Result<Kubeconfig> one = parse_kubeconfig(*text, path);
    if (!one) return one;
    merge_kubeconfig(merged, *std::move(one));
  }
  return merged;
}

}  // namespace headgate::k8swatch
