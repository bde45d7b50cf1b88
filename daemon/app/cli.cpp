#include "app/cli.h"

#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>

#include "app/api_client.h"
#include "app/commands/alive.h"
#include "app/commands/archive.h"
#include "app/commands/backup.h"
#include "app/commands/calibrate.h"
#include "app/commands/check_config.h"
#include "app/commands/decode.h"
#include "app/commands/describe.h"
#include "app/commands/doctor.h"
#include "app/commands/evaluate.h"
#include "app/commands/export.h"
#include "app/commands/import.h"
#include "app/commands/key.h"
#include "app/commands/rebuild.h"
#include "app/commands/restore.h"
#include "app/commands/run.h"
#include "app/commands/simulate.h"
#include "app/commands/token.h"
#include "app/common_options.h"
#include "app/daemon_address.h"
#include "app/exit_code.h"
#include "app/key_files.h"
#include "base/bluetooth_address.h"
#include "base/system_clock.h"
#include "base/version.h"

namespace millrace::app {
namespace {

// What CLI11 calls an error is a usage error to us, but for requests for help.
int usage_exit(const CLI::App& app, const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kExitGood : kExitUsage;
}

CLI::App* add_run(CLI::App& app, CommonOptions& options, int& ready_fd) {
    CLI::App* run = app.add_subcommand("run", "Run the daemon");
    add_config_option(*run, options);
    add_state_dir_option(*run, options);
    run->add_option("--bridge-listen", options.bridge_listen, "ADDRESS:PORT for bridges, such as 0.0.0.0:1883");
    run->add_option("--http-listen", options.http_listen, "ADDRESS:PORT for page and API, such as 127.0.0.1:8099");
    run->add_option("--key-file", options.key_file,
                    "Key for bridges without a key of their own (64 hex digits or 32 bytes)")
        ->type_name("FILE");
    run->add_option(
           "--mode", options.mode,
           "local: answer as the cloud would; relay: pass everything on to the cloud, and stand in while it is "
           "away; relay-only: pass everything on, or nothing")
        ->check(CLI::IsMember({"local", "relay", "relay-only"}));
    run->add_option("--cloud", options.cloud, "HOST:PORT of the cloud; implies --mode relay");
    run->add_option("--ready-fd", ready_fd, "Write a line to this open pipe once the daemon listens, as s6 wants it");
    return run;
}

CLI::App* add_rebuild(CLI::App& app, CommonOptions& options, bool& digest_only) {
    CLI::App* rebuild =
        app.add_subcommand("rebuild", "Make readings, usage and totals anew from the archived frames (daemon stopped)");
    add_config_option(*rebuild, options);
    add_state_dir_option(*rebuild, options);
    rebuild->add_option("--key-file", options.key_file, "Key for bridges without a key of their own")
        ->type_name("FILE");
    rebuild->add_flag("--digest-only", digest_only, "Only print the digest of the present readings, usage and totals");
    return rebuild;
}

struct DecodeArguments {
    std::vector<std::string> files;
    std::string key_file;
    std::string key_hex;
    std::vector<std::string> bind_keys;  // ADDRESS=FILE
    std::string into;
    std::vector<std::uint16_t> ports = {1883};
    bool any_port = false;
};

CLI::App* add_decode(CLI::App& app, DecodeArguments& arguments) {
    CLI::App* decode = app.add_subcommand("decode", "Print the messages in captures as JSON, one a line");
    decode->add_option("files", arguments.files, "pcap, pcapng or JSON-lines files")->required()->type_name("FILE");
    auto* file = decode->add_option("--key-file", arguments.key_file, "Key file: 64 hex digits or 32 raw bytes")
                     ->type_name("FILE");
    decode->add_option("--key", arguments.key_hex, "Key as 64 hex digits; prefer --key-file, others can see arguments")
        ->excludes(file)
        ->type_name("DIGITS");
    decode
        ->add_option("--bind-key-file", arguments.bind_keys,
                     "A Bluetooth device's address and its key file of 32 hex digits or 16 raw bytes; may be repeated")
        ->type_name("ADDRESS=FILE")
        ->allow_extra_args(false);
    decode
        ->add_option("--into", arguments.into, "Archive the messages in this state directory instead of printing them")
        ->type_name("DIR");
    decode->add_option("--port", arguments.ports, "TCP ports of the cloud's side")->capture_default_str();
    decode->add_flag("--any-port", arguments.any_port, "Look at every connection that speaks MQTT");
    return decode;
}

int run_decode(DecodeArguments arguments, std::ostream& out, std::ostream& err) {
    payload::KeyRing keys;
    if (!arguments.key_hex.empty()) {
        auto key = payload::SecretKey::parse(base::as_bytes(arguments.key_hex));
        if (!key) return fail({"--key: " + key.error().message}, err, kExitUsage);
        keys.set_default(std::move(*key));
    }
    if (!arguments.key_file.empty()) {
        auto key = read_key_file(arguments.key_file);
        if (!key) return fail(key.error(), err);
        keys.set_default(std::move(*key));
    }
    for (const std::string& pair : arguments.bind_keys) {
        const std::size_t sign = pair.find('=');
        const auto address = base::BluetoothAddress::parse(std::string_view(pair).substr(0, sign));
        if (sign == std::string::npos || !address) {
            return fail({"--bind-key-file: expected ADDRESS=FILE, such as 54:48:E6:8F:80:A5=puck.key"}, err,
                        kExitUsage);
        }
        auto key = read_bind_key_file(pair.substr(sign + 1));
        if (!key) return fail(key.error(), err);
        keys.set_bind_key(address->device_id(), std::move(*key));
    }
    if (arguments.any_port) arguments.ports.clear();
    if (arguments.into.empty()) return decode_file({arguments.files, std::move(keys), arguments.ports}, out, err);
    store::Settings store;
    store.state_dir = arguments.into;
    return import_files({arguments.files, std::move(keys), arguments.ports, store}, err);
}

int run_calibrate(const CalibrateOptions& options) {
    const auto address = daemon_address(options.daemon);
    if (!address) return fail(address.error(), std::cerr);
    const base::SystemClock clock;
    Console console{std::cin, std::cout, std::cerr, clock, wait_for};
    return calibrate(options, *address, console);
}

}  // namespace

int run_command_line(int argc, char** argv) {
    CLI::App app{"Millrace: a Flume water monitor's readings on your own network, without the cloud", "millrace"};
    app.require_subcommand(1);
    app.set_version_flag("--version", std::string("millrace ") + base::version());
    CommonOptions common;
    DecodeArguments decode_arguments;
    bool digest_only = false;
    SimulateOptions simulate_options;
    int ready_fd = -1;
    CLI::App* run = add_run(app, common, ready_fd);
    CLI::App* check = app.add_subcommand("check-config", "Check a config file and name every problem");
    auto* config_option = add_config_option(*check, common);
    check->add_option("file", common.config_file, "The same")->excludes(config_option)->type_name("FILE");
    DoctorOptions doctor_options;
    CLI::App* examination = add_doctor(app, doctor_options);
    CLI::App* decode = add_decode(app, decode_arguments);
    CLI::App* rebuild = add_rebuild(app, common, digest_only);
    CLI::App* emulate = add_simulate(app, simulate_options);
    EvaluateArguments evaluate_arguments;
    CLI::App* evaluation = add_evaluate(app, evaluate_arguments);
    BackupOptions backup_options;
    CLI::App* back_up = add_backup(app, backup_options);
    RestoreOptions restore_options;
    CLI::App* put_back = add_restore(app, restore_options);
    ExportOptions export_options;
    CLI::App* write_out = add_export(app, export_options);
    CalibrateOptions calibrate_options;
    CLI::App* calibration = add_calibrate(app, calibrate_options);
    KeyOptions key_options;
    CLI::App* keys = add_key(app, key_options);
    TokenOptions token_options;
    CLI::App* tokens = add_token(app, token_options);
    DaemonOptions alive_options;
    CLI::App* asked_alive = add_alive(app, alive_options);
    ArchiveOptions archive_options;
    CLI::App* archived = add_archive(app, archive_options);
    app.add_subcommand("version", "Print the version");
    // For the man page and the shells' completion.
    CLI::App* description =
        app.add_subcommand("describe-commands", "Print all commands and options as JSON")->group("");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return usage_exit(app, error);
    }
    if (run->parsed()) return run_daemon(common, ReadyDescriptor(ready_fd), std::cerr);
    if (check->parsed()) return check_config(common, std::cout, std::cerr);
    if (examination->parsed()) return doctor(doctor_options, std::cout, std::cerr);
    if (decode->parsed()) return run_decode(std::move(decode_arguments), std::cout, std::cerr);
    if (rebuild->parsed()) return rebuild_store(common, digest_only, std::cout, std::cerr);
    if (emulate->parsed()) return simulate(simulate_options, std::cerr);
    if (evaluation->parsed()) return evaluate(evaluate_arguments, std::cout, std::cerr);
    if (back_up->parsed()) return backup(backup_options, std::cerr);
    if (put_back->parsed()) return restore(restore_options, std::cerr);
    if (write_out->parsed()) return export_rows(export_options, std::cerr);
    if (calibration->parsed()) return run_calibrate(calibrate_options);
    if (keys->parsed()) return key(key_options, std::cout, std::cerr);
    if (asked_alive->parsed()) return alive(alive_options, std::cerr);
    if (archived->parsed()) return archive(archive_options, std::cerr);
    if (tokens->parsed()) return token(token_options, std::cout, std::cerr);
    if (description->parsed()) return describe_commands(app, std::cout);
    std::cout << "millrace " << base::version() << '\n';
    return 0;
}

}  // namespace millrace::app
