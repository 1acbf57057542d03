// The real graph-sandbox, with libcurl in front and a receiver of our own behind.

#include "support/http.h"
#include "support/http_receiver.h"
#include "support/process.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <csignal>
#include <fstream>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace wac::sandbox {
namespace {

namespace json = boost::json;
using testing::eventually;
using testing::HttpReceiver;
using testing::HttpReply;
using testing::ReceivedRequest;

const std::string kText =
    R"({"messaging_product":"whatsapp","to":"+16505551234","type":"text","text":{"body":"hi"},"biz_opaque_callback_data":"o-1"})";

std::string binary() {
  return std::string(WAC_BIN_DIR) + "/graph-sandbox";
}

class RunningSandbox {
 public:
  explicit RunningSandbox(const std::vector<std::string>& options = {}, const std::string& seed = "1") {
    std::vector<std::string> argv{binary(), "--port", "0", "--seed", seed};
    argv.insert(argv.end(), options.begin(), options.end());
    process_ = std::make_unique<testing::Process>(testing::ProcessOptions{.argv = argv, .env = {}});
    eventually(
        [&] { return process_->standard_output().find('\n') != std::string::npos || !process_->running(); });
    const auto line =
        json::parse(process_->standard_output().substr(0, process_->standard_output().find('\n')));
    EXPECT_EQ(line.at("event"), "listening");
    base_ = "http://127.0.0.1:" + std::to_string(line.at("port").to_number<int>());
  }
  HttpReply send(const std::string& body = kText, Millis timeout = Millis{10'000}) const {
    return testing::http_request(
        "POST", base_ + "/v25.0/106540352242922/messages",
        {{"Authorization", "Bearer sandbox-token"}, {"Content-Type", "application/json"}}, body,
        {.timeout = timeout});
  }
  json::value post(const std::string& name, const std::string& body) const {
    const HttpReply reply = testing::http_request("POST", base_ + "/_sandbox/" + name, {}, body);
    EXPECT_EQ(reply.status, 200) << reply.body;
    return json::parse(reply.body);
  }
  json::value get(const std::string& name) const {
    return json::parse(testing::http_request("GET", base_ + "/_sandbox/" + name).body);
  }
  HttpReply fetch(const std::string& path) const { return testing::http_request("GET", base_ + path); }
  std::uint64_t accepted() const { return get("ledger").at("accepted").to_number<std::uint64_t>(); }
  bool all_acknowledged() const {
    const auto counts = get("webhooks");
    return counts.at("pending") == 0 && counts.at("acknowledged") == counts.at("scheduled");
  }
  testing::Process& process() { return *process_; }

 private:
  std::unique_ptr<testing::Process> process_;
  std::string base_;
};

/// `sha256=<hex>` as openssl computes it over the bytes.
std::string openssl_signature(const std::string& body, const std::string& secret) {
  const testing::TempDir dir;
  testing::write_file(dir.file("body"), body);
  testing::Process openssl(
      {.argv = {"openssl", "dgst", "-sha256", "-hmac", secret, "-r", dir.file("body")}, .env = {}});
  openssl.wait();
  return "sha256=" + openssl.standard_output().substr(0, 64);
}

std::vector<std::string> statuses(const HttpReceiver& receiver) {
  std::vector<std::string> out;
  for (const ReceivedRequest& post : receiver.requests()) {
    const json::value body = json::parse(post.body);
    for (const auto& change : body.at("entry").at(0).at("changes").as_array()) {
      const auto* const list = change.at("value").as_object().if_contains("statuses");
      if (list == nullptr) continue;
      for (const auto& status : list->as_array()) out.emplace_back(status.at("status").as_string());
    }
  }
  return out;
}

TEST(GraphSandbox, SignsItsWebhooksAsOpensslDoes) {
  const HttpReceiver receiver;
  const RunningSandbox sandbox({"--webhook-url", receiver.url(), "--app-secret", "s3cret",
                                "--status-delay-ms", "5/10/15", "--reply-text", "Grüße 😀 a/b"});
  ASSERT_EQ(sandbox.send().status, 200);
  ASSERT_TRUE(eventually([&] { return receiver.count() == 4 && sandbox.all_acknowledged(); }));
  bool reply_seen = false;
  for (const ReceivedRequest& post : receiver.requests()) {
    EXPECT_EQ(post.header("x-hub-signature-256"), openssl_signature(post.body, "s3cret"));
    EXPECT_EQ(post.header("content-type"), "application/json");
    reply_seen = reply_seen || post.body.find(R"(Gr\u00fc\u00dfe \ud83d\ude00 a\/b)") != std::string::npos;
  }
  EXPECT_TRUE(reply_seen) << "the scripted user's answer, escaped as Meta escapes";
  EXPECT_EQ(json::serialize(sandbox.get("ledger").at("entries").at(0).at("acknowledged")),
            R"(["sent","delivered","read"])");
}

TEST(GraphSandbox, RepeatsWebhooksUntilTheyAreTaken) {
  // Nothing but 200 will do, other successes neither.
  const HttpReceiver receiver([](const ReceivedRequest& post) {
    constexpr std::array kRefusals{201, 204, 302, 404, 503};
    testing::ReceiverAnswer answer{post.number < kRefusals.size() ? kRefusals.at(post.number) : 200};
    if (post.number == kRefusals.size()) answer.then = testing::ReceiverAnswer::Then::kClose;
    return answer;
  });
  const RunningSandbox sandbox({"--webhook-url", receiver.url(), "--webhook-retry-ms", "20,40",
                                "--status-delay-ms", "1/2/3", "--reply", "never", "--webhook-concurrency",
                                "1"});
  ASSERT_EQ(sandbox.send().status, 200);
  ASSERT_TRUE(eventually([&] { return sandbox.all_acknowledged(); }));
  EXPECT_EQ(receiver.count(), 9U);
  EXPECT_EQ(sandbox.get("webhooks").at("retries"), 6);
  const auto seen = statuses(receiver);
  EXPECT_EQ(std::set<std::string>(seen.begin(), seen.end()),
            (std::set<std::string>{"sent", "delivered", "read"}));
}

TEST(GraphSandbox, KeepsTryingWhileNobodyTakesItsWebhooks) {
  const std::uint16_t port = testing::free_port();
  const RunningSandbox sandbox(
      {"--webhook-url", "http://127.0.0.1:" + std::to_string(port) + "/", "--webhook-retry-ms", "30"});
  ASSERT_EQ(sandbox.send().status, 200);
  EXPECT_TRUE(eventually([&] { return sandbox.get("webhooks").at("retries").to_number<int>() > 2; }));
  EXPECT_EQ(sandbox.get("webhooks").at("acknowledged"), 0);
}

TEST(GraphSandbox, ResetsConnectionsBeforeOrAfterAccepting) {
  const RunningSandbox sandbox;
  sandbox.post("faults", R"([{"kind":"reset","next":1}])");
  EXPECT_EQ(sandbox.send().status, 0);
  EXPECT_EQ(sandbox.accepted(), 0U);
  sandbox.post("faults", R"([{"kind":"accept_then_reset","next":1}])");
  EXPECT_EQ(sandbox.send().status, 0);
  EXPECT_EQ(sandbox.accepted(), 1U);
  EXPECT_EQ(sandbox.send().status, 200) << "the fault is spent";
  const auto ledger = sandbox.get("ledger");
  EXPECT_EQ(json::serialize(ledger.at("doubled")), R"([{"opaque":"o-1","count":2}])");
}

TEST(GraphSandbox, AcceptsAndNeverAnswers) {
  const HttpReceiver receiver;
  RunningSandbox sandbox({"--webhook-url", receiver.url(), "--reply", "never"});
  sandbox.post("faults", R"([{"kind":"accept_then_no_answer","next":1}])");
  EXPECT_EQ(sandbox.send(kText, Millis{300}).status, 0);
  EXPECT_EQ(sandbox.accepted(), 1U);
  EXPECT_TRUE(eventually([&] { return statuses(receiver).size() == 3; })) << "its webhooks flow";
}

TEST(GraphSandbox, BreaksBodiesOffAndSpeaksHtml) {
  const RunningSandbox sandbox;
  sandbox.post("faults", R"([{"kind":"half_body","next":1},{"kind":"html","next":1}])");
  const HttpReply half = sandbox.send();
  EXPECT_FALSE(half.failure.empty()) << "libcurl must not take the body for complete";
  EXPECT_EQ(sandbox.accepted(), 1U);
  const HttpReply html = sandbox.send();
  EXPECT_EQ(html.status, 502);
  EXPECT_TRUE(html.header("Content-Type").starts_with("text/html"));
  EXPECT_EQ(sandbox.accepted(), 1U);
}

TEST(GraphSandbox, DelaysAnswersAndStopsInTheMiddleOfADelay) {
  RunningSandbox sandbox;
  sandbox.post("faults", R"([{"kind":"latency","percent":100,"ms":60000}])");
  EXPECT_EQ(sandbox.send(kText, Millis{200}).status, 0);
  EXPECT_EQ(sandbox.accepted(), 1U);
  sandbox.process().signal(SIGTERM);
  EXPECT_EQ(sandbox.process().wait(Millis{8'000}), (testing::ExitStatus{.code = 0}));
}

TEST(GraphSandbox, PerformsTheHandshake) {
  const HttpReceiver receiver([](const ReceivedRequest& handshake) {
    const bool good = handshake.method == "GET" && handshake.parameter("hub.mode") == "subscribe" &&
                      handshake.parameter("hub.verify_token") == "a-b_c";
    testing::ReceiverAnswer answer{good ? 200 : 403};
    if (good) answer.body = handshake.parameter("hub.challenge");
    return answer;
  });
  const RunningSandbox sandbox;
  const auto verify = [&](const std::string& token) {
    return sandbox.post("verify", R"({"url":")" + receiver.url() + R"(","verify_token":")" + token + R"("})");
  };
  EXPECT_EQ(json::serialize(verify("a-b_c")), R"({"ok":true,"status":200,"challenge_echoed":true})");
  EXPECT_EQ(json::serialize(verify("wrong")), R"({"ok":false,"status":403,"challenge_echoed":false})");
}

TEST(GraphSandbox, KeepsItsLedgerWhenKilled) {
  const testing::TempDir dir;
  const std::vector<std::string> options{"--ledger-file", dir.file("ledger")};
  {
    RunningSandbox sandbox(options);
    ASSERT_EQ(sandbox.send().status, 200);
    ASSERT_EQ(sandbox.send().status, 200);
    sandbox.process().kill();
  }
  const RunningSandbox sandbox(options);
  EXPECT_EQ(sandbox.accepted(), 2U);
  EXPECT_EQ(sandbox.get("ledger").at("doubled").as_array().size(), 1U);
}

TEST(GraphSandbox, MakesInboundLoadInBatchesWithDuplicates) {
  const HttpReceiver receiver;
  const RunningSandbox sandbox(
      {"--webhook-url", receiver.url(), "--batch", "50", "--duplicate-percent", "100", "--reorder-ms", "5"});
  sandbox.post("inbound", R"({"from":"+16505551234","type":"text","text":{"body":"hi"},"count":500})");
  ASSERT_TRUE(
      eventually([&] { return sandbox.all_acknowledged() && sandbox.get("webhooks").at("posts") == 20; }));
  std::set<std::string> ids;
  for (const ReceivedRequest& post : receiver.requests()) {
    const json::value body = json::parse(post.body);
    for (const auto& message :
         body.at("entry").at(0).at("changes").at(0).at("value").at("messages").as_array()) {
      ids.emplace(message.at("id").as_string());
    }
  }
  EXPECT_EQ(ids.size(), 500U);
  EXPECT_EQ(receiver.count(), 20U);
}

TEST(GraphSandbox, RefusesBadOptionsWithTwo) {
  for (const std::vector<std::string>& options : {std::vector<std::string>{"--batch", "0"},
                                                  {"--webhook-url", "ftp://x"},
                                                  {"--no-such-option"},
                                                  {"--status-delay-ms", "1/2"},
                                                  {"--ledger-file", "/no/such/dir/x"},
                                                  {"--listen", "nonsense"}}) {
    std::vector<std::string> argv{binary()};
    argv.insert(argv.end(), options.begin(), options.end());
    testing::Process process({.argv = argv, .env = {}});
    EXPECT_EQ(process.wait(), (testing::ExitStatus{.code = 2})) << options[0];
  }
}

/// The codes of so many sends under the throttle storm; 0 for accepted ones.
std::string storm(const std::string& seed) {
  const RunningSandbox sandbox({"--faults", WAC_PROFILE_DIR "/throttle-storm.yaml"}, seed);
  std::string codes;
  for (int i = 0; i < 60; ++i) {
    const HttpReply reply = sandbox.send();
    EXPECT_TRUE(reply.status == 200 || reply.status == 400) << reply.body;
    codes += reply.status == 200
                 ? "0 "
                 : std::to_string(json::parse(reply.body).at("error").at("code").as_int64()) + ' ';
  }
  return codes;
}

TEST(GraphSandbox, PlaysAProfileTheSameWayWithTheSameSeed) {
  const std::string once = storm("7");
  EXPECT_EQ(once, storm("7"));
  EXPECT_NE(once, storm("8"));
  EXPECT_NE(once.find("130429"), std::string::npos);
}

TEST(GraphSandbox, RefusesAProfileItDoesNotUnderstand) {
  const testing::TempDir directory;
  const std::string file = directory.path() + "/profile.yaml";
  std::ofstream(file) << "fautls: []\n";
  testing::Process process{
      testing::ProcessOptions{.argv = {binary(), "--port", "0", "--faults", file}, .env = {}}};
  const auto ended = process.wait(Millis{10'000});
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->code, 2);
  EXPECT_NE(process.standard_error().find("unknown section"), std::string::npos);
}

TEST(GraphSandbox, ShowsThePhoneAndStreamsWhatIsSaid) {
  const RunningSandbox sandbox;
  const HttpReply page = sandbox.fetch("/phone");
  EXPECT_EQ(page.status, 200);
  EXPECT_NE(page.body.find("<!doctype html>"), std::string::npos);
  for (const char* const file : {"/phone/app.css", "/phone/app.js", "/phone/store.js", "/phone/render.js"}) {
    EXPECT_EQ(sandbox.fetch(file).status, 200) << file;
  }
  EXPECT_EQ(sandbox.fetch("/phone/none.js").status, 400);
  ASSERT_EQ(sandbox.send().status, 200);
  const auto shown = json::parse(sandbox.fetch("/_sandbox/phone").body);
  EXPECT_EQ(shown.at("messages").at(0).at("message").at("text").at("body"), "hi");
  EXPECT_EQ(shown.at("conversations").at(0).at("phone"), "+16505551234");
}

}  // namespace
}  // namespace wac::sandbox
