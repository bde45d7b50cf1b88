#pragma once

namespace millrace::base {

// A visitor made of one lambda for each case of a variant.
template <class... Cases>
struct Overloaded : Cases... {
    using Cases::operator()...;
};
template <class... Cases>
Overloaded(Cases...) -> Overloaded<Cases...>;  // clang 14 does not deduce it for aggregates

}  // namespace millrace::base
