#include "base/json_plain.h"

#include <gtest/gtest.h>

#include <string>

namespace wac {
namespace {

bool needs_escape(unsigned char byte) {
  return byte < 0x20 || byte == '"' || byte == '\\';
}

TEST(JsonPlain, FindsEachByteAtEachPlace) {
  for (std::size_t size = 1; size <= 20; ++size) {
    for (std::size_t at = 0; at < size; ++at) {
      for (int value = 0; value < 256; ++value) {
        std::string text(size, 'a');
        text[at] = static_cast<char>(value);
        const auto byte = static_cast<unsigned char>(value);
        ASSERT_EQ(is_json_plain(text), !needs_escape(byte)) << size << ' ' << at << ' ' << value;
        ASSERT_EQ(is_json_plain(text, NonAscii::kNotPlain), !needs_escape(byte) && byte < 0x7f)
            << size << ' ' << at << ' ' << value;
      }
    }
  }
}

TEST(JsonPlain, AnEmptyTextIsPlain) {
  EXPECT_TRUE(is_json_plain({}));
}

}  // namespace
}  // namespace wac
