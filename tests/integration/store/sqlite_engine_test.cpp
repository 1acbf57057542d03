// Group commit, bounds, retention and the WAL of the SQLite engine.

#include "integration/store/sqlite_fixture.h"

#include <sqlite3.h>

#include <fstream>

namespace wac::testing {
namespace {

using enum store::IntentState;

/// Transactions in a WAL file: frames whose header names a database size
/// (sqlite.org/fileformat2.html#walformat).
std::size_t commits_in(const std::string& wal) {
  constexpr std::size_t kFrame = 24 + 4096;
  std::ifstream file{wal, std::ios::binary};
  const std::string bytes{std::istreambuf_iterator<char>{file}, {}};
  std::size_t commits = 0;
  for (std::size_t at = 32; at + kFrame <= bytes.size(); at += kFrame) {
    if (bytes.compare(at + 4, 4, std::string(4, '\0')) != 0) ++commits;
  }
  return commits;
}

TEST_F(SqliteTest, ConcurrentOperationsShareCommits) {
  open();
  const std::size_t before = commits_in(options_.path + "-wal");
  std::vector<std::future<Answers>> answers;
  for (std::uint32_t n = 0; n < 640; ++n) answers.push_back(start_ingest(event(n)));
  for (auto& answer : answers) EXPECT_TRUE(answer.get().value().at(0).appended);
  const std::size_t commits = commits_in(options_.path + "-wal") - before;
  EXPECT_GE(commits, 640U / options_.group);
  EXPECT_LT(commits, 640U / 4);
}

TEST_F(SqliteTest, AFullQueueRefusesAndDoesNothing) {
  options_.queued_operations = 4;
  open();
  std::vector<std::future<Answers>> answers;
  thread_.call([&] {
    // All are posted before the loop runs one of them: they meet the queue in one turn.
    for (std::uint32_t n = 0; n < 500; ++n) answers.push_back(start_ingest(event(n)));
  });
  std::size_t done = 0;
  std::size_t refused = 0;
  for (auto& answer : answers) {
    const auto result = answer.get();
    if (result) {
      ++done;
    } else {
      EXPECT_EQ(result.error().code, ErrorCode::kOverloaded);
      ++refused;
    }
  }
  EXPECT_GT(refused, 0U);
  EXPECT_EQ(done + refused, 500U);
  EXPECT_EQ(count_events(), done);
}

TEST_F(SqliteTest, AnEventIsDroppedAfterItsRetentionButStaysKnown) {
  open();
  EventRules rules;
  rules.event_retention = Millis{100};
  rules.dedupe_retention = Millis{200};
  for (std::uint32_t n = 0; n < 1'200; ++n) ASSERT_TRUE(ingest(event(n), from_millis(0), rules));
  EXPECT_EQ(purge(from_millis(99)), 0U);
  EXPECT_EQ(purge(from_millis(100)), 1'200U);
  EXPECT_EQ(count_events(), 0U);
  EXPECT_FALSE(ingest(event(7), from_millis(199), rules)->at(0).appended);
  // Even without a purge the mark has ended.
  EXPECT_TRUE(ingest(event(7), from_millis(200), rules)->at(0).appended);
  EXPECT_GE(purge(from_millis(250)), 1'199U);
  EXPECT_EQ(count_events(), 1U);
}

TEST_F(SqliteTest, CursorsRiseAcrossPurgeAndRestart) {
  open();
  EventRules rules;
  rules.event_retention = Millis{1};
  rules.dedupe_retention = Millis{1};
  const auto end = [&] {
    return run_on<Result<EventPage>>(
               thread_, [&] { return store_->events().read_after(tenant(), {partition()}, {"$"}, 1); })
        .value()
        .cursor;
  };
  for (std::uint32_t n = 0; n < 3; ++n) ASSERT_TRUE(ingest(event(n), from_millis(0), rules));
  const EventCursor cursor = end();
  purge(from_millis(10));
  close();
  open();
  EXPECT_EQ(end().text, cursor.text);
  // The last row is the one that is replaced here.
  ASSERT_TRUE(ingest(event(2), from_millis(10))->at(0).appended);
  const auto page = run_on<Result<EventPage>>(
      thread_, [&] { return store_->events().read_after(tenant(), {partition()}, cursor, 10); });
  EXPECT_EQ(page.value().events.size(), 1U);
}

TEST_F(SqliteTest, ManySettledIntentsAreForgottenInBoundedSteps) {
  open();
  for (std::uint32_t n = 0; n < 700; ++n) {
    NewIntent expired = intent(n);
    expired.expires_at = from_millis(0);
    ASSERT_TRUE(claim(expired, from_millis(0)));
  }
  const auto step =
      run_on<Result<std::size_t>>(thread_, [&] { return store_->purge(from_millis(86'400'000)); });
  EXPECT_LT(step.value(), 700U);
  EXPECT_EQ(*step + purge(from_millis(86'400'000)), 700U);
  EXPECT_FALSE(find(0));
}

TEST_F(SqliteTest, AForgottenKeyIsFreeEvenBeforeItIsPurged) {
  open();
  NewIntent expired = intent(1);
  expired.expires_at = from_millis(0);
  ASSERT_EQ(claim(expired, from_millis(0))->outcome, ClaimOutcome::kNew);
  EXPECT_EQ(claim(expired, from_millis(86'399'999))->outcome, ClaimOutcome::kDuplicate);
  // Another key under the same id, and then the same key under another id.
  NewIntent other = intent(2);
  other.id_fingerprint = expired.id_fingerprint;
  EXPECT_EQ(claim(other, from_millis(86'400'000))->outcome, ClaimOutcome::kNew);
  EXPECT_EQ(claim(expired, from_millis(86'400'000))->outcome, ClaimOutcome::kIdConflict);
}

TEST_F(SqliteTest, TheWalStaysBoundedUnderLoad) {
  options_.checkpoint_pages = 50;
  open();
  std::vector<std::future<Answers>> answers;
  for (std::uint32_t n = 0; n < 3'000; ++n) answers.push_back(start_ingest(event(n, 1'000)));
  for (auto& answer : answers) ASSERT_TRUE(answer.get());
  EXPECT_LT(std::filesystem::file_size(options_.path + "-wal"), 8U * 50 * 4096);
  EXPECT_EQ(count_events(), 3'000U);
}

TEST_F(SqliteTest, ReopeningEndsTheLeasesOfThePreviousProcess) {
  open();
  const auto sending = claim(intent(1), from_millis(0)).value().record;
  close();
  open(from_millis(5'000));
  const auto record = find(1);
  ASSERT_TRUE(record);
  EXPECT_EQ(record->state, kUnknown);
  EXPECT_EQ(record->token, sending.token + 1);
  EXPECT_EQ(record->due, from_millis(5'000) + kUnknownWindow);
}

TEST_F(SqliteTest, AStoppedStoreAnswersWhatWasBegunAndRefusesTheRest) {
  open();
  std::vector<std::future<Answers>> answers;
  for (std::uint32_t n = 0; n < 100; ++n) answers.push_back(start_ingest(event(n)));
  const Deadline deadline{thread_.loop().now() + std::chrono::seconds{10}};
  run_on<void>(thread_, [&] { return store_->stop(deadline); });
  for (auto& answer : answers) EXPECT_TRUE(answer.get());
  const auto late = ingest(event(1'000));
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, ErrorCode::kUnavailable);
}

TEST_F(SqliteTest, TheFileIsPrivateToItsOwner) {
  open();
  for (const char* suffix : {"", "-wal", "-shm", ".lock"}) {
    const auto permissions = std::filesystem::status(options_.path + suffix).permissions();
    EXPECT_EQ(permissions, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write)
        << suffix;
  }
}

std::int64_t count_lane_places(const std::string& path) {
  sqlite3* db = nullptr;
  sqlite3_stmt* statement = nullptr;
  std::int64_t count = -1;
  if (sqlite3_open_v2(path.c_str(), &db, SQLITE_OPEN_READONLY, nullptr) == SQLITE_OK &&
      sqlite3_prepare_v2(db, "SELECT count(lane) FROM intents", -1, &statement, nullptr) == SQLITE_OK &&
      sqlite3_step(statement) == SQLITE_ROW) {
    count = sqlite3_column_int64(statement, 0);
  }
  sqlite3_finalize(statement);
  sqlite3_close(db);
  return count;
}

store::Settlement settlement_of(const NewIntent& intent, const IntentRecord& record,
                                store::IntentState state) {
  store::Settlement settlement;
  settlement.partition = Partition::of(intent.sender);
  settlement.key = intent.key;
  settlement.token = record.token;
  settlement.state = state;
  return settlement;
}

/// Intents for one and the same recipient.
class SqliteTurnsTest : public SqliteTest {
 protected:
  static NewIntent to_recipient(std::uint32_t number) {
    NewIntent made = intent(number);
    made.recipient = fingerprint(7, 7);
    return made;
  }
  Claimed send_now(const NewIntent& what) {
    return run_on<Claimed>(thread_, [&] {
      return store_->intents().claim(what, ClaimMode::kSendNow, Millis{60'000}, Millis{60'000}, {});
    });
  }
  Result<store::SettleResult> settle(const store::Settlement& settlement) {
    return run_on<Result<store::SettleResult>>(
        thread_, [&] { return store_->intents().settle(settlement, Millis{60'000}, {}); });
  }
};

TEST_F(SqliteTurnsTest, ATurnIsInTheFileOnlyWhileItMatters) {
  open();
  const NewIntent first = to_recipient(1);
  const NewIntent second = to_recipient(2);
  const auto sent = send_now(first);
  ASSERT_TRUE(sent);
  EXPECT_EQ(sent->record.state, kSending);
  EXPECT_EQ(count_lane_places(options_.path), 0);
  // Somebody waits behind it: that must outlive the process.
  const auto waits = send_now(second);
  ASSERT_TRUE(waits);
  EXPECT_EQ(waits->record.hold, store::Hold::kOrder);
  EXPECT_EQ(count_lane_places(options_.path), 2);
  ASSERT_TRUE(settle(settlement_of(first, sent->record, kSent))->follower_due);
  const auto batch = run_on<Result<DueBatch>>(
      thread_, [&] { return store_->intents().take_due(partition(), 10, {}, from_millis(1)); });
  ASSERT_EQ(batch->items.size(), 1U);
  ASSERT_TRUE(settle(settlement_of(second, batch->items[0].record, kSent)));
  EXPECT_EQ(count_lane_places(options_.path), 0);
}

TEST_F(SqliteTurnsTest, WhoWaitsForARetryKeepsItsTurnOverARestart) {
  open();
  const NewIntent first = to_recipient(1);
  const NewIntent second = to_recipient(2);
  const auto sent = send_now(first);
  ASSERT_TRUE(sent);
  auto retry = settlement_of(first, sent->record, kRetryWait);
  retry.due = from_millis(5'000);
  ASSERT_TRUE(settle(retry));
  close();
  open();
  const auto waits = send_now(second);
  ASSERT_TRUE(waits);
  EXPECT_EQ(waits->record.hold, store::Hold::kOrder);
}

}  // namespace
}  // namespace wac::testing
