#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <unistd.h>

namespace wac::ctl {

/// A file of that content, gone with the object.
class TempFile {
 public:
  explicit TempFile(std::string_view content) {
    std::string name = (std::filesystem::temp_directory_path() / "ctl_test_XXXXXX").string();
    const int fd = ::mkstemp(name.data());
    path_ = name;
    std::ofstream{path_, std::ios::binary} << content;
    if (fd >= 0) ::close(fd);
  }
  ~TempFile() { std::filesystem::remove(path_); }
  TempFile(const TempFile&) = delete;
  TempFile& operator=(const TempFile&) = delete;

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace wac::ctl
