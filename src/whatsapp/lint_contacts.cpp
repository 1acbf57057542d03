// Contact cards (facts §2.3).

#include "whatsapp/json_text.h"
#include "whatsapp/payload_shapes.h"

namespace wac::whatsapp::schema {
namespace {

constexpr std::array<std::string_view, 5> kNameParts{"first_name", "last_name", "middle_name", "suffix",
                                                     "prefix"};

void check_name(const boost::json::object& name, Report& report) {
  for (const std::string_view part : kNameParts) {
    if (!text_of(name, part).empty()) return;
  }
  report.broken("must have one of first_name, last_name, middle_name, suffix, prefix besides formatted_name");
}

constexpr std::array kNameFields{
    required("formatted_name", text(1)), optional("first_name", text(0)), optional("last_name", text(0)),
    optional("middle_name", text(0)),    optional("suffix", text(0)),     optional("prefix", text(0)),
};
constexpr Shape kName{.fields = kNameFields, .check = check_name};

constexpr std::array kPhoneFields{optional("phone", text(0)), optional("type", text(0)),
                                  optional("wa_id", text(kDigits))};
constexpr Shape kPhone{.fields = kPhoneFields};
constexpr Rule kPhoneEntry = object(kPhone);

constexpr std::array kEmailFields{optional("email", text(0)), optional("type", text(0))};
constexpr Shape kEmail{.fields = kEmailFields};
constexpr Rule kEmailEntry = object(kEmail);

constexpr std::array kUrlFields{optional("url", text(0)), optional("type", text(0))};
constexpr Shape kUrl{.fields = kUrlFields};
constexpr Rule kUrlEntry = object(kUrl);

constexpr std::array kAddressFields{
    optional("street", text(0)), optional("city", text(0)),    optional("state", text(0)),
    optional("zip", text(0)),    optional("country", text(0)), optional("country_code", text(kCountryCode)),
    optional("type", text(0)),
};
constexpr Shape kAddress{.fields = kAddressFields};
constexpr Rule kAddressEntry = object(kAddress);

constexpr std::array kOrgFields{optional("company", text(0)), optional("department", text(0)),
                                optional("title", text(0))};
constexpr Shape kOrg{.fields = kOrgFields};

constexpr std::array kContactFields{
    required("name", object(kName)),
    optional("phones", list(kPhoneEntry, 0)),
    optional("emails", list(kEmailEntry, 0)),
    optional("urls", list(kUrlEntry, 0)),
    optional("addresses", list(kAddressEntry, 0)),
    optional("org", object(kOrg)),
    optional("birthday", text(kDate)),
};

}  // namespace

constinit const Shape kContact{.fields = kContactFields};

}  // namespace wac::whatsapp::schema
