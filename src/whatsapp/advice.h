#pragma once
// What is allowed, and yet probably not meant: shown by dry runs and `connectorctl lint`, never a reason not
// to send.

#include "whatsapp/message.h"

#include <vector>

namespace wac::whatsapp {

/// `payload` has passed lint(). Pointers as in Violation.
std::vector<Violation> advise(const boost::json::object& payload);

}  // namespace wac::whatsapp
