#include "ctl/arguments.h"

#include "base/expose.h"
#include "temp_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

namespace wac::ctl {
namespace {

using ::testing::HasSubstr;

using Environment = std::map<std::string, std::string>;

std::expected<Arguments, Said> parse(std::vector<std::string> words, Environment environment = {}) {
  return parse_arguments(std::move(words),
                         [environment](const std::string& name) -> std::optional<std::string> {
                           const auto found = environment.find(name);
                           return found == environment.end() ? std::nullopt : std::optional{found->second};
                         });
}

template <class T>
T command_of(std::vector<std::string> words) {
  auto parsed = parse(std::move(words));
  if (!parsed) {
    ADD_FAILURE() << parsed.error().text;
    return {};
  }
  T* command = std::get_if<T>(&parsed->command);
  if (command == nullptr) {
    ADD_FAILURE() << "another command";
    return {};
  }
  return std::move(*command);
}

void expect_usage(std::vector<std::string> words, const std::string& why) {
  const auto parsed = parse(std::move(words));
  ASSERT_FALSE(parsed.has_value()) << "expected: " << why;
  EXPECT_EQ(parsed.error().exit, Exit::kUsage);
  EXPECT_THAT(parsed.error().text, HasSubstr(why));
}

std::string api_key(const Arguments& arguments) {
  return std::string{expose(arguments.globals.api_key, Purpose::kValidate)};
}

TEST(Arguments, ReadATextMessageWithOptionsOfEveryLevelInAnyOrder) {
  const auto send = command_of<SendArguments>({"send", "text", "--body", "Hello", "--to", "+15550001111",
                                               "--json", "--preview-url", "--reply-to", "wamid.X"});
  EXPECT_EQ(send.message.type, "text");
  EXPECT_EQ(send.message.body, "Hello");
  EXPECT_TRUE(send.message.preview_url);
  EXPECT_EQ(send.to, "+15550001111");
  EXPECT_EQ(send.reply_to, "wamid.X");
  EXPECT_EQ(send.count, 1U);
}

TEST(Arguments, ReadRepeatedOptionsInTheirOrder) {
  const auto send = command_of<SendArguments>({"send", "template", "--to", "+1555", "--name", "order_update",
                                               "--body-param", "Ada", "--body-param", "42"});
  EXPECT_EQ(send.message.body_params, (std::vector<std::string>{"Ada", "42"}));
  EXPECT_EQ(send.message.language, "en_US");
}

TEST(Arguments, MarkReadNeedsNoRecipient) {
  const auto send = command_of<SendArguments>({"send", "mark-read", "--message-id", "wamid.X", "--typing"});
  EXPECT_EQ(send.message.type, "mark-read");
  EXPECT_TRUE(send.message.typing);
  EXPECT_TRUE(send.to.empty());
}

TEST(Arguments, RefuseWhatCannotBeMeant) {
  expect_usage({}, "subcommand is required");
  expect_usage({"send"}, "a type of message or --payload-json");
  expect_usage({"send", "text", "--to", "+1555"}, "--body is required");
  expect_usage({"send", "text", "--body", "x"}, "--to is required");
  expect_usage({"send", "text", "--to", "+1", "--body", "x", "--emoji", "y"}, "--emoji");
  expect_usage({"send", "text", "--to", "+1", "--body", "x", "--payload-json", "f"}, "only one");
  expect_usage({"send", "image", "--to", "+1", "--id", "1", "--link", "https://a/b"}, "excludes");
  expect_usage({"send", "text", "--to", "+1", "--body", "x", "--count", "0"}, "--count");
  expect_usage({"send", "text", "--to", "+1", "--body", "x", "--count", "2", "--dedupe-key", "k"},
               "excludes");
  expect_usage({"send", "text", "--to", "+1", "--body", "x", "--rate", "5"}, "--rate needs --count");
  expect_usage({"smoke"}, "--to is required");
  expect_usage({"intents", "resolve", "id", "--as", "maybe"}, "--as");
  expect_usage({"intents", "resolve", "id"}, "--as is required");
  expect_usage({"events", "tail", "--from-start", "--cursor", "c"}, "excludes");
  expect_usage({"events", "tail", "--group", "g", "--cursor", "c"}, "excludes");
  expect_usage({"events", "tail", "--group", "g", "--type", "message"}, "excludes");
  expect_usage({"events", "tail", "--group", "g", "--sse"}, "excludes");
  expect_usage({"frobnicate"}, "frobnicate");
}

TEST(Arguments, ReadTheOtherCommands) {
  const auto smoke = command_of<SmokeArguments>({"smoke", "--to", "+1555", "--timeout", "2.5"});
  EXPECT_EQ(smoke.timeout, Millis{2'500});
  EXPECT_EQ(smoke.template_name, "hello_world");
  const auto cancel = command_of<IntentArguments>({"intents", "cancel", "abc"});
  EXPECT_EQ(cancel.action, IntentArguments::Action::kCancel);
  EXPECT_EQ(cancel.id, "abc");
  const auto resolve = command_of<IntentArguments>({"intents", "resolve", "abc", "--as", "resend"});
  EXPECT_EQ(resolve.action, IntentArguments::Action::kResolve);
  EXPECT_EQ(resolve.as, "resend");
  const auto ledger =
      command_of<LedgerArguments>({"ledger", "verify", "--sandbox", "http://h:1", "--wait", "3"});
  EXPECT_EQ(ledger.sandbox_url, "http://h:1");
  EXPECT_EQ(ledger.wait, Millis{3'000});
  EXPECT_EQ(command_of<KeyArguments>({"keys", "keyring"}).action, KeyArguments::Action::kKeyring);
  EXPECT_EQ(command_of<KeyArguments>({"keys", "create", "--tenant", "acme"}).tenant, "acme");
  command_of<HealthArguments>({"health"});
}

TEST(Arguments, TailStartsNowUnlessTold) {
  EXPECT_EQ(command_of<TailArguments>({"events", "tail"}).cursor, "$");
  EXPECT_EQ(command_of<TailArguments>({"events", "tail", "--from-start"}).cursor, "");
  const auto tail = command_of<TailArguments>({"events", "tail", "--cursor", "c1", "--count", "3", "--sse"});
  EXPECT_EQ(tail.cursor, "c1");
  EXPECT_EQ(tail.count, 3U);
  EXPECT_TRUE(tail.sse);
  EXPECT_EQ(command_of<TailArguments>({"events", "tail", "--group", "crm"}).group, "crm");
}

TEST(Arguments, TakeTheUrlsFromTheOptionsThenTheEnvironmentThenTheDefaults) {
  EXPECT_EQ(parse({"health"})->globals.url, "http://127.0.0.1:8080");
  EXPECT_EQ(parse({"health"})->globals.admin_url, "http://127.0.0.1:9090");
  const Environment environment{{"CONNECTOR_URL", "http://a:1"}, {"CONNECTOR_ADMIN_URL", "http://b:2"}};
  EXPECT_EQ(parse({"health"}, environment)->globals.url, "http://a:1");
  EXPECT_EQ(parse({"health"}, environment)->globals.admin_url, "http://b:2");
  EXPECT_EQ(parse({"health", "--url", "http://c:3"}, environment)->globals.url, "http://c:3");
}

TEST(Arguments, TakeTheKeyFromTheOptionThenTheFileThenTheEnvironment) {
  const TempFile file{"wak_file\n"};
  const Environment environment{{"CONNECTOR_API_KEY", "wak_environment"}};
  EXPECT_EQ(api_key(*parse({"health", "--api-key", "wak_option"}, environment)), "wak_option");
  EXPECT_EQ(api_key(*parse({"health", "--api-key-file", file.path()}, environment)), "wak_file");
  EXPECT_EQ(api_key(*parse({"health"}, environment)), "wak_environment");
}

TEST(Arguments, ComplainAboutAKeyFileThatIsMissingOrEmpty) {
  const TempFile empty{"\n"};
  expect_usage({"health", "--api-key-file", "/nonexistent/key"}, "/nonexistent/key: cannot be opened");
  expect_usage({"health", "--admin-key-file", empty.path()}, "is empty");
}

TEST(Arguments, HelpIsNoMistake) {
  const auto help = parse({"send", "--help"});
  ASSERT_FALSE(help.has_value());
  EXPECT_EQ(help.error().exit, Exit::kOk);
  EXPECT_THAT(help.error().text, HasSubstr("--dedupe-key"));
}

TEST(Arguments, LintTakesAFileOrStandardInput) {
  EXPECT_EQ(command_of<LintArguments>({"lint", "a.json"}).file, "a.json");
  EXPECT_EQ(command_of<LintArguments>({"lint", "-"}).file, "-");
  EXPECT_FALSE(parse({"lint"}));
}

TEST(Arguments, ExplainTakesACodeOrAll) {
  EXPECT_EQ(command_of<ExplainArguments>({"explain", "131056"}).code, "131056");
  EXPECT_TRUE(command_of<ExplainArguments>({"explain", "--all"}).all);
  EXPECT_TRUE(command_of<ExplainArguments>({"explain", "--all", "--markdown"}).markdown);
  EXPECT_FALSE(parse({"explain"}));
  EXPECT_FALSE(parse({"explain", "131056", "--all"}));
  EXPECT_FALSE(parse({"explain", "131056", "--markdown"}));
}

TEST(Arguments, DeadLettersAreListedShownAndRedriven) {
  const auto list = command_of<DeadLetterArguments>({"dead-letters", "list", "--limit", "7"});
  EXPECT_EQ(list.action, DeadLetterArguments::Action::kList);
  EXPECT_EQ(list.limit, 7U);
  const auto show = command_of<IntentArguments>({"dead-letters", "show", "ID"});
  EXPECT_EQ(show.action, IntentArguments::Action::kGet);
  EXPECT_EQ(show.id, "ID");
  const auto one = command_of<DeadLetterArguments>({"dead-letters", "redrive", "ID"});
  EXPECT_EQ(one.action, DeadLetterArguments::Action::kRedrive);
  EXPECT_EQ(one.id, "ID");
  const auto all = command_of<DeadLetterArguments>(
      {"dead-letters", "redrive", "--all", "--error-code", "131026", "--dry-run"});
  EXPECT_TRUE(all.all);
  EXPECT_TRUE(all.dry_run);
  EXPECT_EQ(all.error_code, "131026");
  EXPECT_EQ(all.limit, 100U);
  for (const std::vector<std::string>& bad :
       std::vector<std::vector<std::string>>{{"dead-letters"},
                                             {"dead-letters", "redrive"},
                                             {"dead-letters", "redrive", "ID", "--all"},
                                             {"dead-letters", "redrive", "ID", "--dry-run"},
                                             {"dead-letters", "redrive", "--error-code", "1"},
                                             {"dead-letters", "list", "--limit", "0"},
                                             {"dead-letters", "list", "--limit", "1001"},
                                             {"dead-letters", "show"}}) {
    EXPECT_FALSE(parse(bad)) << bad.back();
  }
}

TEST(Arguments, SendersAreListedAndResumed) {
  EXPECT_EQ(command_of<SenderArguments>({"senders", "list"}).action, SenderArguments::Action::kList);
  const auto resume = command_of<SenderArguments>({"senders", "resume", "106540352242922"});
  EXPECT_EQ(resume.action, SenderArguments::Action::kResume);
  EXPECT_EQ(resume.id, "106540352242922");
  EXPECT_FALSE(parse({"senders", "resume"}));
}

}  // namespace
}  // namespace wac::ctl
