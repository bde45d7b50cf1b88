#include "settings/field_table.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

namespace millrace::settings {
namespace {

constexpr const char* kReference = MILLRACE_SOURCE_DIR "/config/REFERENCE.md";
constexpr const char* kExample = MILLRACE_SOURCE_DIR "/config/millrace.yaml";

std::string content(const char* path) {
    std::ifstream file(path);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

bool is_list(ValueType type) {
    return type == ValueType::Addresses || type == ValueType::Texts;
}

TEST(FieldTable, EveryKeyIsThereOnceAndExplained) {
    std::set<std::string_view> seen;
    for (const Field& field : fields()) {
        EXPECT_TRUE(seen.insert(field.key).second) << field.key;
        EXPECT_FALSE(field.help.empty()) << field.key;
        EXPECT_NE(field.store, nullptr) << field.key;
        const auto section =
            field.key.find('.') == std::string_view::npos ? "" : field.key.substr(0, field.key.find('.'));
        EXPECT_TRUE(std::any_of(sections().begin(), sections().end(), [&](const Section& s) {
            return s.key == section;
        })) << field.key;
    }
}

TEST(FieldTable, EveryDefaultIsAllowed) {
    const Settings defaults;
    for (const Field& field : fields()) {
        if (field.fallback == nullptr || is_list(field.type)) continue;
        std::string text = field.fallback(defaults);
        if (text == "\"\"") text.clear();
        EXPECT_TRUE(check_text(field.type, field.limits, text, false).has_value()) << field.key << ": " << text;
    }
}

TEST(FieldTable, ShownDefaultsAreTheTrueOnes) {
    std::string text;
    const Settings defaults;
    for (const Field& field : fields()) {
        if (field.fallback == nullptr || field.key.find('.') == std::string_view::npos) continue;
        Draft draft;
        std::string written = field.fallback(defaults);
        if (written == "\"\"") written.clear();
        if (is_list(field.type)) continue;
        field.store(draft, *check_text(field.type, field.limits, written, false));
        EXPECT_EQ(draft.settings.capture.mode, defaults.capture.mode) << field.key;
        EXPECT_EQ(draft.settings.log_level, defaults.log_level) << field.key;
        EXPECT_EQ(draft.settings.api.unit, defaults.api.unit) << field.key;
        EXPECT_EQ(draft.settings.publish.tls, defaults.publish.tls) << field.key;
        EXPECT_EQ(draft.settings.publish.host, defaults.publish.host) << field.key;
        EXPECT_EQ(draft.settings.alarms, defaults.alarms) << field.key;
        EXPECT_EQ(draft.settings.notify.ping_interval, defaults.notify.ping_interval) << field.key;
    }
}

TEST(FieldTable, ReferencePageIsTheOneInTheRepository) {
    const std::string page = reference_markdown();
    // To write it anew: MILLRACE_WRITE_REFERENCE=1 test_settings --gtest_filter=FieldTable.Reference*
    if (std::getenv("MILLRACE_WRITE_REFERENCE") != nullptr) std::ofstream(kReference) << page;
    EXPECT_EQ(content(kReference), page);
}

TEST(FieldTable, ReferencePageNamesEveryKey) {
    const std::string page = reference_markdown();
    EXPECT_NE(page.find("| `keys.bridges.<uuid>` |"), std::string::npos);
    const auto rows = static_cast<std::size_t>(std::count(page.begin(), page.end(), '\n'));
    EXPECT_GT(rows, fields().size() + sections().size());
}

TEST(FieldTable, ExampleNamesEveryKeyAndChangesNoDefault) {
    const std::string text = content(kExample);
    for (const Field& field : fields()) {
        const std::string name(field.key.substr(field.key.find_last_of(".") + 1));
        if (name == "*") continue;
        EXPECT_NE(text.find(name), std::string::npos) << field.key;
    }
    const auto settings = parse(text, "/etc/millrace");
    ASSERT_TRUE(settings.has_value()) << to_line(kExample, settings.error().front());
    const Settings defaults;
    EXPECT_EQ(settings->capture.listen, defaults.capture.listen);
    EXPECT_EQ(settings->capture.name_servers, defaults.capture.name_servers);
    EXPECT_EQ(settings->capture.max_connections, defaults.capture.max_connections);
    EXPECT_EQ(settings->publish.port, defaults.publish.port);
    EXPECT_EQ(settings->publish.birth_topic, defaults.publish.birth_topic);
    EXPECT_EQ(settings->api.listen, defaults.api.listen);
    EXPECT_EQ(settings->api.max_connections, defaults.api.max_connections);
    EXPECT_EQ(settings->store.max_queued_commits, defaults.store.max_queued_commits);
    EXPECT_EQ(settings->alarms, defaults.alarms);
    EXPECT_TRUE(settings->notify.channels.empty());
}

TEST(FieldTable, ExampleParsesWithItsCommentedKeysToo) {
    std::istringstream lines(content(kExample));
    std::string text;
    for (std::string line; std::getline(lines, line);) {
        // A commented key is one word and a colon; all else after a # is prose.
        const auto mark = line.find("# ");
        const auto colon = line.find(':', mark == std::string::npos ? 0 : mark);
        const bool commented = mark != std::string::npos && line.find_first_not_of(' ') == mark;
        if (commented) {
            const auto begin = line.find_first_not_of(" -", mark + 1);
            const std::string word =
                begin < colon && colon != std::string::npos ? line.substr(begin, colon - begin) : " ";
            const bool is_key =
                word.find(' ') == std::string::npos && word != "metric" && word != "local" && word != "Or";
            if (is_key) line.erase(mark, 2);
        }
        text += line + '\n';
    }
    const auto settings = parse(text, "/etc/millrace");
    ASSERT_TRUE(settings.has_value()) << to_line(kExample, settings.error().front()) << '\n' << text;
    EXPECT_EQ(settings->store.state_dir, "/var/lib/millrace");
    EXPECT_EQ(settings->keys.directory, "/etc/millrace/keys");
    EXPECT_EQ(settings->keys.bridges.size(), 2u);
    EXPECT_EQ(settings->hub.calibrations.size(), 1u);
    // One of each type.
    ASSERT_EQ(settings->notify.channels.size(), notify::kChannelTypes.size());
    for (std::size_t type = 0; type < notify::kChannelTypes.size(); ++type) {
        EXPECT_TRUE(std::any_of(settings->notify.channels.begin(), settings->notify.channels.end(), [&](const auto& c) {
            return static_cast<std::size_t>(c.type) == type;
        })) << notify::kChannelTypes.at(type);
    }
}

}  // namespace
}  // namespace millrace::settings
