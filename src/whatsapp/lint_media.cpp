// Media and places (facts §2.3).

#include "whatsapp/payload_shapes.h"

namespace wac::whatsapp::schema {
namespace {

constexpr Field kId = optional("id", text(kOpaqueId));
constexpr Field kLink = optional("link", text(kHttpsUrl));
constexpr Field kCaption = optional("caption", text(0, 1024));
constexpr Field kFilename = optional("filename", text(1));
// Which schemes and hosts are allowed is a setting, so it is judged when the file is fetched.
constexpr Field kMediaUrl = optional("mediaUrl", text(kWebUrl, 2'048));

/// `id` (uploaded before), `link` (Meta fetches it) or `mediaUrl` (we fetch and upload it).
void check_source(const boost::json::object& media, Report& report) {
  const int sources =
      int{media.contains("id")} + int{media.contains("link")} + int{media.contains("mediaUrl")};
  if (sources != 1) report.broken("must have exactly one of id, link and mediaUrl");
}

constexpr std::array kPlainFields{kId, kLink, kMediaUrl};
constexpr std::array kNamedFields{kId, kLink, kMediaUrl, kFilename};
constexpr std::array kCaptionedFields{kId, kLink, kMediaUrl, kCaption};
constexpr std::array kAudioFields{kId, kLink, kMediaUrl, optional("voice", flag())};
constexpr std::array kDocumentFields{kId, kLink, kMediaUrl, kCaption, kFilename};

constexpr std::array kLocationFields{
    required("latitude", decimal(-90, 90)),
    required("longitude", decimal(-180, 180)),
    optional("name", text(0)),
    optional("address", text(0)),
};

}  // namespace

constinit const Shape kPlainMedia{.fields = kPlainFields, .check = check_source};
constinit const Shape kNamedMedia{.fields = kNamedFields, .check = check_source};
constinit const Shape kImage{.fields = kCaptionedFields, .check = check_source};
constinit const Shape kAudio{.fields = kAudioFields, .check = check_source};
constinit const Shape kVideo{.fields = kCaptionedFields, .check = check_source};
constinit const Shape kDocument{.fields = kDocumentFields, .check = check_source};
constinit const Shape kSticker{.fields = kPlainFields, .check = check_source};
constinit const Shape kLocation{.fields = kLocationFields};

}  // namespace wac::whatsapp::schema
