#include "ctl/report.h"

#include "ctl/json_view.h"

#include <ostream>

namespace wac::ctl {
namespace {

std::string_view why(const Error& error) {
  switch (error.code) {
    case ErrorCode::kDnsFailed:
      return "no such host";
    case ErrorCode::kConnectFailed:
      return "nothing listens there (connection refused or no route)";
    case ErrorCode::kTlsFailed:
      return "TLS failed, or the certificate is not to be trusted";
    case ErrorCode::kTimeout:
      return "no answer in time";
    case ErrorCode::kConnectionLost:
      return "the connection broke";
    case ErrorCode::kProtocol:
      return "what answers does not speak HTTP";
    default:
      return name(error.code);
  }
}

void append_word(std::string& line, std::string_view label, std::string_view text) {
  if (text.empty()) return;
  line += "  ";
  line += label;
  line += text;
}

}  // namespace

std::string describe_problem(const Answer& answer) {
  std::string out = std::to_string(answer.status);
  const std::string_view code = text_at(answer.json, "code");
  if (code.empty()) {
    out += ": not an answer of whatsapp-connector\n";
    return out;
  }
  out += ' ';
  out += code;
  out += ": ";
  out += text_at(answer.json, "detail");
  out += '\n';
  for (const auto& error : array_at(answer.json, "errors")) {
    out += "  ";
    out += text_at(error, "pointer");
    out += ": ";
    out += text_at(error, "rule");
    out += '\n';
  }
  return out;
}

std::string describe_failure(const std::string& url, const net::ClientFailure& failure) {
  std::string out = "cannot reach " + url + ": ";
  out += why(failure.error);
  if (failure.written == net::Written::kMaybe) {
    out += "; the request may have arrived, and repeating it with the same intent id is safe";
  }
  out += '\n';
  return out;
}

std::string describe_intent(const boost::json::value& intent) {
  const std::string_view status = text_at(intent, "status");
  const std::string_view state = text_at(intent, "state");
  std::string out{status.empty() ? state : status};
  if (!status.empty() && !state.empty() && state != status) append_word(out, "state ", state);
  append_word(out, "intent ", text_at(intent, "intentId"));
  append_word(out, "wamid ", text_at(intent, "wamid"));
  if (const auto attempts = number_at(intent, "attempts"); attempts != 0) {
    append_word(out, "attempts ", std::to_string(attempts));
  }
  if (member(intent, "latencyMs") != nullptr) {
    append_word(out, "", std::to_string(number_at(intent, "latencyMs")) + " ms");
  }
  out += '\n';
  if (const auto code = text_at(intent, "errorCode"); !code.empty()) {
    out += "  error ";
    out += code;
    out += ": ";
    out += text_at(intent, "errorMessage");
    out += '\n';
  }
  if (const auto advice = text_at(intent, "advice"); !advice.empty()) {
    out += "  advice: ";
    out += advice;
    out += '\n';
  }
  return out;
}

std::string describe_check(const boost::json::value& result) {
  std::string out;
  const auto append = [&](std::string_view list, std::string_view label) {
    for (const auto& one : array_at(result, list)) {
      out += label;
      out += text_at(one, "pointer");
      out += ' ';
      out += text_at(one, "rule");
      out += '\n';
    }
  };
  append("errors", "");
  append("warnings", "warning: ");
  out += text_at(result, "status");
  if (const auto code = text_at(result, "errorCode"); !code.empty()) {
    out += ": ";
    out += code;
  }
  out += '\n';
  return out;
}

Exit unreachable(const Console& console, const RestClient& client, const net::ClientFailure& failure) {
  console.err << describe_failure(client.url(), failure);
  return Exit::kUnreachable;
}

Exit refused(const Console& console, const Answer& answer) {
  if (console.json() && !answer.json.is_null()) console.out << answer.text << '\n';
  console.err << describe_problem(answer);
  if (answer.status == 401) {
    console.err
        << "give a key with --api-key-file, CONNECTOR_API_KEY or data/api_key (admin: --admin-key-file)\n";
  }
  return Exit::kFailed;
}

}  // namespace wac::ctl
