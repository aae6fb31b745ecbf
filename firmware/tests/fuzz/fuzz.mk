# SPDX-License-Identifier: Apache-2.0
# Coverage-guided fuzzing of what reads bytes from outside: FUZZ_S seconds each, begun with the
# vectors. A finding is left in build/fuzz, and fails.
FUZZ_S  ?= 60
FUZZERS := $(patsubst tests/fuzz/%.c,$(BUILD)/fuzz/%,$(wildcard tests/fuzz/fuzz_*.c))

$(BUILD)/fuzz/seeds: tests/fuzz/seeds.py $(wildcard vectors/*.json)
	@mkdir -p $(@D)
	$(PYTHON) $< vectors $@
	@touch $@
$(BUILD)/fuzz/fuzz_%: tests/fuzz/fuzz_%.c tests/fuzz/fuzz.h $(CORE) $(CORE_HEADERS)
	@mkdir -p $(@D)
	clang $(STRICT) -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all $< $(CORE) -o $@
# $(1) the folder of what is found, $(2) how long
run_fuzzers = cd $(BUILD)/fuzz && for fuzzer in $(notdir $(FUZZERS)); do \
  mkdir -p $(1)/$$fuzzer && echo "$$fuzzer:" && ./$$fuzzer $(2) -seed=20 -max_len=1024 \
    -verbosity=0 -print_final_stats=1 $(1)/$$fuzzer seeds/$$fuzzer || exit 1; done
ifneq ($(shell command -v clang),)
fuzz: $(FUZZERS) $(BUILD)/fuzz/seeds
	@$(call run_fuzzers,found,-max_total_time=$(FUZZ_S))
# The same every time, for a test.
fuzz-short: $(FUZZERS) $(BUILD)/fuzz/seeds
	@rm -rf $(BUILD)/fuzz/short; $(call run_fuzzers,short,-runs=10000)
else
fuzz fuzz-short:
	@$(call missing,fuzz,clang,clang libclang-rt-14-dev); exit 1
endif

.PHONY: fuzz fuzz-short
