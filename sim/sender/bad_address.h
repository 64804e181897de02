// Whether a refusal says that the address is no good, today and tomorrow: what a sender keeps a suppression list of.
// Refusals of the sender, its message or its volume are none, whatever their code. Pure.
#pragma once

#include "fakes/smtp/reply.h"

namespace mailrig::sender {

// By the enhanced code where it says so (RFC 3463 §3.2, §3.3: 5.1.0 to 5.1.6, 5.1.10, 5.2.1). Many servers have none,
// or one that says little, such as 5.5.0 or 5.7.1; there words decide that mailbox providers use for users they do not
// have.
bool names_bad_address(const smtp::Reply& reply);

}  // namespace mailrig::sender
