#include "whatsapp/media_types.h"

#include <algorithm>
#include <array>
#include <string>

namespace wac::whatsapp {
namespace {

using namespace std::string_view_literals;

constexpr std::uint64_t kKilobyte = 1'024;
constexpr std::uint64_t kMegabyte = 1'024 * kKilobyte;

/// What a file's first bytes say.
enum class Content : std::uint8_t {
  kUnknown,
  kJpeg,
  kPng,
  kWebp,
  kWebpAnimated,
  kMp4,
  kM4a,
  k3gp,
  kAac,
  kAmr,
  kMp3,
  kOpus,
  kPdf,
  kZip,  ///< OOXML is a ZIP archive
  kCfb,  ///< the Office files before it
  kText,
};

struct Row {
  MediaKind kind;
  Content content;
  std::string_view mime;
  std::uint64_t max_bytes;
  /// Decides where content alone does not; empty: it does.
  std::string_view extension = {};
};

constexpr std::string_view kOggOpus = "audio/ogg; codecs=opus";

constexpr auto kRows = [] {
  using enum MediaKind;
  using enum Content;
  constexpr std::uint64_t kAv = 16 * kMegabyte;
  constexpr std::uint64_t kDoc = 100 * kMegabyte;
  return std::to_array<Row>({
      {kImage, kJpeg, "image/jpeg", 5 * kMegabyte},
      {kImage, kPng, "image/png", 5 * kMegabyte},
      {kAudio, kAac, "audio/aac", kAv},
      {kAudio, kAmr, "audio/amr", kAv},
      {kAudio, kMp3, "audio/mpeg", kAv},
      {kAudio, kM4a, "audio/mp4", kAv},
      {kAudio, kMp4, "audio/mp4", kAv},
      // Meta refuses plain audio/ogg: only Opus, one channel.
      {kAudio, kOpus, kOggOpus, kAv},
      {kVideo, kMp4, "video/mp4", kAv},
      {kVideo, k3gp, "video/3gpp", kAv},
      {kSticker, kWebp, "image/webp", 100 * kKilobyte},
      {kSticker, kWebpAnimated, "image/webp", 500 * kKilobyte},
      {kDocument, kPdf, "application/pdf", kDoc},
      {kDocument, kText, "text/plain", kDoc, "txt"},
      {kDocument, kCfb, "application/msword", kDoc, "doc"},
      {kDocument, kCfb, "application/vnd.ms-excel", kDoc, "xls"},
      {kDocument, kCfb, "application/vnd.ms-powerpoint", kDoc, "ppt"},
      {kDocument, kZip, "application/vnd.openxmlformats-officedocument.wordprocessingml.document", kDoc,
       "docx"},
      {kDocument, kZip, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", kDoc, "xlsx"},
      {kDocument, kZip, "application/vnd.openxmlformats-officedocument.presentationml.presentation", kDoc,
       "pptx"},
  });
}();

/// What servers write for what Meta calls otherwise.
constexpr auto kAliases = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"image/jpg", "image/jpeg"},
    {"image/pjpeg", "image/jpeg"},
    {"audio/mp3", "audio/mpeg"},
    {"audio/x-aac", "audio/aac"},
    {"audio/aacp", "audio/aac"},
    {"audio/m4a", "audio/mp4"},
    {"audio/x-m4a", "audio/mp4"},
    {"audio/opus", "audio/ogg"},
    {"application/ogg", "audio/ogg"},
    {"audio/3gpp", "audio/amr"},
    {"application/x-pdf", "application/pdf"},
});

constexpr auto kUnspecific = std::to_array<std::string_view>(
    {"", "application/octet-stream", "binary/octet-stream", "application/download", "application/x-download",
     "application/force-download"});

std::string lower(std::string_view text) {
  std::string out{text};
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  return text;
}

std::string_view without_parameters(std::string_view mime) {
  return trimmed(mime.substr(0, mime.find(';')));
}

std::uint8_t byte(std::string_view head, std::size_t at) {
  return at < head.size() ? static_cast<std::uint8_t>(head[at]) : 0;
}

/// ISO base media: the major brand tells.
Content mp4_family(std::string_view head) {
  const std::string_view brand = head.substr(std::min<std::size_t>(8, head.size()), 4);
  if (brand.starts_with("3g")) return Content::k3gp;
  if (brand == "M4A "sv || brand == "M4B "sv) return Content::kM4a;
  constexpr auto kVideo =
      std::to_array<std::string_view>({"isom", "iso2", "iso4", "iso5", "iso6", "mp41", "mp42", "avc1", "M4V ",
                                       "MSNV", "dash", "mmp4", "f4v "});
  return std::ranges::find(kVideo, brand) != kVideo.end() ? Content::kMp4 : Content::kUnknown;
}

