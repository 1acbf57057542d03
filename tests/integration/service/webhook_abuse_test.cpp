// Webhooks that Meta did not send, or not so: none changes anything, and each is counted by its reason.

#include "engines.h"
#include "raw_http.h"

#include <map>
#include <sstream>

namespace wac::testing {
namespace {

namespace json = boost::json;

using Counts = std::map<std::string, double>;

/// What Meta would not send, and what must come of it.
struct Abuse {
  std::string what;
  std::string bytes;
  int status;          ///< 0: there is nobody to answer
  std::string reason;  ///< of whatsapp_webhooks_total
};

std::string request(const std::string& headers, const std::string& body) {
  return "POST /webhook HTTP/1.1\r\nHost: x\r\n" + headers +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::string chunked(const std::string& headers, const std::string& body, const std::string& trailer) {
  std::ostringstream size;
  size << std::hex << body.size();
  return "POST /webhook HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n" + headers + "\r\n" +
         size.str() + "\r\n" + body + "\r\n0\r\n" + trailer + "\r\n";
}

std::string signed_by(const std::string& signature) {
  return "X-Hub-Signature-256: " + signature + "\r\n";
}

std::vector<Abuse> forged() {
  const std::string body = inbound_text("wamid.A");
  const std::string good = sign_webhook(body);
  const std::string zeros = "sha256=" + std::string(64, '0');
  std::string upper = good;
  for (char& c : upper) c = static_cast<char>(c >= 'a' && c <= 'f' ? c - 'a' + 'A' : c);
  std::vector<Abuse> list;
  for (const auto& [what, headers] : std::vector<std::pair<const char*, std::string>>{
           {"no signature", ""},
           {"an empty one", signed_by("")},
           {"a wrong one", signed_by(zeros)},
           {"without its scheme", signed_by(good.substr(7))},
           {"in capitals", signed_by(upper)},
           {"too long", signed_by(good + "0")},
           {"another app's", signed_by(sign_webhook(body, "another-app-secret"))},
           {"with an empty secret", signed_by(sign_webhook(body, ""))},
           {"of another notification", signed_by(sign_webhook(inbound_text("wamid.B")))},
           {"SHA-1", "X-Hub-Signature: sha1=" + std::string(40, '0') + "\r\n"},
           {"a wrong one before the good one", signed_by(zeros) + signed_by(good)},
           {"the good one before a wrong one", signed_by(good) + signed_by(zeros)},
           {"the good one twice", signed_by(good) + signed_by(good)}}) {
    list.push_back({std::string{"signature: "} + what, request(headers, body), 401, "bad_signature"});
  }
  return list;
}

std::vector<Abuse> changed() {
  const std::string body = inbound_text("wamid.A", "\\u00e4\\u00f6 \\ud83d\\ude00 a\\/b");
  const std::string head = signed_by(sign_webhook(body));
  std::vector<Abuse> list;
  for (const auto& [what, other] : std::vector<std::pair<const char*, std::string>>{
           {"unescaped", inbound_text("wamid.A", "äö 😀 a/b")},
           {"escaped in capitals", inbound_text("wamid.A", "\\u00E4\\u00F6 \\uD83D\\uDE00 a\\/b")},
           {"a solidus unescaped", inbound_text("wamid.A", "\\u00e4\\u00f6 \\ud83d\\ude00 a/b")},
           {"a line end behind it", body + "\n"},
           {"a byte order mark before it", "\xef\xbb\xbf" + body},
           {"a byte less", body.substr(0, body.size() - 1)},
           {"half of it", body.substr(0, body.size() / 2)},
           {"one byte of it", body.substr(0, 1)},
           {"nothing of it", ""}}) {
    list.push_back({std::string{"body: "} + what, request(head, other), 401, "bad_signature"});
  }
  const std::string whole = request(head, body);
  list.push_back({"body: ends in the middle", whole.substr(0, whole.size() - 20), 0, "incomplete"});
  list.push_back({"body: does not begin", whole.substr(0, whole.size() - body.size()), 0, "incomplete"});
  return list;
}

std::vector<Abuse> misframed() {
  const std::string body = inbound_text("wamid.A");
  const std::string head = signed_by(sign_webhook(body));
  const std::string start = "POST /webhook HTTP/1.1\r\nHost: x\r\n" + head;
  const std::string length = "Content-Length: " + std::to_string(body.size()) + "\r\n";
  return {
      {"trailer: the signature", chunked("", body, head), 401, "bad_signature"},
      {"trailer: the signature, announced", chunked("Trailer: X-Hub-Signature-256\r\n", body, head), 401,
       "bad_signature"},
      {"trailer: the good signature behind a wrong one",
       chunked(signed_by("sha256=" + std::string(64, '0')), body, head), 401, "bad_signature"},
      {"framing: two ways", start + length + "Transfer-Encoding: chunked\r\n\r\n" + body, 400, "bad_framing"},
      {"framing: two lengths", start + length + "Content-Length: 5\r\n\r\n" + body, 400, "bad_framing"},
      {"framing: a chunk of no size", start + "Transfer-Encoding: chunked\r\n\r\nx\r\n" + body, 400,
       "bad_framing"},
      {"size: announced", start + "Content-Length: 99999999999\r\n\r\n", 413, "too_large"},
      {"size: sent", request(head, inbound_text("wamid.A", std::string(5U * 1024 * 1024, 'x'))), 413,
       "too_large"},
      {"size: of a chunk", start + "Transfer-Encoding: chunked\r\n\r\n500000\r\n", 413, "too_large"},
  };
}

class WebhookAbuseTest : public ServiceTest {
 protected:
  std::size_t events() {
    return json::parse(connector_->get("/v1/events?limit=500").body).at("events").as_array().size();
  }
  Counts counts() {
    Counts counts;
    for (const char* reason : {"accepted", "bad_signature", "undecodable", "store_unavailable",
                               "without_values", "too_large", "incomplete", "bad_framing"}) {
      counts[reason] = connector_->metric("whatsapp_webhooks_total{outcome=\"" + std::string{reason} + "\"}");
    }
    return counts;
  }
  /// Sends each over a socket: the answer is the expected one, it is counted by its reason and by no other,
  /// and the event log is as it was.
  void expect_harmless(const std::vector<Abuse>& list) {
    for (const Abuse& abuse : list) {
      SCOPED_TRACE(abuse.what);
      Counts expected = counts();
      ++expected[abuse.reason];
      EXPECT_EQ(raw_status(connector_->url(), abuse.bytes), abuse.status);
      EXPECT_TRUE(eventually([&] { return counts() == expected; }, Millis{2'000}))
          << ::testing::PrintToString(counts());
      EXPECT_EQ(events(), 0U);
    }
    EXPECT_EQ(connector_->post_webhook(inbound_text("wamid.GENUINE")).status, 200);
    EXPECT_EQ(events(), 1U) << "the genuine one goes through";
  }
};
INSTANTIATE_TEST_SUITE_P(Engines, WebhookAbuseTest, ::testing::Values(Engine::kEmbedded, Engine::kRedis),
                         engine_name);

TEST_P(WebhookAbuseTest, ForgedSignaturesInEveryForm) {
  launch();
  expect_harmless(forged());
}

TEST_P(WebhookAbuseTest, TruncatedAndReencodedBodies) {
  launch();
  expect_harmless(changed());
}

TEST_P(WebhookAbuseTest, TrailersFramingAndSize) {
  launch();
  expect_harmless(misframed());
}

TEST_P(WebhookAbuseTest, TheVeryBytesThatWereSignedAreTakenInWhateverForm) {
  launch();
  const std::string escaped = inbound_text("wamid.E", "\\u00e4\\u00f6 \\ud83d\\ude00 a\\/b");
  const std::string signature = signed_by(sign_webhook(escaped));
  EXPECT_EQ(raw_status(connector_->url(), request(signature, escaped)), 200);
  EXPECT_EQ(events(), 1U);
  const std::string body = inbound_text("wamid.C");
  EXPECT_EQ(raw_status(connector_->url(), chunked(signed_by(sign_webhook(body)), body, "")), 200);
  EXPECT_EQ(raw_status(connector_->url(), chunked(signed_by(sign_webhook(body)), body, "X-Other: 1\r\n")),
            200);
  EXPECT_EQ(events(), 2U);
}

TEST_P(WebhookAbuseTest, AReplayIsAcknowledgedAndChangesNothing) {
  launch();
  const std::string body = inbound_text("wamid.A");
  const std::string bytes = request(signed_by(sign_webhook(body)), body);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(raw_status(connector_->url(), bytes), 200);
  EXPECT_EQ(events(), 1U);
  EXPECT_EQ(connector_->metric("whatsapp_events_total{outcome=\"duplicate\"}"), 19);
  connector_->kill();
  connector_->start();
  EXPECT_EQ(raw_status(connector_->url(), bytes), 200);
  EXPECT_EQ(events(), 1U);
  EXPECT_EQ(connector_->metric("whatsapp_events_total{outcome=\"duplicate\"}"), 1);
}

TEST_P(WebhookAbuseTest, ANotificationWithoutValuesIsAMisconfigurationAndSaidSo) {
  launch();
  const std::string body =
      R"({"object":"whatsapp_business_account","entry":[{"id":"102290129340398","time":1739321024,)"
      R"("changed_fields":["messages"]}]})";
  Counts expected = counts();
  ++expected["accepted"];
  ++expected["without_values"];
  EXPECT_EQ(connector_->post_webhook(body).status, 200) << "repeating it would not help";
  EXPECT_EQ(counts(), expected);
  EXPECT_NE(connector_->output().find("Include Values"), std::string::npos);
  const auto page = json::parse(connector_->get("/v1/events").body);
  ASSERT_EQ(page.at("events").as_array().size(), 1U);
  EXPECT_EQ(page.at("events").at(0).at("type"), "whatsapp.webhook.without_values");
}

}  // namespace
}  // namespace wac::testing
