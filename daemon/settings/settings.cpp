#include "settings/settings.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "settings/field_reader.h"
#include "settings/field_table.h"
#include "settings/yaml_reader.h"
#include "sql/address.h"

namespace millrace::settings {
namespace {

constexpr std::size_t kMaxPasswordBytes = 4096;

// At most `limit` bytes and one more, which tells that there are too many.
base::Result<std::string, std::string> read_file(const std::string& path, std::size_t limit) {
    std::error_code fault;
    if (std::filesystem::is_directory(path, fault)) return base::failure(std::string("is a folder"));
    std::ifstream file(path, std::ios::binary);
    if (!file) return base::failure("cannot be read: " + std::string(std::strerror(errno)));  // NOLINT
    std::string content(limit + 1, '\0');
    file.read(content.data(), static_cast<std::streamsize>(content.size()));
    content.resize(static_cast<std::size_t>(file.gcount()));
    if (file.bad()) return base::failure(std::string("cannot be read"));
    if (content.size() > limit) return base::failure("is longer than " + std::to_string(limit) + " bytes");
    return content;
}

base::Result<std::string, std::string> read_password(const std::string& path) {
    auto content = read_file(path, kMaxPasswordBytes);
    if (!content) return content;
    while (content->ends_with('\n') || content->ends_with('\r')) content->pop_back();
    if (content->empty()) return base::failure(std::string("is empty"));
    if (content->find('\0') != std::string::npos) return base::failure(std::string("is not a text"));
    return content;
}

// Fills `draft` as far as the text is good.
void read_text(std::string_view text, const std::string& directory, Draft& draft, Problems& problems) {
    if (text.size() > kMaxFileBytes) {
        problems.push_back(
            {{}, "", "is longer than " + std::to_string(kMaxFileBytes) + " bytes; it is no config file"});
        return;
    }
    if (auto zone = base::TimeZone::load("")) set_zone(draft.settings, *zone);
    if (const auto root = read_yaml(text, problems)) read_fields(*root, directory, draft, problems);
}

void read_password_file(Draft& draft, const std::string& key, const std::string& file, std::string& password,
                        Problems& problems) {
    if (file.empty()) return;
    if (auto content = read_password(file)) {
        password = std::move(*content);
    } else if (problems.size() < kMaxProblems) {
        problems.push_back({draft.places[key], key, "the file " + file + ' ' + content.error()});
    }
}

// The channels' secrets; drafts and channels stand in the same order.
void read_channel_secrets(Draft& draft, Problems& problems) {
    for (std::size_t i = 0; i < draft.settings.notify.channels.size(); ++i) {
        notify::Channel& channel = draft.settings.notify.channels[i];
        if (channel.secret_file.empty()) continue;
        std::string key = draft.channels[i].key;
        for (const auto& [name, at] : draft.channels[i].given) {
            if (!name.ends_with("_file") || name == "ca_file") continue;
            key += '.' + name;
            draft.places[key] = at;
        }
        std::string secret;
        read_password_file(draft, key, channel.secret_file, secret, problems);
        channel.secret = notify::Secret(std::move(secret));
    }
}

// A certificate is of no use without its key.
void check_pair(const Draft& draft, const std::string& key, const std::string& other, Problems& problems) {
    const auto given = draft.places.find(key);
    if (given != draft.places.end() && !draft.places.contains(other)) {
        problems.push_back({given->second, key, "needs " + other + " beside it"});
    }
}

base::Result<Settings, Problems> result(Draft draft, Problems problems) {
    check_pair(draft, "http.tls.certificate_file", "http.tls.key_file", problems);
    check_pair(draft, "home_assistant.url", "home_assistant.token_file", problems);
    check_pair(draft, "home_assistant.token_file", "home_assistant.url", problems);
    check_pair(draft, "http.tls.key_file", "http.tls.certificate_file", problems);
    check_pair(draft, "store.password_file", "store.address", problems);
    std::stable_sort(problems.begin(), problems.end(), [](const Problem& a, const Problem& b) {
        return std::pair(a.at.line, a.at.column) < std::pair(b.at.line, b.at.column);
    });
    if (!problems.empty()) return base::failure(std::move(problems));
    // Who names a cloud wants it, and us beside it.
    const bool names_cloud = draft.places.contains("cloud.host") && !draft.places.contains("bridge.mode");
    if (names_cloud) draft.settings.capture.mode = ports::CloudMode::Relay;
    return std::move(draft.settings);
}

}  // namespace

void set_zone(Settings& settings, const base::TimeZone& zone) {
    settings.hub.zone = settings.api.zone = settings.notify.zone = settings.publish.zone = zone;
}

std::string to_line(const std::string& file, const Problem& problem) {
    std::string place;
    if (problem.at.line > 0) place = ':' + std::to_string(problem.at.line) + ':' + std::to_string(problem.at.column);
    std::string said = (problem.key.empty() ? "" : problem.key + ": ") + problem.message;
    // A key may hold anything that YAML can write.
    std::replace_if(
        said.begin(), said.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }, '?');
    return file + place + ": " + said;
}

base::Result<Settings, Problems> parse(std::string_view text, const std::string& directory) {
    Draft draft;
    Problems problems;
    read_text(text, directory, draft, problems);
    return result(std::move(draft), std::move(problems));
}

base::Result<Settings, Problems> load(const std::string& path) {
    const auto text = read_file(path, kMaxFileBytes);
    if (!text) return base::failure(Problems{{{}, "", text.error()}});
    Draft draft;
    Problems problems;
    read_text(*text, std::filesystem::path(path).parent_path().string(), draft, problems);
    Settings& settings = draft.settings;
    read_password_file(draft, "mqtt.password_file", settings.mqtt_password_file, settings.publish.password, problems);
    read_password_file(draft, "guest.password_file", settings.guest_password_file, settings.guest.password, problems);
    read_password_file(draft, "home_assistant.token_file", settings.recorder.token_file, settings.recorder.token,
                       problems);
    std::string store_password;
    read_password_file(draft, "store.password_file", settings.store_password_file, store_password, problems);
    if (!store_password.empty()) settings.store.server = sql::with_password(settings.store.server, store_password);
    read_channel_secrets(draft, problems);
    return result(std::move(draft), std::move(problems));
}

}  // namespace millrace::settings
