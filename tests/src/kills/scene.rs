//! A helpdesk, one or several relays on one state folder, and somebody who kills them at chosen moments.

use std::time::{Duration, Instant};

use tickiti_relay_scratch::{Fault, Helpdesk, Moment, Options, Planned, Running, SeenRequest};

use super::calls::{self, Call};
use super::{Dice, started};
use crate::client::Answer;
use crate::measure::median;
use crate::relay::{self, Session, Setup};
use crate::trouble::Trouble;

/// How many writes are timed before the first kill.
const TIMED: usize = 7;
/// How long the helpdesk works where it is made slow, in milliseconds.
const SLOW: u64 = 30;

/// When a relay is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum When {
    /// Anywhere from the call's first byte to some time after its answer.
    Anytime,
    /// While a slow helpdesk works, before or after the effect.
    HelpdeskWorks,
    /// Right after the effect: the answer is under way to the relay, in it, or on its way out.
    EffectDone,
    /// As soon as the client has an answer.
    Answered,
}

impl When {
    pub(super) const ALL: [Self; 4] = [Self::Anytime, Self::HelpdeskWorks, Self::EffectDone, Self::Answered];
}

/// What a request with a word came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Seen {
    /// How many requests held the word.
    pub(super) sends: usize,
    /// How many of them had an effect.
    pub(super) effects: usize,
}

pub(super) struct Scene {
    pub(super) helpdesk: Running,
    pub(super) setup: Setup,
    pub(super) dice: Dice,
    pub(super) tickets: Vec<String>,
    words: usize,
    /// What an undisturbed write takes, in microseconds. It only spreads the kills.
    a_write: u64,
}

impl Scene {
    pub(super) fn new(seed: u64) -> Result<Self, Trouble> {
        let helpdesk = started(Helpdesk::start(Options::default()))?;
        let setup = relay::relay().helpdesk(&helpdesk);
        let tickets = calls::tickets(&helpdesk);
        Ok(Self { helpdesk, setup, dice: Dice::new(seed), tickets, words: 0, a_write: 10_000 })
    }

    /// Times a few writes, so that kills fall into them and not behind them.
    pub(super) fn calibrate(&mut self, relay: &mut Session) -> Result<(), Trouble> {
        let mut times = Vec::new();
        for _ in 0..TIMED {
            let call = calls::create(&self.word());
            let began = Instant::now();
            relay.call(call.tool, call.arguments)?.done()?;
            times.push(u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX));
        }
        self.a_write = median(&times).unwrap_or(self.a_write);
        Ok(())
    }

    /// A word that no other call has, and none has within.
    pub(super) fn word(&mut self) -> String {
        self.words += 1;
        format!("word{:06}end", self.words)
    }

    /// A ticket; as many words long another one each time.
    fn ticket(&self) -> String {
        self.tickets.get(self.words % self.tickets.len().max(1)).cloned().unwrap_or_default()
    }

    /// `tickets.close` through `tickiti_call`, whose plugin needs the least of all.
    pub(super) fn close_call(&mut self) -> Call {
        calls::close(&self.word(), &self.ticket())
    }

    /// A keyed write of one of three kinds. Calls that follow one another have other targets.
    pub(super) fn keyed_call(&mut self) -> Call {
        let (word, ticket) = (self.word(), self.ticket());
        match self.dice.below(3) {
            0 => calls::create(&word),
            1 => calls::respond(&word, &ticket),
            _ => calls::close(&word, &ticket),
        }
    }

    pub(super) fn when(&mut self) -> When {
        self.dice.one_of(&When::ALL).copied().unwrap_or(When::Anytime)
    }

    /// Sends calls to a relay and kills it. Answers what came out of it before it died, and had come whole.
    pub(super) fn killed(
        &mut self,
        relay: &mut Session,
        calls: &[&Call],
        when: When,
    ) -> Result<Vec<Option<Answer>>, Trouble> {
        if when == When::HelpdeskWorks {
            let at = if self.dice.below(2) == 0 { Moment::Claimed } else { Moment::Done };
            self.helpdesk.fault(Planned::next(Fault::Delay { milliseconds: SLOW, at }).always());
        }
        let effects = self.effects();
        let ids: Result<Vec<u64>, Trouble> =
            calls.iter().map(|call| relay.begin("tools/call", call.params())).collect();
        let ids = ids?;
        let mut first = None;
        match when {
            When::Anytime => self.sleep(self.a_write * 3 / 2),
            When::HelpdeskWorks => self.sleep(SLOW * 1_000 + self.a_write),
            When::EffectDone => {
                let until = Instant::now() + Duration::from_secs(5);
                while self.effects() == effects && Instant::now() < until {
                    std::thread::sleep(Duration::from_micros(50));
                }
                self.sleep(self.a_write / 3);
            }
            When::Answered => first = ids.first().map(|id| relay.answer(*id)).transpose()?,
        }
        relay.kill();
        self.helpdesk.clear_faults();
        let mut answers = Vec::new();
        for id in ids {
            // Half an answer is none.
            let answer = first.take().map_or_else(|| relay.answer(id).ok(), Some);
            answers.push(answer.and_then(|answer| answer.get("result").cloned()).map(Answer));
        }
        Ok(answers)
    }

    fn effects(&self) -> usize {
        self.helpdesk.world(|world| world.effects().len())
    }

    fn sleep(&mut self, below_microseconds: u64) {
        std::thread::sleep(Duration::from_micros(self.dice.below(below_microseconds)));
    }

    /// Lets the helpdesk end what it works on still: who looks before that says the wrong thing.
    pub(super) fn rest(&self) {
        std::thread::sleep(Duration::from_millis(4 * SLOW));
    }

    /// What became of a word, by the helpdesk's own logs.
    pub(super) fn seen(&self, word: &str) -> Seen {
        let has_word = |request: &SeenRequest| String::from_utf8_lossy(&request.body).contains(word);
        let sends: Vec<u64> =
            self.helpdesk.requests().iter().filter(|request| has_word(request)).map(|request| request.number).collect();
        let mut with_effect: Vec<u64> = self.helpdesk.effects().iter().map(|effect| effect.request).collect();
        with_effect.dedup();
        let effects = sends.iter().filter(|number| with_effect.contains(number)).count();
        Seen { sends: sends.len(), effects }
    }
}
