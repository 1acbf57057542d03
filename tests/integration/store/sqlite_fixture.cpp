#include "integration/store/sqlite_fixture.h"

namespace wac::testing {

crypto::Fingerprint SqliteTest::fingerprint(std::uint32_t n, std::uint8_t part) {
  crypto::Fingerprint made;
  SeededRandom random{(std::uint64_t{part} << 32U) + n};
  random.fill(made.bytes);
  return made;
}

NewEvent SqliteTest::event(std::uint32_t n, std::size_t bytes) {
  NewEvent made;
  made.dedupe = fingerprint(n, 1);
  made.tenant = tenant();
  made.sender = sender();
  made.body.bytes.assign(bytes, 'e');
  return made;
}

NewIntent SqliteTest::intent(std::uint32_t n) {
  SeededRandom random{n};
  NewIntent made;
  made.key = fingerprint(n, 2);
  made.id_fingerprint = fingerprint(n, 3);
  made.body = fingerprint(n, 4);
  made.tenant = tenant();
  made.id = *IntentId::parse(make_uuid(random));
  made.sender = sender();
  made.payload.bytes.assign(500, 'p');
  return made;
}

std::future<SqliteTest::Answers> SqliteTest::start_ingest(NewEvent event, WallTime now, EventRules rules) {
  return start_on<Answers>(thread_, [this, event = std::move(event), now, rules] {
    return store_->events().ingest(partition(), {event}, rules, now);
  });
}

SqliteTest::Claimed SqliteTest::claim(NewIntent intent, WallTime now) {
  return run_on<Claimed>(thread_, [&] {
    return store_->intents().claim(intent, ClaimMode::kSendNow, Millis{30'000}, Millis{86'400'000}, now);
  });
}

std::size_t SqliteTest::count_events() {
  return run_on<Result<EventPage>>(
             thread_, [&] { return store_->events().read_after(tenant(), {partition()}, {}, 1'000'000); })
      .value()
      .events.size();
}

std::optional<IntentRecord> SqliteTest::find(std::uint32_t n) {
  return run_on<Result<std::optional<IntentRecord>>>(
             thread_, [&] { return store_->intents().find(fingerprint(n, 3), {partition()}, {}); })
      .value();
}

std::size_t SqliteTest::purge(WallTime now) {
  std::size_t all = 0;
  for (;;) {
    const auto some = run_on<Result<std::size_t>>(thread_, [&] { return store_->purge(now); }).value();
    if (some == 0) return all;
    all += some;
  }
}

}  // namespace wac::testing
