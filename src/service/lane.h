#pragma once
// One loop and everything that lives on it: its store, its clients, its handlers, its share of the work.

#include "api/public_handler.h"
#include "archive/archiver.h"
#include "archive/disk_workers.h"
#include "delivery/pubsub_publish.h"
#include "delivery/pushers.h"
#include "delivery/webhook_post.h"
#include "google/token_sources.h"
#include "net/event_loop.h"
#include "net/http_client.h"
#include "net/http_transfer.h"
#include "net/redis.h"
#include "outbound/dispatcher.h"
#include "outbound/media.h"
#include "outbound/media_reader.h"
#include "outbound/media_uses.h"
#include "outbound/stored_media_ids.h"
#include "store/evidence_flow.h"
#include "store/sqlite/sqlite_store.h"
#include "store/store.h"

#include <atomic>
#include <memory>
#include <thread>

namespace wac::service {

/// What all lanes share. Outlives them.
struct Shared {
  const config::Config& config;
  const config::Directory& directory;
  const api::Authenticator& auth;
  const api::Health& health;
  std::shared_ptr<const crypto::Keyring> keyring;
  telemetry::Logger& log;
  net::TlsContext& tls;
  outbound::TemplateCache& templates;
  /// Null with the Redis engine.
  store::sqlite::SqliteEngine* sqlite = nullptr;
  /// Null: no archive in a folder.
  archive::DiskWorkers* disk = nullptr;
  store::EvidenceFlow& evidence_flow;
  std::function<void(Partition, WallTime)> wake;
  std::function<void(const TenantId&)> appended;
  /// There are orders for a consumer of the tenant.
  std::function<void(const TenantId&)> ordered;
  /// Readers of the tenant's groups may get something.
  std::function<void(const TenantId&)> regrouped;
};

/// Built on the main thread, run on its own; after start() only its loop touches it, but for the members
/// marked otherwise.
class Lane {
 public:
  /// Which one of how many.
  struct Place {
    std::size_t index;
    std::size_t count;
  };
  /// `partitions`: those whose due intents this lane hands out.
  static Result<std::unique_ptr<Lane>> make(Shared& shared, telemetry::LoopMetrics& metrics, Place place,
                                            std::vector<Partition> partitions);
  ~Lane();
  Lane(const Lane&) = delete;
  Lane& operator=(const Lane&) = delete;

  /// Starts the thread.
  void start();
  /// Connects and proves the store with a real round trip.
  Task<Result<void>> open_store(Deadline deadline);
  /// Refuses a store that must not be used: kInvalid where a newer version has written to it or where Redis
  /// may evict our keys. Says what a crash of Redis could lose. One lane is enough.
  Task<Result<void>> check_durability();
  /// The configuration, or its share of the partitions, has changed. On its loop.
  void serve(std::vector<Partition> partitions);
  /// Begins handing out due intents and watching itself.
  void begin_work();
  /// Lets go of those who only wait: readers of events, messages whose media is under way. On its loop.
  void hand_back();
  /// Hands out nothing more, lets what is in flight finish, closes the clients and the store.
  Task<void> end_work(Deadline deadline);
  /// Ends the thread. Main thread.
  void join();

  net::EventLoop& loop() { return *loop_; }
  api::PublicHandler& handler() { return *handler_; }
  outbound::Dispatcher& dispatcher() { return *dispatcher_; }
  delivery::EventFeed& feed() { return *feed_; }
  delivery::Pushers& pushers() { return *pushers_; }
  delivery::EventGroups& groups() { return *groups_; }
  store::Store& store() { return *store_; }

  /// Any thread.
  bool alive(MonoTime now) const;
  bool store_healthy() const { return store_healthy_.load(std::memory_order_relaxed); }

 private:
  Lane() = default;
  Result<void> make_store(Shared& shared);
  Result<void> make_templates(Shared& shared);
  Result<void> make_media(Shared& shared);
  void make_delivery(Shared& shared, Place place);
  void make_groups(Shared& shared);
  Result<void> make_archive(Shared& shared, Place place);
  Task<void> purge_archive();
  Task<void> watch();

  std::vector<Partition> partitions_;

  std::unique_ptr<net::EventLoop> loop_;
  std::unique_ptr<Random> random_;
  std::unique_ptr<crypto::Fingerprinter> fingerprints_;
  std::unique_ptr<crypto::Sealer> sealer_;
  telemetry::LoopMetrics* metrics_ = nullptr;
  telemetry::Logger* log_ = nullptr;
  store::EvidenceFlow* evidence_flow_ = nullptr;
  std::unique_ptr<net::RedisClient> redis_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<net::HttpClient> http_;
  std::unique_ptr<outbound::Graph> graph_;
  std::unique_ptr<outbound::TemplateSource> template_source_;
  std::unique_ptr<outbound::Templates> templates_;
  std::unique_ptr<contacts::Contacts> contacts_;
  std::unique_ptr<net::HttpTransfers> transfers_;
  std::unique_ptr<outbound::MediaIds> media_ids_;
  std::unique_ptr<outbound::MediaUses> media_uses_;
  std::unique_ptr<outbound::Media> media_;
  std::unique_ptr<outbound::MediaReader> media_reader_;
  std::unique_ptr<outbound::Outbound> outbound_;
  std::unique_ptr<outbound::Senders> senders_;
  std::unique_ptr<outbound::DeadLetters> dead_letters_;
  std::unique_ptr<outbound::Dispatcher> dispatcher_;
  std::unique_ptr<inbound::Inbound> inbound_;
  std::unique_ptr<delivery::EventFeed> feed_;
  std::unique_ptr<net::HttpClient> push_http_;
  std::unique_ptr<net::HttpClient> consumer_http_;  ///< of webhook consumers
  std::unique_ptr<google::TokenSources> google_tokens_;
  std::unique_ptr<delivery::WebhookPost> webhook_post_;
  std::unique_ptr<delivery::PubSubPublish> pubsub_publish_;
  delivery::TransportByKind push_transports_;
  std::unique_ptr<net::HttpTransfers> archive_transfers_;
  std::unique_ptr<outbound::MediaReader> archive_reader_;
  std::unique_ptr<archive::ArchiveStore> archive_store_;
  std::unique_ptr<archive::MediaArchive> media_archive_;  ///< null: nothing is kept
  std::unique_ptr<archive::Archiver> archiver_;
  bool purges_archive_ = false;
  std::unique_ptr<delivery::EventReader> event_reader_;
  std::unique_ptr<delivery::ConsumerRecords> consumer_records_;
  std::unique_ptr<delivery::Pushers> pushers_;
  std::unique_ptr<delivery::ConsumerDesk> consumer_desk_;
  std::unique_ptr<delivery::GroupRecords> group_records_;
  std::unique_ptr<delivery::EventGroups> groups_;
  std::unique_ptr<delivery::GroupDesk> group_desk_;
  std::unique_ptr<api::PublicHandler> handler_;
  std::atomic<std::int64_t> beat_{0};
  std::atomic<bool> store_healthy_{false};
  bool stopping_ = false;
  OneShot<bool> stop_signal_;
  TaskScope work_;
  std::thread thread_;
};

}  // namespace wac::service
