millrace_fuzzer(config LINKS millrace::settings)
