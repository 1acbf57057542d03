#include "command_line.h"

#include "sandbox/profile.h"

#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include <fstream>
#include <iostream>
#include <map>
#include <sstream>
#include <stdexcept>

namespace {

using namespace wac;
using namespace wac::sandbox;

/// What CLI11 fills in and no config field can take directly.
struct Raw {
  std::string token;
  std::string app_secret;
  std::string app_secret_file;
  std::string webhook_url;
  std::string templates_file;
  std::string faults_file;
  std::vector<std::int64_t> status_delays;
  std::vector<std::int64_t> retries;
  std::int64_t reply_delay = 50;
  std::optional<std::int64_t> held_back;
  std::optional<std::uint32_t> throughput;
  std::optional<std::int64_t> pair_interval;
  bool limits = false;
  bool lenient_plus = false;
  bool conversations = false;
};

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream content;
  content << in.rdbuf();
  if (!in) throw std::runtime_error("cannot read " + path);
  return std::move(content).str();
}

void declare_api(CLI::App& app, CommandLine& line, Raw& raw) {
  SandboxConfig& config = line.config;
  app.add_option("--listen", line.listen, "Address to listen on")->capture_default_str();
  app.add_option("--port", line.port, "Port; 0: any, printed as {\"event\":\"listening\",\"port\":N}")
      ->capture_default_str();
  app.add_option("--token", raw.token, "The access token callers must bring (sandbox-token)");
  app.add_option("--phone-number-id", config.phone_number_ids, "A sender; repeatable")->capture_default_str();
  app.add_option("--waba-id", config.waba_id, "WhatsApp Business Account id")->capture_default_str();
  app.add_option("--version", config.version, "The only Graph version to serve, such as v25.0; default: any");
  app.add_flag("--lenient-plus", raw.lenient_plus, "Accept `to` without +");
  app.add_option("--templates", raw.templates_file, "JSON file as GET /{waba}/message_templates answers")
      ->check(CLI::ExistingFile);
  app.add_option("--faults", raw.faults_file, "Fault profile, YAML or JSON (docs/sandbox.md)")
      ->check(CLI::ExistingFile);
  app.add_option("--seed", line.seed, "Makes faults, duplicates and disorder reproducible");
  app.add_option("--ledger-file", line.ledger_file, "Appends every event as a JSON line; read at start");
  app.add_option("--ledger-limit", config.ledger_limit, "Entries kept in memory")
      ->check(CLI::Range(std::size_t{1}, std::size_t{100'000'000}))
      ->capture_default_str();
}

void declare_limits(CLI::App& app, CommandLine& line, Raw& raw) {
  static const std::map<std::string, WindowRule> kWindows = {
      {"off", WindowRule::kOff}, {"refuse", WindowRule::kRefuse}, {"fail", WindowRule::kFail}};
  app.add_flag("--limits", raw.limits,
               "Meta's limits: 80 messages/s per number, the pair limit, calls per hour");
  app.add_option("--throughput", raw.throughput, "Messages per second and number; 0: no limit");
  app.add_option("--pair-interval-ms", raw.pair_interval, "One message to one user per; 0: no limit")
      ->check(CLI::NonNegativeNumber);
  app.add_option("--pair-burst", line.config.limits.pair_burst, "Before the interval counts")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--window", line.config.window,
                 "Free-form messages 24 h after the user's last one: off, refuse, fail (later, as Meta does)")
      ->transform(CLI::CheckedTransformer(kWindows));
}

