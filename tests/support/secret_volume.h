// A folder with the files of a Secret as the kubelet mounts it: each a link into `..data`, which is a link to
// a folder of one version of the Secret and swapped by one rename.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "support/temp_dir.h"

namespace headgate::test_support {

class SecretVolume {
 public:
  using Files = std::vector<std::pair<std::string, std::string>>;  // name and content

  // All files at once.
  void put(const Files& files) {
    const std::string version = "..version_" + std::to_string(++version_);
    std::filesystem::create_directory(home_.path() / version);
    for (const auto& [name, content] : files)
      std::ofstream(home_.path() / version / name, std::ios::binary) << content;
    std::filesystem::create_directory_symlink(version, home_.path() / "..data_tmp");
    std::filesystem::rename(home_.path() / "..data_tmp", home_.path() / "..data");
    for (const auto& [name, content] : files)
      if (!std::filesystem::is_symlink(home_.path() / name))
        std::filesystem::create_symlink(std::filesystem::path("..data") / name, home_.path() / name);
    std::filesystem::remove_all(home_.path() / ("..version_" + std::to_string(version_ - 1)));
  }

  // Where that file is, or will be.
  [[nodiscard]] std::string path(const std::string& name) const { return (home_.path() / name).string(); }

 private:
  TempDir home_;
  int version_ = 0;
};

}  // namespace headgate::test_support
