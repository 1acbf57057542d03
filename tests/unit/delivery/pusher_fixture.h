#pragma once
// Pushers over a store in memory, with a scripted transport and time moved by hand.

#include "base/expose.h"
#include "base/rfc3339.h"
#include "delivery/pusher.h"
#include "support/manual_scheduler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>

namespace wac::delivery {

/// The events of one tenant; a cursor is the number of events before it.
class MemoryEventLog final : public store::EventLog {
 public:
  std::vector<std::pair<crypto::Fingerprint, std::string>> events;  ///< sealed

  Task<Result<std::vector<store::Ingested>>> ingest(Partition, std::vector<store::NewEvent>,
                                                    store::EventRules, WallTime) override {
    co_return fail(ErrorCode::kInternal, "test");
  }
  Task<Result<store::EventPage>> read_after(TenantId, std::vector<Partition>, store::EventCursor cursor,
                                            std::size_t limit) override {
    std::size_t at = cursor.text == "$" ? events.size() : cursor.text.empty() ? 0 : std::stoul(cursor.text);
    store::EventPage page;
    for (; at < events.size() && page.events.size() < limit; ++at) {
      page.events.push_back({events[at].first, {events[at].second}, {std::to_string(at + 1)}});
    }
    page.cursor.text = std::to_string(at);
    co_return page;
  }
};

/// What several instances share.
class SharedRecords {
 public:
  std::map<std::pair<std::string, crypto::Fingerprint>, store::Record> kept;
  std::uint64_t versions = 0;
};

/// One instance's way to it, which can be cut.
class MemoryRecords final : public store::KeyedRecords {
 public:
  explicit MemoryRecords(SharedRecords& shared) : shared_(shared) {}
  bool cut = false;
  int writes = 0;

  Task<Result<std::vector<std::optional<store::Record>>>> get(std::vector<store::RecordKey> keys,
                                                              WallTime) override {
    if (cut) co_return fail(ErrorCode::kUnavailable, "test");
    std::vector<std::optional<store::Record>> found;
    for (const auto& key : keys) {
      const auto at = shared_.kept.find(name_of(key));
      found.push_back(at == shared_.kept.end() ? std::nullopt : std::optional{at->second});
    }
    co_return found;
  }
  Task<Result<std::uint64_t>> put(store::RecordKey key, crypto::SealedBlob value, std::uint64_t expected,
                                  std::optional<Millis> lifetime, WallTime now) override {
    if (cut) co_return fail(ErrorCode::kUnavailable, "test");
    const auto at = shared_.kept.find(name_of(key));
    if ((at == shared_.kept.end() ? 0 : at->second.version) != expected) {
      co_return fail(ErrorCode::kConflict, "test");
    }
    co_return co_await set(key, std::move(value), lifetime, now);
  }
  Task<Result<std::uint64_t>> set(store::RecordKey key, crypto::SealedBlob value, std::optional<Millis>,
                                  WallTime) override {
    if (cut) co_return fail(ErrorCode::kUnavailable, "test");
    ++writes;
    shared_.kept[name_of(key)] = {std::move(value), ++shared_.versions};
    co_return shared_.versions;
  }
  Task<Result<bool>> erase(store::RecordKey key, WallTime) override {
    co_return shared_.kept.erase(name_of(key)) != 0;
  }
  Task<Result<store::RecordPage>> list(Partition, store::RecordKind, std::string, std::size_t,
                                       WallTime) override {
    co_return fail(ErrorCode::kInvalid, "test");
  }

 private:
  static std::pair<std::string, crypto::Fingerprint> name_of(const store::RecordKey& key) {
    return {std::string{key.kind.name}, key.id};
  }
  SharedRecords& shared_;
};

/// Answers as told; what it is not told waits.
class ScriptedTransport final : public Transport {
 public:
  struct Try {
    std::string text;  ///< of the message
    Occasion occasion;
    MonoTime at;
  };
  explicit ScriptedTransport(Scheduler& loop) : loop_(loop) {}

  Task<Answer> deliver(Outgoing event) override {
    tries.push_back({text_of(event.body), event.occasion, loop_.now()});
    const std::string text = tries.back().text;
    ++now_;
    most_at_once = std::max(most_at_once, now_);
    co_await yield_to(loop_);
    std::optional<Answer> answer = answers ? answers(text) : std::nullopt;
    if (!answer) {
      const OneShot<Answer> told;
      held.emplace(text, told);
      answer = co_await told;
    }
    --now_;
    if (answer->verdict == Verdict::kTaken) taken.push_back(text);
    co_return std::move(*answer);
  }

  /// Ends a try that waits.
  void tell(const std::string& text, Answer answer) {
    const auto found = held.extract(text);
    ASSERT_TRUE(found) << text;
    found.mapped().set(std::move(answer));
  }
  std::vector<std::string> tried() const {
    std::vector<std::string> texts;
    for (const Try& one : tries) texts.push_back(one.text);
    return texts;
  }

  std::function<std::optional<Answer>(const std::string& text)> answers;
  std::vector<Try> tries;
  std::vector<std::string> taken;
  std::map<std::string, OneShot<Answer>> held;
  std::size_t most_at_once = 0;

 private:
  static std::string text_of(const PersonalText& body) {
    const std::string_view json = expose(body, Purpose::kValidate);
    constexpr std::string_view kMember = R"("text":")";
    const std::size_t at = json.find(kMember) + kMember.size();
    return std::string{json.substr(at, json.find('"', at) - at)};
  }
  Scheduler& loop_;
  std::size_t now_ = 0;
};

