//! Every number of the program, with its reason.
//!
//! A limit that is not here does not exist: rooms take theirs from this file. Each constant marked `limit` has a test that
//! obeys it and a test that violates it; `tests/it/limits.rs` fails the build when one has not.

use std::time::Duration;

const KIB: usize = 1024;
/// Bytes of a mebibyte, for limits and for the texts that name them.
pub const MIB: usize = 1024 * KIB;

// === sandbox: measured on Rust, Python and JavaScript components ===

/// limit: A component file. A Python component has 18 MB; more than this is not a plugin.
pub const COMPONENT_BYTES: usize = 32 * MIB;
/// limit: Linear memory summed over a store. Python needs 12 MB for a turn, JavaScript 9.
pub const GUEST_MEMORY_BYTES: usize = 64 * MIB;
/// limit: Table elements summed over a store: 8 bytes each in the host.
pub const GUEST_TABLE_ELEMENTS: usize = 100_000;
/// limit: Core instances in a store. A Python component has 14.
pub const GUEST_INSTANCES: usize = 64;
/// limit: Tables in a store.
pub const GUEST_TABLES: usize = 16;
/// limit: Linear memories in a store.
pub const GUEST_MEMORIES: usize = 4;
/// limit: Functions that the modules of a component define and import, together. The host keeps 32 bytes of each that is pointed at, once
/// an instance. A Python component has 16,000.
pub const GUEST_FUNCTIONS: usize = 50_000;
/// limit: Globals that the modules of a component define, together: 16 bytes each in the host, once an instance. A Python component has 900.
pub const GUEST_GLOBALS: usize = 10_000;
/// How much of a memory, or of a table, stays mapped for the next guest: what Rust plugins touch in a turn, and more.
pub const GUEST_MEMORY_KEPT: usize = 2 * MIB;
/// limit: Stack of a guest. The host's own frames must fit on the guest thread beside it.
pub const GUEST_STACK_BYTES: usize = 512 * KIB;
/// Stack of the thread on which guests run: twice the guest's, for the host's frames.
pub const GUEST_THREAD_STACK_BYTES: usize = 2 * MIB;
/// limit: One call of `start` or `resume`, in processor time: other programs do not use it up. A warm turn takes 6 µs in Rust, 1.3 ms in Python.
pub const GUEST_CALL: Duration = Duration::from_millis(250);
/// limit: One call of `describe`, which builds every schema; processor time too.
pub const GUEST_DESCRIBE: Duration = Duration::from_secs(1);
/// How often the clock that stops guests ticks while one runs: a twenty-fifth of [`GUEST_CALL`].
pub const GUEST_TICK: Duration = Duration::from_millis(10);
/// limit: How long a turn may wait for the guest thread before the call ends as busy.
pub const GUEST_QUEUE: Duration = Duration::from_secs(5);
/// limit: What a guest may write to stdout and stderr in one call; the rest is dropped.
pub const GUEST_LOG_BYTES: usize = 4 * KIB;
/// limit: Bytes copied from a guest into the host in one call, all strings and lists together.
pub const GUEST_ANSWER_BYTES: usize = 16 * MIB;

/// limit: Random bytes that a guest gets in one request: more than a seed or a key is an attack on the host's memory.
pub const GUEST_RANDOM_BYTES: usize = 64 * KIB;
/// limit: Handles (streams, timers) that a guest holds at once. A busy Python event loop has a few dozen.
pub const GUEST_HANDLES: usize = 1_000;
/// What a fault tells of a guest's stderr: a panic's message and place.
pub const GUEST_MESSAGE_CHARS: usize = 500;
/// How long the clock that stops guests goes on ticking after the last one ended, so that a busy relay does not wake it for
/// each turn and an idle one not at all.
pub const GUEST_TICK_REST: Duration = Duration::from_millis(100);
/// Stack of a thread that compiles: deep nesting in a component is the compiler's nesting too.
pub const COMPILER_STACK_BYTES: usize = 16 * MIB;
/// limit: A compiled component in the cache: a Python component has 37 MB. A larger file is not of our making.
pub const COMPILED_BYTES: usize = 64 * MIB;

/// limit: Code of third parties' plugins in memory: four Python components. More plugins than fit are loaded again at their next use,
/// which takes 4 ms for Rust and 140 ms for Python.
pub const LOADED_BYTES: usize = 144 * MIB;

/// limit: A plugin that could not be loaded is not tried again sooner; what was in its way may be gone by then.
pub const LOAD_AGAIN: Duration = Duration::from_secs(5);

