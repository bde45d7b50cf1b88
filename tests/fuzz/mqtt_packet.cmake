millrace_fuzzer(mqtt_packet LINKS millrace::mqtt)
