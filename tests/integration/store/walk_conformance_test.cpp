// Whatever happened, what is open comes to its end when the times that take_due() names are kept.

#include "integration/store/store_walk.h"

namespace wac::testing {
namespace {

TEST_P(StoreWalk, WhateverHappensWhatIsOpenComesToItsEnd) {
  for (unsigned seed = 1; seed <= 4 && !HasFailure(); ++seed) {
    SCOPED_TRACE(seed);
    walk(seed, 150, seed % 3 == 0 ? Restarts::kSome : Restarts::kNone);
  }
}

}  // namespace
}  // namespace wac::testing
