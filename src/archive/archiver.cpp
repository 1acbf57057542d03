#include "archive/archiver.h"

namespace wac::archive {
namespace {

using delivery::Answer;
using delivery::Verdict;
using outbound::MediaReadFault;
using telemetry::Counter;

Answer taken() {
  return {Verdict::kTaken, "", std::nullopt, 0, ErrorCode::kInternal};
}
Answer failed(const char* why, ErrorCode code) {
  return {Verdict::kFailed, why, std::nullopt, 0, code};
}
Answer never(const char* why) {
  return {Verdict::kNever, why, std::nullopt, 0, ErrorCode::kNotFound};
}

}  // namespace

Answer answer_to(MediaReadFault fault) {
  switch (fault) {
    case MediaReadFault::kNotFound:
      return never("media_not_found");
    case MediaReadFault::kGone:
      return never("media_gone");
    case MediaReadFault::kTokenRefused:
      return failed("token_refused", ErrorCode::kUnauthorized);
    case MediaReadFault::kForbiddenHost:
      return failed("media_forbidden_address", ErrorCode::kForbidden);
    case MediaReadFault::kBusy:
      return failed("overloaded", ErrorCode::kOverloaded);
    case MediaReadFault::kRange:
    case MediaReadFault::kUnavailable:
      break;
  }
  return failed("media_unavailable", ErrorCode::kUnavailable);
}

Answer answer_to(const Error& error) {
  switch (error.code) {
    case ErrorCode::kTooLarge:
      return failed("archive_full", error.code);
    case ErrorCode::kCorrupt:
      return failed("media_damaged", error.code);
    case ErrorCode::kUnavailable:
      return failed("archive_unavailable", error.code);
    // A download that has begun ends with none of these: they are the store's.
    case ErrorCode::kNotFound:
      return failed("archive_not_found", error.code);
    case ErrorCode::kUnauthorized:
      return failed("archive_unauthorized", error.code);
    case ErrorCode::kForbidden:
      return failed("archive_forbidden", error.code);
    default:
      return {Verdict::kFailed, std::string{name(error.code)}, std::nullopt, 0, error.code};
  }
}

Task<Answer> Archiver::deliver(delivery::Outgoing event) {
  const auto told = read_media_event(event.body);
  if (!told || told->media.empty()) co_return taken();
  const config::SenderRef sender = parts_.directory.sender_of(told->tenant, told->sender);
  if (sender == nullptr) co_return failed("sender_not_configured", ErrorCode::kNotFound);
  for (const MediaReference& media : told->media) {
    Answer answer = co_await keep(*sender, media);
    if (answer.verdict == Verdict::kTaken) continue;
    parts_.metrics.add(answer.verdict == Verdict::kNever ? Counter::kArchiveGone : Counter::kArchiveFailed);
    co_return answer;
  }
  co_return taken();
}

Task<Answer> Archiver::keep(const config::SenderEntry& sender, const MediaReference& media) {
  const auto settled = co_await parts_.archive.settled(sender.tenant, media.id);
  if (!settled) co_return answer_to(settled.error());
  if (*settled) co_return taken();
  const Slot slot = co_await slots_.take(Deadline{parts_.loop.now() + parts_.config.media_timeout});
  if (!slot) co_return failed("overloaded", ErrorCode::kOverloaded);
  auto opened = co_await parts_.reader.open(sender, media.id, "");
  if (!opened) co_return answer_to(opened.error());
  NewMedia facts;
  facts.mime = opened->info.mime;
  // In a webhook the form of the hash is sure, in Graph's answer it is not (facts §3.4).
  facts.expected = {opened->info.size, opened->info.sha256 ? opened->info.sha256 : media.sha256};
  const auto kept = co_await parts_.archive.keep(sender.tenant, media.id, std::move(facts), *opened->content);
  if (!kept) co_return answer_to(kept.error());
  parts_.metrics.add(Counter::kArchiveStored);
  co_return taken();
}

}  // namespace wac::archive
