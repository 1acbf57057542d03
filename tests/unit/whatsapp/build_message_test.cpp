// Every payload type of the facts, literally in and literally out.

#include "unit/whatsapp/json_support.h"
#include "whatsapp/message.h"

#include <gtest/gtest.h>

namespace wac::whatsapp {
namespace {

using testing::json_of;
using testing::shown;

const Recipient kPhone{Phone{"+16505551234"}};
const Recipient kUser{UserId{"US.13491208655302741918"}};

TEST(BuildMessage, WritesTheWholeEnvelope) {
  const auto payload =
      json_of(R"({"type":"text","text":{"body":"Hi \"you\"\n","preview_url":true}})").as_object();
  EXPECT_EQ(
      shown(build_message(payload, {&kPhone, "wamid.Q", "01J:1"})),
      R"({"messaging_product":"whatsapp","recipient_type":"individual","to":"+16505551234","type":"text",)"
      R"("text":{"body":"Hi \"you\"\n","preview_url":true},"context":{"message_id":"wamid.Q"},)"
      R"("biz_opaque_callback_data":"01J:1"})");
}

TEST(BuildMessage, LeavesOutWhatIsNotGiven) {
  const auto payload = json_of(R"({"text":{"body":"a"},"type":"text"})").as_object();
  EXPECT_EQ(
      shown(build_message(payload, {&kPhone, "", ""})),
      R"({"messaging_product":"whatsapp","recipient_type":"individual","to":"+16505551234","type":"text","text":{"body":"a"}})");
}

TEST(BuildMessage, PutsAUserIdIntoRecipient) {
  const auto payload = json_of(R"({"type":"text","text":{"body":"a"}})").as_object();
  EXPECT_EQ(
      shown(build_message(payload, {&kUser, "", ""})),
      R"({"messaging_product":"whatsapp","recipient_type":"individual","recipient":"US.13491208655302741918","type":"text","text":{"body":"a"}})");
}

TEST(BuildMessage, AddsThePlusThatAWebhooksNumberLacks) {
  const Recipient from_webhook{Phone{"16505551234"}};
  const auto payload = json_of(R"({"type":"text","text":{"body":"a"}})").as_object();
  EXPECT_NE(shown(build_message(payload, {&from_webhook, "", ""})).find(R"("to":"+16505551234")"),
            std::string_view::npos);
}

TEST(BuildMessage, EscapesWhatItAdds) {
  const auto payload = json_of(R"({"type":"text","text":{"body":"a"}})").as_object();
  const auto body = json_of(shown(build_message(payload, {&kPhone, "wamid.\"", "a\\\"\n"}))).as_object();
  EXPECT_EQ(body.at("biz_opaque_callback_data").as_string(), "a\\\"\n");
  EXPECT_EQ(body.at("context").at("message_id").as_string(), "wamid.\"");
}

TEST(BuildMessage, MarksAsReadWithoutRecipient) {
  const auto read = json_of(R"({"type":"mark_read","mark_read":{"message_id":"wamid.A"}})").as_object();
  EXPECT_EQ(shown(build_message(read, {})),
            R"({"messaging_product":"whatsapp","status":"read","message_id":"wamid.A"})");
  const auto typing =
      json_of(R"({"type":"mark_read","mark_read":{"message_id":"wamid.A","typing_indicator":true}})")
          .as_object();
  EXPECT_EQ(
      shown(build_message(typing, {&kPhone, "wamid.B", "x"})),
      R"({"messaging_product":"whatsapp","status":"read","message_id":"wamid.A","typing_indicator":{"type":"text"}})");
  const auto silent =
      json_of(R"({"type":"mark_read","mark_read":{"message_id":"wamid.A","typing_indicator":false}})")
          .as_object();
  EXPECT_EQ(shown(build_message(silent, {})),
            R"({"messaging_product":"whatsapp","status":"read","message_id":"wamid.A"})");
}

