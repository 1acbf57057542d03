#include "store/redis/scripts.h"

#include "store/intent.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wac::store::redis {
namespace {

using ::testing::HasSubstr;

std::string constant(std::string_view name) {
  const std::string text = lua_constants();
  const std::string begin = "local " + std::string{name} + " = '";
  const auto at = text.find(begin);
  if (at == std::string::npos) return {};
  const auto value = at + begin.size();
  return text.substr(value, text.find('\'', value) - value);
}

TEST(LuaConstants, NameTheStatesByTheirNumbers) {
  EXPECT_EQ(constant("ACCEPTED"), "0");
  EXPECT_EQ(constant("RETRY_WAIT"), "1");
  EXPECT_EQ(constant("UNCONFIRMED"), "4");
  EXPECT_EQ(constant("DEAD"), "23");
}

TEST(LuaConstants, SayTheSameAsTheFunctions) {
  const std::string open = constant("OPEN");
  const std::string may_move = constant("MAY_MOVE");
  ASSERT_EQ(open.size(), 32U);
  ASSERT_EQ(may_move.size(), 1'024U);
  for (std::uint8_t from = 0; from < 32; ++from) {
    const auto before = intent_state_from(from);
    if (!before) continue;
    EXPECT_EQ(open[from] == '1', is_open(*before));
    for (std::uint8_t to = 0; to < 32; ++to) {
      const auto after = intent_state_from(to);
      if (!after) continue;
      EXPECT_EQ(may_move[from * 32U + to] == '1', evidence_may_move(*before, *after))
          << +from << " → " << +to;
    }
  }
}

TEST(Scripts, AreTheirFilesBehindTheConstants) {
  const Scripts scripts;
  EXPECT_THAT(scripts.claim.source(), HasSubstr("local MAY_MOVE = '"));
  EXPECT_THAT(scripts.claim.source(), HasSubstr("Prepended to every script"));
  EXPECT_THAT(scripts.claim.source(), HasSubstr("'SETNX'"));
  EXPECT_THAT(scripts.ingest.source(), HasSubstr("'XADD'"));
  EXPECT_EQ(scripts.settle.sha().size(), 40U);
}

TEST(Scripts, NameNoKeyOfTheirOwnBeginning) {
  // Every key comes in through KEYS or is derived from the prefix, which carries the partition's tag.
  const Scripts scripts;
  for (const net::RedisScript* script : {&scripts.claim, &scripts.settle, &scripts.take_due, &scripts.ingest,
                                         &scripts.command, &scripts.put_record, &scripts.list_records}) {
    EXPECT_EQ(script->source().find("'wac:"), script->source().rfind("'wac:"))
        << "only the comment of common.lua";
  }
}

}  // namespace
}  // namespace wac::store::redis
