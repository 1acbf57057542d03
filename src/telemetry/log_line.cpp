#include "telemetry/log_line.h"

#include "base/json_plain.h"
#include "base/rfc3339.h"

#include <algorithm>
#include <fmt/compile.h>
#include <fmt/format.h>
#include <iterator>
#include <span>

namespace wac::telemetry {

std::string_view name(Severity severity) {
  switch (severity) {
    case Severity::kDebug:
      return "DEBUG";
    case Severity::kInfo:
      return "INFO";
    case Severity::kWarning:
      return "WARNING";
    case Severity::kError:
      return "ERROR";
    case Severity::kCritical:
      return "CRITICAL";
  }
  return "DEFAULT";
}

std::optional<Severity> parse_severity(std::string_view level) {
  if (level == "debug") return Severity::kDebug;
  if (level == "info") return Severity::kInfo;
  if (level == "warning") return Severity::kWarning;
  if (level == "error") return Severity::kError;
  return std::nullopt;
}

namespace {

bool stands_as_it_is(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x20 && byte < 0x7f && c != '"' && c != '\\';
}

void append_escaped(std::string& out, char c) {
  const auto byte = static_cast<unsigned char>(c);
  if (c == '"' || c == '\\') {
    out += '\\';
    out += c;
  } else if (byte > 0x7f) {
    out += "\\ufffd";
  } else {
    fmt::format_to(std::back_inserter(out), FMT_COMPILE("\\u{:04x}"), byte);
  }
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  if (is_json_plain(text, NonAscii::kNotPlain)) {
    out += text;
    text = {};
  }
  while (!text.empty()) {
    const auto clean =
        static_cast<std::size_t>(std::ranges::find_if_not(text, stands_as_it_is) - text.begin());
    out.append(text.substr(0, clean));
    text.remove_prefix(clean);
    if (text.empty()) break;
    append_escaped(out, text.front());
    text.remove_prefix(1);
  }
  out += '"';
}

/// Bytes.
constexpr std::size_t kUsualLine = 640;

std::string log_line(Severity severity, WallTime time, std::string_view message, const Field* const* fields,
                     std::size_t count, std::string_view trace_prefix) {
  std::string line;
  line.reserve(kUsualLine);
  line += R"({"severity":")";
  line += name(severity);
  line += R"(","time":")";
  line += format_time(time);
  line += R"(","message":)";
  append_json_string(line, message);
  for (const Field* field : std::span{fields, count}) {
    // Keys are literals of ours.
    line += ",\"";
    line += field->key();
    line += "\":";
    const std::size_t start = line.size();
    field->append_value(line);
    // The name under which Cloud Logging joins lines with traces.
    if (field->key() == "traceId" && !trace_prefix.empty() && line[start] == '"') {
      const std::string rest = line.substr(start + 1);
      line += R"(,"logging.googleapis.com/trace":")";
      line += trace_prefix;
      line += rest;
    }
  }
  line += "}\n";
  return line;
}

namespace {

void append(std::string& out, bool value) {
  out += value ? "true" : "false";
}
template <std::integral Number>
void append(std::string& out, Number value) {
  const fmt::format_int digits{value};
  out.append(digits.data(), digits.size());
}
void append(std::string& out, std::string_view text) {
  append_json_string(out, text);
}
void append(std::string& out, const Error& error) {
  out += R"({"code":)";
  append_json_string(out, name(error.code));
  out += R"(,"where":)";
  append_json_string(out, static_cast<const char*>(error.where));
  fmt::format_to(std::back_inserter(out), FMT_COMPILE(R"(,"detail":{}}})"), error.detail);
}

}  // namespace

void Field::append_value(std::string& out) const {
  std::visit([&out](const auto& value) { append(out, value); }, value_);
}

}  // namespace wac::telemetry
