#include "sandbox/templates.h"
#include "unit/sandbox/rules_fixture.h"

namespace wac::sandbox {
namespace {

std::string send(const std::string& name, const std::string& components = "",
                 const std::string& language = "en_US") {
  return R"("type":"template","template":{"name":")" + name + R"(","language":{"code":")" + language +
         R"("})" + (components.empty() ? "" : R"(,"components":[)" + components + "]") + "}";
}

std::string text(const std::string& value) {
  return R"({"type":"text","text":")" + value + R"("})";
}
std::string body(const std::string& parameters) {
  return R"({"type":"body","parameters":[)" + parameters + "]}";
}
std::string button(const std::string& sub_type, const std::string& index, const std::string& parameter) {
  return R"({"type":"button","sub_type":")" + sub_type + R"(","index":)" + index + R"(,"parameters":[)" +
         parameter + "]}";
}

TEST(Template, OfWrongNameOrLanguageDoesNotExist) {
  expect_codes(
      {{send("hello_world"), 0},
       {send("hello_world", "", "en"), 132001},
       {send("hello_mars"), 132001},
       {R"("type":"template","template":{"language":{"code":"en_US"}})", 131008},
       {R"("type":"template","template":{"name":"hello_world"})", 131008},
       {R"("type":"template","template":{"name":"hello_world","language":"en_US"})", 100},
       {R"("type":"template","template":{"name":"hello_world","language":{"code":"en_US","policy":"deterministic"}})",
        0},
       {R"("type":"template","template":{"name":"hello_world","language":{"code":"en_US","policy":"fallback"}})",
        131009},
       {R"("type":"template","template":{"name":"hello_world","language":{"code":"en_US"},"namespace":"x"})",
        100}});
  EXPECT_EQ(check(envelope(send("hello_mars"))).error().http_status, 404);
}

TEST(Template, NeedsExactlyItsParameters) {
  const std::string two = text("Ada") + "," + text("42");
  expect_codes(
      {{send("appointment_reminder", body(two)), 0},
       {send("order_update", body(two) + "," + button("url", "\"0\"", text("42"))), 0},
       {send("order_update", body(two) + "," + button("url", "0", text("42"))), 0},
       {send("order_update", body(two)), 131008},
       {send("appointment_reminder", body(text("Ada"))), 132000},
       {send("appointment_reminder", body(two + "," + text("x"))), 132000},
       {send("appointment_reminder"), 132000},
       {send("hello_world", body(text("x"))), 132000},
       {send("hello_world", body("")), 0},
       {send("appointment_reminder", body(two) + "," + body(two)), 100},
       {send("appointment_reminder", body(text("Ada") + R"(,{"type":"image","image":{"id":"1"}})")), 132012},
       {send("appointment_reminder", body(text("Ada") + R"(,{"type":"text"})")), 131008},
       {send("appointment_reminder", body(text("Ada") + R"(,{"type":"text","text":""})")), 131008},
       {send("appointment_reminder",
             body(text("Ada") + R"(,{"type":"text","text":"x","parameter_name":"n"})")),
        132012},
       {send("appointment_reminder", body(text("Ada") + R"(,{"type":"text","text":"x","extra":1})")), 100},
       {send("appointment_reminder", body(text("a\\nb") + "," + text("42"))), 132018},
       {send("appointment_reminder", body(text("a     b") + "," + text("42"))), 132018},
       {send("appointment_reminder", body(text(repeated(1020)) + "," + text("42"))), 132005},
       {send("appointment_reminder", R"({"type":"footer","parameters":[]})"), 132012},
       {send(
            "appointment_reminder",
            body(
                text("Ada") +
                R"(,{"type":"currency","currency":{"fallback_value":"$1","code":"USD","amount_1000":1000}})")),
        0},
       {send("appointment_reminder",
             body(text("Ada") + R"(,{"type":"currency","currency":{"fallback_value":"$1"}})")),
        131008},
       {send("appointment_reminder",
             body(text("Ada") + R"(,{"type":"date_time","date_time":{"fallback_value":"today"}})")),
        0}});
}

TEST(Template, HeadersAndNamedParametersMustFit) {
  const std::string header = R"({"type":"header","parameters":[{"type":"image","image":{"id":"1"}}]})";
  const std::string named = body(R"({"type":"text","parameter_name":"first_name","text":"A"},
                                    {"type":"text","parameter_name":"order_id","text":"1"})");
  const std::string track = button("url", "\"1\"", text("42"));
  const std::string all = header + "," + named + "," + track;
  expect_codes(
      {{send("order_shipped", all), 0},
       {send("order_shipped",
             all + "," + button("quick_reply", "\"0\"", R"({"type":"payload","payload":"HELP"})")),
        0},
       {send("order_shipped", named + "," + track), 132012},
       {send("order_shipped", header + "," + named), 131008},
       {send("order_shipped", header + "," + body(text("A") + "," + text("B")) + "," + track), 100},
       {send("order_shipped", header + "," + body(R"({"type":"text","parameter_name":"first_name","text":"A"},
                                    {"type":"text","parameter_name":"first_name","text":"1"})") +
                                  "," + track),
        132012},
       {send("order_shipped", header + "," + body(R"({"type":"text","parameter_name":"name","text":"A"},
                                    {"type":"text","parameter_name":"order_id","text":"1"})") +
                                  "," + track),
        132012},
       {send("order_shipped",
             R"({"type":"header","parameters":[{"type":"document","document":{"id":"1"}}]},)" + named + "," +
                 track),
        132012},
       {send("order_shipped",
             R"({"type":"header","parameters":[{"type":"image","image":{}}]},)" + named + "," + track),
        131008},
       {send("order_shipped", all + "," + button("url", "\"2\"", text("x"))), 132000},
       {send("order_shipped", all + "," + button("url", "\"9\"", text("x"))), 132012},
       {send("order_shipped", all + "," + button("url", "\"10\"", text("x"))), 100},
       {send("order_shipped",
             all + "," + button("quick_reply", "\"1\"", R"({"type":"payload","payload":"x"})")),
        132012},
       {send("order_shipped",
             header + "," + named + "," + button("url", "\"1\"", R"({"type":"payload","payload":"x"})")),
        131009}});
}

