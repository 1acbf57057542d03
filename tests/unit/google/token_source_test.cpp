#include "google/token_source.h"

#include "base/expose.h"
#include "support/manual_scheduler.h"

#include <gtest/gtest.h>

namespace wac::google {
namespace {

using testing::ManualScheduler;

/// Gives what the test says, when it says so.
class FakeFetch final : public TokenFetch {
 public:
  explicit FakeFetch(std::vector<OneShot<bool>>& asked, std::vector<Result<FreshToken>>& answers)
      : asked_(asked), answers_(answers) {}
  Task<Result<FreshToken>> fetch(Deadline deadline) override {
    last_deadline = deadline;
    const OneShot<bool> signal;
    const std::size_t number = asked_.size();
    asked_.push_back(signal);
    co_await signal;
    co_return std::move(answers_.at(number));
  }
  Deadline last_deadline;

 private:
  std::vector<OneShot<bool>>& asked_;
  std::vector<Result<FreshToken>>& answers_;
};

class TokenSourceTest : public ::testing::Test {
 protected:
  static Task<void> ask_into(CachedTokens* tokens, Deadline deadline, std::shared_ptr<std::string> into) {
    auto token = co_await tokens->token(deadline);
    *into = token ? std::string{expose(*token, Purpose::kAuthorization)}
                  : "error: " + std::string{name(token.error().code)};
  }
  /// What it got is there when it has it.
  std::shared_ptr<std::string> ask(Millis patience = Millis{5'000}) {
    auto into = std::make_shared<std::string>();
    scope.spawn(ask_into(&tokens, {loop.now() + patience}, into));
    loop.run_ready();
    return into;
  }
  void answer(Result<FreshToken> result) {
    answers.push_back(std::move(result));
    asked.at(answers.size() - 1).set(true);
    loop.run_ready();
  }
  void give(const char* token, Millis lifetime = Millis{3'600'000}) {
    answer(FreshToken{Secret{token}, lifetime});
  }

  ManualScheduler loop;
  std::vector<OneShot<bool>> asked;
  std::vector<Result<FreshToken>> answers;
  FakeFetch* fetch = new FakeFetch{asked, answers};
  CachedTokens tokens{loop, std::unique_ptr<TokenFetch>{fetch}};
  TaskScope scope;
};

TEST_F(TokenSourceTest, ManyWhoAskAtOnceShareOneFetch) {
  const auto first = ask();
  const auto second = ask();
  const auto third = ask();
  EXPECT_EQ(asked.size(), 1U);
  give("one");
  EXPECT_EQ(*first, "one");
  EXPECT_EQ(*second, "one");
  EXPECT_EQ(*third, "one");
  EXPECT_EQ(*ask(), "one");
  EXPECT_EQ(asked.size(), 1U);
}

TEST_F(TokenSourceTest, IsReplacedShortlyBeforeItsEndWithoutAnybodyElseWaiting) {
  ask();
  give("one");
  loop.advance(Millis{3'600'000 - 225'001});
  EXPECT_EQ(*ask(), "one");
  EXPECT_EQ(asked.size(), 1U);
  loop.advance(Millis{1});
  const auto renewing = ask();
  EXPECT_EQ(asked.size(), 2U);
  EXPECT_EQ(*ask(), "one") << "while the other one is fetched";
  give("two");
  EXPECT_EQ(*renewing, "two");
  EXPECT_EQ(*ask(), "two");
}

TEST_F(TokenSourceTest, TheOldOneServesWhileNoOtherIsToBeHadAndNoLonger) {
  ask();
  give("one");
  loop.advance(Millis{3'600'000 - 60'000});
  const auto renewing = ask();
  answer(fail(ErrorCode::kUnavailable, "out"));
  EXPECT_EQ(*renewing, "one");
  EXPECT_EQ(*ask(), "one");
  EXPECT_EQ(asked.size(), 2U) << "nothing is asked for a second";
  loop.advance(Millis{50'000});
  const auto late = ask();
  EXPECT_EQ(*late, "") << "ten seconds are left: too few";
  answer(fail(ErrorCode::kUnavailable, "out"));
  EXPECT_EQ(*late, "error: unavailable");
}

TEST_F(TokenSourceTest, AFailureIsToldToAllAndEndsAfterASecond) {
  const auto first = ask();
  const auto second = ask();
  answer(fail(ErrorCode::kUnauthorized, "no", 403));
  EXPECT_EQ(*first, "error: unauthorized");
  EXPECT_EQ(*second, "error: unauthorized");
  EXPECT_EQ(*ask(), "error: unauthorized");
  EXPECT_EQ(asked.size(), 1U);
  loop.advance(Millis{1'000});
  const auto third = ask();
  ASSERT_EQ(asked.size(), 2U);
  give("one");
  EXPECT_EQ(*third, "one");
}

TEST_F(TokenSourceTest, WhoWaitsForAnothersFetchWaitsNoLongerThanItsOwnTime) {
  const auto first = ask(Millis{5'000});
  EXPECT_EQ(fetch->last_deadline.at, loop.now() + Millis{5'000});
  const auto hasty = ask(Millis{100});
  loop.advance(Millis{100});
  EXPECT_EQ(*hasty, "error: timeout");
  give("one");
  EXPECT_EQ(*first, "one");
  EXPECT_EQ(loop.timers(), 0U);
}

TEST_F(TokenSourceTest, ARefusedTokenIsNotGivenAgainAndAnotherOneIsUntouched) {
  ask();
  give("one");
  tokens.refuse(Secret{"another"});
  EXPECT_EQ(*ask(), "one");
  tokens.refuse(Secret{"one"});
  const auto next = ask();
  ASSERT_EQ(asked.size(), 2U);
  give("two");
  EXPECT_EQ(*next, "two");
  tokens.refuse(Secret{"one"});
  EXPECT_EQ(*ask(), "two") << "what was refused is the one before";
}

TEST_F(TokenSourceTest, AShortLifeIsUsedToo) {
  ask();
  give("one", Millis{20'000});
  loop.advance(Millis{9'999});
  EXPECT_EQ(*ask(), "one");
  EXPECT_EQ(asked.size(), 1U);
  loop.advance(Millis{1});
  ask();
  EXPECT_EQ(asked.size(), 2U) << "half of it is over";
  give("two");
}

}  // namespace
}  // namespace wac::google
