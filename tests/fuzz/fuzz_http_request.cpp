// Any bytes to the HTTP server's reader: what comes out does not depend on how they were sliced, limits hold,
// and what is accepted is framed in exactly one way.

#include "fuzz/fuzz.h"
#include "net/http_framing.h"

#include <string>
#include <vector>

namespace {

using namespace wac::net;

constexpr std::size_t kHeader = 2'048;
constexpr std::size_t kBody = 4'096;

/// Everything a reader says about a stream, as text to compare.
std::string story_of(std::string_view bytes, std::size_t slice) {
  RequestReader reader{kHeader};
  std::string story;
  while (!bytes.empty()) {
    std::string_view part = bytes.substr(0, slice);
    bytes.remove_prefix(part.size());
    while (!part.empty()) {
      ReadStep step = reader.feed(part);
      if (step == ReadStep::kHead) {
        const RequestHead& head = reader.head();
        wac::testing::must(!head.path.empty() && head.path.front() == '/');
        story += "head " + std::string{head.path} + '?' + std::string{head.query} + '\n';
        for (const HeaderField& field : head.fields)
          story += std::string{field.name} + '=' + std::string{field.value} + '\n';
        step = reader.accept_body(kBody);
      }
      if (step == ReadStep::kComplete) {
        wac::testing::must(reader.body().size() <= kBody);
        story += "body " + std::string{reader.body()} + '\n';
        reader.next();
      } else if (step == ReadStep::kRefused) {
        wac::testing::must(reader.refused_status() >= 400);
        return story + "refused " + std::to_string(reader.refused_status());
      }
    }
  }
  return story;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes = wac::testing::fuzz_text(data, size);
  const std::string whole = story_of(bytes, bytes.size() + 1);
  for (const std::size_t slice : {1U, 7U, 64U}) wac::testing::must(story_of(bytes, slice) == whole);
  return 0;
}
