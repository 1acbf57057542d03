#pragma once
// The form of a log line: Cloud Logging's structured JSON (cloud.google.com/logging/docs/structured-logging).

#include "base/time.h"
#include "telemetry/log.h"

#include <string>
#include <string_view>

namespace wac::telemetry {

/// Appends `text` as a JSON string. What may be logged is ASCII; any other byte becomes U+FFFD, so that a
/// line is valid JSON whatever comes.
void append_json_string(std::string& out, std::string_view text);

/// One line with its line feed. `trace_prefix`: "projects/<id>/traces/", or empty.
std::string log_line(Severity severity, WallTime time, std::string_view message, const Field* const* fields,
                     std::size_t count, std::string_view trace_prefix);

}  // namespace wac::telemetry
