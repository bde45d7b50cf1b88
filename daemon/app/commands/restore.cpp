#include "app/commands/restore.h"

#include <ostream>

#include <CLI/CLI.hpp>

#include "app/common_options.h"
#include "app/exit_code.h"
#include "sql/address.h"
#include "store/backup.h"
#include "store/backup_files.h"
#include "store/database.h"
#include "store/restore.h"

namespace millrace::app {
namespace {

// A config file that names files which are only now coming back must not be in the way: all that is needed of it is
// the state directory.
base::Result<store::Settings, base::Error> store_settings(const CommonOptions& options) {
    auto settings = effective_settings(options);
    if (settings) return settings->store;
    if (options.state_dir.empty()) return base::failure(std::move(settings.error()));
    store::Settings store;
    store.state_dir = options.state_dir;
    return store;
}

base::Result<void, base::Error> put_back(const std::vector<store::BackupFile>& files, const std::string& folder,
                                         std::ostream& err) {
    if (files.empty()) {
        if (!folder.empty()) err << "the backup holds no files beside the store\n";
        return {};
    }
    if (folder.empty()) {
        err << "the backup also holds " << files.size()
            << " files (config, keys, passwords), left where they are; write them out with --files-into\n";
        return {};
    }
    if (auto put = store::put_files(files, folder); !put) return put;
    err << "wrote " << files.size() << " files of the backup below " << folder << '\n';
    return {};
}

}  // namespace

CLI::App* add_restore(CLI::App& app, RestoreOptions& options) {
    CLI::App* restore =
        app.add_subcommand("restore", "Make a backup the store of this machine, or of its server (daemon stopped)");
    restore->add_option("file", options.file, "A file that `millrace backup` wrote")->required()->type_name("FILE");
    add_config_option(*restore, options.common);
    add_state_dir_option(*restore, options.common);
    restore->add_flag("--force", options.force,
                      "Also where there is a store, which is kept as millrace.db.before-restore");
    restore
        ->add_option("--files-into", options.files_into,
                     "Write the backup's files below this folder, at the paths they had; / for their old places")
        ->type_name("DIR");
    return restore;
}

int restore(const RestoreOptions& options, std::ostream& err) {
    const auto content = store::check_backup(options.file);
    if (!content) return fail(content.error(), err);
    // First the files: the config file among them may say where the store belongs, and they can be written again.
    if (auto put = put_back(content->files, options.files_into, err); !put) return fail(put.error(), err);
    const auto settings = store_settings(options.common);
    if (!settings) return fail(settings.error(), err);
    const auto existing = options.force ? store::Existing::KeepAside : store::Existing::Refuse;
    if (auto done = store::restore(options.file, *settings, existing); !done) return fail(done.error(), err);
    // Opening takes an older format forward, and shows that the daemon will be able to.
    if (auto opened = store::Database::open(*settings); !opened) return fail({opened.error().message}, err);
    err << "restored " << content->frames << " frames";
    if (content->newest_frame) err << " up to " << base::to_rfc3339(*content->newest_frame);
    err << " into " << (settings->server.empty() ? settings->state_dir : sql::shown(settings->server)) << '\n';
    return kExitGood;
}

}  // namespace millrace::app
