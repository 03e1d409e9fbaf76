//! Reference pages: model, render, read, drift.
