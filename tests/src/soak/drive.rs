//! Many calls through one session, as an assistant makes them: several in flight, and again after an error.

use std::collections::{HashMap, VecDeque};

use serde_json::{Value, json};

use super::stage::Seen;
use crate::client::{Answer, Client};
use crate::history::{Logical, Told};
use crate::trouble::Trouble;

/// One thing that an assistant wants done.
#[derive(Debug, Clone)]
pub struct Intent {
    /// In its arguments and in no other's.
    pub word: String,
    /// The tool.
    pub tool: &'static str,
    /// Its arguments.
    pub arguments: Value,
}

/// What one invocation was answered.
#[derive(Debug, Clone)]
pub struct Said {
    /// What it says of the effect.
    pub told: Told,
    /// All its text.
    pub text: String,
}

impl Said {
    /// From a response. A protocol error is an error that says nothing of the effect.
    #[must_use]
    pub fn of(response: &Value) -> Self {
        let Some(result) = response.get("result") else {
            return Self { told: Told::Silent, text: response.get("error").map_or_else(String::new, Value::to_string) };
        };
        let answer = Answer(result.clone());
        let text = answer.text();
        let told = if answer.is_error() { Told::of_error(&text) } else { Told::Done };
        Self { told, text }
    }
}

/// An intent, and what its invocations were answered.
#[derive(Debug, Clone)]
pub struct Lived {
    /// What was wanted.
    pub intent: Intent,
    /// What was answered, in order.
    pub said: Vec<Said>,
}

impl Lived {
    /// For the checker: meant to happen once.
    #[must_use]
    pub fn logical(&self, seen: &Seen) -> Logical {
        Logical {
            word: self.intent.word.clone(),
            intended: 1,
            told: self.said.iter().map(|said| said.told).collect(),
            effects: seen.of(&self.intent.word).effects,
        }
    }
}

/// How the calls are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Manner {
    /// So many in flight at once.
    pub in_flight: usize,
    /// So many invocations of one intent at most; after each error one more, behind the others that wait.
    pub invocations: usize,
}

/// Calls all of them and waits for the last answer.
///
/// # Errors
/// When the server ends or says no more.
pub fn drive(client: &mut Client, intents: Vec<Intent>, manner: Manner) -> Result<Vec<Lived>, Trouble> {
    let mut lives: Vec<Lived> = intents.into_iter().map(|intent| Lived { intent, said: Vec::new() }).collect();
    let mut queue: VecDeque<usize> = (0..lives.len()).collect();
    let mut waiting: HashMap<u64, usize> = HashMap::new();
    loop {
        while waiting.len() < manner.in_flight
            && let Some(place) = queue.pop_front()
        {
            if let Some(Lived { intent, .. }) = lives.get(place) {
                let params = json!({"name": intent.tool, "arguments": intent.arguments});
                waiting.insert(client.begin("tools/call", params)?, place);
            }
        }
        if waiting.is_empty() {
            return Ok(lives);
        }
        let (id, response) = client.next_answer()?;
        let Some(place) = waiting.remove(&id) else { continue };
        if let Some(life) = lives.get_mut(place) {
            let said = Said::of(&response);
            let again = said.told != Told::Done && life.said.len() + 1 < manner.invocations;
            life.said.push(said);
            if again {
                queue.push_back(place);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_read_as_an_assistant_reads_it() {
        let result = |error: bool, text: &str| json!({"id": 1, "result": {"isError": error, "content": [{"type": "text", "text": text}]}});
        assert_eq!(Said::of(&result(false, "Outcome: unknown")).told, Told::Done);
        assert_eq!(Said::of(&result(true, "Outcome: unknown.")).told, Told::Unknown);
        assert_eq!(Said::of(&result(true, "HTTP 502")).told, Told::Silent);
        let error = Said::of(&json!({"id": 1, "error": {"code": -32000, "message": "busy"}}));
        assert!(error.told == Told::Silent && error.text.contains("busy"));
    }
}
