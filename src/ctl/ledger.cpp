// `ledger verify`: reads both ledgers and prints what their comparison says.

#include "ctl/commands.h"
#include "ctl/json_view.h"
#include "ctl/ledger_compare.h"
#include "ctl/report.h"

#include <algorithm>
#include <ostream>

namespace wac::ctl {
namespace {

namespace json = boost::json;

constexpr Millis kPoll{250};

/// Says why it failed itself.
template <class T>
using Read = std::expected<T, Exit>;

Task<Read<json::value>> get_json(const Console& console, RestClient& client, std::string target) {
  Reply reply = co_await client.get(std::move(target));
  if (!reply) co_return std::unexpected(unreachable(console, client, reply.error()));
  if (!reply->ok() || !reply->json.is_object()) co_return std::unexpected(refused(console, *reply));
  co_return std::move(reply->json);
}

void append_records(const json::value& page, std::vector<LedgerRecord>& records) {
  for (const auto& item : array_at(page, "records")) {
    LedgerRecord record;
    record.key = text_at(item, "key");
    record.intent_id = text_at(item, "intentId");
    record.state = text_at(item, "state");
    record.updated_at = text_at(item, "updatedAt");
    record.duplicates = static_cast<std::uint64_t>(number_at(item, "duplicates"));
    records.push_back(std::move(record));
  }
}

Task<Read<std::vector<LedgerRecord>>> read_connector(const Console& console, RestClient& admin) {
  const auto summary = co_await get_json(console, admin, "/admin/ledger");
  if (!summary) co_return std::unexpected(summary.error());
  std::vector<LedgerRecord> records;
  for (const auto& partition : array_at(*summary, "partitions")) {
    const std::string target = "/admin/ledger?partition=" + std::to_string(number_at(partition, "partition"));
    std::string cursor;
    do {
      const auto page = co_await get_json(console, admin, target + "&cursor=" + percent_encode(cursor));
      if (!page) co_return std::unexpected(page.error());
      append_records(*page, records);
      cursor = text_at(*page, "cursor");
    } while (!cursor.empty());
  }
  co_return records;
}

bool has_failed(const json::value& entry) {
  return std::ranges::any_of(array_at(entry, "delivered"), [](const json::value& status) {
    return status.is_string() && status.get_string() == "failed";
  });
}

Task<Read<SandboxLedger>> read_sandbox(const Console& console, RestClient& sandbox) {
  SandboxLedger ledger;
  std::int64_t after = 0;
  for (;;) {
    const auto page =
        co_await get_json(console, sandbox, "/_sandbox/ledger?limit=1000&after=" + std::to_string(after));
    if (!page) co_return std::unexpected(page.error());
    for (const auto& entry : array_at(*page, "entries")) {
      ledger.messages.push_back({std::string{text_at(entry, "opaque")}, has_failed(entry)});
    }
    ledger.mark_reads = static_cast<std::uint64_t>(number_at(*page, "mark_reads"));
    ledger.forgotten = static_cast<std::uint64_t>(number_at(*page, "forgotten"));
    const std::int64_t next = number_at(*page, "next_after");
    if (next <= after) co_return ledger;
    after = next;
  }
}

Task<Read<LedgerReport>> verify_once(Context& context, RestClient* sandbox) {
  // The sandbox first: what it accepts meanwhile is then younger than its ledger, not missing in ours.
  SandboxLedger accepted;
  if (sandbox != nullptr) {
    auto read = co_await read_sandbox(context.console, *sandbox);
    if (!read) co_return std::unexpected(read.error());
    accepted = std::move(*read);
  }
  const auto records = co_await read_connector(context.console, context.admin);
  if (!records) co_return std::unexpected(records.error());
  co_return compare_ledgers(*records, sandbox == nullptr ? nullptr : &accepted);
}

json::object counts_json(const std::map<std::string, std::uint64_t>& counts) {
  json::object out;
  for (const auto& [state, count] : counts) out[state] = count;
  return out;
}

void print_json(const Console& console, const LedgerReport& report, bool compared) {
  json::object out{{"doubled", report.doubled},
                   {"open", report.open},
                   {"checked", report.checked},
                   {"openByState", counts_json(report.open_by_state)},
                   {"finalByState", counts_json(report.final_by_state)}};
  if (compared) {
    out["lost"] = report.lost;
    out["foreign"] = report.foreign;
    out["forgotten"] = report.forgotten;
  }
  json::array findings;
  for (const std::string& finding : report.findings) findings.emplace_back(finding);
  out["findings"] = std::move(findings);
  console.out << json::serialize(out) << '\n';
}

void print_counts(std::ostream& out, std::string_view label,
                  const std::map<std::string, std::uint64_t>& counts) {
  if (counts.empty()) return;
  out << label;
  for (const auto& [state, count] : counts) out << "  " << state << ' ' << count;
  out << '\n';
}

void print_text(const Console& console, const LedgerReport& report, bool compared) {
  auto& out = console.out;
  print_counts(out, "final:", report.final_by_state);
  print_counts(out, "open: ", report.open_by_state);
  for (const std::string& finding : report.findings) out << finding << '\n';
  if (report.foreign != 0) out << "not counted: " << report.foreign << " messages of other senders' making\n";
  if (report.forgotten != 0) {
    out << "the sandbox has forgotten " << report.forgotten
        << " messages: nothing is proved; give it a larger ledger\n";
  }
  if (compared) {
    out << "lost " << report.lost << ", ";
  } else {
    out << "lost unknown (no --sandbox), ";
  }
  out << "doubled " << report.doubled << ", open " << report.open << ", checked " << report.checked << '\n';
}

}  // namespace

Task<Exit> verify_ledger(Context& context, LedgerArguments arguments) {
  std::optional<RestClient> sandbox;
  if (!arguments.sandbox_url.empty()) {
    auto made = RestClient::make(context.http, context.loop, arguments.sandbox_url, Secret{});
    if (!made) {
      context.console.err << "--sandbox must be a URL: http://host:port\n";
      co_return Exit::kUsage;
    }
    sandbox.emplace(std::move(*made));
  }
  const MonoTime end = context.loop.now() + arguments.wait;
  for (;;) {
    const auto report = co_await verify_once(context, sandbox ? &*sandbox : nullptr);
    if (!report) co_return report.error();
    if (report->clean() || context.loop.now() >= end) {
      const auto print = context.console.json() ? print_json : print_text;
      print(context.console, *report, sandbox.has_value());
      co_return report->clean() ? Exit::kOk : Exit::kFailed;
    }
    co_await sleep_until(context.loop, std::min(end, context.loop.now() + kPoll));
  }
}

}  // namespace wac::ctl
