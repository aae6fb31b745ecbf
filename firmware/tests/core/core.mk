# SPDX-License-Identifier: Apache-2.0
# The same tests of the core on this machine, on a RISC-V and on an ATmega328P. Debian packages:
#   gcc                                                                        test-host, coverage
#   gcc-riscv64-unknown-elf picolibc-riscv64-unknown-elf qemu-system-misc      test-rv32
#   gcc-avr avr-libc libsimavr-dev libelf-dev                                  test-avr
#   clang libclang-rt-dev (libclang-rt-14-dev)                                 fuzz
CORE_TESTS   := $(wildcard tests/core/*.c)
CORE_PARTS   := $(patsubst tests/core/test_%.c,%,$(wildcard tests/core/test_*.c))
CORE_VECTORS := $(BUILD)/vectors/made
CORE_HEADERS := $(wildcard core/src/*.h)
CORE_NEEDS   := $(CORE_TESTS) $(wildcard tests/core/*.h) $(CORE) $(CORE_HEADERS) $(CORE_VECTORS)
CORE_FLAGS   := $(STRICT) -Itests/core -I$(BUILD)/vectors

test: test-host test-rv32 test-avr

$(CORE_VECTORS): tests/vectors_to_c.py $(wildcard vectors/*.json)
	@mkdir -p $(@D)
	$(PYTHON) $< vectors $(@D)
	@touch $@

# Says what is missing, and that nothing was run. $(1) what for, $(2) what has to be there, $(3) packages
missing = echo "$(1): not run. Missing: $(2). Debian: apt-get install $(3)"

$(BUILD)/test_core: $(CORE_NEEDS)
	gcc $(CORE_FLAGS) $(SAFE) $(CORE_TESTS) $(CORE) -o $@
test-host: $(BUILD)/test_core
	@echo "This machine, with sanitizers:"; $<

RV32 := riscv64-unknown-elf-gcc
RV32_MEMORY := -Wl,--defsym=__flash=0x80000000,--defsym=__flash_size=0x100000 \
  -Wl,--defsym=__ram=0x80100000,--defsym=__ram_size=0x100000
$(BUILD)/test_core_rv32: $(CORE_NEEDS)
	$(RV32) -march=rv32imc -mabi=ilp32 -Os $(CORE_FLAGS) --specs=picolibc.specs --oslib=semihost \
	  --crt0=semihost $(RV32_MEMORY) $(CORE_TESTS) $(CORE) -o $@
ifneq ($(and $(shell command -v $(RV32)),$(shell command -v qemu-system-riscv32)),)
test-rv32: $(BUILD)/test_core_rv32
	@echo "RV32IMC:"; timeout 120 qemu-system-riscv32 -M virt -bios none -nographic \
	  -semihosting-config enable=on,target=native -kernel $< </dev/null
else
test-rv32:
	@$(call missing,RV32IMC,$(RV32) or qemu-system-riscv32,gcc-riscv64-unknown-elf picolibc-riscv64-unknown-elf qemu-system-misc)
endif

# 32 kB of flash do not hold all: an image for each part.
AVR_CORE_TESTS := $(CORE_PARTS:%=$(BUILD)/avr_tests/%.elf)
$(BUILD)/avr_tests/%.elf: $(CORE_NEEDS)
	@mkdir -p $(@D)
	avr-gcc -mmcu=atmega328p -DF_CPU=16000000UL -Os -flto -std=gnu11 -Wall -Wextra -Werror -Icore/src \
	  -Itests/core -I$(BUILD)/vectors -ffunction-sections -fdata-sections -Wl,--gc-sections \
	  -DONLY=test_$* tests/core/check.c tests/core/test_$*.c \
	  $(if $(filter log,$*),tests/core/memory_of_blocks.c) $(CORE) -o $@
$(BUILD)/run_image: sim/image/run_image.c
	@mkdir -p $(@D)
	gcc -std=gnu11 -O2 -Wall -Wextra -Werror $< -o $@ -lsimavr -lelf
ifneq ($(and $(shell command -v avr-gcc),$(wildcard /usr/include/simavr/sim_avr.h)),)
test-avr: $(BUILD)/run_image $(AVR_CORE_TESTS)
	@for image in $(AVR_CORE_TESTS); do \
	  echo "ATmega328P, $$(basename $$image .elf):"; $< $$image || exit 1; done
else
test-avr:
	@$(call missing,ATmega328P,avr-gcc or libsimavr,gcc-avr binutils-avr avr-libc libsimavr-dev libelf-dev)
endif

# Every line of the core, or the lines that no test has run.
coverage: $(CORE_NEEDS)
	@rm -rf $(BUILD)/coverage; mkdir -p $(BUILD)/coverage
	@gcc $(CORE_FLAGS) -O0 --coverage -dumpdir $(BUILD)/coverage/ $(abspath $(CORE_TESTS) $(CORE)) \
	  -o $(BUILD)/coverage/test_core
	@$(BUILD)/coverage/test_core
	@cd $(BUILD)/coverage && gcov -o . $(notdir $(CORE:.c=.gcda)) >gcov.txt
	@cd $(BUILD)/coverage && awk -F: '{ gsub(/ /, "", $$1); gsub(/ /, "", $$2) } \
	  $$1 ~ /^[0-9]+\*?$$/ { run++ } \
	  $$1 ~ /^(#####|=====)$$/ { left++; print FILENAME ":" $$2 ":" $$3 } \
	  END { printf "core: %d of %d lines run, %d not\n", run, run + left, left; exit left > 0 || !run }' \
	  $(notdir $(CORE:=.gcov)) sm_bytes.h.gcov

.PHONY: test test-host test-rv32 test-avr coverage
