#include "telemetry/metrics.h"

#include "telemetry/process_metrics.h"
#include "telemetry/version.h"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <cstdlib>
#include <span>
#include <sstream>

namespace wac::telemetry {
namespace {

struct CounterRow {
  Counter counter;
  const char* name;
  const char* label;
  const char* value;
  const char* help;
};

// Rows of one name stand together; the first one's help is the family's.
constexpr CounterRow kCounters[] = {
    {Counter::kMessagesSent, "whatsapp_messages_sent_total", "", "", "Messages Meta accepted."},
    {Counter::kMessagesFailed, "whatsapp_messages_failed_total", "", "", "Messages that failed for good."},
    {Counter::kMessagesDeduped, "whatsapp_messages_deduped_total", "", "",
     "Intents answered from the record of an earlier one with the same dedupe key."},
    {Counter::kIntentsAccepted, "whatsapp_intents_accepted_total", "", "", "Intents recorded durably."},
    {Counter::kSendAttempts, "whatsapp_send_attempts_total", "", "",
     "Requests to the Graph API for a message."},
    {Counter::kSendRetries, "whatsapp_send_retries_total", "", "",
     "Attempts after the first of their intent."},
    {Counter::kUnknownEntered, "whatsapp_unknown_total", "event", "entered",
     "Intents whose outcome could not be known, and how that ended."},
    {Counter::kUnknownSettled, "whatsapp_unknown_total", "event", "settled_by_webhook", ""},
    {Counter::kUnknownResent, "whatsapp_unknown_total", "event", "resent", ""},
    {Counter::kUnknownUnconfirmed, "whatsapp_unknown_total", "event", "unconfirmed", ""},
    {Counter::kLeasesRecovered, "whatsapp_leases_recovered_total", "", "",
     "Intents taken over from a worker that died or lost its lease."},
    {Counter::kThrottlesRecipient, "whatsapp_throttles_total", "scope", "recipient",
     "Sends that Meta throttled; they wait and do not count as failures."},
    {Counter::kThrottlesSender, "whatsapp_throttles_total", "scope", "sender", ""},
    {Counter::kThrottlesAccount, "whatsapp_throttles_total", "scope", "account", ""},
    {Counter::kThrottlesToken, "whatsapp_throttles_total", "scope", "token", ""},
    {Counter::kBreakerOpened, "whatsapp_breaker_opened_total", "", "",
     "Times a sender's circuit breaker opened."},
    {Counter::kSenderStops, "whatsapp_sender_stops_total", "", "",
     "Times a sender was stopped until a person resumes it."},
    {Counter::kDuplicates, "whatsapp_duplicates_total", "", "",
     "Further messages Meta is known to have taken for an intent."},
    {Counter::kWebhooksAccepted, "whatsapp_webhooks_total", "outcome", "accepted", "Webhook requests."},
    {Counter::kWebhooksBadSignature, "whatsapp_webhooks_total", "outcome", "bad_signature", ""},
    {Counter::kWebhooksUndecodable, "whatsapp_webhooks_total", "outcome", "undecodable", ""},
    {Counter::kWebhooksUnavailable, "whatsapp_webhooks_total", "outcome", "store_unavailable", ""},
    {Counter::kWebhooksWithoutValues, "whatsapp_webhooks_total", "outcome", "without_values", ""},
    {Counter::kWebhooksTooLarge, "whatsapp_webhooks_total", "outcome", "too_large", ""},
    {Counter::kWebhooksIncomplete, "whatsapp_webhooks_total", "outcome", "incomplete", ""},
    {Counter::kWebhooksBadFraming, "whatsapp_webhooks_total", "outcome", "bad_framing", ""},
    {Counter::kEventsAppended, "whatsapp_events_total", "outcome", "appended",
     "Webhook items appended to the event log, or recognised as repeated."},
    {Counter::kEventsDuplicate, "whatsapp_events_total", "outcome", "duplicate", ""},
    {Counter::kApiUnauthorized, "whatsapp_api_refused_total", "reason", "unauthorized",
     "API requests refused before anything was recorded."},
    {Counter::kApiInvalid, "whatsapp_api_refused_total", "reason", "invalid", ""},
    {Counter::kApiPaused, "whatsapp_api_refused_total", "reason", "sender_paused", ""},
    {Counter::kStoreErrors, "whatsapp_store_errors_total", "", "", "Store operations that failed."},
    {Counter::kConfigReloaded, "whatsapp_config_reloads_total", "outcome", "applied",
     "Changed configurations that were taken over, or refused with the old one staying in force."},
    {Counter::kConfigRefused, "whatsapp_config_reloads_total", "outcome", "refused", ""},
    {Counter::kMediaUploaded, "whatsapp_media_total", "outcome", "uploaded",
     "Files named by mediaUrl: uploaded, found uploaded before, or not to be had."},
    {Counter::kMediaReused, "whatsapp_media_total", "outcome", "reused", ""},
    {Counter::kMediaFailed, "whatsapp_media_total", "outcome", "failed", ""},
    {Counter::kDeliveryTaken, "whatsapp_delivery_total", "outcome", "delivered",
     "Requests to consumers; a dead letter is an event that was given up."},
    {Counter::kDeliveryReplayed, "whatsapp_delivery_total", "outcome", "replayed", ""},
    {Counter::kDeliveryFailed, "whatsapp_delivery_total", "outcome", "failed", ""},
    {Counter::kDeliveryDead, "whatsapp_delivery_total", "outcome", "dead_letter", ""},
    {Counter::kGroupLeased, "whatsapp_event_group_total", "outcome", "leased",
     "Events handed out to readers of groups, for the first time or again, and what came of them."},
    {Counter::kGroupRedelivered, "whatsapp_event_group_total", "outcome", "redelivered", ""},
    {Counter::kGroupAcknowledged, "whatsapp_event_group_total", "outcome", "acknowledged", ""},
    {Counter::kGroupDead, "whatsapp_event_group_total", "outcome", "dead_letter", ""},
    {Counter::kArchiveStored, "whatsapp_media_archive_total", "outcome", "stored",
     "Files of users: kept, gone at Meta before they could be, tries that failed, read from the archive, "
     "found damaged there, erased, and removed after the retention."},
    {Counter::kArchiveGone, "whatsapp_media_archive_total", "outcome", "gone", ""},
    {Counter::kArchiveFailed, "whatsapp_media_archive_total", "outcome", "failed", ""},
    {Counter::kArchiveServed, "whatsapp_media_archive_total", "outcome", "served", ""},
    {Counter::kArchiveCorrupt, "whatsapp_media_archive_total", "outcome", "corrupt", ""},
    {Counter::kArchiveErased, "whatsapp_media_archive_total", "outcome", "erased", ""},
    {Counter::kArchivePurged, "whatsapp_media_archive_total", "outcome", "purged", ""},
};

struct HistogramRow {
  Histogram histogram;
  const char* name;
  const char* help;
};

constexpr HistogramRow kHistograms[] = {
    {Histogram::kSendLatency, "whatsapp_send_latency_ms", "Milliseconds of one Graph request."},
    {Histogram::kRedisLatency, "whatsapp_redis_latency_ms", "Milliseconds of one Redis command."},
    {Histogram::kStoreLatency, "whatsapp_store_latency_ms",
     "Milliseconds of one store operation, either engine."},
    {Histogram::kWebhookAckLatency, "whatsapp_webhook_ack_latency_ms",
     "Milliseconds from a webhook's header to its answer."},
    {Histogram::kEndToEndLatency, "whatsapp_intent_latency_ms",
     "Milliseconds from accepting an intent to settling it."},
    {Histogram::kDeliveryLatency, "whatsapp_delivery_latency_ms",
     "Milliseconds of one request to a consumer."},
};

constexpr bool tables_are_complete() {
  for (std::size_t i = 0; i < std::size(kCounters); ++i) {
    if (kCounters[i].counter != static_cast<Counter>(i)) return false;
  }
  for (std::size_t i = 0; i < std::size(kHistograms); ++i) {
    if (kHistograms[i].histogram != static_cast<Histogram>(i)) return false;
  }
  return std::size(kCounters) == static_cast<std::size_t>(Counter::kCount) &&
         std::size(kHistograms) == static_cast<std::size_t>(Histogram::kCount);
}
static_assert(tables_are_complete(), "each Counter and Histogram has its row, in the order of the enum");

constexpr std::array<std::uint64_t, LoopMetrics::kBuckets> kBoundsMicros{
    250,     500,     1'000,     2'500,     5'000,     10'000,     25'000,     50'000,    100'000,
    250'000, 500'000, 1'000'000, 2'500'000, 5'000'000, 10'000'000, 20'000'000, 30'000'000};

double to_millis(std::uint64_t micros) {
  return static_cast<double>(micros) / 1000.0;
}

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

ClientMetric counter_metric(std::vector<ClientMetric::Label> labels, std::uint64_t value) {
  ClientMetric metric;
  metric.label = std::move(labels);
  metric.counter.value = static_cast<double>(value);
  return metric;
}

std::vector<ClientMetric::Label> labels_of(const CounterRow& row) {
  if (*row.label == '\0') return {};
  return {{row.label, row.value}};
}

ClientMetric histogram_metric(std::span<const std::uint64_t> buckets, std::uint64_t sum_micros) {
  ClientMetric metric;
  auto& histogram = metric.histogram;
  histogram.sample_sum = to_millis(sum_micros);
  for (std::size_t i = 0; i < kBoundsMicros.size(); ++i) {
    histogram.sample_count += buckets[i];
    histogram.bucket.push_back({histogram.sample_count, to_millis(kBoundsMicros[i])});
  }
  histogram.sample_count += buckets.back();
  return metric;
}

MetricFamily gauge_family(std::string name, std::string help, double value) {
  ClientMetric metric;
  metric.gauge.value = value;
  return {std::move(name), std::move(help), MetricType::Gauge, {std::move(metric)}};
}

MetricFamily build_info() {
  MetricFamily family = gauge_family("whatsapp_build_info", "The version that runs; always 1.", 1);
  family.metric[0].label = {{"version", std::string{version()}}};
  return family;
}

}  // namespace

void LoopMetrics::observe(Histogram histogram, Micros value) {
  const auto micros = static_cast<std::uint64_t>(std::max<Micros::rep>(value.count(), 0));
  const auto bucket = std::ranges::lower_bound(kBoundsMicros, micros) - kBoundsMicros.begin();
  Cells& cells = histograms_[static_cast<std::size_t>(histogram)];
  // One writer: a load and a store cost less than an atomic addition.
  const auto add_to = [](std::atomic<std::uint64_t>& cell, std::uint64_t n) {
    cell.store(cell.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
  };
  add_to(cells.buckets[static_cast<std::size_t>(bucket)], 1);
  add_to(cells.sum_micros, micros);
}

void LoopMetrics::add_failure(std::uint32_t graph_code) {
  const std::lock_guard lock{failures_mutex_};
  const bool full = failures_.size() >= kFailureCodes && !failures_.contains(graph_code);
  ++failures_[full ? 0 : graph_code];
}

LoopMetrics& MetricsRegistry::add_loop() {
  return *loops_.emplace_back(std::make_unique<LoopMetrics>());
}

void MetricsRegistry::add_gauge(std::string name, std::string help, std::function<double()> read) {
  // Two families of one name would make Prometheus refuse the whole scrape.
  if (std::ranges::find(gauges_, name, &Gauge::name) != gauges_.end()) std::abort();
  gauges_.push_back({std::move(name), std::move(help), std::move(read)});
}

std::uint64_t MetricsRegistry::total(Counter counter) const {
  std::uint64_t sum = 0;
  for (const auto& loop : loops_) {
    sum += loop->counters_[static_cast<std::size_t>(counter)].load(std::memory_order_relaxed);
  }
  return sum;
}

MetricsRegistry::HistogramSum MetricsRegistry::total(Histogram histogram) const {
  HistogramSum sum;
  for (const auto& loop : loops_) {
    const auto& cells = loop->histograms_[static_cast<std::size_t>(histogram)];
    for (std::size_t i = 0; i < sum.buckets.size(); ++i) {
      sum.buckets[i] += cells.buckets[i].load(std::memory_order_relaxed);
    }
    sum.micros += cells.sum_micros.load(std::memory_order_relaxed);
  }
  return sum;
}

std::map<std::uint32_t, std::uint64_t> MetricsRegistry::failures() const {
  std::map<std::uint32_t, std::uint64_t> sum;
  for (const auto& loop : loops_) {
    const std::lock_guard lock{loop->failures_mutex_};
    for (const auto& [code, count] : loop->failures_) sum[code] += count;
  }
  return sum;
}

std::string MetricsRegistry::render() const {
  std::vector<MetricFamily> families;
  for (const CounterRow& row : kCounters) {
    if (families.empty() || families.back().name != row.name) {
      families.push_back({row.name, row.help, MetricType::Counter, {}});
    }
    families.back().metric.push_back(counter_metric(labels_of(row), total(row.counter)));
  }
  families.push_back({"whatsapp_messages_failed_by_code_total",
                      "Messages that failed for good, by Graph error code (0: other codes).",
                      MetricType::Counter,
                      {}});
  for (const auto& [code, count] : failures()) {
    families.back().metric.push_back(counter_metric({{"code", std::to_string(code)}}, count));
  }
  for (const HistogramRow& row : kHistograms) {
    const HistogramSum sum = total(row.histogram);
    families.push_back(
        {row.name, row.help, MetricType::Histogram, {histogram_metric(sum.buckets, sum.micros)}});
  }
  const auto deduped = static_cast<double>(total(Counter::kMessagesDeduped));
  const double asked = deduped + static_cast<double>(total(Counter::kIntentsAccepted));
  families.push_back(gauge_family("whatsapp_dedupe_hit_rate",
                                  "Deduplicated intents as a share of all since the start.",
                                  asked > 0 ? deduped / asked : 0));
  for (const Gauge& gauge : gauges_) families.push_back(gauge_family(gauge.name, gauge.help, gauge.read()));
  families.push_back(build_info());
  append_process_metrics(families);

  std::ostringstream out;
  prometheus::TextSerializer{}.Serialize(out, families);
  return std::move(out).str();
}

}  // namespace wac::telemetry
