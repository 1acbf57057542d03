#pragma once
// The tables of the payload families (facts §2.3-2.5), and the pieces they share.

#include "whatsapp/schema.h"

namespace wac::whatsapp::schema {

/// Media: exactly one of `id` (uploaded before), `link` (Meta fetches it) and `mediaUrl` (ours: fetched and
/// uploaded before the send).
extern const Shape kPlainMedia;
extern const Shape kNamedMedia;  ///< with `filename`

extern const Shape kImage;
extern const Shape kAudio;
extern const Shape kVideo;
extern const Shape kDocument;
extern const Shape kSticker;
extern const Shape kLocation;
extern const Shape kContact;
extern const Shape kInteractive;
extern const Shape kTemplate;

extern const Shape kProductSection;
/// A catalog message shows at most 30 products in all sections, each with a title where there are several.
void check_products(const boost::json::object& action, Report& report);

}  // namespace wac::whatsapp::schema