TEST(BuildMessage, PassesRawObjectsUnderTheirOwnType) {
  const auto payload =
      json_of(
          R"({"type":"raw","raw":{"type":"poll","poll":{"name":"?","options":[1,2.5]},"category":"utility"}})")
          .as_object();
  EXPECT_TRUE(lint(payload).empty());
  EXPECT_EQ(
      shown(build_message(payload, {&kPhone, "", "o"})),
      R"({"messaging_product":"whatsapp","recipient_type":"individual","to":"+16505551234","type":"poll",)"
      R"("poll":{"name":"?","options":[1,2.5]},"category":"utility","biz_opaque_callback_data":"o"})");
}

TEST(IsIdempotent, OnlyMarkReadIs) {
  EXPECT_TRUE(is_idempotent(json_of(R"({"type":"mark_read"})").as_object()));
  EXPECT_FALSE(is_idempotent(json_of(R"({"type":"text"})").as_object()));
  EXPECT_FALSE(is_idempotent(json_of(R"({"type":1})").as_object()));
  EXPECT_FALSE(is_idempotent(json_of("{}").as_object()));
}

TEST(MayQuote, ReactionsAndMarkReadMayNot) {
  EXPECT_FALSE(may_quote(json_of(R"({"type":"reaction"})").as_object()));
  EXPECT_FALSE(may_quote(json_of(R"({"type":"mark_read"})").as_object()));
  EXPECT_TRUE(may_quote(json_of(R"({"type":"text"})").as_object()));
}

struct Example {
  std::string_view type;
  std::string_view content;
};

