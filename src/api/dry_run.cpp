#include "api/dry_run.h"

#include "net/http_message.h"
#include "whatsapp/local_errors.h"

#include <boost/json.hpp>

namespace wac::api {
namespace {

namespace json = boost::json;

std::vector<FieldError> within(const std::string& pointer, std::vector<whatsapp::Violation> violations) {
  std::vector<FieldError> errors;
  for (whatsapp::Violation& one : violations) errors.push_back({pointer + one.pointer, std::move(one.rule)});
  return errors;
}

json::array errors_json(const std::vector<FieldError>& errors) {
  json::array out;
  for (const FieldError& error : errors) out.push_back({{"pointer", error.pointer}, {"rule", error.rule}});
  return out;
}

}  // namespace

std::optional<bool> wants_dry_run(std::string_view query) {
  std::string value;
  if (!net::query_parameter(query, "dryRun", value)) return false;
  if (value == "true") return true;
  if (value == "false") return false;
  return std::nullopt;
}

DryRunLine rejected_line(RejectedIntent rejected, const std::string& pointer) {
  DryRunLine line;
  line.id = std::move(rejected.id);
  line.error_code = rejected.code;
  line.errors.push_back({pointer + "/" + std::string{rejected.field}, std::string{rejected.message}});
  return line;
}

DryRunLine checked_line(IntentId id, outbound::DryRun found, const std::string& pointer) {
  DryRunLine line;
  line.id = std::move(id);
  line.warnings = within(pointer, std::move(found.warnings));
  if (!found.fault) return line;
  line.error_code = whatsapp::find_local_error(whatsapp::code_of(found.fault->code))->name;
  line.errors = within(pointer + std::string{found.place}, std::move(found.fault->violations));
  return line;
}

std::string dry_run_json(const std::vector<DryRunLine>& lines) {
  json::array results;
  std::size_t valid = 0;
  for (const DryRunLine& line : lines) {
    const bool good = line.errors.empty();
    if (good) ++valid;
    json::object out;
    out["intentId"] = line.id.str();
    out["status"] = good ? "valid" : "invalid";
    if (!good) out["errorCode"] = line.error_code;
    out["errors"] = errors_json(line.errors);
    out["warnings"] = errors_json(line.warnings);
    results.push_back(std::move(out));
  }
  json::object summary{{"total", lines.size()}, {"valid", valid}, {"invalid", lines.size() - valid}};
  json::object result{{"summary", std::move(summary)}, {"results", std::move(results)}};
  return json::serialize(json::object{{"ok", true}, {"dryRun", true}, {"result", std::move(result)}});
}

}  // namespace wac::api
