// Commands of one request, and the quick load.

#include "fake_server.h"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace wac::ctl {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

std::string results(const std::string& line) {
  return R"({"ok":true,"result":{"summary":{},"results":[)" + line + "]}}";
}

FakeServer always(std::string body, int status = 200) {
  return FakeServer{[body, status](const Seen&) { return json_answer(body, status); }};
}

std::string id_of(const Seen& seen) {
  const auto body = boost::json::parse(seen.body);
  return std::string{body.at("intents").at(0).at("intentId").as_string()};
}

TEST(Send, PostsTheIntentWithTheKeyAndPrintsTheOutcome) {
  const FakeServer server = always(results(
      R"({"intentId":"i","status":"sent","state":"sent","wamid":"wamid.X","attempts":1,"latencyMs":7})"));
  const Ran ran = run_ctl(server.url(), {"send", "text", "--to", "+15550001111", "--body", "Hello"});
  EXPECT_EQ(ran.exit, 0);
  EXPECT_EQ(ran.out, "sent  intent i  wamid wamid.X  attempts 1  7 ms\n");
  ASSERT_THAT(server.seen(), SizeIs(1));
  const Seen seen = server.seen().front();
  EXPECT_EQ(seen.method, net::Method::kPost);
  EXPECT_EQ(seen.target, "/v1/intents");
  EXPECT_EQ(seen.authorization, std::string{"Bearer "} + kTestKey);
  EXPECT_EQ(seen.prefer, "");
  const auto intent = boost::json::parse(seen.body).at("intents").at(0);
  EXPECT_EQ(intent.at("to").as_string(), "+15550001111");
  EXPECT_EQ(intent.at("payload").at("text").at("body").as_string(), "Hello");
  EXPECT_THAT(ran.err, HasSubstr(id_of(seen))) << "the new intent id is shown";
}

TEST(Send, ADryRunAsksForTheCheckOnly) {
  const FakeServer server = always(results(
      R"({"intentId":"i","status":"invalid","errorCode":"template_unknown","errors":[{"pointer":"/intents/0/payload/template/name",
          "rule":"is not a template of this account"}],"warnings":[{"pointer":"/p","rule":"is odd"}]})"));
  const Ran ran = run_ctl(server.url(), {"send", "--dry-run", "template", "--to", "+1555", "--name", "x"});
  EXPECT_EQ(ran.exit, 1);
  EXPECT_EQ(ran.out,
            "/intents/0/payload/template/name is not a template of this account\nwarning: /p is odd\n"
            "invalid: template_unknown\n");
  EXPECT_EQ(server.seen().front().target, "/v1/intents?dryRun=true");
  const FakeServer good = always(results(R"({"intentId":"i","status":"valid","errors":[],"warnings":[]})"));
  const Ran valid = run_ctl(good.url(), {"send", "--dry-run", "text", "--to", "+1555", "--body", "x"});
  EXPECT_EQ(valid.exit, 0);
  EXPECT_EQ(valid.out, "valid\n");
  EXPECT_EQ(
      run_ctl(good.url(), {"send", "--dry-run", "--count", "2", "text", "--to", "+1", "--body", "x"}).exit,
      2);
}

TEST(Send, FailsWithTheAdviceWhenMetaRefused) {
  const FakeServer server = always(
      results(R"({"intentId":"i","status":"failed","state":"failed","errorCode":"131026","errorMessage":"no",
                  "advice":"Ask."})"));
  const Ran ran = run_ctl(server.url(), {"send", "text", "--to", "+1555", "--body", "x"});
  EXPECT_EQ(ran.exit, 1);
  EXPECT_THAT(ran.out, HasSubstr("advice: Ask."));
}

TEST(Send, TakesAPendingOutcomeForSuccessOnlyWhenAskedNotToWait) {
  const FakeServer server = always(results(R"({"intentId":"i","status":"pending","state":"accepted"})"), 202);
  const std::vector<std::string> words{"send", "text", "--to", "+1555", "--body", "x"};
  EXPECT_EQ(run_ctl(server.url(), words).exit, 1);
  std::vector<std::string> async = words;
  async.emplace_back("--async");
  EXPECT_EQ(run_ctl(server.url(), async).exit, 0);
  EXPECT_EQ(server.seen().back().prefer, "respond-async");
}

TEST(Send, ShowsEveryBrokenFieldOfARefusedRequest) {
  const FakeServer server = always(
      R"({"code":"invalid_request","detail":"Nothing was sent.","errors":[{"pointer":"/intents/0/to","rule":"bad"}]})",
      400);
  const Ran ran = run_ctl(server.url(), {"send", "text", "--to", "x", "--body", "x"});
  EXPECT_EQ(ran.exit, 1);
  EXPECT_EQ(ran.out, "");
  EXPECT_THAT(ran.err, HasSubstr("/intents/0/to: bad"));
}

