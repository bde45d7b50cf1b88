millrace_fuzzer(pcap LINKS millrace::capture_pcap)
