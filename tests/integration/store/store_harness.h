#pragma once
// What an engine brings to the conformance suite. To add one: implement StoreHarness and
//   INSTANTIATE_TEST_SUITE_P(Redis, StoreConformance, ::testing::Values(EngineFactory{"plain", make_…}),
//   engine_name);
// in a file of its own, listed in CMakeLists.txt.

#include "integration/store/loop_calls.h"
#include "net/event_loop.h"
#include "store/store.h"

namespace wac::testing {

/// A store with whatever it needs on its loop (a Redis connection, …).
class OpenStore {
 public:
  virtual ~OpenStore() = default;
  virtual store::Store& store() = 0;
  /// On the loop; after it the object is destroyed there.
  virtual Task<void> close(Deadline deadline) = 0;
};

/// One empty data store of an engine. Made fresh for each test; the destructor removes everything.
class StoreHarness {
 public:
  virtual ~StoreHarness() = default;

  /// Called on the loop's thread. Several may be open at once, on several loops.
  virtual std::unique_ptr<OpenStore> open(net::EventLoop& loop) = 0;

  /// The process ends and starts again. No store is open.
  virtual void restart(WallTime now) = 0;

  /// Makes the engine forget what its retention does not cover at `now`. An engine with a clock of its own
  /// waits until that clock has passed `now` (about a second away) with a margin.
  virtual void forget(LoopThread& thread, OpenStore& open, WallTime now) = 0;
};

struct EngineFactory {
  const char* name;
  std::unique_ptr<StoreHarness> (*make)();
};

}  // namespace wac::testing
