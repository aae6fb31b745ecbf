# SPDX-License-Identifier: Apache-2.0
"""The manual: `make docs`. Its source is the whole tree, so that links work in both."""

from __future__ import annotations

import sys
from importlib.metadata import version as installed_version
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

project = "Solemetry"
author = "The Solemetry authors"
copyright = author  # noqa: A001 - Sphinx asks for this name
version = release = installed_version("solemetry")

root_doc = "docs/index"
include_patterns = [
    "*.md",
    "docs/*.md",
    "docs/gallery/build/*.md",
    "firmware/*.md",
    "firmware/sim/*.md",
    "hardware/*.md",
    "hardware/*/made/*.md",
    "hardware/printed/*.md",
]
exclude_patterns = [".*", "build", "dist", "firmware/build", "demo-output"]

extensions = ["made_at_build", "myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
myst_heading_anchors = 3
# Links to files that are no pages (a drill, a licence) become downloads, and have to be there.
source_suffix = {".md": "markdown"}

# Docstrings are NumPy's; types come from the signatures.
napoleon_google_docstring = False
napoleon_use_param = False  # words of a type, as in "array of shape (n,)", are no names to look up
napoleon_use_rtype = False
napoleon_use_ivar = True
autodoc_default_options = {"members": True, "member-order": "alphabetical"}
autodoc_typehints = "none"
autodoc_preserve_defaults = True
default_role = "code"
# Each word of an attribute's type is looked up, and "n" of "shape (n,)" is a name in many classes.
suppress_warnings = ["ref.python"]

html_theme = "furo"
html_title = f"Solemetry {release}"
html_copy_source = False
html_show_sphinx = False
