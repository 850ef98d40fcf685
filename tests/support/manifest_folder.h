// The folder of manifests that a Headgate under test follows.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "support/temp_dir.h"

namespace headgate::test_support {

class ManifestFolder {
 public:
  ManifestFolder();

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  // As editors and `kubectl` wrappers do: written beside and renamed over the old file.
  void write(std::string_view file, std::string_view text) const;
  // As careless programs do: truncated and written in place.
  void write_in_place(std::string_view file, std::string_view text) const;
  void remove(std::string_view file) const;

  // Plays a ConfigMap volume: `file` is a link into `..data`, which is a link to a new folder with each call,
  // swapped by one rename.
  void swap_volume(std::string_view file, std::string_view text);

 private:
  TempDir home_;
  std::filesystem::path path_;
  int volume_generation_ = 0;
};

}  // namespace headgate::test_support
