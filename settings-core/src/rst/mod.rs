//! reStructuredText: parser and writer; knows nothing of settings.
