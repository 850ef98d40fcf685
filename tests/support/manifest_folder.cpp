// File operations of the manifest folder.
#include "support/manifest_folder.h"

#include <fstream>
#include <stdexcept>

namespace headgate::test_support {
namespace {

void write_file(const std::filesystem::path& path, std::string_view text) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  if (!file) throw std::runtime_error("cannot write " + path.string());
}

}  // namespace

ManifestFolder::ManifestFolder() : path_(home_.path() / "manifests") {
  std::filesystem::create_directory(path_);
}

void ManifestFolder::write(std::string_view file, std::string_view text) const {
  const std::filesystem::path draft = home_.path() / "draft";  // the same file system, outside the folder
  write_file(draft, text);
  std::filesystem::rename(draft, path_ / file);
}

void ManifestFolder::write_in_place(std::string_view file, std::string_view text) const {
  write_file(path_ / file, text);
}

void ManifestFolder::remove(std::string_view file) const { std::filesystem::remove(path_ / file); }

void ManifestFolder::swap_volume(std::string_view file, std::string_view text) {
  const std::string generation = "..generation_" + std::to_string(++volume_generation_);
  std::filesystem::create_directory(path_ / generation);
  write_file(path_ / generation / file, text);
  std::filesystem::create_directory_symlink(generation, path_ / "..data_tmp");
  std::filesystem::rename(path_ / "..data_tmp", path_ / "..data");
  if (volume_generation_ == 1) {
    std::filesystem::create_symlink(std::filesystem::path("..data") / file, path_ / file);
  } else {
    std::filesystem::remove_all(path_ / ("..generation_" + std::to_string(volume_generation_ - 1)));
  }
}

}  // namespace headgate::test_support
