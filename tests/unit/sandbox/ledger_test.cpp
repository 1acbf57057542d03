#include "sandbox/ledger.h"

#include "support/process.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace wac::sandbox {
namespace {

LedgerEntry entry(const std::string& wamid, const std::string& opaque) {
  LedgerEntry one;
  one.wamid = wamid;
  one.phone_number_id = "1";
  one.type = "text";
  one.opaque = opaque;
  one.accepted_at = from_millis(5);
  return one;
}

TEST(Ledger, ShowsWhatCameTwice) {
  Ledger ledger(10);
  ledger.add(entry("a", "x"));
  ledger.add(entry("b", "x"));
  ledger.add(entry("c", "y"));
  ledger.add(entry("d", ""));
  const auto page = ledger.page(0, 100);
  EXPECT_EQ(page.at("accepted"), 4U);
  EXPECT_EQ(page.at("distinct_opaque"), 2U);
  EXPECT_EQ(boost::json::serialize(page.at("doubled")), R"([{"opaque":"x","count":2}])");
  EXPECT_EQ(boost::json::serialize(page.at("by_type")), R"({"text":4})");
}

TEST(Ledger, PagesThroughEverythingOnce) {
  Ledger ledger(10);
  for (int i = 0; i < 7; ++i) ledger.add(entry(std::to_string(i), ""));
  std::vector<std::string> seen;
  Sequence after = 0;
  for (int pages = 0; pages < 10; ++pages) {
    const auto page = ledger.page(after, 3);
    for (const auto& item : page.at("entries").as_array()) seen.emplace_back(item.at("wamid").as_string());
    if (page.at("next_after").is_null()) break;
    after = page.at("next_after").to_number<Sequence>();
  }
  EXPECT_EQ(seen, (std::vector<std::string>{"0", "1", "2", "3", "4", "5", "6"}));
}

TEST(Ledger, KeepsStatusesDeliveredAndAcknowledged) {
  Ledger ledger(10);
  const Sequence sequence = ledger.add(entry("a", ""));
  ledger.mark_delivered(sequence, Status::kSent);
  ledger.mark_delivered(sequence, Status::kRead);
  ledger.mark_acknowledged(sequence, Status::kSent);
  const auto page = ledger.page(0, 1);
  const auto& item = page.at("entries").at(0);
  EXPECT_EQ(boost::json::serialize(item.at("delivered")), R"(["sent","read"])");
  EXPECT_EQ(boost::json::serialize(item.at("acknowledged")), R"(["sent"])");
}

TEST(Ledger, ForgetsTheOldestButNotTheTotalsNorWhatCameTwice) {
  Ledger ledger(3);
  ledger.add(entry("a", "x"));
  ledger.add(entry("b", "x"));
  for (int i = 0; i < 5; ++i) ledger.add(entry("n" + std::to_string(i), "o" + std::to_string(i)));
  EXPECT_EQ(ledger.find("a"), nullptr);
  ASSERT_NE(ledger.find("n4"), nullptr);
  EXPECT_EQ(ledger.find("n4")->opaque, "o4");
  ledger.mark_delivered(1, Status::kSent);
  const auto page = ledger.page(0, 10);
  EXPECT_EQ(page.at("accepted"), 7U);
  EXPECT_EQ(page.at("forgotten"), 4U);
  EXPECT_EQ(page.at("entries").as_array().size(), 3U);
  EXPECT_EQ(page.at("doubled").as_array().size(), 1U);
}

TEST(Ledger, StartsAgainAfterReset) {
  Ledger ledger(3);
  const Sequence old = ledger.add(entry("a", "x"));
  ledger.reset();
  EXPECT_EQ(ledger.page(0, 10).at("accepted"), 0U);
  EXPECT_TRUE(ledger.page(0, 10).at("entries").as_array().empty());
  ledger.add(entry("b", "x"));
  ledger.mark_delivered(old, Status::kRead);
  const auto page = ledger.page(0, 10);
  EXPECT_TRUE(page.at("doubled").as_array().empty());
  EXPECT_TRUE(page.at("entries").at(0).at("delivered").as_array().empty()) << "a late status of the old one";
}

TEST(LedgerFile, BringsEverythingBackExceptATornLine) {
  const testing::TempDir dir;
  const std::string path = dir.file("ledger");
  {
    Ledger ledger(10);
    ASSERT_TRUE(ledger.open_file(path));
    ledger.add(entry("a", "x"));
    const Sequence second = ledger.add(entry("b", "x"));
    ledger.mark_delivered(second, Status::kSent);
    ledger.mark_acknowledged(second, Status::kSent);
  }
  testing::write_file(path, testing::read_file(path) + R"({"event":"acc)");
  Ledger ledger(10);
  ASSERT_TRUE(ledger.open_file(path));
  const auto page = ledger.page(0, 10);
  EXPECT_EQ(page.at("accepted"), 2U);
  EXPECT_EQ(page.at("doubled").as_array().size(), 1U);
  EXPECT_EQ(boost::json::serialize(page.at("entries").at(1).at("acknowledged")), R"(["sent"])");
  EXPECT_EQ(page.at("entries").at(1).at("type"), "text");
  EXPECT_EQ(ledger.add(entry("c", "y")), 3U);
  Ledger third(10);
  EXPECT_TRUE(third.open_file(path)) << "the torn line is gone";
  EXPECT_EQ(third.page(0, 10).at("accepted"), 3U);
}

TEST(LedgerFile, WithOtherContentIsRefused) {
  const testing::TempDir dir;
  testing::write_file(dir.file("x"), "hello\n");
  Ledger ledger(10);
  const auto opened = ledger.open_file(dir.file("x"));
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::kCorrupt);
  EXPECT_FALSE(Ledger(1).open_file(dir.path() + "/missing/file"));
}

}  // namespace
}  // namespace wac::sandbox
