// The suite that every engine passes (integration/store), over plain Redis, over TLS with a password, and
// over a cluster.

#include "integration/store/record_conformance.h"
#include "integration/store/store_walk.h"
#include "integration/store_redis/redis_harness.h"

namespace wac::testing {

INSTANTIATE_TEST_SUITE_P(Redis, StoreConformance,
                         ::testing::Values(EngineFactory{"plain", make_plain_redis},
                                           EngineFactory{"tls", make_tls_redis}),
                         engine_name);
INSTANTIATE_TEST_SUITE_P(Redis, StoreWalk, ::testing::Values(EngineFactory{"plain", make_plain_redis}),
                         engine_name);
INSTANTIATE_TEST_SUITE_P(Redis, RecordConformance,
                         ::testing::Values(EngineFactory{"plain", make_plain_redis},
                                           EngineFactory{"tls", make_tls_redis}),
                         engine_name);

INSTANTIATE_TEST_SUITE_P(RedisCluster, StoreConformance, ::testing::ValuesIn(cluster_engines()), engine_name);
INSTANTIATE_TEST_SUITE_P(RedisCluster, RecordConformance, ::testing::ValuesIn(cluster_engines()),
                         engine_name);

}  // namespace wac::testing
