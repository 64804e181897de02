// Makes a profile's reply book: what the file says over what the defaults say, each key checked. Internal to profile
// loading. Pure.
#pragma once

#include "fakes/config/errors.h"
#include "fakes/receiver/profile_file.h"
#include "fakes/receiver/reply_book.h"

namespace mailrig::receiver {

ReplyBook make_reply_book(const ProfileFile& file, const ProfileFile& defaults, config::Errors& errors);

}  // namespace mailrig::receiver
