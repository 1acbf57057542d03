#pragma once
// The rules of each payload type; private to message_rules.cpp and its siblings. Each function checks one
// payload, whose path in refusals is `path`.

#include "sandbox/fields.h"
#include "sandbox/message.h"
#include "sandbox/templates.h"

#include <boost/json.hpp>

#include <cstdint>
#include <string>

namespace wac::sandbox {

enum class Medium : std::uint8_t { kImage, kVideo, kAudio, kDocument, kSticker };

/// Where a media object stands: a header has no caption.
enum class MediaPlace : std::uint8_t { kMessage, kHeader };

/// Exactly one of `id` and `link`, and the fields the medium has in that place. Returns whether it is a voice
/// note.
bool check_media(Check& check, const boost::json::value& value, std::string path, Medium medium,
                 MediaPlace place);
void check_text(Check& check, const boost::json::value& value);
void check_location(Check& check, const boost::json::value& value, std::string path);
void check_contacts(Check& check, const boost::json::value& value);
/// Returns the message reacted to; empty when refused.
std::string check_reaction(Check& check, const boost::json::value& value);
/// In groups only (facts §2.3).
void check_pin(Check& check, const boost::json::value& value, RecipientKind recipient);
void check_interactive(Check& check, const boost::json::value& value);
/// Returns the template, or nullptr when refused.
const MessageTemplate* check_template(Check& check, const boost::json::value& value,
                                      const TemplateCatalogue& templates, RecipientKind recipient);

}  // namespace wac::sandbox
