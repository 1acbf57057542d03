#include "inbound/cloud_event.h"

#include "base/expose.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace wac::inbound {
namespace {

namespace json = boost::json;

whatsapp::WebhookItem item() {
  whatsapp::WebhookItem made;
  made.type = "message.received.text";
  made.account = "102290129340398";
  made.sender = SenderId::parse("106540352242922");
  made.timestamp = from_millis(1'739'321'024'000);
  made.data = PersonalText{R"({"raw":{"id":"wamid.X"}})"};
  return made;
}

json::object event_of(const whatsapp::WebhookItem& from, std::string_view trace) {
  const auto event =
      make_cloud_event(from, *crypto::Fingerprint::from_hex("000102030405060708090a0b0c0d0e0f"),
                       *TenantId::parse("acme"), trace, from_millis(1'739'321'099'000));
  return json::parse(expose(event, Purpose::kValidate)).as_object();
}

TEST(CloudEvent, HasTheRequiredAttributes) {
  const auto event = event_of(item(), "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
  EXPECT_EQ(event.at("specversion").as_string(), "1.0");
  EXPECT_EQ(event.at("id").as_string(), "000102030405060708090a0b0c0d0e0f");
  EXPECT_EQ(event.at("source").as_string(), "/whatsapp/senders/106540352242922");
  EXPECT_EQ(event.at("type").as_string(), "whatsapp.message.received.text");
  EXPECT_EQ(event.at("time").as_string(), "2025-02-12T00:43:44.000Z");
  EXPECT_EQ(event.at("tenantid").as_string(), "acme");
  EXPECT_EQ(event.at("traceparent").as_string(), "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
  EXPECT_EQ(event.at("data").at("raw").at("id").as_string(), "wamid.X");
}

TEST(CloudEvent, WithoutSenderOrTimeUsesTheAccountAndTheTimeOfReceipt) {
  auto without = item();
  without.sender.reset();
  without.timestamp.reset();
  const auto event = event_of(without, "");
  EXPECT_EQ(event.at("source").as_string(), "/whatsapp/accounts/102290129340398");
  EXPECT_EQ(event.at("time").as_string(), "2025-02-12T00:44:59.000Z");
  EXPECT_FALSE(event.contains("traceparent"));
}

}  // namespace
}  // namespace wac::inbound
