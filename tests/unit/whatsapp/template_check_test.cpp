#include "whatsapp/template_check.h"

#include "unit/whatsapp/json_support.h"

#include <gtest/gtest.h>

namespace wac::whatsapp {
namespace {

using testing::json_of;
using Found = std::vector<std::string>;

constexpr std::string_view kListing = R"({"data":[
 {"name":"hello_world","language":"en_US","category":"UTILITY","status":"APPROVED","components":[
  {"type":"HEADER","format":"TEXT","text":"Hello World"},{"type":"BODY","text":"Welcome."},
  {"type":"FOOTER","text":"f"}]},
 {"name":"order","language":"en_US","category":"UTILITY","status":"APPROVED","components":[
  {"type":"BODY","text":"Hi {{1}}, your order {{2}} is here."},
  {"type":"BUTTONS","buttons":[{"type":"QUICK_REPLY","text":"Help"},
   {"type":"URL","text":"View","url":"https://example.com/{{1}}"},
   {"type":"PHONE_NUMBER","text":"Call","phone_number":"+1"}]}]},
 {"name":"order","language":"de","category":"UTILITY","status":"PAUSED","components":[]},
 {"name":"named","language":"en","category":"UTILITY","status":"APPROVED","parameter_format":"NAMED","components":[
  {"type":"HEADER","format":"IMAGE"},{"type":"BODY","text":"{{first_name}}: {{order_id}}"}]},
 {"name":"sale","language":"en","category":"MARKETING","status":"APPROVED","components":[
  {"type":"HEADER","format":"TEXT","text":"Sale for {{1}}"},{"type":"BODY","text":"b"},
  {"type":"LIMITED_TIME_OFFER","limited_time_offer":{"text":"t","has_expiration":true}},
  {"type":"BUTTONS","buttons":[{"type":"COPY_CODE"},{"type":"FLOW"},{"type":"CATALOG"},{"type":"MPM"},
   {"type":"SURPRISE"}]}]},
 {"name":"login","language":"en","category":"AUTHENTICATION","status":"APPROVED","components":[
  {"type":"BODY","text":"{{1}} is your code."},{"type":"BUTTONS","buttons":[{"type":"OTP","otp_type":"COPY_CODE"}]}]},
 {"name":"cards","language":"en","category":"MARKETING","status":"APPROVED","components":[
  {"type":"BODY","text":"b"},{"type":"CAROUSEL","cards":[
   {"components":[{"type":"HEADER","format":"VIDEO"},{"type":"BODY","text":"{{1}}"}]},
   {"components":[{"type":"HEADER","format":"VIDEO"},{"type":"BODY","text":"{{1}}"}]}]}]},
 {"name":"bare","language":"en","category":"UTILITY","status":"APPROVED"},
 {"name":"odd","language":"en","category":"UTILITY","status":"APPROVED","components":[
  {"type":"HEADER","format":"HOLOGRAM"},{"type":"BODY","text":"b"}]}]})";

TemplateCatalogue catalogue() {
  TemplateCatalogue made;
  for (TemplateDefinition& one : parse_template_page(kListing)->templates) made.add(std::move(one));
  return made;
}

std::string message(std::string_view name, std::string_view language, std::string_view components) {
  return R"({"type":"template","template":{"name":")" + std::string{name} + R"(","language":{"code":")" +
         std::string{language} + R"("},"components":[)" + std::string{components} + "]}}";
}

struct Checked {
  std::string code;  ///< empty: may be sent
  Found found;
};

Checked check(const std::string& payload, RecipientKind recipient = RecipientKind::kPhone,
              const TemplateCatalogue& templates = catalogue()) {
  EXPECT_EQ(testing::lint_text(payload), Found{}) << payload;
  const auto fault = check_template(json_of(payload).as_object(), recipient, templates);
  if (!fault) return {};
  Checked checked{code_text(code_of(fault->code)), {}};
  for (const Violation& violation : fault->violations)
    checked.found.push_back(violation.pointer + " " + violation.rule);
  return checked;
}

void expect_sendable(const std::string& payload) {
  const Checked checked = check(payload);
  EXPECT_EQ(checked.code, "") << payload << (checked.found.empty() ? "" : checked.found[0]);
}

void expect_parameters(const std::string& payload, const Found& found) {
  const Checked checked = check(payload);
  EXPECT_EQ(checked.code, "template_parameters") << payload;
  EXPECT_EQ(checked.found, found);
}

std::string body(std::string_view parameters) {
  return R"({"type":"body","parameters":[)" + std::string{parameters} + "]}";
}
std::string text(std::string_view value) {
  return R"({"type":"text","text":")" + std::string{value} + R"("})";
}
std::string named(std::string_view name) {
  return R"({"type":"text","parameter_name":")" + std::string{name} + R"(","text":"x"})";
}
std::string button(std::string_view sub_type, std::string_view index, std::string_view parameter) {
  return R"({"type":"button","sub_type":")" + std::string{sub_type} + R"(","index":")" + std::string{index} +
         R"(","parameters":[)" + std::string{parameter} + "]}";
}

