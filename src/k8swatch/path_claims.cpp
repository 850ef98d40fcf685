#include "k8swatch/path_claims.h"

namespace headgate::k8swatch {

std::vector<std::string> contested_prefixes(const std::string& path, bool is_exact) {
  std::vector<std::string> contested;
  if (is_exact) contested.push_back(path);
  if (!path.ends_with('/'))
    contested.push_back(path + '/');
  else if (path.size() > 1)
    contested.push_back(path.substr(0, path.size() - 1));
  return contested;
}

}  // namespace headgate::k8swatch
