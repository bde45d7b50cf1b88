// The compiled part of Boost.Asio and Boost.Beast, once for the whole program: every other file includes declarations
// only, which halves what each of them costs to compile.
#include <utility>

#include <boost/asio/impl/src.hpp>
#include <boost/asio/ssl/impl/src.hpp>
#include <boost/beast/src.hpp>
