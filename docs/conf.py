"""Sphinx project of the reference pages and guides."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "extensions"))

project = "settings"
author = "The settings developers"
copyright = "2026, The settings developers"
extensions = ["settings_reference"]
exclude_patterns = ["src", "_build"]
html_theme = "alabaster"
html_theme_options = {"description": "Configuration whose single source of truth is code"}
html_static_path = []
nitpicky = True
