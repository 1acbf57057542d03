#pragma once
// Which events a tail shows, and how they come over server-sent events. Pure.

#include <optional>
#include <string>
#include <string_view>

namespace wac::ctl {

/// Whether the type begins with the prefix, with or without "whatsapp." in front.
bool matches_type(std::string_view type, std::string_view prefix);

struct SseEvent {
  std::string name;  ///< empty: a plain message
  std::string data;
  std::string id;  ///< the last one seen, by this event or before it
};

/// Takes the stream in any slices (HTML Living Standard §9.2.6).
class SseParser {
 public:
  void feed(std::string_view bytes) { pending_ += bytes; }
  /// The next whole event; nothing until more is fed.
  std::optional<SseEvent> next();

 private:
  std::optional<std::string> take_line();
  void take_field(std::string_view line);

  std::string pending_;
  std::string name_;
  std::string data_;
  bool has_data_ = false;
  std::string id_;
};

}  // namespace wac::ctl