const std::string kUrl = button("url", "1", text("s"));
const std::string kTwo = body(text("a") + "," + text("b"));
const std::string kImage = R"({"type":"header","parameters":[{"type":"image","image":{"id":"1"}}]})";

TEST(TemplateCheck, LetsPassWhatFits) {
  expect_sendable(R"({"type":"text","text":{"body":"b"}})");
  expect_sendable(R"({"type":"template","template":{"name":"hello_world","language":{"code":"en_US"}}})");
  expect_sendable(message("order", "en_US", kTwo + "," + kUrl));
  expect_sendable(
      message("order", "en_US",
              kTwo + "," + button("quick_reply", "0", R"({"type":"payload","payload":"p"})") + "," + kUrl));
  expect_sendable(message("named", "en", kImage + "," + body(named("order_id") + "," + named("first_name"))));
  expect_sendable(message("login", "en", body(text("123456")) + "," + button("url", "0", text("123456"))));
  expect_sendable(message("bare", "en", body(text("whatever"))));
  expect_sendable(message("odd", "en", kImage));
}

TEST(TemplateCheck, KnowsWhichTemplatesThereAre) {
  const Checked unknown = check(message("nothing", "en", kTwo));
  EXPECT_EQ(unknown.code, "template_unknown");
  EXPECT_EQ(unknown.found, Found{"/template/name is not a template of this account"});
  const Checked language = check(message("order", "fr", kTwo));
  EXPECT_EQ(language.code, "template_unknown");
  EXPECT_EQ(language.found, Found{"/template/language/code is not a language of this template"});
  const Checked paused = check(message("order", "de", kTwo));
  EXPECT_EQ(paused.code, "template_not_approved");
  EXPECT_EQ(paused.found, Found{"/template/name is a template that is not approved: its status is PAUSED"});
}

TEST(TemplateCheck, DoesNotJudgeByAListCutShort) {
  TemplateCatalogue cut = catalogue();
  cut.mark_incomplete();
  EXPECT_EQ(check(message("nothing", "en", kTwo), RecipientKind::kPhone, cut).code, "");
  EXPECT_EQ(check(message("order", "de", kTwo), RecipientKind::kPhone, cut).code, "template_not_approved");
}

TEST(TemplateCheck, CountsVariables) {
  expect_parameters(
      message("order", "en_US", body(text("a")) + "," + kUrl),
      {"/template/components/0/parameters must have exactly 2: the template's body has 2 variables"});
  expect_parameters(message("order", "en_US", kUrl),
                    {"/template/components must have a body with 2 parameters"});
  expect_parameters(
      message("hello_world", "en_US", body(text("a"))),
      {"/template/components/0/parameters must have no entries: the template's body has 0 variables"});
  expect_parameters(
      message("hello_world", "en_US", R"({"type":"header","parameters":[{"type":"text","text":"a"}]})"),
      {"/template/components/0/parameters must have no entries: the template's header has 0 variables"});
}

TEST(TemplateCheck, WantsTheTemplatesNames) {
  expect_parameters(
      message("named", "en", kImage + "," + body(named("first_name") + "," + named("order"))),
      {"/template/components/1/parameters/1/parameter_name must be one of first_name, order_id"});
  expect_parameters(
      message("named", "en", kImage + "," + kTwo),
      {"/template/components/1/parameters/0/parameter_name must be one of first_name, order_id",
       "/template/components/1/parameters/1/parameter_name must be one of first_name, order_id"});
  expect_parameters(message("order", "en_US", body(named("a") + "," + named("b")) + "," + kUrl),
                    {"/template/components/0/parameters/0/parameter_name must be absent: the template's "
                     "variables are numbered",
                     "/template/components/0/parameters/1/parameter_name must be absent: the template's "
                     "variables are numbered"});
}

TEST(TemplateCheck, WantsTheHeadersKind) {
  const std::string both = body(named("first_name") + "," + named("order_id"));
  expect_parameters(message("named", "en", both),
                    {"/template/components must have a header with one image parameter"});
  expect_parameters(
      message("named", "en",
              R"({"type":"header","parameters":[{"type":"video","video":{"id":"1"}}]},)" + both),
      {"/template/components/0/parameters/0/type must be image: the kind of the template's header"});
}

std::string sale(std::string_view header, std::string_view rest) {
  return message(
      "sale", "en",
      std::string{header} +
          R"({"type":"limited_time_offer","parameters":[{"type":"limited_time_offer","limited_time_offer":{"expiration_time_ms":1}}]},)" +
          button(
              "mpm", "3",
              R"({"type":"action","action":{"thumbnail_product_retailer_id":"p","sections":[{"product_items":[{"product_retailer_id":"p"}]}]}})") +
          std::string{rest});
}

