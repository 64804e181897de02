// 128-bit unsigned integers, which both supported compilers have and ISO C++ does not.
#pragma once

namespace mailrig {

__extension__ using Uint128 = unsigned __int128;

}  // namespace mailrig
