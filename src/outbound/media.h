#pragma once
// Media that uploads itself: fetches the file of a `mediaUrl`, uploads it to Graph in the same stream, and
// remembers the id it got.

#include "base/semaphore.h"
#include "config/config.h"
#include "config/directory.h"
#include "crypto/fingerprint.h"
#include "net/http_transfer.h"
#include "outbound/media_content.h"
#include "outbound/media_ids.h"
#include "outbound/media_places.h"
#include "outbound/media_rules.h"
#include "telemetry/log.h"
#include "telemetry/metrics.h"

namespace wac::outbound {

/// All of it outlives Media and belongs to, or is shared with, its loop.
struct MediaParts {
  const config::Config& config;
  Scheduler& loop;
  Random& random;
  crypto::Fingerprinter& fingerprints;
  net::HttpTransfers& transfers;
  MediaIds& ids;
  telemetry::Logger& log;
  telemetry::LoopMetrics& metrics;
};

/// What took the place of a payload's URLs.
struct SuppliedMedia {
  std::vector<UsedMedia> files;
  /// An id among them was given by Meta some time ago, so that Meta may have lost the file since.
  bool may_be_lost = false;
};

/// One per loop. A file wanted by several at once is fetched and uploaded once. That work belongs to no
/// intent: it goes on when whoever asked has no time left, and the next one to ask finds it.
class Media {
 public:
  /// kInvalid when `config.graph_url` is no URL.
  static Result<std::unique_ptr<Media>> make(const MediaParts& parts);
  Media(MediaParts parts, net::Url graph);

  /// Puts the id of an uploaded file in place of every `mediaUrl` of the payload; on failure the payload may
  /// be half done. `lost`: what was supplied before and Meta no longer knew; it is not used again.
  Task<std::expected<SuppliedMedia, MediaFailure>> supply(const config::SenderEntry& sender,
                                                          boost::json::object& payload, Deadline deadline,
                                                          const SuppliedMedia* lost);

  /// From now on whoever waits is told at once that the file is under way, so that its message goes back to
  /// the queue, for another instance or a later start.
  void hand_back();
  /// Ends what is under way and completes when nothing is.
  Task<void> stop();

 private:
  struct Obtained {
    std::string id;
    bool may_be_lost = false;
  };
  using Outcome = std::expected<Obtained, MediaFailure>;
  using Promise = OneShot<Outcome>;

  /// One file of one sender.
  struct Wanted {
    SenderId sender;
    Partition partition;
    Secret token;  ///< a copy: a flight may outlive a change of the configuration
    crypto::Fingerprint key;
    std::string url;
    std::string file_name;
    whatsapp::MediaKind kind = whatsapp::MediaKind::kDocument;
    bool voice = false;
    std::vector<std::string> lost;

    std::pair<crypto::Fingerprint, bool> flight_key() const { return {key, !lost.empty()}; }
    bool is_lost(const KnownMedia& media) const;
  };
  struct Flight {
    Wanted wanted;
    std::vector<Promise> waiting;
  };

  Promise request(Wanted wanted);
  Task<void> run(std::shared_ptr<Flight> flight);
  Task<Outcome> obtain(const Wanted& wanted);
  Task<Outcome> fetch_and_upload(const Wanted& wanted, std::optional<KnownMedia> known);
  Task<std::expected<std::unique_ptr<net::Download>, MediaFailure>> fetch(const Wanted& wanted,
                                                                          const KnownMedia* known,
                                                                          Deadline deadline);
  Task<Outcome> take(const Wanted& wanted, net::Download& source, Deadline deadline);
  Task<std::expected<std::string, MediaFailure>> upload(const Wanted& wanted, MediaUpload& body,
                                                        Deadline deadline);
  Task<Outcome> reuse(const Wanted& wanted, KnownMedia known);
  bool may_be_lost(const KnownMedia& media) const;

  MediaParts parts_;
  net::Url graph_;
  SourceRules rules_;
  Slots slots_;
  /// By key, and whether it replaces a lost file: whoever lost one must not join those who use it.
  std::map<std::pair<crypto::Fingerprint, bool>, std::shared_ptr<Flight>> flights_;
  bool handing_back_ = false;
  TaskScope work_;
};

}  // namespace wac::outbound
