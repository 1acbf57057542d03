#include "outbound/templates.h"

#include "outbound_fixture.h"

#include <deque>

namespace wac::outbound {
namespace {

using whatsapp::LocalError;

/// Answers pages as told; without one it fails. `held`: an answer waits for release().
class ScriptedSource final : public TemplateSource {
 public:
  std::deque<net::ClientResult> pages;
  std::vector<std::string> asked;
  bool held = false;
  OneShot<bool> released;

  Task<net::ClientResult> page(const std::string& account, const Secret& /*token*/, const std::string& after,
                               Deadline /*deadline*/) override {
    asked.push_back(account + ":" + after);
    if (held) co_await released;
    if (pages.empty()) co_return lost(net::Written::kNothing);
    net::ClientResult result = std::move(pages.front());
    pages.pop_front();
    co_return result;
  }
};

net::ClientResult page(const std::string& templates, const std::string& after = "") {
  net::ClientResponse response;
  response.status = 200;
  response.body = R"({"data":[)" + templates + "]";
  if (!after.empty()) {
    response.body += R"(,"paging":{"cursors":{"after":")" + after + R"("},"next":"https://graph.example"})";
  }
  response.body += "}";
  return response;
}

std::string listed(const std::string& name, const std::string& status = "APPROVED") {
  return R"({"name":")" + name + R"(","language":"en","category":"UTILITY","status":")" + status +
         R"(","components":[{"type":"BODY","text":"Hi {{1}}"}]})";
}