inline Answer taken() {
  return {Verdict::kTaken, "", std::nullopt, 200};
}
inline Answer refused(int status = 500, std::optional<Millis> retry_after = std::nullopt) {
  return {Verdict::kFailed, "http_" + std::to_string(status), retry_after, status};
}

class PusherFixture : public ::testing::Test {
 protected:
  PusherFixture() {
    config_.tenants.push_back({*TenantId::parse("acme"), {}});
    config::ConsumerConfig consumer;
    consumer.id = name_.consumer;
    consumer.parallel = 4;
    config_.tenants.back().consumers.push_back(std::move(consumer));
    config_.delivery.retry_first = Millis{1'000};
    config_.delivery.retry_max = Millis{60'000};
    config_.delivery.give_up = Millis{600'000};
    directory_.emplace(config_);
    keyring_ = *crypto::Keyring::parse(crypto::Keyring::generate(random_));
    fingerprints_.emplace(keyring_->fingerprint_key());
    sealer_.emplace(keyring_, random_);
    log_ = telemetry::Logger::to_string(log_text_, telemetry::Severity::kDebug);
  }
  ~PusherFixture() override {
    for (const auto& instance : instances_) end(*instance);
  }

  /// A loop of a process that serves the consumer.
  struct Instance {
    Instance(PusherFixture& test, std::string name)
        : records(test.shared_),
          consumers(test.loop_, records, *test.fingerprints_, *test.sealer_),
          reader(*test.directory_, test.loop_, test.events_, *test.fingerprints_, *test.sealer_, *test.log_),
          transport(test.loop_),
          parts{test.config_.delivery,
                *test.directory_,
                test.loop_,
                test.random_,
                reader,
                consumers,
                transport,
                *test.log_,
                test.metrics_.add_loop(),
                std::move(name)},
          pusher(parts, test.name_) {}
    MemoryRecords records;
    ConsumerRecords consumers;
    EventReader reader;
    ScriptedTransport transport;
    PusherParts parts;
    Pusher pusher;
    TaskScope scope;
  };

  Instance& launch(const std::string& name = "one") {
    instances_.push_back(std::make_unique<Instance>(*this, name));
    Instance& made = *instances_.back();
    made.transport.answers = answers_;
    made.scope.spawn(made.pusher.run());
    loop_.run_ready();
    return made;
  }
  /// Nothing it does from now on is written down.
  static void crash(Instance& instance) { instance.records.cut = true; }
  void end(Instance& instance) {
    instance.pusher.stop({loop_.now() + Millis{1'000}});
    instance.transport.answers = [](const std::string&) { return refused(); };
    while (!instance.transport.held.empty()) {
      instance.transport.tell(instance.transport.held.begin()->first, refused());
      loop_.run_ready();
    }
    loop_.advance(Millis{120'000});
    ASSERT_EQ(instance.scope.running(), 0U);
  }

  /// A message of one person, by its text.
  void receive(const std::string& text, const std::string& from = "16505550001") {
    const std::string json = R"({"specversion":"1.0","id":"x","source":"/whatsapp/senders/106540352242922",)"
                             R"("type":"whatsapp.message.received.text","time":")" +
                             format_time(loop_.wall_now()) + R"(","data":{"message":{"from":")" + from +
                             R"(","text":")" + text + "\"}}}";
    const crypto::Fingerprint id = fingerprints_->of(crypto::Domain::kEvent, {text});
    events_.events.emplace_back(id, sealer_->seal(json, store::event_context(id)).bytes);
    for (const auto& instance : instances_) instance->pusher.notify();
    loop_.run_ready();
  }
  void advance(Millis by) {
    loop_.advance(by);
    loop_.run_ready();
  }
  /// What stands in the store.
  ConsumerState stored() {
    ConsumerRecords reader{loop_, look_, *fingerprints_, *sealer_};
    return testing::run_now(loop_, reader.load(name_))->state.value_or(ConsumerState{});
  }
  std::vector<DeadLetter> letters() {
    ConsumerRecords reader{loop_, look_, *fingerprints_, *sealer_};
    return *testing::run_now(loop_, reader.letters(name_));
  }
  void order(Orders orders, Instance& instance) {
    ConsumerRecords writer{loop_, look_, *fingerprints_, *sealer_};
    ASSERT_TRUE(testing::run_now(loop_, writer.order(name_, std::move(orders))));
    instance.pusher.look();
    loop_.run_ready();
  }

  testing::ManualScheduler loop_;
  testing::SeededRandom random_{7};
  config::Config config_;
  ConsumerName name_{*TenantId::parse("acme"), *ConsumerId::parse("crm")};
  std::optional<config::Directory> directory_;
  std::shared_ptr<const crypto::Keyring> keyring_;
  std::optional<crypto::Fingerprinter> fingerprints_;
  std::optional<crypto::Sealer> sealer_;
  std::string log_text_;
  std::shared_ptr<telemetry::Logger> log_;
  telemetry::MetricsRegistry metrics_;
  MemoryEventLog events_;
  SharedRecords shared_;
  MemoryRecords look_{shared_};
  /// Of instances launched from now on.
  std::function<std::optional<Answer>(const std::string&)> answers_ = [](const std::string&) {
    return taken();
  };
  std::vector<std::unique_ptr<Instance>> instances_;
};

}  // namespace wac::delivery
