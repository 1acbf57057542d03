// Types, formats and combinations that lint() refuses, and how it says so.

#include "unit/whatsapp/json_support.h"

#include <gtest/gtest.h>

namespace wac::whatsapp {
namespace {

using testing::lint_text;
using Found = std::vector<std::string>;

TEST(Lint, RefusesUnknownMissingAndMistypedTypes) {
  const std::string types =
      "text, image, audio, video, document, sticker, location, contacts, reaction, template, interactive, "
      "mark_read, pin, raw";
  EXPECT_EQ(lint_text(R"({"type":"poll","poll":{}})"), Found{"/type must be one of " + types});
  EXPECT_EQ(lint_text(R"({})"), Found{"/type is required"});
  EXPECT_EQ(lint_text(R"({"type":7})"), Found{"/type must be text"});
  EXPECT_EQ(lint_text(R"({"type":"text"})"), Found{"/text is required"});
  EXPECT_EQ(lint_text(R"({"type":"text","text":"hello"})"), Found{"/text must be an object"});
}

TEST(Lint, ListsEveryViolationOfAPayload) {
  EXPECT_EQ(lint_text(R"({"type":"text","text":{"body":"","preview_url":"yes","font":"big"},"to":"+1"})"),
            (Found{"/text/body must have 1 to 4096 characters", "/text/preview_url must be true or false",
                   "/text/font is not a field here", "/to is not a field here"}));
}

TEST(Lint, WritesJsonPointersAsRfc6901Does) {
  EXPECT_EQ(lint_text(R"({"type":"text","text":{"body":"a","a/b~c":1}})"),
            Found{"/text/a~1b~0c is not a field here"});
}

TEST(Lint, CountsCharactersNotBytes) {
  EXPECT_TRUE(
      lint_text(R"({"type":"text","text":{"body":")" + testing::repeated("😀", 4096) + R"("}})").empty());
}

TEST(Lint, WantsExactlyOneSourceOfMedia) {
  for (const std::string type : {"image", "audio", "video", "document", "sticker"}) {
    const auto media = [&](std::string_view members) {
      return lint_text(R"({"type":")" + type + R"(",")" + type + R"(":{)" + std::string{members} + "}}");
    };
    EXPECT_TRUE(media(R"("id":"1013859600285441")").empty());
    EXPECT_TRUE(media(R"("link":"https://example.com/a.b?c=d")").empty());
    EXPECT_EQ(media(""), Found{"/" + type + " must have exactly one of id, link and mediaUrl"});
    EXPECT_EQ(media(R"("id":"1","link":"https://example.com")"),
              Found{"/" + type + " must have exactly one of id, link and mediaUrl"});
    EXPECT_EQ(media(R"("link":"http://example.com")"),
              Found{"/" + type + "/link must be a URL that begins with https://"});
    EXPECT_EQ(media(R"("id":1)"), Found{"/" + type + "/id must be text"});
    EXPECT_EQ(media(R"("id":"")"), Found{"/" + type + "/id must be printable ASCII without spaces"});
  }
}

TEST(Lint, TakesAMediaUrlWhereverMediaMayBe) {
  for (
      const char* payload : {
          R"({"type":"image","image":{"mediaUrl":"https://example.com/a.jpg","caption":"c"}})",
          R"({"type":"audio","audio":{"mediaUrl":"https://example.com/a.ogg","voice":true}})",
          R"({"type":"sticker","sticker":{"mediaUrl":"http://localhost:8000/a.webp"}})",
          R"({"type":"document","document":{"mediaUrl":"https://example.com/a","filename":"a.pdf"}})",
          R"({"type":"template","template":{"name":"t","language":{"code":"en"},"components":[{"type":"header","parameters":[{"type":"image","image":{"mediaUrl":"https://example.com/a.jpg"}}]}]}})",
      }) {
    EXPECT_EQ(lint_text(payload), Found{}) << payload;
  }
  EXPECT_EQ(
      lint_text(
          R"({"type":"image","image":{"mediaUrl":"https://example.com/a","link":"https://example.com/a"}})"),
      Found{"/image must have exactly one of id, link and mediaUrl"});
  EXPECT_EQ(lint_text(R"({"type":"image","image":{"mediaUrl":"file:///etc/passwd"}})").size(), 1U);
}

TEST(Lint, KeepsFieldsToTheTypesThatHaveThem) {
  EXPECT_EQ(lint_text(R"({"type":"audio","audio":{"id":"1","caption":"a"}})"),
            Found{"/audio/caption is not a field here"});
  EXPECT_EQ(lint_text(R"({"type":"image","image":{"id":"1","filename":"a"}})"),
            Found{"/image/filename is not a field here"});
  EXPECT_EQ(lint_text(R"({"type":"sticker","sticker":{"id":"1","caption":"a"}})"),
            Found{"/sticker/caption is not a field here"});
  EXPECT_EQ(lint_text(R"({"type":"image","image":{"id":"1","voice":true}})"),
            Found{"/image/voice is not a field here"});
}

TEST(Lint, RefusesUrlsWithoutHostOrWithBlanks) {
  for (const std::string link : {"https://", "https:///path", "https://?q", "https://a b", "ftp://a", "HTTPS",
                                 "//a", "https://a\\nb"}) {
    EXPECT_EQ(lint_text(R"({"type":"image","image":{"link":")" + link + R"("}})").size(), 1U) << link;
  }
  EXPECT_TRUE(lint_text(R"({"type":"image","image":{"link":"HTTPS://bücher.example/ä"}})").empty());
}

TEST(Lint, TakesCoordinatesAsNumbersOrTexts) {
  const auto place = [](std::string_view latitude, std::string_view longitude) {
    return lint_text(R"({"type":"location","location":{"latitude":)" + std::string{latitude} +
                     R"(,"longitude":)" + std::string{longitude} + "}}");
  };
  EXPECT_TRUE(place("37.48", "-122.14").empty());
  EXPECT_TRUE(place(R"("37.48")", R"("-122.14")").empty());
  EXPECT_TRUE(place("90", "180").empty());
  EXPECT_TRUE(place("-90", "-180").empty());
  EXPECT_EQ(place("90.1", "0"), Found{"/location/latitude must be from -90 to 90"});
  EXPECT_EQ(place("0", R"("180.1")"), Found{"/location/longitude must be from -180 to 180"});
  EXPECT_EQ(place("91", "-181").size(), 2U);
  for (const std::string_view odd : {R"("")", R"("north")", R"("1 ")", R"("1e1")", "true", "null", "[]"}) {
    EXPECT_EQ(place(odd, "0"), Found{"/location/latitude must be a decimal number"}) << odd;
  }
  EXPECT_EQ(place(R"("nan")", "0").size(), 1U);
}

TEST(Lint, ChecksContacts) {
  const auto contact = [](std::string_view members) {
    return lint_text(R"({"type":"contacts","contacts":[{"name":{"formatted_name":"A B","first_name":"A"},)" +
                     std::string{members} + "}]}");
  };
  EXPECT_EQ(lint_text(R"({"type":"contacts","contacts":[{"name":{"formatted_name":"A"}}]})"),
            Found{"/contacts/0/name must have one of first_name, last_name, middle_name, suffix, prefix "
                  "besides formatted_name"});
  EXPECT_EQ(lint_text(R"({"type":"contacts","contacts":[{"name":{"first_name":"A"}}]})"),
            Found{"/contacts/0/name/formatted_name is required"});
  EXPECT_EQ(lint_text(R"({"type":"contacts","contacts":[{}]})"), Found{"/contacts/0/name is required"});
  EXPECT_EQ(lint_text(R"({"type":"contacts","contacts":{}})"), Found{"/contacts must be a list"});
  EXPECT_TRUE(contact(R"("birthday":"2024-02-29")").empty());
  for (const std::string date :
       {"2023-02-29", "2024-13-01", "2024-1-01", "0000-01-01", "29.02.2024", "2024-02-2x"}) {
    EXPECT_EQ(contact(R"("birthday":")" + date + "\""),
              Found{"/contacts/0/birthday must be a date of the form YYYY-MM-DD"})
        << date;
  }
  EXPECT_EQ(contact(R"("phones":[{"phone":"+1 650","wa_id":"+1650"}])"),
            Found{"/contacts/0/phones/0/wa_id must be digits only"});
  EXPECT_EQ(contact(R"("addresses":[{"country_code":"usa"}])"),
            Found{"/contacts/0/addresses/0/country_code must be a country code of two letters"});
  EXPECT_EQ(contact(R"("emails":[{"mail":"a"}])"), Found{"/contacts/0/emails/0/mail is not a field here"});
  EXPECT_EQ(contact(R"("urls":["a"])"), Found{"/contacts/0/urls/0 must be an object"});
  EXPECT_EQ(contact(R"("org":{"company":1})"), Found{"/contacts/0/org/company must be text"});
}

TEST(Lint, WantsATextWithSomethingInIt) {
  EXPECT_EQ(lint_text(R"({"type":"text","text":{"body":" \n\t "}})"),
            Found{"/text/body must be more than spaces and line breaks"});
  EXPECT_TRUE(lint_text(R"({"type":"text","text":{"body":" . "}})").empty());
}

TEST(Lint, ChecksReactions) {
  const auto reaction = [](std::string_view emoji) {
    return lint_text(R"({"type":"reaction","reaction":{"message_id":"wamid.A=","emoji":")" +
                     std::string{emoji} + R"("}})");
  };
  for (const std::string_view emoji :
       {"", "😀", "👩🏽‍🚀", "1️⃣", "#️⃣", "❤️", "©️", "㊙️", "🏴󠁧󠁢󠁥󠁮󠁧󠁿"})
    EXPECT_TRUE(reaction(emoji).empty()) << emoji;
  for (const std::string_view text : {"ok", ":)", "1", "😀!", "да", "é", "好"}) {
    EXPECT_EQ(reaction(text), Found{"/reaction/emoji must be one emoji, or empty to remove the reaction"})
        << text;
  }
  EXPECT_EQ(lint_text(R"({"type":"reaction","reaction":{"message_id":"x","emoji":""}})"),
            Found{"/reaction/message_id must be a message id of Meta's (wamid.…)"});
  EXPECT_EQ(lint_text(R"({"type":"reaction","reaction":{"message_id":"wamid.A"}})"),
            Found{"/reaction/emoji is required"});
}

TEST(Lint, ChecksMarkRead) {
  EXPECT_EQ(lint_text(R"({"type":"mark_read","mark_read":{"message_id":"wamid."}})"),
            Found{"/mark_read/message_id must be a message id of Meta's (wamid.…)"});
  EXPECT_EQ(
      lint_text(
          R"({"type":"mark_read","mark_read":{"message_id":"wamid.A","typing_indicator":{"type":"text"}}})"),
      Found{"/mark_read/typing_indicator must be true or false"});
}

TEST(Lint, KeepsRawObjectsOutOfTheEnvelope) {
  for (const std::string field : {"messaging_product", "recipient_type", "to", "recipient", "context",
                                  "biz_opaque_callback_data", "status", "message_id"}) {
    EXPECT_EQ(lint_text(R"({"type":"raw","raw":{"type":"x","x":{},")" + field + R"(":"a"}})"),
              Found{"/raw/" + field + " belongs to the envelope, not to the message"});
  }
  EXPECT_EQ(lint_text(R"({"type":"raw","raw":{"type":"x"}})"),
            Found{"/raw/x is required: the object under the type's name"});
  EXPECT_EQ(lint_text(R"({"type":"raw","raw":{"x":{}}})"), Found{"/raw/type is required"});
  EXPECT_EQ(lint_text(R"({"type":"raw","raw":[]})"), Found{"/raw must be an object"});
}

Found interactive(std::string_view members) {
  return lint_text(R"({"type":"interactive","interactive":{)" + std::string{members} + "}}");
}

TEST(LintInteractive, RefusesUnknownTypes) {
  EXPECT_EQ(interactive(R"("type":"dance")")[0].substr(0, 38), "/interactive/type must be one of butto");
}

TEST(LintInteractive, WantsDifferentButtonTitles) {
  EXPECT_EQ(
      interactive(
          R"("type":"button","body":{"text":"b"},"action":{"buttons":[{"type":"reply","reply":{"id":"1","title":"Yes"}},{"type":"reply","reply":{"id":"2","title":"Yes"}}]})"),
      Found{"/interactive/action/buttons/1/reply/title must differ from the other buttons' titles"});
}

TEST(LintInteractive, WantsIdsThatTellAnswersApart) {
  EXPECT_EQ(
      interactive(
          R"("type":"button","body":{"text":"b"},"action":{"buttons":[{"type":"reply","reply":{"id":"1","title":"Yes"}},{"type":"reply","reply":{"id":"1","title":"No"}}]})"),
      Found{"/interactive/action/buttons/1/reply/id must differ from the other buttons' ids"});
  EXPECT_EQ(
      interactive(
          R"("type":"list","body":{"text":"b"},"action":{"button":"b","sections":[{"title":"t","rows":[{"id":"1","title":"r"}]},{"title":"u","rows":[{"id":"2","title":"r"},{"id":"1","title":"r"}]}]})"),
      Found{"/interactive/action/sections/1/rows/1/id must differ from the other rows' ids"});
}

TEST(LintInteractive, KeepsHeadersToTheTypesThatHaveThem) {
  const std::string image = R"("header":{"type":"image","image":{"id":"1"}},"body":{"text":"b"},)";
  EXPECT_EQ(interactive(R"("type":"list",)" + image +
                        R"("action":{"button":"b","sections":[{"rows":[{"id":"1","title":"r"}]}]})"),
            Found{"/interactive/header/type must be one of text"});
  EXPECT_EQ(interactive(R"("type":"product",)" + image +
                        R"("action":{"catalog_id":"1","product_retailer_id":"p"})"),
            Found{"/interactive/header is not a field here"});
  EXPECT_EQ(
      interactive(R"("type":"carousel","footer":{"text":"f"},"body":{"text":"b"},"action":{"cards":[]})"),
      (Found{"/interactive/action/cards must have 2 to 10 entries",
             "/interactive/footer is not a field here"}));
  EXPECT_EQ(
      interactive(
          R"("type":"product_list","body":{"text":"b"},"action":{"catalog_id":"1","sections":[{"product_items":[{"product_retailer_id":"p"}]}]})"),
      Found{"/interactive/header is required"});
}

TEST(LintInteractive, WantsTitlesWhenAListHasSections) {
  EXPECT_EQ(
      interactive(
          R"("type":"list","body":{"text":"b"},"action":{"button":"b","sections":[{"title":"t","rows":[{"id":"1","title":"r"}]},{"rows":[{"id":"2","title":"r"}]}]})"),
      Found{"/interactive/action/sections/1/title is required when there is more than one section"});
}

TEST(LintInteractive, WantsTitlesWhenProductsHaveSections) {
  EXPECT_EQ(
      interactive(
          R"("type":"product_list","header":{"type":"text","text":"h"},"body":{"text":"b"},"action":{"catalog_id":"1","sections":[{"title":"t","product_items":[{"product_retailer_id":"1"}]},{"product_items":[{"product_retailer_id":"2"}]}]})"),
      Found{"/interactive/action/sections/1/title is required when there is more than one section"});
}

TEST(LintInteractive, ChecksFlows) {
  const auto flow = [](std::string_view parameters) {
    return interactive(
        R"("type":"flow","body":{"text":"b"},"action":{"name":"flow","parameters":{"flow_message_version":"3",)" +
        std::string{parameters} + "}}");
  };
  const std::string at = "/interactive/action/parameters";
  EXPECT_EQ(flow(R"("flow_cta":"Go")"), Found{at + " must have exactly one of flow_id and flow_name"});
  EXPECT_EQ(flow(R"("flow_cta":"Go","flow_id":"1","flow_name":"n")"),
            Found{at + " must have exactly one of flow_id and flow_name"});
  EXPECT_EQ(flow(R"("flow_cta":"Go 🚀","flow_id":"1")"), Found{at + "/flow_cta must be free of emoji"});
  EXPECT_EQ(flow(R"("flow_cta":"Go","flow_id":"1","mode":"live")"),
            Found{at + "/mode must be one of published, draft"});
  EXPECT_EQ(flow(R"("flow_cta":"Go","flow_id":"1","flow_action_payload":{"screen":"S","data":{}})"),
            Found{at + "/flow_action_payload/data must have at least 1 member"});
}

TEST(LintInteractive, WantsEqualCards) {
  const auto carousel = [](std::string_view cards) {
    return interactive(R"("type":"carousel","body":{"text":"b"},"action":{"cards":[)" + std::string{cards} +
                       "]}");
  };
  const std::string same =
      " must have buttons of the same kind and count, or the same catalog, as the first card";
  EXPECT_EQ(
      carousel(
          R"({"card_index":0,"type":"product","action":{"catalog_id":"1","product_retailer_id":"p"}},{"card_index":1,"type":"product","action":{"catalog_id":"2","product_retailer_id":"p"}})"),
      Found{"/interactive/action/cards/1" + same});
  const std::string head = R"("type":"cta_url","header":{"type":"image","image":{"id":"1"}},"action":)";
  const std::string url =
      R"({"name":"cta_url","parameters":{"display_text":"d","url":"https://example.com"}})";
  const std::string reply = R"({"buttons":[{"type":"quick_reply","quick_reply":{"id":"1","title":"t"}}]})";
  EXPECT_EQ(carousel(R"({"card_index":0,)" + head + url + R"(},{"card_index":1,)" + head + reply + "}"),
            Found{"/interactive/action/cards/1" + same});
  EXPECT_EQ(carousel(R"({"card_index":0,)" + head + url + R"(},{"card_index":0,)" + head + url + "}"),
            Found{"/interactive/action/cards/1/card_index must be the card's position, from 0"});
  EXPECT_EQ(carousel(R"({"card_index":0,)" + head + url + R"(},{"card_index":1,)" + head + "{}}")[0],
            "/interactive/action/cards/1/action/name is required");
}

TEST(LintInteractive, WantsTheActionsOwnName) {
  EXPECT_EQ(interactive(R"("type":"location_request_message","body":{"text":"b"},"action":{"name":"send"})"),
            Found{"/interactive/action/name must be one of send_location"});
  EXPECT_EQ(
      interactive(
          R"("type":"address_message","body":{"text":"b"},"action":{"name":"address_message","parameters":{"country":"SG"}})"),
      Found{"/interactive/action/parameters/country must be one of IN"});
}

Found of_template(std::string_view components) {
  return lint_text(R"({"type":"template","template":{"name":"t","language":{"code":"en"},"components":[)" +
                   std::string{components} + "]}}");
}

TEST(LintTemplate, ChecksNameLanguageAndPolicy) {
  EXPECT_EQ(lint_text(R"({"type":"template","template":{"name":"Order-1","language":{"code":"english"}}})"),
            (Found{"/template/name must be lower-case letters, digits and _ only",
                   "/template/language/code must be a language code such as en or en_US"}));
  for (const std::string code : {"en", "en_US", "fil", "zh_HK", "pt_BR", "zh_Hant_TW"}) {
    EXPECT_TRUE(
        lint_text(R"({"type":"template","template":{"name":"t","language":{"code":")" + code + R"("}}})")
            .empty())
        << code;
  }
  EXPECT_EQ(
      lint_text(
          R"({"type":"template","template":{"name":"t","language":{"code":"en","policy":"fallback"}}})"),
      Found{"/template/language/policy must be one of deterministic"});
}

TEST(LintTemplate, WantsAllParametersNamedOrNone) {
  EXPECT_EQ(
      of_template(
          R"({"type":"body","parameters":[{"type":"text","text":"a","parameter_name":"x"},{"type":"text","text":"b"}]})"),
      Found{"/template/components/0/parameters must all have a parameter_name, or none"});
  EXPECT_EQ(
      of_template(
          R"({"type":"body","parameters":[{"type":"text","text":"a","parameter_name":"x"},{"type":"text","text":"b","parameter_name":"x"}]})"),
      Found{"/template/components/0/parameters/1/parameter_name must differ from the other names"});
}

TEST(LintTemplate, WantsEachComponentOnce) {
  const std::string body = R"({"type":"body","parameters":[{"type":"text","text":"a"}]})";
  EXPECT_EQ(of_template(body + "," + body),
            Found{"/template/components/1 must be the only component of its type"});
  const std::string button =
      R"({"type":"button","sub_type":"url","index":"1","parameters":[{"type":"text","text":"a"}]})";
  EXPECT_EQ(of_template(button + "," + button),
            Found{"/template/components/1 must have an index of its own"});
  EXPECT_EQ(of_template(R"({"type":"carousel","cards":[{"card_index":0,"components":[)" + body + "," + body +
                        "]}]}"),
            Found{"/template/components/0/cards/0/components/1 must be the only component of its type"});
}

TEST(LintTemplate, WantsCardsWithIndexesOfTheirOwn) {
  const std::string card =
      R"({"card_index":1,"components":[{"type":"body","parameters":[{"type":"text","text":"a"}]}]})";
  EXPECT_EQ(of_template(R"({"type":"carousel","cards":[)" + card + "," + card + "]}"),
            Found{"/template/components/0/cards/1/card_index must differ from the other cards' indexes"});
}

TEST(Lint, TakesAnIdentityKeyHashOnlyWhereMetaDoes) {
  EXPECT_EQ(
      lint_text(
          R"({"type":"mark_read","mark_read":{"message_id":"wamid.A"},"recipient_identity_key_hash":"k"})"),
      Found{"/recipient_identity_key_hash is not a field of mark_read"});
  EXPECT_EQ(lint_text(R"({"type":"raw","raw":{"type":"x","x":{}},"recipient_identity_key_hash":"k"})"),
            Found{"/recipient_identity_key_hash is not a field of raw"});
}

TEST(LintTemplate, ChecksButtons) {
  const auto button = [](std::string_view members) {
    return of_template(R"({"type":"button",)" + std::string{members} + "}");
  };
  const std::string at = "/template/components/0";
  EXPECT_EQ(button(R"("sub_type":"quick_reply","index":0,"parameters":[{"type":"payload","payload":"p"}])"),
            Found{at + "/index must be text"});
  EXPECT_EQ(
      button(R"("sub_type":"quick_reply","index":"10","parameters":[{"type":"payload","payload":"p"}])"),
      Found{at + R"(/index must be a position from "0" to "9")"});
  EXPECT_EQ(button(R"("sub_type":"quick_reply","index":"0","parameters":[{"type":"text","text":"p"}])"),
            (Found{at + "/parameters/0/type must be one of payload", at + "/parameters/0/payload is required",
                   at + "/parameters/0/text is not a field here"}));
  EXPECT_EQ(button(R"("sub_type":"url","index":"0")"), Found{at + "/parameters is required"});
  EXPECT_EQ(button(R"("sub_type":"phone_number","index":"0")"),
            Found{at + "/sub_type must be one of quick_reply, url, copy_code, catalog, mpm, flow, "
                       "voice_call, order_details, spm"});
}

TEST(LintTemplate, ChecksParameters) {
  const std::string at = "/template/components/0/parameters/0";
  EXPECT_EQ(of_template(R"({"type":"body","parameters":[{"type":"image","image":{"id":"1"}}]})"),
            Found{at + "/type must be one of text, currency, date_time"});
  EXPECT_EQ(
      of_template(
          R"({"type":"body","parameters":[{"type":"currency","currency":{"fallback_value":"$1","code":"usd","amount_1000":1.5}}]})"),
      (Found{at + "/currency/code must be a currency code such as EUR",
             at + "/currency/amount_1000 must be a whole number"}));
  EXPECT_EQ(of_template(R"({"type":"header","parameters":[{"type":"image","image":{}}]})"),
            Found{at + "/image must have exactly one of id, link and mediaUrl"});
  EXPECT_EQ(
      of_template(
          R"({"type":"limited_time_offer","parameters":[{"type":"limited_time_offer","limited_time_offer":{"expiration_time_ms":0}}]})"),
      Found{at + "/limited_time_offer/expiration_time_ms must be at least 1"});
  EXPECT_EQ(of_template(R"({"type":"footer"})"),
            Found{"/template/components/0/type must be one of header, body, button, limited_time_offer, "
                  "carousel, tap_target_configuration"});
}

}  // namespace
}  // namespace wac::whatsapp
