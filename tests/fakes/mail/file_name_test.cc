#include "fakes/mail/file_name.h"

#include <gtest/gtest.h>

namespace mailrig::mail {
namespace {

std::string name_in(const std::string& header) {
  return file_name(leaf_parts(header + "\r\n\r\ncontent\r\n").front());
}

TEST(FileName, IsThatOfTheDispositionOrElseOfTheType) {
  EXPECT_EQ(
      name_in("Content-Type: application/pdf; name=b.pdf\r\nContent-Disposition: attachment; filename=\"a b.pdf\""),
      "a b.pdf");
  EXPECT_EQ(name_in("Content-Type: application/pdf; name=b.pdf\r\nContent-Disposition: attachment"), "b.pdf");
  EXPECT_EQ(name_in("Content-Type: application/pdf"), "");
}

TEST(FileName, IsReadInEveryFormInUse) {
  const std::string disposition = "Content-Disposition: attachment;\r\n ";
  EXPECT_EQ(name_in(disposition + "filename=\"=?gbk?B?t6LGsS5leGU=?=\""), "发票.exe");
  EXPECT_EQ(name_in(disposition + "filename*=UTF-8''%E5%8F%91%E7%A5%A8.pdf"), "发票.pdf");
  EXPECT_EQ(name_in(disposition + "filename*=gbk'zh'%B7%A2%C6%B1.pdf; filename=x.pdf"), "发票.pdf");
  EXPECT_EQ(name_in(disposition + "filename*0=\"inv\";\r\n filename*1=\"oice.exe\""), "invoice.exe");
  // A character that is cut in two is whole again.
  EXPECT_EQ(name_in(disposition + "filename*0*=UTF-8''%E5%8F;\r\n filename*1*=%91.pdf"), "发.pdf");
  EXPECT_EQ(name_in(disposition + "filename*=nonsense%2"), "nonsense%2");
}

}  // namespace
}  // namespace mailrig::mail