void declare_webhooks(CLI::App& app, CommandLine& line, Raw& raw) {
  WebhookConfig& hooks = line.config.webhooks;
  const CLI::Range percent(0.0, 100.0);
  app.add_option("--webhook-url", raw.webhook_url, "Where webhooks go");
  app.add_option("--webhook-ca", line.ca_file, "PEM file to verify an https webhook with")
      ->check(CLI::ExistingFile);
  const auto* const secret =
      app.add_option("--app-secret", raw.app_secret, "Signs webhooks (sandbox-app-secret)");
  app.add_option("--app-secret-file", raw.app_secret_file, "The same from a file")
      ->check(CLI::ExistingFile)
      ->excludes(const_cast<CLI::Option*>(secret));
  app.add_option("--status-delay-ms", raw.status_delays, "sent/delivered/read after acceptance (20/60/150)")
      ->delimiter('/')
      ->expected(3)
      ->check(CLI::NonNegativeNumber);
  app.add_option("--webhook-retry-ms", raw.retries,
                 "Waits between tries; the last one repeats (1000,2000,…,60000)")
      ->delimiter(',')
      ->check(CLI::PositiveNumber);
  app.add_option("--webhook-concurrency", hooks.concurrency, "POSTs in flight at most")
      ->check(CLI::Range(std::size_t{1}, std::size_t{256}))
      ->capture_default_str();
  app.add_option("--webhook-backlog", hooks.backlog, "Updates waiting at most")->capture_default_str();
  app.add_option("--batch", hooks.faults.batch, "Updates per POST at most")
      ->check(CLI::Range(std::size_t{1}, std::size_t{1'000}))
      ->capture_default_str();
  app.add_option("--duplicate-percent", hooks.faults.duplicate_percent, "POSTs sent twice")->check(percent);
  app.add_option("--reorder-percent", hooks.faults.reorder_percent, "Updates overtaken by later ones")
      ->check(percent);
  app.add_option("--reorder-ms", raw.held_back, "How long those are held back at most")
      ->check(CLI::PositiveNumber);
  app.add_option("--drop-percent", hooks.faults.drop_percent, "Updates lost for good")->check(percent);
  app.add_flag("--conversations", raw.conversations, "`conversation` in statuses, as before Graph v24.0");
}

void declare_user(CLI::App& app, CommandLine& line, Raw& raw) {
  static const std::map<std::string, ReplyMode> kModes = {
      {"first", ReplyMode::kFirst}, {"always", ReplyMode::kAlways}, {"never", ReplyMode::kNever}};
  app.add_option("--reply", line.config.reply, "When the scripted user answers a text: first, always, never")
      ->transform(CLI::CheckedTransformer(kModes));
  app.add_option("--reply-text", line.config.reply_text, "What it answers")->capture_default_str();
  app.add_option("--reply-delay-ms", raw.reply_delay, "After it has read")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
}

/// What the profile says wins over the options beside it.
void apply_profile(CommandLine& line, const std::string& file) {
  auto value = json_of_yaml(read_file(file));
  if (!value) throw std::runtime_error(file + ": " + value.error().where);
  auto profile = read_profile(*value);
  if (!profile) throw std::runtime_error(file + ": " + profile.error().where);
  line.faults = std::move(profile->faults);
  if (profile->webhooks) line.config.webhooks.faults = *profile->webhooks;
  if (profile->limits) line.config.limits = *profile->limits;
}

void apply_limits(LimitConfig& limits, const Raw& raw) {
  const std::uint32_t burst = limits.pair_burst;
  if (raw.limits) limits = LimitConfig::as_meta();
  limits.pair_burst = burst;
  if (raw.throughput) limits.per_second = *raw.throughput;
  if (raw.pair_interval) limits.pair_interval = Millis{*raw.pair_interval};
}

void apply(CommandLine& line, const Raw& raw) {
  SandboxConfig& config = line.config;
  apply_limits(config.limits, raw);
  if (!raw.faults_file.empty()) apply_profile(line, raw.faults_file);
  if (!raw.token.empty()) config.token = Secret(raw.token);
  if (!raw.app_secret.empty()) config.app_secret = Secret(raw.app_secret);
  if (!raw.app_secret_file.empty()) {
    std::string secret = read_file(raw.app_secret_file);
    while (!secret.empty() && (secret.back() == '\n' || secret.back() == '\r')) secret.pop_back();
    if (secret.empty()) throw std::runtime_error("--app-secret-file is empty");
    config.app_secret = Secret(std::move(secret));
  }
  if (!raw.webhook_url.empty()) {
    auto url = net::parse_url(raw.webhook_url);
    if (!url) throw std::runtime_error("--webhook-url is not a URL");
    line.webhook_url = std::move(*url);
  }
  if (!raw.templates_file.empty()) {
    const auto added = line.templates.add(boost::json::parse(read_file(raw.templates_file)));
    if (!added) throw std::runtime_error(added.error().where);
  }
  if (!raw.status_delays.empty()) {
    config.sent_after = Millis{raw.status_delays[0]};
    config.delivered_after = Millis{raw.status_delays[1]};
    config.read_after = Millis{raw.status_delays[2]};
  }
  if (!raw.retries.empty()) config.webhooks.retry_after.clear();
  for (const std::int64_t wait : raw.retries) config.webhooks.retry_after.emplace_back(wait);
  if (raw.held_back) config.webhooks.faults.held_back = Millis{*raw.held_back};
  config.reply_after = Millis{raw.reply_delay};
  config.plus = raw.lenient_plus ? PlusRule::kLenient : PlusRule::kRequired;
  if (raw.conversations) config.conversations = SandboxConfig::Conversations::kIncluded;
}

}  // namespace

std::variant<CommandLine, int> read_command_line(int argc, char** argv) {
  CLI::App app("A local, strict, fault-injecting stand-in for Meta's Graph API (WhatsApp Cloud API)",
               "graph-sandbox");
  CommandLine line;
  Raw raw;
  declare_api(app, line, raw);
  declare_limits(app, line, raw);
  declare_webhooks(app, line, raw);
  declare_user(app, line, raw);
  try {
    app.parse(argc, argv);
    apply(line, raw);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  } catch (const std::exception& error) {
    std::cerr << "graph-sandbox: " << error.what() << '\n';
    return 2;
  }
  return line;
}
