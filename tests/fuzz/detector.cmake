millrace_fuzzer(detector LINKS millrace::detect millrace::meter)
