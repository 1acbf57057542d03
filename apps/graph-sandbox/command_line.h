#pragma once
// The command line of graph-sandbox as values.

#include "net/http_client.h"
#include "sandbox/config.h"
#include "sandbox/templates.h"

#include <boost/json.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

struct CommandLine {
  wac::sandbox::SandboxConfig config;
  wac::sandbox::TemplateCatalogue templates = wac::sandbox::TemplateCatalogue::built_in();
  std::optional<wac::net::Url> webhook_url;
  std::string listen = "127.0.0.1";
  std::uint16_t port = 0;
  std::string ledger_file;
  /// The first faults, as Faults::replace() takes them.
  boost::json::array faults;
  /// PEM file that replaces the system's CAs for an https webhook.
  std::string ca_file;
  std::optional<std::uint64_t> seed;
};

/// Reads the files it names too. On --help or a mistake, prints what is to be said and returns the exit code
/// (0 or 2).
std::variant<CommandLine, int> read_command_line(int argc, char** argv);