constexpr Example
    kExamples
        [] =
            {
                {"text", R"({"body":"Hello"})"},
                {"text", R"({"body":"see https://example.com","preview_url":true})"},
                {"image", R"({"id":"1013859600285441","caption":"c"})"},
                {"image", R"({"link":"https://example.com/a.jpg"})"},
                {"audio", R"({"id":"1013859600285441","voice":true})"},
                {"video", R"({"link":"https://example.com/a.mp4","caption":""})"},
                {"document", R"({"id":"1013859600285441","caption":"c","filename":"a b.pdf"})"},
                {"sticker", R"({"id":"1013859600285441"})"},
                {"location",
                 R"({"latitude":"37.44216251868683","longitude":"-122.16153582049394","name":"N","address":"A"})"},
                {"location", R"({"latitude":37.4847,"longitude":-122.1477})"},
                {"contacts",
                 R"([{"name":{"formatted_name":"Ann B","first_name":"Ann","last_name":"B","middle_name":"","suffix":"","prefix":""},"phones":[{"phone":"+1 (650) 555-1234","type":"MOBILE","wa_id":"16505551234"}],"emails":[{"email":"a@example.com","type":"WORK"}],"urls":[{"url":"https://example.com","type":"WORK"}],"addresses":[{"street":"","city":"","state":"","zip":"","country":"","country_code":"us","type":"HOME"}],"org":{"company":"C","department":"D","title":"T"},"birthday":"1999-01-23"}])"},
                {"reaction", R"({"message_id":"wamid.HBgL","emoji":"😀"})"},
                {"reaction", R"({"message_id":"wamid.HBgL","emoji":""})"},
                {"interactive",
                 R"({"type":"button","header":{"type":"document","document":{"id":"1","filename":"f.pdf"}},"body":{"text":"b"},"footer":{"text":"f"},"action":{"buttons":[{"type":"reply","reply":{"id":"y","title":"Yes"}},{"type":"reply","reply":{"id":"n","title":"No"}}]}})"},
                {"interactive",
                 R"({"type":"button","header":{"type":"video","video":{"link":"https://example.com/v"}},"body":{"text":"b"},"action":{"buttons":[{"type":"reply","reply":{"id":"y","title":"Yes"}}]}})"},
                {"interactive",
                 R"({"type":"list","header":{"type":"text","text":"h"},"body":{"text":"b"},"action":{"button":"Choose","sections":[{"title":"One","rows":[{"id":"1","title":"A","description":"d"}]},{"title":"Two","rows":[{"id":"2","title":"B"}]}]}})"},
                {"interactive",
                 R"({"type":"cta_url","body":{"text":"b"},"action":{"name":"cta_url","parameters":{"display_text":"Open","url":"https://example.com/?a=b"}}})"},
                {"interactive",
                 R"({"type":"flow","body":{"text":"b"},"action":{"name":"flow","parameters":{"flow_message_version":"3","flow_id":"123","flow_cta":"Book","mode":"draft","flow_token":"t","flow_action":"navigate","flow_action_payload":{"screen":"S","data":{"n":1}}}}})"},
                {"interactive",
                 R"({"type":"product","action":{"catalog_id":"1","product_retailer_id":"p"}})"},
                {"interactive",
                 R"({"type":"product_list","header":{"type":"text","text":"h"},"body":{"text":"b"},"action":{"catalog_id":"1","sections":[{"title":"t","product_items":[{"product_retailer_id":"p"}]}]}})"},
                {"interactive",
                 R"({"type":"catalog_message","body":{"text":"b"},"action":{"name":"catalog_message","parameters":{"thumbnail_product_retailer_id":"p"}}})"},
                {"interactive",
                 R"({"type":"catalog_message","body":{"text":"b"},"action":{"name":"catalog_message"}})"},
                {"interactive",
                 R"({"type":"location_request_message","body":{"text":"b"},"action":{"name":"send_location"}})"},
                {"interactive",
                 R"({"type":"address_message","body":{"text":"b"},"action":{"name":"address_message","parameters":{"country":"IN","values":{"name":"A"},"saved_addresses":[{"id":"1","value":{"city":"C"}}],"validation_errors":{"pin":"p"}}}})"},
                {"interactive",
                 R"({"type":"call_permission_request","action":{"name":"call_permission_request"}})"},
                {"interactive",
                 R"({"type":"voice_call","body":{"text":"b"},"action":{"name":"voice_call","parameters":{"display_text":"Call","ttl_minutes":100,"payload":"p"}}})"},
                {"interactive",
                 R"({"type":"request_contact_info","body":{"text":"b"},"action":{"name":"request_contact_info"}})"},
                {"interactive",
                 R"({"type":"carousel","body":{"text":"b"},"action":{"cards":[{"card_index":0,"type":"cta_url","header":{"type":"image","image":{"link":"https://example.com/1"}},"body":{"text":"1"},"action":{"name":"cta_url","parameters":{"display_text":"d","url":"https://example.com"}}},{"card_index":1,"type":"cta_url","header":{"type":"video","video":{"id":"1"}},"action":{"name":"cta_url","parameters":{"display_text":"d","url":"https://example.com"}}}]}})"},
                {"interactive",
                 R"({"type":"carousel","body":{"text":"b"},"action":{"cards":[{"card_index":0,"type":"product","action":{"catalog_id":"1","product_retailer_id":"p"}},{"card_index":1,"type":"product","action":{"catalog_id":"1","product_retailer_id":"q"}}]}})"},
                {"interactive",
                 R"({"type":"order_details","body":{"text":"b"},"action":{"name":"review_and_pay","parameters":{"total_amount":{"value":1,"offset":100}}}})"},
                {"interactive",
                 R"({"type":"order_status","body":{"text":"b"},"action":{"name":"review_order"}})"},
                {"template",
                 R"({"name":"hello_world","language":{"code":"en_US","policy":"deterministic"}})"},
                {"template",
                 R"({"name":"order_update","language":{"code":"en_US"},"components":[{"type":"header","parameters":[{"type":"image","image":{"id":"1"}}]},{"type":"body","parameters":[{"type":"text","text":"A"},{"type":"currency","currency":{"fallback_value":"$1","code":"USD","amount_1000":1000}},{"type":"date_time","date_time":{"fallback_value":"today"}}]},{"type":"button","sub_type":"url","index":"0","parameters":[{"type":"text","text":"suffix"}]},{"type":"button","sub_type":"quick_reply","index":"1","parameters":[{"type":"payload","payload":"p"}]}]})"},
                {"template",
                 R"({"name":"t","language":{"code":"en"},"components":[{"type":"header","parameters":[{"type":"document","document":{"link":"https://example.com/a.pdf","filename":"a.pdf"}}]},{"type":"body","parameters":[{"type":"text","parameter_name":"first_name","text":"A"}]}]})"},
                {"template",
                 R"({"name":"t","language":{"code":"en"},"components":[{"type":"header","parameters":[{"type":"text","text":"h"}]}]})"},
                {"template",
                 R"({"name":"t","language":{"code":"en"},"components":[{"type":"header","parameters":[{"type":"video","video":{"id":"1"}}]}]})"},
                {"template",
                 R"({"name":"t","language":{"code":"en"},"components":[{"type":"header","parameters":[{"type":"gif","gif":{"id":"1"}}]}]})"},
                {"template",
                 R"({"name":"t","language":{"code":"en"},"components":[{"type":"header","parameters":[{"type":"location","location":{"latitude":"1","longitude":"2","name":"n","address":"a"}}]}]})"},
                {"template",
                 R"({"name":"t","language":{"code":"en"},"components":[{"type":"header","parameters":[{"type":"product","product":{"catalog_id":"1","product_retailer_id":"p"}}]}]})"},
                {"template",
                 R"({"name":"t","language":{"code":"en"},"components":[{"type":"button","sub_type":"copy_code","index":"0","parameters":[{"type":"coupon_code","coupon_code":"25OFF"}]},{"type":"button","sub_type":"catalog","index":"1","parameters":[{"type":"action","action":{"thumbnail_product_retailer_id":"p"}}]},{"type":"button","sub_type":"mpm","index":"2","parameters":[{"type":"action","action":{"thumbnail_product_retailer_id":"p","sections":[{"title":"t","product_items":[{"product_retailer_id":"p"}]}]}}]},{"type":"button","sub_type":"flow","index":"3","parameters":[{"type":"action","action":{"flow_token":"t","flow_action_data":{"a":[1]}}}]},{"type":"button","sub_type":"voice_call","index":"4","parameters":[{"type":"ttl_minutes","ttl_minutes":5}]},{"type":"button","sub_type":"order_details","index":"5"},{"type":"button","sub_type":"spm","index":"6"}]})"},
                {"template",
                 R"({"name":"auth","language":{"code":"en"},"components":[{"type":"body","parameters":[{"type":"text","text":"J$FpnYnP"}]},{"type":"button","sub_type":"url","index":"0","parameters":[{"type":"text","text":"J$FpnYnP"}]}]})"},
                {"template",
                 R"({"name":"t","language":{"code":"en"},"components":[{"type":"limited_time_offer","parameters":[{"type":"limited_time_offer","limited_time_offer":{"expiration_time_ms":1209600000}}]}]})"},
                {"template",
                 R"({"name":"t","language":{"code":"en"},"components":[{"type":"carousel","cards":[{"card_index":0,"components":[{"type":"header","parameters":[{"type":"image","image":{"id":"1"}}]},{"type":"body","parameters":[{"type":"text","text":"A"}]},{"type":"button","sub_type":"quick_reply","index":"0","parameters":[{"type":"payload","payload":"p"}]}]}]}]})"},
                {"template",
                 R"({"name":"t","language":{"code":"en"},"components":[{"type":"tap_target_configuration","parameters":[{"type":"tap_target_configuration","tap_target_configuration":[{"url":"https://example.com","title":"t"}]}]}]})"},
};

TEST(BuildMessage, CarriesEveryTypeUnchanged) {
  for (const Example& example : kExamples) {
    const std::string payload = R"({"type":")" + std::string{example.type} + R"(",")" +
                                std::string{example.type} + R"(":)" + std::string{example.content} + "}";
    EXPECT_EQ(testing::lint_text(payload), std::vector<std::string>{}) << payload;
    EXPECT_EQ(
        shown(build_message(json_of(payload).as_object(), {&kPhone, "", "o"})),
        R"({"messaging_product":"whatsapp","recipient_type":"individual","to":"+16505551234","type":")" +
            std::string{example.type} + R"(",")" + std::string{example.type} + R"(":)" +
            std::string{example.content} + R"(,"biz_opaque_callback_data":"o"})");
  }
}

}  // namespace
}  // namespace wac::whatsapp
