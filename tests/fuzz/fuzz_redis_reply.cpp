// Any bytes from a Redis: the same replies in any slices, errors instead of crashes; and a cluster whose
// slots or redirections are any bytes.

#include "fuzz/fuzz.h"
#include "net/redis_pipeline.h"
#include "net/redis_slots.h"

#include <string>

namespace {

using namespace wac::net;

void describe(const RedisReply& reply, int depth, std::string& out) {
  out += std::to_string(static_cast<int>(reply.kind())) + ':' + std::to_string(reply.integer()) + ':' +
         std::string{reply.text()} + '[';
  if (depth < 8) {
    for (std::size_t i = 0; i < reply.size(); ++i) describe(reply[i], depth + 1, out);
  }
  out += ']';
}

std::string story_of(std::string_view bytes, std::size_t slice) {
  RedisReplyReader reader;
  std::string story;
  while (!bytes.empty()) {
    const std::string_view part = bytes.substr(0, slice);
    bytes.remove_prefix(part.size());
    if (!reader.feed(part)) return story + "error";
    for (;;) {
      auto reply = reader.next();
      if (!reply) return story + "error";
      if (!*reply) break;
      describe(**reply, 0, story);
      if (const auto slots = RedisSlots::parse(**reply, "asked"))
        story += slots->owner(0) == nullptr ? '-' : '+';
      story += redirect_from((**reply).text(), "asked").to.host;
    }
  }
  return story;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes = wac::testing::fuzz_text(data, size);
  wac::testing::must(story_of(bytes, 1) == story_of(bytes, bytes.size() + 1));
  return 0;
}
