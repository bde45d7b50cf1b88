#include "base/version.h"

namespace millrace::base {

const char* version() {
    return MILLRACE_VERSION;
}

}  // namespace millrace::base
