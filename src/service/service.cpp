#include "service/service.h"

#include "api/admin_handler.h"
#include "archive/folder_files.h"
#include "service/cores.h"
#include "service/gauges.h"
#include "service/lane.h"
#include "service/lane_tasks.h"
#include "service/reload_report.h"
#include "telemetry/version.h"

#include <algorithm>
#include <filesystem>
#include <future>

namespace wac::service {
namespace {

using telemetry::Counter;
using telemetry::Field;
using telemetry::Severity;

constexpr Millis kStoreDeadline{10'000};

bool names_an_account(const config::Config& config) {
  return std::ranges::any_of(config.tenants, [](const config::TenantConfig& tenant) {
    return std::ranges::any_of(tenant.senders, [](const auto& sender) { return !sender.waba_id.empty(); });
  });
}

class RunningService final : public Service {
 public:
  RunningService(config::Config config, std::shared_ptr<telemetry::Logger> log)
      : config_(std::move(config)), directory_(config_), auth_(config_, directory_), log_(std::move(log)) {}

  Result<void> open();

  std::uint16_t port() const override { return server_->port(); }
  std::uint16_t admin_port() const override { return admin_server_->port(); }
  void reload(const config::LoadResult& loaded) override;
  DrainResult drain() override;

 private:
  Result<void> make_engine();
  Result<void> make_archive();
  Result<void> make_lanes();
  Result<void> open_stores();
  Result<void> listen();
  MonoTime now() const { return std::chrono::steady_clock::now(); }
  bool all_alive() const;
  bool all_stores_healthy() const;
  /// The partitions with senders whose due intents a lane hands out.
  std::vector<Partition> share_of(std::size_t lane, std::size_t lanes) const;
  Lane& owner_of(Partition partition) { return *lanes_[partition.number % lanes_.size()]; }

  config::Config config_;
  config::Directory directory_;
  api::Authenticator auth_;
  api::Health health_;
  std::shared_ptr<telemetry::Logger> log_;
  telemetry::MetricsRegistry metrics_;
  telemetry::LoopMetrics& reloads_ = metrics_.add_loop();
  std::unique_ptr<net::TlsContext> tls_;
  std::unique_ptr<store::sqlite::SqliteEngine> sqlite_;
  std::unique_ptr<archive::DiskThreads> disk_;
  outbound::TemplateCache templates_;
  store::EvidenceFlow evidence_flow_{std::chrono::time_point_cast<Millis>(std::chrono::system_clock::now())};
  std::unique_ptr<Shared> shared_;
  // One scope per lane: its tasks run on that lane's loop only.
  std::vector<std::unique_ptr<TaskScope>> scopes_;
  std::vector<std::unique_ptr<Lane>> lanes_;
  std::unique_ptr<api::AdminHandler> admin_handler_;
  std::unique_ptr<net::HttpServer> server_;
  std::unique_ptr<net::HttpServer> admin_server_;
};

Result<void> RunningService::make_engine() {
  // The CA bundle takes longer to load than everything else together: side by side with the store.
  auto tls = std::async(std::launch::async, [file = config_.ca_file] { return net::TlsContext::make(file); });
  if (config_.store == config::StoreKind::kEmbedded) {
    std::error_code ec;
    std::filesystem::create_directories(config_.data_dir, ec);
    store::sqlite::SqliteOptions options;
    options.path = config_.data_dir + "/connector.db";
    auto engine = store::sqlite::SqliteEngine::open(
        options, std::chrono::time_point_cast<Millis>(std::chrono::system_clock::now()),
        config_.unknown_window, log_);
    if (!engine) {
      log_->log(Severity::kCritical, "the embedded store cannot be opened", Field{"error", engine.error()});
      return std::unexpected(engine.error());
    }
    sqlite_ = std::move(*engine);
  }
  auto made = tls.get();
  if (!made) {
    log_->log(Severity::kCritical, "the TLS trust store cannot be loaded", Field{"error", made.error()});
    return std::unexpected(made.error());
  }
  tls_ = std::move(*made);
  return {};
}

Result<void> RunningService::make_archive() {
  constexpr std::size_t kThreads = 4;
  const config::ArchiveConfig& archive = config_.archive;
  if (archive.kind != config::ArchiveConfig::Kind::kFolder) return {};
  if (auto proved = archive::probe_folder(archive.folder); !proved) {
    log_->log(Severity::kCritical, "MEDIA_ARCHIVE is not a folder that is there and can be written",
              Field{"error", proved.error()});
    return proved;
  }
  disk_ = std::make_unique<archive::DiskThreads>(kThreads);
  return {};
}

Result<void> RunningService::make_lanes() {
  auto keyring = crypto::Keyring::parse(config_.keyring);
  if (!keyring) {
    log_->log(Severity::kCritical, "KEYRING cannot be read", Field{"error", keyring.error()});
    return std::unexpected(keyring.error());
  }
  const auto wake = [this](Partition partition, WallTime at) {
    Lane& lane = owner_of(partition);
    lane.loop().post([&lane, partition, at] { lane.dispatcher().wake(partition, at); });
  };
  const auto appended = [this](const TenantId& tenant) {
    for (const auto& lane : lanes_) {
      if (lane->feed().waiting() == 0) continue;
      lane->loop().post([feed = &lane->feed(), tenant] { feed->notify(tenant); });
    }
    notify_groups(lanes_, tenant);
    for (const auto& lane : lanes_) {
      if (lane->pushers().count() == 0) continue;
      lane->loop().post([pushers = &lane->pushers(), tenant] { pushers->notify(tenant); });
    }
  };
  const auto ordered = [this](const TenantId& tenant) {
    for (const auto& lane : lanes_) {
      lane->loop().post([pushers = &lane->pushers(), tenant] { pushers->look(tenant); });
    }
  };
  const auto regrouped = [this](const TenantId& tenant) { notify_groups(lanes_, tenant); };
  shared_ = std::make_unique<Shared>(Shared{config_, directory_, auth_, health_, std::move(*keyring), *log_,
                                            *tls_, templates_, sqlite_.get(), disk_.get(), evidence_flow_,
                                            wake, appended, ordered, regrouped});
  if (!names_an_account(config_))
    log_->log(Severity::kInfo, "templates are not checked: WHATSAPP_BUSINESS_ACCOUNT_ID is not set");
  const std::size_t count =
      config_.threads != 0 ? config_.threads : std::min<std::size_t>(available_cores(), 16);
  for (std::size_t i = 0; i < count; ++i) {
    auto lane = Lane::make(*shared_, metrics_.add_loop(), {i, count}, share_of(i, count));
    if (!lane) {
      log_->log(Severity::kCritical, "configuration cannot be used", Field{"error", lane.error()});
      return std::unexpected(lane.error());
    }
    lanes_.push_back(std::move(*lane));
    scopes_.push_back(std::make_unique<TaskScope>());
  }
  return {};
}

std::vector<Partition> RunningService::share_of(std::size_t lane, std::size_t lanes) const {
  std::vector<Partition> share = directory_.partitions();
  std::erase_if(share, [=](Partition partition) { return partition.number % lanes != lane; });
  return share;
}

void RunningService::reload(const config::LoadResult& loaded) {
  if (!loaded.problems.empty()) {
    reloads_.add(Counter::kConfigRefused);
    report_refused(*log_, loaded.problems);
    return;
  }
  directory_.replace(loaded.config);
  for (std::size_t i = 0; i < lanes_.size(); ++i) {
    lanes_[i]->loop().post([lane = lanes_[i].get(), share = share_of(i, lanes_.size())]() mutable {
      lane->serve(std::move(share));
    });
  }
  reloads_.add(Counter::kConfigReloaded);
  report_applied(*log_, *directory_.snapshot());
}

Result<void> RunningService::open_stores() {
  for (const auto& lane : lanes_) lane->start();
  std::vector<Result<void>> results(lanes_.size());
  const MonoTime until = now() + kStoreDeadline;
  for (std::size_t i = 0; i < lanes_.size(); ++i) {
    Lane* lane = lanes_[i].get();
    Result<void>* out = &results[i];
    const bool answered = run_on(*lane, *scopes_[i], until + Millis{1'000}, [lane, until, out](Done done) {
      return open_store(lane, {until}, out, std::move(done));
    });
    const Error error =
        answered ? (results[i] ? Error{} : results[i].error()) : Error{ErrorCode::kTimeout, 0, "store"};
    if (answered && results[i]) continue;
    log_->log(Severity::kCritical, "the store failed its start-up probe (write, read, expire)",
              Field{"error", error});
    return std::unexpected(error);
  }
  Lane* first = lanes_.front().get();
  Result<void>* durable = &results.front();
  run_on(*first, *scopes_.front(), MonoTime::max(),
         [first, durable](Done done) { return check_durability(first, durable, std::move(done)); });
  return results.front();
}

Result<void> RunningService::listen() {
  std::vector<net::HttpServer::Worker> workers;
  for (const auto& lane : lanes_) workers.push_back({&lane->loop(), &lane->handler()});
  auto server = net::HttpServer::listen(config_.listen_address, config_.port, workers, {});
  if (!server) {
    log_->log(Severity::kCritical, "cannot listen on LISTEN_ADDRESS and PORT",
              Field{"error", server.error()});
    return std::unexpected(server.error());
  }
  server_ = std::move(*server);
  Lane& first = *lanes_.front();
  admin_handler_ = std::make_unique<api::AdminHandler>(
      api::AdminParts{auth_, directory_, health_, metrics_, first.loop(), first.store().intents()});
  net::HttpServerLimits limits;
  limits.connections = 256;
  auto admin = net::HttpServer::listen(config_.admin_address, config_.admin_port,
                                       {{&first.loop(), admin_handler_.get()}}, limits);
  if (!admin) {
    log_->log(Severity::kCritical, "cannot listen on ADMIN_ADDRESS and ADMIN_PORT",
              Field{"error", admin.error()});
    return std::unexpected(admin.error());
  }
  admin_server_ = std::move(*admin);
  return {};
}

bool RunningService::all_alive() const {
  return std::ranges::all_of(lanes_, [at = now()](const auto& lane) { return lane->alive(at); });
}

bool RunningService::all_stores_healthy() const {
  return std::ranges::all_of(lanes_, [](const auto& lane) { return lane->store_healthy(); });
}

Result<void> RunningService::open() {
  health_.version = telemetry::version();
  health_.store_ok = [this] { return all_stores_healthy(); };
  health_.loops_alive = [this] { return all_alive(); };
  if (auto made = make_engine(); !made) return made;
  if (auto made = make_archive(); !made) return made;
  if (auto made = make_lanes(); !made) return made;
  health_.store_engine = lanes_.front()->store().engine();
  if (auto opened = open_stores(); !opened) return opened;
  if (auto listening = listen(); !listening) return listening;
  add_gauges(metrics_, {health_, directory_, lanes_, *server_});
  for (std::size_t i = 0; i < lanes_.size(); ++i) {
    Lane* lane = lanes_[i].get();
    run_on(*lane, *scopes_[i], MonoTime::max(),
           [lane](Done done) { return begin_work(lane, std::move(done)); });
  }
  health_.started = true;
  log_->log(Severity::kInfo, "ready", Field{"port", port()}, Field{"adminPort", admin_port()},
            Field{"environment", config_.environment}, Field{"store", config_.store},
            Field{"loops", lanes_.size()});
  log_->flush();
  return {};
}

DrainResult RunningService::drain() {
  const Deadline deadline{now() + config_.drain_timeout};
  health_.draining = true;
  log_->log(Severity::kInfo, "draining", Field{"timeoutMs", config_.drain_timeout});
  std::atomic<bool> complete{true};
  for (const auto& lane : lanes_) lane->loop().post([lane = lane.get()] { lane->hand_back(); });

  Lane* first = lanes_.front().get();
  for (net::HttpServer* server : {server_.get(), admin_server_.get()}) {
    const bool answered =
        run_on(*first, *scopes_.front(), deadline.at + Millis{500}, [=, &complete](Done done) {
          return drain_server(server, first, deadline, &complete, std::move(done));
        });
    if (!answered) complete = false;
  }
  for (std::size_t i = 0; i < lanes_.size(); ++i) {
    Lane* lane = lanes_[i].get();
    const bool answered = run_on(*lane, *scopes_[i], deadline.at + Millis{500}, [lane, deadline](Done done) {
      return end_work(lane, deadline, std::move(done));
    });
    if (!answered) {
      log_->log(Severity::kError, "drain cut short: work was still in flight");
      log_->flush();
      return DrainResult::kCut;
    }
  }
  for (const auto& lane : lanes_) lane->join();
  log_->log(Severity::kInfo, "stopped", Field{"complete", complete.load()});
  log_->flush();
  return complete ? DrainResult::kComplete : DrainResult::kCut;
}

}  // namespace

Result<std::unique_ptr<Service>> Service::start(config::Config config,
                                                std::shared_ptr<telemetry::Logger> log) {
  auto service = std::make_unique<RunningService>(std::move(config), std::move(log));
  if (auto opened = service->open(); !opened) {
    // Lanes may still be connecting on their threads; the process ends now, so nothing is taken apart.
    static_cast<void>(service.release());
    return std::unexpected(opened.error());
  }
  return service;
}

}  // namespace wac::service
