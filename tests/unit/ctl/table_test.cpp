#include "ctl/table.h"

#include <gtest/gtest.h>

namespace wac::ctl {
namespace {

TEST(Table, AlignsColumnsAndLeavesNoSpaceAtTheEnd) {
  EXPECT_EQ(render_table({{"type"}, {"ms", Align::kRight}, {"note"}},
                         {{"text", "7", ""}, {"document", "1234", "late"}}),
            "type        ms  note\n"
            "text         7\n"
            "document  1234  late\n");
}

TEST(Table, CountsCodePointsNotBytes) {
  EXPECT_EQ(render_table({{"a"}, {"b"}}, {{"é…", "x"}, {"abc", "y"}}), "a    b\né…   x\nabc  y\n");
}

TEST(Table, FillsMissingCells) {
  EXPECT_EQ(render_table({{"a"}, {"b"}}, {{"1"}, {}}), "a  b\n1\n\n");
}

TEST(Table, WithoutRowsIsItsTitles) {
  EXPECT_EQ(render_table({{"a"}, {"b"}}, {}), "a  b\n");
}

TEST(Shorten, KeepsBothEnds) {
  EXPECT_EQ(shorten("wamid.ABCDEFGHIJ", 9), "wami…GHIJ");
  EXPECT_EQ(shorten("wamid.ABCDEFGHIJ", 10), "wamid…GHIJ");
}

TEST(Shorten, LeavesWhatFits) {
  EXPECT_EQ(shorten("wamid", 5), "wamid");
  EXPECT_EQ(shorten("", 5), "");
}

}  // namespace
}  // namespace wac::ctl
