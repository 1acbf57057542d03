#include "outbound/media_uses.h"

#include "outbound_fixture.h"
#include "support/memory_contacts.h"

namespace wac::outbound {
namespace {

class MediaUsesTest : public OutboundFixture {
 protected:
  MediaUsesTest() {
    uses_.emplace(MediaUsesParts{loop_, records_, *sealer_, *fingerprints_, ids_, *log_});
    media_.id = "111";
    media_.mime = "image/jpeg";
    media_.sha256[0] = 7;
    media_.uploaded = media_.checked = loop_.wall_now();
  }
  void run(Task<void> task) {
    scope_.spawn(std::move(task));
    loop_.run_ready();
  }
  crypto::Fingerprint content() { return content_key(*fingerprints_, sender_, media_.sha256, media_.mime); }
  bool known(const crypto::Fingerprint& key) {
    return testing::run_now(loop_, ids_.find({}, key, loop_.wall_now())).has_value();
  }
  void upload(const std::string& id) {
    media_.id = id;
    run(ids_.keep({}, url_, media_, loop_.wall_now()));
    run(ids_.keep({}, content(), media_, loop_.wall_now()));
  }

  const SenderId sender_ = *SenderId::parse("106540352242922");
  const crypto::Fingerprint url_{{1}};
  const store::IntentKey intent_{{2}};
  testing::MemoryRecords records_;
  MemoryMediaIds ids_;
  KnownMedia media_;
  std::optional<MediaUses> uses_;
};

TEST_F(MediaUsesTest, AFileMetaCouldNotUseIsForgottenByPlaceAndByContent) {
  upload("111");
  run(uses_->keep(sender_, intent_, {{url_, "111"}}));
  ASSERT_EQ(records_.kept.size(), 1U);
  EXPECT_EQ(records_.kept.at(intent_).lifetime, kMediaUseLifetime);
  EXPECT_EQ(records_.kept.at(intent_).record.value.bytes.find("111"), std::string::npos) << "sealed";
  ASSERT_TRUE(known(url_) && known(content()));
  run(uses_->forget(sender_, intent_));
  EXPECT_FALSE(known(url_) || known(content()));
  EXPECT_TRUE(records_.kept.empty());
}

TEST_F(MediaUsesTest, WhatWasUploadedAnewMeanwhileStays) {
  upload("111");
  run(uses_->keep(sender_, intent_, {{url_, "111"}}));
  upload("222");
  run(uses_->forget(sender_, intent_));
  EXPECT_TRUE(known(url_) && known(content()));
}

TEST_F(MediaUsesTest, AMessageWithoutFilesOfOursChangesNothing) {
  upload("111");
  run(uses_->forget(sender_, intent_));
  EXPECT_TRUE(known(url_));
}

TEST_F(MediaUsesTest, AStoreOfAnotherInstanceIsBelievedAfterAMinute) {
  MemoryMediaIds ids{10, Millis{60'000}};
  run(ids.keep({}, url_, media_, loop_.wall_now()));
  EXPECT_TRUE(testing::run_now(loop_, ids.find({}, url_, loop_.wall_now() + Millis{59'999})));
  EXPECT_FALSE(testing::run_now(loop_, ids.find({}, url_, loop_.wall_now() + Millis{60'000})));
}

TEST(MediaUses, SurviveAsText) {
  const std::vector<UsedMedia> used{{crypto::Fingerprint{{1}}, "111"}, {crypto::Fingerprint{{2}}, "a\"b"}};
  EXPECT_EQ(used_media_from(to_text(used)), used);
  for (const char* text : {"", "{}", "[1]", R"([["x","1"]])", R"([["00","1","2"]])"}) {
    EXPECT_FALSE(used_media_from(text)) << text;
  }
}

}  // namespace
}  // namespace wac::outbound
