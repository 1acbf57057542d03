// Commands of one request or none.

#include "base/encoding.h"
#include "base/expose.h"
#include "crypto/keyring.h"
#include "ctl/commands.h"
#include "ctl/json_view.h"
#include "ctl/report.h"

#include <ostream>

namespace wac::ctl {
namespace {

namespace json = boost::json;

Call call_for(const IntentArguments& arguments) {
  Call call;
  call.target = "/v1/intents/" + percent_encode(arguments.id);
  switch (arguments.action) {
    case IntentArguments::Action::kGet:
      break;
    case IntentArguments::Action::kCancel:
      call.method = "DELETE";
      break;
    case IntentArguments::Action::kResolve:
      call.method = "POST";
      call.target += "/resolve";
      call.body = json::serialize(json::object{{"as", arguments.as}});
      break;
  }
  return call;
}

void print_history(const Console& console, const json::value& intent) {
  for (const auto& step : array_at(intent, "timeline")) {
    console.out << "  " << text_at(step, "at") << "  " << text_at(step, "state") << '\n';
  }
  if (const auto due = text_at(intent, "dueAt"); !due.empty()) console.out << "  " << due << "  due\n";
}

}  // namespace

Task<Exit> on_intent(Context& context, IntentArguments arguments) {
  const Reply reply = co_await context.connector.call(call_for(arguments));
  if (!reply) co_return unreachable(context.console, context.connector, reply.error());
  if (!reply->ok()) co_return refused(context.console, *reply);
  if (context.console.json()) {
    context.console.out << reply->text << '\n';
    co_return Exit::kOk;
  }
  context.console.out << describe_intent(reply->json);
  print_history(context.console, reply->json);
  co_return Exit::kOk;
}

Task<Exit> health(Context& context) {
  const Reply health = co_await context.connector.get("/health");
  if (!health) co_return unreachable(context.console, context.connector, health.error());
  const Reply ready = co_await context.connector.get("/readyz");
  if (!ready) co_return unreachable(context.console, context.connector, ready.error());
  const Exit exit = health->ok() && ready->ok() ? Exit::kOk : Exit::kFailed;
  if (text_at(health->json, "connector") != "whatsapp") co_return refused(context.console, *health);
  if (context.console.json()) {
    context.console.out << json::serialize(json::object{{"health", health->json}, {"ready", ready->ok()}})
                        << '\n';
    co_return exit;
  }
  auto& out = context.console.out;
  out << "health   " << text_at(health->json, "status") << "  (version " << text_at(health->json, "version")
      << ")\n";
  if (const auto* checks = object_at(health->json, "checks")) {
    for (const auto& check : *checks) {
      out << "  " << std::string_view{check.key()} << ": " << text_at(health->json.at("checks"), check.key())
          << '\n';
    }
  }
  out << "ready    " << (ready->ok() ? "yes" : "no: " + ready->text.substr(0, ready->text.find('\n')))
      << '\n';
  co_return exit;
}

Task<Exit> make_keys(Context& context, KeyArguments arguments) {
  const Console& console = context.console;
  if (arguments.action == KeyArguments::Action::kKeyring) {
    console.out << expose(crypto::Keyring::generate(context.random), Purpose::kAnswer) << '\n';
    co_return Exit::kOk;
  }
  if (!TenantId::parse(arguments.tenant)) {
    console.err << "keys create: --tenant must be a tenant's id (a-z, 0-9, _ and -)\n";
    co_return Exit::kUsage;
  }
  const Secret key = config::generate_api_key(context.random);
  const std::string_view text = expose(key, Purpose::kAnswer);
  const std::string line = arguments.tenant + ':' + to_hex(config::api_key_digest(text));
  if (console.json()) {
    console.out << json::serialize(
                       json::object{{"tenant", arguments.tenant}, {"apiKey", text}, {"hash", line}})
                << '\n';
    co_return Exit::kOk;
  }
  console.out << text << '\n' << line << '\n';
  console.err
      << "The first line is the key: it is shown only now. The second one goes into API_KEY_HASHES.\n";
  co_return Exit::kOk;
}

}  // namespace wac::ctl
