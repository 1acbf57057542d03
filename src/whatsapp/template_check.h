#pragma once
// A template message held against the definition that Meta would hold it against (facts §2.5, §2.6): what
// would come back as 132000, 132001, 132012, 132015 or 131062 is known before anything is sent.

#include "whatsapp/local_errors.h"
#include "whatsapp/message.h"
#include "whatsapp/template_definition.h"

#include <optional>
#include <vector>

namespace wac::whatsapp {

enum class RecipientKind : std::uint8_t { kPhone, kUserId, kGroup };

struct TemplateFault {
  LocalError code = LocalError::kTemplateUnknown;
  std::vector<Violation> violations;  ///< at least one; pointers into the payload
};

/// Nothing when `payload`, which has passed lint(), is not a template or may be sent.
std::optional<TemplateFault> check_template(const boost::json::object& payload, RecipientKind recipient,
                                            const TemplateCatalogue& catalogue);

/// "/template/name is not …; /template/…": for an answer to the intent's own caller, never for a log.
std::string words_of(const TemplateFault& fault);

}  // namespace wac::whatsapp
