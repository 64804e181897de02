#include "fakes/policy/session.h"

#include <utility>

#include "fakes/mail/inspect.h"

namespace mailrig::policy {

MessageFacts facts_of(std::string_view content) {
  mail::MessageTraits traits = mail::inspect(content);
  return {.size = traits.size,
          .body_digest = traits.body_digest,
          .rig_id = traits.rig_id,
          .message_id = std::move(traits.message_id),
          .header_from_domain = std::move(traits.header_from_domain),
          .received_hops = traits.received_hops,
          .header_readable = traits.header_readable,
          .content = content};
}

}  // namespace mailrig::policy
