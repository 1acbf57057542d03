#include "integration/store/store_conformance.h"

namespace wac::testing {

namespace {

/// A fingerprint of the message that an attempt became.
crypto::Fingerprint message_of(const store::IntentKey& key, std::uint32_t attempt) {
  crypto::Fingerprint made = key;
  made.bytes.back() = static_cast<std::uint8_t>(made.bytes.back() ^ (0x80U + attempt));
  return made;
}

}  // namespace

std::string engine_name(const ::testing::TestParamInfo<EngineFactory>& info) {
  return info.param.name;
}

void StoreConformance::SetUp() {
  start_ = std::chrono::time_point_cast<Millis>(std::chrono::system_clock::now());
  harness_ = GetParam().make();
  thread_ = std::make_unique<SuiteThread>();
  open_store();
}

void StoreConformance::TearDown() {
  close_store();
  thread_.reset();
  harness_.reset();
}

void StoreConformance::open_store() {
  thread_->on_loop([this] { open_ = harness_->open(thread_->loop()); });
}

void StoreConformance::close_store() {
  const Deadline deadline{thread_->loop().now() + std::chrono::seconds{10}};
  run_on<void>(*thread_, [this, deadline] { return open_->close(deadline); });
  thread_->on_loop([this] { open_.reset(); });
}

void StoreConformance::restart() {
  close_store();
  harness_->restart(start_);
  open_store();
}

crypto::Fingerprint StoreConformance::fingerprint() {
  crypto::Fingerprint made;
  random_->fill(made.bytes);
  return made;
}

NewIntent StoreConformance::intent() {
  NewIntent made;
  made.key = fingerprint();
  made.id_fingerprint = fingerprint();
  made.body = fingerprint();
  made.tenant = tenant_;
  made.id = *IntentId::parse(make_uuid(*random_));
  made.sender = sender_;
  made.correlation = *CorrelationId::parse("correlation.1");
  made.payload.bytes = std::string("sealed payload \0 with a zero", 28);
  made.created = start_;
  made.due = start_;
  return made;
}

NewEvent StoreConformance::event() {
  NewEvent made;
  made.dedupe = fingerprint();
  made.tenant = tenant_;
  made.sender = sender_;
  made.body.bytes = "sealed event " + made.dedupe.hex();
  return made;
}

NewEvent StoreConformance::status(const NewIntent& of, std::uint32_t attempt, IntentState state,
                                  std::string wamid) {
  NewEvent made = event();
  made.evidence.emplace(Evidence{of.key, attempt, state, 0, {std::move(wamid)}});
  return made;
}

NewEvent StoreConformance::message_status(const NewIntent& of, std::uint32_t attempt, IntentState state) {
  NewEvent made = event();
  made.evidence.emplace();
  made.evidence->state = state;
  made.evidence->message = message_of(of.key, attempt);
  return made;
}

Settlement StoreConformance::settlement(const IntentRecord& record, IntentState state) {
  Settlement made;
  made.partition = partition_;
  made.key = record.key;
  made.token = record.token;
  made.state = state;
  made.due = start_;
  if (state == IntentState::kSent) {
    made.wamid.bytes = "wamid of attempt " + std::to_string(record.attempt);
    made.message = message_of(record.key, record.attempt);
  }
  return made;
}

ClaimResult StoreConformance::claim(NewIntent intent, ClaimMode mode, WallTime now, Millis retention) {
  return run<Result<ClaimResult>>(
             [&] { return store().intents().claim(intent, mode, kLease, retention, now); })
      .value();
}

IntentRecord StoreConformance::claim_new(const NewIntent& intent, ClaimMode mode, WallTime now) {
  auto result = claim(intent, mode, now);
  EXPECT_EQ(result.outcome, ClaimOutcome::kNew);
  return std::move(result.record);
}

SettleResult StoreConformance::settle(Settlement settlement, WallTime now, Millis retention) {
  return run<Result<SettleResult>>([&] { return store().intents().settle(settlement, retention, now); })
      .value();
}

DueBatch StoreConformance::take_due(WallTime now, DueRules rules, std::size_t limit) {
  return run<Result<DueBatch>>([&] { return store().intents().take_due(partition_, limit, rules, now); })
      .value();
}

IntentRecord StoreConformance::take_one(DueAction action, WallTime now, DueRules rules) {
  auto batch = take_due(now, rules);
  EXPECT_EQ(batch.items.size(), 1U);
  if (batch.items.empty()) return {};
  EXPECT_EQ(static_cast<int>(batch.items[0].action), static_cast<int>(action));
  return std::move(batch.items[0].record);
}

std::vector<Ingested> StoreConformance::ingest(std::vector<NewEvent> events, WallTime now, EventRules rules) {
  return run<Result<std::vector<Ingested>>>(
             [&] { return store().events().ingest(partition_, events, rules, now); })
      .value();
}

Ingested StoreConformance::ingest_one(NewEvent event, WallTime now, EventRules rules) {
  auto answers = ingest({std::move(event)}, now, rules);
  EXPECT_EQ(answers.size(), 1U);
  return answers.at(0);
}

Result<IntentRecord> StoreConformance::command(const NewIntent& intent, Command command, WallTime now,
                                               Millis retention) {
  return run<Result<IntentRecord>>(
      [&] { return store().intents().command(partition_, intent.key, command, retention, now); });
}

std::optional<IntentRecord> StoreConformance::find(const NewIntent& intent, std::optional<WallTime> now) {
  return run<Result<std::optional<IntentRecord>>>([&] {
           return store().intents().find(intent.id_fingerprint, {Partition{63}, partition_},
                                         now.value_or(start_));
         })
      .value();
}

IntentRecord StoreConformance::found(const NewIntent& intent, std::optional<WallTime> now) {
  auto record = find(intent, now);
  EXPECT_TRUE(record);
  return record.value_or(IntentRecord{});
}

StateCounts StoreConformance::count(WallTime now) {
  return run<Result<StateCounts>>([&] { return store().intents().count(partition_, now); }).value();
}

Result<EventPage> StoreConformance::read(std::string cursor, std::size_t limit) {
  return run<Result<EventPage>>(
      [&] { return store().events().read_after(tenant_, {partition_}, EventCursor{cursor}, limit); });
}

std::vector<IntentRecord> StoreConformance::scan_all(std::size_t limit) {
  std::vector<IntentRecord> all;
  std::string cursor;
  do {
    auto page = run<Result<store::IntentStore::ScanPage>>([&] {
                  return store().intents().scan(partition_, cursor, limit);
                }).value();
    std::ranges::move(page.records, std::back_inserter(all));
    cursor = std::move(page.cursor);
  } while (!cursor.empty());
  return all;
}

IntentRecord StoreConformance::bring_to(const NewIntent& intent, IntentState state) {
  switch (state) {
    case IntentState::kAccepted:
      return claim_new(intent, ClaimMode::kQueue, at(0));
    case IntentState::kCancelled:
      claim_new(intent, ClaimMode::kQueue, at(0));
      return command(intent, Command::kCancel, at(0)).value();
    case IntentState::kExpired: {
      NewIntent expired = intent;
      expired.expires_at = start_;
      return claim_new(expired, ClaimMode::kQueue, at(0));
    }
    default:
      break;
  }
  const IntentRecord sending = claim_new(intent, ClaimMode::kSendNow, at(0));
  if (state == IntentState::kSending) return sending;
  if (state == IntentState::kDelivered || state == IntentState::kRead || state == IntentState::kPlayed) {
    ingest_one(status(intent, 1, state), at(0));
  } else if (state == IntentState::kUnconfirmed) {
    settle(settlement(sending, IntentState::kUnknown), at(0));
    take_one(DueAction::kUnconfirmed, at(0));
  } else {
    settle(settlement(sending, state), at(0));
  }
  return found(intent);
}

}  // namespace wac::testing
