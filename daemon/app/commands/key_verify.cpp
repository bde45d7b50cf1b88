#include "app/commands/key_verify.h"

#include <map>
#include <ostream>

#include <nlohmann/json.hpp>

#include "app/exit_code.h"
#include "capture/pcap/capture_file.h"
#include "message/topic.h"
#include "payload/secretbox.h"

namespace millrace::app {
namespace {

struct Tally {
    std::uint64_t sealed = 0;
    std::uint64_t opened = 0;             // by a key that is for this bridge
    std::vector<std::uint64_t> by_key{};  // in the order of the keys
};

// Lines may give sealed messages already opened.
bool is_sealed(const ports::Frame& frame) {
    if (!message::parse_topic(frame.topic).sealed()) return false;
    return frame.door != ports::Door::JsonLines || !nlohmann::json::accept(frame.payload);
}

void count(const ports::Frame& frame, const std::vector<NamedKey>& keys, Tally& tally) {
    tally.by_key.resize(keys.size());
    ++tally.sealed;
    bool opened = false;
    for (std::size_t i = 0; i < keys.size(); ++i) {
        if (!payload::open(frame.payload, keys[i].key)) continue;
        ++tally.by_key[i];
        opened = opened || !keys[i].bridge || !frame.bridge || *keys[i].bridge == *frame.bridge;
    }
    if (opened) ++tally.opened;
}

}  // namespace

int verify_keys(const KeyVerifyOptions& options, std::ostream& out, std::ostream& err) {
    std::map<std::string, Tally> bridges;
    bool unreadable = false;
    for (const std::string& file : options.files) {
        const auto read = capture::read_capture_file(file, {options.server_ports}, [&](const ports::Frame& frame) {
            if (!is_sealed(frame)) return;
            count(frame, options.keys, bridges[frame.bridge ? frame.bridge->str() : "not named"]);
        });
        if (!read) err << "millrace: " << read.error().message << '\n';
        unreadable = unreadable || !read;
    }
    bool all_open = true;
    for (const auto& [bridge, tally] : bridges) {
        out << "bridge " << bridge << ": " << tally.sealed << " sealed messages, " << tally.opened << " opened\n";
        for (std::size_t i = 0; i < options.keys.size(); ++i) {
            const NamedKey& key = options.keys[i];
            const bool other = key.bridge && key.bridge->text() != bridge;
            if (other && tally.by_key[i] == 0) continue;
            out << "  " << key.name << " opens " << tally.by_key[i]
                << (other ? ", but its file is named after another bridge" : "") << '\n';
        }
        all_open = all_open && tally.opened == tally.sealed;
    }
    if (unreadable) return kExitFailed;
    if (bridges.empty()) return fail({"there is no sealed message in what was read"}, err);
    return all_open ? kExitGood : kExitFindings;
}

}  // namespace millrace::app
