#include <gtest/gtest.h>

#include <random>

#include "capture/pcap/packet_stream.h"
#include "pcap_builder.h"

namespace millrace::capture {
namespace {

using namespace test;
using base::Bytes;
using base::ByteView;

class Stream : public testing::Test {
protected:
    void feed(ByteView bytes, std::uint64_t gap = 0) {
        stream_.feed({gap, base::WallTime{}, {bytes.begin(), bytes.end()}}, packets_);
    }
    // The numbers of the sample messages found.
    std::vector<int> samples() const {
        std::vector<int> numbers;
        for (const auto& captured : packets_) {
            if (const auto* publish = std::get_if<mqtt::Publish>(&captured.packet)) {
                numbers.push_back(std::stoi(publish->topic.substr(publish->topic.rfind('/') + 1)));
            }
        }
        return numbers;
    }

    PacketStream stream_;
    std::vector<CapturedPacket> packets_;
};

using Numbers = std::vector<int>;

TEST_F(Stream, FramesPacketsCutAnywhere) {
    Bytes all = connect_packet();
    for (int i = 1; i <= 3; ++i) all = join(all, sample_packet(i));
    for (std::size_t cut = 0; cut <= all.size(); ++cut) {
        stream_ = PacketStream();
        packets_.clear();
        feed(ByteView(all).first(cut));
        feed(ByteView(all).subspan(cut));
        ASSERT_EQ(packets_.size(), 4u) << cut;
        ASSERT_EQ(samples(), (Numbers{1, 2, 3})) << cut;
    }
}

TEST_F(Stream, PassesAHoleWithinOnePacketExactly) {
    const Bytes one = sample_packet(1);
    const Bytes two = sample_packet(2);
    // The next packet's topic is not a bridge's: only its exact place can find it.
    const Bytes other = publish_packet("any/3", "x");
    for (std::size_t hole = 3; hole < two.size() - 2; ++hole) {
        for (std::size_t end = hole + 1; end <= two.size(); ++end) {
            stream_ = PacketStream();
            packets_.clear();
            feed(one);
            feed(ByteView(two).first(hole));
            feed(join({two.begin() + static_cast<std::ptrdiff_t>(end), two.end()}, other), end - hole);
            ASSERT_EQ(samples(), (Numbers{1, 3})) << hole << ' ' << end;
            ASSERT_EQ(stream_.counts().resyncs, 0u);
            ASSERT_EQ(stream_.counts().gaps, 1u);
        }
    }
}

TEST_F(Stream, FindsTheNextPacketBehindAHoleOverSeveral) {
    Bytes all;
    std::vector<std::size_t> begins;
    for (int i = 1; i <= 4; ++i) {
        begins.push_back(all.size());
        all = join(all, sample_packet(i));
    }
    // From within packet 1 to within packet 3.
    for (std::size_t hole = 5; hole < begins[1]; hole += 7) {
        for (std::size_t end = begins[2] + 1; end <= begins[3]; ++end) {
            stream_ = PacketStream();
            packets_.clear();
            feed(sample_packet(0));
            feed(ByteView(all).first(hole));
            feed(ByteView(all).subspan(end), end - hole);
            ASSERT_EQ(samples(), (Numbers{0, 4})) << hole << ' ' << end;
            ASSERT_EQ(stream_.counts().resyncs, 1u);
        }
    }
}

TEST_F(Stream, StartsInTheMiddleOfAConnection) {
    const Bytes one = sample_packet(1);
    for (std::size_t from = 0; from < one.size(); ++from) {
        stream_ = PacketStream();
        packets_.clear();
        feed(ByteView(one).subspan(from), kUnknownGap);
        feed(mqtt::to_wire(mqtt::Pingreq{}));
        feed(sample_packet(2));
        feed(sample_packet(3));
        ASSERT_EQ(samples(), from == 0 ? (Numbers{1, 2, 3}) : (Numbers{2, 3})) << from;
        ASSERT_EQ(stream_.counts().gaps, 0u) << "a capture that begins late has no hole";
    }
}

TEST_F(Stream, StartsInTheMiddleWithEveryByteOnItsOwn) {
    const Bytes all = join(join(Bytes{0x31, 0x30, 0x32, 0x2f, 0x10, 0x00}, sample_packet(1)), sample_packet(2));
    feed(ByteView(all).first(1), kUnknownGap);
    for (std::size_t i = 1; i < all.size(); ++i) feed(ByteView(all).subspan(i, 1));
    EXPECT_EQ(samples(), (Numbers{1, 2}));
}

TEST_F(Stream, StartsAtAConnect) {
    feed(join(Bytes{1, 2, 3}, connect_packet()), kUnknownGap);
    ASSERT_EQ(packets_.size(), 1u);
    EXPECT_TRUE(std::holds_alternative<mqtt::Connect>(packets_[0].packet));
}

TEST_F(Stream, IsNotMisledBySealedPayloads) {
    std::mt19937 random(5);
    for (int round = 0; round < 300; ++round) {
        stream_ = PacketStream();
        packets_.clear();
        std::string sealed(60 + random() % 400, ' ');
        for (char& c : sealed) c = static_cast<char>(random());
        const Bytes cut = publish_packet(sample_topic(1), sealed);
        feed(ByteView(cut).subspan(1 + random() % (cut.size() - 1)), kUnknownGap);
        for (int i = 2; i <= 4; ++i) feed(publish_packet(sample_topic(i), sealed));
        ASSERT_EQ(samples(), (Numbers{2, 3, 4})) << round;
    }
}

TEST_F(Stream, GoesOnAfterBytesThatAreNotMqtt) {
    feed(sample_packet(1));
    feed(Bytes{0x00, 0xff, 0x00});
    feed(sample_packet(2));
    EXPECT_EQ(samples(), (Numbers{1, 2}));
    EXPECT_EQ(stream_.counts().broken, 1u);
    EXPECT_EQ(stream_.counts().resyncs, 1u);
}

TEST_F(Stream, CountsNothingOfWhatNeverWasMqtt) {
    feed(base::as_bytes("GET / HTTP/1.1\r\nHost: example\r\n\r\n"));
    feed(base::as_bytes("more"), 10);
    EXPECT_TRUE(packets_.empty());
    EXPECT_EQ(stream_.counts().broken, 0u);
    EXPECT_EQ(stream_.counts().gaps, 0u);
    EXPECT_EQ(stream_.counts().resyncs, 0u);
}

TEST_F(Stream, HoldsNoMoreThanAPacket) {
    std::mt19937 random(6);
    feed(Bytes{}, kUnknownGap);
    // Looks like the beginning of a bridge's message again and again, and never is one.
    const Bytes promise = {0x30, 0xff, 0xff, 0x02, 0x00, 0x20, '2', '/', '1', '/'};
    for (int i = 0; i < 30000; ++i) {
        feed(promise);
        ASSERT_LE(stream_.buffered_bytes(), 64u * 1024);
    }
    EXPECT_TRUE(packets_.empty());
}

}  // namespace
}  // namespace millrace::capture
