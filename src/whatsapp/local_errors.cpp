#include "whatsapp/local_errors.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace wac::whatsapp {
namespace {

constexpr LocalErrorInfo entry(LocalError error, std::string_view name, std::string_view meaning,
                               std::string_view advice, ErrorScope scope = ErrorScope::kTemplate) {
  return {name, {code_of(error), ErrorClass::kPermanent, scope, Millis{0}, meaning, advice}};
}

constexpr LocalErrorInfo of_media(LocalError error, std::string_view name, std::string_view meaning,
                                  std::string_view advice) {
  return entry(error, name, meaning, advice, ErrorScope::kMessage);
}

constexpr std::array kTable{
    entry(LocalError::kTemplateUnknown, "template_unknown",
          "the account has no template of this name in this language; nothing was sent",
          "Check the template's name and language, or create it in the WhatsApp Manager."),
    entry(LocalError::kTemplateNotApproved, "template_not_approved",
          "the template is not approved; nothing was sent",
          "Look at the template's status in the WhatsApp Manager, or use another one."),
    entry(LocalError::kTemplateParameters, "template_parameters",
          "the parameters do not fit the template's definition; nothing was sent",
          "Give what the template declares; POST /v1/intents?dryRun=true names every difference."),
    entry(
        LocalError::kTemplateNeedsPhone, "template_needs_phone",
        "an authentication template goes to phone numbers only, not to user ids or groups; nothing was sent",
        "Send it to the user's phone number."),
    of_media(LocalError::kMediaTypeRefused, "media_type_refused",
             "the file of mediaUrl is not of a type Meta takes here; nothing was sent",
             "Check that the file is what its server declares, and of a type listed for its message."),
    of_media(LocalError::kMediaTooLarge, "media_too_large",
             "the file of mediaUrl is larger than its type may be; nothing was sent",
             "Send a smaller file, or this one as a document of up to 100 MB."),
    of_media(LocalError::kMediaUnreachable, "media_unreachable",
             "the file of mediaUrl could not be fetched; nothing was sent",
             "Open the URL from where the connector runs; it must answer 200 without a login."),
    of_media(LocalError::kMediaForbiddenAddress, "media_forbidden_address",
             "mediaUrl leads to a scheme, host, port or address that is not allowed; nothing was sent",
             "Use a public https URL, or allow the host or network by the MEDIA_ALLOWED_ settings."),
    entry(
        LocalError::kWindowClosed, "window_closed",
        "more than 24 hours have passed since the user's last message or call; nothing was sent",
        "Send a template, or give one as \"fallback\"; free-form messages may go again when the user writes.",
        ErrorScope::kRecipient),
    entry(LocalError::kOptedOut, "opted_out",
          "the user asked this sender for no more marketing messages; nothing was sent",
          "Send this user no marketing templates until they resume; utility templates may go.",
          ErrorScope::kRecipient),
};
static_assert(std::ranges::is_sorted(kTable, {}, [](const LocalErrorInfo& one) { return one.info.code; }));

}  // namespace

std::span<const LocalErrorInfo> local_errors() {
  return kTable;
}

const LocalErrorInfo* find_local_error(std::uint32_t code) {
  const auto* found =
      std::ranges::find(kTable, code, [](const LocalErrorInfo& one) { return one.info.code; });
  return found == kTable.end() ? nullptr : found;
}

std::string code_text(std::uint32_t code) {
  const LocalErrorInfo* local = find_local_error(code);
  return local == nullptr ? std::to_string(code) : std::string{local->name};
}

std::optional<std::uint32_t> code_from_text(std::string_view text) {
  const auto* found = std::ranges::find(kTable, text, &LocalErrorInfo::name);
  if (found != kTable.end()) return found->info.code;
  std::uint32_t code = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), code);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return code;
}

}  // namespace wac::whatsapp
