#pragma once
// Text that JSON forbids but people produce: half of an emoji in a name, bytes that are no UTF-8. One such
// text must not cost the other items of its notification.

#include <string>
#include <string_view>

namespace wac::whatsapp {

/// `json` with every byte that is no UTF-8, and every escaped surrogate without its partner, replaced by
/// U+FFFD. Everything else stays as it is.
std::string repair_text(std::string_view json);

}  // namespace wac::whatsapp
