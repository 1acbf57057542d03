#include "whatsapp/json_text.h"

#include "unit/whatsapp/json_support.h"

#include <gtest/gtest.h>

namespace wac::whatsapp {
namespace {

std::string again(std::string_view text, KeyOrder order = KeyOrder::kAsGiven) {
  std::string out;
  append_json(out, testing::json_of(text), order);
  return out;
}

TEST(JsonText, ComesOutAsItWentIn) {
  for (const std::string_view text :
       {R"({})", R"([])", R"({"b":1,"a":[true,false,null]})", R"("\"\\\b\f\n\r\t\u0001é😀")",
        R"(-9223372036854775808)", R"(18446744073709551615)", R"(37.4847)", R"(-122.14)", R"(0.1)",
        R"(1e-07)", R"([[[{"x":{}}]]])"}) {
    EXPECT_EQ(again(text), text);
  }
}

TEST(JsonText, EscapesEveryByteThatMustBeWhereverItStands) {
  for (int c = 0; c < 0x80; ++c) {
    for (std::size_t before = 0; before < 20; ++before) {
      const std::string plain = std::string(before, 'x') + static_cast<char>(c) + "yz\xc3\xa9";
      std::string out;
      append_json_string(out, plain);
      const auto value = parse_json(out, {});
      ASSERT_TRUE(value && value->is_string()) << c << " after " << before;
      EXPECT_EQ(std::string_view{value->get_string()}, plain);
      EXPECT_EQ(out.size() == plain.size() + 2, c >= 0x20 && c != '"' && c != '\\')
          << c << " after " << before;
    }
  }
}

TEST(JsonText, WritesNumbersTooLargeForADoubleSoThatTheyReadBackAsSuch) {
  EXPECT_EQ(again("1e400"), "1e999");
  EXPECT_EQ(again("-1e400"), "-1e999");
}

TEST(JsonText, SortsKeysAtEveryDepthOnRequest) {
  EXPECT_EQ(again(R"({"b":{"d":1,"c":[{"z":1,"y":2}]},"a":0})", KeyOrder::kSorted),
            R"({"a":0,"b":{"c":[{"y":2,"z":1}],"d":1}})");
}

TEST(JsonText, TheLastOfRepeatedKeysWins) {
  EXPECT_EQ(again(R"({"a":1,"a":2})"), R"({"a":2})");
}

TEST(JsonText, RefusesWhatIsNoJson) {
  for (const std::string_view text :
       {"", " ", "{", "{}x", "[1,]", "nul", "\"\xff\"", "\"\\ud83d\"", "'a'", "{\"a\":01}"}) {
    EXPECT_FALSE(parse_json(text, {})) << text;
  }
}

TEST(JsonText, StopsAtTheDepthLimit) {
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_TRUE(parse_json(nested(kMaxJsonDepth), {}));
  EXPECT_FALSE(parse_json(nested(kMaxJsonDepth + 1), {}));
  EXPECT_FALSE(parse_json(std::string(100'000, '['), {}));
}

}  // namespace
}  // namespace wac::whatsapp
