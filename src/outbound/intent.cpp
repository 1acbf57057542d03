#include "outbound/intent.h"

#include <array>

namespace wac::outbound {
namespace {

constexpr std::array<std::string_view, 15> kNames = {
    "text",     "image",    "audio",       "video",     "document", "sticker", "location", "contacts",
    "reaction", "template", "interactive", "mark_read", "pin",      "raw",     "other"};

}  // namespace

std::string_view name(MessageType type) {
  return kNames[static_cast<std::size_t>(type)];
}

MessageType message_type_from(std::string_view text) {
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == text) return static_cast<MessageType>(i);
  }
  return MessageType::kOther;
}

bool is_free_form(MessageType type) {
  switch (type) {
    case MessageType::kTemplate:
    case MessageType::kMarkRead:
    case MessageType::kPin:
    case MessageType::kRaw:
    case MessageType::kOther:
      return false;
    default:
      return true;
  }
}

}  // namespace wac::outbound
