//! A write as it is remembered.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::Serialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Names a write to people and assistants: `w12`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WriteId(pub(super) i64);

impl fmt::Display for WriteId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "w{}", self.0)
    }
}

/// Not the name of a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a write is named by the letter w and a number, such as w12")]
pub struct NotAWriteId;

impl FromStr for WriteId {
    type Err = NotAWriteId;

    fn from_str(text: &str) -> Result<Self, NotAWriteId> {
        let number = text.trim().strip_prefix('w').ok_or(NotAWriteId)?;
        if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(NotAWriteId);
        }
        number.parse().map(Self).map_err(|_| NotAWriteId)
    }
}

impl Serialize for WriteId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Milliseconds since 1970, by the computer's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(pub i64);

impl Moment {
    /// This much earlier.
    pub(super) fn before(self, time: Duration) -> Self {
        Self(self.0.saturating_sub(millis(time)))
    }

    /// This much later.
    pub(super) fn after(self, time: Duration) -> Self {
        Self(self.0.saturating_add(millis(time)))
    }

    /// How long ago `earlier` was; none when the clock says that it is still to come.
    pub fn since(self, earlier: Self) -> Option<Duration> {
        u64::try_from(self.0.checked_sub(earlier.0)?).ok().map(Duration::from_millis)
    }
}

fn millis(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}

/// `2026-11-22T12:03:11Z`.
impl fmt::Display for Moment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = OffsetDateTime::from_unix_timestamp(self.0.div_euclid(1_000)).unwrap_or(OffsetDateTime::UNIX_EPOCH);
        formatter.write_str(&at.format(&Rfc3339).unwrap_or_default())
    }
}

impl Serialize for Moment {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// How a write stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Recorded, and sent or about to be. For who comes later: it may have happened.
    Sent,
    /// No byte left.
    NotSent,
    /// A plain no.
    Rejected,
    /// It took effect.
    Done,
    /// It may have happened.
    Unknown,
    /// A person or an assistant looked: it happened.
    SettledHappened,
    /// A person or an assistant looked: it did not happen.
    SettledDidNotHappen,
}

/// A write as it is remembered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Record {
    /// Its name.
    pub id: WriteId,
    /// Which endpoint.
    pub route: String,
    /// Which tool's call.
    pub tool: String,
    /// Address of the helpdesk.
    pub helpdesk: String,
    /// When it was first recorded.
    pub since: Moment,
    /// How it stands.
    pub state: State,
    /// Whether its call, or one that took it over, is closed: then nothing waits for it.
    pub closed: bool,
    /// Whether a living relay works on it.
    pub under_way: bool,
    /// Its idempotency key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// How often it was sent.
    pub attempts: u32,
    /// Identifiers in the helpdesk's answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identifiers: Option<serde_json::Value>,
    /// The call that would show whether it happened: `tool` and `arguments`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub look: Option<serde_json::Value>,
}

impl Record {
    /// Whether somebody must still say what became of it.
    pub fn is_unsettled(&self) -> bool {
        !self.closed && matches!(self.state, State::Sent | State::Unknown | State::Done)
    }

    /// `get_ticket {"ticket_number":"7"}`, if there is such a call.
    pub fn look_in_words(&self) -> Option<String> {
        let look = self.look.as_ref()?;
        Some(format!("{} {}", look.get("tool")?.as_str()?, look.get("arguments")?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back() {
        assert_eq!("w12".parse(), Ok(WriteId(12)));
        assert_eq!(WriteId(12).to_string(), "w12");
        for wrong in ["", "w", "12", "w-1", "w+1", "W1", "w1x", "w99999999999999999999"] {
            assert_eq!(wrong.parse::<WriteId>(), Err(NotAWriteId), "{wrong}");
        }
    }

    #[test]
    fn moments_are_told_to_the_second() {
        assert_eq!(Moment(1_795_348_991_999).to_string(), "2026-11-22T12:03:11Z");
        assert_eq!(Moment(5_000).since(Moment(2_000)), Some(Duration::from_secs(3)));
        assert_eq!(Moment(2_000).since(Moment(5_000)), None);
    }
}
