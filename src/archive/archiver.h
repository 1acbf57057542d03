#pragma once
// The consumer that keeps files: it takes an event once the file it speaks of is in the archive.

#include "archive/media_archive.h"
#include "archive/media_event.h"
#include "config/directory.h"
#include "delivery/transport.h"
#include "outbound/media_reader.h"
#include "telemetry/metrics.h"

namespace wac::archive {

/// One per loop. Everything given outlives it.
class Archiver final : public delivery::Transport {
 public:
  struct Parts {
    const config::Config& config;
    const config::Directory& directory;
    Scheduler& loop;
    /// Of its own, so that whoever reads a file now does not wait behind those being kept.
    outbound::MediaReader& reader;
    MediaArchive& archive;
    telemetry::LoopMetrics& metrics;
  };
  explicit Archiver(Parts parts) : parts_(parts), slots_(parts.loop, parts.config.media_in_flight) {}

  /// kNever where Meta no longer has the file ("media_gone") or knows none ("media_not_found"); else what
  /// stands in the way, to be tried again: "token_refused", "media_unavailable", "media_damaged",
  /// "archive_full", …
  Task<delivery::Answer> deliver(delivery::Outgoing event) override;

 private:
  Task<delivery::Answer> keep(const config::SenderEntry& sender, const MediaReference& media);

  Parts parts_;
  Slots slots_;
};

/// What the file could not be read for.
delivery::Answer answer_to(outbound::MediaReadFault fault);
/// What it could not be kept for.
delivery::Answer answer_to(const Error& error);

}  // namespace wac::archive
