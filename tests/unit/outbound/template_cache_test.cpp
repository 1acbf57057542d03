#include "outbound/template_cache.h"

#include <gtest/gtest.h>

namespace wac::outbound {
namespace {

const MonoTime kNow{std::chrono::hours{1}};

std::shared_ptr<const whatsapp::TemplateCatalogue> listing(std::size_t count) {
  auto made = std::make_shared<whatsapp::TemplateCatalogue>();
  for (std::size_t i = 0; i < count; ++i) {
    whatsapp::TemplateDefinition one;
    one.name = "t" + std::to_string(i);
    one.language = "en";
    one.status = "APPROVED";
    made->add(std::move(one));
  }
  return made;
}

TEST(TemplateCache, LetsOneCallerListAtATime) {
  TemplateCache cache;
  EXPECT_EQ(cache.known("1", kNow).templates, nullptr);
  EXPECT_TRUE(cache.claim("1", kNow, kNow));
  EXPECT_FALSE(cache.claim("1", kNow, kNow)) << "somebody is at it";
  EXPECT_TRUE(cache.claim("2", kNow, kNow)) << "of each account";
  cache.store("1", listing(1), kNow);
  EXPECT_EQ(cache.known("1", kNow).templates->size(), 1U);
  EXPECT_EQ(cache.known("1", kNow).asked, kNow);
  EXPECT_FALSE(cache.claim("1", kNow, kNow)) << "fresh enough";
  EXPECT_FALSE(cache.claim("1", kNow + Millis{1}, kNow + Millis{4'999})) << "too old, and too soon";
  EXPECT_TRUE(cache.claim("1", kNow + Millis{1}, kNow + Millis{5'000}));
}

TEST(TemplateCache, KeepsWhatItKnowsWhenGraphFails) {
  TemplateCache cache;
  ASSERT_TRUE(cache.claim("1", kNow, kNow));
  cache.store("1", listing(1), kNow);
  const MonoTime later = kNow + Millis{6'000};
  ASSERT_TRUE(cache.claim("1", later, later));
  cache.give_up("1", later + Millis{500});
  EXPECT_NE(cache.known("1", later).templates, nullptr);
  EXPECT_TRUE(cache.known("1", later).failing);
  EXPECT_FALSE(cache.claim("1", later, later)) << "not at once again";
  EXPECT_FALSE(cache.known("1", later + Millis{500}).failing);
  EXPECT_TRUE(cache.claim("1", later, later + Millis{500}));
}

TEST(TemplateCache, AChangeMakesAListingOld) {
  TemplateCache cache;
  ASSERT_TRUE(cache.claim("1", kNow, kNow));
  cache.store("1", listing(1), kNow);
  cache.invalidate("1");
  cache.invalidate("unknown");
  EXPECT_NE(cache.known("1", kNow).templates, nullptr) << "it serves until there is a newer one";
  EXPECT_TRUE(cache.claim("1", MonoTime{}, kNow + Millis{5'000})) << "however long ago is wanted";
}

TEST(TemplateCache, AChangeWhileListingMakesThatListingOldToo) {
  TemplateCache cache;
  ASSERT_TRUE(cache.claim("1", kNow, kNow));
  cache.invalidate("1");
  cache.store("1", listing(1), kNow);
  const MonoTime later = kNow + Millis{5'000};
  EXPECT_TRUE(cache.claim("1", MonoTime{}, later));
  cache.store("1", listing(1), later);
  EXPECT_FALSE(cache.claim("1", later, later + Millis{5'000})) << "this one is as new as can be";
}

TEST(TemplateCache, DropsTheAccountsNotUsedForLongestWhenFull) {
  TemplateCache cache{10};
  for (const char* account : {"a", "b", "c"}) {
    ASSERT_TRUE(cache.claim(account, kNow, kNow));
    cache.store(account, listing(4), kNow);
    if (account[0] == 'b') static_cast<void>(cache.known("a", kNow + Millis{10}));
  }
  EXPECT_NE(cache.known("a", kNow).templates, nullptr);
  EXPECT_EQ(cache.known("b", kNow).templates, nullptr);
  EXPECT_NE(cache.known("c", kNow).templates, nullptr);
  ASSERT_TRUE(cache.claim("d", kNow, kNow));
  cache.store("d", listing(11), kNow);
  EXPECT_NE(cache.known("d", kNow).templates, nullptr) << "the one just asked for stays";
}

}  // namespace
}  // namespace wac::outbound
