#include "transcript.h"

#include "net/http_framing.h"

namespace wac::net::testing {

namespace {

std::string_view method_name(Method method) {
  constexpr std::array<std::string_view, 8> kNames = {"GET",   "HEAD",   "POST",    "PUT",
                                                      "PATCH", "DELETE", "OPTIONS", "other"};
  return kNames[static_cast<std::size_t>(method)];
}

std::string describe(const RequestReader& reader) {
  const RequestHead& head = reader.head();
  std::string line(method_name(head.method));
  line.append(" ").append(head.path);
  if (!head.query.empty()) line.append("?").append(head.query);
  line.append(head.version == HttpVersion::k11 ? " 1.1" : " 1.0");
  line.append(head.keep_alive ? " keep" : " close");
  if (head.expects_continue) line.append(" continue");
  for (const HeaderField& field : head.fields) {
    line.append(" [").append(field.name).append(": ").append(field.value).append("]");
  }
  return line.append(" {").append(reader.body()).append("}\n");
}

}  // namespace

std::string transcript(std::string_view bytes, std::size_t slice, ReaderLimits limits) {
  RequestReader reader(limits.header_bytes);
  std::string out;
  while (!bytes.empty()) {
    std::string_view piece = bytes.substr(0, slice);
    bytes.remove_prefix(piece.size());
    // A copy of its own, so that a sanitizer sees any byte read beyond the piece.
    const std::vector<char> copy(piece.begin(), piece.end());
    std::string_view rest(copy.data(), copy.size());
    while (true) {
      ReadStep step = reader.feed(rest);
      if (step == ReadStep::kHead) step = reader.accept_body(limits.body_bytes);
      if (step == ReadStep::kRefused) {
        return out + std::to_string(reader.refused_status()) + " " + reader.refused_why();
      }
      if (step == ReadStep::kComplete) {
        out += describe(reader);
        reader.next();
      }
      if (rest.empty()) break;
    }
  }
  return reader.started() ? out + "…" : out;
}

}  // namespace wac::net::testing
