#pragma once
// Signatures with an RSA key, as JSON Web Tokens call them RS256 (RFC 7518 §3.3).

#include "base/error.h"
#include "base/personal.h"

#include <string>
#include <string_view>

namespace wac::crypto {

/// Whether it is the private key of an RSA pair in PEM, without a passphrase, of 2 048 bits or more.
bool is_rsa_key(const Secret& pem);

/// RSASSA-PKCS1-v1_5 with SHA-256. kInvalid: no such key.
Result<std::string> sign_rs256(const Secret& pem, std::string_view text);

}  // namespace wac::crypto
