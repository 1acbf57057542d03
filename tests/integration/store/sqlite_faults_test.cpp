// Crashes, full disks, damaged files and second owners of the SQLite engine.

#include "integration/store/sqlite_fixture.h"

#include <sqlite3.h>

#include <fstream>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace wac::testing {
namespace {

using enum store::IntentState;

std::string content_of(const std::string& path) {
  std::ifstream file{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}

void write_to(const std::string& path, std::string_view bytes) {
  std::ofstream file{path, std::ios::binary};
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

void execute(const std::string& path, const char* sql) {
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open(path.c_str(), &db), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(db, sql, nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(db);
}

/// Files of this process cannot grow beyond `bytes` while it lives.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(std::uintmax_t bytes) : handler_(::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    rlimit limit = before_;
    limit.rlim_cur = bytes;
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    ::signal(SIGXFSZ, handler_);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  rlimit before_{};
  void (*handler_)(int);
};

class SqliteFaults : public SqliteTest {
 protected:
  std::uintmax_t wal_size() const { return std::filesystem::file_size(options_.path + "-wal"); }
  ErrorCode open_error() {
    const auto engine = open_engine(options_, {});
    EXPECT_FALSE(engine);
    return engine ? ErrorCode::kInternal : engine.error().code;
  }
  /// In the middle of the events; returns the file's bytes.
  std::string damage_some_pages() {
    std::string bytes = content_of(options_.path);
    EXPECT_GT(bytes.size(), 30U * 4096);
    // In the middle: behind the first pages of all tables, among the events.
    const std::size_t middle = bytes.size() / 4096 / 2;
    for (std::size_t page = middle; page < middle + 6; ++page)
      bytes.replace(page * 4096, 64, std::string(64, '\xff'));
    write_to(options_.path, bytes);
    return bytes;
  }
  void make_closed_file(std::uint32_t events) {
    open();
    for (std::uint32_t n = 0; n < events; ++n) ASSERT_TRUE(ingest(event(n, 1'000)));
    close();
  }
};

/// In the child: claims and ingests until it is killed, and reports each number once both are durable.
[[noreturn]] void write_until_killed(const store::sqlite::SqliteOptions& options, int report) {
  struct Child : SqliteTest {
    using SqliteTest::claim, SqliteTest::event, SqliteTest::intent, SqliteTest::open, SqliteTest::options_,
        SqliteTest::start_ingest;
    void TestBody() override {}
  };
  auto* child = new Child;
  child->options_ = options;
  child->open();
  for (std::uint32_t n = 0;; n += 8) {
    std::vector<std::future<Result<std::vector<Ingested>>>> events;
    for (std::uint32_t i = n; i < n + 8; ++i) events.push_back(child->start_ingest(Child::event(i)));
    for (auto& each : events) each.get().value();
    for (std::uint32_t i = n; i < n + 8; ++i) child->claim(Child::intent(i)).value();
    if (::write(report, &n, sizeof n) != sizeof n) std::abort();
  }
}

TEST_F(SqliteFaults, NothingAcknowledgedIsLostWhenTheProcessIsKilled) {
  std::uint32_t acknowledged = 0;
  for (int round = 0; round < 3; ++round) {
    std::array<int, 2> pipe{};
    ASSERT_EQ(::pipe(pipe.data()), 0);
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) write_until_killed(options_, pipe[1]);
    ::close(pipe[1]);
    std::uint32_t n = 0;
    const std::uint32_t enough = acknowledged + 80;
    while (n < enough && ::read(pipe[0], &n, sizeof n) == sizeof n) acknowledged = n + 8;
    EXPECT_GE(n, enough);
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    ::close(pipe[0]);

    open(from_millis(1'000));
    EXPECT_GE(count_events(), acknowledged);
    for (std::uint32_t i = 0; i < acknowledged; ++i) {
      EXPECT_FALSE(ingest(event(i), from_millis(1'000)).value().at(0).appended) << i;
      const auto record = find(i);
      ASSERT_TRUE(record) << i;
      EXPECT_EQ(record->state, kUnknown);
      EXPECT_EQ(record->attempt, 1U);
    }
    close();
  }
}

TEST_F(SqliteFaults, ASecondEngineOnTheFileIsRefused) {
  open();
  EXPECT_EQ(open_error(), ErrorCode::kConflict);
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const auto second = open_engine(options_, {});
    ::_exit(!second && second.error().code == ErrorCode::kConflict ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  close();
  open();
  EXPECT_TRUE(ingest(event(1)));
}

TEST_F(SqliteFaults, AFullDiskIsUnavailableUntilThereIsRoom) {
  open();
  ASSERT_TRUE(ingest(event(1)));
  {
    const FileSizeLimit limit{wal_size() + 1'000};
    const auto refused = ingest(event(2));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::kUnavailable);
    EXPECT_FALSE(store_->healthy());
    EXPECT_FALSE(run_on<Result<void>>(thread_, [&] { return store_->probe(from_millis(1)); }));
    EXPECT_EQ(count_events(), 1U);
  }
  EXPECT_TRUE(run_on<Result<void>>(thread_, [&] { return store_->probe(from_millis(2)); }));
  EXPECT_TRUE(store_->healthy());
  EXPECT_TRUE(ingest(event(2)).value().at(0).appended);
  EXPECT_EQ(count_events(), 2U);
}

TEST_F(SqliteFaults, AnOperationThatFailsDoesNotUndoItsNeighbours) {
  open();
  ASSERT_TRUE(ingest(event(0)));
  const FileSizeLimit limit{wal_size() + 400'000};
  std::vector<std::future<Answers>> answers;
  thread_.call([&] {
    for (std::uint32_t n = 1; n <= 10; ++n)
      answers.push_back(start_ingest(event(n, n == 5 ? 2'000'000 : 100)));
  });
  for (std::uint32_t n = 1; n <= 10; ++n) EXPECT_EQ(answers[n - 1].get().has_value(), n != 5) << n;
  EXPECT_EQ(count_events(), 10U);
  EXPECT_TRUE(store_->healthy());
}

TEST_F(SqliteFaults, AFileThatIsNoDatabaseIsRefusedAndLeftAlone) {
  const std::string garbage(8'192, 'x');
  write_to(options_.path, garbage);
  EXPECT_EQ(open_error(), ErrorCode::kCorrupt);
  EXPECT_EQ(content_of(options_.path), garbage);
}

TEST_F(SqliteFaults, ADamagedPageIsRefusedAndLeftAlone) {
  make_closed_file(200);
  const std::string bytes = damage_some_pages();
  EXPECT_EQ(open_error(), ErrorCode::kCorrupt);
  EXPECT_EQ(content_of(options_.path), bytes);
}

TEST_F(SqliteFaults, DamageMetLaterIsAnErrorAndNotAnEmptyAnswer) {
  make_closed_file(200);
  damage_some_pages();
  options_.check_bytes = 0;
  open();
  const auto page = run_on<Result<EventPage>>(
      thread_, [&] { return store_->events().read_after(tenant(), {partition()}, {}, 1'000); });
  ASSERT_FALSE(page);
  EXPECT_EQ(page.error().code, ErrorCode::kCorrupt);
}

TEST_F(SqliteFaults, AFileOfTheFirstVersionIsBroughtUpToDateWithWhatWaitsInIt) {
  open();
  ASSERT_TRUE(run_on<Claimed>(thread_, [&] {
    return store_->intents().claim(intent(1), ClaimMode::kQueue, Millis{1}, Millis{1}, {});
  }));
  close();
  // What later versions added, taken away again.
  execute(options_.path,
          "DROP INDEX intents_ready; DROP INDEX intents_lane; DROP INDEX intents_leases; DROP INDEX "
          "intents_waiting; "
          "CREATE INDEX intents_due ON intents(part, due) WHERE state < 4; "
          "DROP INDEX intents_message; ALTER TABLE intents DROP COLUMN message_print; "
          "ALTER TABLE intents DROP COLUMN pricing; ALTER TABLE intents DROP COLUMN alternative; "
          "ALTER TABLE intents DROP COLUMN preparation; "
          "DROP INDEX intents_expiry; DROP INDEX intents_dead; DROP TABLE paces; DROP TABLE pairs; "
          "DROP TABLE quotas; DROP TABLE records; DROP TABLE contacts; DROP TABLE pending_evidence; ALTER "
          "TABLE intents DROP COLUMN "
          "recipient; "
          "ALTER TABLE intents DROP COLUMN priority; ALTER TABLE intents DROP COLUMN hold; "
          "ALTER TABLE intents DROP COLUMN uncounted; ALTER TABLE intents DROP COLUMN ready; "
          "ALTER TABLE intents DROP COLUMN lane; PRAGMA user_version = 1");
  open();
  const auto batch = run_on<Result<DueBatch>>(
      thread_, [&] { return store_->intents().take_due(partition(), 10, {}, from_millis(1)); });
  ASSERT_TRUE(batch);
  ASSERT_EQ(batch->items.size(), 1U);
  EXPECT_EQ(batch->items[0].record.key, intent(1).key);
}

TEST_F(SqliteFaults, AFallbackThatWasAnErrorCodeOfVersion5BecomesAFieldOfItsOwn) {
  open();
  ASSERT_TRUE(run_on<Claimed>(thread_, [&] {
    return store_->intents().claim(intent(1), ClaimMode::kSendNow, Millis{1'000}, Millis{86'400'000}, {});
  }));
  close();
  execute(options_.path,
          "UPDATE intents SET error_code = 4000000100; ALTER TABLE intents DROP COLUMN alternative; "
          "ALTER TABLE intents DROP COLUMN preparation; DROP TABLE pending_evidence; "
          "DROP INDEX intents_waiting; CREATE INDEX intents_due ON intents(part, due) WHERE state < 4; "
          "ALTER TABLE pairs ADD COLUMN head INTEGER NOT NULL DEFAULT 0; ALTER TABLE pairs ADD COLUMN seq "
          "INTEGER NOT NULL DEFAULT 0; ALTER TABLE paces DROP COLUMN "
          "accepted; ALTER TABLE paces DROP COLUMN retrying; PRAGMA user_version = 5");
  open();
  const auto record = find(1);
  ASSERT_TRUE(record);
  EXPECT_EQ(record->error_code, 0U);
  EXPECT_TRUE(record->alternative);
}

TEST_F(SqliteFaults, WhatWaitsInAFileOfVersion8KeepsItsOrderAndIsCounted) {
  open();
  const auto queue = [this](std::uint32_t n) {
    NewIntent made = intent(n);
    made.recipient = fingerprint(1, 5);
    return run_on<Claimed>(thread_, [&] {
      return store_->intents().claim(made, ClaimMode::kQueue, Millis{1'000}, Millis{86'400'000}, {});
    });
  };
  for (std::uint32_t n = 1; n <= 3; ++n) ASSERT_TRUE(queue(n));
  close();
  execute(options_.path,
          "ALTER TABLE pairs ADD COLUMN head INTEGER NOT NULL DEFAULT 0; "
          "ALTER TABLE pairs ADD COLUMN seq INTEGER NOT NULL DEFAULT 2; "
          "INSERT INTO pairs SELECT part, recipient, 0, 0, 0, NULL, row, 2 FROM intents WHERE lane = 1; "
          "UPDATE intents SET lane = nullif(lane - 1, 0); ALTER TABLE paces DROP COLUMN accepted; "
          "ALTER TABLE paces DROP COLUMN retrying; PRAGMA user_version = 8");
  open();
  ASSERT_TRUE(queue(4));
  const auto counts =
      run_on<Result<StateCounts>>(thread_, [&] { return store_->intents().count(partition(), {}); });
  EXPECT_EQ(counts->by_state[0], 4U);
  EXPECT_EQ(counts->due_now, 4U);
  for (std::uint32_t n = 1; n <= 4; ++n) {
    const auto batch = run_on<Result<DueBatch>>(
        thread_, [&] { return store_->intents().take_due(partition(), 10, {}, from_millis(1)); });
    ASSERT_EQ(batch->items.size(), 1U);
    const IntentRecord& record = batch->items[0].record;
    EXPECT_EQ(record.key, intent(n).key);
    Settlement sent;
    sent.partition = partition();
    sent.key = record.key;
    sent.token = record.token;
    ASSERT_TRUE(run_on<Result<SettleResult>>(
        thread_, [&] { return store_->intents().settle(sent, Millis{1'000}, from_millis(1)); }));
  }
}

TEST_F(SqliteFaults, AWalWithoutItsDatabaseIsRefusedAndLeftAlone) {
  open();
  ASSERT_TRUE(ingest(event(1)));
  const std::string wal = content_of(options_.path + "-wal");
  close();
  std::filesystem::remove(options_.path);
  write_to(options_.path + "-wal", wal);
  EXPECT_EQ(open_error(), ErrorCode::kCorrupt);
  EXPECT_EQ(content_of(options_.path + "-wal"), wal);
}

TEST_F(SqliteFaults, AnotherProgramsDatabaseIsRefusedAndLeftAlone) {
  execute(options_.path, "CREATE TABLE theirs(x)");
  const std::string before = content_of(options_.path);
  EXPECT_EQ(open_error(), ErrorCode::kInvalid);
  EXPECT_EQ(content_of(options_.path), before);
}

TEST_F(SqliteFaults, AFileOfANewerVersionIsRefused) {
  make_closed_file(1);
  execute(options_.path, "PRAGMA user_version = 999");
  EXPECT_EQ(open_error(), ErrorCode::kInvalid);
}

TEST_F(SqliteFaults, AMissingDirectoryIsUnavailable) {
  options_.path = directory_.path("missing/store.db");
  EXPECT_EQ(open_error(), ErrorCode::kUnavailable);
}

}  // namespace
}  // namespace wac::testing
