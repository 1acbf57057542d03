// What is known of a request when its connection or its peer fails, and what is sent again.

#include "http2_fixture.h"

#include <nghttp2/nghttp2.h>

#include <map>
#include <mutex>
#include <random>

namespace wac::net {
namespace {

using testing::eventually;
using testing::Http2Link;
using testing::Http2PeerRequest;
using testing::Http2Server;

class Http2ClientFaults : public Http2ClientTest {
 protected:
  /// Answers, and counts that it did.
  void process(Http2Link& link, const Http2PeerRequest& one) {
    const std::lock_guard lock(mutex_);
    ++processed_[one.fields.at(":path")];
    link.peer().answer(one.stream, 200, one.fields.at(":path"));
  }
  void process_to_end(Http2Link& link) {
    do {
      for (const Http2PeerRequest& one : link.peer().take_requests()) process(link, one);
    } while (link.exchange());
  }
  Http2Server::Script processing() {
    return [this](Http2Link& link) { process_to_end(link); };
  }
  /// Waits until the client's connection is open and knows how much it may carry.
  void warm_up(const std::string& origin) { ASSERT_TRUE(send(request_to(origin + "/warm"))); }
  void expect_processed_once(int count) {
    const std::lock_guard lock(mutex_);
    for (int i = 0; i < count; ++i) EXPECT_EQ(processed_["/" + std::to_string(i)], 1) << i;
  }

