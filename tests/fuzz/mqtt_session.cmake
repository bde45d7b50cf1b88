millrace_fuzzer(mqtt_session LINKS millrace::mqtt)
