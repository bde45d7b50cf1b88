#include "doctor/sntp.h"

#include <gtest/gtest.h>

namespace millrace::doctor {
namespace {

constexpr std::uint64_t kCookie = 0x0123456789abcdefULL;

void put(SntpPacket& packet, std::size_t at, std::uint64_t value) {
    for (std::size_t i = 0; i < 8; ++i) packet[at + i] = static_cast<std::uint8_t>(value >> (8 * (7 - i)));
}

// Received at 2026-11-28T20:00:00Z, sent half a second later.
SntpPacket good_answer() {
    SntpPacket packet{};
    packet[0] = 0x24;
    packet[1] = 2;
    const std::uint64_t seconds = 1'795'896'000ULL + 2'208'988'800ULL;
    put(packet, 24, kCookie);
    put(packet, 32, seconds << 32U);
    put(packet, 40, seconds << 32U | 0x80000000U);
    return packet;
}

TEST(Sntp, TheQuestionIsAClientsAndCarriesTheCookie) {
    const SntpPacket packet = sntp_question(kCookie);
    EXPECT_EQ(packet[0], 0x23);
    EXPECT_EQ(base::to_hex(packet).substr(80), "0123456789abcdef");
}

TEST(Sntp, AnAnswerHasBothTimes) {
    const auto time = sntp_answer(good_answer(), kCookie);
    ASSERT_TRUE(time) << time.error().message;
    EXPECT_EQ(base::to_rfc3339(time->received), "2026-11-28T20:00:00Z");
    EXPECT_EQ(base::to_rfc3339(time->sent), "2026-11-28T20:00:00.500Z");
}

TEST(Sntp, TimesAfter2036BelongToTheNextEra) {
    SntpPacket packet = good_answer();
    put(packet, 40, std::uint64_t{86'400} << 32U);
    EXPECT_EQ(base::to_rfc3339(sntp_answer(packet, kCookie)->sent), "2036-02-08T06:28:16Z");
}

TEST(Sntp, AnAnswerThatIsCutAtAnyLengthIsNone) {
    const SntpPacket packet = good_answer();
    for (std::size_t length = 0; length < kSntpBytes; ++length) {
        EXPECT_FALSE(sntp_answer({packet.data(), length}, kCookie)) << length;
    }
}

TEST(Sntp, AnAnswerToSomebodyElseOrOfNoClockIsNone) {
    EXPECT_FALSE(sntp_answer(good_answer(), kCookie + 1));
    SntpPacket question = good_answer();
    question[0] = 0x23;
    EXPECT_FALSE(sntp_answer(question, kCookie));
    SntpPacket kiss = good_answer();
    kiss[1] = 0;
    EXPECT_FALSE(sntp_answer(kiss, kCookie));
    SntpPacket lost = good_answer();
    lost[0] = 0xe4;
    EXPECT_FALSE(sntp_answer(lost, kCookie));
    lost = good_answer();
    lost[1] = 16;
    EXPECT_FALSE(sntp_answer(lost, kCookie));
    SntpPacket empty = good_answer();
    put(empty, 40, 0);
    EXPECT_FALSE(sntp_answer(empty, kCookie));
}

}  // namespace
}  // namespace millrace::doctor
