//! Any bytes, read in both dialects and printed.

use settings_rst::{self as rst, Dialect};

pub const SEEDS: &[&str] = &[
    "Title\n=====\n\n- a *b* **c** ``d`` `e`_ |f| [1]_\n- :ref:`g <h>`\n\n.. _h:\n\n1. x\n\n   y\n",
    "+---+-----+\n| a | b   |\n+===+=====+\n| c | - d |\n|   | - e |\n+---+-----+\n",
    "=== ===\na   b\n=== ===\n1   2\n\n.. note:: x\n   :class: y\n\n   z::\n\n     literal\n",
    ".. list-table::\n   :header-rows: 1\n\n   * - a\n     - b\n   * - c\n     - d\n",
    ".. csv-table:: t\n   :widths: 1, 2\n\n   \"a, b\", c\n\n.. |s| replace:: text\n.. [1] note\n.. __: x\n\n| line\n|  block\n\n-o FILE  option\n:field: body\n\nterm : class\n  def\n\n>>> doctest\n\n----\n\nend\n",
    ".. include:: /etc/passwd\n.. raw:: html\n\n   <b>\n\n.. code-block:: json\n   :linenos:\n\n   {}\n",
];

pub const WORDS: &[&str] = &[
    "\n", "\n\n", "   ", "\t", "*", "**", "``", "`", "_", "__", "|", ":", "::", ".. ", ".. _", "- ", "1. ",
    "+-", "===", "[1]_", "\\", "\u{a0}", "é", "\u{3000}", "\0", "(a) ", "#. ", "\r", "\u{b}",
];

pub fn run(bytes: &[u8]) -> bool {
    let source = String::from_utf8_lossy(bytes);
    for dialect in [Dialect::Docutils, Dialect::Sphinx] {
        let page = rst::parse(&source, dialect);
        assert!(rst::pformat(&page).starts_with("<document"));
        assert!(rst::tables_json(&page)["tables"].is_array());
        assert!(page.descendants().all(|node| page.source().get(node.span()).is_some()));
    }
    true
}