  std::mutex mutex_;
  std::map<std::string, int> processed_;
};

TEST_F(Http2ClientFaults, WhatAGoawayLeavesOutIsSentOnceMoreElsewhere) {
  Http2Server server(certificates_.server(), {[this](Http2Link& link) {
                                                process(link, link.wait_for(1)[0]);
                                                const auto requests = link.wait_for(10);
                                                link.peer().go_away(requests[3].stream);
                                                for (std::size_t i = 0; i < 4; ++i)
                                                  process(link, requests[i]);
                                                process_to_end(link);
                                              },
                                              processing()});
  warm_up(server.origin());
  auto all = start_many(server.origin(), 10);
  expect_own_answers(all);
  expect_processed_once(10);
  EXPECT_EQ(server.accepted(), 2U);
}

TEST_F(Http2ClientFaults, WhatIsRefusedIsSentAgainTwiceAtMost) {
  std::atomic<int> seen = 0;
  Http2Server server(certificates_.server(), {[&seen](Http2Link& link) {
                       do {
                         for (const Http2PeerRequest& one : link.peer().take_requests()) {
                           const std::string path = one.fields.at(":path");
                           if (path == "/never" || (path == "/later" && ++seen <= 2)) {
                             link.peer().reset(one.stream, NGHTTP2_REFUSED_STREAM);
                             if (path == "/never") ++seen;
                           } else {
                             link.peer().answer(one.stream, 200, path);
                           }
                         }
                       } while (link.exchange());
                     }});
  EXPECT_EQ(send(request_to(server.origin() + "/later"))->body, "/later");
  EXPECT_EQ(seen, 3);
  seen = 0;
  expect_failure(send(request_to(server.origin() + "/never")), ErrorCode::kConnectionLost, Written::kNothing);
  EXPECT_EQ(seen, 3);
}

TEST_F(Http2ClientFaults, AConnectionThatIsCutLeavesWhatWasWrittenUnknown) {
  Http2Server server(certificates_.server(), {[](Http2Link& link) {
                                                link.peer().answer(link.wait_for(1)[0].stream, 200, "");
                                                link.wait_for(5);
                                                link.cut();
                                              },
                                              processing()});
  warm_up(server.origin());
  auto all = start_many(server.origin(), 5);
  for (auto& one : all) expect_failure(one.get(), ErrorCode::kConnectionLost, Written::kMaybe);
  EXPECT_TRUE(send(request_to(server.origin())));
}

TEST_F(Http2ClientFaults, WhatWasNotWrittenWhenTheConnectionWasCutIsSentElsewhere) {
  // The first connection never says how many requests it allows: one is written, the others wait.
  Http2Server server(certificates_.server(), {[](Http2Link& link) {
                                                while (link.peer().take_requests().empty()) {
                                                  if (!link.read()) return;
                                                }
                                                link.cut();
                                              },
                                              processing()});
  auto all = start_many(server.origin(), 10);
  int unknown = 0;
  for (auto& one : all) {
    const ClientResult result = one.get();
    if (result) continue;
    ++unknown;
    EXPECT_EQ(result.error().written, Written::kMaybe);
  }
  EXPECT_EQ(unknown, 1);
  EXPECT_EQ(server.accepted(), 2U);
}

TEST_F(Http2ClientFaults, AConnectionThePeerEndedIsNotReused) {
  const auto once_with_goodbye = [this](Http2Link& link) {
    process(link, link.wait_for(1)[0]);
    link.peer().go_away(1);
    link.flush();
  };
  const auto once = [this](Http2Link& link) {
    process(link, link.wait_for(1)[0]);
    link.flush();
  };
  Http2Server server(certificates_.server(), {once_with_goodbye, once, once_with_goodbye, once});
  for (std::size_t i = 0; i < 4; ++i) {
    ASSERT_TRUE(send(request_to(server.origin() + "/" + std::to_string(i))));
    // From here on the end of the stream is in the client's kernel, seen by its loop or not.
    ASSERT_TRUE(eventually([&] { return server.finished() == i + 1; }));
  }
  expect_processed_once(4);
}

TEST_F(Http2ClientFaults, ARequestWithoutAnAnswerIsUnknownAtItsDeadlineAndCancelled) {
  std::atomic<std::uint32_t> code = 0;
  Http2Server server(certificates_.server(), {[&code](Http2Link& link) {
                       link.peer().answer(link.wait_for(1)[0].stream, 200, "");
                       const auto requests = link.wait_for(1);
                       // Not dead: it still answers others.
                       link.peer().ping();
                       while (!link.peer().closed().contains(requests[0].stream) && link.exchange()) {
                       }
                       code = link.peer().closed().at(requests[0].stream);
                       link.serve();
                     }});
  warm_up(server.origin());
  expect_failure(send(request_to(server.origin(), Millis{300})), ErrorCode::kTimeout, Written::kMaybe);
  EXPECT_TRUE(eventually([&] { return code == NGHTTP2_CANCEL; }));
  EXPECT_TRUE(send(request_to(server.origin())));
  EXPECT_EQ(server.accepted(), 1U);
}

TEST_F(Http2ClientFaults, AConnectionThatFellSilentIsLeft) {
  Http2Server server(certificates_.server(), {[](Http2Link& link) {
                                                link.peer().answer(link.wait_for(1)[0].stream, 200, "");
                                                link.flush();
                                                link.be_silent();
                                              },
                                              processing()});
  warm_up(server.origin());
  expect_failure(send(request_to(server.origin(), Millis{300})), ErrorCode::kTimeout, Written::kMaybe);
  EXPECT_TRUE(send(request_to(server.origin())));
  EXPECT_EQ(server.accepted(), 2U);
}

TEST_F(Http2ClientFaults, APeerThatBreaksTheProtocolIsLeftAndToldSo) {
  Http2Server server(certificates_.server(), {[](Http2Link& link) {
                                                link.wait_for(1);
                                                link.send(testing::http2_frame(NGHTTP2_PING, 0, 0, "short"));
                                                link.be_silent();
                                                EXPECT_TRUE(link.peer().told_goodbye());
                                              },
                                              processing()});
  expect_failure(send(request_to(server.origin())), ErrorCode::kProtocol, Written::kMaybe);
  EXPECT_TRUE(eventually([&] { return server.finished() == 1; }));
  EXPECT_TRUE(send(request_to(server.origin())));
}

TEST_F(Http2ClientFaults, WhateverFailsTheClientNeverClaimsMoreThanIsTrue) {
  std::mt19937 random(7);
  const auto chance = [&random, this](unsigned one_in) {
    const std::lock_guard lock(mutex_);
    return random() % one_in == 0;
  };
  const auto unreliable = [this, &chance](Http2Link& link) {
    std::int32_t seen = 0;
    std::int32_t last = INT32_MAX;
    do {
      for (const Http2PeerRequest& one : link.peer().take_requests()) {
        if (one.stream > last) continue;
        if (last == INT32_MAX && chance(40)) {
          last = chance(2) ? std::max(seen, one.stream) : seen;
          link.peer().go_away(last);
          if (one.stream > last) continue;
        }
        seen = std::max(seen, one.stream);
        if (chance(20)) {
          link.peer().reset(one.stream, NGHTTP2_REFUSED_STREAM);
        } else {
          process(link, one);
          // What is cut now was processed, and its answer is lost.
          if (chance(60)) return link.cut();
        }
      }
    } while (link.exchange());
  };
  Http2Server server(certificates_.server(), std::vector<Http2Server::Script>(500, unreliable));
  std::map<Written, int> failures;
  for (int round = 0; round < 20; ++round) {
    auto all = start_many(server.origin(), 50);
    for (int i = 0; i < 50; ++i) {
      const std::string path = "/" + std::to_string(i);
      const ClientResult result = all[static_cast<std::size_t>(i)].get();
      const std::lock_guard lock(mutex_);
      const int times = std::exchange(processed_[path], 0);
      if (result) {
        EXPECT_EQ(times, 1) << path;
        EXPECT_EQ(result->body, path);
      } else {
        ++failures[result.error().written];
        EXPECT_LE(times, result.error().written == Written::kMaybe ? 1 : 0) << path;
      }
    }
  }
  // Most are saved by being sent again; what a cut connection had taken cannot be.
  EXPECT_GT(failures[Written::kMaybe], 0);
  EXPECT_LT(failures[Written::kNothing], 100);
}

TEST_F(Http2ClientFaults, RequestsThatWaitForAConnectionThatFailsFailWithIt) {
  const testing::BlackholePort nowhere;
  limits_.connect_deadline = Millis{100};
  auto all = start_many("https://localhost:" + std::to_string(nowhere.port()), 20);
  for (auto& one : all) expect_failure(one.get(), ErrorCode::kTimeout, Written::kNothing);
}

}  // namespace
}  // namespace wac::net
