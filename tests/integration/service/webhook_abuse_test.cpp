// Webhooks that Meta did not send, or not so: none changes anything, and each is counted by its reason.

#include "engines.h"
#include "raw_http.h"

#include <sstream>

namespace wac::testing {
namespace {

namespace json = boost::json;

class WebhookAbuseTest : public ServiceTest {
 protected:
  std::size_t events() {
    return json::parse(connector_->get("/v1/events?limit=500").body).at("events").as_array().size();
  }
  int post(const std::string& body, const HttpHeaders& headers) {
    return http_request("POST", connector_->webhook_url(), headers, body).status;
  }
  double refused(const std::string& reason) {
    return connector_->metric("whatsapp_webhooks_total{outcome=\"" + reason + "\"}");
  }
  /// The status of the answer to these very bytes.
  int raw(const std::string& bytes) { return raw_status(connector_->url(), bytes); }
  /// Nothing was stored, and the genuine webhook still goes through.
  void expect_unharmed() {
    EXPECT_EQ(events(), 0U);
    EXPECT_EQ(connector_->post_webhook(inbound_text("wamid.GENUINE")).status, 200);
    EXPECT_EQ(events(), 1U);
  }
};
INSTANTIATE_TEST_SUITE_P(Engines, WebhookAbuseTest, ::testing::Values(Engine::kEmbedded, Engine::kRedis),
                         engine_name);

TEST_P(WebhookAbuseTest, ForgedSignaturesInEveryForm) {
  launch();
  const std::string body = inbound_text("wamid.A");
  const std::string good = sign_webhook(body);
  std::string upper = good;
  for (char& c : upper) c = static_cast<char>(c >= 'a' && c <= 'f' ? c - 'a' + 'A' : c);
  const std::vector<HttpHeaders> forged{
      {},
      {{"X-Hub-Signature-256", ""}},
      {{"X-Hub-Signature-256", "sha256=" + std::string(64, '0')}},
      {{"X-Hub-Signature-256", good.substr(7)}},
      {{"X-Hub-Signature-256", upper}},
      {{"X-Hub-Signature-256", good + "0"}},
      {{"X-Hub-Signature-256", sign_webhook(body, "another-app-secret")}},
      {{"X-Hub-Signature-256", sign_webhook(body, "")}},
      {{"X-Hub-Signature", "sha1=" + std::string(40, '0')}},
      {{"X-Hub-Signature-256", "sha256=" + std::string(64, '0')}, {"X-Hub-Signature-256", good}},
      {{"X-Hub-Signature-256", good}, {"X-Hub-Signature-256", good}},
  };
  for (const HttpHeaders& headers : forged) EXPECT_EQ(post(body, headers), 401);
  EXPECT_EQ(refused("bad_signature"), static_cast<double>(forged.size()));
  expect_unharmed();
}

TEST_P(WebhookAbuseTest, AReplayIsAcknowledgedAndChangesNothing) {
  launch();
  const std::string body = inbound_text("wamid.A");
  for (int i = 0; i < 20; ++i) EXPECT_EQ(connector_->post_webhook(body).status, 200);
  EXPECT_EQ(events(), 1U);
  EXPECT_EQ(connector_->metric("whatsapp_events_total{outcome=\"duplicate\"}"), 19);
}

TEST_P(WebhookAbuseTest, ATruncatedBody) {
  launch();
  const std::string body = inbound_text("wamid.A");
  const std::string good = sign_webhook(body);
  for (const std::size_t size : {body.size() - 1, body.size() / 2, std::size_t{1}, std::size_t{0}}) {
    EXPECT_EQ(post(body.substr(0, size), {{"X-Hub-Signature-256", good}}), 401) << size;
  }
  // Announced in full, ended half way: there is no request to answer.
  const std::string head = "POST /webhook HTTP/1.1\r\nHost: x\r\nX-Hub-Signature-256: " + good +
                           "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n";
  EXPECT_EQ(raw(head + body.substr(0, body.size() / 2)), 0);
  EXPECT_EQ(refused("bad_signature"), 4);
  expect_unharmed();
}

TEST_P(WebhookAbuseTest, AReencodedBody) {
  launch();
  const std::string escaped = inbound_text("wamid.E", "\\u00e4\\u00f6 \\ud83d\\ude00 a\\/b");
  const std::string good = sign_webhook(escaped);
  EXPECT_EQ(post(inbound_text("wamid.E", "äö 😀 a/b"), {{"X-Hub-Signature-256", good}}), 401)
      << "the same text, other bytes";
  EXPECT_EQ(post(escaped + "\n", {{"X-Hub-Signature-256", good}}), 401);
  EXPECT_EQ(post("\xef\xbb\xbf" + escaped, {{"X-Hub-Signature-256", good}}), 401);
  EXPECT_EQ(events(), 0U);
  EXPECT_EQ(post(escaped, {{"X-Hub-Signature-256", good}}), 200) << "the bytes that were signed";
  EXPECT_EQ(events(), 1U);
  EXPECT_EQ(refused("bad_signature"), 3);
}

TEST_P(WebhookAbuseTest, ASignatureInATrailer) {
  launch();
  const std::string body = inbound_text("wamid.A");
  const std::string head = "POST /webhook HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n";
  std::ostringstream size;
  size << std::hex << body.size();
  const std::string chunk = size.str() + "\r\n" + body + "\r\n0\r\n";
  const std::string signature = "X-Hub-Signature-256: " + sign_webhook(body) + "\r\n";
  const int trailed = raw(head + "\r\n" + chunk + signature + "\r\n");
  EXPECT_TRUE(trailed == 400 || trailed == 401) << trailed;
  const std::string announced = "Trailer: X-Hub-Signature-256\r\n";
  const int with_name = raw(head + announced + "\r\n" + chunk + signature + "\r\n");
  EXPECT_TRUE(with_name == 400 || with_name == 401) << with_name;
  EXPECT_EQ(refused("bad_signature") + refused("bad_framing"), 2);
  EXPECT_EQ(events(), 0U);
  EXPECT_EQ(raw(head + signature + "\r\n" + chunk + "\r\n"), 200) << "chunks themselves are fine";
  EXPECT_EQ(events(), 1U);
}

TEST_P(WebhookAbuseTest, AmbiguousFraming) {
  launch();
  const std::string body = inbound_text("wamid.A");
  const std::string start =
      "POST /webhook HTTP/1.1\r\nHost: x\r\nX-Hub-Signature-256: " + sign_webhook(body) + "\r\n";
  const std::string length = "Content-Length: " + std::to_string(body.size()) + "\r\n";
  EXPECT_EQ(raw(start + length + "Transfer-Encoding: chunked\r\n\r\n" + body), 400);
  EXPECT_EQ(raw(start + length + "Content-Length: 5\r\n\r\n" + body), 400);
  EXPECT_EQ(refused("bad_framing"), 2);
  expect_unharmed();
}

TEST_P(WebhookAbuseTest, AnOversizedBody) {
  launch();
  constexpr std::size_t kSize = 5U * 1024 * 1024;
  const std::string body = inbound_text("wamid.A", std::string(kSize, 'x'));
  EXPECT_EQ(connector_->post_webhook(body).status, 413);
  const std::string head =
      "POST /webhook HTTP/1.1\r\nHost: x\r\nX-Hub-Signature-256: " + sign_webhook(body) + "\r\n";
  EXPECT_EQ(raw(head + "Content-Length: 99999999999\r\n\r\n"), 413) << "refused before a byte of it came";
  EXPECT_EQ(raw(head + "Transfer-Encoding: chunked\r\n\r\n500000\r\n"), 413) << "a chunk that is too large";
  EXPECT_EQ(refused("too_large"), 3);
  expect_unharmed();
}

}  // namespace
}  // namespace wac::testing
