#include "archive/media_event.h"

#include "base/encoding.h"

#include <gtest/gtest.h>

namespace wac::archive {
namespace {

std::optional<MediaEvent> read(const std::string& message,
                               const std::string& source = "/whatsapp/senders/106540352242922") {
  return read_media_event(PersonalText{R"({"specversion":"1.0","source":")" + source +
                                       R"(","tenantid":"acme","data":{"message":)" + message + "}}"});
}

TEST(MediaEvents, NameTheirFile) {
  for (const std::string type : {"image", "audio", "video", "document", "sticker"}) {
    const auto event = read(R"({"type":")" + type + R"(",")" + type +
                            R"(":{"id":"1003","sha256":"SfInY0gGKTsJlUWbwxC1k+FAD0FZHvzwfpvO0zX0GUI="}})");
    ASSERT_TRUE(event) << type;
    EXPECT_EQ(event->tenant.str(), "acme");
    EXPECT_EQ(event->sender.str(), "106540352242922");
    ASSERT_EQ(event->media.size(), 1U) << type;
    EXPECT_EQ(event->media[0].id, "1003");
    ASSERT_TRUE(event->media[0].sha256);
    EXPECT_EQ(to_hex(*event->media[0].sha256),
              "49f227634806293b0995459bc310b593e1400f41591efcf07e9bced335f41942");
  }
}

TEST(MediaEvents, OfAnEditIsTheNewFile) {
  const auto event = read(R"({"type":"edit","edit":{"original_message_id":"wamid.1",)"
                          R"("message":{"type":"image","image":{"id":"77"}}}})");
  ASSERT_TRUE(event);
  ASSERT_EQ(event->media.size(), 1U);
  EXPECT_EQ(event->media[0].id, "77");
  EXPECT_FALSE(event->media[0].sha256);
}

TEST(MediaEvents, WithoutAnIdThereIsNothingToKeep) {
  for (const char* message :
       {R"({"type":"text","text":{"body":"image"}})", R"({"type":"image","errors":[{"code":131052}]})",
        R"({"type":"image","image":{"mime_type":"image/jpeg"}})", R"({"type":"image","image":{"id":"../x"}})",
        R"({"type":"image","image":{"id":77}})", R"({"type":"image","audio":{"id":"77"}})"}) {
    const auto event = read(message);
    ASSERT_TRUE(event) << message;
    EXPECT_TRUE(event->media.empty()) << message;
  }
}

TEST(MediaEvents, AreThoseOfASendersMessage) {
  EXPECT_FALSE(read(R"({"type":"image"})", "/whatsapp/accounts/102290129340398"));
  EXPECT_FALSE(read("[]"));
  EXPECT_FALSE(read_media_event(PersonalText{"{"}));
  EXPECT_FALSE(read_media_event(PersonalText{"[]"}));
}

}  // namespace
}  // namespace wac::archive
