#include "telemetry/log_line.h"

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
  return (byte >= 0x20) & (byte < 0x7f) & (c != '"') & (c != '\\');
}

/// Nearly all text is. Without a way out of the loop, many bytes are looked at at once.
bool is_plain(std::string_view text) {
  bool plain = true;
  for (const char c : text) plain &= stands_as_it_is(c);
  return plain;
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
  if (is_plain(text)) {
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
    line += field->value();
    // The name under which Cloud Logging joins lines with traces.
    if (field->key() == "traceId" && !trace_prefix.empty() && field->value().starts_with('"')) {
      line += R"(,"logging.googleapis.com/trace":")";
      line += trace_prefix;
      line += field->value().substr(1);
    }
  }
  line += "}\n";
  return line;
}

void Field::render(bool value) {
  value_ = value ? "true" : "false";
}
void Field::render_integer(std::int64_t value) {
  const fmt::format_int digits{value};
  value_.assign(digits.data(), digits.size());
}
void Field::render_unsigned(std::uint64_t value) {
  const fmt::format_int digits{value};
  value_.assign(digits.data(), digits.size());
}
void Field::render_text(std::string_view text) {
  value_.reserve(text.size() + 2);
  append_json_string(value_, text);
}

void Field::render(const Error& error) {
  value_ = R"({"code":)";
  append_json_string(value_, name(error.code));
  value_ += R"(,"where":)";
  append_json_string(value_, static_cast<const char*>(error.where));
  fmt::format_to(std::back_inserter(value_), FMT_COMPILE(R"(,"detail":{}}})"), error.detail);
}

}  // namespace wac::telemetry
