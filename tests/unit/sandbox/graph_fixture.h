#pragma once
// The whole sandbox but its network: requests in, replies and webhooks out.

#include "sandbox/control_api.h"
#include "sandbox/graph_api.h"
#include "sandbox/seeded_random.h"
#include "support/manual_scheduler.h"

#include <gtest/gtest.h>

namespace wac::sandbox {

namespace json = boost::json;
using net::Method;
using testing::ManualScheduler;

inline const std::string kPath = "/v25.0/106540352242922/messages";
inline const std::string kText =
    R"({"messaging_product":"whatsapp","to":"+16505551234","type":"text","text":{"body":"hi"},"biz_opaque_callback_data":"o-1"})";

class CollectingTransport final : public WebhookTransport {
 public:
  Task<int> post(std::string body) override {
    bodies.push_back(json::parse(body));
    co_return 200;
  }
  /// The `messages` or `statuses` posted, in order.
  std::vector<json::object> items(std::string_view kind) const {
    std::vector<json::object> out;
    for (const auto& body : bodies) {
      const auto& value = body.at("entry").at(0).at("changes").at(0).at("value").as_object();
      if (const auto* list = value.if_contains(kind)) {
        for (const auto& item : list->as_array()) out.push_back(item.as_object());
      }
    }
    return out;
  }
  std::string statuses() const {
    std::string out;
    for (const auto& item : items("statuses")) out += std::string(item.at("status").as_string()) + " ";
    return out;
  }
  std::vector<json::value> bodies;
};

class GraphApiTest : public ::testing::Test {
 protected:
  GraphApiTest() { build(); }
  void build() {
    control.reset();
    template_control.reset();
    graph.reset();
    management.reset();
    backend.reset();
    limits.configure(config.limits);
    queue.emplace(scheduler, transport, chance, config.webhooks, config.waba_id,
                  WebhookQueue::Hooks{.sent = [this](const Update& update) { backend->on_sent(update); },
                                      .acknowledged = [](const Update&) {}});
    backend.emplace(config, Backend::Parts{scheduler, ids, ledger, *queue, limits, users, transcript});
    management.emplace(config, ManagementApi::Parts{templates, *backend, ledger, *queue, users, scheduler});
    graph.emplace(config, GraphApi::Parts{templates, *backend, *management, faults, limits, scheduler, ids});
    template_control.emplace(templates, *backend);
    control.emplace(
        ControlApi::Parts{ledger, *queue, *backend, faults, limits, *management, *template_control});
  }
  net::HttpRequest request(Method method, std::string_view path, std::string_view body,
                           std::string_view token = "Bearer sandbox-token") {
    net::HttpRequest out;
    out.method = method;
    const std::size_t mark = path.find('?');
    out.path = path.substr(0, mark);
    if (mark != std::string_view::npos) out.query = path.substr(mark + 1);
    out.body = body;
    out.headers = {{"Content-Type", "application/json"}};
    if (!token.empty()) out.headers.push_back({"Authorization", token});
    return out;
  }
  Reply post(std::string_view body, std::string_view path = kPath) {
    return graph->handle(request(Method::kPost, path, body));
  }
  Reply get(std::string_view path) { return graph->handle(request(Method::kGet, path, "")); }
  json::value control_post(std::string_view name, std::string_view body, int status = 200) {
    const Reply reply = control->handle(request(Method::kPost, "/_sandbox/x", body), name);
    EXPECT_EQ(reply.status, status) << reply.body;
    return json::parse(reply.body);
  }
  static std::string wamid_of(const Reply& reply) {
    return std::string(json::parse(reply.body).at("messages").at(0).at("id").as_string());
  }
  static int code_of(const Reply& reply) {
    return json::parse(reply.body).at("error").at("code").to_number<int>();
  }

  ManualScheduler scheduler;
  SandboxConfig config;
  CollectingTransport transport;
  SeededRandom chance{1};
  SeededRandom ids{2};
  TemplateCatalogue templates = TemplateCatalogue::built_in();
  Ledger ledger{1'000};
  Faults faults{chance, scheduler};
  Limits limits{{}};
  Users users;
  Transcript transcript{1'000};
  std::optional<WebhookQueue> queue;
  std::optional<Backend> backend;
  std::optional<ManagementApi> management;
  std::optional<GraphApi> graph;
  std::optional<TemplateControl> template_control;
  std::optional<ControlApi> control;
};

}  // namespace wac::sandbox
