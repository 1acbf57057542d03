// Every documented length and count at its edge: the last good value passes, the next one is refused at its
// pointer. Lengths are tried with a two-byte letter, because they count characters.

#include "unit/whatsapp/json_support.h"

#include <gtest/gtest.h>

namespace wac::whatsapp {
namespace {

using testing::lint_text;
using testing::repeated;
using testing::replaced;

struct Limit {
  std::string payload;  ///< with @ where the pieces go
  std::string pointer;
  std::size_t min;  ///< 0: no lower limit
  std::size_t max;
  std::string piece = "é";
  std::string separator = {};
};

void expect_edges(const Limit& limit) {
  const auto found = [&](std::size_t count) {
    return lint_text(replaced(limit.payload, "@", repeated(limit.piece, count, limit.separator)));
  };
  const auto refused_once = [&](std::size_t count) {
    const auto violations = found(count);
    ASSERT_FALSE(violations.empty()) << limit.pointer << " with " << count;
    EXPECT_TRUE(violations[0].starts_with(limit.pointer + " must have ")) << violations[0];
    EXPECT_EQ(violations.size(), 1U) << violations[1];
  };
  EXPECT_EQ(found(limit.max), std::vector<std::string>{}) << limit.pointer;
  refused_once(limit.max + 1);
  if (limit.min > 0) {
    EXPECT_EQ(found(limit.min), std::vector<std::string>{}) << limit.pointer;
    refused_once(limit.min - 1);
  }
}

std::string interactive(std::string_view members) {
  return R"({"type":"interactive","interactive":{)" + std::string{members} + "}}";
}
/// That many pieces, each with its number for `@`.
std::string numbered(std::string_view piece, std::size_t count) {
  std::string list;
  for (std::size_t i = 0; i < count; ++i)
    list += (i == 0 ? "" : ",") + replaced(std::string{piece}, "@", std::to_string(i));
  return list;
}

std::string of_template(std::string_view components) {
  return R"({"type":"template","template":{"name":"t","language":{"code":"en"},"components":[)" +
         std::string{components} + "]}}";
}

constexpr std::string_view kReplyAction =
    R"("action":{"buttons":[{"type":"reply","reply":{"id":"1","title":"a"}}]})";

TEST(LintLimits, Text) {
  expect_edges({R"({"type":"text","text":{"body":"@"}})", "/text/body", 1, 4096});
}

TEST(LintLimits, Captions) {
  for (const std::string type : {"image", "video", "document"}) {
    expect_edges({R"({"type":")" + type + R"(",")" + type + R"(":{"id":"1","caption":"@"}})",
                  "/" + type + "/caption", 0, 1024});
  }
}

TEST(LintLimits, Contacts) {
  expect_edges({R"({"type":"contacts","contacts":[@]})", "/contacts", 1, 257,
                R"({"name":{"formatted_name":"A B","first_name":"A"}})", ","});
}

TEST(LintLimits, InteractiveHeaderBodyAndFooter) {
  const std::string action{kReplyAction};
  expect_edges(
      {interactive(R"("type":"button","body":{"text":"@"},)" + action), "/interactive/body/text", 1, 1024});
  expect_edges(
      {interactive(R"("type":"button","header":{"type":"text","text":"@"},"body":{"text":"b"},)" + action),
       "/interactive/header/text", 1, 60});
  expect_edges({interactive(R"("type":"button","body":{"text":"b"},"footer":{"text":"@"},)" + action),
                "/interactive/footer/text", 1, 60});
}

TEST(LintLimits, Buttons) {
  const auto button = [](std::string_view id, std::string_view title) {
    return interactive(
        R"("type":"button","body":{"text":"b"},"action":{"buttons":[{"type":"reply","reply":{"id":")" +
        std::string{id} + R"(","title":")" + std::string{title} + R"("}}]})");
  };
  expect_edges({button("@", "a"), "/interactive/action/buttons/0/reply/id", 1, 256});
  expect_edges({button("1", "@"), "/interactive/action/buttons/0/reply/title", 1, 20});
}

TEST(LintLimits, CountOfButtons) {
  const auto with = [](std::size_t count) {
    return lint_text(interactive(R"("type":"button","body":{"text":"b"},"action":{"buttons":[)" +
                                 numbered(R"({"type":"reply","reply":{"id":"@","title":"@"}})", count) +
                                 "]}"));
  };
  const std::vector<std::string> refused{"/interactive/action/buttons must have 1 to 3 entries"};
  EXPECT_EQ(with(0), refused);
  EXPECT_TRUE(with(1).empty());
  EXPECT_TRUE(with(3).empty());
  EXPECT_EQ(with(4), refused);
}

