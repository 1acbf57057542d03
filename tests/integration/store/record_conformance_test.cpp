// Keyed records, for every engine.

#include "integration/store/record_conformance.h"

#include <algorithm>
#include <set>

namespace wac::testing {
namespace {

TEST_P(RecordConformance, ARecordComesBackAsItWasPut) {
  const RecordKey one = key();
  const std::string value("sealed \0 value", 14);
  const auto version = put(one, value, 0, at(0));
  ASSERT_TRUE(version);
  const auto found = get_one(one, at(1));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->value.bytes, value);
  EXPECT_EQ(found->version, *version);
}

TEST_P(RecordConformance, ManyAreFoundInTheOrderAsked) {
  const RecordKey a = key();
  const RecordKey b{Partition{63}, kPlain, fingerprint()};
  set(a, "a", at(0));
  set(b, "b", at(0));
  const auto found = get({b, key(), a}, at(1));
  ASSERT_EQ(found.size(), 3U);
  EXPECT_EQ(found[0]->value.bytes, "b");
  EXPECT_FALSE(found[1]);
  EXPECT_EQ(found[2]->value.bytes, "a");
  EXPECT_TRUE(get({}, at(1)).empty());
}

TEST_P(RecordConformance, PartitionKindAndIdTellRecordsApart) {
  const crypto::Fingerprint id = fingerprint();
  set({partition_, kPlain, id}, "plain", at(0));
  EXPECT_FALSE(get_one({partition_, kListed, id}, at(0)));
  EXPECT_FALSE(get_one({Partition{0}, kPlain, id}, at(0)));
}

TEST_P(RecordConformance, APutNeedsTheVersionItRead) {
  const RecordKey one = key();
  const std::uint64_t first = put(one, "first", 0, at(0)).value();
  EXPECT_EQ(put(one, "second", 0, at(1)).error().code, ErrorCode::kConflict);
  EXPECT_EQ(put(one, "second", first + 1, at(1)).error().code, ErrorCode::kConflict);
  EXPECT_EQ(get_one(one, at(1))->value.bytes, "first");
  const std::uint64_t second = put(one, "second", first, at(1)).value();
  EXPECT_GT(second, first);
  EXPECT_EQ(get_one(one, at(1))->value.bytes, "second");
}

TEST_P(RecordConformance, APutOfAVersionNeedsARecord) {
  EXPECT_EQ(put(key(), "value", 1, at(0)).error().code, ErrorCode::kConflict);
}

TEST_P(RecordConformance, ASetReplacesWhatIsThere) {
  const RecordKey one = key();
  const std::uint64_t first = set(one, "first", at(5));
  EXPECT_GT(set(one, "second", at(0)), first);
  EXPECT_EQ(get_one(one, at(6))->value.bytes, "second");
}

TEST_P(RecordConformance, AVersionReadBeforeAnEraseIsWorthNothingAfterwards) {
  const RecordKey one = key();
  const std::uint64_t first = set(one, "first", at(0));
  EXPECT_TRUE(erase(one, at(1)));
  EXPECT_FALSE(get_one(one, at(1)));
  EXPECT_FALSE(erase(one, at(1)));
  EXPECT_GT(put(one, "again", 0, at(2)).value(), first);
  EXPECT_EQ(put(one, "late", first, at(3)).error().code, ErrorCode::kConflict);
}

TEST_P(RecordConformance, ARecordIsForgottenAfterItsLifetime) {
  const RecordKey one = key();
  const RecordKey listed = key(kListed);
  set(one, "value", at(0), Millis{1'000});
  set(listed, "value", at(0), Millis{1'000});
  EXPECT_TRUE(get_one(one, at(500)));
  forget(at(1'000));
  EXPECT_FALSE(get_one(one, at(1'000)));
  EXPECT_TRUE(list_all(kListed, 10, at(1'000)).empty());
  EXPECT_FALSE(erase(listed, at(1'000)));
  EXPECT_TRUE(put(one, "again", 0, at(1'000)));
}

TEST_P(RecordConformance, TheLastWriteDecidesTheLifetime) {
  const RecordKey kept = key();
  const RecordKey longer = key();
  const RecordKey shorter = key();
  set(kept, "first", at(0), Millis{1'000});
  set(kept, "second", at(0));
  set(longer, "first", at(0), Millis{1'000});
  set(longer, "second", at(0), Millis{3'600'000});
  set(shorter, "first", at(0));
  set(shorter, "second", at(0), Millis{1'000});
  forget(at(1'000));
  EXPECT_TRUE(get_one(kept, at(1'000)));
  EXPECT_TRUE(get_one(longer, at(1'000)));
  EXPECT_FALSE(get_one(shorter, at(1'000)));
}

TEST_P(RecordConformance, AKindIsListedInPages) {
  std::set<crypto::Fingerprint> made;
  for (int n = 0; n < 7; ++n) {
    const RecordKey one = key(kListed);
    made.insert(one.id);
    set(one, one.id.hex(), at(0));
  }
  set({Partition{0}, kListed, fingerprint()}, "elsewhere", at(0));
  const RecordKey gone = key(kListed);
  set(gone, "gone", at(0));
  EXPECT_TRUE(erase(gone, at(0)));
  for (const std::size_t limit : {1U, 3U, 7U, 8U, 100U}) {
    const auto all = list_all(kListed, limit, at(1));
    ASSERT_EQ(all.size(), made.size()) << limit;
    EXPECT_TRUE(std::ranges::is_sorted(all, {}, &store::ListedRecord::id));
    for (const auto& listed : all) {
      EXPECT_TRUE(made.contains(listed.id));
      EXPECT_EQ(listed.record.value.bytes, listed.id.hex());
      EXPECT_EQ(listed.record.version, get_one({partition_, kListed, listed.id}, at(1))->version);
    }
  }
}

TEST_P(RecordConformance, WhatWasErasedAndComesBackIsListedAgain) {
  const RecordKey one = key(kListed);
  set(one, "first", at(0));
  EXPECT_TRUE(erase(one, at(0)));
  EXPECT_TRUE(list_all(kListed, 10, at(0)).empty());
  set(one, "second", at(1));
  ASSERT_EQ(list_all(kListed, 10, at(1)).size(), 1U);
}

TEST_P(RecordConformance, AListNeedsAListedKindAndACursorOfOurs) {
  EXPECT_EQ(list(kPlain, "", 10, at(0)).error().code, ErrorCode::kInvalid);
  EXPECT_EQ(list(kListed, "not a cursor", 10, at(0)).error().code, ErrorCode::kInvalid);
  EXPECT_TRUE(list(kListed, "", 10, at(0)).value().records.empty());
}

TEST_P(RecordConformance, RecordsSurviveARestart) {
  const RecordKey one = key();
  const std::uint64_t version = set(one, "value", at(0));
  restart();
  const auto found = get_one(one, at(1));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->version, version);
}

}  // namespace
}  // namespace wac::testing
