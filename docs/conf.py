"""Sphinx project of the reference pages and guides."""

project = "settings"
author = "The settings developers"
copyright = "2026, The settings developers"
extensions = []
exclude_patterns = ["src", "_build"]
html_theme = "alabaster"
html_theme_options = {"description": "Configuration whose single source of truth is code"}
html_static_path = []
nitpicky = True
