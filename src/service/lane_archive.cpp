// The archive of media on a loop.

#include "archive/bucket_store.h"
#include "archive/folder_store.h"
#include "service/lane.h"

namespace wac::service {

Result<void> Lane::make_archive(Shared& shared, Place place) {
  const config::ArchiveConfig& config = shared.config.archive;
  if (!config.on()) return {};
  // Its transfers are its own, to be ended when the process stops: whoever reads a file now is let finish.
  archive_transfers_ = net::HttpTransfers::make(*loop_, shared.tls);
  auto reader = outbound::MediaReader::make(shared.config, *loop_, *http_, *archive_transfers_);
  if (!reader) return std::unexpected(reader.error());
  archive_reader_ = std::move(*reader);
  if (config.kind == config::ArchiveConfig::Kind::kFolder) {
    archive_store_ = std::make_unique<archive::FolderStore>(
        archive::FolderStore::Rules{config.folder, config.min_free}, *shared.disk, *loop_, *random_);
  } else {
    // Over plain text nothing is proved: a token would be shown to the network.
    auto credentials = shared.config.google.clone();
    if (config.endpoint.starts_with("http://")) credentials.kind = config::GoogleCredentials::Kind::kNone;
    auto bucket = archive::BucketStore::make(
        config, {*loop_, *push_http_, *archive_transfers_,
                 google_tokens_->of(credentials, google::scope::kStorage), shared.config.media_timeout});
    if (!bucket) return std::unexpected(bucket.error());
    archive_store_ = std::move(*bucket);
  }
  media_archive_ = std::make_unique<archive::MediaArchive>(
      archive::MediaArchive::Rules{config.retention, shared.config.event_retention}, *archive_store_, *loop_,
      *fingerprints_, *sealer_, *random_);
  archiver_ = std::make_unique<archive::Archiver>(archive::Archiver::Parts{
      shared.config, shared.directory, *loop_, *archive_reader_, *media_archive_, *metrics_});
  push_transports_.add(config::ConsumerKind::kMediaArchive, *archiver_);
  purges_archive_ = place.index == 0;
  return {};
}

Task<void> Lane::purge_archive() {
  if (!purges_archive_) co_return;
  // What could not be removed now is removed next time.
  const auto removed = co_await media_archive_->purge();
  if (removed) metrics_->add(telemetry::Counter::kArchivePurged, *removed);
}

}  // namespace wac::service
