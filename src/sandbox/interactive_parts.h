#pragma once
// What interactive messages, their carousels and templates share; private to the payload rules.

#include "sandbox/fields.h"

#include <boost/json.hpp>

#include <string>

namespace wac::sandbox {

/// `path[i]`.
inline std::string indexed(const std::string& path, std::size_t i) {
  return path + '[' + std::to_string(i) + ']';
}

/// `{"id":…,"title":…}` of a button; titles have at most 20 characters.
void check_reply(Check& check, const boost::json::object& reply, const std::string& path, std::size_t id_max);
/// `{"name":"cta_url","parameters":{…}}`.
void check_cta_url(Check& check, const boost::json::object& action, const std::string& path);
/// `{"catalog_id":…,"product_retailer_id":…}`.
void check_product(Check& check, const boost::json::object& action, const std::string& path);
/// A product list's sections (interactive product_list, template mpm): at most 10 with 30 products in all.
void check_product_sections(Check& check, const boost::json::array& sections, const std::string& path);
/// 2 to 10 cards, all with the same kind and number of buttons.
void check_carousel(Check& check, const boost::json::object& action, const std::string& path);

}  // namespace wac::sandbox
