#pragma once
// The memory of nghttp2: every block is wiped when it is given back. Its buffers and header tables hold what
// requests and answers hold: tokens, numbers of people, texts. For net/ only.

#include <nghttp2/nghttp2.h>

namespace wac::net {

/// For nghttp2_session_client_new3(), which copies it.
nghttp2_mem wiping_memory();

}  // namespace wac::net