TEST(TemplateCheck, ChecksTextHeadersOffersAndButtonsOfEveryKind) {
  const std::string header = R"({"type":"header","parameters":[{"type":"text","text":"a"}]},)";
  const std::string code = "," + button("copy_code", "0", R"({"type":"coupon_code","coupon_code":"C"})");
  expect_sendable(sale(header, code));
  expect_sendable(sale(header, code + "," + button("spm", "4", "")));
  expect_parameters(sale(header, ""),
                    {R"(/template/components must have a button with index "0" and sub_type copy_code)"});
  expect_parameters(
      sale(R"({"type":"header","parameters":[{"type":"image","image":{"id":"1"}}]},)", code),
      {"/template/components/0/parameters/0/type must be text: the kind of the template's header"});
  expect_parameters(
      sale(header, code + "," + button("quick_reply", "1", R"({"type":"payload","payload":"p"})")),
      {"/template/components/4/sub_type must be flow: the kind of the template's button"});
  const auto without_offer = check(message("sale", "en", "")).found;
  EXPECT_NE(std::ranges::find(without_offer,
                              "/template/components must have a limited_time_offer with its expiration"),
            without_offer.end());
  expect_parameters(
      message(
          "hello_world", "en_US",
          R"({"type":"limited_time_offer","parameters":[{"type":"limited_time_offer","limited_time_offer":{"expiration_time_ms":1}}]})"),
      {"/template/components/0 must be absent: the template has no limited-time offer"});
}

TEST(TemplateCheck, ChecksButtons) {
  expect_parameters(message("order", "en_US", kTwo),
                    {R"(/template/components must have a button with index "1" and sub_type url)"});
  expect_parameters(
      message("order", "en_US", kTwo + "," + kUrl + "," + button("url", "3", text("s"))),
      {"/template/components/2/index is not a button: the template has 3 buttons, counted from 0"});
  expect_parameters(
      message("order", "en_US", kTwo + "," + kUrl + "," + button("url", "2", text("s"))),
      {"/template/components/2 must be absent: this button of the template takes no parameters"});
  expect_parameters(message("hello_world", "en_US", kUrl),
                    {"/template/components/0/index is not a button: the template has none"});
}

TEST(TemplateCheck, ChecksAuthentication) {
  const auto login = [](std::string_view code, std::string_view again) {
    return message("login", "en", body(text(code)) + "," + button("url", "0", text(again)));
  };
  EXPECT_EQ(check(login("123456", "123456"), RecipientKind::kUserId).code, "template_needs_phone");
  EXPECT_EQ(check(login("123456", "123456"), RecipientKind::kGroup).code, "template_needs_phone");
  expect_sendable(login("123456789012345", "123456789012345"));
  expect_parameters(
      login("1234567890123456", "1234567890123456"),
      {"/template/components/0/parameters/0/text must have at most 15 characters: it is a code"});
  expect_parameters(login("1", "2"),
                    {"/template/components/1/parameters/0/text must be the code of the body"});
}

TEST(TemplateCheck, ChecksCards) {
  const auto card = [](std::string_view index, std::string_view parameters) {
    return R"({"card_index":)" + std::string{index} +
           R"(,"components":[{"type":"header","parameters":[{"type":"video","video":{"id":"1"}}]},)" +
           body(parameters) + "]}";
  };
  const auto cards = [](const std::string& list) {
    return message("cards", "en", R"({"type":"carousel","cards":[)" + list + "]}");
  };
  expect_sendable(cards(card("0", text("a")) + "," + card("1", text("b"))));
  expect_parameters(
      cards(card("0", text("a")) + "," + card("1", text("b") + "," + text("c"))),
      {"/template/components/0/cards/1/components/1/parameters must have exactly 1: the template's "
       "body has 1 variable"});
  expect_parameters(cards(card("0", text("a"))),
                    {"/template/components/0/cards must have exactly 2: the template has 2 cards"});
  expect_parameters(cards(card("0", text("a")) + "," + card("1", text("b")) + "," + card("2", text("c"))),
                    {"/template/components/0/cards must have exactly 2: the template has 2 cards"});
  expect_parameters(message("cards", "en", ""),
                    {"/template/components must have a carousel: the template has one"});
  expect_parameters(
      message("hello_world", "en_US", R"({"type":"carousel","cards":[)" + card("0", text("a")) + "]}"),
      {"/template/components/0 must be absent: the template has no carousel"});
}

TEST(TemplateCheck, SaysItInOneSentence) {
  const auto fault =
      check_template(json_of(message("order", "en_US", "")).as_object(), RecipientKind::kPhone, catalogue());
  ASSERT_TRUE(fault);
  EXPECT_EQ(words_of(*fault),
            "/template/components must have a body with 2 parameters; "
            R"(/template/components must have a button with index "1" and sub_type url)");
}

}  // namespace
}  // namespace wac::whatsapp
