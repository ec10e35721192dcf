//! Everything that nobody outside knows about the real server, one named switch each.
//!
//! A test that depends on one of these says so by setting it; a client that works under every setting needs no guess.

use serde_json::{Value, json};

/// A switch as `scratch --list` shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SwitchInfo {
    /// Name, as [`Switches::set`] takes it.
    pub name: &'static str,
    /// The settings it takes.
    pub settings: &'static [&'static str],
    /// The setting at start.
    pub default: &'static str,
    /// What is guessed, and why the default is what it is.
    pub about: &'static str,
}

/// A switch or a setting that does not exist.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SwitchError {
    /// No switch has this name.
    #[error("there is no switch `{0}`; `scratch --list` names them all")]
    Unknown(String),
    /// The switch does not take this setting.
    #[error("switch `{name}` does not take `{setting}`; it takes {}", .takes.join(", "))]
    Setting {
        /// The switch.
        name: &'static str,
        /// What was asked for.
        setting: String,
        /// What it takes.
        takes: &'static [&'static str],
    },
}

macro_rules! switches {
    ($(
        $field:ident: $kind:ident = $first:ident $first_text:literal $first_about:literal
            $(, $other:ident $other_text:literal $other_about:literal)*;
        $about:literal
    )*) => {
        $(
            #[doc = $about]
            #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
            pub enum $kind {
                #[doc = $first_about]
                #[default]
                $first,
                $(#[doc = $other_about] $other,)*
            }

            impl $kind {
                const SETTINGS: &'static [&'static str] = &[$first_text $(, $other_text)*];

                fn text(self) -> &'static str {
                    match self { Self::$first => $first_text $(, Self::$other => $other_text)* }
                }

                fn read(text: &str) -> Option<Self> {
                    match text { $first_text => Some(Self::$first), $($other_text => Some(Self::$other),)* _ => None }
                }
            }
        )*

        /// Every switch with its present setting.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
        pub struct Switches {
            $(#[doc = $about] pub $field: $kind,)*
        }

        impl Switches {
            /// All switches, for people to read.
            pub const ALL: &'static [SwitchInfo] = &[
                $(SwitchInfo {
                    name: stringify!($field),
                    settings: $kind::SETTINGS,
                    default: $first_text,
                    about: $about,
                },)*
            ];

            /// Puts one switch to a setting, both by name.
            ///
            /// # Errors
            /// When there is no such switch, or it does not take the setting.
            pub fn set(&mut self, name: &str, setting: &str) -> Result<(), SwitchError> {
                match name {
                    $(stringify!($field) => {
                        self.$field = $kind::read(setting).ok_or_else(|| SwitchError::Setting {
                            name: stringify!($field), setting: setting.to_owned(), takes: $kind::SETTINGS,
                        })?;
                    })*
                    other => return Err(SwitchError::Unknown(other.to_owned())),
                }
                Ok(())
            }

            /// Name and present setting of every switch.
            #[must_use]
            pub fn settings(&self) -> Vec<(&'static str, &'static str)> {
                vec![$((stringify!($field), self.$field.text()),)*]
            }
        }
    };
}

