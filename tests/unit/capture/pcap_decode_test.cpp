#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "app/commands/decode.h"
#include "base/time.h"
#include "payload/secretbox.h"

namespace millrace::app {
namespace {

using Json = nlohmann::ordered_json;

const std::string kFixtures = MILLRACE_SOURCE_DIR "/tests/fixtures/";

std::vector<Json> read_json_lines_of(std::istream& in) {
    std::vector<Json> lines;
    for (std::string line; std::getline(in, line);) lines.push_back(Json::parse(line));
    return lines;
}

struct Outcome {
    int exit_code = -1;
    std::vector<Json> lines;
    std::string text;
    std::string summary;
};

Outcome run(const std::string& file, payload::KeyRing keys) {
    DecodeOptions options;
    options.files = {file};
    options.keys = std::move(keys);
    std::ostringstream out;
    std::ostringstream err;
    Outcome result;
    result.exit_code = decode_file(options, out, err);
    result.text = out.str();
    std::istringstream in(result.text);
    result.lines = read_json_lines_of(in);
    result.summary = err.str();
    return result;
}

Outcome run(const std::string& file, const std::string& key = "") {
    payload::KeyRing keys;
    if (!key.empty()) keys.set_default(*payload::SecretKey::parse(base::as_bytes(key)));
    return run(file, std::move(keys));
}

std::string key_of(const std::string& expected_file) {
    std::ifstream in(expected_file);
    return Json::parse(in).at("key").get<std::string>();
}

class TemporaryFile {
public:
    explicit TemporaryFile(std::string_view content) {
        std::string name = (std::filesystem::temp_directory_path() / "millrace-decode-XXXXXX").string();
        const int file = mkstemp(name.data());
        EXPECT_GE(file, 0);
        EXPECT_EQ(write(file, content.data(), content.size()), static_cast<ssize_t>(content.size()));
        close(file);
        path_ = name;
    }
    ~TemporaryFile() { std::filesystem::remove(path_); }
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;
    const std::string& path() const { return path_; }

private:
    std::string path_;
};

// Messages repeated by the bridge itself are marked `dup` and come in addition.
void expect_same_messages(const std::vector<Json>& decoded, const std::vector<Json>& expected,
                          const std::string& direction) {
    std::vector<std::pair<std::string, std::string>> got;
    std::vector<std::pair<std::string, std::string>> wanted;
    for (const Json& line : decoded) {
        if (line["direction"] == direction && !line["dup"]) got.emplace_back(line["topic"], line["payload"].dump());
    }
    for (const Json& line : expected) {
        if (line["direction"] == direction) wanted.emplace_back(line["topic"], line["payload"].dump());
    }
    EXPECT_EQ(got, wanted);
}

void expect_decodes_day(const std::string& day) {
    const Outcome result = run(day + ".pcap", key_of(day + ".expected.json"));
    EXPECT_EQ(result.exit_code, kExitGood) << result.summary;
    std::ifstream messages(day + ".messages.jsonl");
    const auto expected = read_json_lines_of(messages);
    expect_same_messages(result.lines, expected, "to_cloud");
    expect_same_messages(result.lines, expected, "to_bridge");

    std::ifstream counts_file(day + ".expected.json");
    const Json counts = Json::parse(counts_file);
    std::uint64_t to_cloud = 0;
    std::set<std::string> sent;
    auto before = base::from_unix_s(0);
    for (const Json& line : result.lines) {
        EXPECT_TRUE(line["sealed"]);
        EXPECT_TRUE(line["opened"]);
        EXPECT_TRUE(line["error"].is_null());
        EXPECT_EQ(line["bridge"], counts["bridge"]);
        const auto time = base::from_rfc3339(line["time"].get<std::string>());
        ASSERT_TRUE(time);
        EXPECT_LE(before, *time);
        before = *time;
        if (line["direction"] == "to_cloud") ++to_cloud;
        const std::string message = line["topic"].get<std::string>() + line["payload"].dump();
        EXPECT_EQ(!sent.insert(message).second, line["dup"].get<bool>()) << message;
    }
    EXPECT_EQ(to_cloud, counts["bridge_publishes"]);
}

TEST(DecodeCommand, GivesExactlyTheMessagesOfTheBridgeDay) {
    expect_decodes_day(kFixtures + "bridge-day");
}

TEST(DecodeCommand, GivesExactlyTheMessagesOfTheRealHouseDay) {
    const char* shared = std::getenv("MILLRACE_SHARED");
    if (shared == nullptr) GTEST_SKIP() << "MILLRACE_SHARED is not set";
    expect_decodes_day(std::string(shared) + "/data/ciws/real-house-day");
}

TEST(DecodeCommand, PrintsEveryMember) {
    const TemporaryFile file(
        R"({"time":"2026-07-26T22:33:21.5Z","qos":1,"dup":true,"topic":"2/2/2/61F6F57900000001/9","payload":[{"timestamp":9,"4":1}]})");
    const Outcome result = run(file.path());
    EXPECT_EQ(result.exit_code, kExitGood);
    EXPECT_EQ(result.text,
              R"({"time":"2026-07-26T22:33:21.500Z","direction":"to_cloud","qos":1,"dup":true,"retain":false,)"
              R"("topic":"2/2/2/61F6F57900000001/9","uuid":"61F6F57900000001","kind":"states","sealed":false,)"
              R"("opened":false,"payload":[{"timestamp":9,"4":1}],"error":null,"bridge":null})"
              "\n");
}

TEST(DecodeCommand, ReadsItsOwnOutput) {
    const std::string day = kFixtures + "bridge-day";
    for (const std::string& key : {key_of(day + ".expected.json"), std::string()}) {
        const Outcome first = run(day + ".pcap", key);
        const TemporaryFile output(first.text);
        const Outcome second = run(output.path(), key);
        EXPECT_EQ(second.text, first.text);
        EXPECT_EQ(second.exit_code, first.exit_code);
    }
}

TEST(DecodeCommand, ReadsMessagesGivenOpenUnderSealedTopics) {
    const Outcome result = run(kFixtures + "bridge-day.messages.jsonl");
    EXPECT_EQ(result.exit_code, kExitGood) << result.summary;
    EXPECT_EQ(result.lines.size(), 985u);
}

TEST(DecodeCommand, ReadsWhatWasPublished) {
    const Outcome result = run(kFixtures + "published-payloads.jsonl");
    EXPECT_EQ(result.exit_code, kExitGood) << result.summary;
    ASSERT_EQ(result.lines.size(), 15u);
    EXPECT_EQ(result.lines[0]["time"], "2024-12-03T06:53:45Z");
    EXPECT_EQ(result.lines[0]["kind"], "boot");
}

TEST(DecodeCommand, ShowsSealedMessagesWithoutAKeyAsFindings) {
    const Outcome result = run(kFixtures + "bridge-day.pcap");
    EXPECT_EQ(result.exit_code, kExitFindings);
    ASSERT_EQ(result.lines.size(), 994u);
    EXPECT_EQ(result.lines[0]["sealed"], true);
    EXPECT_EQ(result.lines[0]["opened"], false);
    EXPECT_TRUE(result.lines[0]["payload"].is_null());
    EXPECT_EQ(result.lines[0]["error"], "sealed, and no key was given for it");
    EXPECT_EQ(result.lines[0]["payload_hex"].get<std::string>().size(), 2u * (93 + 36)) << "JSON and sealing";
}

TEST(DecodeCommand, TellsAWrongKeyFromNone) {
    const std::string wrong(64, '7');
    const Outcome result = run(kFixtures + "bridge-day.pcap", wrong);
    EXPECT_EQ(result.exit_code, kExitFindings);
    EXPECT_EQ(result.lines.at(0)["error"], "sealed, and the key does not open it");
    EXPECT_EQ((result.text + result.summary).find(wrong), std::string::npos);
}

TEST(DecodeCommand, OpensSealedMessagesUnderFlagsOfUnknownMeaning) {
    const auto key = *payload::SecretKey::parse(base::as_bytes(std::string(64, 'a')));
    const std::array<std::uint8_t, payload::kIvBytes> iv{};
    const auto sealed = payload::seal(base::as_bytes(R"({"success":true})"), key, iv);
    const TemporaryFile file(R"({"t":1,"topic":"/orient/7","payload_hex":")" + base::to_hex(sealed) + "\"}");
    const Outcome with_key = run(file.path(), std::string(64, 'a'));
    EXPECT_EQ(with_key.exit_code, kExitGood);
    EXPECT_EQ(with_key.lines.at(0)["kind"], "calibration");
    EXPECT_EQ(with_key.lines.at(0)["sealed"], true);
    EXPECT_EQ(with_key.lines.at(0)["payload"].dump(), R"({"success":true})");
    EXPECT_EQ(run(file.path()).exit_code, kExitFindings);
}

TEST(DecodeCommand, ShowsMessagesThatDoNotDecode) {
    const TemporaryFile file(R"({"t":1,"topic":"2/1/2/61F6F57900000001/9","payload":[{"timestamp":1,"value":-1}]}
{"t":1,"topic":"2/1/2/61F6F57900000001/9","payload":"[{"}
{"t":1,"topic":"2/9/1/61F6F57900000001/9","payload_hex":"00ff"}
)");
    const Outcome result = run(file.path());
    EXPECT_EQ(result.exit_code, kExitFindings);
    ASSERT_EQ(result.lines.size(), 3u);
    EXPECT_EQ(result.lines[0]["payload"].dump(), R"([{"timestamp":1,"value":-1}])");
    EXPECT_EQ(result.lines[0]["error"], "sample 0, value: expected a whole number from 0 to 4294967295");
    EXPECT_TRUE(result.lines[1]["payload"].is_null());
    EXPECT_EQ(result.lines[1]["payload_hex"], "5b7b");
    EXPECT_EQ(result.lines[1]["error"], "expected JSON");
    EXPECT_EQ(result.lines[2]["kind"], "key_exchange");
    EXPECT_TRUE(result.lines[2]["error"].is_null());
    EXPECT_EQ(result.lines[2]["payload_hex"], "00ff");
}

TEST(DecodeCommand, ShowsWhatBluetoothDevicesAdvertise) {
    const TemporaryFile file(R"({"t":1,"topic":"bthome/puck/2/5448E6FFFE8F80A5","payload_hex":"44200157EA"}
{"t":1,"topic":"bthome/puck/12/5448E6FFFE8F80A5","payload_hex":"41e445f3c9962b332211006c7c4519"}
{"t":1,"topic":"bthome/meter/2/5448E6FFFE8F80A5","payload_hex":"2001"}
)");
    payload::KeyRing keys;
    keys.set_bind_key(*base::DeviceId::parse("5448E6FFFE8F80A5"),
                      *payload::BindKey::parse(base::as_bytes("231d39c1d7cc1ab1aee224cd096db932")));
    const Outcome result = run(file.path(), keys);
    EXPECT_EQ(result.exit_code, kExitFindings) << "the last one is of no version that is known";
    ASSERT_EQ(result.lines.size(), 3u);
    EXPECT_EQ(result.lines[0]["kind"], "advertisement");
    EXPECT_EQ(result.lines[0]["uuid"], "5448E6FFFE8F80A5");
    EXPECT_EQ(result.lines[0]["sealed"], false);
    EXPECT_EQ(result.lines[0]["payload"]["measurements"][0]["name"], "wet");
    EXPECT_EQ(result.lines[0]["payload"]["measurements"][0]["value"], true);
    EXPECT_EQ(result.lines[0]["payload"]["measurements"][1]["value"], -22);
    EXPECT_EQ(result.lines[0]["payload_hex"], "44200157ea") << "the output can be read in again";
    EXPECT_EQ(result.lines[1]["opened"], true);
    EXPECT_NE(result.text.find(R"("value":25.06,"unit":"°C")"), std::string::npos);
    EXPECT_NE(result.text.find(R"("value":50.55,"unit":"%")"), std::string::npos);
    EXPECT_TRUE(result.lines[2]["payload"].is_null());
    EXPECT_EQ(result.lines[2]["error"], "advertisement: not version 2 of BTHome");
    const TemporaryFile again(result.text);
    EXPECT_EQ(run(again.path(), keys).text, result.text);
}

TEST(DecodeCommand, TellsAWrongBindKeyFromNone) {
    const TemporaryFile file(
        R"({"t":1,"topic":"bthome/puck/12/5448E6FFFE8F80A5","payload_hex":"41e445f3c9962b332211006c7c4519"})");
    EXPECT_EQ(run(file.path()).lines.at(0)["error"], "sealed, and no bind key was given for its device");
    payload::KeyRing keys;
    keys.set_bind_key(*base::DeviceId::parse("5448E6FFFE8F80A5"), *payload::BindKey::from_bytes(base::Bytes(16, 7)));
    const Outcome wrong = run(file.path(), keys);
    EXPECT_EQ(wrong.exit_code, kExitFindings);
    EXPECT_EQ(wrong.lines.at(0)["error"], "sealed, and the bind key does not open it");
    EXPECT_EQ(wrong.lines.at(0)["payload_hex"], "41e445f3c9962b332211006c7c4519");
}

TEST(DecodeCommand, KeepsEachMessageOnOneLine) {
    const TemporaryFile file(R"({"t":1,"topic":"2/7/2/61F6F57900000001/9","payload":"{\n\"bridge_id\":\r\nnull}\n"})");
    const Outcome result = run(file.path());
    ASSERT_EQ(result.lines.size(), 1u);
    EXPECT_TRUE(result.lines[0]["payload"]["bridge_id"].is_null());
}

TEST(DecodeCommand, FailsWhenAFileCannotBeRead) {
    DecodeOptions options;
    std::ostringstream out;
    std::ostringstream err;
    EXPECT_EQ(decode_file(options, out, err), kExitUsage);
    options.files = {"/nonexistent.pcap", kFixtures + "published-payloads.jsonl"};
    EXPECT_EQ(decode_file(options, out, err), kExitFailed);
    EXPECT_NE(err.str().find("/nonexistent.pcap: No such file"), std::string::npos);
    EXPECT_NE(out.str().find("\"kind\":\"boot\""), std::string::npos) << "the other files are read nevertheless";
}

TEST(DecodeCommand, FailsWhenTheOutputCannotBeWritten) {
    DecodeOptions options;
    options.files = {kFixtures + "published-payloads.jsonl"};
    std::ofstream full("/dev/full");
    std::ostringstream err;
    EXPECT_EQ(decode_file(options, full, err), kExitFailed);
}

}  // namespace
}  // namespace millrace::app
