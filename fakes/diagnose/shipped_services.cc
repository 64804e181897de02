#include "fakes/diagnose/shipped_services.h"

namespace mailrig::diagnose {
namespace {

constexpr std::string_view tencent_ses = R"yaml(
name: tencent-ses
records:
  - { kind: dkim, at: qcloud._domainkey }               # src: the console of Tencent Cloud SES
  - { kind: dkim, at: mail._domainkey }                 # assumed: the console lists two keys; which name the second has is not sure
  - { kind: mx, need: mxbiz1.qq.com }                   # src: the console of Tencent Cloud SES
  - { kind: spf, need: "include:qcloudmail.com" }       # src: the console of Tencent Cloud SES
  - { kind: dmarc, at: _dmarc, need: "v=DMARC1; p=none" }  # src: the console of Tencent Cloud SES
)yaml";

constexpr std::string_view aliyun_directmail = R"yaml(
name: aliyun-directmail
records:
  - { kind: txt, at: aliyundm }                                    # src: alibabacloud.com/help/doc-detail/39397 (ownership)
  - { kind: spf, need: "include:spf1.dm.aliyun.com" }              # src: alibabacloud.com/help/doc-detail/39397
  - { kind: dkim, at: aliyun-cn-hangzhou._domainkey }              # src: 39397 (region Hangzhou; others carry their own name)
  - { kind: mx, need: mx01.dm.aliyun.com }                         # assumed (region Hangzhou)
  - { kind: dmarc, at: _dmarc, need: "v=DMARC1; p=none" }          # assumed
)yaml";

constexpr std::string_view aws_ses = R"yaml(
name: aws-ses
records:
  - { kind: spf, need: "include:amazonses.com" }           # assumed (custom MAIL FROM domain)
  - { kind: mx, need: feedback-smtp.us-east-1.amazonses.com }  # assumed (custom MAIL FROM domain, region us-east-1)
  - { kind: dmarc, at: _dmarc, need: "v=DMARC1; p=none" }  # assumed
)yaml";
// The three CNAMEs of Easy DKIM have names that differ from account to account; a file of one's own names them.

constexpr ShippedService services[] = {
    {"aliyun-directmail", aliyun_directmail}, {"aws-ses", aws_ses}, {"tencent-ses", tencent_ses}};

}  // namespace

std::span<const ShippedService> shipped_service_files() {
  return services;
}

}  // namespace mailrig::diagnose
