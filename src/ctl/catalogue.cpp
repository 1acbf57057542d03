// `lint` and `explain`: what can be told without a connector.

#include "ctl/catalogue_words.h"
#include "ctl/commands.h"
#include "ctl/files.h"
#include "ctl/lint_report.h"
#include "ctl/table.h"
#include "whatsapp/local_errors.h"

#include <boost/json.hpp>

#include <ostream>

namespace wac::ctl {
namespace {

namespace json = boost::json;

json::array violations_json(const std::vector<whatsapp::Violation>& violations) {
  json::array out;
  for (const auto& [pointer, rule] : violations) out.push_back({{"pointer", pointer}, {"rule", rule}});
  return out;
}

void print_lint(const Console& console, const LintReport& report) {
  if (console.json()) {
    console.out << json::serialize(json::object{{"valid", report.errors.empty()},
                                                {"errors", violations_json(report.errors)},
                                                {"warnings", violations_json(report.warnings)}})
                << '\n';
    return;
  }
  for (const auto& [pointer, rule] : report.errors) console.out << pointer << ' ' << rule << '\n';
  for (const auto& [pointer, rule] : report.warnings)
    console.out << "warning: " << pointer << ' ' << rule << '\n';
  if (report.errors.empty()) {
    console.out << "valid\n";
  } else {
    console.out << report.errors.size() << (report.errors.size() == 1 ? " error\n" : " errors\n");
  }
}

json::object words_json(const CodeWords& words) {
  return {{"code", words.code}, {"meaning", words.meaning}, {"class", words.kind}, {"scope", words.scope},
          {"wait", words.wait}, {"advice", words.advice},   {"known", words.known}};
}

void print_words(const Console& console, const CodeWords& words) {
  if (console.json()) {
    console.out << json::serialize(words_json(words)) << '\n';
    return;
  }
  console.out << words.code << ": " << words.meaning << '\n'
              << "  class   " << words.kind << ": " << class_words(words.kind) << '\n'
              << "  scope   " << words.scope << '\n';
  if (!words.wait.empty()) console.out << "  wait    " << words.wait << '\n';
  console.out << "  advice  " << words.advice << '\n';
}

void print_catalogue(const Console& console, bool markdown) {
  if (markdown) {
    console.out << errors_markdown();
    return;
  }
  if (console.json()) {
    json::array list;
    for (const CodeWords& words : all_code_words()) list.push_back(words_json(words));
    console.out << json::serialize(list) << '\n';
    return;
  }
  std::vector<std::vector<std::string>> rows;
  for (const CodeWords& words : all_code_words())
    rows.push_back({words.code, words.kind, words.scope, words.wait, words.meaning});
  console.out << render_table(
      {{"code", Align::kRight}, {"class"}, {"scope"}, {"wait", Align::kRight}, {"meaning"}}, rows);
}

}  // namespace

Exit lint_file(const Console& console, const LintArguments& arguments) {
  const auto document = read_json(arguments.file);
  if (!document) {
    console.err << document.error() << '\n';
    return Exit::kUsage;
  }
  const LintReport report = lint_document(*document);
  print_lint(console, report);
  return report.errors.empty() ? Exit::kOk : Exit::kFailed;
}

Exit explain_code(const Console& console, const ExplainArguments& arguments) {
  if (arguments.all) {
    print_catalogue(console, arguments.markdown);
    return Exit::kOk;
  }
  const auto code = whatsapp::code_from_text(arguments.code);
  if (!code) {
    console.err << "explain: \"" << arguments.code
                << "\" is neither a number nor a name of `explain --all`\n";
    return Exit::kUsage;
  }
  const CodeWords words = words_about(*code);
  print_words(console, words);
  if (words.known) return Exit::kOk;
  console.err << "not in the catalogue: this is what is made of an HTTP 4xx with it; 5xx is ambiguous, 429 "
                 "throttled, 401 tenant_fatal\n";
  return Exit::kFailed;
}

}  // namespace wac::ctl
