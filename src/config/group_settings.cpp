// The settings of groups of readers: how long they hold events, and how many.

#include "config/setting_kinds.h"

namespace wac::config {
namespace {

template <class T>
Setting group(const char* name, T GroupRules::* field, std::int64_t min, std::int64_t max,
              const char* meaning) {
  return number_at(name, [field](auto& config) -> auto& { return config.groups.*field; }, min, max, meaning);
}

}  // namespace

void append_group_settings(std::vector<Setting>& table) {
  table.push_back(group("EVENT_GROUP_LEASE_MS", &GroupRules::lease, 100, 3'600'000,
                        "How long a reader of a group has an event before it is handed out again, unless it "
                        "acknowledges or extends."));
  table.push_back(group("EVENT_GROUP_ATTEMPTS", &GroupRules::attempts, 1, 1'000,
                        "An event handed out so often without acknowledgement becomes a dead letter of its "
                        "group."));
  table.push_back(group("EVENT_GROUP_IN_FLIGHT", &GroupRules::in_flight, 1, 1'000,
                        "Unacknowledged events of one stream of a group; more come as it acknowledges."));
  table.push_back(group("EVENT_GROUP_WINDOW", &GroupRules::window, 1, 1'000,
                        "Events of one group that were handed out or wait for their conversation; a group "
                        "with so many gets no new ones."));
  table.push_back(group("EVENT_GROUPS_MAX", &GroupRules::per_tenant, 1, 1'000, "Groups of one tenant."));
}

}  // namespace wac::config
