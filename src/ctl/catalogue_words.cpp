#include "ctl/catalogue_words.h"

#include "whatsapp/local_errors.h"

#include <array>
#include <string_view>

namespace wac::ctl {
namespace {

constexpr std::uint32_t kPermissionsFirst = 201;
constexpr std::uint32_t kPermissionsLast = 299;

std::string wait_words(Millis wait) {
  struct Unit {
    std::int64_t millis;
    std::string_view name;
  };
  constexpr std::array kUnits{Unit{86'400'000, "d"}, Unit{3'600'000, "h"}, Unit{60'000, "min"},
                              Unit{1'000, "s"}};
  if (wait.count() == 0) return {};
  for (const Unit& unit : kUnits) {
    if (wait.count() % unit.millis == 0)
      return std::to_string(wait.count() / unit.millis) + ' ' + std::string{unit.name};
  }
  return std::to_string(wait.count()) + " ms";
}

CodeWords words_of(const whatsapp::ErrorInfo& info) {
  const bool range = info.code >= kPermissionsFirst && info.code <= kPermissionsLast;
  return {range ? "201-299" : whatsapp::code_text(info.code),
          std::string{info.meaning},
          std::string{name(info.error_class)},
          std::string{name(info.scope)},
          wait_words(info.wait),
          std::string{info.advice},
          info.known};
}

constexpr std::string_view kPreface =
    R"(# Error codes

What this program knows about the errors of a message. `connectorctl explain CODE` shows one line of it, and
`connectorctl explain --all --markdown` printed this page; a test keeps it so. Meta's message texts are never looked at:
the code decides.

| class | what becomes of the message |
|---|---|
)";

constexpr std::string_view kDefaults =
    R"(
The scope says how far an error reaches. Throttles slow or pause what they name and count no attempt;
`tenant_fatal` stops what it names until a person acts (with the scope `message`: one feature, such as calls).

Codes that are not listed are judged by the answer: HTTP 5xx or `is_transient` is ambiguous, 429 throttled, 401
tenant_fatal, another 4xx permanent; a status webhook's `failed` is permanent.

| code | meaning | class | scope | wait | advice |
|---|---|---|---|---|---|
)";

}  // namespace

CodeWords words_about(std::uint32_t code) {
  CodeWords words = words_of(whatsapp::explain(code, 400, false));
  if (code >= kPermissionsFirst && code <= kPermissionsLast) words.code = std::to_string(code);
  return words;
}

std::vector<CodeWords> all_code_words() {
  std::vector<CodeWords> all;
  for (const whatsapp::ErrorInfo& info : whatsapp::error_catalogue()) all.push_back(words_of(info));
  for (const whatsapp::LocalErrorInfo& local : whatsapp::local_errors()) all.push_back(words_of(local.info));
  return all;
}

std::string class_words(const std::string& kind) {
  using whatsapp::ErrorClass;
  if (kind == name(ErrorClass::kAmbiguous))
    return "Meta may have taken it: unknown until a status webhook tells, never simply sent again";
  if (kind == name(ErrorClass::kThrottled)) return "not taken by Meta: sent again after the wait";
  if (kind == name(ErrorClass::kPermanent)) return "refused for good: failed";
  return "refused, and everything within the scope would be: a person must act";
}

std::string errors_markdown() {
  using whatsapp::ErrorClass;
  std::string out{kPreface};
  for (const auto kind :
       {ErrorClass::kThrottled, ErrorClass::kAmbiguous, ErrorClass::kPermanent, ErrorClass::kTenantFatal}) {
    const std::string word{name(kind)};
    out += "| `" + word + "` | " + class_words(word) + " |\n";
  }
  out += kDefaults;
  for (const CodeWords& words : all_code_words()) {
    out += "| `" + words.code + "` | " + words.meaning + " | " + words.kind + " | " + words.scope + " | " +
           words.wait + " | " + words.advice + " |\n";
  }
  return out;
}

}  // namespace wac::ctl