boost::json::object message(const std::string& name) {
  return boost::json::parse(R"({"type":"template","template":{"name":")" + name +
                            R"(","language":{"code":"en"},"components":[{"type":"body","parameters":[)"
                            R"({"type":"text","text":"Ada"}]}]}})")
      .as_object();
}

class TemplatesTest : public OutboundFixture {
 protected:
  using Fault = std::optional<whatsapp::TemplateFault>;

  TemplatesTest() {
    config_.tenants[0].senders[0].waba_id = "102290129340398";
    directory_.emplace(config_);
    TemplateRules rules;
    templates_.emplace(loop_, cache_, source_, rules, *log_);
    OutboundParts parts{config_,
                        *directory_,
                        loop_,
                        random_,
                        store_,
                        graph_,
                        *fingerprints_,
                        *sealer_,
                        *log_,
                        metrics_.add_loop(),
                        [](Partition, WallTime) {}};
    parts.templates = &*templates_;
    outbound_ = std::make_unique<Outbound>(std::move(parts));
  }
  ~TemplatesTest() override {
    source_.released.set(true);
    loop_.advance(Millis{10'000});
    scope_.spawn(templates_->stop());
    loop_.run_ready();
  }

  config::SenderRef sender() { return directory_->sender(*SenderId::parse("106540352242922")); }
  static Task<void> check_into(Templates* templates, config::SenderRef sender, Content content,
                               Deadline patience, std::optional<Fault>* out) {
    out->emplace(co_await templates->check(*sender, content, patience));
  }
  static Task<void> dry_run_into(Outbound* outbound, Intent made, Deadline deadline,
                                 std::optional<DryRun>* out) {
    out->emplace(co_await outbound->dry_run(std::move(made), deadline));
  }
  void begin_check(const std::string& name, std::optional<Fault>* out) {
    Content content;
    content.payload = message(name);
    content.recipient = whatsapp::Recipient{Phone{"+15550001111"}};
    scope_.spawn(
        check_into(&*templates_, sender(), std::move(content), Deadline{loop_.now() + Millis{3'000}}, out));
    loop_.run_ready();
  }
  /// The code of what stands in the way of the template, "" for nothing; time moves while it waits.
  std::string check(const std::string& name) {
    std::optional<Fault> out;
    begin_check(name, &out);
    for (int i = 0; i < 400 && !out; ++i) loop_.advance(Millis{20});
    if (!out) return "no end";
    return *out ? whatsapp::code_text(whatsapp::code_of((*out)->code)) : "";
  }
  Intent template_intent(const std::string& name) {
    Intent made = intent();
    made.type = MessageType::kTemplate;
    made.content = make_content(message(name), whatsapp::Recipient{Phone{"+15550001111"}}, "");
    return made;
  }

  TemplateCache cache_;
  ScriptedSource source_;
  std::optional<Templates> templates_;
};

TEST_F(TemplatesTest, WhatIsNotListedYetPassesAtOnceAndIsListedMeanwhile) {
  source_.held = true;
  source_.pages.push_back(page(listed("order")));
  std::optional<Fault> out;
  begin_check("nothing", &out);
  ASSERT_TRUE(out) << "no waiting";
  EXPECT_FALSE(*out);
  source_.released.set(true);
  loop_.run_ready();
  EXPECT_EQ(source_.asked, std::vector<std::string>{"102290129340398:"});
  EXPECT_EQ(check("nothing"), "template_unknown") << "listed a moment ago: no need to ask again";
  EXPECT_EQ(check("order"), "");
  EXPECT_EQ(source_.asked.size(), 1U);
}

TEST_F(TemplatesTest, FollowsCursors) {
  source_.pages.push_back(page(listed("a"), "C1"));
  source_.pages.push_back(page(listed("b"), "C2"));
  source_.pages.push_back(page(listed("c", "PAUSED")));
  EXPECT_EQ(check("a"), "");
  EXPECT_EQ(source_.asked,
            (std::vector<std::string>{"102290129340398:", "102290129340398:C1", "102290129340398:C2"}));
  EXPECT_EQ(check("b"), "");
  EXPECT_EQ(check("c"), "template_not_approved");
}

TEST_F(TemplatesTest, AListingThatBreaksOffIsNotUsed) {
  source_.pages.push_back(page(listed("a"), "C1"));
  EXPECT_EQ(check("b"), "");
  EXPECT_EQ(check("b"), "") << "b may have stood on the second page";
}

TEST_F(TemplatesTest, AnOddEntryMayBeTheTemplateThatIsMissing) {
  source_.pages.push_back(page(listed("a") + R"(,{"id":"7"})"));
  check("a");
  EXPECT_EQ(check("b"), "");
}

TEST_F(TemplatesTest, LooksAgainBeforeItRefusesByAnOlderListing) {
  source_.pages.push_back(page(listed("a")));
  check("a");
  loop_.advance(Millis{20'000});
  source_.pages.push_back(page(listed("a") + "," + listed("b")));
  EXPECT_EQ(check("b"), "") << "it was made meanwhile";
  EXPECT_EQ(source_.asked.size(), 2U);
}

TEST_F(TemplatesTest, RefusesByAYoungListingWhenGraphDoesNotAnswer) {
  source_.pages.push_back(page(listed("a")));
  check("a");
  loop_.advance(Millis{20'000});
  EXPECT_EQ(check("b"), "template_unknown");
  EXPECT_EQ(source_.asked.size(), 2U) << "it was asked";
  EXPECT_EQ(check("b"), "template_unknown");
  EXPECT_EQ(source_.asked.size(), 2U) << "not again at once";
}

TEST_F(TemplatesTest, DoesNotRefuseByAnOldListingWhenGraphDoesNotAnswer) {
  source_.pages.push_back(page(listed("a")));
  check("a");
  loop_.advance(Millis{400'000});
  EXPECT_EQ(check("b"), "");
  EXPECT_EQ(check("a"), "") << "what was known is kept";
}

TEST_F(TemplatesTest, RenewsInTheBackground) {
  source_.pages.push_back(page(listed("a")));
  check("a");
  loop_.advance(Millis{299'000});
  EXPECT_EQ(check("a"), "");
  EXPECT_EQ(source_.asked.size(), 1U);
  loop_.advance(Millis{2'000});
  source_.pages.push_back(page(listed("a", "PAUSED")));
  EXPECT_EQ(check("a"), "") << "this one does not wait for it";
  EXPECT_EQ(source_.asked.size(), 2U);
  EXPECT_EQ(check("a"), "template_not_approved");
}

TEST_F(TemplatesTest, AnotherLoopsListingIsWaitedForNotRepeated) {
  ASSERT_TRUE(cache_.claim("102290129340398", loop_.now(), loop_.now()));
  cache_.store("102290129340398", std::make_shared<whatsapp::TemplateCatalogue>(),
               loop_.now() - Millis{20'000});
  ASSERT_TRUE(cache_.claim("102290129340398", loop_.now(), loop_.now())) << "the other loop is at it";
  std::optional<Fault> out;
  begin_check("a", &out);
  EXPECT_FALSE(out);
  auto newer = std::make_shared<whatsapp::TemplateCatalogue>();
  for (auto& one : whatsapp::parse_template_page(R"({"data":[)" + listed("a") + "]}")->templates)
    newer->add(std::move(one));
  cache_.store("102290129340398", newer, loop_.now());
  loop_.advance(Millis{40});
  ASSERT_TRUE(out);
  EXPECT_FALSE(*out);
  EXPECT_TRUE(source_.asked.empty());
}

TEST_F(TemplatesTest, WithoutAnAccountNothingIsAsked) {
  config_.tenants[0].senders[0].waba_id.clear();
  directory_.emplace(config_);
  EXPECT_EQ(check("a"), "");
  EXPECT_TRUE(source_.asked.empty());
}

TEST_F(TemplatesTest, AnIntentThatDoesNotFitFailsUnsentWithEveryRule) {
  source_.pages.push_back(page(R"({"name":"a","language":"en","category":"UTILITY","status":"APPROVED",)"
                               R"("components":[{"type":"BODY","text":"{{1}} {{2}}"}]})"));
  check("a");
  std::optional<Result<Outcome>> out;
  submit(template_intent("a"), Wait::kForOutcome, &out);
  ASSERT_TRUE(out && *out);
  EXPECT_TRUE(graph_.requests.empty()) << "nothing was sent";
  EXPECT_EQ((*out)->record.state, IntentState::kFailed);
  EXPECT_EQ((*out)->record.error_code, whatsapp::code_of(LocalError::kTemplateParameters));
  EXPECT_EQ(expose((*out)->detail, Purpose::kValidate),
            "/template/components/0/parameters must have exactly 2: the template's body has 2 variables");
  EXPECT_EQ(store_.only().progress.state, IntentState::kFailed) << "and it is recorded";
  EXPECT_EQ(log_text_.find("exactly 2"), std::string::npos) << "not in the log";
}

TEST_F(TemplatesTest, ADryRunHoldsTheFallbackAgainstItsDefinition) {
  source_.pages.push_back(page(listed("a")));
  const auto dry_run = [this](const std::string& fallback) {
    Intent made = intent();
    const auto payload = boost::json::parse(R"({"type":"text","text":{"body":"hello"}})").as_object();
    const auto other = message(fallback);
    made.content = make_content(payload, whatsapp::Recipient{Phone{"+15550001111"}}, "", &other);
    std::optional<DryRun> out;
    scope_.spawn(dry_run_into(outbound_.get(), std::move(made), Deadline{loop_.now() + Millis{3'000}}, &out));
    loop_.advance(Millis{20});
    return std::move(out).value();
  };
  const DryRun good = dry_run("a");
  EXPECT_FALSE(good.fault);
  EXPECT_TRUE(good.warnings.empty());
  const DryRun bad = dry_run("b");
  ASSERT_TRUE(bad.fault);
  EXPECT_EQ(bad.fault->code, LocalError::kTemplateUnknown);
  EXPECT_EQ(bad.place, "/fallback");
  EXPECT_EQ(bad.fault->violations.at(0).pointer, "/template/name");
}

TEST_F(TemplatesTest, ADryRunSaysWhereAFallbackCouldNotBeHeldAgainstItsDefinition) {
  Intent made = intent();
  const auto other = message("a");
  made.content = make_content(boost::json::parse(R"({"type":"text","text":{"body":"hello"}})").as_object(),
                              whatsapp::Recipient{Phone{"+15550001111"}}, "", &other);
  std::optional<DryRun> out;
  scope_.spawn(dry_run_into(outbound_.get(), std::move(made), Deadline{loop_.now() + Millis{40}}, &out));
  for (int i = 0; i < 10 && !out; ++i) loop_.advance(Millis{20});
  ASSERT_TRUE(out);
  ASSERT_EQ(out->warnings.size(), 1U);
  EXPECT_EQ(out->warnings[0].pointer, "/fallback/template");
}

TEST_F(TemplatesTest, AnIntentThatFitsIsSent) {
  source_.pages.push_back(page(listed("a")));
  check("a");
  graph_.answers.push_back(accepted("wamid.A"));
  std::optional<Result<Outcome>> out;
  submit(template_intent("a"), Wait::kForOutcome, &out);
  ASSERT_TRUE(out && *out);
  EXPECT_EQ((*out)->record.state, IntentState::kSent);
  EXPECT_TRUE((*out)->detail.empty());
}

Task<void> dry_into(Outbound* outbound, Intent intent, Deadline deadline, std::optional<DryRun>* out) {
  out->emplace(co_await outbound->dry_run(std::move(intent), deadline));
}

TEST_F(TemplatesTest, ADryRunWaitsForTheListingAndTouchesNothingElse) {
  source_.pages.push_back(page(listed("a")));
  std::optional<DryRun> out;
  scope_.spawn(dry_into(outbound_.get(), template_intent("b"), Deadline{loop_.now() + Millis{5'000}}, &out));
  loop_.advance(Millis{100});
  ASSERT_TRUE(out);
  ASSERT_TRUE(out->fault);
  EXPECT_EQ(out->fault->code, LocalError::kTemplateUnknown);
  EXPECT_EQ(store_.calls, 0U);
  EXPECT_TRUE(graph_.requests.empty());
}

TEST_F(TemplatesTest, ADryRunSaysThatItCouldNotLook) {
  std::optional<DryRun> out;
  scope_.spawn(dry_into(outbound_.get(), template_intent("b"), Deadline{loop_.now() + Millis{5'000}}, &out));
  loop_.advance(Millis{6'000});
  ASSERT_TRUE(out);
  EXPECT_FALSE(out->fault);
  ASSERT_EQ(out->warnings.size(), 1U);
  EXPECT_EQ(out->warnings[0].pointer, "/payload/template");
}

TEST_F(TemplatesTest, StopWaitsForAListing) {
  source_.held = true;
  check("a");
  bool stopped = false;
  const auto stop = [](Templates* templates, bool* done) -> Task<void> {
    co_await templates->stop();
    *done = true;
  };
  scope_.spawn(stop(&*templates_, &stopped));
  loop_.run_ready();
  EXPECT_FALSE(stopped);
  source_.released.set(true);
  loop_.run_ready();
  EXPECT_TRUE(stopped);
}

}  // namespace
}  // namespace wac::outbound
