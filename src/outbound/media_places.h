#pragma once
// Where a payload names files by `mediaUrl`, and how an uploaded file takes its place. Plain functions.

#include "whatsapp/media_types.h"

#include <boost/json/fwd.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace wac::outbound {

/// A media object with a `mediaUrl`: of a message, a template or interactive header, or a carousel card.
struct MediaPlace {
  boost::json::object* object = nullptr;
  whatsapp::MediaKind kind = whatsapp::MediaKind::kDocument;
  bool voice = false;
  std::string_view url;        ///< of the object's own text
  std::string_view file_name;  ///< what the caller calls it; may be empty
};

/// In the order they stand. The places point into `payload`. A `raw` payload has none: it is sent as it is.
std::vector<MediaPlace> media_places(boost::json::object& payload);
bool names_media(const boost::json::object& payload);

/// Replaces the place's `mediaUrl` by `id`. Its `url` is gone then.
void put_media_id(const MediaPlace& place, std::string_view id);

}  // namespace wac::outbound
