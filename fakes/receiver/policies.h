// Which policies a receiver has, in the order in which they are asked: what its profile wants, in the profile's words.
#pragma once

#include <string>

#include "fakes/base/draw.h"
#include "fakes/policy/chain.h"
#include "fakes/receiver/mailboxes.h"
#include "fakes/receiver/profile.h"

namespace mailrig::receiver {

// The profile and the mailboxes must stay where they are while the chain lives. `authenticates`: sessions will have
// their authentication facts. `name` is who draws.
policy::Chain make_chain(const Profile& profile, const Mailboxes& mailboxes, bool authenticates, Draw draw,
                         const std::string& name);

}  // namespace mailrig::receiver
