#include "outbound/attempt_report.h"

namespace wac::outbound {
namespace {

using store::IntentRecord;
using store::IntentState;
using telemetry::Counter;
using telemetry::Field;
using telemetry::Histogram;
using telemetry::Severity;

/// A throttle of this length is nothing that the pace repairs: a spam restriction, a template penalty.
constexpr Millis kLongThrottle{30 * 60'000};

/// Text of the error catalogue: ours, without personal data.
struct CatalogueText {
  std::string_view text;
};
std::string log_text(const CatalogueText& value) {
  return std::string{value.text};
}

std::optional<Counter> throttle_counter(const AttemptEnd& end) {
  using Signal = store::PaceSignal::Kind;
  if (end.signal.kind == Signal::kPairThrottled) return Counter::kThrottlesRecipient;
  if (end.signal.kind != Signal::kThrottled) return std::nullopt;
  if (end.scope == whatsapp::ErrorScope::kAccount) return Counter::kThrottlesAccount;
  if (end.scope == whatsapp::ErrorScope::kToken) return Counter::kThrottlesToken;
  return Counter::kThrottlesSender;
}

}  // namespace

void AttemptReport::tell_news(const IntentRecord& record, const AttemptEnd& end,
                              const store::SettleResult& done) const {
  if (done.stopped) {
    const auto info = whatsapp::explain(end.signal.code, static_cast<int>(end.upstream_status), false);
    metrics_.add(Counter::kSenderStops);
    log_.log(Severity::kError, "sender stopped: nothing of it is sent until it is resumed",
             Field{"tenantId", record.tenant}, Field{"senderId", record.sender},
             Field{"errorCode", end.signal.code}, Field{"meaning", CatalogueText{info.meaning}},
             Field{"advice", CatalogueText{info.advice}},
             Field{"untilNewCredential", end.signal.until_new_credential});
  }
  if (end.signal.kind == store::PaceSignal::Kind::kThrottled && end.signal.wait >= kLongThrottle) {
    const auto info = whatsapp::explain(end.error_code, static_cast<int>(end.upstream_status), false);
    log_.log(Severity::kError, "sender throttled for long: nothing of it is sent until then",
             Field{"tenantId", record.tenant}, Field{"senderId", record.sender},
             Field{"errorCode", end.error_code}, Field{"meaning", CatalogueText{info.meaning}},
             Field{"advice", CatalogueText{info.advice}}, Field{"waitMs", end.signal.wait});
  }
  if (done.breaker_opened) {
    metrics_.add(Counter::kBreakerOpened);
    log_.log(Severity::kError, "circuit breaker open: the sender waits, then one message probes",
             Field{"tenantId", record.tenant}, Field{"senderId", record.sender},
             Field{"upstreamStatus", end.upstream_status});
  }
  if (done.breaker_closed) {
    log_.log(Severity::kInfo, "circuit breaker closed", Field{"tenantId", record.tenant},
             Field{"senderId", record.sender});
  }
}

void AttemptReport::account(const IntentRecord& record, const AttemptEnd& end, Micros latency) const {
  Severity severity = Severity::kInfo;
  if (const auto throttle = throttle_counter(end)) metrics_.add(*throttle);
  if (end.state == IntentState::kSent) {
    metrics_.add(Counter::kMessagesSent);
  } else if (end.state == IntentState::kFailed || end.state == IntentState::kDead) {
    metrics_.add(Counter::kMessagesFailed);
    metrics_.add_failure(end.error_code);
    severity = Severity::kWarning;
  } else if (end.state == IntentState::kUnknown) {
    metrics_.add(Counter::kUnknownEntered);
    severity = Severity::kWarning;
  }
  if (!store::is_open(end.state)) {
    metrics_.observe(Histogram::kEndToEndLatency,
                     std::chrono::duration_cast<Micros>(record.updated - record.created));
  }
  if (!log_.enabled(severity)) return;
  log_.log(severity, "attempt ended", Field{"correlationId", record.correlation},
           Field{"intentId", record.id}, Field{"dedupeKey", record.key}, Field{"tenantId", record.tenant},
           Field{"senderId", record.sender}, Field{"connectorId", telemetry::Literal{"whatsapp"}},
           Field{"capabilityId", telemetry::Literal{"messages.send"}}, Field{"outcome", record.state},
           Field{"attempt", record.attempt}, Field{"errorCode", end.error_code},
           Field{"upstreamStatus", end.upstream_status}, Field{"fbtraceId", end.trace},
           Field{"latencyMs", std::chrono::duration_cast<Millis>(latency)});
}

}  // namespace wac::outbound
