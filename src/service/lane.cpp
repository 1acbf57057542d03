#include "service/lane.h"

namespace wac::service {
namespace {

constexpr Millis kBeat{1'000};
constexpr Millis kStalledAfter{10'000};
constexpr Millis kPurgeEvery{30'000};

std::int64_t ticks(MonoTime time) {
  return std::chrono::duration_cast<Millis>(time.time_since_epoch()).count();
}

std::function<bool(const config::SenderEntry&, std::string_view, std::string_view)> marketing_check(
    outbound::Templates& templates) {
  return [&templates](const config::SenderEntry& sender, std::string_view name, std::string_view language) {
    return templates.is_marketing(sender, name, language);
  };
}

}  // namespace

Result<std::unique_ptr<Lane>> Lane::make(Shared& shared, telemetry::LoopMetrics& metrics, Place place,
                                         std::vector<Partition> partitions) {
  std::unique_ptr<Lane> lane{new Lane};
  lane->loop_ = std::make_unique<net::EventLoop>();
  lane->random_ = make_system_random();
  lane->fingerprints_ = std::make_unique<crypto::Fingerprinter>(shared.keyring->fingerprint_key());
  lane->sealer_ = std::make_unique<crypto::Sealer>(shared.keyring, *lane->random_);
  lane->metrics_ = &metrics;
  lane->log_ = &shared.log;
  lane->evidence_flow_ = &shared.evidence_flow;
  if (auto made = lane->make_store(shared); !made) return std::unexpected(made.error());

  // A send that has its slot must never wait for a connection: its time is running.
  net::HttpClientLimits limits;
  limits.connections_per_endpoint = 2 * shared.config.sends_in_flight;
  limits.http2 = shared.config.graph_http2;
  limits.streams_per_connection = shared.config.graph_http2_streams;
  lane->http_ = net::HttpClient::make(*lane->loop_, shared.tls, limits);
  auto graph = outbound::make_graph(shared.config, *lane->http_);
  if (!graph) return std::unexpected(graph.error());
  lane->graph_ = std::move(*graph);
  if (auto made = lane->make_media(shared); !made) return std::unexpected(made.error());
  if (auto made = lane->make_templates(shared); !made) return std::unexpected(made.error());
  lane->contacts_ = std::make_unique<contacts::Contacts>(
      contacts::ContactsParts{lane->store_->contacts(), lane->store_->records(), *lane->fingerprints_,
                              *lane->sealer_, shared.config.contact_retention});
  const outbound::OutboundParts parts{shared.config,
                                      shared.directory,
                                      *lane->loop_,
                                      *lane->random_,
                                      lane->store_->intents(),
                                      *lane->graph_,
                                      *lane->fingerprints_,
                                      *lane->sealer_,
                                      shared.log,
                                      metrics,
                                      shared.wake,
                                      lane->templates_.get(),
                                      lane->contacts_.get(),
                                      marketing_check(*lane->templates_),
                                      lane->media_.get(),
                                      lane->media_uses_.get(),
                                      &shared.evidence_flow};
  lane->outbound_ = std::make_unique<outbound::Outbound>(parts);
  lane->senders_ = std::make_unique<outbound::Senders>(parts);
  lane->dead_letters_ = std::make_unique<outbound::DeadLetters>(parts);
  lane->partitions_ = partitions;
  // The process sweeps at one pace, however many loops share its partitions.
  outbound::DispatcherRules rules;
  rules.sweep *= static_cast<std::int64_t>(place.count);
  lane->dispatcher_ = std::make_unique<outbound::Dispatcher>(
      *lane->loop_, lane->store_->intents(), *lane->outbound_, std::move(partitions), rules, shared.log);
  lane->inbound_ = std::make_unique<inbound::Inbound>(inbound::InboundParts{
      shared.config, shared.directory, *lane->loop_, lane->store_->events(), *lane->fingerprints_,
      *lane->sealer_, shared.log, metrics, shared.appended,
      [cache = &shared.templates](std::string_view account) { cache->invalidate(account); },
      lane->contacts_.get(),
      [self = lane.get()](const SenderId& sender, const store::IntentKey& intent) {
        self->work_.spawn(self->media_uses_->forget(sender, intent));
      },
      shared.wake, &shared.evidence_flow});
  lane->feed_ = std::make_unique<delivery::EventFeed>(shared.directory, *lane->loop_, lane->store_->events(),
                                                      *lane->sealer_, shared.log, delivery::FeedRules{});
  lane->make_delivery(shared, place);
  lane->make_groups(shared);
  if (auto made = lane->make_archive(shared, place); !made) return std::unexpected(made.error());
  lane->handler_ = std::make_unique<api::PublicHandler>(
      api::PublicParts{shared.config, shared.directory, shared.auth, shared.health, *lane->loop_,
                       *lane->random_, *lane->outbound_, *lane->senders_, *lane->dead_letters_,
                       *lane->inbound_, *lane->feed_, *lane->consumer_desk_, *lane->groups_,
                       *lane->group_desk_, metrics, lane->media_reader_.get(), lane->media_archive_.get()});
  return lane;
}

Result<void> Lane::make_templates(Shared& shared) {
  auto source = outbound::make_template_source(shared.config, *http_);
  if (!source) return std::unexpected(source.error());
  template_source_ = std::move(*source);
  outbound::TemplateRules rules;
  rules.refresh = shared.config.template_refresh;
  templates_ =
      std::make_unique<outbound::Templates>(*loop_, shared.templates, *template_source_, rules, shared.log);
  return {};
}

Result<void> Lane::make_media(Shared& shared) {
  transfers_ = net::HttpTransfers::make(*loop_, shared.tls);
  media_ids_ = std::make_unique<outbound::StoredMediaIds>(store_->records(), *sealer_);
  media_uses_ = std::make_unique<outbound::MediaUses>(
      outbound::MediaUsesParts{*loop_, store_->records(), *sealer_, *fingerprints_, *media_ids_, shared.log});
  auto media = outbound::Media::make(
      {shared.config, *loop_, *random_, *fingerprints_, *transfers_, *media_ids_, shared.log, *metrics_});
  if (!media) return std::unexpected(media.error());
  media_ = std::move(*media);
  auto reader = outbound::MediaReader::make(shared.config, *loop_, *http_, *transfers_);
  if (!reader) return std::unexpected(reader.error());
  media_reader_ = std::move(*reader);
  return {};
}

void Lane::make_delivery(Shared& shared, Place place) {
  // Answers of consumers say nothing but their status.
  net::HttpClientLimits limits;
  limits.response_body_bytes = 64UL * 1024;
  // As many conversations as a consumer may have in flight.
  limits.connections_per_endpoint = config::kParallelMax;
  push_http_ = net::HttpClient::make(*loop_, shared.tls, limits);
  google_tokens_ = std::make_unique<google::TokenSources>(*loop_, *push_http_, shared.config.metadata_host);
  // Its URLs were written by people. Google's are ours, and its tokens come from a metadata service.
  limits.judge = shared.config.delivery.public_only ? net::public_or({}) : net::any_but_metadata();
  consumer_http_ = net::HttpClient::make(*loop_, shared.tls, limits);
  webhook_post_ = std::make_unique<delivery::WebhookPost>(*loop_, *consumer_http_);
  push_transports_.add(config::ConsumerKind::kWebhook, *webhook_post_);
  pubsub_publish_ = std::make_unique<delivery::PubSubPublish>(*loop_, *push_http_, *google_tokens_);
  push_transports_.add(config::ConsumerKind::kPubSub, *pubsub_publish_);
  event_reader_ = std::make_unique<delivery::EventReader>(shared.directory, *loop_, store_->events(),
                                                          *fingerprints_, *sealer_, shared.log);
  consumer_records_ =
      std::make_unique<delivery::ConsumerRecords>(*loop_, store_->records(), *fingerprints_, *sealer_);
  pushers_ = std::make_unique<delivery::Pushers>(
      delivery::PusherParts{shared.config.delivery, shared.directory, *loop_, *random_, *event_reader_,
                            *consumer_records_, push_transports_, shared.log, *metrics_, make_uuid(*random_)},
      place.index, place.count);
  consumer_desk_ = std::make_unique<delivery::ConsumerDesk>(shared.directory, *loop_, *event_reader_,
                                                            *consumer_records_, shared.ordered);
}

void Lane::make_groups(Shared& shared) {
  group_records_ =
      std::make_unique<delivery::GroupRecords>(*loop_, store_->records(), *fingerprints_, *sealer_);
  groups_ = std::make_unique<delivery::EventGroups>(
      delivery::GroupParts{shared.config.groups, shared.config.request_budget, *loop_, *random_,
                           *event_reader_, *group_records_, shared.log, *metrics_, shared.regrouped});
  group_desk_ = std::make_unique<delivery::GroupDesk>(*loop_, *event_reader_, *group_records_, *groups_);
}

Lane::~Lane() {
  join();
}

void Lane::start() {
  beat_.store(ticks(loop_->now()), std::memory_order_relaxed);
  thread_ = std::thread{[this] { loop_->run(); }};
}

void Lane::join() {
  if (!thread_.joinable()) return;
  loop_->stop();
  thread_.join();
}

bool Lane::alive(MonoTime now) const {
  return ticks(now) - beat_.load(std::memory_order_relaxed) < kStalledAfter.count();
}

void Lane::serve(std::vector<Partition> partitions) {
  work_.spawn(senders_->adopt_tokens(partitions));
  dispatcher_->serve(std::move(partitions));
  pushers_->serve();
}

void Lane::begin_work() {
  work_.spawn(dispatcher_->run());
  pushers_->serve();
  work_.spawn(senders_->adopt_tokens(partitions_));
  work_.spawn(watch());
}

Task<void> Lane::watch() {
  MonoTime next_purge = loop_->now() + kPurgeEvery;
  while (!stopping_) {
    beat_.store(ticks(loop_->now()), std::memory_order_relaxed);
    log_->flush();
    pushers_->measure();
    groups_->measure();
    if (store_->healthy()) {
      store_healthy_.store(true, std::memory_order_relaxed);
      work_.spawn(senders_->adopt_missed());
    } else {
      // Without traffic nobody else would notice that it is back.
      const WallTime asked = loop_->wall_now();
      const auto proved = co_await store_->probe(asked);
      store_healthy_.store(proved.has_value(), std::memory_order_relaxed);
      // Nobody sends webhooks to an instance that is not ready: they are turned away elsewhere.
      if (!proved) evidence_flow_->interrupted(asked, loop_->wall_now());
    }
    if (loop_->now() >= next_purge) {
      // What could not be dropped now is dropped next time.
      static_cast<void>(co_await store_->purge(loop_->wall_now()));
      co_await purge_archive();
      next_purge = loop_->now() + kPurgeEvery;
    }
    const OneShot<bool> signal;
    stop_signal_ = signal;
    if (stopping_) break;
    const WallTime asleep = loop_->wall_now();
    const auto timer = loop_->call_at(loop_->now() + kBeat, [signal] { signal.set(true); });
    co_await signal;
    loop_->cancel(timer);
    // A machine that was suspended, or had no core for us, received nothing.
    if (const WallTime now = loop_->wall_now(); now - asleep > kStalledAfter)
      evidence_flow_->interrupted(asleep, now);
  }
}

void Lane::hand_back() {
  feed_->stop();
  groups_->stop();
  media_->hand_back();
}

Task<void> Lane::end_work(Deadline deadline) {
  hand_back();
  co_await dispatcher_->stop();
  // Files that are being kept are begun again after the start: nobody waits for them here.
  if (archive_transfers_) archive_transfers_->stop();
  co_await pushers_->stop(deadline);
  stopping_ = true;
  stop_signal_.set(true);
  co_await work_.join();
  co_await templates_->stop();
  co_await media_->stop();
  co_await http_->stop();
  co_await push_http_->stop();
  co_await consumer_http_->stop();
  co_await store_->stop(deadline);
  if (redis_) co_await redis_->stop(deadline);
}

}  // namespace wac::service
