#pragma once
// Metrics: per-loop counters without locks, summed when Prometheus asks.

#include "base/time.h"

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace wac::telemetry {

/// Each enumerator is one series; metrics.cpp holds the table of names, labels and help texts.
enum class Counter : std::uint8_t {
  kMessagesSent,           ///< whatsapp_messages_sent_total
  kMessagesFailed,         ///< whatsapp_messages_failed_total
  kMessagesDeduped,        ///< whatsapp_messages_deduped_total
  kIntentsAccepted,        ///< whatsapp_intents_accepted_total
  kSendAttempts,           ///< whatsapp_send_attempts_total
  kSendRetries,            ///< whatsapp_send_retries_total
  kUnknownEntered,         ///< whatsapp_unknown_total{event="entered"}
  kUnknownSettled,         ///< whatsapp_unknown_total{event="settled_by_webhook"}
  kUnknownResent,          ///< whatsapp_unknown_total{event="resent"}
  kUnknownUnconfirmed,     ///< whatsapp_unknown_total{event="unconfirmed"}
  kLeasesRecovered,        ///< whatsapp_leases_recovered_total
  kThrottlesRecipient,     ///< whatsapp_throttles_total{scope="recipient"}
  kThrottlesSender,        ///< whatsapp_throttles_total{scope="sender"}
  kThrottlesAccount,       ///< whatsapp_throttles_total{scope="account"}
  kThrottlesToken,         ///< whatsapp_throttles_total{scope="token"}
  kBreakerOpened,          ///< whatsapp_breaker_opened_total
  kSenderStops,            ///< whatsapp_sender_stops_total
  kDuplicates,             ///< whatsapp_duplicates_total
  kWebhooksAccepted,       ///< whatsapp_webhooks_total{outcome="accepted"}
  kWebhooksBadSignature,   ///< whatsapp_webhooks_total{outcome="bad_signature"}
  kWebhooksUndecodable,    ///< whatsapp_webhooks_total{outcome="undecodable"}
  kWebhooksUnavailable,    ///< whatsapp_webhooks_total{outcome="store_unavailable"}
  kWebhooksWithoutValues,  ///< whatsapp_webhooks_total{outcome="without_values"}
  kWebhooksTooLarge,       ///< whatsapp_webhooks_total{outcome="too_large"}
  kWebhooksIncomplete,     ///< whatsapp_webhooks_total{outcome="incomplete"}
  kWebhooksBadFraming,     ///< whatsapp_webhooks_total{outcome="bad_framing"}
  kEventsAppended,         ///< whatsapp_events_total{outcome="appended"}
  kEventsDuplicate,        ///< whatsapp_events_total{outcome="duplicate"}
  kApiUnauthorized,        ///< whatsapp_api_refused_total{reason="unauthorized"}
  kApiInvalid,             ///< whatsapp_api_refused_total{reason="invalid"}
  kApiPaused,              ///< whatsapp_api_refused_total{reason="sender_paused"}
  kStoreErrors,            ///< whatsapp_store_errors_total
  kConfigReloaded,         ///< whatsapp_config_reloads_total{outcome="applied"}
  kConfigRefused,          ///< whatsapp_config_reloads_total{outcome="refused"}
  kMediaUploaded,          ///< whatsapp_media_total{outcome="uploaded"}
  kMediaReused,            ///< whatsapp_media_total{outcome="reused"}
  kMediaFailed,            ///< whatsapp_media_total{outcome="failed"}
  kDeliveryTaken,          ///< whatsapp_delivery_total{outcome="delivered"}
  kDeliveryReplayed,       ///< whatsapp_delivery_total{outcome="replayed"}
  kDeliveryFailed,         ///< whatsapp_delivery_total{outcome="failed"}
  kDeliveryDead,           ///< whatsapp_delivery_total{outcome="dead_letter"}
  kGroupLeased,            ///< whatsapp_event_group_total{outcome="leased"}
  kGroupRedelivered,       ///< whatsapp_event_group_total{outcome="redelivered"}
  kGroupAcknowledged,      ///< whatsapp_event_group_total{outcome="acknowledged"}
  kGroupDead,              ///< whatsapp_event_group_total{outcome="dead_letter"}
  kArchiveStored,          ///< whatsapp_media_archive_total{outcome="stored"}
  kArchiveGone,            ///< whatsapp_media_archive_total{outcome="gone"}
  kArchiveFailed,          ///< whatsapp_media_archive_total{outcome="failed"}
  kArchiveServed,          ///< whatsapp_media_archive_total{outcome="served"}
  kArchiveCorrupt,         ///< whatsapp_media_archive_total{outcome="corrupt"}
  kArchiveErased,          ///< whatsapp_media_archive_total{outcome="erased"}
  kArchivePurged,          ///< whatsapp_media_archive_total{outcome="purged"}
  kCount
};

enum class Histogram : std::uint8_t {
  kSendLatency,        ///< whatsapp_send_latency_ms: one Graph request
  kRedisLatency,       ///< whatsapp_redis_latency_ms: one command
  kStoreLatency,       ///< whatsapp_store_latency_ms: one store operation, either engine
  kWebhookAckLatency,  ///< whatsapp_webhook_ack_latency_ms: header read to answer
  kEndToEndLatency,    ///< whatsapp_intent_latency_ms: accepted to settled
  kDeliveryLatency,    ///< whatsapp_delivery_latency_ms: one request to a consumer
  kCount
};

/// Written by one loop, read by any thread.
class LoopMetrics {
 public:
  static constexpr std::size_t kBuckets = 17;
  static constexpr std::size_t kFailureCodes = 256;

  void add(Counter counter, std::uint64_t n = 1) {
    auto& cell = counters_[static_cast<std::size_t>(counter)];
    cell.store(cell.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
  }
  void observe(Histogram histogram, Micros value);
  /// whatsapp_messages_failed_by_code_total{code}: failed messages by Graph error code, next to (not instead
  /// of) add(kMessagesFailed). Bounded: beyond kFailureCodes codes they count as 0.
  void add_failure(std::uint32_t graph_code);

 private:
  friend class MetricsRegistry;
  struct Cells {
    std::array<std::atomic<std::uint64_t>, kBuckets + 1> buckets{};
    std::atomic<std::uint64_t> sum_micros{0};
  };
  std::array<std::atomic<std::uint64_t>, static_cast<std::size_t>(Counter::kCount)> counters_{};
  std::array<Cells, static_cast<std::size_t>(Histogram::kCount)> histograms_{};
  mutable std::mutex failures_mutex_;
  std::map<std::uint32_t, std::uint64_t> failures_;
};

class MetricsRegistry {
 public:
  /// Adds a loop's counters; the reference lives as long as the registry. Call before loops run.
  LoopMetrics& add_loop();
  /// A value read at scrape time, on the scraping thread: the function must be thread-safe. Names are unique.
  /// Call before loops run.
  void add_gauge(std::string name, std::string help, std::function<double()> read);
  /// Prometheus text exposition format 0.0.4.
  std::string render() const;
  std::uint64_t total(Counter counter) const;

 private:
  struct Gauge {
    std::string name;
    std::string help;
    std::function<double()> read;
  };
  struct HistogramSum {
    std::array<std::uint64_t, LoopMetrics::kBuckets + 1> buckets{};
    std::uint64_t micros = 0;
  };
  HistogramSum total(Histogram histogram) const;
  std::map<std::uint32_t, std::uint64_t> failures() const;

  std::vector<std::unique_ptr<LoopMetrics>> loops_;
  std::vector<Gauge> gauges_;
};

}  // namespace wac::telemetry
