#include "whatsapp/template_definition.h"

#include "unit/whatsapp/json_support.h"

#include <gtest/gtest.h>

namespace wac::whatsapp {
namespace {

using Names = std::vector<std::string>;

TEST(TemplateDefinition, ReadsWhatASendMustGive) {
  const auto definition = parse_template(testing::json_of(R"({
    "id":"1","name":"order_shipped","language":"en_US","status":"APPROVED","category":"UTILITY",
    "parameter_format":"NAMED","components":[
      {"type":"HEADER","format":"IMAGE","example":{"header_handle":["x"]}},
      {"type":"BODY","text":"{{first_name}}, order {{ order_id }} for {{first_name}} is on its way."},
      {"type":"FOOTER","text":"f"},
      {"type":"BUTTONS","buttons":[{"type":"QUICK_REPLY","text":"Help"},
        {"type":"URL","text":"Track","url":"https://example.com/{{1}}"},
        {"type":"URL","text":"Shop","url":"https://example.com"},
        {"type":"PHONE_NUMBER","text":"Call","phone_number":"+15550783881"},
        {"type":"NEW_KIND"}]}]})")
                                             .as_object());
  ASSERT_TRUE(definition);
  EXPECT_EQ(definition->name, "order_shipped");
  EXPECT_EQ(definition->language, "en_US");
  EXPECT_TRUE(definition->approved());
  EXPECT_FALSE(definition->is_authentication());
  EXPECT_TRUE(definition->has_content);
  EXPECT_EQ(definition->parts.header, "image");
  EXPECT_EQ(definition->parts.body.names, (Names{"first_name", "order_id"})) << "each once, spaces apart";
  EXPECT_TRUE(definition->parts.body.named);
  ASSERT_EQ(definition->parts.buttons.size(), 5U);
  EXPECT_EQ(definition->parts.buttons[0].kind, ButtonKind::kQuickReply);
  EXPECT_TRUE(definition->parts.buttons[1].variable);
  EXPECT_FALSE(definition->parts.buttons[2].variable);
  EXPECT_EQ(definition->parts.buttons[3].kind, ButtonKind::kPlain);
  EXPECT_EQ(definition->parts.buttons[4].kind, ButtonKind::kOther);
}

TEST(TemplateDefinition, ReadsHeadersOffersAndCards) {
  const auto read = [](std::string_view components) {
    return parse_template(
        testing::json_of(
            R"({"name":"t","language":"en","status":"PAUSED","category":"MARKETING","components":[)" +
            std::string{components} + "]}")
            .as_object());
  };
  EXPECT_EQ(
      read(R"({"type":"HEADER","format":"TEXT","text":"Sale for {{1}}"})")->parts.header_variables.names,
      Names{"1"});
  EXPECT_EQ(read(R"({"type":"HEADER","format":"HOLOGRAM"})")->parts.header, "?");
  EXPECT_EQ(read("")->parts.header, "");
  EXPECT_FALSE(read("")->approved());
  const auto offer =
      read(R"({"type":"LIMITED_TIME_OFFER","limited_time_offer":{"text":"t","has_expiration":true}})");
  EXPECT_TRUE(offer->has_offer);
  EXPECT_TRUE(offer->offer_expires);
  const auto open = read(R"({"type":"limited_time_offer","limited_time_offer":{"text":"t"}})");
  EXPECT_TRUE(open->has_offer);
  EXPECT_FALSE(open->offer_expires);
  const auto cards = read(
      R"({"type":"CAROUSEL","cards":[{"components":[{"type":"HEADER","format":"VIDEO"},{"type":"BODY","text":"{{1}} {{2}}"}]},7]})");
  ASSERT_EQ(cards->cards.size(), 2U);
  EXPECT_EQ(cards->cards[0].header, "video");
  EXPECT_EQ(cards->cards[0].body.count(), 2U);
}

TEST(TemplateDefinition, LivesWithOddListings) {
  const auto read = [](std::string_view text) { return parse_template(testing::json_of(text).as_object()); };
  EXPECT_FALSE(read(R"({"name":"t","language":"en"})")) << "no status";
  EXPECT_FALSE(read(R"({"name":1,"language":"en","status":"APPROVED"})"));
  const auto bare = read(R"({"name":"t","language":"en","status":"approved"})");
  ASSERT_TRUE(bare);
  EXPECT_TRUE(bare->approved());
  EXPECT_FALSE(bare->has_content) << "nothing about parameters is known";
  const auto odd = read(
      R"({"name":"t","language":"en","status":"APPROVED","components":[1,{},{"type":"BODY","text":"a {{ }} {{1}} {{open"},{"type":"BUTTONS","buttons":[1,{}]},{"type":"BUTTONS"},{"type":"CAROUSEL"}]})");
  ASSERT_TRUE(odd);
  EXPECT_EQ(odd->parts.body.names, Names{"1"});
  EXPECT_EQ(odd->parts.buttons.size(), 2U);
}

TEST(TemplatePage, FollowsCursorsOnlyWhileThereIsMore) {
  const auto page = [](std::string_view paging) {
    return parse_template_page(
        R"({"data":[{"name":"a","language":"en","status":"APPROVED"},{"name":"b"},3])" + std::string{paging} +
        "}");
  };
  const auto last = page(R"(,"paging":{"cursors":{"before":"B","after":"A"}})");
  ASSERT_TRUE(last);
  EXPECT_EQ(last->templates.size(), 1U);
  EXPECT_EQ(last->odd, 2U);
  EXPECT_EQ(last->after, "");
  EXPECT_EQ(page(R"(,"paging":{"cursors":{"after":"A"},"next":"https://graph…"})")->after, "A");
  EXPECT_EQ(page("")->after, "");
}

TEST(TemplatePage, IsNotMadeOfOtherAnswers) {
  for (const std::string_view body :
       {"", "<html>", "[]", "{}", R"({"data":{}})", R"({"error":{"code":190}})"})
    EXPECT_FALSE(parse_template_page(body)) << body;
}

TEST(TemplateCatalogue, FindsByNameAndLanguage) {
  TemplateCatalogue catalogue;
  const auto add = [&](std::string language, std::string status) {
    TemplateDefinition one;
    one.name = "t";
    one.language = std::move(language);
    one.status = std::move(status);
    catalogue.add(std::move(one));
  };
  add("en", "PENDING");
  add("de", "APPROVED");
  add("en", "APPROVED");
  EXPECT_EQ(catalogue.size(), 2U) << "the later one replaces";
  ASSERT_NE(catalogue.find("t", "en"), nullptr);
  EXPECT_TRUE(catalogue.find("t", "en")->approved());
  EXPECT_EQ(catalogue.find("t", "fr"), nullptr);
  EXPECT_EQ(catalogue.find("u", "en"), nullptr);
  EXPECT_TRUE(catalogue.has_name("t"));
  EXPECT_TRUE(catalogue.complete());
  catalogue.mark_incomplete();
  EXPECT_FALSE(catalogue.complete());
}

}  // namespace
}  // namespace wac::whatsapp
