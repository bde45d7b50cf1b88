#include "app/commands/backup.h"

#include <algorithm>
#include <filesystem>
#include <ostream>
#include <vector>

#include <CLI/CLI.hpp>

#include "app/common_options.h"
#include "app/exit_code.h"
#include "store/backup.h"
#include "store/backup_files.h"
#include "store/state_dir.h"

namespace millrace::app {
namespace {

base::Result<void, base::Error> add_keys_in(const std::string& folder, std::vector<std::string>& paths) {
    std::error_code fault;
    for (std::filesystem::directory_iterator it(folder, fault), end; !fault && it != end; it.increment(fault)) {
        const std::string extension = it->path().extension().string();
        if (extension == ".key" || extension == ".bin") paths.push_back(it->path().string());
    }
    if (!fault) return {};
    return base::failure(base::Error{"cannot read the key directory " + folder + ": " + fault.message()});
}

// The files that make this installation what it is, besides its store.
base::Result<std::vector<std::string>, base::Error> own_files(const settings::Settings& settings,
                                                              const std::string& config_file) {
    std::vector<std::string> paths = {config_file,
                                      settings.mqtt_password_file,
                                      settings.guest_password_file,
                                      settings.publish.ca_file,
                                      settings.publish.certificate_file,
                                      settings.publish.key_file,
                                      settings.keys.default_file};
    for (const auto& [bridge, path] : settings.keys.bridges) paths.push_back(path);
    std::vector<std::string> folders;
    if (!settings.keys.directory.empty()) folders.push_back(settings.keys.directory);
    const std::string kept = settings.store.state_dir + "/keys";  // handed over through the API
    if (std::error_code ignored; std::filesystem::exists(kept, ignored)) folders.push_back(kept);
    for (const std::string& folder : folders) {
        if (auto added = add_keys_in(folder, paths); !added) return base::failure(std::move(added.error()));
    }
    std::erase(paths, std::string());
    return paths;
}

base::Result<std::vector<store::BackupFile>, base::Error> read_files(const std::vector<std::string>& paths) {
    std::vector<store::BackupFile> files;
    for (const std::string& path : paths) {
        auto file = store::take_file(path);
        if (!file) return base::failure(std::move(file.error()));
        const bool known = std::any_of(files.begin(), files.end(), [&](const auto& f) { return f.path == file->path; });
        if (!known) files.push_back(std::move(*file));
    }
    return files;
}

}  // namespace

CLI::App* add_backup(CLI::App& app, BackupOptions& options) {
    CLI::App* backup = app.add_subcommand("backup", "Copy the store into one file; the daemon may be running");
    backup->add_option("file", options.file, "The file to write; must not exist yet")->required()->type_name("FILE");
    add_config_option(*backup, options.common);
    add_state_dir_option(*backup, options.common);
    backup->add_option("--key-file", options.common.key_file, "The key file that the daemon is started with, if any")
        ->type_name("FILE");
    backup->add_flag("--with-secrets", options.with_secrets,
                     "Put the config file in it, the key, password and certificate files it names, and the keys "
                     "handed over through the API");
    return backup;
}

int backup(const BackupOptions& options, std::ostream& err) {
    const auto settings = effective_settings(options.common);
    if (!settings) return fail(settings.error(), err);
    if (const auto there = store::is_there(settings->store.address()); !there) return fail(there.error(), err);
    std::vector<store::BackupFile> files;
    if (options.with_secrets) {
        const auto paths = own_files(*settings, config_file_of(options.common));
        if (!paths) return fail(paths.error(), err);
        auto read = read_files(*paths);
        if (!read) return fail(read.error(), err);
        files = std::move(*read);
    }
    const auto done = store::back_up(settings->store.address(), options.file, files);
    if (!done) return fail(done.error(), err);
    err << options.file << ": " << done->frames << " frames";
    if (done->newest_frame) err << " up to " << settings->api.zone.rfc3339(*done->newest_frame);
    err << ", " << done->bytes << " bytes, checked\n";
    if (files.empty()) {
        err << "  without config file, keys and passwords\n";
    } else {
        err << "  it holds secrets, so keep it as safe as a key; besides the store it has\n";
        for (const store::BackupFile& file : files) err << "    " << file.path << '\n';
    }
    return kExitGood;
}

}  // namespace millrace::app
