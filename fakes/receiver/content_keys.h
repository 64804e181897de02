// The tables of `content` and `feedback` in a profile. Internal to profile loading.
#pragma once

#include "fakes/config/table.h"
#include "fakes/policy/content_check.h"
#include "fakes/receiver/feedback_settings.h"

namespace mailrig::receiver {

config::Table<policy::ContentSettings> content_table();
config::Table<FeedbackSettings> feedback_table();

}  // namespace mailrig::receiver