TEST(LintLimits, List) {
  const auto list = [](std::string_view body, std::string_view button, std::string_view sections) {
    return interactive(R"("type":"list","body":{"text":")" + std::string{body} +
                       R"("},"action":{"button":")" + std::string{button} + R"(","sections":[)" +
                       std::string{sections} + "]}");
  };
  const auto section = [](std::string_view title, std::string_view id, std::string_view row,
                          std::string_view about) {
    return R"({"title":")" + std::string{title} + R"(","rows":[{"id":")" + std::string{id} +
           R"(","title":")" + std::string{row} + R"(","description":")" + std::string{about} + R"("}]})";
  };
  const std::string at = "/interactive/action/sections/0";
  expect_edges({list("@", "b", section("t", "1", "r", "d")), "/interactive/body/text", 1, 4096});
  expect_edges({list("b", "@", section("t", "1", "r", "d")), "/interactive/action/button", 1, 20});
  expect_edges({list("b", "b", section("@", "1", "r", "d")), at + "/title", 1, 24});
  expect_edges({list("b", "b", section("t", "@", "r", "d")), at + "/rows/0/id", 1, 200});
  expect_edges({list("b", "b", section("t", "1", "@", "d")), at + "/rows/0/title", 1, 24});
  expect_edges({list("b", "b", section("t", "1", "r", "@")), at + "/rows/0/description", 0, 72});
  const auto rows = [&](std::size_t count) {
    return lint_text(list("b", "b", R"({"rows":[)" + numbered(R"({"id":"@","title":"r"})", count) + "]}"));
  };
  EXPECT_TRUE(rows(10).empty());
  EXPECT_EQ(rows(11), std::vector<std::string>{
                          "/interactive/action/sections must have at most 10 rows in all sections"});
  EXPECT_EQ(lint_text(list("b", "b", R"({"rows":[]})")),
            std::vector<std::string>{at + "/rows must have at least 1 entry"});
}

TEST(LintLimits, CountOfListSections) {
  const auto with = [](std::size_t count) {
    return lint_text(interactive(R"("type":"list","body":{"text":"b"},"action":{"button":"b","sections":[)" +
                                 numbered(R"({"title":"t","rows":[{"id":"@","title":"r"}]})", count) + "]}"));
  };
  EXPECT_TRUE(with(10).empty());
  EXPECT_EQ(with(0), std::vector<std::string>{"/interactive/action/sections must have 1 to 10 entries"});
  EXPECT_EQ(with(11), (std::vector<std::string>{
                          "/interactive/action/sections must have 1 to 10 entries",
                          "/interactive/action/sections must have at most 10 rows in all sections"}));
}

TEST(LintLimits, CtaUrlAndFlow) {
  expect_edges(
      {interactive(
           R"("type":"cta_url","body":{"text":"b"},"action":{"name":"cta_url","parameters":{"display_text":"@","url":"https://example.com"}})"),
       "/interactive/action/parameters/display_text", 1, 20});
  expect_edges(
      {interactive(
           R"("type":"flow","body":{"text":"b"},"action":{"name":"flow","parameters":{"flow_message_version":"3","flow_id":"1","flow_cta":"@"}})"),
       "/interactive/action/parameters/flow_cta", 1, 30});
}

TEST(LintLimits, ProductsAndTheirSections) {
  const auto products = [](std::string_view sections) {
    return interactive(
        R"("type":"product_list","header":{"type":"text","text":"h"},"body":{"text":"b"},"action":{"catalog_id":"1","sections":[)" +
        std::string{sections} + "]}");
  };
  const std::string item = R"({"product_retailer_id":"p"})";
  expect_edges({products(R"({"title":"@","product_items":[)" + item + "]}"),
                "/interactive/action/sections/0/title", 1, 24});
  expect_edges({products("@"), "/interactive/action/sections", 1, 10,
                R"({"title":"t","product_items":[)" + item + "]}", ","});
  expect_edges({products(R"({"product_items":[@]})"), "/interactive/action/sections", 0, 30, item, ","});
}

TEST(LintLimits, VoiceCall) {
  const auto call = [](std::string_view parameters) {
    return interactive(
        R"("type":"voice_call","body":{"text":"b"},"action":{"name":"voice_call","parameters":{)" +
        std::string{parameters} + "}}");
  };
  expect_edges({call(R"("display_text":"@")"), "/interactive/action/parameters/display_text", 1, 20});
  expect_edges({call(R"("payload":"@")"), "/interactive/action/parameters/payload", 0, 512});
  const std::vector<std::string> refused{
      "/interactive/action/parameters/ttl_minutes must be from 1 to 43200"};
  EXPECT_TRUE(lint_text(call(R"("ttl_minutes":1)")).empty());
  EXPECT_TRUE(lint_text(call(R"("ttl_minutes":43200)")).empty());
  EXPECT_EQ(lint_text(call(R"("ttl_minutes":0)")), refused);
  EXPECT_EQ(lint_text(call(R"("ttl_minutes":43201)")), refused);
}

TEST(LintLimits, CarouselCards) {
  const auto carousel = [](std::size_t count, std::string_view body, std::string_view action) {
    std::string cards;
    for (std::size_t i = 0; i < count; ++i) {
      cards += (i == 0 ? "" : ",") + (R"({"card_index":)" + std::to_string(i)) +
               R"(,"type":"cta_url","header":{"type":"image","image":{"id":"1"}},"body":{"text":")" +
               std::string{body} + R"("},"action":)" + std::string{action} + "}";
    }
    return interactive(R"("type":"carousel","body":{"text":"b"},"action":{"cards":[)" + cards + "]}");
  };
  const std::string url =
      R"({"name":"cta_url","parameters":{"display_text":"d","url":"https://example.com"}})";
  const std::vector<std::string> refused{"/interactive/action/cards must have 2 to 10 entries"};
  EXPECT_EQ(lint_text(carousel(1, "b", url)), refused);
  EXPECT_TRUE(lint_text(carousel(2, "b", url)).empty());
  EXPECT_TRUE(lint_text(carousel(10, "b", url)).empty());
  EXPECT_FALSE(lint_text(carousel(11, "b", url)).empty());
  EXPECT_TRUE(lint_text(carousel(2, std::string(160, 'x'), url)).empty());
  EXPECT_EQ(lint_text(carousel(2, std::string(161, 'x'), url)).size(), 2U);
  EXPECT_TRUE(lint_text(carousel(2, "1\\n2\\n3", url)).empty());
  EXPECT_EQ(lint_text(carousel(2, "1\\n2\\n3\\n4", url))[0],
            "/interactive/action/cards/0/body/text must be text with at most 2 line breaks");
  const auto reply = [](std::size_t id, std::size_t title) {
    return R"({"buttons":[{"type":"quick_reply","quick_reply":{"id":")" + std::string(id, 'i') +
           R"(","title":")" + std::string(title, 't') + R"("}}]})";
  };
  EXPECT_TRUE(lint_text(carousel(2, "b", reply(20, 20))).empty());
  EXPECT_EQ(lint_text(carousel(2, "b", reply(21, 20))).size(), 2U);
  EXPECT_EQ(lint_text(carousel(2, "b", reply(20, 21))).size(), 2U);
}

