#include "message/samples.h"

#include <gtest/gtest.h>

#include <random>

#include "message/decoders.h"

namespace millrace::message {
namespace {

// Both readers must agree on everything: value, or refusal with the same grade.
void expect_same(const std::string& text) {
    const auto quick = decode_samples(text);
    const auto general = decode_samples_of_any_form(text);
    ASSERT_EQ(quick.has_value(), general.has_value()) << text;
    if (quick) {
        EXPECT_EQ(std::get<Samples>(*quick).samples, std::get<Samples>(*general).samples) << text;
    } else {
        EXPECT_EQ(quick.error().fault, general.error().fault) << text;
    }
}

TEST(Samples, QuickAndGeneralReaderAgreeOnEdges) {
    for (const char* text : {"",
                             "[",
                             "[]",
                             "[{}]",
                             R"([{"timestamp":0,"value":0}])",
                             R"([{"timestamp":00,"value":0}])",
                             R"([{"timestamp":-0,"value":0}])",
                             R"([{"timestamp":1,"value":4294967295}])",
                             R"([{"timestamp":1,"value":4294967296}])",
                             R"([{"timestamp":1,"value":-1}])",
                             R"([{"timestamp":1,"value":1.0}])",
                             R"([{"timestamp":1,"value":1e3}])",
                             R"([{"timestamp":1,"value":18446744073709551616}])",
                             R"([{"timestamp":7258118399,"value":1}])",
                             R"([{"timestamp":7258118400,"value":1}])",
                             R"([{"timestamp":1,"value":1},])",
                             R"([{"timestamp":1,"value":1}]])",
                             R"([{"timestamp":1,"value":1}] )",
                             R"([{"timestamp":1,"value":1}{"timestamp":1,"value":1}])",
                             R"([ {"timestamp":1,"value":1}])",
                             R"([{"value":1,"timestamp":1}])",
                             R"([{"timestamp":1,"value":1,"more":1}])",
                             R"([{"timestamp":,"value":1}])",
                             R"([{"timestamp":+1,"value":1}])",
                             R"([{"timestamp":1,"value":})"}) {
        expect_same(text);
    }
}

TEST(Samples, QuickAndGeneralReaderAgreeOnDamagedMessages) {
    const std::string good = R"([{"timestamp":1785105201,"value":3828929},{"timestamp":0,"value":4294967295}])";
    expect_same(good);
    for (std::size_t length = 0; length < good.size(); ++length) expect_same(good.substr(0, length));
    std::mt19937 random(7);
    const std::string alphabet = "0123456789-+.eE[]{}\",: tv\\";
    for (int round = 0; round < 20000; ++round) {
        std::string text = good;
        for (unsigned edits = 1 + random() % 2; edits > 0; --edits) {
            const std::size_t at = random() % text.size();
            const char c = alphabet[random() % alphabet.size()];
            switch (random() % 3) {
                case 0: text[at] = c; break;
                case 1: text.insert(at, 1, c); break;
                default: text.erase(at, 1); break;
            }
        }
        expect_same(text);
    }
}

}  // namespace
}  // namespace millrace::message
