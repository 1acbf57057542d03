#include "ctl/arguments.h"

#include "ctl/argument_draft.h"
#include "ctl/files.h"
#include "telemetry/version.h"

#include <algorithm>
#include <sstream>

namespace wac::ctl {
namespace {

void add_globals(CLI::App& app, Draft& draft) {
  app.add_option("--url", draft.globals.url, "the connector [CONNECTOR_URL, http://127.0.0.1:8080]");
  app.add_option("--admin-url", draft.globals.admin_url,
                 "its admin port [CONNECTOR_ADMIN_URL, http://127.0.0.1:9090]");
  auto* key = app.add_option(
      "--api-key", draft.api_key,
      "an API key [CONNECTOR_API_KEY]; other users of this machine can see it: prefer the file");
  app.add_option("--api-key-file", draft.api_key_file, "a file with the API key [data/api_key]")
      ->excludes(key);
  app.add_option("--admin-key-file", draft.admin_key_file, "a file with ADMIN_KEY, where one is set");
  app.add_flag("--json", draft.json, "write JSON for programs");
}

void add_media(CLI::App& send, MessageFlags& message, const std::string& type) {
  CLI::App* app = child(send, type, "a media message");
  auto* id = app->add_option("--id", message.media_id, "a media id Meta gave");
  auto* link = app->add_option("--link", message.link, "a public https URL that Meta fetches")->excludes(id);
  app->add_option("--media-url", message.media_url, "a URL the connector fetches and uploads")
      ->excludes(id)
      ->excludes(link);
  if (type != "audio" && type != "sticker") app->add_option("--caption", message.caption, "text below it");
  if (type == "document") app->add_option("--filename", message.filename, "the name the user sees");
  if (type == "audio") app->add_flag("--voice", message.voice, "show it as a voice message (OGG, Opus)");
}

void add_message_types(CLI::App& send, MessageFlags& message) {
  CLI::App* text = child(send, "text", "a text message");
  text->add_option("--body", message.body, "the text")->required();
  text->add_flag("--preview-url", message.preview_url, "show a preview of the first link");
  for (const char* type : {"image", "audio", "video", "document", "sticker"}) add_media(send, message, type);
  CLI::App* location = child(send, "location", "a place");
  location->add_option("--latitude", message.latitude, "degrees")->required();
  location->add_option("--longitude", message.longitude, "degrees")->required();
  location->add_option("--name", message.name, "of the place");
  location->add_option("--address", message.address, "of the place");
  CLI::App* contacts = child(send, "contacts", "a contact card");
  contacts->add_option("--name", message.name, "of the person")->required();
  contacts->add_option("--phone", message.phones, "of the person; may be repeated");
  CLI::App* reaction = child(send, "reaction", "an emoji on a message");
  reaction->add_option("--message-id", message.message_id, "wamid of the message")->required();
  reaction->add_option("--emoji", message.emoji, "one emoji; empty takes the reaction back")->required();
  CLI::App* named = child(send, "template", "an approved template");
  named->add_option("--name", message.name, "of the template")->required();
  named->add_option("--language", message.language, "of the template")->capture_default_str();
  auto* params =
      named->add_option("--body-param", message.body_params, "the next variable of the body; repeat");
  named->add_option("--components-json", message.components_file, "a file with the array of components")
      ->excludes(params);
  CLI::App* mark_read = child(send, "mark-read", "mark an inbound message as read");
  mark_read->add_option("--message-id", message.message_id, "wamid of the message")->required();
  mark_read->add_flag("--typing", message.typing, "show that an answer is being written");
}

void add_send(CLI::App& app, Draft& draft) {
  CLI::App* send = child(app, "send", "send one message, or many for a quick load");
  SendArguments& arguments = draft.send;
  send->add_option("--to", arguments.to, "the recipient, + and digits");
  send->add_flag("--group", arguments.group, "the recipient is a group: --to is its id");
  send->add_option("--payload-json", arguments.message.payload_file,
                   "a file with any payload (- is standard input) instead of a type");
  auto* id = send->add_option("--intent-id", arguments.intent_id, "a UUID or ULID [a new UUID]");
  auto* key = send->add_option("--dedupe-key", arguments.dedupe_key, "what makes it the same intent");
  send->add_option("--sender", arguments.sender, "phone_number_id [the tenant's first]");
  send->add_option("--reply-to", arguments.reply_to, "wamid of the message this one quotes");
  send->add_flag("--async", arguments.respond_async, "do not wait for the outcome");
  auto* dry = send->add_flag("--dry-run", arguments.dry_run, "let the connector check it, send nothing");
  send->add_option("--count", arguments.count, "that many intents, each with its own id")
      ->check(CLI::Range(1, 10'000'000))
      ->excludes(id)
      ->excludes(key)
      ->excludes(dry);
  send->add_option("--rate", arguments.rate, "with --count: intents per second [as fast as answers come]")
      ->check(CLI::Range(0.01, 100'000.0));
  add_message_types(*send, arguments.message);
  send->require_subcommand(0, 1);
}

void add_smoke(CLI::App& app, Draft& draft) {
  CLI::App* smoke = child(app, "smoke", "send one of each principal type and watch them arrive");
  SmokeArguments& arguments = draft.smoke;
  smoke->add_option("--to", arguments.to, "the recipient, + and digits")->required();
  smoke->add_option("--sender", arguments.sender, "phone_number_id [the tenant's first]");
  smoke->add_option("--message-id", arguments.message_id,
                    "an inbound wamid to react to and mark as read [the first reply]");
  smoke->add_option("--audio-link", arguments.audio_link, "what to send")->capture_default_str();
  smoke->add_option("--document-link", arguments.document_link, "what to send")->capture_default_str();
  smoke->add_option("--template", arguments.template_name, "without variables")->capture_default_str();
  smoke->add_option("--language", arguments.language, "of the template")->capture_default_str();
  smoke->add_option("--timeout", draft.timeout_seconds, "seconds for all of it")
      ->capture_default_str()
      ->check(CLI::Range(1.0, 86'400.0));
}

void add_events(CLI::App& app, Draft& draft) {
  CLI::App* events = child(app, "events", "what happened: received messages, statuses, account news");
  events->require_subcommand(1);
  CLI::App* tail = child(*events, "tail", "print events as they come, a line of JSON each");
  auto* start = tail->add_flag("--from-start", draft.from_start, "from the oldest kept event on");
  auto* cursor = tail->add_option("--cursor", draft.tail.cursor, "go on after that cursor")->excludes(start);
  auto* type =
      tail->add_option("--type", draft.tail.type_prefix, "only types that begin so, e.g. message.received");
  tail->add_option("--count", draft.tail_count, "stop after that many")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1'000'000'000}));
  auto* sse = tail->add_flag("--sse", draft.tail.sse, "over server-sent events instead of long polls");
  tail->add_option("--group", draft.tail.group, "share events with the group's other readers; acknowledges")
      ->excludes(cursor)
      ->excludes(type)
      ->excludes(sse);
}

Said explain(const CLI::App& app, const CLI::ParseError& error) {
  std::ostringstream out;
  std::ostringstream err;
  const bool help = app.exit(error, out, err) == 0;
  if (help) return {Exit::kOk, out.str()};
  // For an unknown word CLI11 only says that a known one is missing.
  const auto rest = app.remaining(true);
  const bool misled = dynamic_cast<const CLI::RequiredError*>(&error) != nullptr && !rest.empty();
  return {Exit::kUsage, misled ? "there is no \"" + rest.front() + "\" here\n" + err.str() : err.str()};
}

std::unexpected<Said> wrong(std::string text) {
  return std::unexpected(Said{Exit::kUsage, std::move(text) + '\n'});
}

std::expected<Secret, Said> read_key(const std::string& path) {
  auto text = read_text(path);
  if (!text) return wrong(path + ": " + text.error());
  while (!text->empty() && (text->back() == '\n' || text->back() == '\r')) text->pop_back();
  Secret key{*text};
  wipe(*text);
  if (key.empty()) return wrong(path + " is empty");
  return key;
}

std::expected<void, Said> finish_keys(Draft& draft, const config::Variables& environment) {
  Globals& globals = draft.globals;
  if (!draft.api_key.empty()) {
    globals.api_key = Secret{draft.api_key};
    wipe(draft.api_key);
  } else if (!draft.api_key_file.empty()) {
    auto key = read_key(draft.api_key_file);
    if (!key) return std::unexpected(key.error());
    globals.api_key = std::move(*key);
  } else if (auto text = environment("CONNECTOR_API_KEY"); text && !text->empty()) {
    globals.api_key = Secret{*text};
    wipe(*text);
  } else if (auto found = read_key("data/api_key")) {
    globals.api_key = std::move(*found);
  }
  if (draft.admin_key_file.empty()) return {};
  auto key = read_key(draft.admin_key_file);
  if (!key) return std::unexpected(key.error());
  globals.admin_key = std::move(*key);
  return {};
}

std::expected<void, Said> finish_globals(Draft& draft, const config::Variables& environment) {
  Globals& globals = draft.globals;
  globals.output = draft.json ? Output::kJson : Output::kText;
  if (globals.url.empty()) globals.url = environment("CONNECTOR_URL").value_or("http://127.0.0.1:8080");
  if (globals.admin_url.empty()) {
    globals.admin_url = environment("CONNECTOR_ADMIN_URL").value_or("http://127.0.0.1:9090");
  }
  return finish_keys(draft, environment);
}

Millis seconds(double value) {
  return Millis{static_cast<std::int64_t>(value * 1'000)};
}

std::expected<Command, Said> finish_send(CLI::App& send, Draft& draft) {
  SendArguments& arguments = draft.send;
  const auto chosen = send.get_subcommands();
  if (!chosen.empty()) arguments.message.type = chosen.front()->get_name();
  const bool payload = !arguments.message.payload_file.empty();
  if (payload == !chosen.empty())
    return wrong("send: give a type of message or --payload-json, and only one");
  if (arguments.rate != 0 && arguments.count == 1) return wrong("send: --rate needs --count");
  if (!payload && arguments.to.empty() && arguments.message.type != "mark-read") {
    return wrong("send: --to is required");
  }
  return std::move(arguments);
}

std::expected<Command, Said> finish_explain(ExplainArguments& arguments) {
  if (arguments.all == !arguments.code.empty()) return wrong("explain: give a code or --all, and only one");
  if (arguments.markdown && !arguments.all) return wrong("explain: --markdown needs --all");
  return std::move(arguments);
}

std::expected<Command, Said> finish_dead_letters(const CLI::App& app, Draft& draft) {
  const std::string& action = app.get_subcommands().front()->get_name();
  // What `intents get` shows is all there is to show.
  if (action == "show") return IntentArguments{IntentArguments::Action::kGet, draft.dead_letters.id, {}};
  DeadLetterArguments& arguments = draft.dead_letters;
  if (action == "list") return std::move(arguments);
  arguments.action = DeadLetterArguments::Action::kRedrive;
  if (arguments.all == !arguments.id.empty())
    return wrong("dead-letters redrive: give an intent's id or --all, and only one");
  const bool narrowed = arguments.dry_run || !arguments.error_code.empty();
  if (narrowed && !arguments.all) return wrong("dead-letters redrive: --error-code and --dry-run need --all");
  return std::move(arguments);
}

std::expected<Command, Said> finish(CLI::App& chosen, Draft& draft) {
  const std::string& name = chosen.get_name();
  if (name == "send") return finish_send(chosen, draft);
  if (name == "smoke") {
    draft.smoke.timeout = seconds(draft.timeout_seconds);
    return std::move(draft.smoke);
  }
  if (name == "events") {
    if (draft.from_start) draft.tail.cursor.clear();
    if (draft.tail_count != 0) draft.tail.count = draft.tail_count;
    return std::move(draft.tail);
  }
  if (name == "intents") return std::move(draft.intent);
  if (name == "ledger") {
    draft.ledger.wait = seconds(draft.wait_seconds);
    return std::move(draft.ledger);
  }
  if (name == "keys") return std::move(draft.key);
  if (name == "lint") return std::move(draft.lint);
  if (name == "explain") return finish_explain(draft.explain);
  if (name == "dead-letters") return finish_dead_letters(chosen, draft);
  if (name == "senders") return std::move(draft.senders);
  return HealthArguments{};
}

}  // namespace

std::expected<Arguments, Said> parse_arguments(std::vector<std::string> words,
                                               const config::Variables& environment) {
  Draft draft;
  CLI::App app{"The operator's command line of whatsapp-connector.", "connectorctl"};
  app.set_version_flag("--version", std::string{telemetry::version()});
  app.require_subcommand(1);
  add_globals(app, draft);
  add_send(app, draft);
  add_smoke(app, draft);
  add_events(app, draft);
  add_intents(app, draft);
  add_operations(app, draft);
  add_catalogue(app, draft);
  try {
    // CLI11 takes words from the back.
    std::ranges::reverse(words);
    app.parse(std::move(words));
  } catch (const CLI::ParseError& error) {
    return std::unexpected(explain(app, error));
  }
  auto command = finish(*app.get_subcommands().front(), draft);
  if (!command) return std::unexpected(std::move(command.error()));
  if (auto globals = finish_globals(draft, environment); !globals) return std::unexpected(globals.error());
  return Arguments{std::move(draft.globals), std::move(*command)};
}

}  // namespace wac::ctl
