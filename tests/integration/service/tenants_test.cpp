// Many tenants and Meta apps from a file, and what happens when the file or a secret it names changes.

#include "base/encoding.h"
#include "config/config.h"
#include "engines.h"
#include "support/memory.h"

#include <atomic>
#include <csignal>
#include <filesystem>
#include <thread>

namespace wac::testing {
namespace {

namespace json = boost::json;

constexpr std::string_view kOtherSender = "106540352242923";
constexpr std::string_view kAcmeKey = "wak_key-of-acme";
constexpr std::string_view kBoltKey = "wak_key-of-bolt";
constexpr std::string_view kDefaultSecret = "secret-of-the-default-app";
constexpr const char* kApplied = "whatsapp_config_reloads_total{outcome=\"applied\"}";
constexpr const char* kRefused = "whatsapp_config_reloads_total{outcome=\"refused\"}";

std::string hash_of(std::string_view key) {
  return to_hex(config::api_key_digest(key));
}

class TenantsTest : public ::testing::Test {
 protected:
  TenantsTest() {
    write_file(files_.file("token"), "sandbox-token\n");
    write_file(files_.file("verify"), "verify-token-of-shop\n");
    write_file(files_.file("secret"), std::string{kAppSecret} + "\n");
  }

  void launch() {
    const std::uint16_t graph_port = free_port();
    ConnectorOptions options;
    options.graph_url = "http://127.0.0.1:" + std::to_string(graph_port);
    options.env = {{"TENANTS_FILE", files_.file("tenants.yaml")},
                   {"WHATSAPP_ACCESS_TOKEN", ""},
                   {"WHATSAPP_PHONE_NUMBER_ID", ""},
                   {"WHATSAPP_WEBHOOK_SECRET", std::string{kDefaultSecret}}};
    connector_.emplace(std::move(options));
    const std::vector<std::string> arguments{"--phone-number-id", std::string{kOtherSender},
                                             "--webhook-retry-ms", "100"};
    sandbox_.emplace(connector_->url("/webhook/shop"), arguments, graph_port);
    connector_->start();
  }

  /// As an operator should: whole or not at all.
  void replace(const std::string& name, const std::string& content) const {
    write_file(files_.file(name + ".new"), content);
    std::filesystem::rename(files_.file(name + ".new"), files_.file(name));
  }
  static std::string apps(const std::string& more = "") {
    return "apps:\n  - {name: shop, verify_token_file: verify, secret_file: secret" + more + "}\n";
  }
  static std::string tenant(std::string_view id, std::string_view key, std::string_view sender,
                            const std::string& token = "token") {
    return "  - id: " + std::string{id} + "\n    api_key_hashes: [" + hash_of(key) +
           "]\n    senders: [{phone_number_id: " + std::string{sender} + ", token_file: " + token + "}]\n";
  }
  static std::string acme() { return tenant("acme", kAcmeKey, kSender); }
  static std::string bolt(const std::string& token = "token") {
    return tenant("bolt", kBoltKey, kOtherSender, token);
  }

