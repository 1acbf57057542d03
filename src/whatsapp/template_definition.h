#pragma once
// An account's message templates as Graph lists them: GET /{WABA}/message_templates (facts §1.3, §2.5).

#include <boost/json/fwd.hpp>

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wac::whatsapp {

/// The variables of one text: {{1}}, {{2}} … or {{first_name}} …
struct TemplateVariables {
  std::vector<std::string> names;  ///< in order of first appearance, each once
  bool named = false;              ///< the template's parameter_format is NAMED

  std::size_t count() const { return names.size(); }
};

enum class ButtonKind : std::uint8_t {
  kQuickReply,
  kUrl,
  kOtp,  ///< a button that carries an authentication code: sent as `url`
  kCopyCode,
  kCatalog,
  kProducts,  ///< MPM
  kFlow,
  kPlain,  ///< takes no parameters: PHONE_NUMBER, REQUEST_CONTACT_INFO
  kOther,  ///< not known well enough to judge
};

struct TemplateButton {
  ButtonKind kind = ButtonKind::kOther;
  bool variable = false;  ///< kUrl: the address ends in a variable
};

/// A template's content, or that of one card of its carousel.
struct TemplateParts {
  /// The parameter's type of a header that is not text: "image", "video", "document", "gif", "location",
  /// "product"; "text" of one that is; empty without a header; "?" of a format not known here.
  std::string header;
  TemplateVariables header_variables;
  TemplateVariables body;
  std::vector<TemplateButton> buttons;
};

struct TemplateDefinition {
  std::string name;
  std::string language;
  std::string status;        ///< Meta's word: APPROVED, PENDING, REJECTED, PAUSED, DISABLED …
  std::string category;      ///< AUTHENTICATION, MARKETING, UTILITY
  bool has_content = false;  ///< false: the listing did not say, nothing about parameters can be judged
  TemplateParts parts;
  bool offer_expires = false;  ///< limited_time_offer with an end that a send must give
  bool has_offer = false;
  std::vector<TemplateParts> cards;

  bool approved() const { return status == "APPROVED"; }
  bool is_authentication() const { return category == "AUTHENTICATION"; }
};

/// One entry of a listing; nothing without name, language and status. Components that are not understood are
/// left out.
std::optional<TemplateDefinition> parse_template(const boost::json::object& entry);

/// One page of a listing.
struct TemplatePage {
  std::vector<TemplateDefinition> templates;
  std::size_t odd = 0;  ///< entries that were no template
  std::string after;    ///< cursor of the next page; empty: this was the last one
};
/// Nothing when `body` is not a page.
std::optional<TemplatePage> parse_template_page(std::string_view body);

/// The templates of one account. Immutable once it is shared.
class TemplateCatalogue {
 public:
  void add(TemplateDefinition definition);
  /// The listing was cut short: what is not found may exist.
  void mark_incomplete() { complete_ = false; }

  /// Null when not listed.
  const TemplateDefinition* find(std::string_view name, std::string_view language) const;
  bool has_name(std::string_view name) const { return templates_.contains(name); }
  bool complete() const { return complete_; }
  /// Templates, each language counted.
  std::size_t size() const { return size_; }

 private:
  using ByLanguage = std::map<std::string, TemplateDefinition, std::less<>>;
  std::map<std::string, ByLanguage, std::less<>> templates_;
  std::size_t size_ = 0;
  bool complete_ = true;
};

}  // namespace wac::whatsapp
