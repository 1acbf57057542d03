#pragma once
// Keeps groups of readers in the store, sealed: a record for each group's state, and one for the names of a
// tenant's groups. Kept until they are erased.

#include "base/scheduler.h"
#include "delivery/group_state.h"
#include "store/keyed_records.h"

namespace wac::delivery {

/// A group, by its names. A group's name has the form of a consumer's.
struct GroupName {
  TenantId tenant;
  ConsumerId group;
  friend auto operator<=>(const GroupName&, const GroupName&) = default;
};

/// One per loop. Errors are those of the store, and kCorrupt. Versions are those of KeyedRecords::put():
/// 0: there is none; kConflict: another one wrote since.
class GroupRecords {
 public:
  GroupRecords(Scheduler& loop, store::KeyedRecords& records, crypto::Fingerprinter& fingerprints,
               crypto::Sealer& sealer)
      : loop_(loop), records_(records), fingerprints_(fingerprints), sealer_(sealer) {}

  struct Loaded {
    std::optional<GroupState> state;
    std::uint64_t version = 0;
  };
  Task<Result<Loaded>> load(GroupName name);
  Task<Result<std::uint64_t>> save(GroupName name, GroupState state, std::uint64_t expected);
  /// Whether there was one.
  Task<Result<bool>> erase(GroupName name);

  struct Names {
    std::vector<ConsumerId> groups;
    std::uint64_t version = 0;
  };
  Task<Result<Names>> names(TenantId tenant);
  Task<Result<std::uint64_t>> save_names(TenantId tenant, std::vector<ConsumerId> groups,
                                         std::uint64_t expected);

 private:
  store::RecordKey key(const GroupName& name);
  store::RecordKey names_key(const TenantId& tenant);
  struct Opened {
    std::optional<PersonalText> text;
    std::uint64_t version = 0;
  };
  Task<Result<Opened>> get(store::RecordKey key);
  Task<Result<std::uint64_t>> put(store::RecordKey key, std::string text, std::uint64_t expected);

  Scheduler& loop_;
  store::KeyedRecords& records_;
  crypto::Fingerprinter& fingerprints_;
  crypto::Sealer& sealer_;
};

}  // namespace wac::delivery
