#include "app/ready_descriptor.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <utility>

namespace millrace::app {

ReadyDescriptor::ReadyDescriptor(int number) {
    struct stat status {};
    if (number <= STDERR_FILENO || ::fstat(number, &status) != 0) return;
    if (!S_ISFIFO(status.st_mode) && !S_ISSOCK(status.st_mode)) return;
    ::fcntl(number, F_SETFD, FD_CLOEXEC);  // programs we start have no word in it
    number_ = number;
}

ReadyDescriptor::~ReadyDescriptor() {
    close();
}

ReadyDescriptor::ReadyDescriptor(ReadyDescriptor&& other) noexcept : number_(std::exchange(other.number_, kNone)) {}

ReadyDescriptor& ReadyDescriptor::operator=(ReadyDescriptor&& other) noexcept {
    if (this == &other) return *this;
    close();
    number_ = std::exchange(other.number_, kNone);
    return *this;
}

void ReadyDescriptor::tell() {
    if (number_ == kNone) return;
    // Whoever does not listen any more has his reasons.
    [[maybe_unused]] const auto written = ::write(number_, "\n", 1);
    close();
}

void ReadyDescriptor::close() {
    if (number_ != kNone) ::close(std::exchange(number_, kNone));
}

}  // namespace millrace::app
