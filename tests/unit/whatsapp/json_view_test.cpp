// Whatever json_text.h accepts is accepted here and written alike, and nothing else.

#include "whatsapp/json_view.h"

#include "unit/whatsapp/json_support.h"

#include <gtest/gtest.h>

namespace wac::whatsapp {
namespace {

/// What a reader makes of a text: its canonical forms, or that it is no JSON.
std::string by_tree(const std::string& text) {
  const auto value = parse_json(text, {});
  if (!value) return "no JSON";
  std::string out;
  append_json(out, *value);
  append_json(out, *value, KeyOrder::kSorted);
  return out;
}

std::string by_view(const std::string& text) {
  std::pmr::monotonic_buffer_resource memory;
  const auto value = read_json(text, memory);
  if (!value) return "no JSON";
  std::string out;
  append_json(out, *value);
  append_json(out, *value, KeyOrder::kSorted);
  return out;
}

void expect_alike(const std::string& text) {
  ASSERT_EQ(by_view(text), by_tree(text)) << text;
}

TEST(JsonView, ReadsAndWritesAsTheTreeDoes) {
  for (const std::string_view text : {"",
                                      " ",
                                      "{}",
                                      " [ ] ",
                                      "\n{\t}\r",
                                      "nul",
                                      "null",
                                      "nullx",
                                      "true",
                                      "false",
                                      "tru",
                                      "\"\"",
                                      "\"a",
                                      "{\"a\"}",
                                      "{\"a\":}",
                                      "{\"a\":1,}",
                                      "{,}",
                                      "[1,]",
                                      "[,1]",
                                      "[1 2]",
                                      "{\"a\":1 \"b\":2}",
                                      "{\"a\" : 1 , \"b\" : [ 1 , 2 ] }",
                                      "{\"b\":1,\"a\":2,\"b\":{\"c\":3}}",
                                      "{1:2}",
                                      "{}{}",
                                      "1 1",
                                      "'a'",
                                      "\xef\xbb\xbf{}",
                                      "[[[{\"x\":{}}]]]"}) {
    expect_alike(std::string{text});
  }
}

TEST(JsonView, ReadsNumbersAsTheTreeDoes) {
  for (const std::string_view text : {"0",
                                      "-0",
                                      "-0.0",
                                      "00",
                                      "01",
                                      "-",
                                      "-1",
                                      "+1",
                                      "1.",
                                      ".5",
                                      "1.5",
                                      "-1.5e3",
                                      "1e",
                                      "1e+",
                                      "1e5",
                                      "1E-7",
                                      "1e05",
                                      "0e1",
                                      "9223372036854775807",
                                      "9223372036854775808",
                                      "-9223372036854775808",
                                      "-9223372036854775809",
                                      "18446744073709551615",
                                      "18446744073709551616",
                                      "123456789012345678901234567890",
                                      "37.484700000000004",
                                      "37.4847",
                                      "0.1",
                                      "1e400",
                                      "-1e400",
                                      "1e-400",
                                      "5e-324",
                                      "2.2250738585072014e-308",
                                      "1.7976931348623157e308",
                                      "0x10",
                                      "1e5.5",
                                      "NaN",
                                      "Infinity"}) {
    expect_alike(std::string{text});
  }
}

TEST(JsonView, ReadsTextsAsTheTreeDoes) {
  for (const std::string_view text :
       {R"("\"\\\/\b\f\n\r\t")", R"("\a")", R"("\")", R"("\u0041\u00e9\u20ac")", R"("\u0000")", R"("\u00e")",
        R"("\u00g0")", R"("\u+123")", R"("\ud83d\ude00")", R"("\ud83d")", R"("\ud83dx")", R"("\ud83d\u0041")",
        R"("\ude00")", R"("\uD83D\uDE00 plain \\ end")", R"({"a\u0062":1,"ab":2})"}) {
    expect_alike(std::string{text});
  }
  // Every byte, and every pair of a lead and what follows, wherever it stands among eight.
  for (unsigned first = 0; first < 256; ++first) {
    for (std::size_t before = 0; before < 18; ++before) {
      expect_alike('"' + std::string(before, 'x') + static_cast<char>(first) + "yz\xc3\xa9\"");
    }
    for (unsigned second = 0x70; first >= 0x7f && second < 256; ++second) {
      const std::string pair{static_cast<char>(first), static_cast<char>(second)};
      for (const std::string_view rest : {"", "\x80", "\xbf\x80", "\x80\x80\x80", "\xc0\x80"}) {
        expect_alike("\"" + pair + std::string{rest} + "\"");
      }
    }
  }
}

TEST(JsonView, StopsAtTheSameDepth) {
  for (const std::size_t depth :
       {kMaxJsonDepth - 1, kMaxJsonDepth, kMaxJsonDepth + 1, std::size_t{100'000}}) {
    expect_alike(std::string(depth, '[') + std::string(depth, ']'));
    std::string objects;
    for (std::size_t i = 0; i < depth; ++i) objects += R"({"a":)";
    expect_alike(objects + "1" + std::string(depth, '}'));
  }
}

TEST(JsonView, KeepsTheLastOfRepeatedKeysInObjectsOfAnySize) {
  for (const std::size_t members : {2U, 15U, 16U, 17U, 40U, 500U}) {
    std::string text = "{";
    for (std::size_t i = 0; i < members; ++i) {
      text += (i == 0 ? "\"k" : ",\"k") + std::to_string(i % (members / 2 + 1)) + "\":" + std::to_string(i);
    }
    expect_alike(text + "}");
  }
}

TEST(JsonView, FindsMembers) {
  std::pmr::monotonic_buffer_resource memory;
  const auto value =
      read_json(R"({"text":"a","object":{"x":1},"array":[1,2],"flag":true,"none":null})", memory);
  ASSERT_TRUE(value && value->is_object());
  const JsonObject& object = value->get_object();
  EXPECT_EQ(object.size(), 5U);
  EXPECT_EQ(text_of(object, "text"), "a");
  EXPECT_EQ(text_of(object, "array"), "");
  EXPECT_EQ(text_of(object, "missing"), "");
  ASSERT_NE(find_object(object, "object"), nullptr);
  EXPECT_EQ(*find_object(object, "object")->if_contains("x")->if_int64(), 1);
  EXPECT_EQ(find_object(object, "array"), nullptr);
  ASSERT_NE(find_array(object, "array"), nullptr);
  EXPECT_EQ(find_array(object, "array")->size(), 2U);
  EXPECT_TRUE(object.if_contains("flag")->get_bool());
  EXPECT_TRUE(object.if_contains("none")->is_null());
}

// Cut off anywhere, and with any one byte replaced.
TEST(JsonView, ReadsDamagedWebhooksAsTheTreeDoes) {
  const std::string whole = testing::notification(
      R"("contacts":[{"profile":{"name":"Zo\u00eb \ud83d\ude00"},"wa_id":"16505551234"}],"messages":[{"from":"16505551234",)"
      R"("id":"wamid.A","timestamp":"1739321024","type":"location","location":{"latitude":37.4847,"longitude":-122.1}}])");
  for (std::size_t at = 0; at < whole.size(); ++at) {
    expect_alike(whole.substr(0, at));
    for (const char byte : {'"', '\\', '{', '}', ']', ',', ':', '0', '\n', '\x1f', '\x80', '\xf0'}) {
      std::string damaged = whole;
      damaged[at] = byte;
      expect_alike(damaged);
    }
  }
}

}  // namespace
}  // namespace wac::whatsapp
