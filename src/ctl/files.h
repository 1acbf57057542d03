#pragma once
// Files named on the command line.

#include <boost/json/value.hpp>

#include <expected>
#include <string>

namespace wac::ctl {

/// At most 4 MiB. The error says what is wrong, without the name.
std::expected<std::string, std::string> read_text(const std::string& path);

/// "-" is standard input. The error names the file.
std::expected<boost::json::value, std::string> read_json(const std::string& path);

}  // namespace wac::ctl