/// The most that `wasi:io/streams` lets one blocking write hold; the interface's own number.
pub const GUEST_BLOCKING_WRITE_BYTES: u64 = 4 * KIB as u64;
/// After this nobody still writes a file of the cache, or looks at a component before trusting it: what is left over is removed.
pub const ABANDONED_CACHE_FILE: Duration = Duration::from_secs(3_600);

// === turns ===

/// limit: Turns of one call: a download of 100 MB in pages of 1 MiB has 100, an export of 100,000 rows 200.
pub const TURNS: usize = 1_000;
/// limit: Requests of one turn.
pub const TURN_REQUESTS: usize = 16;
/// limit: `input` of one request as the plugin wrote it; files are marks and do not count.
pub const INPUT_BYTES: usize = 4 * MIB;
/// limit: `writes` of one turn as the plugin wrote them.
pub const WRITES_BYTES: usize = 4 * MIB;
/// limit: `state` handed from turn to turn.
pub const STATE_BYTES: usize = MIB;
/// limit: Answers handed to one turn, without what is held.
pub const ANSWERS_BYTES: usize = 8 * MIB;
/// limit: Bytes behind marks that one call may hold: an attachment of 25 MiB, or two, beside a page.
pub const MARKED_BYTES: usize = 64 * MIB;

// === tools ===

/// limit: Characters of a tool's name: clients put up to 24 before it and models take 64.
pub const TOOL_NAME_CHARS: usize = 40;
/// limit: A tool's description. Claude Code cuts at 2 KB.
pub const DESCRIPTION_BYTES: usize = 2 * KIB;
/// limit: A tool's input schema.
pub const SCHEMA_BYTES: usize = 64 * KIB;
/// limit: Levels of a third party's schema. The deepest of ours has 9.
pub const SCHEMA_DEPTH: usize = 16;
/// limit: Parts of a third party's schema with every reference written out. The largest of ours has 60.
pub const SUBSCHEMAS: usize = 500;
/// limit: Tools of one third party's plugin: each is read by the assistant before it begins.
pub const PLUGIN_TOOLS: usize = 32;
/// limit: What a plugin says about itself and a tool's title: one line that a person reads before trusting it.
pub const ABOUT_CHARS: usize = 200;
/// limit: Values in arguments that do not fit, up to which all their faults are looked for; of more the first fault is told. Each
/// fault costs 500 bytes before it is told.
pub const EXAMINED_VALUES: usize = 1_000;
/// limit: Arguments of one call as JSON: a mail thread of 400 KB is the longest seen, images come as files.
pub const ARGUMENTS_BYTES: usize = 4 * MIB;
/// `tools/list` with the first-party plugins; what an assistant pays before it does anything. The integration tests hold it.
pub const TOOLS_LIST_BYTES: usize = 24 * KIB;

// === plugins ===

/// limit: The lock file, and the settings. A hundred plugins have 1 MiB.
pub const LOCK_BYTES: u64 = 16 * MIB as u64;
/// limit: How long one who changes the lock file waits for another, who takes milliseconds, or stores a component.
pub const LOCK_WAIT: Duration = Duration::from_secs(2);
/// limit: Processor time of the program that compiles a third party's component and asks it what it is. A Python component takes 20 s.
pub const COMPILER_CPU: Duration = Duration::from_secs(120);
/// limit: Memory of that program. A Python component takes 400 MB.
pub const COMPILER_MEMORY_BYTES: u64 = 1536 * MIB as u64;
/// limit: The whole of its time, on a busy machine.
pub const COMPILER_TIME: Duration = Duration::from_secs(600);
/// How often it is told that it is still at work.
pub const COMPILER_SIGN: Duration = Duration::from_secs(2);
/// limit: What it may answer: a manifest of the most tools that are taken, with the largest schemas.
pub const COMPILER_ANSWER_BYTES: u64 = 8 * MIB as u64;

// === upstream ===

/// Whole request, body included, unless `TICKITI_API_TIMEOUT_MS` says otherwise. The original's value.
pub const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);
/// limit: Bounds of `TICKITI_API_TIMEOUT_MS`: below a second nothing real answers, above ten minutes no client waits.
pub const REQUEST_TIMEOUT_BOUNDS: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(600));
/// To connect, within the request's time: a host that does not answer in 5 s is not there.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// limit: A response body. `tickets/attachment` answers up to 25 MiB as base64, 34 MiB.
pub const RESPONSE_BYTES: usize = 40 * MIB;
/// How much of an error body is shown to the assistant.
pub const ERROR_BODY_CHARS: usize = 2_000;

