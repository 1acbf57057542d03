#include "sandbox/message_rules.h"

#include "unit/sandbox/rules_fixture.h"

namespace wac::sandbox {
namespace {

const std::string kWamid = "wamid.HBgLMTY1MDU1NTEyMzQVAgASGBQzQTdCNTg5RjY1MEMyRjlGMjRGNgA=";
const std::string kText = R"("type":"text","text":{"body":"hello"})";

TEST(Envelope, OfEachKindOfRecipientIsAccepted) {
  const auto phone =
      check(envelope(kText + R"(,"recipient_type":"individual","biz_opaque_callback_data":"a-1")"));
  ASSERT_TRUE(phone);
  EXPECT_EQ(phone->wa_id, "16505551234");
  EXPECT_EQ(phone->input, "+16505551234");
  EXPECT_EQ(phone->opaque, "a-1");
  EXPECT_EQ(phone->type, "text");

  const auto spaced = check(R"({"messaging_product":"whatsapp","to":"+1 (650) 555-1234",)" + kText + "}");
  ASSERT_TRUE(spaced);
  EXPECT_EQ(spaced->wa_id, "16505551234");

  const auto user =
      check(R"({"messaging_product":"whatsapp","recipient":"US.13491208655302741918",)" + kText + "}");
  ASSERT_TRUE(user);
  EXPECT_EQ(user->recipient_kind, RecipientKind::kUserId);
  EXPECT_EQ(
      code_of(R"({"messaging_product":"whatsapp","recipient":"US.ENT.11815799212886844830",)" + kText + "}"),
      0);

  const auto group = check(
      R"({"messaging_product":"whatsapp","recipient_type":"group","to":"Y2FwaV9ncm91cDox",)" + kText + "}");
  ASSERT_TRUE(group);
  EXPECT_EQ(group->recipient_kind, RecipientKind::kGroup);

  const auto both =
      check(R"({"messaging_product":"whatsapp","to":"+16505551234","recipient":"US.1",)" + kText + "}");
  ASSERT_TRUE(both);
  EXPECT_EQ(both->recipient_kind, RecipientKind::kPhone) << "to wins";
}

TEST(Envelope, WithAMistakeIsRefused) {
  const std::pair<std::string, int> cases[] = {
      {R"([])", 100},
      {R"({"to":"+16505551234",)" + kText + "}", 131008},
      {R"({"messaging_product":"telegram","to":"+16505551234",)" + kText + "}", 131009},
      {R"({"messaging_product":"whatsapp",)" + kText + "}", 131008},
      {R"({"messaging_product":"whatsapp","to":"16505551234",)" + kText + "}", 100},
      {R"({"messaging_product":"whatsapp","to":16505551234,)" + kText + "}", 100},
      {R"({"messaging_product":"whatsapp","to":"+1650",)" + kText + "}", 131009},
      {R"({"messaging_product":"whatsapp","to":"+1234567890123456",)" + kText + "}", 131009},
      {R"({"messaging_product":"whatsapp","to":"+0650555123",)" + kText + "}", 131009},
      {R"({"messaging_product":"whatsapp","to":"1+6505551234",)" + kText + "}", 131009},
      {R"({"messaging_product":"whatsapp","to":"++16505551234",)" + kText + "}", 131009},
      {R"({"messaging_product":"whatsapp","to":"+1650555CALL",)" + kText + "}", 131009},
      {R"({"messaging_product":"whatsapp","to":"US.13491208655302741918",)" + kText + "}", 131009},
      {R"({"messaging_product":"whatsapp","to":"",)" + kText + "}", 131008},
      {R"({"messaging_product":"whatsapp","to":null,)" + kText + "}", 100},
      {R"({"messaging_product":"whatsapp","recipient":"us.123",)" + kText + "}", 131009},
      {R"({"messaging_product":"whatsapp","recipient":"+16505551234",)" + kText + "}", 131009},
      {R"({"messaging_product":"whatsapp","recipient_type":"group","to":"+16505551234",)" + kText + "}",
       131009},
      {R"({"messaging_product":"whatsapp","recipient_type":"group","recipient":"US.1",)" + kText + "}",
       131008},
  };
  for (const auto& [body, code] : cases) EXPECT_EQ(code_of(body), code) << body << "\n" << details_of(body);
  expect_codes({
      {kText + R"(,"client_msg_id":"1")", 100},
      {kText + R"(,"recipient_type":"broadcast")", 131009},
      {kText + R"(,"biz_opaque_callback_data":")" + repeated(512) + R"(")", 0},
      {kText + R"(,"biz_opaque_callback_data":")" + repeated(513) + R"(")", 100},
      {kText + R"(,"biz_opaque_callback_data":7)", 100},
      {kText + R"(,"image":{"id":"1"})", 100},
      {kText + R"(,"context":{"message_id":")" + kWamid + R"("})", 0},
      {kText + R"(,"context":{"message_id":"abc"})", 131009},
      {kText + R"(,"context":{})", 131008},
      {kText + R"(,"context":{"message_id":")" + kWamid + R"(","from":"1"})", 100},
      {R"("text":{"body":"hello"})", 131008},
      {R"("type":"text")", 131008},
      {R"("type":"text","text":"hello")", 100},
      {R"("type":"fax","fax":{})", 131051},
      {R"("type":"TEXT","text":{"body":"x"})", 131051},
  });
}

TEST(Envelope, WithoutPlusNamesTheRuleAndPassesWhenLenient) {
  const std::string body = R"({"messaging_product":"whatsapp","to":"16505551234",)" + kText + "}";
  EXPECT_NE(details_of(body).find("leading +"), std::string::npos);
  EXPECT_TRUE(check(body, PlusRule::kLenient));
}

TEST(Text, IsCheckedForBodyLengthAndFields) {
  expect_codes({
      {R"("type":"text","text":{"body":")" + repeated(4096) + R"(","preview_url":true})", 0},
      {R"("type":"text","text":{"body":")" + repeated(4096, "ü") + R"("})", 0},
      {R"("type":"text","text":{"body":")" + repeated(4097) + R"("})", 100},
      {R"("type":"text","text":{"body":""})", 131008},
      {R"("type":"text","text":{"body":" \n "})", 131008},
      {R"("type":"text","text":{})", 131008},
      {R"("type":"text","text":{"body":"x","preview_url":"true"})", 100},
      {R"("type":"text","text":{"body":"x","previewUrl":true})", 100},
      {R"("type":"text","text":{"body":5})", 100},
  });
}

TEST(Audio, TakesOneSourceAndNoCaption) {
  expect_codes({
      {R"("type":"audio","audio":{"id":"1013859600285441"})", 0},
      {R"("type":"audio","audio":{"link":"https://example.com/a.ogg","voice":true})", 0},
      {R"("type":"audio","audio":{"id":"1","link":"https://example.com/a.ogg"})", 100},
      {R"("type":"audio","audio":{})", 131008},
      {R"("type":"audio","audio":{"id":"abc"})", 131009},
      {R"("type":"audio","audio":{"id":12})", 100},
      {R"("type":"audio","audio":{"link":"http://example.com/a.ogg"})", 131009},
      {R"("type":"audio","audio":{"link":"https://exa mple.com/a.ogg"})", 131009},
      {R"("type":"audio","audio":{"id":"1","caption":"x"})", 100},
      {R"("type":"audio","audio":{"id":"1","voice":1})", 100},
  });
  EXPECT_TRUE(check(envelope(R"("type":"audio","audio":{"id":"1","voice":true})"))->voice);
  EXPECT_FALSE(check(envelope(R"("type":"audio","audio":{"id":"1"})"))->voice);
}

TEST(OtherMedia, HaveTheirOwnFields) {
  expect_codes({
      {R"("type":"document","document":{"id":"1","caption":"c","filename":"a.pdf"})", 0},
      {R"("type":"document","document":{"id":"1","caption":")" + repeated(1024) + R"("})", 0},
      {R"("type":"document","document":{"id":"1","caption":")" + repeated(1025) + R"("})", 100},
      {R"("type":"document","document":{"id":"1","filename":""})", 131008},
      {R"("type":"document","document":{"id":"1","voice":true})", 100},
      {R"("type":"image","image":{"link":"https://example.com/a.png","caption":"c"})", 0},
      {R"("type":"image","image":{"id":"1","filename":"a.png"})", 100},
      {R"("type":"video","video":{"id":"1","caption":"c"})", 0},
      {R"("type":"sticker","sticker":{"id":"1"})", 0},
      {R"("type":"sticker","sticker":{"id":"1","caption":"c"})", 100},
  });
}

TEST(Location, NeedsCoordinatesInRange) {
  expect_codes({
      {R"("type":"location","location":{"latitude":"37.48","longitude":"-122.14","name":"n","address":"a"})",
       0},
      {R"("type":"location","location":{"latitude":37.48,"longitude":-122})", 0},
      {R"("type":"location","location":{"latitude":"37.48"})", 131008},
      {R"("type":"location","location":{"latitude":"91","longitude":"0"})", 131009},
      {R"("type":"location","location":{"latitude":"0","longitude":"181"})", 131009},
      {R"("type":"location","location":{"latitude":"nan","longitude":"0"})", 131009},
      {R"("type":"location","location":{"latitude":"1N","longitude":"0"})", 131009},
      {R"("type":"location","location":{"latitude":true,"longitude":"0"})", 131009},
      {R"("type":"location","location":{"latitude":"0","longitude":"0","url":"x"})", 100},
  });
}

TEST(Contacts, NeedAFormattedNameAndAnotherPart) {
  const std::string name = R"({"name":{"formatted_name":"Ada L","first_name":"Ada"}})";
  const std::string many = repeated(256, name + ",") + name;
  expect_codes({
      {R"("type":"contacts","contacts":[)" + name + "]", 0},
      {R"("type":"contacts","contacts":[)" + many + "]", 0},
      {R"("type":"contacts","contacts":[)" + many + "," + name + "]", 100},
      {R"("type":"contacts","contacts":[{"name":{"formatted_name":"A","last_name":"B"},
          "phones":[{"phone":"+1650","type":"MOBILE","wa_id":"1650"}],"emails":[{"email":"a@b.c","type":"WORK"}],
          "urls":[{"url":"https://a.b","type":"WORK"}],
          "addresses":[{"street":"s","city":"c","state":"","zip":"1","country":"US","country_code":"us","type":"HOME"}],
          "org":{"company":"c","department":"d","title":"t"},"birthday":"1815-12-10"}])",
       0},
      {R"("type":"contacts","contacts":[])", 131008},
      {R"("type":"contacts","contacts":{})", 100},
      {R"("type":"contacts","contacts":[{"name":{"formatted_name":"Ada"}}])", 131009},
      {R"("type":"contacts","contacts":[{"name":{"first_name":"Ada"}}])", 131008},
      {R"("type":"contacts","contacts":[{}])", 131008},
      {R"("type":"contacts","contacts":[{"name":{"formatted_name":"A","first_name":"A","nick":"x"}}])", 100},
      {R"("type":"contacts","contacts":[{"name":{"formatted_name":"A","first_name":"A"},"phones":[{}]}])",
       131008},
      {R"("type":"contacts","contacts":[{"name":{"formatted_name":"A","first_name":"A"},"phones":[]}])", 100},
      {R"("type":"contacts","contacts":[{"name":{"formatted_name":"A","first_name":"A"},"birthday":"2001-02-30"}])",
       131009},
      {R"("type":"contacts","contacts":[{"name":{"formatted_name":"A","first_name":"A"},"org":{"name":"x"}}])",
       100},
      {R"("type":"contacts","contacts":[{"name":{"formatted_name":"A","first_name":"A"},"photo":"x"}])", 100},
  });
}

TEST(Reaction, NeedsAMessageAndAnEmoji) {
  const std::string id = R"("message_id":")" + kWamid + R"(")";
  expect_codes({
      {R"("type":"reaction","reaction":{)" + id + R"(,"emoji":"😀"})", 0},
      {R"("type":"reaction","reaction":{)" + id + R"(,"emoji":"1️⃣"})", 0},
      {R"("type":"reaction","reaction":{)" + id + R"(,"emoji":""})", 0},
      {R"("type":"reaction","reaction":{)" + id + "}", 131008},
      {R"("type":"reaction","reaction":{)" + id + R"(,"emoji":"ok"})", 131009},
      {R"("type":"reaction","reaction":{)" + id + R"(,"emoji":"\uD83D\uDE00 nice"})", 131009},
      {R"("type":"reaction","reaction":{"emoji":"😀"})", 131008},
      {R"("type":"reaction","reaction":{"message_id":"x","emoji":"😀"})", 131009},
      {R"("type":"reaction","reaction":{)" + id + R"(,"emoji":"😀","action":"react"})", 100},
      {R"("type":"reaction","reaction":{)" + id + R"(,"emoji":"😀"},"context":{)" + id + "}", 100},
  });
}

TEST(MarkRead, NamesAMessageAndNothingElse) {
  const auto body = [](const std::string& rest) {
    return R"({"messaging_product":"whatsapp",)" + rest + "}";
  };
  const std::string id = R"("message_id":")" + kWamid + R"(")";
  const auto good = check(body(R"("status":"read",)" + id));
  ASSERT_TRUE(good);
  EXPECT_EQ(good->type, "mark_read");
  EXPECT_EQ(good->target, kWamid);
  EXPECT_EQ(code_of(body(R"("status":"read",)" + id + R"(,"typing_indicator":{"type":"text"})")), 0);
  EXPECT_EQ(code_of(body(R"("status":"read",)" + id + R"(,"typing_indicator":{"type":"voice"})")), 131009);
  EXPECT_EQ(code_of(body(R"("status":"read",)" + id + R"(,"typing_indicator":{})")), 131008);
  EXPECT_EQ(code_of(body(R"("status":"delivered",)" + id)), 131009);
  EXPECT_EQ(code_of(body(R"("status":"read")")), 131008);
  EXPECT_EQ(code_of(body(R"("status":"read","message_id":"7")")), 131009);
  EXPECT_EQ(code_of(body(R"("status":"read",)" + id + R"(,"to":"+16505551234")")), 100);
}

std::string interactive(const std::string& rest) {
  return R"("type":"interactive","interactive":{)" + rest + "}";
}

TEST(InteractiveButtons, AreOneToThreeUniqueReplies) {
  const auto buttons = [](const std::string& list, const std::string& more = "") {
    return interactive(R"("type":"button","body":{"text":"b"},"action":{"buttons":[)" + list + "]}" + more);
  };
  const auto reply = [](const std::string& id, const std::string& title) {
    return R"({"type":"reply","reply":{"id":")" + id + R"(","title":")" + title + R"("}})";
  };
  expect_codes({
      {buttons(reply("1", "A")), 0},
      {buttons(reply("1", "A") + "," + reply("2", "B") + "," + reply("3", "C")), 0},
      {buttons(reply("1", "A") + "," + reply("2", "B") + "," + reply("3", "C") + "," + reply("4", "D")), 100},
      {buttons(""), 100},
      {buttons(reply("1", "A") + "," + reply("2", "A")), 131009},
      {buttons(reply("1", "A") + "," + reply("1", "B")), 131009},
      {buttons(reply("1", repeated(20))), 0},
      {buttons(reply("1", repeated(21))), 100},
      {buttons(reply(repeated(256), "A")), 0},
      {buttons(reply(repeated(257), "A")), 100},
      {buttons(R"({"type":"url","reply":{"id":"1","title":"A"}})"), 131009},
      {buttons(reply("1", "A"), R"(,"footer":{"text":")" + repeated(60) + R"("})"), 0},
      {buttons(reply("1", "A"), R"(,"footer":{"text":")" + repeated(61) + R"("})"), 100},
      {buttons(reply("1", "A"), R"(,"header":{"type":"text","text":"h"})"), 0},
      {buttons(reply("1", "A"), R"(,"header":{"type":"text","text":")" + repeated(61) + R"("})"), 100},
      {buttons(reply("1", "A"), R"(,"header":{"type":"image","image":{"id":"1"}})"), 0},
      {buttons(reply("1", "A"), R"(,"header":{"type":"image","image":{"id":"1","caption":"c"}})"), 100},
      {buttons(reply("1", "A"), R"(,"header":{"type":"audio","audio":{"id":"1"}})"), 131009},
      {buttons(reply("1", "A"), R"(,"quick":1)"), 100},
      {interactive(R"("type":"button","action":{"buttons":[)" + reply("1", "A") + "]}"), 131008},
      {interactive(R"("type":"button","body":{"text":"b"})"), 131008},
      {interactive(R"("type":"poll","body":{"text":"b"},"action":{})"), 131009},
      {interactive(R"("body":{"text":"b"},"action":{})"), 131008},
  });
}

TEST(InteractiveList, HasAtMostTenRowsAndTitledSections) {
  const auto list = [](const std::string& sections) {
    return interactive(R"("type":"list","body":{"text":"b"},"action":{"button":"Choose","sections":[)" +
                       sections + "]}");
  };
  const auto row = [](int id) {
    return R"({"id":")" + std::to_string(id) + R"(","title":"t","description":"d"})";
  };
  std::string ten = row(0);
  for (int i = 1; i < 10; ++i) ten += "," + row(i);
  expect_codes({
      {list(R"({"rows":[)" + ten + "]}"), 0},
      {list(R"({"rows":[)" + ten + "," + row(10) + "]}"), 100},
      {list(R"({"title":"a","rows":[)" + row(1) + R"(]},{"title":"b","rows":[)" + row(2) + "]}"), 0},
      {list(R"({"rows":[)" + row(1) + R"(]},{"title":"b","rows":[)" + row(2) + "]}"), 131008},
      {list(R"({"title":"a","rows":[)" + row(1) + R"(]},{"title":"b","rows":[)" + row(1) + "]}"), 131009},
      {list(R"({"rows":[]})"), 100},
      {list(R"({"rows":[{"id":"1","title":")" + repeated(25) + R"("}]})"), 100},
      {list(R"({"rows":[{"id":"1","title":"t","description":")" + repeated(73) + R"("}]})"), 100},
      {list(R"({"rows":[{"id":")" + repeated(201) + R"(","title":"t"}]})"), 100},
      {interactive(R"("type":"list","header":{"type":"image","image":{"id":"1"}},"body":{"text":"b"},
                   "action":{"button":"c","sections":[{"rows":[{"id":"1","title":"t"}]}]})"),
       131009},
      {interactive(R"("type":"list","body":{"text":"b"},"action":{"button":")" + repeated(21) +
                   R"(","sections":[{"rows":[{"id":"1","title":"t"}]}]})"),
       100},
  });
}

TEST(InteractiveOthers, AreCheckedByTheirKind) {
  const std::string body = R"("body":{"text":"b"},)";
  const auto card = [](int index, const std::string& action) {
    return R"({"card_index":)" + std::to_string(index) +
           R"(,"header":{"type":"image","image":{"id":"1"}},"body":{"text":"c"},"action":)" + action + "}";
  };
  const std::string url =
      R"({"name":"cta_url","parameters":{"display_text":"Go","url":"https://a.example"}})";
  const std::string quick = R"({"buttons":[{"type":"quick_reply","quick_reply":{"id":"1","title":"t"}}]})";
  const auto carousel = [&](const std::string& cards) {
    return interactive(R"("type":"carousel",)" + body + R"("action":{"cards":[)" + cards + "]}");
  };
  expect_codes({
      {interactive(R"("type":"cta_url",)" + body + R"("action":)" + url), 0},
      {interactive(R"("type":"cta_url",)" + body +
                   R"("action":{"name":"cta_url","parameters":{"display_text":"Go","url":"ftp://a"}})"),
       131009},
      {interactive(R"("type":"cta_url",)" + body +
                   R"("action":{"name":"url","parameters":{"display_text":"Go","url":"https://a"}})"),
       131009},
      {interactive(R"("type":"flow",)" + body +
                   R"("action":{"name":"flow","parameters":{"flow_message_version":"3","flow_id":"1",
          "flow_cta":"Book","flow_action":"navigate","flow_action_payload":{"screen":"S","data":{"a":1}}}})"),
       0},
      {interactive(
           R"("type":"flow",)" + body +
           R"("action":{"name":"flow","parameters":{"flow_message_version":"3","flow_id":"1","flow_name":"n","flow_cta":"B"}})"),
       100},
      {interactive(R"("type":"flow",)" + body +
                   R"("action":{"name":"flow","parameters":{"flow_message_version":"3","flow_cta":"B"}})"),
       100},
      {interactive(R"("type":"flow",)" + body +
                   R"("action":{"name":"flow","parameters":{"flow_message_version":"3","flow_id":"1",
          "flow_cta":"Book","flow_action_payload":{"screen":"S","data":{}}}})"),
       131009},
      {interactive(R"("type":"product","action":{"catalog_id":"1","product_retailer_id":"2"})"), 0},
      {interactive(R"("type":"product","action":{"catalog_id":"1"})"), 131008},
      {interactive(
           R"("type":"product","header":{"type":"text","text":"h"},"action":{"catalog_id":"1","product_retailer_id":"2"})"),
       100},
      {interactive(
           R"("type":"product_list","header":{"type":"text","text":"h"},)" + body +
           R"("action":{"catalog_id":"1","sections":[{"title":"t","product_items":[{"product_retailer_id":"2"}]}]})"),
       0},
      {interactive(
           R"("type":"product_list",)" + body +
           R"("action":{"catalog_id":"1","sections":[{"product_items":[{"product_retailer_id":"2"}]}]})"),
       131008},
      {interactive(R"("type":"product_list","header":{"type":"text","text":"h"},)" + body +
                   R"("action":{"catalog_id":"1","sections":[{"product_items":[)" +
                   repeated(30, R"({"product_retailer_id":"2"},)") + R"({"product_retailer_id":"2"}]}]})"),
       100},
      {interactive(R"("type":"catalog_message",)" + body + R"("action":{"name":"catalog_message"})"), 0},
      {interactive(R"("type":"location_request_message",)" + body + R"("action":{"name":"send_location"})"),
       0},
      {interactive(R"("type":"location_request_message",)" + body + R"("action":{"name":"location"})"),
       131009},
      {interactive(R"("type":"call_permission_request","action":{"name":"call_permission_request"})"), 0},
      {interactive(R"("type":"request_contact_info",)" + body +
                   R"("action":{"name":"request_contact_info"})"),
       0},
      {interactive(
           R"("type":"voice_call",)" + body +
           R"("action":{"name":"voice_call","parameters":{"display_text":"Call","ttl_minutes":43200}})"),
       0},
      {interactive(R"("type":"voice_call",)" + body +
                   R"("action":{"name":"voice_call","parameters":{"ttl_minutes":43201}})"),
       100},
      {interactive(R"("type":"address_message",)" + body +
                   R"("action":{"name":"address_message","parameters":{"country":"IN"}})"),
       0},
      {interactive(R"("type":"address_message",)" + body +
                   R"("action":{"name":"address_message","parameters":{"country":"US"}})"),
       131009},
      {interactive(R"("type":"order_details",)" + body +
                   R"("action":{"name":"review_and_pay","parameters":{"any":1}})"),
       0},
      {carousel(card(0, url) + "," + card(1, url)), 0},
      {carousel(card(0, quick) + "," + card(1, quick)), 0},
      {carousel(card(0, url)), 100},
      {carousel(card(0, url) + "," + card(1, quick)), 131009},
      {carousel(card(0, url) + "," + card(0, url)), 100},
  });
}

