#pragma once
// Errors of our own making. They travel where Meta's codes do (a record's error code, an answer's errorCode),
// as numbers that Meta does not use and, towards people, under stable names.

#include "whatsapp/error_catalogue.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace wac::whatsapp {

/// Numbers are stored: never change or reuse one.
enum class LocalError : std::uint32_t {
  kTemplateUnknown = 4'000'000'001,
  kTemplateNotApproved = 4'000'000'002,
  kTemplateParameters = 4'000'000'003,
  kTemplateNeedsPhone = 4'000'000'004,
  kMediaTypeRefused = 4'000'000'011,
  kMediaTooLarge = 4'000'000'012,
  kMediaUnreachable = 4'000'000'013,
  kMediaForbiddenAddress = 4'000'000'014,
  kWindowClosed = 4'000'000'021,
  kOptedOut = 4'000'000'022,
};

constexpr std::uint32_t code_of(LocalError error) {
  return static_cast<std::uint32_t>(error);
}

struct LocalErrorInfo {
  std::string_view name;  ///< stable: "template_unknown"
  ErrorInfo info;
};

/// Every one, sorted by code.
std::span<const LocalErrorInfo> local_errors();
/// Null when `code` is not one of ours.
const LocalErrorInfo* find_local_error(std::uint32_t code);

/// A code as callers see it: Meta's as digits, ours by name.
std::string code_text(std::uint32_t code);
/// The reverse; nothing when `text` is neither a number nor one of our names.
std::optional<std::uint32_t> code_from_text(std::string_view text);

}  // namespace wac::whatsapp
