#include "store/redis/event_position.h"

#include <charconv>

namespace wac::store::redis {
namespace {

constexpr std::string_view kVersion = "r1";

template <class Number>
bool read(std::string_view text, Number& out) {
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), out);
  return ec == std::errc{} && end == text.data() + text.size();
}

}  // namespace

std::optional<StreamId> StreamId::parse(std::string_view text) {
  StreamId id;
  const auto dash = text.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  if (!read(text.substr(0, dash), id.ms) || !read(text.substr(dash + 1), id.seq)) return std::nullopt;
  return id;
}

std::string StreamId::text() const {
  return std::to_string(ms) + "-" + std::to_string(seq);
}

Result<EventPosition> EventPosition::parse(std::string_view text) {
  EventPosition position;
  if (text.empty()) return position;
  const std::unexpected<Error> foreign = fail(ErrorCode::kInvalid, "not an event cursor");
  if (!text.starts_with(kVersion)) return foreign;
  std::string_view rest = text.substr(kVersion.size());
  while (!rest.empty()) {
    // ".NN-" and the id, up to the next dot.
    const std::string_view part = rest.substr(0, rest.find('.', 1));
    rest.remove_prefix(part.size());
    Partition partition;
    if (part.size() < 5 || part[0] != '.' || part[3] != '-' || !read(part.substr(1, 2), partition.number))
      return foreign;
    const auto id = StreamId::parse(part.substr(4));
    if (!id || partition.number >= Partition::kCount) return foreign;
    position[partition] = *id;
  }
  // One position, one text: anything that would be written differently is not ours.
  if (position.text() != text) return foreign;
  return position;
}

std::string EventPosition::text() const {
  std::string text{kVersion};
  for (std::size_t number = 0; number < at_.size(); ++number) {
    if (at_[number] == StreamId{}) continue;
    text += number < 10 ? ".0" : ".";
    text += std::to_string(number) + "-" + at_[number].text();
  }
  return text;
}

}  // namespace wac::store::redis
