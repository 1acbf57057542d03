#pragma once
// The message templates of the sandbox's account. They are read from JSON in the shape of Meta's own listing
// (`GET /{waba}/message_templates`), so that the answer of a real account can be saved and used.

#include "base/error.h"

#include <boost/json.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wac::sandbox {

/// A text with `{{1}}` or `{{name}}` in it.
struct TemplateText {
  std::string text;
  /// In order of first appearance, each once.
  std::vector<std::string> variables;
  /// Variables have names, not numbers.
  bool named = false;

  static TemplateText parse(std::string_view text);
};

struct TemplateButton {
  /// As in the listing: QUICK_REPLY, URL, PHONE_NUMBER, COPY_CODE, OTP, FLOW, CATALOG, MPM …
  std::string type;
  /// URL buttons: the address ends in a variable.
  bool variable = false;

  /// Whether a send must carry a parameter for it.
  bool needs_parameter() const;
  /// The `sub_type` a parameter for it must name; empty when it takes none.
  std::string_view sub_type() const;
};

/// A template, or one card of its carousel.
struct TemplateParts {
  /// TEXT, IMAGE, VIDEO, DOCUMENT, LOCATION, GIF, PRODUCT; empty: no header.
  std::string header_format;
  TemplateText header;
  TemplateText body;
  std::vector<TemplateButton> buttons;
  bool limited_time_offer = false;
  std::vector<TemplateParts> cards;
};

struct MessageTemplate {
  std::string name;
  std::string language;
  /// Lower case: marketing, utility, authentication.
  std::string category;
  /// Upper case: APPROVED, PAUSED, DISABLED, REJECTED, PENDING …
  std::string status;
  TemplateParts parts;
  std::string id;
  /// GREEN, YELLOW, RED or UNKNOWN.
  std::string quality;
  /// Sends are accepted and then wait (`held_for_quality_assessment`) until somebody lets them go.
  bool held = false;
  /// As it was given, with fields the sandbox does not read.
  boost::json::object definition;

  /// The definition with today's status and quality, as Meta's listing shows it.
  boost::json::object to_json() const;
};

class TemplateCatalogue {
 public:
  /// hello_world, order_update, order_shipped, login_code, summer_sale …: see built_in_templates.cpp.
  static TemplateCatalogue built_in();

  /// Adds templates (replacing those of equal name and language): a list, or an object with the list as
  /// `data`. Nothing is added when one is malformed (kInvalid).
  Result<void> add(const boost::json::value& listing);

  const MessageTemplate* find(std::string_view name, std::string_view language) const;
  MessageTemplate* find(std::string_view name, std::string_view language);
  const MessageTemplate* find_id(std::string_view id) const;
  std::size_t size() const { return templates_.size(); }

  /// The listing, as `GET /{waba}/message_templates` answers it.
  boost::json::array listing() const;

 private:
  std::map<std::pair<std::string, std::string>, MessageTemplate, std::less<>> templates_;
  std::uint64_t last_id_ = 594'425'479'300'000;
};

}  // namespace wac::sandbox
