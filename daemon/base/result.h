// The result of an operation that can fail in an expected way.
//
// Expected failures are values: a function that can fail returns Result<T, E> and the caller decides. C++20 has no
// std::expected, so this is the only place that names the library standing in for it.
#pragma once

#include <string>
#include <utility>

#include <tl/expected.hpp>

namespace millrace::base {

template <typename T, typename E>
using Result = tl::expected<T, E>;

template <typename E>
[[nodiscard]] tl::unexpected<std::decay_t<E>> failure(E&& error) {
    return tl::unexpected<std::decay_t<E>>(std::forward<E>(error));
}

// A failure meant for a person: what went wrong, where, and how to mend it. Never contains a secret.
struct Error {
    std::string message;
};

// A failure in words.
[[nodiscard]] inline tl::unexpected<Error> refused(std::string message) {
    return failure(Error{std::move(message)});
}

}  // namespace millrace::base
