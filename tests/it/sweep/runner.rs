//! Carries a script out: one relay, one helpdesk, step by step.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};
use tickiti_relay_routes::{Class, Route, Table};
use tickiti_relay_scratch::Running;
use tickiti_relay_tests::client::Answer;
use tickiti_relay_tests::picture::sample;
use tickiti_relay_tests::relay;
use tickiti_relay_tests::relay::Session;

use super::step::{Expected, NOT_FOUND, Step, includes};
use super::wire::{self, Upload};
use crate::support::{Folder, helpdesk, text};

/// A text file of the scripts.
pub(super) const NOTE: &str = "Serial number KO-2291, bent at the second segment.\n";

/// A relay at a scratch helpdesk, and what a script has come to know so far.
pub(super) struct Runner {
    helpdesk: Running,
    relay: Session,
    files: Folder,
    kept: BTreeMap<&'static str, Value>,
    /// Routes that the helpdesk answered with 2xx.
    reached: BTreeSet<String>,
    /// A write whose consequence no call has looked at yet.
    unseen: Option<String>,
}

impl Runner {
    /// With the token that may do everything.
    pub(super) fn start() -> Self {
        Self::with_token("full")
    }

    /// With another token of the helpdesk.
    pub(super) fn with_token(token: &str) -> Self {
        let helpdesk = helpdesk();
        let files = Folder::new().file("note.txt", NOTE).file("spare.txt", "Unused.\n").file("picture.png", sample());
        let relay = relay().helpdesk(&helpdesk).token(token).files(&files.path()).start().unwrap();
        Self { helpdesk, relay, files, kept: BTreeMap::new(), reached: BTreeSet::new(), unseen: None }
    }

    /// The helpdesk.
    pub(super) fn helpdesk(&self) -> &Running {
        &self.helpdesk
    }

    /// Carries out one step.
    pub(super) fn run(&mut self, step: &Step) {
        let at = format!("{} ({}:{})", step.route, step.place.file(), step.place.line());
        let route = Table::builtin().get(step.route).unwrap_or_else(|| panic!("{at}: there is no such route"));
        let payload = self.filled(&step.payload, &at);
        let answer = self.call(route, &payload, step.file, &at);
        if let Some(words) = step.refused {
            let said = answer.failed().unwrap_or_else(|trouble| panic!("{at}: {trouble}"));
            assert!(said.contains(words), "{at}: refused without {words:?}: {said}");
            self.unseen = None;
            return;
        }
        let shown = answer.json().unwrap_or_else(|trouble| panic!("{at}: {trouble}"));
        let shown = match shown.get("data") {
            Some(data) if shown.get("ok").is_some() => data.clone(),
            _ => shown,
        };
        for keep in &step.keeps {
            let value = shown.pointer(keep.pointer).filter(|value| !value.is_null());
            let value = value.unwrap_or_else(|| panic!("{at}: nothing to keep at {:?} of {shown}", keep.pointer));
            let value = if keep.as_text { json!(plain(value)) } else { value.clone() };
            self.kept.insert(keep.name, value);
        }
        for expected in &step.expected {
            self.check(expected, &shown, &at);
        }
        self.note_whether_seen(route, step, &at);
        if step.once {
            let said = self.call(route, &payload, step.file, &at).failed();
            let said = said.unwrap_or_else(|trouble| panic!("{at}, again: {trouble}"));
            assert!(said.contains(NOT_FOUND), "{at}, again: {said}");
        }
    }

    /// Ends the script; answers the names of the routes that were reached.
    pub(super) fn finish(self) -> BTreeSet<String> {
        assert_eq!(self.unseen, None, "nothing looks at what the last write did");
        self.reached
    }

