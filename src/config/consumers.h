#pragma once
// Reads consumers: of the environment variables and of TENANTS_FILE.

#include "config/consumer.h"
#include "config/settings.h"
#include "config/tenants_file.h"

namespace wac::config {

/// Of the consumer that every tenant has whose media is archived; no other one may have it.
ConsumerId media_archive_id();

/// The bytes of `whsec_` and base64 of 24 to 64 of them (Standard Webhooks); nothing when it is another
/// thing.
std::optional<Secret> decode_signing_key(const Secret& text);

/// `https://host[:port][/path][?query]`, and http:// where `plain` allows it or the host is this one.
bool is_consumer_url(std::string_view url, bool plain);

/// What only a consumer of the kind "pubsub" has; false when something is wrong with it.
bool read_pubsub(YamlFields& fields, SecretFields& secrets, const Config& config, ConsumerConfig& consumer);

/// The account of `credentials_file` (or `credentials_env`); the configuration's own when it names none;
/// nothing when it is wrong, which is then a problem.
std::optional<GoogleCredentials> read_google_credentials(YamlFields& fields, SecretFields& secrets,
                                                         const Config& config);

/// The member "consumers" of a tenant.
void read_consumers(YamlFields& tenant_fields, SecretFields& secrets, const Config& config,
                    TenantConfig& tenant, FileProblems& problems);

}  // namespace wac::config
