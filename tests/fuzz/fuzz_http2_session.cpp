// Any bytes from an HTTP/2 server: the same ends of three requests in any slices, each with exactly one end,
// within the limits; errors instead of crashes.

#include "fuzz/fuzz.h"
#include "net/http2_session.h"

#include <nghttp2/nghttp2.h>

#include <optional>
#include <set>
#include <string>

namespace {

using namespace wac::net;

constexpr std::size_t kBody = 5'000;

std::shared_ptr<const Http2Request> request(std::string_view method, const std::string& body) {
  ClientRequest made;
  made.endpoint = {true, "graph.test", 443};
  made.method = method;
  made.target = "/v1/messages";
  made.headers = {{"Authorization", "Bearer T"}};
  made.body = body;
  return Http2Request::make(made);
}

void describe(const std::vector<Http2Session::Finished>& all, std::set<int>& seen, std::string& story) {
  for (const auto& [stream, result] : all) {
    wac::testing::must(seen.insert(stream).second);
    story += std::to_string(stream) + '=';
    if (result) {
      wac::testing::must(result->status >= 200 && result->body.size() <= kBody);
      story += std::to_string(result->status) + result->body;
      for (const auto& [name, value] : result->headers) story += name + ':' + value;
    } else {
      story += std::to_string(static_cast<int>(result.error().error.code)) +
               std::to_string(static_cast<int>(result.error().written));
    }
  }
}

/// Nothing where nghttp2 counts CONTINUATION frames: it counts the slices of their heads.
std::optional<std::string> story_of(std::string_view bytes, std::size_t slice) {
  Http2Session session({.header_bytes = 1'000, .body_bytes = kBody});
  for (const auto& one :
       {request("POST", "{}"), request("HEAD", ""), request("POST", std::string(70'000, 'x'))}) {
    wac::testing::must(session.submit(one).has_value());
  }
  std::string out;
  session.fill(out, 1 << 20);
  std::set<int> seen;
  std::string story;
  while (!bytes.empty() && !session.over()) {
    const std::string_view part = bytes.substr(0, slice);
    bytes.remove_prefix(part.size());
    if (const auto fed = session.feed(part); !fed) {
      if (fed.error().detail == NGHTTP2_ERR_TOO_MANY_CONTINUATIONS) return std::nullopt;
      break;
    }
    describe(session.take_finished(), seen, story);
  }
  session.fill(out, 1 << 20);
  describe(session.lose({wac::ErrorCode::kConnectionLost, 0, "fuzz"}), seen, story);
  wac::testing::must(seen.size() == 3);
  return story;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes = wac::testing::fuzz_text(data, size);
  const auto sliced = story_of(bytes, 1);
  const auto whole = story_of(bytes, bytes.size() + 1);
  wac::testing::must(!sliced || !whole || sliced == whole);
  return 0;
}