    /// Calls an endpoint and compares the request on the wire with what was asked for.
    pub(super) fn call(
        &mut self,
        route: &Route,
        payload: &Value,
        file: Option<(&'static str, &'static str)>,
        at: &str,
    ) -> Answer {
        let mut arguments = json!({"family": route.family, "action": route.action, "payload": payload});
        let upload = file.map(|(name, part)| {
            arguments["file"] = json!({"path": text(self.files.path().join(name)), "part": part});
            Upload { part, name, bytes: self.files.read(name) }
        });
        self.helpdesk.clear_logs();
        let answer = self.relay.call("tickiti_call", arguments).unwrap_or_else(|trouble| panic!("{at}: {trouble}"));
        let requests = self.helpdesk.requests();
        let [request] = requests.as_slice() else {
            panic!("{at}: {} requests reached the helpdesk; {}", requests.len(), answer.text())
        };
        let found = wire::check(route, payload, upload.as_ref(), request, at);
        if request.status.is_some_and(|status| (200..300).contains(&status)) && !answer.is_error() {
            self.reached.insert(found);
        }
        answer
    }

    fn check(&self, expected: &Expected, shown: &Value, at: &str) {
        let pointed =
            |pointer: &str| shown.pointer(pointer).unwrap_or_else(|| panic!("{at}: nothing at {pointer:?} of {shown}"));
        let listed = |pointer: &str| {
            let list = pointed(pointer).as_array();
            list.unwrap_or_else(|| panic!("{at}: no list at {pointer:?} of {shown}"))
        };
        match expected {
            Expected::Shows(pointer, value) => {
                let (found, value) = (pointed(pointer), self.filled(value, at));
                assert!(includes(found, &value), "{at}: {pointer:?} shows\n{found}\nnot\n{value}");
            }
            Expected::Has(pointer, item) => {
                let (list, item) = (listed(pointer), self.filled(item, at));
                let has = list.iter().any(|found| includes(found, &item));
                assert!(has, "{at}: no item of {pointer:?} is\n{item}\nin\n{shown}");
            }
            Expected::Lacks(pointer, item) => {
                let (list, item) = (listed(pointer), self.filled(item, at));
                let found = list.iter().find(|found| includes(found, &item));
                assert_eq!(found, None, "{at}: an item of {pointer:?} is {item}");
            }
            Expected::Effect(target, did) => {
                let effects = self.helpdesk.effects();
                let target = self.filled(&json!(target), at);
                let noted = effects.iter().any(|effect| json!(effect.target) == target && effect.did == *did);
                assert!(noted, "{at}: no effect `{did}` on {target} among {effects:?}");
            }
        }
    }

    /// Sees to it that each write is looked at, by a call that reads or by its effect, before the next one.
    fn note_whether_seen(&mut self, route: &Route, step: &Step, at: &str) {
        let by_effect = step.expected.iter().any(|expected| matches!(expected, Expected::Effect(..)));
        if route.class == Class::Read {
            if !step.expected.is_empty() {
                self.unseen = None;
            }
            return;
        }
        assert_eq!(self.unseen, None, "no call has looked at what that write did when the next one comes: {at}");
        self.unseen = (!by_effect).then(|| at.to_owned());
    }

    /// A value with what was kept in place of the names.
    fn filled(&self, value: &Value, at: &str) -> Value {
        let kept = |name: &str| {
            self.kept.get(name).unwrap_or_else(|| panic!("{at}: nothing was kept under the name {name:?}"))
        };
        match value {
            Value::Object(members) => {
                let filled = members.iter().map(|(name, value)| (name.clone(), self.filled(value, at)));
                Value::Object(filled.collect::<Map<_, _>>())
            }
            Value::Array(items) => items.iter().map(|item| self.filled(item, at)).collect(),
            Value::String(words) => {
                let mut pieces = words.split('$');
                let before = pieces.next().unwrap_or_default();
                let mut filled = before.to_owned();
                for piece in pieces {
                    let end = piece.find(|c: char| !c.is_ascii_lowercase() && c != '_').unwrap_or(piece.len());
                    let (name, after) = piece.split_at(end);
                    if words.len() == name.len() + 1 {
                        return kept(name).clone();
                    }
                    filled.push_str(&plain(kept(name)));
                    filled.push_str(after);
                }
                json!(filled)
            }
            other => other.clone(),
        }
    }
}

/// A text as it is, anything else as JSON.
pub(super) fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
