#pragma once
// A file that only grows, one write(2) per line.

#include "base/error.h"

#include <string>

namespace wac::sandbox {

class AppendFile {
 public:
  /// Opens or creates. Blocking; at start only.
  static Result<AppendFile> open(const std::string& path);
  AppendFile(AppendFile&& other) noexcept;
  AppendFile& operator=(AppendFile&&) = delete;
  ~AppendFile();

  /// What the file held when it was opened; moved out.
  std::string take_content() { return std::move(content_); }
  /// Cuts the file to so many bytes.
  void truncate(std::size_t size);
  /// False when the disk refuses: the caller counts it.
  bool append(std::string_view line);

 private:
  AppendFile(int fd, std::string content) : fd_(fd), content_(std::move(content)) {}
  int fd_;
  std::string content_;
};

}  // namespace wac::sandbox
