#include "ctl/event_filter.h"

#include <utility>

namespace wac::ctl {

bool matches_type(std::string_view type, std::string_view prefix) {
  constexpr std::string_view kOurs = "whatsapp.";
  if (type.starts_with(prefix)) return true;
  return type.starts_with(kOurs) && type.substr(kOurs.size()).starts_with(prefix);
}

std::optional<std::string> SseParser::take_line() {
  const std::size_t end = pending_.find('\n');
  if (end == std::string::npos) return std::nullopt;
  std::string line = pending_.substr(0, end);
  pending_.erase(0, end + 1);
  if (line.ends_with('\r')) line.pop_back();
  return line;
}

void SseParser::take_field(std::string_view line) {
  const std::size_t colon = line.find(':');
  if (colon == 0) return;
  const std::string_view field = line.substr(0, colon);
  std::string_view value = colon == std::string_view::npos ? std::string_view{} : line.substr(colon + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);
  if (field == "event") name_ = value;
  if (field == "id") id_ = value;
  if (field != "data") return;
  if (has_data_) data_ += '\n';
  data_ += value;
  has_data_ = true;
}

std::optional<SseEvent> SseParser::next() {
  while (auto line = take_line()) {
    if (!line->empty()) {
      take_field(*line);
      continue;
    }
    SseEvent event{std::exchange(name_, {}), std::exchange(data_, {}), id_};
    if (std::exchange(has_data_, false)) return event;
  }
  return std::nullopt;
}

}  // namespace wac::ctl
