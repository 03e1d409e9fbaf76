//! Converts byte offsets to lines and columns.

/// The start offsets of a text's lines.
#[derive(Clone, Debug, Default)]
pub(super) struct Places {
    starts: Vec<usize>,
}

impl Places {
    pub(super) fn new(text: &str) -> Self {
        let mut starts = vec![0];
        starts.extend(text.match_indices('\n').map(|(at, _)| at + 1));
        Self { starts }
    }

    /// The line of a byte, from 1.
    pub(super) fn line(&self, at: usize) -> usize {
        self.starts.partition_point(|start| *start <= at).max(1)
    }

    /// The offset of the first byte of a line.
    pub(super) fn start(&self, line: usize) -> usize {
        line.checked_sub(1).and_then(|i| self.starts.get(i)).copied().unwrap_or(0)
    }

    /// Line and column (in characters) of a byte, both from 1.
    pub(super) fn line_column(&self, text: &str, at: usize) -> (usize, usize) {
        let line = self.line(at);
        let start = self.start(line);
        (line, text.get(start..at).map_or(1, |before| before.chars().count() + 1))
    }
}
