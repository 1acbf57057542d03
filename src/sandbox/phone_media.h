#pragma once
// Files on the phone page: what a person attaches becomes a media id as a user's would, and what the
// connector uploaded can be looked at.
//
//   POST /_sandbox/phone/media?number=<phone number id>   the bytes; {"id":…,"mime_type":…,"sha256":…}
//   GET  /_sandbox/phone/media/<id>                        the file, without a token

#include "net/http_message.h"
#include "sandbox/media_api.h"

#include <optional>
#include <string_view>

namespace wac::sandbox {

/// The largest file a person can attach.
inline constexpr std::size_t kMostPhoneFile = std::size_t{16} * 1024 * 1024;

bool is_phone_upload(net::Method method, std::string_view path);

/// Nothing when the path is not one of these.
std::optional<net::HttpResponse> phone_media(MediaApi& media, const net::HttpRequest& request);

}  // namespace wac::sandbox
