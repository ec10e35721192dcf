//! Every limit is obeyed and violated by a test. A limit that is new, or a test that is gone, fails here.

use std::collections::BTreeSet;
use std::path::Path;

/// Each limit of `host/src/limits.rs`, with the test that obeys it and the test that violates it.
const TESTS: &[(&str, &str, &str)] = &[
    ("COMPONENT_BYTES", "component_bytes_obeyed", "component_bytes_violated"),
    ("GUEST_MEMORY_BYTES", "guest_memory_bytes_obeyed", "guest_memory_bytes_violated"),
    ("GUEST_TABLE_ELEMENTS", "guest_table_elements_obeyed", "guest_table_elements_violated"),
    ("GUEST_INSTANCES", "guest_instances_obeyed", "guest_instances_violated"),
    ("GUEST_TABLES", "guest_tables_obeyed", "guest_tables_violated"),
    ("GUEST_MEMORIES", "guest_memories_obeyed", "guest_memories_violated"),
    ("GUEST_FUNCTIONS", "guest_functions_obeyed_and_violated", "guest_functions_obeyed_and_violated"),
    ("GUEST_GLOBALS", "guest_globals_obeyed_and_violated", "guest_globals_obeyed_and_violated"),
    ("GUEST_STACK_BYTES", "guest_stack_bytes_obeyed", "guest_stack_bytes_violated"),
    ("GUEST_CALL", "guest_call_obeyed", "guest_call_violated"),
    ("GUEST_DESCRIBE", "guest_describe_obeyed", "guest_describe_violated"),
    ("GUEST_QUEUE", "guest_queue_obeyed", "guest_queue_violated"),
    ("GUEST_LOG_BYTES", "guest_log_bytes_obeyed", "guest_log_bytes_violated"),
    ("GUEST_ANSWER_BYTES", "guest_answer_bytes_obeyed", "guest_answer_bytes_violated"),
    ("GUEST_RANDOM_BYTES", "guest_random_bytes_obeyed", "guest_random_bytes_violated"),
    ("GUEST_HANDLES", "guest_handles_obeyed", "guest_handles_violated"),
    ("LOADED_BYTES", "loaded_bytes_obeyed_and_violated", "loaded_bytes_obeyed_and_violated"),
    ("LOAD_AGAIN", "load_again_obeyed_and_violated", "load_again_obeyed_and_violated"),
    ("COMPILED_BYTES", "compiled_bytes_obeyed", "compiled_bytes_violated"),
    ("TURNS", "bounds_of_a_turn_are_obeyed_and_violated", "bounds_of_a_turn_are_obeyed_and_violated"),
    ("TURN_REQUESTS", "bounds_of_a_turn_are_obeyed_and_violated", "bounds_of_a_turn_are_obeyed_and_violated"),
    ("WRITES_BYTES", "bounds_of_a_turn_are_obeyed_and_violated", "bounds_of_a_turn_are_obeyed_and_violated"),
    ("STATE_BYTES", "bounds_of_a_turn_are_obeyed_and_violated", "bounds_of_a_turn_are_obeyed_and_violated"),
    ("ANSWERS_BYTES", "bounds_of_a_turn_are_obeyed_and_violated", "bounds_of_a_turn_are_obeyed_and_violated"),
    (
        "INPUT_BYTES",
        "a_body_larger_than_allowed_is_refused_and_one_as_large_is_not",
        "a_body_larger_than_allowed_is_refused_and_one_as_large_is_not",
    ),
    ("MARKED_BYTES", "marked_bytes_obeyed", "marked_bytes_violated_until_some_are_released"),
    ("TOOL_NAME_CHARS", "tool_limits_obeyed", "tool_limits_violated"),
    ("DESCRIPTION_BYTES", "tool_limits_obeyed", "tool_limits_violated"),
    ("SCHEMA_BYTES", "tool_limits_obeyed", "tool_limits_violated"),
    ("EXAMINED_VALUES", "examined_values_obeyed_and_violated", "examined_values_obeyed_and_violated"),
    ("ARGUMENTS_BYTES", "arguments_bytes_obeyed", "arguments_bytes_violated"),
    ("REQUEST_TIMEOUT_BOUNDS", "a_time_has_bounds", "a_time_has_bounds"),
    ("RESPONSE_BYTES", "an_answer_too_large_is_not_read_to_its_end", "an_answer_too_large_is_not_read_to_its_end"),
    ("RESPONSE_HEADERS", "headers_are_bounded", "headers_are_bounded"),
    (
        "WRITING_CALL",
        "writing_call_and_answering_obeyed_and_violated",
        "writing_call_and_answering_obeyed_and_violated",
    ),
    ("ANSWERING", "writing_call_and_answering_obeyed_and_violated", "writing_call_and_answering_obeyed_and_violated"),
    ("READING_CALL", "reading_call_obeyed_and_violated", "reading_call_obeyed_and_violated"),
    ("LEAST_ATTEMPT", "least_attempt_obeyed_and_violated", "least_attempt_obeyed_and_violated"),
    ("ATTEMPTS", "attempts_obeyed_and_violated", "attempts_obeyed_and_violated"),
    ("RETRY_CAP", "retry_cap_obeyed_and_violated", "retry_cap_obeyed_and_violated"),
    ("RETRY_AFTER", "retry_after_obeyed_and_violated", "retry_after_obeyed_and_violated"),
    ("AFTER_TIMEOUT", "after_timeout_obeyed_and_violated", "after_timeout_obeyed_and_violated"),
    ("RETRY_TOKENS", "retry_tokens_and_share_obeyed_and_violated", "retry_tokens_and_share_obeyed_and_violated"),
    ("RETRY_SHARE", "retry_tokens_and_share_obeyed_and_violated", "retry_tokens_and_share_obeyed_and_violated"),
    (
        "CALLS_IN_FLIGHT",
        "calls_in_flight_and_queued_obeyed_and_violated",
        "calls_in_flight_and_queued_obeyed_and_violated",
    ),
    (
        "CALLS_QUEUED",
        "calls_in_flight_and_queued_obeyed_and_violated",
        "calls_in_flight_and_queued_obeyed_and_violated",
    ),
    ("BUSY_WAIT", "busy_wait_obeyed_and_violated", "busy_wait_obeyed_and_violated"),
    (
        "REPEATED_WITHOUT_ASKING",
        "repeated_without_asking_obeyed_and_violated",
        "repeated_without_asking_obeyed_and_violated",
    ),
    ("CLOCK_STEP", "clock_step_obeyed_and_violated", "clock_step_obeyed_and_violated"),
    ("SAME_FAILURES", "same_failures_obeyed_and_violated", "same_failures_obeyed_and_violated"),
    ("CLIENT_KEY_BYTES", "client_key_bytes_obeyed_and_violated", "client_key_bytes_obeyed_and_violated"),
    (
        "SHUTDOWN",
        "a_call_that_ends_in_time_is_answered_at_the_end_of_input",
        "the_end_of_input_ends_it_also_with_a_call_under_way",
    ),
    ("SCHEMA_DEPTH", "schema_depth_obeyed_and_violated", "schema_depth_obeyed_and_violated"),
    ("SUBSCHEMAS", "subschemas_obeyed_and_violated", "subschemas_obeyed_and_violated"),
    (
        "PLUGIN_TOOLS",
        "plugin_tools_and_about_chars_obeyed_and_violated",
        "plugin_tools_and_about_chars_obeyed_and_violated",
    ),
    (
        "ABOUT_CHARS",
        "plugin_tools_and_about_chars_obeyed_and_violated",
        "plugin_tools_and_about_chars_obeyed_and_violated",
    ),
    ("LOCK_BYTES", "lock_bytes_obeyed_and_violated", "lock_bytes_obeyed_and_violated"),
    ("LOCK_WAIT", "lock_wait_obeyed_and_violated", "lock_wait_obeyed_and_violated"),
    ("COMPILER_CPU", "compiler_cpu_and_memory_obeyed_and_violated", "compiler_cpu_and_memory_obeyed_and_violated"),
    (
        "COMPILER_MEMORY_BYTES",
        "compiler_cpu_and_memory_obeyed_and_violated",
        "compiler_cpu_and_memory_obeyed_and_violated",
    ),
    ("COMPILER_TIME", "compiler_time_and_answer_obeyed_and_violated", "compiler_time_and_answer_obeyed_and_violated"),
    (
        "COMPILER_ANSWER_BYTES",
        "compiler_time_and_answer_obeyed_and_violated",
        "compiler_time_and_answer_obeyed_and_violated",
    ),
    ("AUDIT_BYTES", "audit_bytes_and_files_obeyed_and_violated", "audit_bytes_and_files_obeyed_and_violated"),
    ("AUDIT_FILES", "audit_bytes_and_files_obeyed_and_violated", "audit_bytes_and_files_obeyed_and_violated"),
    ("CONFIRM_WAIT", "confirm_wait_obeyed_and_violated", "confirm_wait_obeyed_and_violated"),
    ("QUESTION_BYTES", "question_bytes_obeyed_and_violated", "question_bytes_obeyed_and_violated"),
    ("QUESTIONS", "questions_obeyed_and_violated", "questions_obeyed_and_violated"),
    ("JSON_DEPTH", "depth_is_bounded_where_serde_json_stops", "depth_is_bounded_where_serde_json_stops"),
    (
        "SECRET_CHARS",
        "a_secret_too_short_to_be_one_is_not_looked_for",
        "a_secret_too_short_to_be_one_is_not_looked_for",
    ),
    ("TEXT_FILE_BYTES", "a_file_has_the_size_that_its_use_allows", "a_file_has_the_size_that_its_use_allows"),
    ("FILE_BYTES", "a_file_has_the_size_that_its_use_allows", "a_file_has_the_size_that_its_use_allows"),
    ("OUTPUT_BYTES", "a_file_appears_whole_with_its_digest", "an_output_that_outgrows_its_bound_leaves_nothing"),
    ("PATH_BYTES", "path_lengths_obeyed", "path_lengths_violated"),
    ("NAME_BYTES", "path_lengths_obeyed", "path_lengths_violated"),
    ("WRITTEN_RECORDS", "written_records_obeyed_and_violated", "written_records_obeyed_and_violated"),
    ("WRITTEN_RECORD_BYTES", "written_record_bytes_obeyed_and_violated", "written_record_bytes_obeyed_and_violated"),
    ("CA_FILE_BYTES", "an_authority_is_a_file_of_certificates", "an_authority_is_a_file_of_certificates"),
    ("TOKEN_FILE_BYTES", "a_token_file_is_trimmed_and_must_be_private", "a_token_file_is_trimmed_and_must_be_private"),
    (
        "ENCLOSED_BYTES",
        "a_document_too_large_for_a_conversation_is_saved",
        "a_document_too_large_for_a_conversation_is_saved",
    ),
    (
        "RESULT_TEXT_BYTES",
        "a_text_too_long_for_a_conversation_is_saved_whole",
        "a_text_too_long_for_a_conversation_is_saved_whole",
    ),
];

