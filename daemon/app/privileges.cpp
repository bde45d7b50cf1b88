#include "app/privileges.h"

#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

namespace millrace::app {
namespace {

using Done = base::Result<void, base::Error>;

struct User {
    std::string name;
    uid_t uid = 0;
    gid_t gid = 0;
};

// Two words of 32 bits each, as the kernel takes them.
using CapabilityWords = std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3>;

__user_cap_header_struct this_thread() {
    return {_LINUX_CAPABILITY_VERSION_3, 0};
}

std::string reason(int code) {
    return std::generic_category().message(code);
}

Done failed(const std::string& what) {
    return base::failure(base::Error{"privileges cannot be given up: " + what + ": " + reason(errno)});
}

std::optional<User> find_user(const std::string& name) {
    constexpr std::size_t kEntryBytes = 16 * 1024;  // a name, a path, a few words
    std::vector<char> text(kEntryBytes);
    passwd entry{};
    passwd* found = nullptr;
    if (::getpwnam_r(name.c_str(), &entry, text.data(), text.size(), &found) != 0 || found == nullptr) return {};
    return User{name, entry.pw_uid, entry.pw_gid};
}

base::Result<User, base::Error> whom_to_become(const std::string& wanted) {
    if (!wanted.empty()) {
        if (auto user = find_user(wanted)) return *user;
        return base::failure(base::Error{"capture.user: there is no user '" + wanted + "' on this machine"});
    }
    for (const char* name : {"millrace", "nobody"}) {
        if (auto user = find_user(name)) return *user;
    }
    return base::failure(
        base::Error{"there is neither a user 'millrace' nor 'nobody' to go on as; name one with "
                    "capture.user"});
}

// Only what is made here changes its owner: a directory that exists is somebody's choice.
Done make_state_dir(const std::string& path, const User& user) {
    constexpr mode_t kMode = 0750;
    if (path.empty() || ::mkdir(path.c_str(), kMode) != 0) return {};  // there already, or the store says what is wrong
    if (::chown(path.c_str(), user.uid, user.gid) != 0) return failed("giving " + path + " to " + user.name);
    return {};
}

Done check_state_dir(const std::string& path, const std::string& user) {
    if (path.empty()) return {};
    for (const std::string& place : {path, path + "/millrace.db", path + "/lock"}) {
        const bool is_folder = place == path;
        if (::faccessat(AT_FDCWD, place.c_str(), is_folder ? R_OK | W_OK | X_OK : R_OK | W_OK, AT_EACCESS) == 0)
            continue;
        if (!is_folder && errno == ENOENT) continue;
        return base::failure(base::Error{"the user '" + user +
                                         "', as whom millrace goes on after opening the network "
                                         "interface, cannot write " +
                                         place + " (" + reason(errno) + "): `chown -R " + user + " " + path +
                                         "` and let it pass the folders above, or name another user "
                                         "with capture.user"});
    }
    return {};
}

// What no program started from here may ever have. Needs CAP_SETPCAP, which root in a container may lack: then the
// sets emptied below and no_new_privs have to do.
void close_bounding_set() {
    for (unsigned long capability = 0; ::prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) == 0; ++capability) {
    }
    // Uid 0 is to be a user like any other.
    (void)::prctl(PR_SET_SECUREBITS, SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_KEEP_CAPS_LOCKED, 0, 0, 0);
}

Done become(const User& user) {
    if (::setgroups(1, &user.gid) != 0) return failed("setgroups");
    if (::setresgid(user.gid, user.gid, user.gid) != 0) return failed("setgid to " + std::to_string(user.gid));
    if (::setresuid(user.uid, user.uid, user.uid) != 0) return failed("setuid to " + user.name);
    if (user.uid != 0 && ::setresuid(0, 0, 0) == 0) {
        return base::failure(base::Error{"privileges cannot be given up: the process became root again"});
    }
    return {};
}

base::Result<bool, base::Error> has_capabilities() {
    auto header = this_thread();
    CapabilityWords words{};
    if (::syscall(SYS_capget, &header, words.data()) != 0) return base::failure(failed("capget").error());
    for (const auto& word : words) {
        if ((word.effective | word.permitted | word.inheritable) != 0) return true;
    }
    return false;
}

Done clear_capabilities() {
    // Kernels without an ambient set have nothing to clear.
    (void)::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    auto header = this_thread();
    const CapabilityWords none{};
    if (::syscall(SYS_capset, &header, none.data()) != 0) return failed("capset");
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return failed("no_new_privs");
    const auto left = has_capabilities();
    if (!left) return base::failure(left.error());
    if (*left) return base::failure(base::Error{"privileges cannot be given up: capabilities are left"});
    return {};
}

}  // namespace

base::Result<std::string, base::Error> drop_privileges(const PrivilegeSettings& settings) {
    const bool is_root = ::geteuid() == 0;
    std::string name = "uid " + std::to_string(::geteuid());
    const auto had = has_capabilities();
    if (!had) return base::failure(had.error());
    close_bounding_set();
    if (is_root) {
        const auto user = whom_to_become(settings.user);
        if (!user) return base::failure(user.error());
        name = user->name;
        if (auto made = make_state_dir(settings.state_dir, *user); !made) return base::failure(made.error());
        if (auto done = become(*user); !done) return base::failure(done.error());
    }
    if (auto done = clear_capabilities(); !done) return base::failure(done.error());
    if (is_root) {
        if (auto writable = check_state_dir(settings.state_dir, name); !writable)
            return base::failure(writable.error());
        return "going on as user " + name + ", without any privileges";
    }
    std::string said = *had ? "going on without any privileges" : "there were no privileges to give up";
    if (!settings.user.empty()) said += "; capture.user is of use only when started as root";
    return said;
}

}  // namespace millrace::app
