#include "fake_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wac::ctl {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

std::string page(const std::string& types, const std::string& cursor) {
  return R"({"events":[)" + types + R"(],"cursor":")" + cursor + "\"}";
}

constexpr const char* kText = R"({"type":"whatsapp.message.received.text"})";
constexpr const char* kRead = R"({"type":"whatsapp.message.status.read"})";

TEST(EventsTail, GoesOnFromPageToPageAndEndsBehindTheLastPrintedEvent) {
  const FakeServer server{[](const Seen& seen) {
    const bool first = seen.target.find("cursor=&") != std::string::npos;
    return json_answer(first ? page(std::string{kText} + ',' + kRead, "c1") : page(kText, "c2"));
  }};
  const Ran ran = run_ctl(server.url(), {"events", "tail", "--from-start", "--count", "3"});
  EXPECT_EQ(ran.exit, 0);
  EXPECT_EQ(ran.out, std::string{kText} + '\n' + kRead + '\n' + kText + '\n');
  EXPECT_EQ(ran.err, "cursor: c2\n");
  ASSERT_THAT(server.seen(), SizeIs(2));
  EXPECT_EQ(server.seen()[0].target, "/v1/events?cursor=&limit=3&wait=25");
  EXPECT_EQ(server.seen()[1].target, "/v1/events?cursor=c1&limit=1&wait=25");
}

TEST(EventsTail, StartsNowAtACursorThatCanBeGoneOnFrom) {
  const FakeServer server{[](const Seen& seen) {
    if (seen.target == "/v1/events?cursor=%24&limit=1&wait=0") return json_answer(page("", "now"));
    if (seen.target.find("cursor=now") != std::string::npos)
      return json_answer(R"({"code":"x","detail":""})", 503);
    return json_answer(R"({"code":"unexpected","detail":""})", 400);
  }};
  for (const bool sse : {false, true}) {
    std::vector<std::string> words{"events", "tail"};
    if (sse) words.emplace_back("--sse");
    const Ran ran = run_ctl(server.url(), words);
    EXPECT_EQ(ran.exit, 1);
    EXPECT_THAT(ran.err, HasSubstr("503 x"));
    EXPECT_THAT(ran.err, HasSubstr("cursor: now\n"));
  }
}

TEST(EventsTail, AsAReaderOfAGroupAcknowledgesWhatItPrinted) {
  const FakeServer server{[](const Seen& seen) {
    if (seen.target == "/v1/event-groups/crm/ack") return json_answer(R"({"acknowledged":1,"unknown":[]})");
    const bool first = seen.target.ends_with("&ack=");
    return json_answer(first ? R"({"events":[)" + std::string{kText} + R"(],"ack":"t1"})"
                             : R"({"events":[)" + std::string{kRead} + R"(],"ack":"t2"})");
  }};
  const Ran ran = run_ctl(server.url(), {"events", "tail", "--group", "crm", "--count", "2"});
  EXPECT_EQ(ran.exit, 0) << ran.err;
  EXPECT_EQ(ran.out, std::string{kText} + '\n' + kRead + '\n');
  ASSERT_THAT(server.seen(), SizeIs(3));
  EXPECT_EQ(server.seen()[0].target, "/v1/events?group=crm&start=now&limit=2&wait=25&ack=");
  EXPECT_EQ(server.seen()[1].target, "/v1/events?group=crm&start=now&limit=1&wait=25&ack=t1");
  EXPECT_EQ(server.seen()[2].body, R"({"acks":["t2"]})");
}

TEST(EventsTail, AsAReaderOfAGroupEndsWithWhatTheConnectorSays) {
  const FakeServer server{
      [](const Seen&) { return json_answer(R"({"code":"too_many_groups","detail":""})", 409); }};
  const Ran ran = run_ctl(server.url(), {"events", "tail", "--group", "crm", "--from-start"});
  EXPECT_EQ(ran.exit, 1);
  EXPECT_THAT(ran.err, HasSubstr("409 too_many_groups"));
  ASSERT_THAT(server.seen(), SizeIs(1));
  EXPECT_THAT(server.seen()[0].target, HasSubstr("start=oldest"));
}

TEST(EventsTail, FiltersByType) {
  const FakeServer server{
      [](const Seen&) { return json_answer(page(std::string{kRead} + ',' + kText, "c")); }};
  const Ran ran = run_ctl(server.url(), {"events", "tail", "--type", "message.received", "--count", "1"});
  EXPECT_EQ(ran.out, std::string{kText} + '\n');
}

TEST(EventsTail, PrintsTheCursorWhenTheConnectorFails) {
  const FakeServer server{[](const Seen& seen) {
    if (seen.target.find("cursor=c1") == std::string::npos) return json_answer(page(kText, "c1"));
    return json_answer(R"({"code":"store_unavailable","detail":"Out."})", 503);
  }};
  const Ran ran = run_ctl(server.url(), {"events", "tail", "--from-start"});
  EXPECT_EQ(ran.exit, 1);
  EXPECT_EQ(ran.out, std::string{kText} + '\n');
  EXPECT_THAT(ran.err, HasSubstr("503 store_unavailable"));
  EXPECT_THAT(ran.err, HasSubstr("cursor: c1\n"));
}

Task<void> write_stream(net::BodyWriter& out, std::string text) {
  co_await out.write(text);
}

net::HttpResponse stream_answer(std::string text) {
  net::HttpResponse response;
  response.content_type = "text/event-stream";
  response.stream = [text = std::move(text)](net::BodyWriter& out) { return write_stream(out, text); };
  return response;
}

TEST(EventsTailBySse, PrintsEventsAndTheCursorOfTheLastOne) {
  const FakeServer server{[](const Seen&) {
    return stream_answer("retry: 1000\n\nid: c1\ndata: " + std::string{kText} + "\n\nid: c2\ndata: " + kRead +
                         "\n\nid: c3\ndata: " + kText + "\n\n");
  }};
  const Ran ran = run_ctl(server.url(),
                          {"events", "tail", "--sse", "--cursor", "c0", "--type", "message", "--count", "2"});
  EXPECT_EQ(ran.exit, 0);
  EXPECT_EQ(ran.out, std::string{kText} + '\n' + kRead + '\n');
  EXPECT_EQ(ran.err, "cursor: c2\n");
  EXPECT_EQ(server.seen().front().target, "/v1/events?cursor=c0");
  EXPECT_EQ(server.seen().front().authorization, std::string{"Bearer "} + kTestKey);
}

TEST(EventsTailBySse, ExitsWith3WhenTheStreamEndsByItself) {
  const FakeServer server{
      [](const Seen&) { return stream_answer("id: c1\ndata: " + std::string{kText} + "\n\n"); }};
  const Ran ran = run_ctl(server.url(), {"events", "tail", "--sse", "--from-start"});
  EXPECT_EQ(ran.exit, 3);
  EXPECT_THAT(ran.err, HasSubstr("cursor: c1\n"));
}

TEST(EventsTailBySse, ShowsAProblem) {
  const FakeServer server{
      [](const Seen&) { return json_answer(R"({"code":"unauthorized","detail":"No."})", 401); }};
  const Ran ran = run_ctl(server.url(), {"events", "tail", "--sse", "--from-start"});
  EXPECT_EQ(ran.exit, 1);
  EXPECT_THAT(ran.err, HasSubstr("401 unauthorized: No."));
}

TEST(EventsTailBySse, IsNotForHttps) {
  const Ran ran = run_ctl("https://127.0.0.1:1", {"events", "tail", "--sse", "--from-start"});
  EXPECT_EQ(ran.exit, 2);
}

}  // namespace
}  // namespace wac::ctl
