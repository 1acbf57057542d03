#pragma once
// How the program proves to Google's APIs who it is.

#include "base/personal.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wac::config {

/// What a service account's key file says.
struct ServiceAccount {
  std::string email;
  std::string key_id;  ///< may be empty
  Secret private_key;  ///< RSA, PEM
  std::string token_url;
};

struct GoogleCredentials {
  enum class Kind : std::uint8_t {
    kMetadataServer,  ///< the machine's own service account
    kServiceAccount,  ///< `account`
    kNone,            ///< nothing is proved: emulators
  };
  Kind kind = Kind::kMetadataServer;
  ServiceAccount account = {};

  GoogleCredentials clone() const;
};

/// Reads the JSON of a service account's key, as Google hands it out; nothing when it is another thing.
/// `token_uri` must be https, or http on this host.
std::optional<GoogleCredentials> parse_service_account(const Secret& json);

}  // namespace wac::config
