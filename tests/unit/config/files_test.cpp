#include "config/files.h"

#include "config_fixture.h"

#include <fstream>

namespace wac::config {
namespace {

using Files = ConfigTest;

TEST_F(Files, ReadsWithoutLineFeedsAtTheEnd) {
  std::ofstream{directory + "/a"} << " a\nb \r\n\r\n";
  EXPECT_EQ(text(read_secret_file(directory + "/a").value()), " a\nb ");
}

TEST_F(Files, ReadsUpTo64KiB) {
  std::ofstream{directory + "/full"} << std::string(64 * 1024, 'x');
  EXPECT_EQ(read_secret_file(directory + "/full").value().size(), 64 * 1024U);
  std::ofstream{directory + "/more"} << std::string(64 * 1024 + 1, 'x');
  EXPECT_EQ(read_secret_file(directory + "/more").error().code, ErrorCode::kTooLarge);
}

TEST_F(Files, TellsMissingFromUnreadable) {
  EXPECT_EQ(read_secret_file(directory + "/none").error().code, ErrorCode::kNotFound);
  EXPECT_EQ(read_secret_file(directory).error().code, ErrorCode::kUnavailable);
}

TEST_F(Files, CreatesParentsAndLeavesNoDraftsBehind) {
  const auto made = read_or_create(directory + "/a/b", "s", [] { return Secret{"value"}; });
  ASSERT_TRUE(made);
  EXPECT_TRUE(made->created);
  EXPECT_EQ(text(made->value), "value");
  const auto entries = std::filesystem::directory_iterator{directory + "/a/b"};
  EXPECT_EQ(std::distance(begin(entries), end(entries)), 1);
}

TEST_F(Files, KeepsWhatAnotherProcessPutThereFirst) {
  const std::string path = directory + "/s";
  const auto made = read_or_create(directory, "s", [&] {
    std::ofstream{path} << "theirs";
    return Secret{"ours"};
  });
  ASSERT_TRUE(made);
  EXPECT_EQ(text(made->value), "theirs");
  const auto again = read_or_create(directory, "s", [] { return Secret{"ours"}; });
  ASSERT_TRUE(again);
  EXPECT_FALSE(again->created);
  EXPECT_EQ(text(again->value), "theirs");
}

TEST_F(Files, ReplacesADraftOfACrashedProcessWithOurNumber) {
  std::ofstream{directory + "/s." + std::to_string(::getpid())} << "half";
  EXPECT_EQ(text(read_or_create(directory, "s", [] { return Secret{"whole"}; })->value), "whole");
}

}  // namespace
}  // namespace wac::config
