// The suite that every engine passes (integration/store), over plain Redis and over TLS with a password.

#include "integration/store/record_conformance.h"
#include "integration/store_redis/redis_harness.h"

namespace wac::testing {

INSTANTIATE_TEST_SUITE_P(Redis, StoreConformance,
                         ::testing::Values(EngineFactory{"plain", make_plain_redis},
                                           EngineFactory{"tls", make_tls_redis}),
                         engine_name);
INSTANTIATE_TEST_SUITE_P(Redis, RecordConformance,
                         ::testing::Values(EngineFactory{"plain", make_plain_redis},
                                           EngineFactory{"tls", make_tls_redis}),
                         engine_name);

}  // namespace wac::testing