TEST(Send, SaysHowToGiveAKeyWhenItIsNotAccepted) {
  const FakeServer server = always(R"({"code":"unauthorized","detail":"No."})", 401);
  const Ran ran = run_ctl(server.url(), {"send", "text", "--to", "+1", "--body", "x"});
  EXPECT_EQ(ran.exit, 1);
  EXPECT_THAT(ran.err, HasSubstr("--api-key-file"));
}

TEST(Send, ExitsWith3WhenNobodyListens) {
  std::string url;
  {
    const FakeServer gone = always("{}");
    url = gone.url();
  }
  const Ran ran = run_ctl(url, {"send", "text", "--to", "+1", "--body", "x"});
  EXPECT_EQ(ran.exit, 3);
  EXPECT_THAT(ran.err, HasSubstr("cannot reach " + url));
}

TEST(Send, AsksNobodyWhenAFileIsMissing) {
  const FakeServer server = always("{}");
  EXPECT_EQ(run_ctl(server.url(), {"send", "--payload-json", "/nonexistent"}).exit, 2);
  EXPECT_THAT(server.seen(), SizeIs(0));
}

TEST(Load, SendsEveryIntentUnderItsOwnId) {
  const FakeServer server = always(results(R"({"status":"sent"})"));
  const Ran ran =
      run_ctl(server.url(), {"send", "text", "--to", "+1", "--body", "x", "--count", "150", "--json"});
  EXPECT_EQ(ran.exit, 0);
  std::set<std::string> ids;
  for (const Seen& seen : server.seen()) ids.insert(id_of(seen));
  EXPECT_THAT(ids, SizeIs(150));
  EXPECT_EQ(boost::json::parse(ran.out).at("outcomes").at("sent").to_number<int>(), 150);
}

TEST(Load, KeepsThePace) {
  const FakeServer server = always(results(R"({"status":"sent"})"));
  const auto started = std::chrono::steady_clock::now();
  const Ran ran =
      run_ctl(server.url(), {"send", "text", "--to", "+1", "--body", "x", "--count", "5", "--rate", "20"});
  EXPECT_EQ(ran.exit, 0);
  EXPECT_GE(std::chrono::steady_clock::now() - started, Millis{200});
}

TEST(Load, StopsAtARequestThatIsWrong) {
  const FakeServer server = always(R"({"code":"invalid_request","detail":"No."})", 400);
  const Ran ran = run_ctl(server.url(), {"send", "text", "--to", "x", "--body", "x", "--count", "100000"});
  EXPECT_EQ(ran.exit, 1);
  EXPECT_LT(server.seen().size(), 200U);
  EXPECT_THAT(ran.out, HasSubstr("http 400"));
}

TEST(Intents, AreShownWithTheirHistory) {
  const FakeServer server = always(
      R"({"intentId":"i","state":"read","attempts":1,"timeline":[{"state":"sent","at":"T1"},{"state":"read","at":"T2"}]})");
  const Ran ran = run_ctl(server.url(), {"intents", "get", "a/b"});
  EXPECT_EQ(ran.exit, 0);
  EXPECT_EQ(ran.out, "read  intent i  attempts 1\n  T1  sent\n  T2  read\n");
  EXPECT_EQ(server.seen().front().target, "/v1/intents/a%2Fb");
}

TEST(Intents, AreCancelledAndResolved) {
  const FakeServer server = always(R"({"intentId":"i","state":"cancelled"})");
  EXPECT_EQ(run_ctl(server.url(), {"intents", "cancel", "i"}).exit, 0);
  EXPECT_EQ(server.seen().back().method, net::Method::kDelete);
  EXPECT_EQ(run_ctl(server.url(), {"intents", "resolve", "i", "--as", "resend"}).exit, 0);
  EXPECT_EQ(server.seen().back().target, "/v1/intents/i/resolve");
  EXPECT_EQ(server.seen().back().body, R"({"as":"resend"})");
}

TEST(Health, IsGoodOnlyWhenReady) {
  const auto answer = [](int ready) {
    return [ready](const Seen& seen) {
      if (seen.target == "/readyz") return json_answer("draining\n", ready);
      return json_answer(R"({"status":"ok","connector":"whatsapp","version":"1","checks":{"store":"ok"}})");
    };
  };
  const FakeServer good{answer(200)};
  const Ran ran = run_ctl(good.url(), {"health"});
  EXPECT_EQ(ran.exit, 0);
  EXPECT_THAT(ran.out, HasSubstr("store: ok"));
  const FakeServer draining{answer(503)};
  const Ran not_ready = run_ctl(draining.url(), {"health"});
  EXPECT_EQ(not_ready.exit, 1);
  EXPECT_THAT(not_ready.out, HasSubstr("no: draining"));
}

TEST(Health, KnowsAnotherServiceFromOurs) {
  const FakeServer other = always(R"({"status":"ok"})");
  EXPECT_EQ(run_ctl(other.url(), {"health"}).exit, 1);
}

}  // namespace
}  // namespace wac::ctl