/// limit: Headers of a response; hyper's own value, and it bounds their bytes at about 400 KiB.
pub const RESPONSE_HEADERS: usize = 100;
/// How much of one sentence of the helpdesk is quoted before its whole answer.
pub const ERROR_SENTENCE_CHARS: usize = 300;
/// Longest call that is offered to see whether a write happened; a longer one is left out.
pub const LOOK_BYTES: usize = KIB;
/// How many refused fields are named one by one.
pub const ERROR_FIELDS: usize = 20;

/// limit: A call that writes answers within this, all waiting included: clients give up after 60 s, and whoever gave up cannot be
/// told what happened.
pub const WRITING_CALL: Duration = Duration::from_secs(45);
/// limit: A call that only reads: an export of 100,000 rows takes some minutes, with progress.
pub const READING_CALL: Duration = Duration::from_secs(600);
/// limit: Kept of [`WRITING_CALL`] for making and writing the answer.
pub const ANSWERING: Duration = Duration::from_secs(1);
/// limit: An attempt is not begun with less time left: it would most likely only make the outcome unknown.
pub const LEAST_ATTEMPT: Duration = Duration::from_millis(500);

/// A plugin that is fetched by its address: 32 MiB over a slow line.
pub const DOWNLOAD_TIME: Duration = Duration::from_secs(300);
/// How often a download is followed to another address: places that keep releases forward once or twice.
pub const DOWNLOAD_REDIRECTS: usize = 5;

// === retries ===

/// limit: Attempts on one request. The fourth comes 1 to 6 s after the first: what is not back by then takes longer than a call.
pub const ATTEMPTS: u32 = 4;
/// Most that the first retry waits; it doubles with each. The wait itself is random below it (full jitter), so that many
/// relays do not come back at once.
pub const RETRY_BASE: Duration = Duration::from_millis(200);
/// limit: Most that any retry waits by itself.
pub const RETRY_CAP: Duration = Duration::from_secs(3);
/// limit: The longest `Retry-After` that is waited for; a longer one is told to the assistant.
pub const RETRY_AFTER: Duration = Duration::from_secs(10);
/// limit: After a timeout the helpdesk may still be at work: the same key does not go out again sooner, because nobody knows what
/// it does with a key whose first request still runs.
pub const AFTER_TIMEOUT: Duration = Duration::from_secs(5);
/// limit: Retries that may be made at once when nothing was saved up for them.
pub const RETRY_TOKENS: f64 = 10.0;
/// limit: What each request saves up for retries: a helpdesk that is down gets at most a fifth more requests.
pub const RETRY_SHARE: f64 = 0.2;

// === load ===

/// limit: Calls worked on at once. More would only wait at the helpdesk instead, and hold memory.
pub const CALLS_IN_FLIGHT: usize = 32;
/// limit: Calls that wait for one of those places; more are told to come back.
pub const CALLS_QUEUED: usize = 256;
/// limit: What is told to wait at least and at most when all places are taken.
pub const BUSY_WAIT: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(60));
/// limit: Calls under way get this long to end when the client has gone or the system asks the program to stop.
pub const SHUTDOWN: Duration = Duration::from_millis(1_500);
/// What is begun in the ledger then gets this long.
pub const SHUTDOWN_LEDGER: Duration = Duration::from_millis(300);

// === ledger ===

/// limit: An equal keyed write of a call that is still open is the same write for so long, without asking. An assistant repeats
/// within minutes; and a helpdesk keeps keys for hours, by what others do.
pub const REPEATED_WITHOUT_ASKING: Duration = Duration::from_secs(900);
/// limit: A clock that was set back by more makes a record of unknown age.
pub const CLOCK_STEP: Duration = Duration::from_secs(60);
/// limit: The same failure so often in a row is a stored one: the helpdesk will answer it for ever.
pub const SAME_FAILURES: u32 = 3;
/// Closed calls are kept so long, for a client that repeats a call under its own key, and for people.
pub const LEDGER_KEPT: Duration = Duration::from_secs(30 * 24 * 3_600);
/// How long one relay waits for another's transaction, which takes a millisecond.
pub const LEDGER_BUSY: Duration = Duration::from_secs(5);
/// How long a relay rests that met another one while both made the ledger's file.
pub const LEDGER_SWITCH: Duration = Duration::from_millis(10);
/// How long an end that the ledger's file did not take rests before it is tried again.
pub const LEDGER_LATE: Duration = Duration::from_secs(1);
/// How often a relay that runs on forgets what is older than [`LEDGER_KEPT`].
pub const LEDGER_PRUNED: Duration = Duration::from_secs(24 * 3_600);
/// How often a write asks whether its equal, in this relay or another, has ended.
pub const LEDGER_POLL: Duration = Duration::from_millis(50);
/// limit: A client's own idempotency key: as much as the helpdesk's own keys may have.
pub const CLIENT_KEY_BYTES: usize = 255;
/// Longest answer to a write that is looked through for identifiers.
pub const IDENTIFIED_BYTES: usize = 64 * KIB;
/// Identifiers of an answer that are remembered.
pub const IDENTIFIERS: usize = 8;
/// Longest identifier that is remembered.
pub const IDENTIFIER_CHARS: usize = 64;

