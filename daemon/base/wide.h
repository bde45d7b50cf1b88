// An integer for products of two 64-bit quantities. Compilers have one of their own only where registers have 64 bits,
// which those of a Raspberry Pi with a 32-bit system do not.
#pragma once

#include <boost/multiprecision/cpp_int.hpp>

namespace millrace::base {

// 127 bits and a sign. Division rounds towards zero.
using Wide = boost::multiprecision::int128_t;

}  // namespace millrace::base
