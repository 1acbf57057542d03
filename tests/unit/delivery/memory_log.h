#pragma once
// A log of events and keyed records in memory, that fail when a test says so.

#include "store/event_log.h"
#include "store/keyed_records.h"

#include <functional>
#include <map>

namespace wac::testing {

class MemoryLog final : public store::EventLog {
 public:
  std::vector<store::StoredEvent> events;

  Task<Result<std::vector<store::Ingested>>> ingest(Partition, std::vector<store::NewEvent>,
                                                    store::EventRules, WallTime) override {
    co_return fail(ErrorCode::kInternal, "not here");
  }
  /// A cursor is the number of the last event read.
  Task<Result<store::EventPage>> read_after(TenantId, std::vector<Partition>, store::EventCursor cursor,
                                            std::size_t limit) override {
    if (cursor.text == "$") cursor.text = events.empty() ? "" : events.back().cursor.text;
    const std::size_t after = cursor.text.empty() ? 0 : std::stoul(cursor.text);
    store::EventPage page{.events = {}, .cursor = cursor};
    for (const store::StoredEvent& event : events) {
      if (std::stoul(event.cursor.text) <= after || page.events.size() == limit) continue;
      page.events.push_back(event);
      page.cursor = event.cursor;
    }
    co_return page;
  }
};

class MemoryRecords final : public store::KeyedRecords {
 public:
  /// Runs before a write, once.
  std::function<void()> before_put;
  /// What the next writes answer instead, and whether they write all the same.
  struct Fault {
    ErrorCode code;
    bool writes = false;
    std::size_t times = 1;
  };
  std::optional<Fault> fault;
  std::size_t puts = 0;

  Task<Result<std::vector<std::optional<store::Record>>>> get(std::vector<store::RecordKey> keys,
                                                              WallTime) override {
    std::vector<std::optional<store::Record>> found;
    for (const store::RecordKey& key : keys) {
      const auto at = records_.find(name_of(key));
      found.push_back(at == records_.end() ? std::nullopt : std::optional{at->second});
    }
    co_return found;
  }
  Task<Result<std::uint64_t>> put(store::RecordKey key, crypto::SealedBlob value, std::uint64_t expected,
                                  std::optional<Millis>, WallTime) override {
    if (const auto hook = std::exchange(before_put, nullptr)) hook();
    if (fault && fault->times > 0) {
      --fault->times;
      if (!fault->writes) co_return fail(fault->code, "a fault");
      records_[name_of(key)] = {std::move(value), ++version_};
      co_return fail(fault->code, "a fault");
    }
    const auto at = records_.find(name_of(key));
    if ((at == records_.end() ? 0 : at->second.version) != expected)
      co_return fail(ErrorCode::kConflict, "version");
    ++puts;
    records_[name_of(key)] = {std::move(value), ++version_};
    co_return version_;
  }
  Task<Result<std::uint64_t>> set(store::RecordKey key, crypto::SealedBlob value, std::optional<Millis>,
                                  WallTime) override {
    records_[name_of(key)] = {std::move(value), ++version_};
    co_return version_;
  }
  Task<Result<bool>> erase(store::RecordKey key, WallTime) override {
    co_return records_.erase(name_of(key)) == 1;
  }
  Task<Result<store::RecordPage>> list(Partition, store::RecordKind, std::string, std::size_t,
                                       WallTime) override {
    co_return fail(ErrorCode::kInternal, "not here");
  }

 private:
  static std::string name_of(const store::RecordKey& key) {
    return std::string{key.kind.name} + key.id.hex();
  }
  std::map<std::string, store::Record> records_;
  std::uint64_t version_ = 0;
};

}  // namespace wac::testing
