#include "app/commands/key.h"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <ostream>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "app/api_client.h"
#include "app/commands/key_verify.h"
#include "app/daemon_address.h"
#include "app/exit_code.h"
#include "app/key_files.h"
#include "base/bluetooth_address.h"

namespace millrace::app {
namespace {

using Keys = base::Result<std::vector<NamedKey>, base::Error>;

// More files than any house has bridges.
constexpr std::size_t kMaxKeys = 10'000;

base::Result<void, base::Error> append(const std::filesystem::path& path, std::optional<base::DeviceId> bridge,
                                       std::vector<NamedKey>& keys) {
    auto key = read_key_file(path.string());
    if (!key) return base::failure(key.error());
    keys.push_back({path.filename().string(), bridge, std::move(*key)});
    return {};
}

// As the daemon reads its key directory: files named after their bridge.
Keys keys_of_directory(const std::string& directory) {
    std::vector<NamedKey> keys;
    std::error_code fault;
    for (std::filesystem::directory_iterator it(directory, fault), end; !fault && it != end; it.increment(fault)) {
        const std::filesystem::path& path = it->path();
        const auto bridge = base::DeviceId::parse(path.stem().string());
        if ((path.extension() != ".key" && path.extension() != ".bin") || !bridge) continue;
        if (base::BluetoothAddress::of(*bridge) && read_bind_key_file(path.string())) continue;  // no bridge's
        if (keys.size() == kMaxKeys) break;
        if (auto done = append(path, bridge, keys); !done) return base::failure(done.error());
    }
    if (fault) {
        return base::failure(base::Error{"cannot read the key directory " + directory + ": " + fault.message()});
    }
    if (keys.empty()) {
        return base::failure(
            base::Error{"there is no key in " + directory + ", such as 61F6F57900000001.key after its bridge's uuid"});
    }
    std::sort(keys.begin(), keys.end(), [](const NamedKey& a, const NamedKey& b) { return a.name < b.name; });
    return keys;
}

int verify(const KeyOptions& options, std::ostream& out, std::ostream& err) {
    Keys keys;
    if (!options.key_dir.empty()) {
        keys = keys_of_directory(options.key_dir);
    } else if (auto done = append(options.key_file, std::nullopt, *keys); !done) {
        return fail(done.error(), err);
    }
    if (!keys) return fail(keys.error(), err);
    return verify_keys({options.files, std::move(*keys), options.ports}, out, err);
}

int add(const KeyOptions& options, std::ostream& out, std::ostream& err) {
    const auto key = read_key_file(options.key_file);
    if (!key) return fail(key.error(), err);
    const auto address = daemon_address(options.daemon);
    if (!address) return fail(address.error(), err);
    const auto client = ApiClient::at(*address);
    if (!client) return fail(client.error(), err);
    // Put together by hand, so that no copy is left behind.
    std::string body = options.bridge.empty() ? R"({"bridge":null,"key":")"
                                              : R"({"bridge":)" + nlohmann::json(options.bridge).dump() + R"(,"key":")";
    std::string digits = base::to_hex(key->bytes());
    body.reserve(body.size() + digits.size() + 2);
    body.append(digits).append("\"}");
    ::explicit_bzero(digits.data(), digits.size());
    const auto answer = client->ask("POST", "/api/v1/keys", std::move(body));
    if (!answer) return fail(answer.error(), err);
    if (answer->status >= 300) {
        const auto document = nlohmann::json::parse(answer->body, nullptr, false);
        const std::string detail = document.is_object() ? document.value("detail", "") : std::string();
        return fail({detail.empty() ? "what answers at " + client->url() + " is not millrace" : detail}, err);
    }
    out << "the key is kept; what it opens is filled in now, see " << client->url() << "/api/v1/archive\n";
    return kExitGood;
}

}  // namespace

CLI::App* add_key(CLI::App& app, KeyOptions& options) {
    CLI::App* key = app.add_subcommand("key", "Try keys on a capture, or give one to the running daemon");
    key->require_subcommand(1);

    CLI::App* verify = key->add_subcommand("verify", "Count the sealed messages in captures, and those a key opens");
    verify->callback([&options] { options.action = KeyAction::Verify; });
    verify->add_option("files", options.files, "pcap, pcapng or JSON-lines files")->required()->type_name("FILE");
    auto* file = verify->add_option("--key-file", options.key_file, "Key file: 64 hex digits or 32 raw bytes")
                     ->type_name("FILE");
    auto* folder =
        verify->add_option("--key-dir", options.key_dir, "Folder of <bridge uuid>.key or .bin files")->type_name("DIR");
    folder->excludes(file);
    verify->add_option("--port", options.ports, "TCP ports of the cloud's side")->capture_default_str();
    // One of the two; CLI11 counts the subcommand's own options in the group.
    auto* either = verify->add_option_group("keys");
    either->add_options(file, folder);
    either->require_option(1);

    CLI::App* add = key->add_subcommand("add", "Give a key to the running daemon, which fills in what it opens");
    add->callback([&options] { options.action = KeyAction::Add; });
    add->add_option("--key-file", options.key_file, "Key file: 64 hex digits or 32 raw bytes")
        ->required()
        ->type_name("FILE");
    add->add_option("--bridge", options.bridge, "Its bridge's uuid; else it is for all that have none of their own");
    add_daemon_options(*add, options.daemon);
    return key;
}

int key(const KeyOptions& options, std::ostream& out, std::ostream& err) {
    return options.action == KeyAction::Verify ? verify(options, out, err) : add(options, out, err);
}

}  // namespace millrace::app
