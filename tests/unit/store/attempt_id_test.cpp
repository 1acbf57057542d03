#include "store/attempt_id.h"

#include <gtest/gtest.h>

namespace wac::store {
namespace {

TEST(AttemptId, ReadsWhatItWrites) {
  AttemptId id;
  id.key.bytes.fill(0xab);
  id.attempt = 12;
  const std::string text = format_attempt_id(id);
  EXPECT_EQ(text, "wac1.abababababababababababababababab.12");
  const auto parsed = parse_attempt_id(text);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->key, id.key);
  EXPECT_EQ(parsed->attempt, 12U);
}

TEST(AttemptId, RefusesTextThatIsNotOurs) {
  for (const char* text :
       {"", "wac1.", "wac1.abababababababababababababababab", "wac1.abababababababababababababababab.",
        "wac1.abababababababababababababababab.0", "wac1.abababababababababababababababab.1x",
        "wac1.abababababababababababababababab.4294967296", "wac1.zbababababababababababababababab.1",
        "wac2.abababababababababababababababab.1", "wac1.abababababababababababababababab.-1"}) {
    EXPECT_FALSE(parse_attempt_id(text)) << text;
  }
}

}  // namespace
}  // namespace wac::store
