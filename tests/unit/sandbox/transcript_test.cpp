#include "sandbox/transcript.h"

#include <gtest/gtest.h>

namespace wac::sandbox {
namespace {

const std::string kChat = "1/16505551234";

Party ada() {
  Party party;
  party.phone_number_id = "1";
  party.wa_id = "16505551234";
  party.user_id = "US.1";
  party.profile_name = "Ada";
  return party;
}

WallTime at(std::int64_t ms) {
  return from_millis(ms);
}

std::string statuses(const Transcript& transcript, std::uint64_t after = 0) {
  std::string out;
  for (const auto& one : transcript.messages_after(after)) {
    out += std::string(one.at("id").as_string()) + ":" + std::string(one.at("status").as_string()) + " ";
  }
  return out;
}

TEST(Transcript, ShowsBothSidesAndOnlyWhatChanged) {
  Transcript transcript(100);
  transcript.add_outgoing(kChat, ada(), "out", at(1), R"({"type":"text","text":{"body":"hi"}})");
  transcript.add_incoming(kChat, ada(), "in", at(2), R"({"type":"text","text":{"body":"yes?"}})");
  const auto all = transcript.messages_after(0);
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].at("from"), "business");
  EXPECT_EQ(all[0].at("message").at("text").at("body"), "hi");
  EXPECT_EQ(all[1].at("from"), "user");
  const std::uint64_t seen = transcript.revision();
  EXPECT_TRUE(transcript.messages_after(seen).empty());
  transcript.set_status("out", Status::kDelivered, 0);
  EXPECT_EQ(statuses(transcript, seen), "out:delivered ");
}

TEST(Transcript, StatusesNeverGoBack) {
  Transcript transcript(100);
  transcript.add_outgoing(kChat, ada(), "out", at(1), "{}");
  transcript.set_status("out", Status::kRead, 0);
  transcript.set_status("out", Status::kSent, 0);
  EXPECT_EQ(statuses(transcript), "out:read ");
  transcript.set_status("unknown", Status::kRead, 0);
  transcript.add_outgoing(kChat, ada(), "bad", at(2), "{}");
  transcript.set_status("bad", Status::kFailed, 131026);
  EXPECT_EQ(transcript.messages_after(0).at(1).at("error").at("code"), 131026);
}

TEST(Transcript, ReadingAMessageReadsTheOnesBefore) {
  Transcript transcript(100);
  for (const char* const id : {"a", "b", "c"}) transcript.add_incoming(kChat, ada(), id, at(1), "{}");
  transcript.add_incoming("1/other", ada(), "o", at(1), "{}");
  transcript.mark_read("b", true, at(1'000));
  EXPECT_EQ(statuses(transcript), "a:read b:read c:delivered o:delivered ");
  EXPECT_EQ(transcript.find(kChat)->typing_until, at(26'000));
  transcript.add_outgoing(kChat, ada(), "answer", at(2'000), "{}");
  EXPECT_EQ(transcript.find(kChat)->typing_until, WallTime{}) << "the bubble ends with the answer";
}

TEST(Transcript, ForgetsTheOldestAndStaysConsistent) {
  Transcript transcript(2);
  for (const char* const id : {"a", "b", "c"}) transcript.add_outgoing(kChat, ada(), id, at(1), "{}");
  EXPECT_EQ(statuses(transcript), "b:accepted c:accepted ");
  transcript.set_status("a", Status::kRead, 0);
  transcript.set_status("c", Status::kSent, 0);
  EXPECT_EQ(statuses(transcript), "b:accepted c:sent ");
  const std::uint64_t generation = transcript.generation();
  transcript.reset();
  EXPECT_NE(transcript.generation(), generation);
  EXPECT_EQ(transcript.find(kChat), nullptr);
}

TEST(Transcript, WakesWhoWaitsOnceAndAllAtTheEnd) {
  Transcript transcript(10);
  const OneShot<bool> first = transcript.next_change();
  const OneShot<bool> gave_up = transcript.next_change();
  gave_up.set(false);
  EXPECT_FALSE(first.is_set());
  transcript.add_outgoing(kChat, ada(), "a", at(1), "{}");
  EXPECT_TRUE(first.is_set());
  const OneShot<bool> second = transcript.next_change();
  transcript.stop();
  EXPECT_TRUE(second.is_set());
  EXPECT_TRUE(transcript.next_change().is_set());
  EXPECT_TRUE(transcript.stopped());
}

}  // namespace
}  // namespace wac::sandbox
