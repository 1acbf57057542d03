#pragma once
// The commands. Each prints its result and tells how it ended.

#include "base/random.h"
#include "base/scheduler.h"
#include "ctl/arguments.h"
#include "ctl/rest_client.h"

namespace wac::ctl {

/// What commands work with. Everything outlives them.
struct Context {
  const Console& console;
  Scheduler& loop;
  net::HttpClient& http;
  Random& random;
  RestClient& connector;
  RestClient& admin;
};

Task<Exit> send(Context& context, SendArguments arguments);
Task<Exit> smoke(Context& context, SmokeArguments arguments);
/// SIGINT and SIGTERM end the process with the cursor printed.
Task<Exit> tail_events(Context& context, TailArguments arguments);
Task<Exit> on_intent(Context& context, IntentArguments arguments);
Task<Exit> verify_ledger(Context& context, LedgerArguments arguments);
Task<Exit> health(Context& context);
Task<Exit> on_dead_letters(Context& context, DeadLetterArguments arguments);
Task<Exit> on_senders(Context& context, SenderArguments arguments);
/// Asks no server.
Task<Exit> make_keys(Context& context, KeyArguments arguments);

// Without loop and network.
Exit lint_file(const Console& console, const LintArguments& arguments);
Exit explain_code(const Console& console, const ExplainArguments& arguments);

}  // namespace wac::ctl