TEST(LintLimits, Templates) {
  expect_edges({R"({"type":"template","template":{"name":"@","language":{"code":"en"}}})", "/template/name",
                0, 512, "a"});
  const std::string at = "/template/components/0/parameters";
  expect_edges(
      {of_template(R"({"type":"header","parameters":[{"type":"text","text":"@"}]})"), at + "/0/text", 1, 60});
  expect_edges(
      {of_template(R"({"type":"header","parameters":[@]})"), at, 1, 1, R"({"type":"text","text":"a"})", ","});
  expect_edges(
      {of_template(R"({"type":"body","parameters":[{"type":"text","text":"@"}]})"), at + "/0/text", 1, 1024});
  expect_edges(
      {of_template(
           R"({"type":"button","sub_type":"copy_code","index":"0","parameters":[{"type":"coupon_code","coupon_code":"@"}]})"),
       at + "/0/coupon_code", 1, 15});
  const std::string item = R"({"product_retailer_id":"p"})";
  const std::string mpm =
      R"({"type":"button","sub_type":"mpm","index":"0","parameters":[{"type":"action","action":{"thumbnail_product_retailer_id":"t","sections":[#]}}]})";
  expect_edges({of_template(replaced(mpm, "#", R"({"product_items":[@]})")), at + "/0/action/sections", 0, 30,
                item, ","});
  expect_edges({of_template(replaced(mpm, "#", "@")), at + "/0/action/sections", 1, 10,
                R"({"title":"t","product_items":[)" + item + "]}", ","});
}

TEST(LintLimits, TemplateCards) {
  const auto with = [](std::size_t count) {
    std::string cards;
    for (std::size_t i = 0; i < count; ++i) {
      cards +=
          (i == 0 ? "" : ",") +
          replaced(
              R"({"card_index":@,"components":[{"type":"body","parameters":[{"type":"text","text":"a"}]}]})",
              "@", std::to_string(i));
    }
    return lint_text(of_template(R"({"type":"carousel","cards":[)" + cards + "]}"));
  };
  EXPECT_EQ(with(0), std::vector<std::string>{"/template/components/0/cards must have 1 to 10 entries"});
  EXPECT_TRUE(with(1).empty());
  EXPECT_TRUE(with(10).empty());
  EXPECT_EQ(with(11),
            (std::vector<std::string>{"/template/components/0/cards must have 1 to 10 entries",
                                      "/template/components/0/cards/10/card_index must be from 0 to 9"}));
}

TEST(LintLimits, IdentityKeyHash) {
  expect_edges({R"({"type":"text","text":{"body":"b"},"recipient_identity_key_hash":"@"})",
                "/recipient_identity_key_hash", 0, 256, "k"});
}

TEST(LintLimits, Raw) {
  const auto raw = [](std::size_t length) {
    const std::string type(length, 'a');
    return lint_text(R"({"type":"raw","raw":{"type":")" + type + R"(",")" + type + R"(":{}}})");
  };
  EXPECT_TRUE(raw(64).empty());
  EXPECT_EQ(raw(65), std::vector<std::string>{"/raw/type must have at most 64 characters"});
}

}  // namespace
}  // namespace wac::whatsapp
