# SPDX-License-Identifier: Apache-2.0
# Every target sets up what it needs; `make demo` and `make test` are all a newcomer has to know.
PY := .venv/bin/python

demo: .venv/ready
	.venv/bin/solemetry demo

# Many tests wait for devices: three at a time keep two cores busy. What measures how promptly a
# window paints and sounds, or a command answers, wants the machine for itself.
ALONE := $(wildcard $(addprefix tests/system/test_,\
           devices_in_time.py frame_pacing.py step_response.py window_for_long.py))
test: .venv/ready tools/system-packages.txt
	@tools/install-system-packages test
ifdef ARGS
	$(PY) -m pytest $(ARGS)
else
	$(PY) -m pytest -n 3 --dist loadfile --no-loadscope-reorder $(addprefix --ignore=,$(ALONE))
	$(PY) -m pytest $(ALONE)
endif

lint: .venv/ready
	.venv/bin/ruff check
	.venv/bin/mypy
	.venv/bin/lint-imports
	$(PY) hardware/generate.py --check
	$(PY) tools/words.py --check
	$(PY) tools/measures.py --check
	$(PY) tools/command_line.py --check

firmware:
	@tools/install-system-packages test
	$(MAKE) -C firmware

hardware: .venv/ready
	$(PY) hardware/generate.py

hardware-check: .venv/ready
	$(PY) hardware/generate.py --check

# The manual, with pictures that the program makes now; any warning is an error.
docs: .venv/ready
	rm -rf docs/gallery/build docs/pictures/build
	$(PY) -m sphinx -W --keep-going -q -E -c docs -b html . build/docs
	@echo "Wrote build/docs/docs/index.html"

# Citation, licences, wheel and source archive, as others will judge and install them.
release-check: .venv/ready
	tools/check-release

bench: .venv/ready
	$(PY) benchmarks/run.py

# Hours, not minutes: what `make test` does briefly, at length.
soak: .venv/ready
	@tools/install-system-packages test
	$(MAKE) -C firmware fuzz soak-insole
	HYPOTHESIS_PROFILE=soak $(PY) -m pytest -m "soak or not soak" --timeout=7200

# After a change of what the windows say; then translate what is empty in the .po files.
words: .venv/ready
	$(PY) tools/words.py

# After a change of the dependencies in pyproject.toml.
lock: .venv/ready
	$(PY) -m pip install -q uv
	$(PY) -m uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --no-annotate --no-header -o requirements.lock

.venv/ready: requirements.lock pyproject.toml
	@tools/install-system-packages demo
	tools/make-venv
	@touch $@

.PHONY: demo test lint docs release-check firmware hardware hardware-check bench soak words lock