#[test]
fn every_limit_has_both_tests() {
    let limits = std::fs::read_to_string(super::invariants::repository().join("host/src/limits.rs")).unwrap();
    let mut marked = BTreeSet::new();
    let mut is_limit = false;
    for line in limits.lines() {
        if line.starts_with("/// limit: ") {
            is_limit = true;
        } else if let Some(rest) = line.strip_prefix("pub const ")
            && std::mem::take(&mut is_limit)
        {
            marked.insert(rest.split(':').next().unwrap().to_owned());
        }
    }
    let known: BTreeSet<String> = TESTS.iter().map(|(limit, ..)| (*limit).to_owned()).collect();
    assert_eq!(marked, known, "left: limits.rs; right: the list of this test");

    let tests = test_names();
    let missing: Vec<&str> = TESTS
        .iter()
        .flat_map(|(_, obeyed, violated)| [*obeyed, *violated])
        .filter(|name| !tests.contains(*name))
        .collect();
    assert!(missing.is_empty(), "no such tests: {missing:?}");
}

/// Names of all functions that stand right under a test attribute.
fn test_names() -> BTreeSet<String> {
    let mut files = Vec::new();
    for folder in ["host/src", "tests/it"] {
        super::invariants::files(&super::invariants::repository().join(folder), &mut files);
    }
    let mut names = BTreeSet::new();
    for file in files {
        let text = std::fs::read_to_string(Path::new(&file)).unwrap();
        let mut under_attribute = false;
        for line in text.lines().map(str::trim) {
            if line.starts_with("#[test]") || line.starts_with("#[tokio::test") {
                under_attribute = true;
            } else if let Some(at) = line.find("fn ").filter(|_| under_attribute) {
                under_attribute = false;
                names.insert(line[at + 3..].split('(').next().unwrap().to_owned());
            } else if !line.starts_with("#[") {
                under_attribute = false;
            }
        }
    }
    names
}
