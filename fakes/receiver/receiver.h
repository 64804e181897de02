// One fake mailbox provider: its policies, its mailboxes, its memory of what senders did. Pure: it is handed the
// time and the facts and returns verdicts; the same object serves the live and the virtual runtime.
// Not thread-safe: live drivers hold one lock per receiver around every call but judge().
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "fakes/base/draw.h"
#include "fakes/dns/zones.h"
#include "fakes/policy/conditions.h"
#include "fakes/policy/policy.h"
#include "fakes/policy/reputation.h"
#include "fakes/policy/session.h"
#include "fakes/policy/verdict.h"
#include "fakes/receiver/mailboxes.h"
#include "fakes/receiver/observer.h"
#include "fakes/receiver/profile.h"
#include "fakes/smtp/server_session.h"

namespace mailrig::receiver {

class Receiver {
 public:
  // `name` is the receiver's name in the scenario. `observer` may be null and must outlive the receiver, as `zones`
  // must: the DNS that mail is authenticated by, asked from `region` (see dns::Zones::lookup). Without zones nothing is
  // judged.
  Receiver(std::string name, Profile profile, Mailboxes mailboxes, Draw draw, Observer* observer,
           const dns::Zones* zones = nullptr, std::string region = {});
  ~Receiver();
  Receiver(const Receiver&) = delete;
  Receiver& operator=(const Receiver&) = delete;

  // One more policy, asked after the profile's own. Before the first connection.
  void add(std::unique_ptr<policy::Policy> policy);

  // A sender that it knows from before the run, as its reputation counts.
  void remember(Instant now, const policy::KnownSender& sender);

  const std::string& name() const;
  const Profile& profile() const;
  // What the byte engine needs to know to speak for this receiver as host `mx_host`. Some providers greet with the
  // client's address; without `client_ip` that place stays empty.
  smtp::ServerConfig server_config(std::string_view mx_host, std::optional<IpAddress> client_ip = {}) const;

  // What a reader did with a copy of this sender's mail.
  void read(Instant now, const policy::SenderKeys& sender, policy::Reputation::Reading reading);

  // What has befallen it; set by a scenario's timeline. A receiver that is down refuses connections: the live driver
  // closes its listeners, the virtual one fails to connect. Certificates are the drivers' affair too.
  void set_conditions(const policy::Conditions& conditions);
  const policy::Conditions& conditions() const;
  // Whether STARTTLS is offered, as things stand.
  bool offers_starttls() const;

  // The SMTP phases. Call order is the protocol's; the receiver keeps `session` up to date.
  policy::Verdict connect(Instant now, policy::Session& session);
  policy::Verdict helo(Instant now, policy::Session& session, std::string_view name);
  policy::Verdict mail(Instant now, policy::Session& session, const policy::MailFacts& facts);
  policy::Verdict rcpt(Instant now, policy::Session& session, std::string_view address);
  policy::DataVerdict data(Instant now, policy::Session& session, const policy::MessageFacts& facts);
  // The same in two steps: finding out who sent the message, which takes long and no lock, only that nobody else uses
  // the session meanwhile; and deciding. `judging` is the model time that the first step took.
  Duration judge(Instant now, policy::Session& session, const policy::MessageFacts& facts) const;
  policy::DataVerdict decide(Instant now, policy::Session& session, const policy::MessageFacts& facts,
                             Duration judging);
  // RSET, a new greeting, STARTTLS or QUIT ends the transaction under way: the client's own doing, nobody is told.
  void reset(policy::Session& session);
  // The connection is gone, for whatever reason. Exactly once per connect(). Recipients that wait for end of data are
  // told to the observer as timed out, unless reset() came before.
  void disconnected(Instant now, policy::Session& session);

  // The text of a verdict's reply. `recipient` where the verdict is about one; otherwise the transaction's first. Call
  // it before the next phase.
  smtp::Reply render(Instant now, const policy::Session& session, const policy::Verdict& verdict,
                     std::string_view recipient = {}, const policy::MessageFacts* message = nullptr) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace mailrig::receiver
