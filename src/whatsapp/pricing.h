#pragma once
// What a status says of the price of its message (facts §3.5): words of Meta's that change over the years,
// and no personal data.

#include <optional>
#include <string>
#include <string_view>

namespace wac::whatsapp {

/// Words are letters, digits, '_' and '-'; empty when absent.
struct Pricing {
  std::string category;  ///< "marketing", "utility", "authentication", "service", …
  std::string type;      ///< "regular", "free_customer_service", "free_entry_point"
  std::string model;     ///< "PMP"
  std::optional<bool> billable;
};

/// As kept with an intent: at most 64 bytes. Empty when there is nothing to keep. Words that are none are
/// left out; where all together are too long, the category alone is kept.
std::string pack_pricing(const Pricing& pricing);
/// Nothing for text that pack_pricing() does not make.
std::optional<Pricing> unpack_pricing(std::string_view text);

}  // namespace wac::whatsapp
