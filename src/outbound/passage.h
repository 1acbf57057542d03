#pragma once
// Whether a message may go to its recipient by what is known of that contact, before anything is spent. Plain
// functions without I/O: only what is known refuses, everything else is Meta's to decide.

#include "contacts/facts.h"
#include "outbound/content.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

namespace wac::outbound {

/// Whether a template (name, language code) is known to be of the category MARKETING.
using IsMarketing = std::function<bool(std::string_view name, std::string_view language)>;

/// Whether the rules below need to know the recipient at all. Of groups nothing is known.
bool asks_for_contact(const Content& content, const IsMarketing& is_marketing);

enum class Passage : std::uint8_t {
  kSend,
  kFallback,      ///< send the fallback
  kWindowClosed,  ///< free-form, and the customer-service window is known to be closed
  kOptedOut,      ///< known to be marketing, and the user is known to want none
};
Passage passage_of(const Content& content, const contacts::Known& known, const IsMarketing& is_marketing,
                   WallTime now);

/// Puts the fallback in the payload's place.
void use_fallback(Content& content);

}  // namespace wac::outbound
