#pragma once
// Templates by hand: added, paused, disabled, held, rated; with the webhooks Meta sends about it.

#include "sandbox/backend.h"
#include "sandbox/templates.h"

#include <boost/json.hpp>

#include <expected>
#include <string>

namespace wac::sandbox {

class TemplateControl {
 public:
  /// Both outlive this.
  TemplateControl(TemplateCatalogue& templates, Backend& backend)
      : templates_(templates), backend_(backend) {}

  boost::json::object listing() const { return {{"data", templates_.listing()}}; }

  /// One definition, a list, or `{"data":[…]}`, in the shape of Meta's listing; those of equal name and
  /// language are replaced.
  std::expected<boost::json::object, std::string> add(const boost::json::value& body);

  /// `{"name":…,"language":…}` and any of: `"status":"PAUSED"` (with `"reason"`), `"quality":"RED"`,
  /// `"hold":true|false`. Ending a hold lets its messages go; with `"drop":true` they fail with 132015.
  std::expected<boost::json::object, std::string> update(const boost::json::object& request);

 private:
  void announce_status(const MessageTemplate& one, std::string_view reason);
  void announce_quality(const MessageTemplate& one, std::string_view before);
  std::size_t hold(MessageTemplate& one, bool held, bool drop);

  TemplateCatalogue& templates_;
  Backend& backend_;
};

}  // namespace wac::sandbox