  HttpReply get(std::string_view path, std::string_view key) const {
    return http_request("GET", connector_->url(path), {{"Authorization", "Bearer " + std::string{key}}});
  }
  HttpReply post(const std::string& body, std::string_view key) const {
    return http_request("POST", connector_->url("/v1/intents"),
                        {{"Authorization", "Bearer " + std::string{key}}}, body);
  }
  std::size_t events(std::string_view key) const {
    return json::parse(get("/v1/events?limit=500", key).body).at("events").as_array().size();
  }
  int post_webhook(std::string_view path, const std::string& body, std::string_view secret) const {
    return http_request("POST", connector_->url(path), {{"X-Hub-Signature-256", sign_webhook(body, secret)}},
                        body)
        .status;
  }
  bool metric_is(const char* series, double value) const {
    return eventually([&] { return connector_->metric(series) == value; }, Millis{15'000});
  }

  TempDir files_;
  std::optional<Connector> connector_;
  std::optional<Sandbox> sandbox_;
};

TEST_F(TenantsTest, TenantsCannotSeeEachOthersIntentsEventsOrSenders) {
  replace("tenants.yaml", apps() + "tenants:\n" + acme() + bolt());
  launch();
  const std::string id = random_uuid();
  const HttpReply sent = post(text_intent(id), kAcmeKey);
  ASSERT_EQ(sent.status, 200) << sent.body;
  EXPECT_EQ(first_result(sent).at("status"), "sent");
  // Its statuses come through the app's own path.
  EXPECT_TRUE(eventually([&] { return events(kAcmeKey) >= 3; }));

  EXPECT_EQ(get("/v1/intents/" + id, kAcmeKey).status, 200);
  EXPECT_EQ(get("/v1/intents/" + id, kBoltKey).status, 404);
  EXPECT_EQ(events(kBoltKey), 0U);
  const std::string foreign_sender = R"(,"senderId":")" + std::string{kSender} + "\"";
  EXPECT_EQ(post(text_intent(random_uuid(), "+16505551234", "hi", foreign_sender), kBoltKey).status, 400);
  EXPECT_EQ(post(text_intent(random_uuid(), "+16505551234", "hi", R"(,"tenantId":"acme")"), kBoltKey).status,
            400);

  const HttpReply same_id = post(text_intent(id), kBoltKey);
  EXPECT_EQ(first_result(same_id).at("status"), "sent") << "ids of one tenant mean nothing to another";
  const auto ledger = json::parse(sandbox_->get("/_sandbox/ledger").body);
  ASSERT_EQ(ledger.at("accepted"), 2);
  EXPECT_EQ(ledger.at("entries").at(1).at("phone_number_id"), json::string_view{kOtherSender});
  EXPECT_EQ(get("/v1/events", "wak_nobody").status, 401);
}

TEST_F(TenantsTest, ATenantIsAddedAndRemovedWithoutARestart) {
  replace("tenants.yaml", apps() + "tenants:\n" + acme());
  launch();
  EXPECT_EQ(get("/v1/events", kBoltKey).status, 401);
  replace("tenants.yaml", apps() + "tenants:\n" + acme() + bolt());
  ASSERT_TRUE(metric_is(kApplied, 1)) << connector_->output();
  EXPECT_EQ(connector_->metric("whatsapp_config_tenants"), 2);

  const std::string id = random_uuid();
  const HttpReply queued = http_request(
      "POST", connector_->url("/v1/intents"),
      {{"Authorization", "Bearer " + std::string{kBoltKey}}, {"Prefer", "respond-async"}}, text_intent(id));
  ASSERT_EQ(queued.status, 202) << queued.body;
  EXPECT_TRUE(eventually([&] {
    const HttpReply reply = get("/v1/intents/" + id, kBoltKey);
    return reply.status == 200 && json::parse(reply.body).at("state") == "read";
  })) << "a queue that did not exist is served, and its statuses are accepted";

  replace("tenants.yaml", apps() + "tenants:\n" + bolt());
  ASSERT_TRUE(metric_is(kApplied, 2));
  EXPECT_EQ(get("/v1/events", kAcmeKey).status, 401);
  EXPECT_EQ(get("/v1/events", kBoltKey).status, 200);
}

TEST_F(TenantsTest, ABadFileIsRefusedAndTheOldConfigurationStaysInForce) {
  replace("tenants.yaml", apps() + "tenants:\n" + acme());
  launch();
  replace("tenants.yaml", apps() + "tenants:\n" + acme() + "  - id: bolt\n    token: EAAG-inline-secret\n");
  ASSERT_TRUE(metric_is(kRefused, 1));
  EXPECT_EQ(first_result(post(text_intent(random_uuid()), kAcmeKey)).at("status"), "sent");
  EXPECT_TRUE(eventually([&] {
    return connector_->output().find("line 8: tenants[1].token: remove this key") != std::string::npos;
  })) << connector_->output();
  EXPECT_EQ(connector_->output().find("EAAG-inline"), std::string::npos) << "never the value";
  replace("tenants.yaml", apps() + "tenants:\n" + acme() + bolt());
  EXPECT_TRUE(metric_is(kApplied, 1)) << "repaired";
  EXPECT_EQ(connector_->metric(kRefused), 1);
}

TEST_F(TenantsTest, ARotatedTokenIsUsedFromItsFile) {
  write_file(files_.file("bolt-token"), "not-the-right-token\n");
  replace("tenants.yaml", apps() + "tenants:\n" + acme() + bolt("bolt-token"));
  launch();
  const auto status = [&] {
    return std::string{
        first_result(http_request("POST", connector_->url("/v1/intents"),
                                  {{"Authorization", "Bearer " + std::string{kBoltKey}}},
                                  text_intent(random_uuid(), "+16505550001"), {.timeout = Millis{40'000}}))
            .at("status")
            .as_string()};
  };
  EXPECT_NE(status(), "sent");
  replace("bolt-token", "sandbox-token\n");
  ASSERT_TRUE(metric_is(kApplied, 1));
  EXPECT_EQ(status(), "sent");
}

TEST_F(TenantsTest, ARotatedTokenEndsTheStopOfItsSenderAndWhatWaitedGoes) {
  write_file(files_.file("bolt-token"), "not-the-right-token\n");
  replace("tenants.yaml", apps() + "tenants:\n" + acme() + bolt("bolt-token"));
  launch();
  const auto bolts = [&](const std::string& method, const std::string& path, const std::string& body = "") {
    return http_request(method, connector_->url(path),
                        {{"Authorization", "Bearer " + std::string{kBoltKey}}, {"Prefer", "respond-async"}},
                        body, {.timeout = Millis{40'000}});
  };
  std::vector<std::string> ids;
  for (int i = 0; i < 5; ++i) {
    ids.push_back(random_uuid());
    bolts("POST", "/v1/intents", text_intent(ids.back(), "+1650555000" + std::to_string(i)));
  }
  const auto shown = [&](const std::string& id, const char* member) {
    const auto intent = json::parse(bolts("GET", "/v1/intents/" + id).body).as_object();
    return intent.contains(member) ? std::string{intent.at(member).as_string()} : std::string{};
  };
  for (const std::string& id : ids)
    EXPECT_TRUE(eventually([&] { return shown(id, "hold") == "stopped"; })) << shown(id, "state");
  replace("bolt-token", "sandbox-token\n");
  ASSERT_TRUE(metric_is(kApplied, 1));
  // Nobody sends anything or resumes.
  for (const std::string& id : ids) {
    EXPECT_TRUE(eventually([&] { return shown(id, "wamid") != ""; }, Millis{5'000})) << shown(id, "state");
  }
}

TEST_F(TenantsTest, EachAppHasItsOwnPathTokenAndSecret) {
  replace("tenants.yaml", apps() + "tenants:\n" + acme());
  launch();
  const auto verify = [&](const std::string& path, const std::string& token) {
    return http_request("GET", connector_->url(
                                   path + "?hub.mode=subscribe&hub.challenge=77&hub.verify_token=" + token))
        .status;
  };
  EXPECT_EQ(verify("/webhook/shop", "verify-token-of-shop"), 200);
  EXPECT_EQ(verify("/webhook/shop", std::string{kVerifyToken}), 403);
  EXPECT_EQ(verify("/webhook", std::string{kVerifyToken}), 200);
  EXPECT_EQ(verify("/webhook", "verify-token-of-shop"), 403);
  for (const char* path : {"/webhook/", "/webhook/nobody", "/webhook/shop/more", "/webhooks"}) {
    EXPECT_EQ(verify(path, "verify-token-of-shop"), 404) << path;
    EXPECT_EQ(post_webhook(path, inbound_text("wamid.X"), kAppSecret), 404) << path;
  }
  EXPECT_EQ(post_webhook("/webhook/shop", inbound_text("wamid.A"), kAppSecret), 200);
  EXPECT_EQ(post_webhook("/webhook/shop", inbound_text("wamid.B"), kDefaultSecret), 401);
  EXPECT_EQ(post_webhook("/webhook", inbound_text("wamid.C"), kDefaultSecret), 200);
  EXPECT_EQ(post_webhook("/webhook", inbound_text("wamid.D"), kAppSecret), 401);
  EXPECT_EQ(events(kAcmeKey), 2U);
  // Three megabytes, as on the default path.
  EXPECT_EQ(post_webhook("/webhook/shop", inbound_text("wamid.L", std::string(3U << 20U, 'x')), kAppSecret),
            200);
}

TEST_F(TenantsTest, AnAppSecretRotatesUnderLoadWithoutALostWebhook) {
  constexpr std::string_view kNewSecret = "the-new-app-secret-4567";
  replace("tenants.yaml", apps() + "tenants:\n" + acme());
  launch();
  std::atomic<bool> stop{false};
  std::atomic<int> sent{0};
  std::atomic<int> refused{0};
  const auto load = [&](const std::string& name, std::string_view secret) {
    for (int i = 0; !stop; ++i) {
      const std::string body = inbound_text("wamid." + name + std::to_string(i));
      if (post_webhook("/webhook/shop", body, secret) != 200) ++refused;
      ++sent;
    }
  };
  {
    std::jthread old_signer{load, "OLD", kAppSecret};
    EXPECT_TRUE(eventually([&] { return sent > 20; }));
    write_file(files_.file("previous"), std::string{kAppSecret});
    replace("secret", std::string{kNewSecret});
    replace("tenants.yaml", apps(", previous_secret_file: previous") + "tenants:\n" + acme());
    // The two files may be noticed together or one after the other.
    EXPECT_TRUE(eventually(
        [&] { return post_webhook("/webhook/shop", inbound_text("wamid.PROBE"), kNewSecret) == 200; },
        Millis{15'000}));
    std::jthread new_signer{load, "NEW", kNewSecret};
    const int before = sent;
    EXPECT_TRUE(eventually([&] { return sent > before + 60; }));
    stop = true;
  }
  EXPECT_EQ(refused, 0);
  EXPECT_EQ(connector_->metric("whatsapp_events_total{outcome=\"appended\"}"), sent + 1) << "with the probe";

  replace("tenants.yaml", apps() + "tenants:\n" + acme());
  EXPECT_TRUE(
      eventually([&] { return post_webhook("/webhook/shop", inbound_text("wamid.LATE"), kAppSecret) == 401; },
                 Millis{15'000}));
  EXPECT_EQ(post_webhook("/webhook/shop", inbound_text("wamid.LAST"), kNewSecret), 200);
}

TEST_F(TenantsTest, AnOpenStreamEndsWhenItsKeyIsTakenAway) {
  replace("tenants.yaml", apps() + "tenants:\n" + acme());
  launch();
  HttpReply stream;
  std::jthread reader{[&] {
    stream =
        http_request("GET", connector_->url("/v1/events"),
                     {{"Authorization", "Bearer " + std::string{kAcmeKey}}, {"Accept", "text/event-stream"}},
                     {}, {.timeout = Millis{40'000}});
  }};
  ASSERT_TRUE(metric_is("whatsapp_event_readers", 1));
  EXPECT_EQ(post_webhook("/webhook/shop", inbound_text("wamid.BEFORE", "said-before"), kAppSecret), 200);
  replace("tenants.yaml", apps() + "tenants:\n" + tenant("acme", "wak_another-key", kSender));
  ASSERT_TRUE(metric_is(kApplied, 1));
  EXPECT_EQ(post_webhook("/webhook/shop", inbound_text("wamid.AFTER", "said-after"), kAppSecret), 200);
  reader.join();
  EXPECT_EQ(stream.status, 200) << stream.failure;
  EXPECT_TRUE(stream.failure.empty()) << "ended by the connector: " << stream.failure;
  EXPECT_NE(stream.body.find("said-before"), std::string::npos);
  EXPECT_EQ(stream.body.find("said-after"), std::string::npos);
  EXPECT_EQ(events("wak_another-key"), 2U);
}

TEST_F(TenantsTest, TenThousandTenantsStartQuicklyAndWeighLittle) {
  std::string yaml = apps() + "tenants:\n" + acme();
  std::filesystem::create_directory(files_.file("tokens"));
  for (int i = 0; i < 10'000; ++i) {
    const std::string token = "tokens/" + std::to_string(i);
    write_file(files_.file(token), "EAAG" + std::string(196, 'x') + std::to_string(i));
    yaml +=
        tenant("t-" + std::to_string(i), "wak_" + std::to_string(i), std::to_string(200'000'000 + i), token);
  }
  replace("tenants.yaml", yaml);
  const auto started = std::chrono::steady_clock::now();
  launch();
  const auto took = std::chrono::steady_clock::now() - started;
  EXPECT_EQ(connector_->metric("whatsapp_config_tenants"), 10'001);
  EXPECT_EQ(get("/v1/events", "wak_9999").status, 200);
  EXPECT_LT(took, std::chrono::seconds{10}) << "a release build takes a fraction of a second";
  const std::string status = read_file("/proc/" + std::to_string(connector_->process().pid()) + "/status");
  const long kilobytes = std::stol(status.substr(status.find("VmRSS:") + 6));
  std::cout << "10 001 tenants: ready after " << std::chrono::duration_cast<Millis>(took).count() << " ms, "
            << kilobytes / 1'000 << " MB\n";
  if (kMemoryCounts) {
    EXPECT_LT(kilobytes, 100'000);
  }
}

TEST_F(TenantsTest, AHangupReadsEverythingAgain) {
  replace("tenants.yaml", apps() + "tenants:\n" + acme());
  launch();
  connector_->process().signal(SIGHUP);
  EXPECT_TRUE(metric_is(kApplied, 1));
  EXPECT_EQ(get("/v1/events", kAcmeKey).status, 200);
  EXPECT_EQ(connector_->terminate(), (ExitStatus{0, 0})) << connector_->output();
}

TEST_F(TenantsTest, TheCheckNamesFileAndLineAndThePrintMasksSecrets) {
  const auto run = [&](const char* option) {
    Process process{{.argv = {std::string{WAC_BIN_DIR} + "/whatsapp-connector", option},
                     .env = {{"ENVIRONMENT", "development"},
                             {"DATA_DIR", files_.file("data")},
                             {"TENANTS_FILE", files_.file("tenants.yaml")}},
                     .inherit = ProcessOptions::Inherit::kNothing}};
    const auto status = process.wait();
    return std::pair(status.value_or(ExitStatus{}).code,
                     process.standard_output() + process.standard_error());
  };
  replace("tenants.yaml", apps() + "tenants:\n" + acme() + bolt());
  EXPECT_EQ(run("--check-config").first, 0);
  const auto printed = run("--print-config");
  EXPECT_EQ(printed.first, 0);
  EXPECT_NE(printed.second.find("- id: bolt"), std::string::npos) << printed.second;
  EXPECT_EQ(printed.second.find("sandbox-token"), std::string::npos);
  replace("tenants.yaml", apps() + "tenants:\n" + acme() + acme());
  const auto refused = run("--check-config");
  EXPECT_EQ(refused.first, 2);
  EXPECT_NE(refused.second.find("tenants.yaml:7: tenants[1].id: give each tenant once"), std::string::npos)
      << refused.second;
}

}  // namespace
}  // namespace wac::testing
