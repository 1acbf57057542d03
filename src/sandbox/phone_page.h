#pragma once
// The files of src/sandbox/phone, as they are served; made at build time by embed_phone.cmake.

#include <span>
#include <string_view>

namespace wac::sandbox {

struct PageFile {
  /// Where it is served.
  std::string_view path;
  std::string_view content_type;
  std::string_view content;
};

std::span<const PageFile> phone_page_files();

}  // namespace wac::sandbox
