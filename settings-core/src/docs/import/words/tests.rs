use super::*;

#[test]
fn bounds_are_read_from_signs_and_words() {
    let both = |low, high| Bounds { low, high };
    assert_eq!(bounds("The length. Must be ≥ 5 and ≤ 72.", None), both(Some(5), Some(72)));
    assert_eq!(bounds("Maximum is 500.", None), both(None, Some(500)));
    assert_eq!(bounds("Minimum is ``2``.", None), both(Some(2), None));
    assert_eq!(bounds("The value must be between **1** and **1,000**.", None), both(Some(1), Some(1000)));
    assert_eq!(hint_bounds("Numerical input from 1 to 65535.", None), both(Some(1), Some(65535)));
    assert_eq!(hint_bounds("Numerical input of at least 2.", None), both(Some(2), None));
    assert_eq!(bounds("Needs at least 3 teams. The maximum file size is 50 MB.", None), both(None, None));
    assert_eq!(bounds("The maximum number of posts since v10.5.", None), both(None, None));
}

#[test]
fn bounds_are_read_from_sentences_of_any_form() {
    let both = |low, high| Bounds { low: Some(low), high: Some(high) };
    let (low, high) =
        (|low| Bounds { low: Some(low), high: None }, |high| Bounds { low: None, high: Some(high) });
    for (text, wanted) in [
        ("A number between 1 and 10.", both(1, 10)),
        ("The port. Between **1** and **65,535**.", both(1, 65_535)),
        ("From 0 to 100 percent.", both(0, 100)),
        ("Accepts values from 1 to 5.", both(1, 5)),
        ("Range: 1-100.", both(1, 100)),
        ("The valid range is 1 – 100.", both(1, 100)),
        ("Ranges from 2 to 4.", both(2, 4)),
        ("No more than 64.", high(64)),
        ("Cannot exceed 64.", high(64)),
        ("Up to 64.", Bounds::default()),
        ("At least 5.", low(5)),
        ("Must be greater than 0.", low(1)),
        ("Must be less than 10.", high(9)),
        ("Must be greater than or equal to 3.", low(3)),
        ("Waits between 5 and 10 attempts. Reads from 1 to 3 replicas.", Bounds::default()),
        ("The pause between 2 jobs.", Bounds::default()),
    ] {
        assert_eq!(bounds(text, None), wanted, "{text}");
    }
}

#[test]
fn ranges_that_are_not_read_are_returned() {
    for text in ["Maximum 1,000 users.", "Up to 64.", "Needs at least 3 teams.", "At most 5 MB."] {
        assert_eq!(unread_ranges(text, None, false), [text], "{text}");
    }
    for text in ["No more than 64.", "Sends mail.", "Maximum of posts.", "At most 5 characters."] {
        assert_eq!(unread_ranges(text, None, false), Vec::<String>::new(), "{text}");
    }
    assert_eq!(unread_ranges("More than 5 characters are fine.", None, true).len(), 1);
    assert_eq!(unread_ranges("Maximum 30 characters.", None, true), Vec::<String>::new());
}

#[test]
fn lengths_are_read_from_words() {
    assert_eq!(lengths("Cannot be longer than 30 characters."), (None, Some(30)));
    assert_eq!(lengths("Must be 5 to 30 characters."), (Some(5), Some(30)));
    assert_eq!(lengths("Between 5 and 30 characters."), (Some(5), Some(30)));
    assert_eq!(lengths("A 5-30 character name."), (Some(5), Some(30)));
    assert_eq!(lengths("Must be fewer than 30 characters."), (None, Some(29)));
    assert_eq!(lengths("Maximum 30 characters."), (None, Some(30)));
    assert_eq!(lengths("The name. It may have up to 64 characters."), (None, Some(64)));
    assert_eq!(lengths("Must be at least 8 characters long."), (Some(8), None));
    assert_eq!(lengths("Any characters are fine."), (None, None));
}

#[test]
fn options_are_read_from_sentences() {
    let read = options(
        "This feature's setting is ``\"A\": \"x\"`` with options ``\"x\"``, ``\"y\"``, and ``\"z\"``.",
    );
    assert_eq!(read, Some(vec!["x".into(), "y".into(), "z".into()]));
    assert_eq!(options("Possible values are ``a`` or ``b``.").map(|read| read.len()), Some(2));
    assert_eq!(options("with options ``a``."), None);
    assert_eq!(options("It has options."), None);
}

#[test]
fn units_are_read_from_keys() {
    assert_eq!(unit_of_key("RetentionDays"), Some("days"));
    assert_eq!(unit_of_key("TimeoutMilliseconds"), Some("milliseconds"));
    assert_eq!(unit_of_key("PollMs"), Some("milliseconds"));
    assert_eq!(unit_of_key("PollMillis"), Some("milliseconds"));
    assert_eq!(unit_of_key("TimeoutSecs"), Some("seconds"));
    assert_eq!((unit_of_key("KeepWeeks"), other_unit_of_key("KeepWeeks")), (None, Some("Weeks")));
    assert_eq!((unit_of_key("PerSec"), unit_of_key("RequestsPerMinutes")), (None, None));
    assert_eq!((unit_of_key("Items"), unit_of_key("EnableSMS")), (None, None));
    assert_eq!(unit_of_key("Days"), None);
    assert_eq!(unit_of_key("Port"), None);
}

#[test]
fn deprecations_are_read_with_version_and_replacement() {
    let read = deprecation("*Deprecated since v5.26*", "Key");
    assert_eq!(read.map(|read| read.since), Some(Some("5.26".into())));
    let text = "From v9.5, ``RetentionDays`` has been deprecated in favor of ``RetentionHours``.";
    let read = deprecation(text, "RetentionDays");
    assert_eq!(read.as_ref().and_then(|read| read.replacement.as_deref()), Some("RetentionHours"));
    assert_eq!(deprecation(text, "RetentionHours"), None);
    assert_eq!(
        deprecation("Removed in September 16th, 2018 release.", "Key").map(|read| read.since),
        Some(None)
    );
    assert_eq!(deprecation("Sends mail.", "Key"), None);
}