/// RFC 7845: the first page of an Ogg stream with Opus holds "OpusHead", a version, and the channel count.
Content ogg_family(std::string_view head) {
  constexpr std::string_view kMark = "OpusHead";
  const std::size_t at = head.substr(0, 512).find(kMark);
  if (at == std::string_view::npos) return Content::kUnknown;
  return byte(head, at + kMark.size() + 1) == 1 ? Content::kOpus : Content::kUnknown;
}

/// MPEG audio (also behind an ID3 tag) and AAC in ADTS begin with eleven or twelve set bits.
Content frame_family(std::string_view head) {
  if (head.starts_with("ID3")) return Content::kMp3;
  if (byte(head, 0) != 0xff || (byte(head, 1) & 0xe0U) != 0xe0U) return Content::kUnknown;
  const bool layer_zero = (byte(head, 1) & 0x06U) == 0;
  if (!layer_zero) return Content::kMp3;
  return (byte(head, 1) & 0xf0U) == 0xf0U ? Content::kAac : Content::kUnknown;
}

/// No control characters but those of text.
bool looks_like_text(std::string_view head) {
  return !head.empty() && std::ranges::all_of(head, [](char c) {
    return static_cast<unsigned char>(c) >= 0x20 || c == '\n' || c == '\r' || c == '\t' || c == '\f';
  });
}

Content content_of(std::string_view head) {
  if (head.starts_with("\xff\xd8\xff")) return Content::kJpeg;
  if (head.starts_with("\x89PNG\r\n\x1a\n")) return Content::kPng;
  if (head.starts_with("RIFF") && head.size() >= 16 && head.substr(8, 4) == "WEBP") {
    // The extended header's flags: bit 1 is animation.
    const bool animated = head.substr(12, 4) == "VP8X" && (byte(head, 20) & 0x02U) != 0;
    return animated ? Content::kWebpAnimated : Content::kWebp;
  }
  if (head.size() >= 12 && head.substr(4, 4) == "ftyp") return mp4_family(head);
  if (head.starts_with("#!AMR\n")) return Content::kAmr;
  if (head.starts_with("OggS")) return ogg_family(head);
  if (head.starts_with("%PDF-")) return Content::kPdf;
  if (head.starts_with("PK\x03\x04")) return Content::kZip;
  if (head.starts_with("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")) return Content::kCfb;
  if (const Content frames = frame_family(head); frames != Content::kUnknown) return frames;
  return looks_like_text(head) ? Content::kText : Content::kUnknown;
}

std::string extension_of(std::string_view file_name) {
  const std::size_t dot = file_name.rfind('.');
  return dot == std::string_view::npos ? std::string{} : lower(file_name.substr(dot + 1));
}

}  // namespace

std::string_view name(MediaKind kind) {
  switch (kind) {
    case MediaKind::kImage:
      return "image";
    case MediaKind::kAudio:
      return "audio";
    case MediaKind::kVideo:
      return "video";
    case MediaKind::kDocument:
      return "document";
    case MediaKind::kSticker:
      return "sticker";
  }
  return "document";
}

std::optional<MediaKind> media_kind_from(std::string_view member) {
  if (member == "gif") return MediaKind::kVideo;
  for (const MediaKind kind :
       {MediaKind::kImage, MediaKind::kAudio, MediaKind::kVideo, MediaKind::kDocument, MediaKind::kSticker}) {
    if (member == name(kind)) return kind;
  }
  return std::nullopt;
}

std::uint64_t media_limit(MediaKind kind) {
  std::uint64_t limit = 0;
  for (const Row& row : kRows) {
    if (row.kind == kind) limit = std::max(limit, row.max_bytes);
  }
  return limit;
}

std::optional<MediaType> recognise_media(MediaKind kind, std::string_view declared,
                                         std::string_view file_name, std::string_view head) {
  const Content content = content_of(head);
  std::string claim = lower(without_parameters(declared));
  for (const auto& [alias, mime] : kAliases) {
    if (claim == alias) claim = mime;
  }
  const bool unspecific = std::ranges::find(kUnspecific, claim) != kUnspecific.end();
  const std::string extension = extension_of(file_name);
  for (const Row& row : kRows) {
    if (row.kind != kind || row.content != content) continue;
    const bool matches = unspecific ? row.extension.empty() || row.extension == extension
                                    : without_parameters(row.mime) == claim;
    if (matches) return MediaType{row.mime, row.max_bytes};
  }
  return std::nullopt;
}

bool may_be_voice(std::string_view mime) {
  return mime == kOggOpus;
}

}  // namespace wac::whatsapp
