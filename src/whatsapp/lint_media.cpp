// Media and places (facts §2.3).

#include "whatsapp/payload_shapes.h"

namespace wac::whatsapp::schema {
namespace {

constexpr Field kId = optional("id", text(kOpaqueId));
constexpr Field kLink = optional("link", text(kHttpsUrl));
constexpr Field kCaption = optional("caption", text(0, 1024));
constexpr Field kFilename = optional("filename", text(1));
constexpr Field kMediaUrl = forbidden(
    "mediaUrl", "is not supported: give id (uploaded before) or link (a public https URL that Meta fetches)");

void check_source(const boost::json::object& media, Report& report) {
  exactly_one(media, "id", "link", report);
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
