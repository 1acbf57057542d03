#include "outbound/passage.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace wac::outbound {
namespace {

constexpr std::int64_t kHour = 3'600'000;
const WallTime kNow = from_millis(1'772'366'400'000);

Content content(const char* payload, const char* fallback = nullptr) {
  Content made;
  made.recipient = whatsapp::Recipient{Phone{"+16505551234"}};
  made.payload = boost::json::parse(payload).as_object();
  if (fallback != nullptr) made.fallback = boost::json::parse(fallback).as_object();
  return made;
}

contacts::Known heard(std::int64_t hours_ago) {
  return {kNow - Millis{hours_ago * kHour}, {}};
}
contacts::Known stopped() {
  return {std::nullopt, {contacts::MarketingWord{true, kNow}, std::nullopt}};
}
bool is_promo(std::string_view name, std::string_view language) {
  return name == "promo" && language == "en_US";
}

constexpr const char* kText = R"({"type":"text","text":{"body":"x"}})";
constexpr const char* kHello =
    R"({"type":"template","template":{"name":"hello","language":{"code":"en_US"}}})";
constexpr const char* kPromo =
    R"({"type":"template","template":{"name":"promo","language":{"code":"en_US"}}})";

TEST(PassageOf, FreeFormNeedsAWindowThatIsNotKnownToBeClosed) {
  EXPECT_EQ(passage_of(content(kText), {}, is_promo, kNow), Passage::kSend) << "unknown: Meta decides";
  EXPECT_EQ(passage_of(content(kText), heard(23), is_promo, kNow), Passage::kSend);
  EXPECT_EQ(passage_of(content(kText), heard(25), is_promo, kNow), Passage::kWindowClosed);
  EXPECT_EQ(passage_of(content(kText), stopped(), is_promo, kNow), Passage::kSend) << "no marketing";
}

TEST(PassageOf, OtherTypesNeedNoWindow) {
  for (const char* payload : {kHello, kPromo, R"({"type":"raw","raw":{"type":"x"}})",
                              R"({"type":"mark_read","mark_read":{"message_id":"wamid.x"}})"}) {
    EXPECT_EQ(passage_of(content(payload), heard(25), is_promo, kNow), Passage::kSend) << payload;
  }
}

TEST(PassageOf, AClosedWindowTakesTheFallback) {
  EXPECT_EQ(passage_of(content(kText, kHello), heard(25), is_promo, kNow), Passage::kFallback);
  EXPECT_EQ(passage_of(content(kText, kHello), heard(1), is_promo, kNow), Passage::kSend);
  EXPECT_EQ(passage_of(content(kText, kHello), {}, is_promo, kNow), Passage::kSend);
}

TEST(PassageOf, MarketingIsRefusedOnlyWhereTheCategoryAndTheStopAreKnown) {
  EXPECT_EQ(passage_of(content(kPromo), stopped(), is_promo, kNow), Passage::kOptedOut);
  EXPECT_EQ(passage_of(content(kPromo), {}, is_promo, kNow), Passage::kSend);
  EXPECT_EQ(passage_of(content(kHello), stopped(), is_promo, kNow), Passage::kSend);
  EXPECT_EQ(passage_of(content(kPromo), stopped(), {}, kNow), Passage::kSend);
  contacts::Known both = stopped();
  both.heard_at = kNow - Millis{25 * kHour};
  EXPECT_EQ(passage_of(content(kText, kPromo), both, is_promo, kNow), Passage::kOptedOut);
}

TEST(AsksForContact, OnlyWhereARuleNeedsIt) {
  EXPECT_TRUE(asks_for_contact(content(kText), is_promo));
  EXPECT_TRUE(asks_for_contact(content(kPromo), is_promo));
  EXPECT_FALSE(asks_for_contact(content(kHello), is_promo));
  EXPECT_FALSE(asks_for_contact(content(kPromo), {}));
  Content nobody = content(kText);
  nobody.recipient.reset();
  EXPECT_FALSE(asks_for_contact(nobody, is_promo));
}

TEST(UseFallback, PutsItInThePayloadsPlace) {
  Content made = content(kText, kHello);
  use_fallback(made);
  EXPECT_EQ(made.payload.at("type"), "template");
  EXPECT_FALSE(made.fallback);
  EXPECT_TRUE(made.fallback_used);
}

}  // namespace
}  // namespace wac::outbound
