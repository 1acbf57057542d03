#include "ctl/payload.h"

#include "temp_file.h"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wac::ctl {
namespace {

using boost::json::parse;
using ::testing::HasSubstr;

void expect_payload(const MessageFlags& flags, std::string_view json) {
  const auto payload = make_payload(flags);
  ASSERT_TRUE(payload.has_value()) << payload.error();
  EXPECT_EQ(boost::json::value(*payload), parse(json)) << boost::json::serialize(*payload);
}

TEST(Payload, OfText) {
  expect_payload({.type = "text", .body = "Hello"}, R"({"type":"text","text":{"body":"Hello"}})");
  expect_payload({.type = "text", .body = "See https://a.b", .preview_url = true},
                 R"({"type":"text","text":{"body":"See https://a.b","preview_url":true}})");
}

TEST(Payload, OfMediaByIdAndByLink) {
  expect_payload({.type = "image", .media_id = "123", .caption = "A cat"},
                 R"({"type":"image","image":{"id":"123","caption":"A cat"}})");
  expect_payload({.type = "document", .link = "https://a.b/c.pdf", .filename = "c.pdf"},
                 R"({"type":"document","document":{"link":"https://a.b/c.pdf","filename":"c.pdf"}})");
  expect_payload({.type = "image", .media_url = "https://a.b/c.jpg"},
                 R"({"type":"image","image":{"mediaUrl":"https://a.b/c.jpg"}})");
  expect_payload({.type = "audio", .media_id = "1", .voice = true},
                 R"({"type":"audio","audio":{"id":"1","voice":true}})");
}

TEST(Payload, OfMediaNeedsOneSource) {
  EXPECT_THAT(make_payload({.type = "video"}).error(), HasSubstr("--id, --link or --media-url"));
}

TEST(Payload, OfALocation) {
  expect_payload({.type = "location", .latitude = 52.5, .longitude = -13.25, .name = "Office"},
                 R"({"type":"location","location":{"latitude":52.5,"longitude":-13.25,"name":"Office"}})");
}

TEST(Payload, OfAContactHasThePartOfTheNameMetaWants) {
  expect_payload(
      {.type = "contacts", .name = "Ada Lovelace", .phones = {"+1555", "+1556"}},
      R"({"type":"contacts","contacts":[{"name":{"formatted_name":"Ada Lovelace","first_name":"Ada"},
                    "phones":[{"phone":"+1555"},{"phone":"+1556"}]}]})");
  expect_payload({.type = "contacts", .name = "Ada"},
                 R"({"type":"contacts","contacts":[{"name":{"formatted_name":"Ada","first_name":"Ada"}}]})");
}

TEST(Payload, OfAReactionKeepsAnEmptyEmojiWhichTakesItBack) {
  expect_payload({.type = "reaction", .message_id = "wamid.X"},
                 R"({"type":"reaction","reaction":{"message_id":"wamid.X","emoji":""}})");
}

TEST(Payload, OfATemplate) {
  expect_payload({.type = "template", .name = "hello_world"},
                 R"({"type":"template","template":{"name":"hello_world","language":{"code":"en_US"}}})");
  expect_payload({.type = "template", .name = "order", .language = "de", .body_params = {"Ada", "42"}},
                 R"({"type":"template","template":{"name":"order","language":{"code":"de"},"components":[
                    {"type":"body","parameters":[{"type":"text","text":"Ada"},{"type":"text","text":"42"}]}]}})");
}

TEST(Payload, OfATemplateTakesComponentsFromAFile) {
  const TempFile file{R"([{"type":"header"}])"};
  expect_payload({.type = "template", .name = "order", .components_file = file.path()},
                 R"({"type":"template","template":{"name":"order","language":{"code":"en_US"},
                    "components":[{"type":"header"}]}})");
  const TempFile object{"{}"};
  EXPECT_THAT(make_payload({.type = "template", .name = "order", .components_file = object.path()}).error(),
              HasSubstr("must be an array"));
}

TEST(Payload, OfMarkReadUsesTheApisName) {
  expect_payload({.type = "mark-read", .message_id = "wamid.X"},
                 R"({"type":"mark_read","mark_read":{"message_id":"wamid.X"}})");
  expect_payload({.type = "mark-read", .message_id = "wamid.X", .typing = true},
                 R"({"type":"mark_read","mark_read":{"message_id":"wamid.X","typing_indicator":true}})");
}

TEST(Payload, FromAFileIsTakenAsItIs) {
  const TempFile file{R"({"type":"interactive","interactive":{"type":"list"}})"};
  expect_payload({.payload_file = file.path()}, R"({"type":"interactive","interactive":{"type":"list"}})");
}

TEST(Payload, FromABadFileSaysWhatIsWrong) {
  const TempFile broken{"{"};
  EXPECT_THAT(make_payload({.payload_file = broken.path()}).error(), HasSubstr("is not valid JSON"));
  const TempFile list{"[]"};
  EXPECT_THAT(make_payload({.payload_file = list.path()}).error(), HasSubstr("must be an object"));
  EXPECT_THAT(make_payload({.payload_file = "/nonexistent"}).error(),
              HasSubstr("/nonexistent cannot be opened"));
}

TEST(Intent, HoldsOnlyWhatWasGiven) {
  const std::string body = request_body(make_intent({.id = "i", .to = "+1555"}, {{"type", "text"}}));
  EXPECT_EQ(parse(body), parse(R"({"intents":[{"intentId":"i","to":"+1555","payload":{"type":"text"}}]})"));
}

TEST(Intent, SaysThatItsRecipientIsAGroup) {
  const auto intent = make_intent({.id = "i", .to = "Y2FwaV9ncm91cDox", .group = true}, {{"type", "text"}});
  EXPECT_EQ(
      boost::json::value(intent),
      parse(R"({"intentId":"i","to":"Y2FwaV9ncm91cDox","recipientType":"group","payload":{"type":"text"}})"));
}

TEST(Intent, HoldsEverythingThatWasGiven) {
  const auto intent =
      make_intent({.id = "i", .to = "+1555", .sender = "10654", .dedupe_key = "k", .reply_to = "wamid.X"},
                  {{"type", "text"}});
  EXPECT_EQ(boost::json::value(intent),
            parse(R"({"intentId":"i","to":"+1555","senderId":"10654","dedupeKey":"k",
                                               "context":{"messageId":"wamid.X"},"payload":{"type":"text"}})"));
}

}  // namespace
}  // namespace wac::ctl