TEST(Group, TakesNoInteractiveMessage) {
  EXPECT_EQ(code_of(R"({"messaging_product":"whatsapp","recipient_type":"group","to":"Y2FwaV9ncm91cDox",)"
                    R"("type":"interactive","interactive":{"type":"location_request_message",)"
                    R"("body":{"text":"b"},"action":{"name":"send_location"}}})"),
            131051);
}

TEST(Pin, IsForGroupsAndForSomeDays) {
  const auto pin = [](const std::string& rest,
                      const std::string& to = R"("recipient_type":"group","to":"Y2FwaV9ncm91cDox")") {
    return code_of(R"({"messaging_product":"whatsapp",)" + to + R"(,"type":"pin","pin":{"message_id":")" +
                   kWamid + "\"" + rest + "}}");
  };
  EXPECT_EQ(pin(R"(,"type":"pin","expiration_days":7)"), 0);
  EXPECT_EQ(pin(R"(,"type":"unpin")"), 0);
  EXPECT_EQ(pin(R"(,"type":"pin")"), 131008);
  EXPECT_EQ(pin(R"(,"type":"pin","expiration_days":31)"), 100);
  EXPECT_EQ(pin(R"(,"type":"glue","expiration_days":7)"), 131009);
  EXPECT_EQ(pin(R"(,"type":"pin","expiration_days":7)", R"("to":"+16505551234")"), 131009);
}

}  // namespace
}  // namespace wac::sandbox
