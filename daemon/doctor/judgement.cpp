#include "doctor/judgement.h"

namespace millrace::doctor {

using ports::CheckState;

void judge_daemon(const Known& known, Findings& findings) {
    if (known.house) {
        findings.push_back({"daemon", CheckState::Ok, "Millrace " + known.version + " is running.", "", {}});
    } else {
        const std::string how = known.systemd ? "Start it with `systemctl start millrace`. What kept it from running "
                                                "stands in `systemctl status millrace` and in `journalctl -u "
                                                "millrace -n 50`."
                                              : "Start it with `millrace run`; what keeps it from running it says "
                                                "then.";
        findings.push_back({"daemon",
                            CheckState::Problem,
                            "No daemon answers, so only what can be seen without one was checked.",
                            how + " If it listens elsewhere, give --url.",
                            {{"answer", known.no_daemon}}});
    }
    const std::string file = known.config_file.empty() ? "none" : known.config_file;
    if (!known.config_problem.empty()) {
        findings.push_back({"config",
                            CheckState::Problem,
                            "A daemon would not start with the config file and the key files as they are now.",
                            "Mend what is named, then look again with `millrace check-config`.",
                            {{"file", file}, {"problem", known.config_problem}}});
    } else {
        findings.push_back({"config",
                            CheckState::Ok,
                            known.config_file.empty() ? "There is no config file; the defaults are used."
                                                      : "The config file can be used.",
                            "",
                            {{"file", file}}});
    }
}

Findings judge(const Known& known, const Plan& plan, const Probed& probed) {
    Findings findings;
    judge_daemon(known, findings);
    judge_store(known, probed, findings);
    judge_clock(known, plan, probed, findings);
    judge_port(known, probed, findings);
    judge_names(known, plan, probed, findings);
    judge_upstream(known, probed, findings);
    judge_water(known, findings);
    judge_bluetooth(known, findings);
    judge_home(known, probed, findings);
    return findings;
}

}  // namespace millrace::doctor
