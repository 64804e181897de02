// A receiver and the lock that the live runtime holds around every call of it but judge(). One per receiver, shared by
// all of its servers and whoever else calls it while they run.
#pragma once

#include <mutex>

#include "fakes/receiver/receiver.h"

namespace mailrig::net {

struct LockedReceiver {
  explicit LockedReceiver(receiver::Receiver& guarded) : receiver(guarded) {}

  receiver::Receiver& receiver;
  std::mutex mutex;
};

}  // namespace mailrig::net
