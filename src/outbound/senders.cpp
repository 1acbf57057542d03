#include "outbound/senders.h"

#include "outbound/new_intent.h"

#include <map>
#include <utility>

namespace wac::outbound {

using store::SenderPace;
using telemetry::Field;
using telemetry::Severity;

Task<Result<std::vector<SenderPace>>> Senders::list(TenantId tenant) {
  co_return co_await read(parts_.directory.senders_of(tenant));
}

Task<Result<SenderPace>> Senders::find(TenantId tenant, SenderId id) {
  if (parts_.directory.sender_of(tenant, id) == nullptr) co_return fail(ErrorCode::kNotFound, "sender");
  std::vector<SenderId> one{id};
  auto found = co_await read(std::move(one));
  if (!found) co_return std::unexpected(found.error());
  co_return std::move(found->front());
}

Task<Result<std::vector<SenderPace>>> Senders::read(std::vector<SenderId> ids) {
  std::set<Partition> partitions;
  for (const SenderId& id : ids) partitions.insert(Partition::of(id));
  std::map<SenderId, SenderPace> known;
  for (const Partition partition : partitions) {
    auto there = co_await parts_.store.senders(partition, parts_.loop.wall_now());
    if (!there) co_return std::unexpected(there.error());
    for (SenderPace& pace : *there) known.insert_or_assign(pace.sender, std::move(pace));
  }
  std::vector<SenderPace> result;
  result.reserve(ids.size());
  for (const SenderId& id : ids) {
    const auto found = known.find(id);
    if (found != known.end()) {
      result.push_back(std::move(found->second));
      continue;
    }
    // It has sent nothing yet: it will begin at its ceiling.
    SenderPace fresh;
    fresh.sender = id;
    if (const config::SenderRef sender = parts_.directory.sender(id)) {
      fresh.ceiling = sender->limits.sender_per_second;
      fresh.rate = fresh.ceiling;
    }
    result.push_back(std::move(fresh));
  }
  co_return result;
}

Task<Result<bool>> Senders::resume(TenantId tenant, SenderId id) {
  const config::SenderRef sender = parts_.directory.sender_of(tenant, id);
  if (sender == nullptr) co_return fail(ErrorCode::kNotFound, "sender");
  const Partition partition = sender->partition;
  const auto resumed = co_await parts_.store.resume(id, parts_.loop.wall_now());
  if (!resumed) co_return std::unexpected(resumed.error());
  if (*resumed) {
    parts_.log.log(Severity::kInfo, "sender resumed", Field{"tenantId", tenant}, Field{"senderId", id});
    parts_.wake(partition, parts_.loop.wall_now());
  }
  co_return *resumed;
}

Task<void> Senders::adopt_tokens(std::vector<Partition> partitions) {
  for (const Partition partition : partitions) {
    const Result<void> adopted = co_await adopt_tokens_of(partition);
    if (adopted) continue;
    parts_.metrics.add(telemetry::Counter::kStoreErrors);
    missed_.insert(partition);
  }
}

Task<void> Senders::adopt_missed() {
  const std::set<Partition> missed = std::exchange(missed_, {});
  std::vector<Partition> partitions{missed.begin(), missed.end()};
  co_await adopt_tokens(std::move(partitions));
}

Task<Result<void>> Senders::adopt_tokens_of(Partition partition) {
  auto known = co_await parts_.store.senders(partition, parts_.loop.wall_now());
  if (!known) co_return std::unexpected(known.error());
  for (SenderPace& pace : *known) {
    const Result<void> adopted = co_await adopt_token(std::move(pace));
    if (!adopted) co_return adopted;
  }
  co_return Result<void>{};
}

Task<Result<void>> Senders::adopt_token(SenderPace pace) {
  const config::SenderRef sender = parts_.directory.sender(pace.sender);
  if (sender == nullptr) co_return Result<void>{};
  const crypto::Fingerprint credential = credential_of(parts_.fingerprints, *sender);
  if (credential == pace.credential) co_return Result<void>{};
  const auto ended = co_await parts_.store.adopt_credential(pace.sender, credential, parts_.loop.wall_now());
  if (!ended) co_return std::unexpected(ended.error());
  if (!*ended) co_return Result<void>{};
  parts_.log.log(Severity::kInfo, "the sender has another token and goes on",
                 Field{"tenantId", sender->tenant}, Field{"senderId", pace.sender});
  parts_.wake(sender->partition, parts_.loop.wall_now());
  co_return Result<void>{};
}

}  // namespace wac::outbound
