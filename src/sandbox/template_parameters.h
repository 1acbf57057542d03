#pragma once
// The parameters of a template send's components; private to template_rules.cpp.

#include "sandbox/fields.h"
#include "sandbox/templates.h"

#include <boost/json.hpp>

#include <string>

namespace wac::sandbox {

/// Longest one-time code and coupon code.
inline constexpr std::size_t kMaxCode = 15;

std::string lower_case(std::string_view text);

/// 132000, in Meta's words.
void refuse_count(Check& check, const std::string& where, std::size_t got, std::size_t want);

/// The parameters of a text header or a body (`name`): their number, kinds, names and rendered length.
void check_variables(Check& check, const boost::json::array& parameters, const TemplateText& text,
                     const std::string& name, const std::string& path);

/// The one parameter of a header of `format`: media, location or product.
void check_header_media(Check& check, const boost::json::array& parameters, const std::string& format,
                        const std::string& path);

/// The one parameter of a button.
void check_button_parameter(Check& check, const boost::json::value& value, const TemplateButton& button,
                            const std::string& path);

}  // namespace wac::sandbox
