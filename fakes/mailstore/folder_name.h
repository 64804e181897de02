// Names of folders for mailboxes. An address is whatever octets an SMTP client sent, and must become a name that stays
// where it belongs, that every file system takes, and that no other address has. Pure.
#pragma once

#include <string>
#include <string_view>

namespace mailrig::mailstore {

// Letters, digits and "-_+=" stand for themselves, as dots do but for the first octet; every other octet becomes %XX,
// and no text at all "%". What would be longer than 200 octets is cut there and ends in "%" and a hash of the whole.
std::string folder_name(std::string_view text);

}  // namespace mailrig::mailstore
