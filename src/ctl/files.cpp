#include "ctl/files.h"

#include <boost/json.hpp>

#include <fstream>
#include <iostream>

namespace wac::ctl {
namespace {

constexpr std::size_t kMaxFile = std::size_t{4} * 1024 * 1024;

std::expected<std::string, std::string> read_stream(std::istream& in) {
  std::string text(kMaxFile + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (in.bad()) return std::unexpected("cannot be read");
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (text.size() > kMaxFile) return std::unexpected("is larger than 4 MiB");
  return text;
}

}  // namespace

std::expected<std::string, std::string> read_text(const std::string& path) {
  std::ifstream file{path, std::ios::binary};
  if (!file) return std::unexpected("cannot be opened");
  return read_stream(file);
}

std::expected<boost::json::value, std::string> read_json(const std::string& path) {
  const auto text = path == "-" ? read_stream(std::cin) : read_text(path);
  if (!text) return std::unexpected(path + ' ' + text.error());
  boost::json::error_code ec;
  boost::json::value value = boost::json::parse(*text, ec);
  if (ec) return std::unexpected(path + " is not valid JSON");
  return value;
}

}  // namespace wac::ctl
