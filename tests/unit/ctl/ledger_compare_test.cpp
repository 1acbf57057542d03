#include "ctl/ledger_compare.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wac::ctl {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

/// 32 digits of one kind.
std::string key(char digit) {
  return std::string(32, digit);
}
std::string opaque(char digit, int attempt = 1) {
  return "wac1." + key(digit) + '.' + std::to_string(attempt);
}

LedgerRecord record(char digit, std::string state) {
  return {.key = key(digit), .intent_id = std::string("intent-") + digit, .state = std::move(state)};
}

TEST(LedgerComparison, IsCleanWhenBothAgree) {
  const SandboxLedger sandbox{.messages = {{opaque('a')}, {opaque('b')}}};
  const auto report =
      compare_ledgers({record('a', "sent"), record('b', "read"), record('c', "failed")}, &sandbox);
  EXPECT_TRUE(report.clean());
  EXPECT_EQ(report.checked, 3U);
  EXPECT_THAT(report.final_by_state, ElementsAre(Pair("failed", 1), Pair("read", 1), Pair("sent", 1)));
}

TEST(LedgerComparison, CallsASentIntentThatWasNeverAcceptedLost) {
  for (const char* state : {"sent", "delivered", "read", "played"}) {
    const SandboxLedger sandbox;
    const auto report = compare_ledgers({record('a', state)}, &sandbox);
    EXPECT_EQ(report.lost, 1U) << state;
    EXPECT_FALSE(report.clean());
    EXPECT_THAT(report.findings, ElementsAre(HasSubstr("intent-a")));
  }
}

TEST(LedgerComparison, CallsAnAcceptedMessageThatIsFinalOtherwiseHereLost) {
  for (const char* state : {"failed", "expired", "cancelled", "dead"}) {
    const SandboxLedger sandbox{.messages = {{opaque('a')}}};
    EXPECT_EQ(compare_ledgers({record('a', state)}, &sandbox).lost, 1U) << state;
  }
}

TEST(LedgerComparison, AgreesAboutAMessageThatFailedAfterItWasAccepted) {
  const SandboxLedger sandbox{.messages = {{.opaque = opaque('a'), .failed = true}}};
  EXPECT_EQ(compare_ledgers({record('a', "failed")}, &sandbox).lost, 0U);
  EXPECT_EQ(compare_ledgers({record('a', "dead")}, &sandbox).lost, 1U);
}

TEST(LedgerComparison, CallsAnAcceptedMessageOfNoKnownIntentLost) {
  const SandboxLedger sandbox{.messages = {{opaque('a')}}};
  EXPECT_EQ(compare_ledgers({}, &sandbox).lost, 1U);
}

TEST(LedgerComparison, CountsAKeyAcceptedTwiceAsDoubledWhateverTheAttempt) {
  const SandboxLedger sandbox{
      .messages = {{opaque('a', 1)}, {opaque('a', 2)}, {opaque('b')}, {opaque('b')}, {opaque('b')}}};
  const auto report = compare_ledgers({record('a', "sent"), record('b', "sent")}, &sandbox);
  EXPECT_EQ(report.doubled, 2U);
  EXPECT_EQ(report.lost, 0U);
  EXPECT_FALSE(report.clean());
}

TEST(LedgerComparison, CountsOpenIntentsByStateAndNotAsLost) {
  const SandboxLedger sandbox{.messages = {{opaque('a')}}};
  const auto report =
      compare_ledgers({record('a', "unknown"), record('b', "accepted"), record('c', "unconfirmed"),
                       record('d', "sending"), record('e', "retry_wait")},
                      &sandbox);
  EXPECT_EQ(report.lost, 0U);
  EXPECT_EQ(report.open, 5U);
  EXPECT_THAT(report.open_by_state,
              ElementsAre(Pair("accepted", 1), Pair("retry_wait", 1), Pair("sending", 1),
                          Pair("unconfirmed", 1), Pair("unknown", 1)));
  EXPECT_FALSE(report.clean());
}

TEST(LedgerComparison, TakesAStateItDoesNotKnowForOpen) {
  EXPECT_EQ(compare_ledgers({record('a', "teleported")}, nullptr).open, 1U);
}

TEST(LedgerComparison, ExplainsSentIntentsWithoutAMessageByTheMarkReadRequests) {
  const SandboxLedger sandbox{.mark_reads = 1};
  EXPECT_EQ(compare_ledgers({record('a', "sent")}, &sandbox).lost, 0U);
  EXPECT_EQ(compare_ledgers({record('a', "sent"), record('b', "sent")}, &sandbox).lost, 1U);
  // A mark_read never gets a status.
  EXPECT_EQ(compare_ledgers({record('a', "delivered")}, &sandbox).lost, 1U);
}

TEST(LedgerComparison, CountsARecordThatComesTwiceOnceAsLastUpdated) {
  LedgerRecord early = record('a', "sending");
  early.updated_at = "2026-01-01T00:00:00.000Z";
  LedgerRecord late = record('a', "sent");
  late.updated_at = "2026-01-01T00:00:00.001Z";
  const SandboxLedger sandbox{.messages = {{opaque('a')}}};
  for (const auto& records : {std::vector{early, late}, std::vector{late, early}}) {
    const auto report = compare_ledgers(records, &sandbox);
    EXPECT_EQ(report.checked, 1U);
    EXPECT_TRUE(report.clean());
  }
}

TEST(LedgerComparison, LeavesMessagesOfOthersOut) {
  const SandboxLedger sandbox{.messages = {{""}, {"campaign-7"}, {"wac1.short.1"}}};
  const auto report = compare_ledgers({}, &sandbox);
  EXPECT_EQ(report.foreign, 3U);
  EXPECT_EQ(report.lost, 0U);
}

TEST(LedgerComparison, ProvesNothingOnceTheSandboxForgot) {
  const SandboxLedger sandbox{.forgotten = 1};
  EXPECT_FALSE(compare_ledgers({}, &sandbox).clean());
}

TEST(LedgerComparison, WithoutASandboxCountsTheDuplicatesTheConnectorKnows) {
  LedgerRecord twice = record('a', "read");
  twice.duplicates = 2;
  const auto report = compare_ledgers({twice, record('b', "sent")}, nullptr);
  EXPECT_EQ(report.doubled, 2U);
  EXPECT_EQ(report.lost, 0U);
}

TEST(LedgerComparison, NamesTwentyFindingsAtMost) {
  std::vector<LedgerRecord> records;
  for (int i = 0; i < 50; ++i) {
    records.push_back({.key = "k" + std::to_string(i), .intent_id = "i", .state = "sent"});
  }
  const SandboxLedger sandbox;
  const auto report = compare_ledgers(records, &sandbox);
  EXPECT_EQ(report.lost, 50U);
  EXPECT_EQ(report.findings.size(), 20U);
}

TEST(OpaqueId, GivesItsKeyOnlyWhenItIsOurs) {
  EXPECT_EQ(key_of_opaque(opaque('a', 12)), key('a'));
  EXPECT_FALSE(key_of_opaque("wac1." + key('a')));
  EXPECT_FALSE(key_of_opaque("wac1." + key('a') + '.'));
  EXPECT_FALSE(key_of_opaque("wac1." + key('a') + ".1x"));
  EXPECT_FALSE(key_of_opaque("wac1." + key('g') + ".1"));
  EXPECT_FALSE(key_of_opaque("wac2." + key('a') + ".1"));
}

}  // namespace
}  // namespace wac::ctl
