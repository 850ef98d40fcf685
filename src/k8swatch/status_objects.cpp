#include "k8swatch/status_objects.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "base/percent_encoding.h"
#include "k8swatch/json_reader.h"
#include "k8swatch/load_balancer_address.h"
#include "k8swatch/object_decoder.h"

namespace headgate::k8swatch {
namespace {

// Labels that the controllers of Kubernetes give to one generation of pods, or to one pod.
constexpr std::array<std::string_view, 5> kLabelsOfOnePod = {
    "pod-template-hash", "controller-revision-hash", "pod-template-generation",
    "statefulset.kubernetes.io/pod-name", "apps.kubernetes.io/pod-index"};

std::string escaped(std::string_view text) { return percent_encoded(text, kUnreservedBytes); }

ApiRequest read_request(std::string target) {
  ApiRequest request;
  request.target = std::move(target);
  request.lane = "writers";
  return request;
}

bool decode_strings(JsonReader& reader, JsonValue& value, std::vector<std::string>& out) {
  return reader.array(value, [&](JsonValue& each) { return reader.string(each, out.emplace_back()); });
}

bool decode_published(JsonReader& reader, JsonValue& value, PublishedService& out) {
  return reader.object(value, [&](std::string_view key, JsonValue& field) {
    if (key == "status") return decode_load_balancer_status(reader, field, out.addresses);
    if (key != "spec") return true;
    return reader.object(field, [&](std::string_view name, JsonValue& content) {
      if (name == "type") return reader.string(content, out.type);
      if (name == "clusterIP") return reader.string(content, out.cluster_ip);
      if (name == "externalName") return reader.string(content, out.external_name);
      if (name == "externalIPs") return decode_strings(reader, content, out.external_ips);
      return true;
    });
  });
}

bool decode_condition(JsonReader& reader, JsonValue& value, ControllerPod& out) {
  std::string type;
  std::string status;
  if (!reader.object(value, [&](std::string_view key, JsonValue& field) {
        if (key == "type") return reader.string(field, type);
        if (key == "status") return reader.string(field, status);
        return true;
      })) {
    return false;
  }
  if (type == "Ready") out.is_ready = status == "True";
  return true;
}

bool decode_pod_metadata(JsonReader& reader, JsonValue& value, ControllerPod& out) {
  return reader.object(value, [&](std::string_view key, JsonValue& field) {
    if (key == "name") return reader.string(field, out.name);
    if (key == "deletionTimestamp") {
      out.is_ending = !reader.is_null(field);
      return true;
    }
    if (key != "labels") return true;
    return reader.object(field, [&](std::string_view name, JsonValue& content) {
      return reader.string(content, out.labels.emplace_back(name, "").second);
    });
  });
}

bool decode_pod(JsonReader& reader, JsonValue& value, ControllerPod& out) {
  return reader.object(value, [&](std::string_view key, JsonValue& field) {
    if (key == "metadata") return decode_pod_metadata(reader, field, out);
    if (key == "spec") {
      return reader.object(field, [&](std::string_view name, JsonValue& content) {
        return name != "nodeName" || reader.string(content, out.node);
      });
    }
    if (key != "status") return true;
    return reader.object(field, [&](std::string_view name, JsonValue& content) {
      if (name == "phase") return reader.string(content, out.phase);
      if (name != "conditions") return true;
      return reader.array(content, [&](JsonValue& each) { return decode_condition(reader, each, out); });
    });
  });
}

// Opens `text` and calls `read(reader, root)`.
template <typename Read>
Result<void> read_text(const std::string& text, const char* what, Read read) {
  const std::string padded = padded_copy(text);
  JsonReader reader;
  JsonValue root;
  if (reader.open(padded) && reader.root(root) && read(reader, root)) return {};
  return fail(std::string("not ") + what + ": " + reader.error().field +
              (reader.error().field.empty() ? "" : ": ") + reader.error().reason);
}

template <typename T, typename Decode>
Result<std::vector<T>> read_list(const std::string& text, const char* what, Decode decode) {
  std::vector<T> items;
  const Result<void> read = read_text(text, what, [&](JsonReader& reader, JsonValue& root) {
    return reader.object(root, [&](std::string_view key, JsonValue& value) {
      if (key != "items") return true;
      return reader.array(value, [&](JsonValue& each) { return decode(reader, each, items.emplace_back()); });
    });
  });
  if (!read) return fail(read.error().message);
  return items;
}

}  // namespace

ApiRequest service_request(const std::string& namespace_name, const std::string& name) {
  return read_request("/api/v1/namespaces/" + escaped(namespace_name) +
                      "/services?fieldSelector=" + escaped("metadata.name=" + name));
}

ApiRequest pod_request(const std::string& namespace_name, const std::string& name) {
  return read_request("/api/v1/namespaces/" + escaped(namespace_name) +
                      "/pods?fieldSelector=" + escaped("metadata.name=" + name));
}

ApiRequest pods_request(const std::string& namespace_name, const StringPairs& labels) {
  std::string selector;
  for (const auto& [key, value] : labels) {
    if (!selector.empty()) selector += ',';
    selector += key;
    selector += '=';
    selector += value;
  }
  return read_request("/api/v1/namespaces/" + escaped(namespace_name) +
                      "/pods?labelSelector=" + escaped(selector));
}

ApiRequest node_request(const std::string& name) { return read_request("/api/v1/nodes/" + escaped(name)); }

Result<PublishedService> read_service(const std::string& text) {
  Result<std::vector<PublishedService>> list =
      read_list<PublishedService>(text, "a list of Services", decode_published);
  if (!list) return fail(list.error().message);
  if (list->size() != 1) return fail("there is no such Service");
  PublishedService service = std::move(list->front());
  if (service.type.empty()) service.type = "ClusterIP";
  return service;
}

Result<std::vector<LoadBalancerAddress>> addresses_of(const PublishedService& service) {
  std::vector<LoadBalancerAddress> found;
  const auto add_external = [&] {
    for (const std::string& ip : service.external_ips) found.push_back({"", ip});
  };
  if (service.type == "ExternalName") {
    found.push_back({service.external_name, ""});
  } else if (service.type == "LoadBalancer") {
    found = service.addresses;
    add_external();
    // Not the same as none: whoever had the Ingresses' status before us keeps being found there.
    if (found.empty()) return fail("the balancer has not given it an address yet");
  } else {
    if (service.type == "NodePort") add_external();
    if (found.empty()) {
      if (service.cluster_ip.empty() || service.cluster_ip == "None")
        return fail("a headless Service has no address of its own");
      found.push_back({"", service.cluster_ip});
    }
  }
  normalise(found);
  return found;
}

Result<std::vector<ControllerPod>> read_pods(const std::string& text) {
  return read_list<ControllerPod>(text, "a list of Pods", decode_pod);
}

StringPairs labels_of_replicas(const ControllerPod& pod) {
  StringPairs labels = pod.labels;
  std::erase_if(labels, [](const auto& label) {
    return std::find(kLabelsOfOnePod.begin(), kLabelsOfOnePod.end(), label.first) != kLabelsOfOnePod.end();
  });
  return labels;
}

Result<std::string> read_node_address(const std::string& text, bool internal) {
  std::string internal_address;
  std::string external_address;
  const auto decode_address = [&](JsonReader& reader, JsonValue& value) {
    std::string type;
    std::string address;
    if (!reader.object(value, [&](std::string_view key, JsonValue& field) {
          if (key == "type") return reader.string(field, type);
          if (key == "address") return reader.string(field, address);
          return true;
        })) {
      return false;
    }
    if (type == "InternalIP" && internal_address.empty()) internal_address = address;
    if (type == "ExternalIP" && external_address.empty()) external_address = address;
    return true;
  };
  const Result<void> read = read_text(text, "a Node", [&](JsonReader& reader, JsonValue& root) {
    return reader.object(root, [&](std::string_view key, JsonValue& value) {
      if (key != "status") return true;
      return reader.object(value, [&](std::string_view name, JsonValue& content) {
        if (name != "addresses") return true;
        return reader.array(content, [&](JsonValue& each) { return decode_address(reader, each); });
      });
    });
  });
  if (!read) return fail(read.error().message);
  return internal || external_address.empty() ? internal_address : external_address;
}

}  // namespace headgate::k8swatch
