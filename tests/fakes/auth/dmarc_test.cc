#include "fakes/auth/dmarc.h"

#include <chrono>

#include "tests/fakes/auth/suite.h"

namespace mailrig::auth {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

DmarcIdentifier passed(std::string domain) {
  return {IdentifierCheck::passed, std::move(domain)};
}
DmarcIdentifier temporary(std::string domain) {
  return {IdentifierCheck::temporary_error, std::move(domain)};
}

std::vector<std::string> asked(const DmarcEvaluation& evaluation) {
  std::vector<std::string> names;
  for (const dns::Question& question : evaluation.questions) {
    names.push_back(question.type == dns::Type::txt ? question.name : question.name + " " + to_string(question.type));
  }
  return names;
}

// One record at _dmarc.example.com and a message from there, neither SPF nor DKIM passing, unless a test says
// otherwise.
class Dmarc : public testing::Test {
 protected:
  void publish(std::string_view record, const std::string& domain = "example.com") {
    dns_.txt("_dmarc." + domain, record);
  }

  DmarcEvaluation evaluate() { return evaluate_dmarc(dns_, input_, settings_); }
  DmarcEvaluation from(std::string author) {
    input_.author_domain = std::move(author);
    return evaluate();
  }

  suite::Resolver dns_;
  DmarcInput input_{"example.com", {}, {}};
  DmarcSettings settings_;
};

class DmarcByList : public Dmarc {
 protected:
  DmarcByList() { settings_.method = DmarcMethod::public_suffix_list; }
};

// RFC 9989 §5.3.5.
TEST_F(Dmarc, PassesWithOneAlignedIdentifier) {
  publish("v=DMARC1; p=reject");
  input_.spf = passed("example.com");
  const DmarcEvaluation by_spf = evaluate();
  EXPECT_EQ(by_spf.result, DmarcResult::pass);
  EXPECT_TRUE(by_spf.spf_aligned);
  EXPECT_FALSE(by_spf.dkim_aligned);
  EXPECT_EQ(by_spf.disposition, DmarcPolicy::none);
  EXPECT_EQ(by_spf.reason, "SPF passed for the author domain example.com");

  input_.spf = {};
  input_.dkim = {passed("other.example"), {IdentifierCheck::failed, "example.com"}, passed("mail.example.com")};
  const DmarcEvaluation by_dkim = evaluate();
  EXPECT_EQ(by_dkim.result, DmarcResult::pass);
  EXPECT_FALSE(by_dkim.spf_aligned);
  EXPECT_TRUE(by_dkim.dkim_aligned);
  ASSERT_EQ(by_dkim.dkim.size(), 3U);
  EXPECT_FALSE(by_dkim.dkim[0].aligned);
  EXPECT_FALSE(by_dkim.dkim[1].aligned) << "a signature that failed authenticates nothing";
  EXPECT_TRUE(by_dkim.dkim[2].aligned);
  EXPECT_EQ(by_dkim.dkim[2].organizational_domain, "example.com");
}

TEST_F(Dmarc, FailsWithoutAnAlignedIdentifier) {
  publish("v=DMARC1; p=reject");
  input_.spf = passed("bounces.platform.example");
  input_.dkim = {passed("platform.example")};
  const DmarcEvaluation result = evaluate();
  EXPECT_EQ(result.result, DmarcResult::fail);
  EXPECT_EQ(result.disposition, DmarcPolicy::reject);
  EXPECT_EQ(result.policy, DmarcPolicy::reject);
  EXPECT_EQ(result.record->text, "v=DMARC1; p=reject");
  EXPECT_EQ(
      result.reason,
      "SPF passed for bounces.platform.example and 1 DKIM signatures passed, none of them aligned; p of example.com "
      "asks for reject");
}

TEST_F(Dmarc, IsNotForDomainsWithoutARecord) {
  const DmarcEvaluation result = from("mail.example.com");
  EXPECT_EQ(result.result, DmarcResult::none);
  EXPECT_EQ(result.disposition, DmarcPolicy::none);
  EXPECT_EQ(result.policy, std::nullopt);
  EXPECT_EQ(result.policy_domain, "");
  EXPECT_EQ(result.reason, "no DMARC record applies to mail.example.com");
}

// RFC 9989 §5.3.1: "If the domain is a U-label, the domain MUST be converted to an A-label".
TEST_F(Dmarc, ComparesALabels) {
  publish("v=DMARC1; p=reject; aspf=s", "xn--bcher-kva.example");
  input_.spf = passed("BÜCHER.example");
  const DmarcEvaluation result = from("bücher.example");
  EXPECT_EQ(result.result, DmarcResult::pass);
  EXPECT_EQ(result.author_domain, "xn--bcher-kva.example");
}

TEST_F(Dmarc, CannotJudgeWithoutAnAuthorDomain) {
  for (const char* const author : {"", "no name", "a..example", "[192.0.2.1]"}) {
    const DmarcEvaluation result = from(author);
    EXPECT_EQ(result.result, DmarcResult::permerror) << author;
    EXPECT_THAT(result.questions, IsEmpty());
    EXPECT_EQ(result.ttl_s, 0U);
  }
}

// RFC 9989 §4.10.1: the author domain's own record comes first, and its "p" is the policy.
TEST_F(Dmarc, PrefersTheRecordOfTheAuthorDomain) {
  publish("v=DMARC1; p=reject; sp=reject");
  publish("v=DMARC1; p=quarantine; sp=none", "mail.example.com");
  const DmarcEvaluation result = from("mail.example.com");
  EXPECT_EQ(result.policy_domain, "mail.example.com");
  EXPECT_EQ(result.disposition, DmarcPolicy::quarantine);
}

// The next is the organizational domain; what stands between has no say.
TEST_F(Dmarc, TakesTheRecordOfTheOrganizationThen) {
  publish("v=DMARC1; p=reject");
  publish("v=DMARC1; p=none", "mail.example.com");
  const DmarcEvaluation result = from("a.mail.example.com");
  EXPECT_EQ(result.policy_domain, "example.com");
  EXPECT_EQ(result.organizational_domain, "example.com");
  EXPECT_EQ(result.disposition, DmarcPolicy::reject);
}

// The last is the public suffix.
TEST_F(Dmarc, TakesTheRecordOfThePublicSuffixLast) {
  publish("v=DMARC1; p=none; sp=quarantine; psd=y", "bank.example");
  const DmarcEvaluation alone = from("giant.bank.example");
  EXPECT_EQ(alone.policy_domain, "bank.example");
  EXPECT_EQ(alone.organizational_domain, "giant.bank.example");
  EXPECT_EQ(alone.disposition, DmarcPolicy::quarantine);

  publish("v=DMARC1; p=reject", "giant.bank.example");
  EXPECT_EQ(from("mail.giant.bank.example").policy_domain, "giant.bank.example");
}

// RFC 9989 §3.2.13 and §4.10.1: "sp" where the author domain exists, "np" where it does not.
TEST_F(Dmarc, AsksWhetherTheAuthorDomainExists) {
  publish("v=DMARC1; p=none; sp=quarantine; np=reject");
  dns_.mx("there.example.com", 10, "mx.example.com");
  const DmarcEvaluation there = from("there.example.com");
  EXPECT_EQ(there.disposition, DmarcPolicy::quarantine);
  EXPECT_EQ(asked(there).back(), "there.example.com A");
  EXPECT_THAT(there.reason, HasSubstr("sp of example.com"));

  const DmarcEvaluation nowhere = from("nowhere.example.com");
  EXPECT_EQ(nowhere.disposition, DmarcPolicy::reject);
  EXPECT_THAT(nowhere.reason, HasSubstr("np of example.com"));
  EXPECT_EQ(from("example.com").disposition, DmarcPolicy::none) << "np is for subdomains only";
}

TEST_F(Dmarc, DoesNotAskWhereExistenceChangesNothing) {
  publish("v=DMARC1; p=reject; np=reject");
  EXPECT_EQ(asked(from("nowhere.example.com")).back(), "_dmarc.com");
  input_.spf = passed("example.com");
  EXPECT_EQ(from("nowhere.example.com").result, DmarcResult::pass);
}

TEST_F(Dmarc, CannotChooseWhenExistenceIsUnknown) {
  publish("v=DMARC1; p=none; np=reject");
  dns_.fail("nowhere.example.com", "TIMEOUT");
  const DmarcEvaluation result = from("nowhere.example.com");
  EXPECT_EQ(result.result, DmarcResult::temperror);
  EXPECT_EQ(result.reason, "the DNS did not say whether nowhere.example.com exists");
  EXPECT_EQ(result.ttl_s, 0U);
}

// RFC 9989 §4.7, t=y: "one level below the specified policy", for sp and np as well; "no effect on any policy that is
// none".
TEST_F(Dmarc, SoftensThePolicyInTestMode) {
  publish("v=DMARC1; p=reject; sp=quarantine; t=y");
  const DmarcEvaluation own = evaluate();
  EXPECT_EQ(own.policy, DmarcPolicy::reject);
  EXPECT_EQ(own.disposition, DmarcPolicy::quarantine);
  EXPECT_EQ(own.softened_by, DmarcSoftening::test_mode);
  EXPECT_THAT(own.reason, HasSubstr("asks for quarantine instead of reject, because t=y"));
  EXPECT_EQ(from("mail.example.com").disposition, DmarcPolicy::none);

  publish("v=DMARC1; p=none; t=y", "example.net");
  EXPECT_EQ(from("example.net").softened_by, DmarcSoftening::none);
}

// RFC 9989 §4.10.1, "an "sp" or "np" tag that is not valid".
TEST_F(Dmarc, OnlyReportsWithAnInvalidPolicyTag) {
  for (const char* const tags :
       {"rua=mailto:a@example.com", "p=x; rua=mailto:a@example.com", "p=reject; np=x; rua=mailto:a@example.com",
        "p=reject; sp=x; rua=bad,mailto:a@example.com"}) {
    suite::Resolver dns;
    dns.txt("_dmarc.example.com", std::string("v=DMARC1; ") + tags);
    const DmarcEvaluation result = evaluate_dmarc(dns, input_);
    EXPECT_EQ(result.result, DmarcResult::fail) << tags;
    EXPECT_EQ(result.disposition, DmarcPolicy::none) << tags;
  }
  for (const char* const tags : {"", "p=x", "p=reject; np=x", "p=reject; sp=x; rua=bad", "ruf=mailto:a@example.com"}) {
    suite::Resolver dns;
    dns.txt("_dmarc.example.com", std::string("v=DMARC1; ") + tags);
    const DmarcEvaluation result = evaluate_dmarc(dns, input_);
    EXPECT_EQ(result.result, DmarcResult::none) << tags;
    EXPECT_THAT(result.reason, HasSubstr("and no valid rua tag"));
  }
}

// RFC 9989 §4.10, steps 2 and 6: several records are as good as none, so the walk goes on.
TEST_F(Dmarc, WalksOnWhereThereAreSeveralRecords) {
  publish("v=DMARC1; p=none", "mail.example.com");
  publish("v=DMARC1; p=none", "mail.example.com");
  publish("v=DMARC1; p=reject");
  const DmarcEvaluation result = from("mail.example.com");
  EXPECT_EQ(result.policy_domain, "example.com");
  EXPECT_EQ(result.disposition, DmarcPolicy::reject);
}

// RFC 9989 §4.5: the strings of a TXT record are joined "in order and parsing the result as a single string".
TEST_F(Dmarc, JoinsTheStringsOfARecord) {
  dns_.add({"_dmarc.example.com", dns::Type::txt, 60, dns::Txt{{"v=DMA", "RC1; p=rej", "ect"}}});
  EXPECT_EQ(evaluate().disposition, DmarcPolicy::reject);
}

TEST_F(Dmarc, FollowsAliases) {
  dns_.cname("_dmarc.example.com", "_dmarc.provider.example");
  dns_.txt("_dmarc.provider.example", "v=DMARC1; p=reject");
  EXPECT_EQ(evaluate().policy_domain, "example.com");
}

// RFC 9989 §3.2.10: strict is identity, for SPF and DKIM each as its tag says.
TEST_F(Dmarc, TellsStrictFromRelaxedForEachMechanism) {
  publish("v=DMARC1; p=reject; adkim=s");
  input_.spf = passed("mail.example.com");
  input_.dkim = {passed("mail.example.com")};
  const DmarcEvaluation result = evaluate();
  EXPECT_TRUE(result.spf_aligned);
  EXPECT_FALSE(result.dkim_aligned);
}

// RFC 9989 §4.10.2: no walk when all identifiers are the author domain and it has a record; that domain "is the
// Organizational Domain" then. No walk for strict alignment either.
TEST_F(Dmarc, WalksOnlyWhereAlignmentDependsOnIt) {
  publish("v=DMARC1; p=reject", "mail.example.com");
  input_.spf = passed("mail.example.com");
  input_.dkim = {passed("mail.example.com")};
  settings_.explain = true;
  const DmarcEvaluation same = from("mail.example.com");
  EXPECT_THAT(asked(same), ElementsAre("_dmarc.mail.example.com"));
  EXPECT_EQ(same.organizational_domain, "mail.example.com");

  settings_.explain = false;
  input_.dkim.push_back(passed("platform.example"));
  EXPECT_THAT(asked(evaluate()), ElementsAre("_dmarc.mail.example.com")) << "one aligned signature is enough";
  input_.dkim = {passed("platform.example")};
  EXPECT_THAT(asked(evaluate()), ElementsAre("_dmarc.mail.example.com")) << "no common label, no common organization";

  publish("v=DMARC1; p=reject; aspf=s; adkim=s");
  input_ = {"example.com", passed("mail.example.com"), {passed("news.example.com")}};
  EXPECT_THAT(asked(evaluate()), ElementsAre("_dmarc.example.com"));
}

// RFC 9989 Appendix B.4.3.
TEST_F(Dmarc, ExplainsTheOrganizationOfEveryIdentifier) {
  publish("v=DMARC1; p=reject; psd=y", "bank.example");
  publish("v=DMARC1; p=quarantine", "giant.bank.example");
  input_.spf = passed("mail.giant.bank.example");
  input_.dkim = {passed("mail.mega.bank.example")};
  settings_.explain = true;
  const DmarcEvaluation result = from("giant.bank.example");
  EXPECT_EQ(result.organizational_domain, "giant.bank.example");
  EXPECT_EQ(result.spf.organizational_domain, "giant.bank.example");
  EXPECT_EQ(result.dkim.at(0).organizational_domain, "mega.bank.example");
  EXPECT_THAT(asked(result),
              ElementsAre("_dmarc.giant.bank.example", "_dmarc.bank.example", "_dmarc.mail.giant.bank.example",
                          "_dmarc.mail.mega.bank.example", "_dmarc.mega.bank.example"));
}

// RFC 9989 §5.3.6: "the message cannot be considered to pass or fail".
TEST_F(Dmarc, HasNoResultWhenTheDnsFails) {
  dns_.fail("_dmarc.example.com", "SERVFAIL");
  const DmarcEvaluation no_record = evaluate();
  EXPECT_EQ(no_record.result, DmarcResult::temperror);
  EXPECT_EQ(no_record.disposition, DmarcPolicy::none);
  EXPECT_EQ(no_record.reason, "the DNS did not answer about _dmarc.example.com");
  EXPECT_EQ(from("mail.example.com").result, DmarcResult::temperror);
}

TEST_F(Dmarc, HasNoResultWhenTheOrganizationIsUnknown) {
  publish("v=DMARC1; p=reject");
  dns_.fail("_dmarc.com", "TIMEOUT");
  input_.spf = passed("mail.example.com");
  const DmarcEvaluation result = evaluate();
  EXPECT_EQ(result.result, DmarcResult::temperror);
  EXPECT_FALSE(result.spf_aligned);
  EXPECT_EQ(result.reason,
            "the DNS did not say whether mail.example.com and example.com have the same organizational domain");

  input_.dkim = {passed("example.com")};
  EXPECT_EQ(evaluate().result, DmarcResult::pass) << "what is aligned anyway needs no further answer";
}

// RFC 7489 §6.6.2: "If neither passes and one or both of them fail due to a temporary error, the Receiver evaluating
// the message is unable to conclude that the DMARC mechanism had a permanent failure".
TEST_F(Dmarc, HasNoResultWhenACheckThatMattersDidNotEnd) {
  publish("v=DMARC1; p=reject");
  input_.dkim = {temporary("mail.example.com")};
  const DmarcEvaluation result = evaluate();
  EXPECT_EQ(result.result, DmarcResult::temperror);
  EXPECT_FALSE(result.dkim_aligned);
  EXPECT_EQ(result.reason, "DKIM of mail.example.com, which could have been aligned, ended with a temporary error");

  input_.dkim = {temporary("platform.example")};
  EXPECT_EQ(evaluate().result, DmarcResult::fail) << "its pass would not have been aligned";
  input_.spf = passed("example.com");
  input_.dkim = {temporary("example.com")};
  EXPECT_EQ(evaluate().result, DmarcResult::pass);
}

TEST_F(Dmarc, AddsUpCostAndKeepsTheShortestTtl) {
  dns_.set_cost(3ms);
  dns_.txt("_dmarc.example.com", "v=DMARC1; p=reject", 600);
  input_.spf = passed("mail.example.com");
  const DmarcEvaluation result = evaluate();
  EXPECT_THAT(asked(result), ElementsAre("_dmarc.example.com", "_dmarc.com", "_dmarc.mail.example.com"));
  EXPECT_EQ(result.cost, 9ms);
  EXPECT_EQ(result.ttl_s, suite::Resolver::negative_ttl_s);
}

// A message may carry any number of signatures that verify.
TEST_F(Dmarc, StaysBoundedWithManyIdentifiers) {
  publish("v=DMARC1; p=reject");
  for (int i = 0; i < 20'000; ++i) input_.dkim.push_back(passed("x" + std::to_string(i) + ".sub.example.com"));
  publish("v=DMARC1; p=none; psd=n", "sub.example.com");
  for (const bool explain : {false, true}) {
    settings_.explain = explain;
    const DmarcEvaluation result = evaluate();
    EXPECT_EQ(result.result, DmarcResult::fail);
    EXPECT_LE(result.questions.size(), 8 * (settings_.walks_max + 1));
  }
  input_.dkim.push_back(passed("example.com"));
  EXPECT_EQ(evaluate().result, DmarcResult::pass) << "the author domain itself needs no walk";
}

TEST_F(Dmarc, ComesToTheSameWhenItExplains) {
  publish("v=DMARC1; p=reject");
  for (int i = 0; i < 100; ++i) input_.dkim.push_back(passed("platform" + std::to_string(i) + ".example"));
  input_.dkim.push_back(passed("mail.example.com"));
  settings_.explain = true;
  EXPECT_EQ(evaluate().result, DmarcResult::pass) << "walks that explain must not use up those that decide";
}

TEST_F(Dmarc, SurvivesHostileNames) {
  publish("v=DMARC1; p=reject");
  input_.spf = passed(std::string(1'000'000, 'a'));
  input_.dkim = {passed("example\\.com"), passed("."), passed(""), passed("x\0.example.com")};
  EXPECT_EQ(evaluate().result, DmarcResult::fail);
  const std::string label(63, 'a');
  const DmarcEvaluation longest = from(label + '.' + label + '.' + label + '.' + std::string(61, 'b'));
  EXPECT_EQ(longest.result, DmarcResult::none);
  EXPECT_EQ(longest.questions.size(), 3U) << "_dmarc in front makes the first name too long for the DNS";
}

// RFC 7489 §6.6.3: the author domain, then the organizational domain; nothing else is asked.
TEST_F(DmarcByList, AsksTwoNames) {
  publish("v=DMARC1; p=reject; sp=quarantine; np=none; t=y", "example.co.uk");
  input_.spf = passed("bounces.example.co.uk");
  const DmarcEvaluation aligned = from("a.b.example.co.uk");
  EXPECT_THAT(asked(aligned), ElementsAre("_dmarc.a.b.example.co.uk", "_dmarc.example.co.uk"));
  EXPECT_EQ(aligned.result, DmarcResult::pass);
  EXPECT_EQ(aligned.organizational_domain, "example.co.uk");

  input_.spf = passed("other.co.uk");
  const DmarcEvaluation unaligned = evaluate();
  EXPECT_EQ(unaligned.result, DmarcResult::fail);
  EXPECT_EQ(unaligned.disposition, DmarcPolicy::quarantine) << "neither np nor t are tags of RFC 7489";
}

// RFC 7489 §6.6.3, step 5: "If the remaining set contains multiple records or no records, policy discovery terminates".
TEST_F(DmarcByList, StopsAtSeveralRecords) {
  publish("v=DMARC1; p=none", "mail.example.com");
  publish("v=DMARC1; p=none", "mail.example.com");
  publish("v=DMARC1; p=reject");
  const DmarcEvaluation result = from("mail.example.com");
  EXPECT_EQ(result.result, DmarcResult::none);
  EXPECT_EQ(result.reason, "there are several DMARC records at _dmarc.mail.example.com");
}

// RFC 7489 §6.6.4: outside the percentage, reject becomes quarantine and quarantine becomes what is usual.
TEST_F(DmarcByList, HonoursThePercentage) {
  publish("v=DMARC1; p=reject; sp=quarantine; pct=30");
  settings_.pct_draw = 29;
  EXPECT_EQ(evaluate().disposition, DmarcPolicy::reject);
  settings_.pct_draw = 30;
  const DmarcEvaluation spared = evaluate();
  EXPECT_EQ(spared.disposition, DmarcPolicy::quarantine);
  EXPECT_EQ(spared.softened_by, DmarcSoftening::sampled_out);
  EXPECT_THAT(spared.reason, HasSubstr("asks for quarantine instead of reject, because pct=30"));
  EXPECT_EQ(from("mail.example.com").disposition, DmarcPolicy::none);

  settings_.method = DmarcMethod::tree_walk;
  EXPECT_EQ(from("example.com").disposition, DmarcPolicy::reject) << "RFC 9989 has no pct";
}

TEST_F(DmarcByList, TakesAPublicSuffixForItsOwnOrganization) {
  publish("v=DMARC1; p=reject", "co.uk");
  input_.spf = passed("example.co.uk");
  EXPECT_EQ(from("co.uk").result, DmarcResult::fail);
}

// Appendix B of RFC 9989 as cases; the suite asks for the organizational domains of all identifiers.
TEST(DmarcSuite, Rfc9989) {
  const std::string name = "dmarc-rfc9989-securedmarc";
  if (!suite::present(name)) GTEST_SKIP() << suite::absent(name);
  suite::Tally tally(name, 28);
  const boost::json::value cases = suite::read_json(suite::folder(name) / "cases.json");
  for (const auto& value : cases.as_array()) {
    const auto& test = value.as_object();
    suite::Resolver dns(test.at("zone").as_object());
    const auto& given = test.at("input").as_object();
    const auto text = [](const boost::json::object& object, std::string_view key) {
      return object.contains(key) ? std::string(object.at(key).as_string()) : std::string();
    };
    DmarcInput input{text(given, "from"), {}, {}};
    if (text(given, "spf") == "pass") input.spf = passed(text(given, "mailfrom"));
    if (text(given, "dkim-result") == "pass") input.dkim.push_back(passed(text(given, "dkim")));
    DmarcSettings settings;
    settings.explain = true;
    const DmarcEvaluation result = evaluate_dmarc(dns, input, settings);

    const std::map<std::string, std::string> found = {
        {"from_org", result.organizational_domain},
        {"spf_org", result.spf.organizational_domain},
        {"dkim_org", result.dkim.empty() ? "" : result.dkim[0].organizational_domain},
        {"spf_aligned", result.spf_aligned ? "yes" : "no"},
        {"dkim_aligned", result.dkim_aligned ? "yes" : "no"},
        {"policy_domain", result.policy_domain},
        {"result", std::string(to_string(result.result))},
        {"disposition", std::string(to_string(result.disposition))}};
    bool right = true;
    for (const auto& [key, expected] : test.at("expect").as_object()) {
      EXPECT_EQ(found.at(std::string(key)), expected.as_string())
          << test.at("name") << ' ' << key << ": " << result.reason;
      right = right && found.at(std::string(key)) == expected.as_string();
    }
    if (test.contains("expect_queries")) {
      std::vector<std::string> queries;
      for (const auto& query : test.at("expect_queries").as_array()) queries.emplace_back(query.as_string());
      EXPECT_EQ(asked(result), queries) << test.at("name");
      right = right && asked(result) == queries;
    }
    EXPECT_EQ(result.questions, dns.asked()) << test.at("name");
    tally.count(right && result.questions == dns.asked());
  }
}

}  // namespace
}  // namespace mailrig::auth
