// Which policies a receiver has, in the order in which they are asked: what its profile wants, in the profile's words.
#pragma once

#include <string>

#include "fakes/base/draw.h"
#include "fakes/policy/chain.h"
#include "fakes/policy/conditions.h"
#include "fakes/policy/reputation.h"
#include "fakes/receiver/mailboxes.h"
#include "fakes/receiver/profile.h"

namespace mailrig::receiver {

struct Policies {
  policy::Chain chain;
  policy::Reputation* reputation = nullptr;  // among them; null: the receiver keeps none
};

// The profile, the mailboxes and the conditions must stay where they are while the chain lives. `authenticates`:
// sessions will have their authentication facts. `name` is who draws.
Policies make_policies(const Profile& profile, const Mailboxes& mailboxes, const policy::Conditions& conditions,
                       bool authenticates, Draw draw, const std::string& name);

// Those of them that judge by the facts of session and message and by what can be recalled of the sender: the same
// decisions asked again. What counts, waits or draws lots about connections and mailboxes is not among them.
policy::Chain make_judges(const Profile& profile, const Mailboxes& mailboxes, bool authenticates, Draw draw,
                          const std::string& name);
// Whether judges refuse in this way. (Of syntax errors some do; those that do are spoken after DATA.)
bool can_be_asked_again(policy::Event event);

}  // namespace mailrig::receiver
