#pragma once
// Which files Meta takes (facts §2.3): types, sizes, and how a file shows what it is. Plain functions.

#include <cstdint>
#include <optional>
#include <string_view>

namespace wac::whatsapp {

/// The media object a file is for. A template's `gif` header is a video.
enum class MediaKind : std::uint8_t { kImage, kAudio, kVideo, kDocument, kSticker };
std::string_view name(MediaKind kind);
/// By the name of the member that holds the media object: "image", …, "gif".
std::optional<MediaKind> media_kind_from(std::string_view member);

struct MediaType {
  std::string_view mime;        ///< as it is declared to Meta
  std::uint64_t max_bytes = 0;  ///< of this file
};

/// Bytes of a file's beginning that recognise_media() needs at most.
inline constexpr std::size_t kMediaHeadBytes = 1'024;

/// Most bytes any file of that kind may have.
std::uint64_t media_limit(MediaKind kind);

/// The type of a file whose first bytes are `head` (kMediaHeadBytes, or the whole file). Its content has the
/// first word: a file that is not of a type Meta takes for `kind` is refused whatever it claims to be. What
/// its server declares (Content-Type; parameters are ignored) must agree with the content. Where the server
/// says nothing specific and the content leaves several types open (Office files, plain text), the extension
/// of `file_name` decides. Nothing: Meta would refuse it, or show it wrongly.
std::optional<MediaType> recognise_media(MediaKind kind, std::string_view declared,
                                         std::string_view file_name, std::string_view head);

/// Whether a type may be sent with `"voice":true`.
bool may_be_voice(std::string_view mime);

}  // namespace wac::whatsapp
