#include "sandbox/error_table.h"

#include <algorithm>
#include <array>

namespace wac::sandbox {
namespace {

/// Sorted by code.
constexpr std::array kKnown = {
    KnownError{0, 401, "AuthException"},
    KnownError{1, 400, "API Unknown"},
    KnownError{2, 503, "API Service"},
    KnownError{3, 500, "API Method"},
    KnownError{4, 400, "Application request limit reached"},
    KnownError{10, 403, "Permission Denied"},
    KnownError{17, 400, "User request limit reached"},
    KnownError{32, 400, "Page request limit reached"},
    KnownError{33, 400, "Parameter value is not valid"},
    KnownError{100, 400, "Invalid parameter"},
    KnownError{102, 401, "Session key invalid or no longer valid"},
    KnownError{104, 400, "Incorrect signature"},
    KnownError{190, 401, "Access token has expired"},
    KnownError{200, 403, "Permission Error"},
    KnownError{341, 400, "Application limit reached"},
    KnownError{368, 403, "Temporarily blocked for policies violations"},
    KnownError{613, 429, "Calls to this api have exceeded the rate limit"},
    KnownError{80007, 400, "Rate limit issues"},
    KnownError{80008, 400, "There have been too many calls to this WhatsApp Business account"},
    KnownError{130403, 400, "User is blocked by the business"},
    KnownError{130429, 400, "Rate limit hit"},
    KnownError{130472, 400, "User's number is part of an experiment"},
    KnownError{130497, 403, "Business account is restricted from messaging users in this country"},
    KnownError{130501, 400, "Message type is not supported in groups"},
    KnownError{131000, 500, "Something went wrong"},
    KnownError{131005, 403, "Access denied"},
    KnownError{131008, 400, "Required parameter is missing"},
    KnownError{131009, 400, "Parameter value is not valid"},
    KnownError{131016, 500, "Service unavailable"},
    KnownError{131020, 400, "Group has one member only"},
    KnownError{131021, 400, "Recipient cannot be sender"},
    KnownError{131026, 400, "Message undeliverable"},
    KnownError{131030, 400, "Recipient phone number not in allowed list"},
    KnownError{131031, 403, "Business Account locked"},
    KnownError{131035, 400, "Webhook was not delivered within the retention period"},
    KnownError{131036, 400, "No-storage receipt retry"},
    KnownError{131037, 400, "WhatsApp provided number needs display name approval"},
    KnownError{131041, 400, "Group is unknown"},
    KnownError{131042, 400, "Business eligibility payment issue"},
    KnownError{131044, 400, "Payment problem"},
    KnownError{131045, 500, "Incorrect certificate"},
    KnownError{131047, 400, "Re-engagement message"},
    KnownError{131048, 400, "Spam rate limit hit"},
    KnownError{131049, 400, "This message was not delivered to maintain healthy ecosystem engagement"},
    KnownError{131050, 400, "User has stopped marketing messages"},
    KnownError{131051, 400, "Unsupported message type"},
    KnownError{131052, 400, "Media download error"},
    KnownError{131053, 400, "Media upload error"},
    KnownError{131055, 400, "Only marketing templates are supported"},
    KnownError{131056, 400, "(Business Account, Consumer Account) pair rate limit hit"},
    KnownError{131057, 500, "Account in maintenance mode"},
    KnownError{131059, 400, "Cursor is not valid"},
    KnownError{131060, 400, "Message is unavailable"},
    KnownError{131062, 400, "Business-scoped user id is not supported for this message"},
    KnownError{131063, 400, "Marketing messages are disabled on Cloud API"},
    KnownError{131064, 400, "Template misclassification limit"},
    KnownError{131201, 206, "Request succeeded partially"},
    KnownError{131202, 400, "Participant is given twice"},
    KnownError{131204, 400, "Too many participants"},
    KnownError{131207, 403, "Group is suspended"},
    KnownError{131208, 429, "Group rate limit hit"},
    KnownError{131209, 400, "Group photo is not square"},
    KnownError{131210, 400, "Group photo is too small"},
    KnownError{131211, 400, "Too many groups"},
    KnownError{131212, 400, "Not a participant of the group"},
    KnownError{131213, 400, "Join request no longer exists"},
    KnownError{131214, 400, "Group creation is disabled"},
    KnownError{131215, 400, "Phone number is not eligible for groups"},
    KnownError{132000, 400, "Number of parameters does not match the expected number of params"},
    KnownError{132001, 404, "Template name does not exist in the translation"},
    KnownError{132005, 400, "Translated text too long"},
    KnownError{132007, 400, "Template format character policy violated"},
    KnownError{132008, 400, "Template parameter value is not valid"},
    KnownError{132012, 400, "Parameter format does not match format in the created template"},
    KnownError{132015, 400, "Template is paused"},
    KnownError{132016, 400, "Template is disabled"},
    KnownError{132018, 400, "There was an issue with the parameters in your template"},
    KnownError{132068, 400, "Flow is in blocked state"},
    KnownError{132069, 400, "Flow is in throttled state"},
    KnownError{133000, 500, "Incomplete deregistration"},
    KnownError{133004, 503, "Server temporarily unavailable"},
    KnownError{133005, 400, "Two step verification PIN mismatch"},
    KnownError{133006, 400, "Phone number re-verification needed"},
    KnownError{133008, 400, "Too many two step verification PIN guesses"},
    KnownError{133009, 400, "Two step verification PIN guessed too fast"},
    KnownError{133010, 400, "Phone number not registered"},
    KnownError{133015, 400, "Please wait a few minutes before attempting to register this phone number"},
    KnownError{133016, 400, "Account register deregister rate limit exceeded"},
    KnownError{134011, 400, "WhatsApp payments terms of service have not been accepted"},
    KnownError{134100, 400, "Only marketing messages are supported"},
    KnownError{134101, 400, "Template is still syncing"},
    KnownError{134102, 500, "Template is unavailable for use"},
    KnownError{135000, 400, "Generic user error"},
    KnownError{136024, 400, "Verification code request limit"},
    KnownError{137000, 400, "Recipient identity key hash mismatch"},
    KnownError{138000, 401, "Calling is not enabled"},
    KnownError{138001, 400, "Receiver is uncallable"},
    KnownError{138002, 429, "Concurrent calls limit reached"},
    KnownError{138003, 400, "Duplicate call"},
    KnownError{138004, 500, "Call connection error"},
    KnownError{138005, 429, "Call rate limit reached"},
    KnownError{138006, 401, "No call permission from this user"},
    KnownError{138007, 500, "Call connection timed out"},
    KnownError{138009, 400, "Call permission request limit reached"},
    KnownError{138012, 400, "Business initiated calls limit reached"},
    KnownError{138013, 400, "Calling is not available in this country"},
    KnownError{138014, 400, "Calling is disabled for low quality"},
    KnownError{138015, 400, "Calling cannot be enabled"},
    KnownError{138017, 400, "Call permission is permanent already"},
    KnownError{138018, 400, "Calling cannot be enabled"},
    KnownError{138019, 400, "Call client setup failed"},
    KnownError{138020, 400, "Call relay failed"},
    KnownError{138021, 400, "Call media failed"},
    KnownError{138022, 400, "Call media failed"},
    KnownError{138023, 400, "Call media failed"},
    KnownError{139000, 400, "Blocked by integrity"},
    KnownError{139001, 400, "Flow cannot be updated"},
    KnownError{139002, 400, "Flow cannot be published"},
    KnownError{139003, 400, "Flow cannot be deprecated"},
    KnownError{139004, 400, "Flow cannot be deleted"},
    KnownError{139100, 400, "Failed to block or unblock users"},
    KnownError{139101, 400, "Blocklist limit reached"},
    KnownError{139102, 400, "Blocklist concurrent update"},
    KnownError{139103, 400, "Blocklist internal error"},
    KnownError{147001, 400, "Username is not available"},
    KnownError{147002, 400, "Username is not eligible"},
    KnownError{147003, 400, "Facebook page is not linked"},
    KnownError{147004, 400, "Instagram account is not linked"},
    KnownError{200005, 400, "Template insights are not available"},
    KnownError{200006, 400, "Template insights cannot be disabled"},
    KnownError{200007, 400, "Template insights are not enabled"},
    KnownError{1752041, 400, "Duplicate onboarding request"},
    KnownError{2388001, 400, "Ownership must be verified"},
    KnownError{2388012, 400, "Phone number is in the list already"},
    KnownError{2388019, 400, "Message template limit exceeded"},
    KnownError{2388039, 400, "Template cannot be changed in this state"},
    KnownError{2388040, 400, "Character limit exceeded"},
    KnownError{2388047, 400, "Message header format is incorrect"},
    KnownError{2388072, 400, "Message body format is incorrect"},
    KnownError{2388073, 400, "Message footer format is incorrect"},
    KnownError{2388091, 400, "Phone number is not being migrated"},
    KnownError{2388093, 400, "Phone number is not being migrated"},
    KnownError{2388103, 400, "Phone number cannot be migrated"},
    KnownError{2388293, 400, "Parameter words ratio exceeded"},
    KnownError{2388299, 400, "Leading or trailing parameters are not allowed"},
    KnownError{2494100, 400, "Phone number is in maintenance mode"},
    KnownError{2593079, 400, "Migration state does not allow this"},
    KnownError{2593085, 400, "Migration state does not allow this"},
    KnownError{2593107, 400, "Synchronization request limit exceeded"},
    KnownError{2593108, 400, "Synchronization request made outside of the allowed window"},
    KnownError{2593109, 400, "Synchronization was declined"},
};
static_assert(std::ranges::is_sorted(kKnown, {}, &KnownError::code));

}  // namespace

std::span<const KnownError> known_errors() {
  return kKnown;
}

const KnownError* find_error(int code) {
  // 201 to 299: one permission or another, all as 200.
  if (code > 200 && code < 300) code = 200;
  const auto* const found = std::ranges::lower_bound(kKnown, code, {}, &KnownError::code);
  return found == kKnown.end() || found->code != code ? nullptr : found;
}

bool is_platform_error(int code) {
  static constexpr std::array kCodes = {0, 3, 4, 10, 17, 32, 102, 104, 190, 341, 613};
  return std::ranges::find(kCodes, code) != kCodes.end() || (code >= 200 && code < 300);
}

bool is_transient_error(int code) {
  static constexpr std::array kCodes = {1, 2, 131000, 131016, 133004};
  return std::ranges::find(kCodes, code) != kCodes.end();
}

}  // namespace wac::sandbox
