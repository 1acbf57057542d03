#include "ctl/program.h"

#include "ctl/commands.h"

#include <ostream>

namespace wac::ctl {
namespace {

/// Ledger pages and pages of events are larger than Graph's answers.
constexpr std::size_t kLargestAnswer = std::size_t{64} * 1024 * 1024;
constexpr std::size_t kConnections = 1'000;

template <class... Handlers>
struct Overloaded : Handlers... {
  using Handlers::operator()...;
};

/// Nothing for a command that asks a server.
std::optional<Exit> run_offline(const Console& console, const Command& command) {
  if (const auto* lint = std::get_if<LintArguments>(&command)) return lint_file(console, *lint);
  if (const auto* code = std::get_if<ExplainArguments>(&command)) return explain_code(console, *code);
  return std::nullopt;
}

Task<Exit> ran_offline() {
  co_return Exit::kFailed;
}

Task<Exit> dispatch(Context& context, Command command) {
  // Each handler only makes the task; it is awaited here, while `context` and the handlers live.
  auto handlers = Overloaded{
      [&](SendArguments& arguments) { return send(context, std::move(arguments)); },
      [&](SmokeArguments& arguments) { return smoke(context, std::move(arguments)); },
      [&](TailArguments& arguments) { return tail_events(context, std::move(arguments)); },
      [&](IntentArguments& arguments) { return on_intent(context, std::move(arguments)); },
      [&](LedgerArguments& arguments) { return verify_ledger(context, std::move(arguments)); },
      [&](KeyArguments& arguments) { return make_keys(context, std::move(arguments)); },
      [&](HealthArguments&) { return health(context); },
      [&](DeadLetterArguments& arguments) { return on_dead_letters(context, std::move(arguments)); },
      [&](SenderArguments& arguments) { return on_senders(context, std::move(arguments)); },
      [](LintArguments&) { return ran_offline(); },
      [](ExplainArguments&) { return ran_offline(); },
  };
  co_return co_await std::visit(handlers, command);
}

Task<void> run_to_end(Context* context, net::EventLoop* loop, Command command, Exit* exit) {
  *exit = co_await dispatch(*context, std::move(command));
  co_await context->http.stop();
  loop->stop();
}

int exit_status(Exit exit) {
  return static_cast<int>(exit);
}

/// Nothing when the URL is wrong, which has been said.
std::optional<RestClient> client_for(const Console& console, net::HttpClient& http, Scheduler& loop,
                                     std::string_view option, const std::string& url, const Secret& key) {
  auto made = RestClient::make(http, loop, url, key.clone());
  if (made) return std::move(*made);
  console.err << option << " must be a URL: http://host:port or https://host\n";
  return std::nullopt;
}

Exit run_command(Arguments arguments, const Console& console) {
  const auto random = make_system_random();
  auto tls = net::TlsContext::make({});
  if (!tls) {
    console.err << "the system's CA certificates cannot be read (package ca-certificates)\n";
    return Exit::kFailed;
  }
  net::EventLoop loop;
  net::HttpClientLimits limits;
  limits.response_body_bytes = kLargestAnswer;
  limits.connections_per_endpoint = kConnections;
  const auto http = net::HttpClient::make(loop, **tls, limits);
  const Globals& globals = arguments.globals;
  auto connector = client_for(console, *http, loop, "--url", globals.url, globals.api_key);
  auto admin = client_for(console, *http, loop, "--admin-url", globals.admin_url, globals.admin_key);
  if (!connector || !admin) return Exit::kUsage;
  Context context{console, loop, *http, *random, *connector, *admin};
  Exit exit = Exit::kFailed;
  TaskScope scope;
  scope.spawn(run_to_end(&context, &loop, std::move(arguments.command), &exit));
  // A command that needed no waiting has stopped the loop already; then this returns at once.
  loop.run();
  return exit;
}

}  // namespace

int run_program(std::vector<std::string> words, const config::Variables& environment, std::ostream& out,
                std::ostream& err) {
  auto arguments = parse_arguments(std::move(words), environment);
  if (!arguments) {
    (arguments.error().exit == Exit::kOk ? out : err) << arguments.error().text;
    return exit_status(arguments.error().exit);
  }
  const Console console{out, err, arguments->globals.output};
  const auto offline = run_offline(console, arguments->command);
  const Exit exit = offline ? *offline : run_command(std::move(*arguments), console);
  out.flush();
  return exit_status(exit);
}

}  // namespace wac::ctl