TEST(Template, AuthenticationRepeatsItsCodeAndNeedsAPhone) {
  const std::string code = body(text("123456")) + "," + button("url", "\"0\"", text("123456"));
  expect_codes(
      {{send("login_code", code), 0},
       {send("login_code", body(text("123456"))), 131008},
       {send("login_code", body(text("123456")) + "," + button("url", "\"0\"", text("654321"))), 132012},
       {send("login_code",
             body(text(repeated(16, "1"))) + "," + button("url", "\"0\"", text(repeated(16, "1")))),
        100}});
  EXPECT_EQ(code_of(R"({"messaging_product":"whatsapp","recipient":"US.13491208655302741918",)" +
                    send("login_code", code) + "}"),
            131062);
}

TEST(Template, CopyCodeIsLimitedAndCategoryIsKept) {
  const std::string rest = R"({"type":"header","parameters":[{"type":"text","text":"Ada"}]},)" +
                           body(text("25%") + "," + text("May")) + ",";
  const std::string good =
      rest + button("copy_code", "\"0\"", R"({"type":"coupon_code","coupon_code":"SAVE25"})");
  expect_codes(
      {{send("summer_sale", good), 0},
       {send("summer_sale", rest + button("copy_code", "\"0\"",
                                          R"({"type":"coupon_code","coupon_code":"SAVE25SAVE25SAVE"})")),
        100},
       {send("summer_sale", body(text("25%") + "," + text("May"))), 132000}});
  EXPECT_EQ(check(envelope(send("summer_sale", good)))->category, "marketing");
  EXPECT_EQ(check(envelope(R"("type":"text","text":{"body":"x"})"))->category, "service");
}

TEST(TemplateCatalogue, ReadsMetasListingAndKeepsItsStates) {
  TemplateCatalogue catalogue = TemplateCatalogue::built_in();
  const std::size_t before = catalogue.size();
  ASSERT_GE(before, 5U);
  EXPECT_TRUE(catalogue.add(boost::json::parse(R"({"data":[
      {"name":"tired","language":"de","status":"PAUSED","category":"MARKETING","components":[{"type":"BODY","text":"x"}]},
      {"name":"cards","language":"de","status":"APPROVED","category":"MARKETING","components":[{"type":"BODY","text":"x"},
        {"type":"CAROUSEL","cards":[{"components":[{"type":"HEADER","format":"IMAGE"},{"type":"BODY","text":"{{1}}"}]},
                                    {"components":[{"type":"HEADER","format":"IMAGE"},{"type":"BODY","text":"y"}]}]}]}
    ],"paging":{}})")));
  EXPECT_EQ(catalogue.size(), before + 2);
  EXPECT_EQ(catalogue.listing().size(), before + 2);
  const auto code = [&](const std::string& rest) {
    const auto result = check_message(boost::json::parse(envelope(rest)), {.templates = &catalogue});
    return result ? 0 : result.error().code;
  };
  EXPECT_EQ(code(send("tired", "", "de")), 132015);
  const std::string image = R"({"type":"header","parameters":[{"type":"image","image":{"id":"1"}}]})";
  const auto cards = [&](const std::string& first, const std::string& second) {
    return send("cards",
                R"({"type":"carousel","cards":[{"card_index":0,"components":[)" + first +
                    R"(]},{"card_index":1,"components":[)" + second + "]}]}",
                "de");
  };
  EXPECT_EQ(code(cards(image + "," + body(text("a")), image)), 0);
  EXPECT_EQ(code(cards(image, image)), 132000);
  EXPECT_EQ(code(send("cards", "", "de")), 131008);
}

TEST(TemplateCatalogue, TakesAllOrNothing) {
  TemplateCatalogue catalogue;
  EXPECT_FALSE(
      catalogue.add(boost::json::parse(R"([{"name":"a","language":"en","components":[]},{"name":"b"}])")));
  EXPECT_EQ(catalogue.size(), 0U);
  EXPECT_FALSE(catalogue.add(boost::json::parse("7")));
}

TEST(TemplateText, CountsEachVariableOnce) {
  EXPECT_EQ(TemplateText::parse("{{1}} and {{2}} and {{1}}").variables, (std::vector<std::string>{"1", "2"}));
  EXPECT_FALSE(TemplateText::parse("{{1}}").named);
  EXPECT_TRUE(TemplateText::parse("{{name}}").named);
  EXPECT_TRUE(TemplateText::parse("a {{ b").variables.empty());
}

}  // namespace
}  // namespace wac::sandbox
