#pragma once
// The single way from personal data and secrets to their text. Every use names its purpose, so that
// `grep -rn 'expose('` is the complete audit of where data leaves its type.

#include "base/personal.h"

namespace wac {

enum class Purpose : std::uint8_t {
  kGraphRequest,   ///< goes to Meta over TLS
  kSeal,           ///< is encrypted next
  kFingerprint,    ///< goes into an HMAC
  kAuthorization,  ///< is compared with, or sent as, a credential
  kAnswer,         ///< goes to the authenticated owner of the data
  kValidate,       ///< is checked against a rule; nothing of it is kept
};

struct ExposeAccess {
  template <class Tag>
  static std::string_view text(const Personal<Tag>& value) {
    return value.text_;
  }
  static std::string_view text(const Secret& value) { return value.text_; }
};

/// The text, valid as long as `value` is. Never store it, never log it.
template <class T>
std::string_view expose(const T& value, Purpose /*why*/) {
  return ExposeAccess::text(value);
}

}  // namespace wac
