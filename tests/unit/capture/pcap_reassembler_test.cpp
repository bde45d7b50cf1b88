#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "capture/pcap/tcp_reassembler.h"

namespace millrace::capture {
namespace {

using base::Bytes;
using base::ByteView;

base::WallTime at(std::int64_t seconds) {
    return base::from_unix_s(1'000'000 + seconds);
}

std::string text_of(const std::vector<Stretch>& stretches) {
    std::string text;
    for (const Stretch& stretch : stretches) {
        if (stretch.gap_before == kUnknownGap) {
            text += "<?>";
        } else if (stretch.gap_before > 0) {
            text += "<" + std::to_string(stretch.gap_before) + ">";
        }
        text += base::as_text(stretch.bytes);
    }
    return text;
}

class Reassembly : public testing::Test {
protected:
    void put(std::uint32_t sequence, std::string_view text, std::int64_t seconds = 0) {
        reassembler_.on_bytes(sequence, base::as_bytes(text), at(seconds), out_);
    }
    std::string text() const { return text_of(out_); }

    TcpReassembler reassembler_;
    std::vector<Stretch> out_;
};

TEST_F(Reassembly, GivesBytesInOrder) {
    ASSERT_TRUE(reassembler_.on_syn(99));
    put(100, "abc");
    put(103, "def");
    EXPECT_EQ(text(), "abcdef");
}

TEST_F(Reassembly, DoesNotRepeatWhatCameBefore) {
    ASSERT_TRUE(reassembler_.on_syn(99));
    put(100, "abc");
    put(100, "abc");
    put(99, "?a");  // a keep-alive probe
    put(101, "bcd");
    EXPECT_EQ(text(), "abcd");
}

TEST_F(Reassembly, FillsHoles) {
    ASSERT_TRUE(reassembler_.on_syn(99));
    put(103, "def", 1);
    EXPECT_EQ(text(), "");
    EXPECT_EQ(reassembler_.held_bytes(), 3u);
    put(100, "abc", 2);
    EXPECT_EQ(text(), "abcdef");
    EXPECT_EQ(reassembler_.held_bytes(), 0u);
    EXPECT_EQ(out_.back().time, at(2)) << "nobody could read it before the hole was filled";
}

TEST_F(Reassembly, GoesOnWhereTheCaptureBegan) {
    put(500, "middle");
    put(506, " more");
    EXPECT_EQ(text(), "<?>middle more");
}

TEST_F(Reassembly, TakesASynThatComesAfterItsData) {
    put(100, "abc");
    EXPECT_TRUE(reassembler_.on_syn(99));
    EXPECT_FALSE(reassembler_.on_syn(5000)) << "another connection";
}

TEST_F(Reassembly, WaitsForWhatIsNotAcknowledged) {
    ASSERT_TRUE(reassembler_.on_syn(99));
    put(103, "def", 0);
    reassembler_.give_up_old_holes(at(15 * 60 - 1), out_);
    EXPECT_EQ(text(), "");
    reassembler_.give_up_old_holes(at(15 * 60), out_);
    EXPECT_EQ(text(), "<3>def");
    EXPECT_EQ(out_.back().time, at(0)) << "it had been captured then";
}

TEST_F(Reassembly, GivesUpSoonWhatTheReceiverHas) {
    ASSERT_TRUE(reassembler_.on_syn(99));
    put(103, "def", 0);
    reassembler_.on_acknowledged(102);
    reassembler_.give_up_old_holes(at(10), out_);
    EXPECT_EQ(text(), "") << "not all of the hole is acknowledged";
    reassembler_.on_acknowledged(106);
    reassembler_.give_up_old_holes(at(4), out_);
    EXPECT_EQ(text(), "") << "the data may stand in the capture a little later";
    reassembler_.give_up_old_holes(at(5), out_);
    EXPECT_EQ(text(), "<3>def");
    put(100, "abc", 6);
    EXPECT_EQ(text(), "<3>def") << "too late";
}

TEST_F(Reassembly, GivesUpAllHolesAtTheEnd) {
    ASSERT_TRUE(reassembler_.on_syn(99));
    put(102, "c");
    put(105, "f");
    reassembler_.finish(out_);
    EXPECT_EQ(text(), "<2>c<2>f");
}

TEST_F(Reassembly, HoldsNoMoreThanItsLimits) {
    ReassemblyLimits limits;
    limits.max_held_bytes = 10;
    limits.max_held_segments = 3;
    reassembler_ = TcpReassembler(limits);
    ASSERT_TRUE(reassembler_.on_syn(99));
    put(102, "0123456789");
    EXPECT_EQ(text(), "");
    put(114, "x");
    EXPECT_EQ(text(), "<2>0123456789");
    put(116, "y");
    put(118, "z");
    EXPECT_EQ(reassembler_.held_bytes(), 3u);
    put(120, "!");
    EXPECT_EQ(text(), "<2>0123456789<2>x");
    EXPECT_EQ(reassembler_.held_bytes(), 3u);
}

TEST_F(Reassembly, StartsAnewWhenThePortsAreUsedAgainWithoutASyn) {
    ASSERT_TRUE(reassembler_.on_syn(99));
    put(100, "abc");
    put(2'000'000'100, "one");
    EXPECT_EQ(text(), "abc") << "one segment from afar may be damaged";
    put(103, "def");
    put(2'000'000'100, "one");
    put(2'000'000'103, "two");
    put(2'000'000'106, "three");
    put(2'000'000'111, "four");
    EXPECT_EQ(text(), "abcdef<?>threefour");
}

// Cuts `stream` into overlapping pieces that together cover it, some of them twice, and shuffles them.
std::vector<std::pair<std::size_t, std::size_t>> pieces_of(std::size_t size, std::mt19937& random) {
    std::vector<std::pair<std::size_t, std::size_t>> pieces;
    for (std::size_t begin = 0; begin < size;) {
        const std::size_t end = std::min(size, begin + 1 + random() % 40);
        const std::size_t early = begin - std::min<std::size_t>(begin, random() % 3 == 0 ? random() % 60 : 0);
        pieces.emplace_back(early, end);
        if (random() % 4 == 0) pieces.emplace_back(begin, end);
        begin = end;
    }
    std::shuffle(pieces.begin(), pieces.end(), random);
    return pieces;
}

TEST(ReassemblyProperty, AnyOrderRepetitionAndOverlapGivesTheSameBytes) {
    std::mt19937 random(3);
    for (int round = 0; round < 3000; ++round) {
        std::string stream(1 + random() % 600, ' ');
        for (char& c : stream) c = static_cast<char>(random());
        // Every other stream wraps around the end of the sequence numbers.
        const auto first = static_cast<std::uint32_t>(round % 2 == 0 ? random() : 0 - random() % 600);
        TcpReassembler reassembler;
        ASSERT_TRUE(reassembler.on_syn(first - 1));
        std::vector<Stretch> out;
        for (const auto& [begin, end] : pieces_of(stream.size(), random)) {
            reassembler.on_bytes(first + static_cast<std::uint32_t>(begin),
                                 base::as_bytes(std::string_view(stream).substr(begin, end - begin)), at(0), out);
        }
        ASSERT_EQ(text_of(out), stream) << "round " << round;
        ASSERT_EQ(reassembler.held_bytes(), 0u);
    }
}

TEST(ReassemblyProperty, LostPiecesAreMissingAndNothingElse) {
    std::mt19937 random(4);
    for (int round = 0; round < 3000; ++round) {
        std::string stream(1 + random() % 600, ' ');
        for (char& c : stream) c = static_cast<char>('a' + random() % 26);
        std::vector<bool> captured(stream.size());
        const auto first = static_cast<std::uint32_t>(0 - random() % 600);
        TcpReassembler reassembler;
        ASSERT_TRUE(reassembler.on_syn(first - 1));
        std::vector<Stretch> out;
        for (const auto& [begin, end] : pieces_of(stream.size(), random)) {
            if (random() % 5 == 0) continue;
            std::fill(captured.begin() + static_cast<std::ptrdiff_t>(begin),
                      captured.begin() + static_cast<std::ptrdiff_t>(end), true);
            reassembler.on_bytes(first + static_cast<std::uint32_t>(begin),
                                 base::as_bytes(std::string_view(stream).substr(begin, end - begin)), at(0), out);
        }
        reassembler.finish(out);
        std::size_t position = 0;
        for (const Stretch& stretch : out) {
            for (std::uint64_t i = 0; i < stretch.gap_before; ++i) ASSERT_FALSE(captured.at(position++));
            for (const std::uint8_t byte : stretch.bytes) {
                ASSERT_TRUE(captured.at(position));
                ASSERT_EQ(byte, static_cast<std::uint8_t>(stream[position++]));
            }
        }
        for (; position < stream.size(); ++position) ASSERT_FALSE(captured[position]);
    }
}

}  // namespace
}  // namespace millrace::capture
