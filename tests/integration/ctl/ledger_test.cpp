#include "fake_server.h"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wac::ctl {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;

std::string key(char digit) {
  return std::string(32, digit);
}

std::string record(char digit, const std::string& state) {
  return R"({"key":")" + key(digit) + R"(","intentId":"intent-)" + digit + R"(","state":")" + state +
         R"(","updatedAt":"2026-01-01T00:00:00.000Z","duplicates":0})";
}

std::string accepted(char digit, int sequence) {
  return R"({"sequence":)" + std::to_string(sequence) + R"(,"opaque":"wac1.)" + key(digit) +
         R"(.1","delivered":["sent"]})";
}

/// Both ledgers in two pages, behind one server.
net::HttpResponse answer(const Seen& seen, const std::string& last_state) {
  const auto has = [&](std::string_view text) { return seen.target.find(text) != std::string::npos; };
  if (has("/_sandbox/ledger")) {
    const bool first = has("after=0");
    return json_answer(R"({"mark_reads":0,"forgotten":0,"entries":[)" +
                       accepted(first ? 'a' : 'b', first ? 1 : 2) + R"(],"next_after":)" +
                       (first ? "1" : "null") + "}");
  }
  if (!has("partition=")) return json_answer(R"({"partitions":[{"partition":5},{"partition":9}]})");
  if (has("partition=9")) return json_answer(R"({"records":[],"cursor":""})");
  if (has("cursor=next"))
    return json_answer(R"({"records":[)" + record('b', last_state) + R"(],"cursor":""})");
  return json_answer(R"({"records":[)" + record('a', "sent") + R"(],"cursor":"next"})");
}

TEST(LedgerVerify, ReadsEveryPageOfBothLedgers) {
  const FakeServer server{[](const Seen& seen) { return answer(seen, "read"); }};
  const Ran ran = run_ctl(server.url(), {"ledger", "verify", "--sandbox", server.url()});
  EXPECT_EQ(ran.exit, 0) << ran.out;
  EXPECT_THAT(ran.out, EndsWith("lost 0, doubled 0, open 0, checked 2\n"));
}

TEST(LedgerVerify, NamesWhatIsLost) {
  const FakeServer server{[](const Seen& seen) { return answer(seen, "dead"); }};
  const Ran ran = run_ctl(server.url(), {"ledger", "verify", "--sandbox", server.url()});
  EXPECT_EQ(ran.exit, 1);
  EXPECT_THAT(ran.out, HasSubstr("intent-b"));
  EXPECT_THAT(ran.out, EndsWith("lost 1, doubled 0, open 0, checked 2\n"));
}

TEST(LedgerVerify, WaitsForOpenIntents) {
  int reads = 0;
  const FakeServer server{[&reads](const Seen& seen) {
    if (seen.target.find("cursor=next") != std::string::npos) ++reads;
    return answer(seen, reads < 3 ? "sending" : "sent");
  }};
  const Ran ran = run_ctl(server.url(), {"ledger", "verify", "--sandbox", server.url(), "--wait", "20"});
  EXPECT_EQ(ran.exit, 0) << ran.out;
}

TEST(LedgerVerify, GivesUpWaitingAndListsWhatIsOpen) {
  const FakeServer server{[](const Seen& seen) { return answer(seen, "unknown"); }};
  const Ran ran = run_ctl(server.url(), {"ledger", "verify", "--wait", "0.3", "--json"});
  EXPECT_EQ(ran.exit, 1);
  const auto report = boost::json::parse(ran.out);
  EXPECT_EQ(report.at("open").to_number<int>(), 1);
  EXPECT_EQ(report.at("openByState").at("unknown").to_number<int>(), 1);
  EXPECT_EQ(report.as_object().if_contains("lost"), nullptr) << "unknown without a sandbox";
}

TEST(LedgerVerify, SaysWhatTheAdminPortRefused) {
  const FakeServer server{
      [](const Seen&) { return json_answer(R"({"code":"unauthorized","detail":"No."})", 401); }};
  const Ran ran = run_ctl(server.url(), {"ledger", "verify"});
  EXPECT_EQ(ran.exit, 1);
  EXPECT_THAT(ran.err, HasSubstr("--admin-key-file"));
}

}  // namespace
}  // namespace wac::ctl
