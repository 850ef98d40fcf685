#include "app/config_map_help.h"

#include <optional>
#include <string_view>

#include "k8swatch/config_map_keys.h"

namespace headgate::app {
namespace {

using k8swatch::ConfigMapKey;
using k8swatch::KeyFate;

void append_row(std::string& out, const ConfigMapKey& key) {
  out.append("| `").append(key.name).append("` | ").append(key.default_text).append(" | ");
  out.append(key.meaning).append(" | ").append(key.deviation).append(" |\n");
}

void append_useless_row(std::string& out, const ConfigMapKey& key) {
  out.append("| `").append(key.name).append("` | ");
  out.append(key.fate == KeyFate::refused ? "refused" : "no effect").append(" | ");
  out.append(key.reason).append(" |\n");
}

}  // namespace

std::string config_map_markdown() {
  std::string out =
      "# Keys of the ConfigMap\n"
      "\n"
      "Printed by `headgate help --configmap` from the registry; a test fails when this file differs.\n"
      "\n"
      "The ConfigMap is the one that `--configmap=namespace/name` names. Names, defaults and values are "
      "those of\n"
      "ingress-nginx unless the last column says otherwise. A change counts at once, without a reload. A "
      "value that\n"
      "cannot be used, and a key that is not in this list, is a Finding; the default is used. An empty value "
      "is no\n"
      "value. Times are seconds, or written as `90s`, `1h30m`; sizes are bytes, or written as `8k`, `10m`.\n";
  std::optional<k8swatch::ConfigMapGroup> group;
  for (const ConfigMapKey& key : k8swatch::config_map_rows()) {
    if (key.group != group) {
      group = key.group;
      out.append("\n## ").append(title_of(key.group)).append("\n\n");
      if (const std::string_view intro = intro_of(key.group); !intro.empty()) out.append(intro).append("\n");
      out += key.group == k8swatch::ConfigMapGroup::useless
                 ? "| Key | | Why |\n|---|---|---|\n"
                 : "| Key | Default | Meaning | Other than in ingress-nginx |\n|---|---|---|---|\n";
    }
    key.group == k8swatch::ConfigMapGroup::useless ? append_useless_row(out, key) : append_row(out, key);
  }
  return out;
}

}  // namespace headgate::app
