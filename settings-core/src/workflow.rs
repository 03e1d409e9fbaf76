//! GitHub's workflow commands, which annotate a line of a file in a review.

/// One annotation: `::error file=…,line=…,col=…,title=…::message`, closed by a line break.
///
/// `level` is `error`, `warning` or `notice`. Without a place, the annotation belongs to the whole run.
pub(crate) fn annotation(
    level: &str,
    place: Option<(&str, usize, Option<usize>)>,
    title: &str,
    message: &str,
) -> String {
    let mut properties = String::new();
    if let Some((file, line, column)) = place {
        properties.push_str(&format!("file={},line={line},", property(file)));
        if let Some(column) = column {
            properties.push_str(&format!("col={column},"));
        }
    }
    format!("::{level} {properties}title={}::{}\n", property(title), data(message))
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::annotation;

    #[test]
    fn the_parts_of_a_command_are_escaped() {
        let place = Some(("a,b:c%.json", 3, Some(5)));
        assert_eq!(
            annotation("error", place, "a:b", "100 %\r\nof a: b, c"),
            "::error file=a%2Cb%3Ac%25.json,line=3,col=5,title=a%3Ab::100 %25%0D%0Aof a: b, c\n"
        );
        assert_eq!(annotation("notice", None, "t", "m"), "::notice title=t::m\n");
    }
}
