#include "fakes/policy/network_checks.h"

#include <gtest/gtest.h>

#include "tests/fakes/policy/fixture.h"

namespace mailrig::policy {
namespace {

using namespace testing;
using auth::IprevOutcome;

IpAddress ip(std::string_view text) {
  return IpAddress::parse(text).value();
}

IpNetwork network(std::string_view text) {
  return IpNetwork::parse(text).value();
}

AuthAction judged_by_name(AuthAction no_ptr, IprevOutcome outcome) {
  NetworkSettings settings;
  settings.no_ptr = no_ptr;
  NetworkFacts found;
  found.iprev = outcome;
  return judge_reverse_name(settings, found);
}

AuthAction judged_by_lists(AuthAction when_listed, Listing status) {
  ListingFacts found;
  found.status = status;
  return judge_listing(when_listed, found);
}

TEST(NetworkChecks, AnAddressWithoutANameThatLeadsBackGetsWhatTheProfileSays) {
  for (const AuthAction action : {AuthAction::accept, AuthAction::junk, AuthAction::tempfail, AuthAction::reject}) {
    EXPECT_EQ(judged_by_name(action, IprevOutcome::fail), action);
    EXPECT_EQ(judged_by_name(action, IprevOutcome::permerror), action);
    EXPECT_EQ(judged_by_name(action, IprevOutcome::pass), AuthAction::accept);
  }
}

TEST(NetworkChecks, ADnsThatDoesNotAnswerRefusesForNowAtMost) {
  EXPECT_EQ(judged_by_name(AuthAction::reject, IprevOutcome::temperror), AuthAction::tempfail);
  EXPECT_EQ(judged_by_name(AuthAction::tempfail, IprevOutcome::temperror), AuthAction::tempfail);
  EXPECT_EQ(judged_by_name(AuthAction::junk, IprevOutcome::temperror), AuthAction::junk);
  EXPECT_EQ(judged_by_name(AuthAction::accept, IprevOutcome::temperror), AuthAction::accept);
}

TEST(NetworkChecks, OnlyWhoIsListedIsTreatedAsListed) {
  EXPECT_EQ(judged_by_lists(AuthAction::reject, Listing::listed), AuthAction::reject);
  EXPECT_EQ(judged_by_lists(AuthAction::reject, Listing::clean), AuthAction::accept);
  EXPECT_EQ(judged_by_lists(AuthAction::reject, Listing::unchecked), AuthAction::accept);
  EXPECT_EQ(judged_by_lists(AuthAction::reject, Listing::temporary_error), AuthAction::accept);
  EXPECT_EQ(judged_by_lists(AuthAction::junk, Listing::listed), AuthAction::junk);
}

TEST(NetworkChecks, RegionsAreShutOut) {
  NetworkSettings settings;
  settings.blocked = {network("203.0.113.0/24"), network("2001:db8::/32")};
  EXPECT_EQ(judge_region(settings, ip("203.0.113.9")), AuthAction::reject);
  EXPECT_EQ(judge_region(settings, ip("2001:db8:1::9")), AuthAction::reject);
  EXPECT_EQ(judge_region(settings, ip("198.18.2.10")), AuthAction::accept);
  EXPECT_EQ(judge_region({}, ip("203.0.113.9")), AuthAction::accept);
}

TEST(NetworkChecks, AnAllowListTurnsAwayWhoIsNotOnIt) {
  NetworkSettings settings;
  settings.allow_list = true;
  settings.allowed = {network("198.18.2.0/28")};
  EXPECT_EQ(judge_allow_list(settings, ip("198.18.2.10")), AuthAction::accept);
  EXPECT_EQ(judge_allow_list(settings, ip("198.18.2.16")), AuthAction::reject);
  settings.allowed.clear();
  EXPECT_EQ(judge_allow_list(settings, ip("198.18.2.10")), AuthAction::reject) << "an empty list has nobody";
  settings.allow_list = false;
  EXPECT_EQ(judge_allow_list(settings, ip("198.18.2.16")), AuthAction::accept) << "networks alone make no list";
}

}  // namespace
}  // namespace mailrig::policy
