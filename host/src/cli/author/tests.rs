//! What the guide says of the program.

use crate::limits::*;

#[test]
fn the_guide_names_the_real_bounds() {
    let guide = include_str!("../../../../docs/plugins.md");
    let mebibytes = |bytes: usize| format!("{} MiB", bytes / MIB);
    let rows = [
        ("processor time of a turn", format!("{} ms", GUEST_CALL.as_millis())),
        ("processor time of `describe`", format!("{} s", GUEST_DESCRIBE.as_secs())),
        ("memory", mebibytes(GUEST_MEMORY_BYTES)),
        ("turns of a call", TURNS.to_string()),
        ("requests of a turn", TURN_REQUESTS.to_string()),
        ("`input` of a request", mebibytes(INPUT_BYTES)),
        ("`writes` of a turn", mebibytes(WRITES_BYTES)),
        ("`state`", mebibytes(STATE_BYTES)),
        ("answers handed to a turn, without what is held", mebibytes(ANSWERS_BYTES)),
        ("what a call holds", mebibytes(MARKED_BYTES)),
        ("text of one file argument", mebibytes(TEXT_FILE_BYTES)),
        ("a call that may write", format!("{} s", WRITING_CALL.as_secs())),
        ("a call that only reads", format!("{} s", READING_CALL.as_secs())),
        ("a component", mebibytes(COMPONENT_BYTES)),
        ("functions that its modules define and import", GUEST_FUNCTIONS.to_string()),
        ("globals that they define", GUEST_GLOBALS.to_string()),
        ("tools of a plugin", PLUGIN_TOOLS.to_string()),
        ("what a plugin is about, and a tool's title", format!("{ABOUT_CHARS} characters")),
        ("name of a tool, its plugin's included", format!("{TOOL_NAME_CHARS} characters")),
        ("description of a tool", format!("{DESCRIPTION_BYTES} bytes")),
        ("schema of a tool", format!("{} KiB", SCHEMA_BYTES / 1024)),
        ("levels of a schema", SCHEMA_DEPTH.to_string()),
        ("parts of a schema, references followed", SUBSCHEMAS.to_string()),
    ];
    let missing: Vec<String> =
        rows.iter().map(|(what, most)| format!("| {what} | {most} |")).filter(|row| !guide.contains(row)).collect();
    assert!(missing.is_empty(), "docs/plugins.md says otherwise:\n{}", missing.join("\n"));
    let limits = guide.split("## Limits").nth(1).and_then(|rest| rest.split("\n## ").next()).unwrap();
    assert_eq!(limits.matches("\n| ").count(), rows.len() + 1, "a row that nobody checks");
}
