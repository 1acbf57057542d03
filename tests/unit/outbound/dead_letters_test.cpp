#include "outbound/dead_letters.h"

#include "outbound/senders.h"
#include "outbound_fixture.h"

#include <set>

namespace wac::outbound {
namespace {

class DeadLettersTest : public OutboundFixture {
 protected:
  DeadLettersTest() {
    add_tenant();
    letters_ = std::make_unique<DeadLetters>(parts_of_this());
    senders_ = std::make_unique<Senders>(parts_of_this());
  }
  OutboundParts parts_of_this() {
    return OutboundParts{config_,
                         *directory_,
                         loop_,
                         random_,
                         store_,
                         graph_,
                         *fingerprints_,
                         *sealer_,
                         *log_,
                         metrics_.add_loop(),
                         [this](Partition partition, WallTime at) { woken_.emplace_back(partition, at); }};
  }
  template <class T>
  T run(Task<T> task) {
    std::optional<T> out;
    scope_.spawn(keep_any(std::move(task), &out));
    loop_.run_ready();
    return std::move(*out);
  }
  template <class T>
  static Task<void> keep_any(Task<T> task, std::optional<T>* out) {
    out->emplace(co_await std::move(task));
  }
  void add_dead(int count, const std::string& tenant, std::uint32_t code) {
    for (int i = 0; i < count; ++i) {
      std::optional<Result<Outcome>> out;
      submit(intent("01J9Z3NDEKTSV4RRFFQ69G5" + std::to_string(number_++), "x", tenant), Wait::kForRecord,
             &out);
    }
    for (auto& [key, entry] : store_.entries) {
      if (entry.progress.state != IntentState::kAccepted) continue;
      entry.progress.state = IntentState::kDead;
      entry.progress.error_code = code;
    }
    woken_.clear();
  }
  TenantId acme_ = *TenantId::parse("acme");
  int number_ = 100;
  std::unique_ptr<DeadLetters> letters_;
  std::unique_ptr<Senders> senders_;
};

TEST_F(DeadLettersTest, ATenantSeesItsOwnPageByPage) {
  add_dead(5, "acme", 0);
  add_dead(4, "other", 0);
  std::set<std::string> seen;
  std::string cursor;
  do {
    auto page = run(letters_->read(acme_, cursor, 2));
    ASSERT_TRUE(page);
    EXPECT_LE(page->records.size(), 2U);
    for (const auto& record : page->records) {
      EXPECT_EQ(record.tenant, acme_);
      EXPECT_TRUE(seen.insert(std::string{record.id.str()}).second) << "twice";
    }
    cursor = page->cursor;
  } while (!cursor.empty());
  EXPECT_EQ(seen.size(), 5U);
}

TEST_F(DeadLettersTest, OnlyItsOwnCursorsAreTaken) {
  for (const char* cursor : {"x", "1", "64.", ".", "-1.a", "63.nonsense"}) {
    const auto page = run(letters_->read(acme_, cursor, 10));
    ASSERT_FALSE(page) << cursor;
    EXPECT_EQ(page.error().code, ErrorCode::kInvalid);
  }
}

TEST_F(DeadLettersTest, TheNewestComesFirstAcrossPartitions) {
  // Nine senders of acme, in several partitions.
  for (int n = 0; n < 8; ++n) {
    config_.tenants[0].senders.push_back(
        {*SenderId::parse(std::to_string(300'000'001 + n)), Secret{"token"}});
  }
  directory_->replace(config_);
  ASSERT_GT(directory_->sender_partitions(acme_), 3U);
  std::vector<std::pair<WallTime, store::IntentKey>> made;
  for (std::uint8_t n = 0; n < 60; ++n) {
    testing::MemoryIntentStore::Entry entry;
    entry.intent.key.bytes = {n, 1};
    entry.intent.tenant = n % 5 == 4 ? *TenantId::parse("other") : acme_;
    entry.intent.sender = config_.tenants[0].senders[n % 9U].id;
    entry.progress.state = IntentState::kDead;
    // Several died in one moment.
    entry.progress.updated = from_millis(1'000'000 + (n * 37) % 20);
    if (entry.intent.tenant == acme_) made.emplace_back(entry.progress.updated, entry.intent.key);
    store_.entries.emplace(entry.intent.key, std::move(entry));
  }
  std::ranges::sort(made, std::ranges::greater{});
  for (const std::size_t limit : {1U, 7U, 48U, 500U}) {
    std::vector<std::pair<WallTime, store::IntentKey>> seen;
    std::string cursor;
    do {
      auto page = run(letters_->read(acme_, cursor, limit));
      ASSERT_TRUE(page);
      EXPECT_LE(page->records.size(), limit);
      for (const auto& record : page->records) seen.emplace_back(record.updated, record.key);
      cursor = page->cursor;
    } while (!cursor.empty());
    EXPECT_EQ(seen, made) << limit;
  }
}

TEST_F(DeadLettersTest, WhatDiesMeanwhileDoesNotDisturbThePaging) {
  add_dead(4, "acme", 0);
  auto first = run(letters_->read(acme_, "", 2));
  ASSERT_TRUE(first);
  testing::MemoryIntentStore::Entry late;
  late.intent.key.bytes = {9};
  late.intent.tenant = acme_;
  late.intent.sender = config_.tenants[0].senders[0].id;
  late.progress.state = IntentState::kDead;
  late.progress.updated = loop_.wall_now() + Millis{1};
  store_.entries.emplace(late.intent.key, late);
  const auto second = run(letters_->read(acme_, first->cursor, 10));
  ASSERT_TRUE(second);
  EXPECT_EQ(second->records.size(), 2U);
  EXPECT_TRUE(second->cursor.empty());
}

TEST_F(DeadLettersTest, ADryRunCountsAndChangesNothing) {
  add_dead(3, "acme", 131'026);
  add_dead(2, "acme", 0);
  const auto all = run(letters_->redrive(acme_, {}));
  ASSERT_TRUE(all);
  EXPECT_EQ(all->matched, 5U);
  EXPECT_EQ(all->redriven, 0U);
  RedriveOrder order;
  order.error_code = 131'026;
  EXPECT_EQ(run(letters_->redrive(acme_, order))->matched, 3U);
  order.limit = 2;
  const auto some = run(letters_->redrive(acme_, order));
  EXPECT_EQ(some->matched, 2U);
  EXPECT_TRUE(some->more);
  EXPECT_TRUE(woken_.empty());
}

TEST_F(DeadLettersTest, RedrivenOnesAreQueuedAndLookedAt) {
  add_dead(3, "acme", 131'026);
  add_dead(2, "acme", 0);
  RedriveOrder order;
  order.error_code = 131'026;
  order.run = RedriveOrder::Run::kReal;
  const auto done = run(letters_->redrive(acme_, order));
  ASSERT_TRUE(done);
  EXPECT_EQ(done->redriven, 3U);
  EXPECT_FALSE(done->more);
  EXPECT_EQ(woken_.size(), 3U);
  std::size_t queued = 0;
  for (const auto& [key, entry] : store_.entries)
    queued += entry.progress.state == IntentState::kAccepted ? 1 : 0;
  EXPECT_EQ(queued, 3U);
}

TEST_F(DeadLettersTest, ATenantsSendersAreShownWhetherTheySentOrNot) {
  const auto listed = run(senders_->list(acme_));
  ASSERT_TRUE(listed);
  ASSERT_EQ(listed->size(), 1U);
  EXPECT_EQ(listed->front().sender.str(), "106540352242922");
  EXPECT_EQ(listed->front().ceiling, 80U);
  store::SenderPace stopped;
  stopped.sender = *SenderId::parse("106540352242922");
  stopped.stopped_code = 190;
  store_.paces = {stopped};
  EXPECT_EQ(run(senders_->find(acme_, stopped.sender))->stopped_code, 190U);
  const auto foreign = run(senders_->find(*TenantId::parse("other"), stopped.sender));
  ASSERT_FALSE(foreign);
  EXPECT_EQ(foreign.error().code, ErrorCode::kNotFound);
}

TEST_F(DeadLettersTest, AChangedTokenIsToldToTheStoreAndWakesTheSendersQueue) {
  store::SenderPace known;
  known.sender = *SenderId::parse("106540352242922");
  known.credential = credential_of(*fingerprints_, *directory_->sender(known.sender));
  store::SenderPace removed;
  removed.sender = *SenderId::parse("999999999");
  store_.paces = {known, removed};
  store_.resumable = true;
  const std::vector<Partition> partitions{Partition::of(known.sender)};
  scope_.spawn(senders_->adopt_tokens(partitions));
  loop_.run_ready();
  EXPECT_TRUE(store_.adopted.empty()) << "it is the same";
  config_.tenants[0].senders[0].token = Secret{"another"};
  directory_->replace(config_);
  scope_.spawn(senders_->adopt_tokens(partitions));
  loop_.run_ready();
  ASSERT_EQ(store_.adopted.size(), 1U);
  EXPECT_EQ(store_.adopted[0].first, known.sender);
  EXPECT_NE(store_.adopted[0].second, known.credential);
  ASSERT_EQ(woken_.size(), 1U);
  EXPECT_EQ(woken_[0].first, Partition::of(known.sender));
}

TEST_F(DeadLettersTest, AChangedTokenIsToldAgainUntilTheStoreAnswers) {
  store::SenderPace known;
  known.sender = *SenderId::parse("106540352242922");
  store_.paces = {known};
  store_.resumable = true;
  const std::vector<Partition> partitions{Partition::of(known.sender)};
  const Error away{ErrorCode::kUnavailable, 0, "test"};
  store_.fail_paces = away;
  scope_.spawn(senders_->adopt_tokens(partitions));
  loop_.run_ready();
  scope_.spawn(senders_->adopt_missed());
  loop_.run_ready();
  EXPECT_TRUE(store_.adopted.empty());
  store_.fail_paces.reset();
  store_.fail_adoptions = away;
  scope_.spawn(senders_->adopt_missed());
  loop_.run_ready();
  EXPECT_TRUE(woken_.empty());
  store_.fail_adoptions.reset();
  scope_.spawn(senders_->adopt_missed());
  loop_.run_ready();
  EXPECT_EQ(store_.adopted.size(), 1U);
  EXPECT_EQ(woken_.size(), 1U);
  const std::size_t calls = store_.calls;
  scope_.spawn(senders_->adopt_missed());
  loop_.run_ready();
  EXPECT_EQ(store_.calls, calls) << "nothing is missing any more";
}

TEST_F(DeadLettersTest, ResumingLooksAtTheSendersQueue) {
  const SenderId sender = *SenderId::parse("106540352242922");
  EXPECT_FALSE(*run(senders_->resume(acme_, sender)));
  EXPECT_TRUE(woken_.empty());
  store_.resumable = true;
  EXPECT_TRUE(*run(senders_->resume(acme_, sender)));
  ASSERT_EQ(woken_.size(), 1U);
  EXPECT_EQ(woken_[0].first, Partition::of(sender));
  EXPECT_FALSE(run(senders_->resume(*TenantId::parse("other"), sender)));
}

}  // namespace
}  // namespace wac::outbound
