#include "app/ready_descriptor.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "support/temporary_folder.h"

namespace millrace::app {
namespace {

std::string all_of(int descriptor) {
    std::array<char, 16> bytes{};
    std::string text;
    for (ssize_t got = 0; (got = ::read(descriptor, bytes.data(), bytes.size())) > 0;) {
        text.append(bytes.data(), static_cast<std::size_t>(got));
    }
    return text;
}

TEST(ReadyDescriptor, OneLineAndThenItIsClosed) {
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe(ends.data()), 0);
    ReadyDescriptor first(ends[1]);
    EXPECT_NE(::fcntl(ends[1], F_GETFD) & FD_CLOEXEC, 0);
    ReadyDescriptor ready(std::move(first));
    ready.tell();
    ready.tell();
    EXPECT_EQ(all_of(ends[0]), "\n");
    ::close(ends[0]);
}

TEST(ReadyDescriptor, WithoutAWordItIsClosedToo) {
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe(ends.data()), 0);
    { ReadyDescriptor never(ends[1]); }
    EXPECT_EQ(all_of(ends[0]), "");
    ::close(ends[0]);
}

TEST(ReadyDescriptor, AFileThatCameToHaveTheNumberIsLeftAlone) {
    const support::TemporaryFolder folder;
    const std::string path = folder / "file";
    const int file = ::open(path.c_str(), O_CREAT | O_RDWR, 0600);
    ASSERT_GE(file, 0);
    {
        ReadyDescriptor ready(file);
        ready.tell();
    }
    EXPECT_GE(::fcntl(file, F_GETFD), 0) << "still open";
    EXPECT_EQ(::lseek(file, 0, SEEK_END), 0) << "and nothing in it";
    ::close(file);
    ReadyDescriptor closed(file);
    closed.tell();
    ReadyDescriptor nobody(-1);
    nobody.tell();
}

}  // namespace
}  // namespace millrace::app