// === audit ===

/// limit: One file of the audit: some 30,000 lines.
pub const AUDIT_BYTES: u64 = 8 * MIB as u64;
/// limit: Files of the audit, the newest included.
pub const AUDIT_FILES: usize = 5;

// === asking the person ===

/// limit: How long a person may take to answer whether something is sent. A client gives up sooner or later; then nothing is sent.
pub const CONFIRM_WAIT: Duration = Duration::from_secs(600);
/// limit: A question to a person. Long values in it are shortened until it fits; a request that still does not fit is not sent,
/// since nobody saw what it does.
pub const QUESTION_BYTES: usize = 8 * KIB;
/// How much of one value a question shows: the first of these with which it fits.
pub const QUESTION_VALUE_CHARS: [usize; 4] = [4_000, 1_000, 250, 80];
/// limit: Questions that wait for a client to call again with their answer.
pub const QUESTIONS: usize = 64;

// === json and texts ===

/// limit: Arrays and objects inside one another; one less than where serde_json stops, which reads the text later.
pub const JSON_DEPTH: usize = 127;
/// Longest name of a stranger's choice that is shown in a sentence of the relay.
pub const NAME_SHOWN_BYTES: usize = 80;
/// limit: The shortest text that counts as a secret. A shorter one would be found in ordinary words; a Tickiti token has
/// over 40 characters.
pub const SECRET_CHARS: usize = 8;

// === files ===

/// limit: A file given as text.
pub const TEXT_FILE_BYTES: usize = MIB;
/// limit: A file given as image or bytes: the helpdesk takes 25 MiB.
pub const FILE_BYTES: usize = 25 * MIB;
/// limit: A file that a tool makes: an export of 100,000 rows has 205 MB.
pub const OUTPUT_BYTES: u64 = 1024 * MIB as u64;
/// limit: A path that an argument gives. Linux takes 4,096 with the final zero byte, others less.
pub const PATH_BYTES: usize = 4_095;
/// limit: One part of a path, on every file system in use.
pub const NAME_BYTES: usize = 255;
/// How much of a path is shown in a text.
pub const PATH_SHOWN_CHARS: usize = 200;
/// Name of a saved attachment, before a suffix: leaves room in [`NAME_BYTES`].
pub const SAVED_NAME_BYTES: usize = 120;
/// Numbered names tried for a saved attachment (`logo-2.png`) before it gets a random one.
pub const SAVED_NAME_TRIES: u32 = 100;
/// A temporary file older than this, whose writer is gone, is removed by the next output to its folder. A living writer holds
/// a lock on it; this is for the instant before it has it.
pub const ABANDONED_OUTPUT: Duration = Duration::from_secs(60);
/// Entries of a folder that are looked at for abandoned files; a huge folder is not read whole for them.
pub const FOLDER_ENTRIES_SWEPT: usize = 10_000;
/// limit: Records of files that the relay wrote. When there are more, the older half is forgotten: their files are then
/// replaced only with `overwrite`.
pub const WRITTEN_RECORDS: usize = 4_096;
/// limit: One such record: a path and five numbers.
pub const WRITTEN_RECORD_BYTES: u64 = 16 * KIB as u64;

// === configuration ===

/// limit: A token file. A token has some 50 characters.
pub const TOKEN_FILE_BYTES: u64 = 4 * KIB as u64;
/// limit: A file of certificate authorities. The list that browsers trust has 220 KB.
pub const CA_FILE_BYTES: u64 = MIB as u64;

// === results ===

/// limit: An image, sound or document enclosed in a result; a larger one is saved and its path told. Several clients drop or
/// cut lines of 8 MiB and more.
pub const ENCLOSED_BYTES: usize = 512 * KIB;
/// limit: Text of a result. Longer text is saved to a file, and its beginning shown.
pub const RESULT_TEXT_BYTES: usize = MIB;
/// How much of a text that was saved is shown: Claude Code moves results of 50,000 characters and more out of sight.
pub const RESULT_TEXT_SHOWN_BYTES: usize = 40 * KIB;

// === the program ===

/// Threads for what blocks: reading and writing files. Tools use few at a time.
pub const BLOCKING_THREADS: usize = 4;