switches! {
    key_looked_at: KeyLookedAt =
        BeforeValidation "before_validation" "The key is looked up first: a key used before answers 409 or its old answer whatever the body holds now.",
        AfterValidation "after_validation" "The body is validated first: a bad body never touches the key.";
    "Whether an idempotency key is looked at before or after the body is validated. Nothing public says; middleware runs before controllers in Laravel, so before."

    same_key_running: SameKeyRunning =
        Serialise "serialise" "The second request waits for the first and gets its answer.",
        Conflict "conflict" "The second request gets 409 `idempotency_key_in_progress` at once.",
        ExecuteTwice "execute_twice" "The second request runs as if it were the first: a server with a hole.";
    "What a second request gets while the first with the same key still runs. Unknown; waiting is what a lock in the database does."

    server_error_stored: ServerErrorStored =
        No "no" "The key stays unused, a repeat runs anew.",
        Yes "yes" "Every repeat gets the same 5xx.";
    "Whether a 5xx is stored under its key. Unknown; a failed transaction usually leaves nothing."

    refusal_stored: RefusalStored =
        No "no" "A refused request leaves its key unused.",
        Yes "yes" "The refusal is replayed, and another body under that key is a conflict.";
    "Whether a 4xx of the route itself (validation, unknown ticket) uses its key up. Unknown."

    key_scope: KeyScope =
        Token "token" "A key belongs to the token.",
        TokenAndRoute "token_and_route" "A key belongs to the token and the route: equal keys on two routes are two keys.",
        Everyone "everyone" "A key belongs to the install: two tokens share it.";
    "What a key belongs to. Unknown; per token is the usual reading."

    undemanded_key: UndemandedKey =
        Ignored "ignored" "The key is not looked at.",
        Honoured "honoured" "The key works as on the routes that demand one.";
    "What a key does on a route that demands none; the original's named tools send one to some of these. Unknown."

    same_payload: SamePayload =
        Bytes "bytes" "The same bytes.",
        Value "value" "The same JSON value: order of keys and spaces do not count.";
    "When two payloads under one key count as the same. The docs say only `same payload`; bytes are the stricter test of a client."

    reopen_rule: ReopenRule =
        October "october" "Only a public reply reopens a closed or held ticket.",
        June "june" "Any response reopens it, also an internal note.";
    "Which responses reopen a ticket when no status is given. Both are documented, for installs of different age."

    unknown_ticket: UnknownTicket =
        NotFound "not_found" "404 `not_found`.",
        Validation "validation" "422 `validation_failed` on the field that names it.";
    "How an unknown ticket, response or attachment is refused. The code is in no public text."

    hidden_queue: HiddenQueue =
        NotFound "not_found" "As if it did not exist.",
        Forbidden "forbidden" "403 `forbidden`.";
    "How a ticket in a queue that the owner may not see is refused. Unknown."

    gate_body: GateBody =
        Message "message" "`{\"message\":\"…\"}`, as Laravel's own 403.",
        Envelope "envelope" "`{\"ok\":false,\"error\":\"forbidden\",\"message\":\"…\"}`.";
    "The body of a 403 for role, system administrator or plan. These come from the server's own middleware, whose body nobody has seen."

    missing_key_body: MissingKeyBody =
        Envelope "envelope" "`{\"ok\":false,\"error\":\"idempotency_key_required\",…}`.",
        Laravel "laravel" "`{\"message\":…,\"errors\":{…}}`.";
    "The body of the 422 for a missing Idempotency-Key. The status is known, the body is not."

    validation_errors: ValidationErrors =
        Fields "fields" "`message` and `errors` by field beside `error`.",
        CodeOnly "code_only" "Only `ok` and `error`.";
    "Whether a 422 `validation_failed` of the ticket routes names the fields. Unknown."

    malformed_json: MalformedJson =
        BadRequest "bad_request" "400.",
        Unprocessable "unprocessable" "422.",
        Empty "empty" "Read as an empty body, as Laravel does by itself.";
    "What a body that is no JSON object gets. Laravel alone would read it as empty, which hides a client's fault; so 400."

    query_wrapper: QueryWrapper =
        Bare "bare" "The bare array.",
        Data "data" "`{\"ok\":true,\"data\":[…]}`.",
        Tickets "tickets" "`{\"ok\":true,\"data\":{\"tickets\":[…]}}`.";
    "What is around the rows of tickets/query. The docs say `an array of ticket rows` and no more."

    row_key: RowKey =
        ResponseId "response_id" "`response_id` only.",
        Both "both" "`response_id` and `id`.",
        Id "id" "`id` only, as tickets/show.";
    "Under which name a row of responses/query has its id. A later tool text says `response_id` always comes."

    cursor_id: CursorId =
        Integer "integer" "An integer.",
        Text "text" "A string, as other ids.";
    "The type of `next_cursor.id`. The original's tool takes only an integer back."

    bad_page: BadPage =
        Refused "refused" "422.",
        Mended "mended" "A limit too big is cut, an unknown field or a broken cursor is ignored.";
    "What a limit out of bounds, an unknown name in `fields` or a malformed cursor gets. Unknown."

    attachment_refused: AttachmentRefused =
        Forbidden "403" "403.",
        Conflict "409" "409.",
        Unprocessable "422" "422.";
    "The status for a blocked attachment, or one that wants review first. The original's hint for 403 is known to appear there."

    range_past_end: RangePastEnd =
        Empty "empty" "200 with no bytes and `eof`.",
        Unprocessable "422" "422.",
        NotSatisfiable "416" "416.";
    "What a range that starts past the end of an attachment gets. Unknown."

    numeric_ticket_number: NumericTicketNumber =
        Accepted "accepted" "Taken as its digits.",
        Refused "refused" "422: must be a string.";
    "Whether `ticket_number` may be sent as a JSON number. Unknown; the docs show strings."

    faqs_token: FaqsToken =
        NotNeeded "not_needed" "Anyone may read them.",
        Needed "needed" "401 without a token.";
    "Whether `GET faqs` wants a token. The route table shows no ability, as for the open idempotency_key route."

    other_address: OtherAddress =
        Unauthenticated "unauthenticated" "401, as for no token.",
        Forbidden "forbidden" "403.";
    "What a token gets that is used from another address than its `allowed_ip`. Unknown; all callers come from 127.0.0.1."

    widened_token: WidenedToken =
        Unprocessable "unprocessable" "422 on `abilities`.",
        Forbidden "forbidden" "403.";
    "What an API token gets that grants an ability which it does not hold itself. That it is refused is known, the status is not."

    blocked_change: BlockedChange =
        Inside "inside" "A failure inside a 200, with the flag of `passthrough_failure`.",
        Unprocessable "unprocessable" "422 on the field that names it.";
    "How a pass-through route refuses what its rules forbid: a queue or category in use, a built-in one. The docs tell of the rule; that such routes fail inside a 200 is known, which of them do is not."

    diagnostics: Diagnostics =
        Enabled "enabled" "They answer.",
        Disabled "disabled" "404.";
    "Whether this build has the four administration diagnostics routes. The recorded install had them disabled; enabled here, so that every route can be reached."

    logo_part: LogoPart =
        Either "either" "`logo` or `file`.",
        Logo "logo" "`logo` only.",
        File "file" "`file` only.";
    "Name of the multipart part of the two branding logos. It is in no public text; the other uploads call theirs `file`."

    template_rules: TemplateRules =
        October "october" "What is left out of an update stays; a stock response needs identifier and category; its list can be searched.",
        June "june" "An update blanks content, subject and is_enabled when they are left out; an empty stock response is taken; search and include_content are ignored.";
    "Which rules templates, FAQs and stock responses follow. Both are documented, for installs of different age."

    enabled_flag: EnabledFlag =
        Boolean "boolean" "`true` and `false`.",
        Number "number" "`1` and `0`.";
    "How `is_enabled` of a template is written. The original's client expects either."

    created_template: CreatedTemplate =
        Template "template" "`{\"template\":{\"id\":…}}`.",
        Id "id" "`{\"id\":…}`.";
    "Where a new template or stock response has its id. The original's sweep reads either."

    unknown_list: UnknownList =
        Named "named" "`{\"perspectives\":[…]}`, under its plural.",
        Bare "bare" "The bare array.";
    "What is around lists of pass-through routes whose wrapper nobody has seen: perspectives, hashtags, stock responses, FAQs, template search, sent mail. Both shapes are seen elsewhere."

    unknown_row: UnknownRow =
        NotFound "not_found" "404, or as `unknown_ticket` says.",
        Inside "inside" "A failure inside a 200, with the flag of `passthrough_failure`.";
    "How a pass-through route refuses an id that it does not know. The docs say only that these routes may fail inside a 200."

    shared_by_staff: SharedByStaff =
        Inside "inside" "A failure inside a 200.",
        Forbidden "forbidden" "403.";
    "What staff get who write a shared perspective or watchlist, which only administrators may. The rule is documented, the answer is not."

    report_dates: ReportDates =
        Needed "needed" "422 without date_from and date_to.",
        LastThirtyDays "last_thirty_days" "The thirty days before today.";
    "What a report without dates does. The original's tool names other fields (from, to), which the server does not read."

    passthrough_failure: PassthroughFailure =
        MyError "my_error" "`{\"my_error\":\"…\"}`.",
        AmfError "amf_error" "`{\"amf_error\":\"…\"}`.",
        Error "error" "`{\"error\":\"…\"}`.",
        OkFalse "ok_false" "`{\"ok\":false,\"message\":\"…\"}`.";
    "Which flag a pass-through route uses when it fails inside a 200. All four are looked for by the original's own sweep; which route uses which is unknown."
}

impl Switches {
    /// Names, settings and reasons as JSON.
    #[must_use]
    pub fn as_json(&self) -> Value {
        let now = self.settings();
        Self::ALL
            .iter()
            .zip(now)
            .map(|(info, (_, setting))| {
                json!({"name": info.name, "setting": setting, "default": info.default, "settings": info.settings,
                       "about": info.about})
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_of_every_switch_can_be_chosen_and_read_back() {
        for info in Switches::ALL {
            assert_eq!(info.settings[0], info.default, "{}", info.name);
            assert!(info.settings.len() > 1, "{} is no choice", info.name);
            for setting in info.settings {
                let mut switches = Switches::default();
                switches.set(info.name, setting).unwrap();
                assert!(switches.settings().contains(&(info.name, setting)));
            }
        }
    }

    #[test]
    fn a_wrong_name_or_setting_is_refused_in_words() {
        let mut switches = Switches::default();
        assert_eq!(switches.set("key_scop", "token"), Err(SwitchError::Unknown("key_scop".into())));
        let refused = switches.set("key_scope", "planet").unwrap_err().to_string();
        assert!(refused.contains("token_and_route"), "{refused}");
        assert_eq!(switches, Switches::default());
    }
}
