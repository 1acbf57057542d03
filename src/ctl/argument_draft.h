#pragma once
// The command line while it is being read. Private to arguments*.cpp.

#include "ctl/arguments.h"

#include <CLI/CLI.hpp>

namespace wac::ctl {

/// What CLI11 writes into before it is judged.
struct Draft {
  Globals globals;
  std::string api_key;
  std::string api_key_file;
  std::string admin_key_file;
  bool json = false;
  bool from_start = false;
  double timeout_seconds = 30;
  double wait_seconds = 0;
  std::uint64_t tail_count = 0;
  SendArguments send;
  SmokeArguments smoke;
  TailArguments tail;
  IntentArguments intent;
  LedgerArguments ledger;
  KeyArguments key;
  LintArguments lint;
  ExplainArguments explain;
  DeadLetterArguments dead_letters;
  SenderArguments senders;
};

/// Everything but the words of one's own options stays in the parent's hands.
inline CLI::App* child(CLI::App& parent, const std::string& name, const std::string& description) {
  CLI::App* app = parent.add_subcommand(name, description);
  app->fallthrough();
  return app;
}

// What can be done about messages, senders and keys: arguments_operations.cpp.
void add_intents(CLI::App& app, Draft& draft);
void add_operations(CLI::App& app, Draft& draft);
/// What asks no server.
void add_catalogue(CLI::App& app, Draft& draft);

}  // namespace wac::ctl
