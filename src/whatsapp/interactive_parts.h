#pragma once
// Pieces that the interactive messages share (facts §2.4). Where the facts give no length for a body it is
// 1024, that of all bodies but the list's.

#include "whatsapp/payload_shapes.h"

#include <array>

namespace wac::whatsapp::schema {

inline constexpr std::array kHeaderTextFields{required("text", text(1, 60))};
inline constexpr std::array kHeaderImageFields{required("image", object(kPlainMedia))};
inline constexpr std::array kHeaderVideoFields{required("video", object(kPlainMedia))};
inline constexpr std::array kHeaderDocumentFields{required("document", object(kNamedMedia))};
inline constexpr Shape kHeaderText{.fields = kHeaderTextFields};
inline constexpr Shape kHeaderImage{.fields = kHeaderImageFields};
inline constexpr Shape kHeaderVideo{.fields = kHeaderVideoFields};
inline constexpr Shape kHeaderDocument{.fields = kHeaderDocumentFields};

inline constexpr std::array kAnyHeaderTypes{Variant{"text", &kHeaderText}, Variant{"image", &kHeaderImage},
                                            Variant{"video", &kHeaderVideo},
                                            Variant{"document", &kHeaderDocument}};
inline constexpr std::array kTextHeaderTypes{Variant{"text", &kHeaderText}};
inline constexpr Shape kAnyHeader{.tag = "type", .variants = kAnyHeaderTypes};
inline constexpr Shape kTextHeader{.tag = "type", .variants = kTextHeaderTypes};

inline constexpr std::array kBodyFields{required("text", text(1, 1024))};
inline constexpr std::array kFooterFields{required("text", text(1, 60))};
inline constexpr Shape kBody{.fields = kBodyFields};
inline constexpr Shape kFooter{.fields = kFooterFields};

inline constexpr Field kHeaderOfAnyKind = optional("header", object(kAnyHeader));
inline constexpr Field kRequiredBody = required("body", object(kBody));
inline constexpr Field kOptionalBody = optional("body", object(kBody));
inline constexpr Field kFooterText = optional("footer", object(kFooter));

inline constexpr std::array<std::string_view, 1> kCtaUrlWord{"cta_url"};
inline constexpr std::array kCtaUrlParameterFields{required("display_text", text(1, 20)),
                                                   required("url", text(kWebUrl))};
inline constexpr Shape kCtaUrlParameters{.fields = kCtaUrlParameterFields};
inline constexpr std::array kCtaUrlActionFields{required("name", one_of(kCtaUrlWord)),
                                                required("parameters", object(kCtaUrlParameters))};
inline constexpr Shape kCtaUrlAction{.fields = kCtaUrlActionFields};

extern const Shape kFlow;
extern const Shape kProduct;
extern const Shape kProductList;
extern const Shape kCatalogMessage;
extern const Shape kCarousel;

}  // namespace wac::whatsapp::schema
